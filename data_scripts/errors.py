"""What can go wrong, said in one clear sentence."""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class DataError(Exception):
    """A fault that you can fix. Its text is one clear sentence that says what is wrong and what to do."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception how it wants to be shown: in a notebook the sentence is enough.
        return [str(self)]


def exit_code(command: Callable[[], int], stopped: str = "Stopped.") -> int:
    """Run a command and return its exit code, with a sentence on stderr instead of a traceback where it fails.

    The code is what `command` returns; 1 for a fault that a sentence explains, or where the system refuses something, such
    as to write what is printed; 130 when interrupted, after the sentence `stopped`; 141 when the reader has gone, as `head`
    does (the shells' number for that).
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal's encoding lacks is no reason to stop
            stream.reconfigure(errors="backslashreplace")
    try:
        code = command()
        if sys.stdout:
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        return 141
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{stopped}", file=sys.stderr)
        return 130
    except OSError as error:
        what = f" ({error.filename})" if error.filename else ""
        print(f"The system refused: {error.strerror or error}{what}.", file=sys.stderr)
        return 1
    finally:
        try:
            print(end="", flush=True)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains as it ends


@contextmanager
def as_data_error(place: Path) -> Iterator[None]:
    """Turn the operating system's errors while writing to `place` into `DataError`."""
    try:
        yield
    except BrokenPipeError:  # of what is printed meanwhile
        raise
    except OSError as error:
        raise DataError(_sentence(error, place)) from error


def is_full(error: BaseException) -> bool:
    """Tell whether an error means that a disk, or the user's quota of it, is full."""
    return getattr(error, "errno", None) in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


def _sentence(error: OSError, place: Path) -> str:
    from data_scripts.paths import is_at_home  # here, because `paths` raises DataError

    choose = "Set COURSE_HOME to" if is_at_home(place) else "Name"  # else the caller has chosen it
    if is_full(error):
        return (
            f"The disk is full: no room left in {place}. Free some space, or {choose[0].lower()}{choose[1:]} a folder "
            "on another disk, and call again; nothing half-made is used."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{place} cannot be written to. {choose} a folder of your own and call again."
    return f"Writing to {place} failed: {error.strerror or error}. {choose} another folder and call again."
