"""What can go wrong, said in one clear sentence."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_scripts.home import home


class DataError(Exception):
    """Something the reader can mend. Its text is one clear sentence that says what is wrong and what to do."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception how it wants to be shown: in a notebook the sentence is enough.
        return [str(self)]


@contextmanager
def in_plain_words(place: Path) -> Iterator[None]:
    """Turn the operating system's errors while writing to `place` into `DataError`."""
    try:
        yield
    except OSError as error:
        raise DataError(_sentence(error, place)) from error


def _sentence(error: OSError, place: Path) -> str:
    mine = not place.resolve().is_relative_to(
        home().resolve()
    )  # the caller has named it: COURSE_HOME would change nothing
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        other = "name a folder" if mine else "set COURSE_HOME to a folder"
        return (
            f"The disk is full: no room left in {place}. Free some space, or {other} "
            "on another disk, and call again; nothing half-made is used."
        )
    other = "Name another folder" if mine else "Set COURSE_HOME to a folder of your own"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{place} cannot be written to. {other} and call again."
    return f"Writing to {place} failed: {error.strerror or error}. {other} and call again."
