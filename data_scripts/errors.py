"""What can go wrong, said in one clear sentence."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_scripts.paths import home


class DataError(Exception):
    """A fault that you can fix. Its text is one clear sentence that says what is wrong and what to do."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks an exception how it wants to be shown: in a notebook the sentence is enough.
        return [str(self)]


@contextmanager
def as_data_error(place: Path) -> Iterator[None]:
    """Turn the operating system's errors while writing to `place` into `DataError`."""
    try:
        yield
    except OSError as error:
        raise DataError(_sentence(error, place)) from error


def _sentence(error: OSError, place: Path) -> str:
    is_ours = place.resolve().is_relative_to(home().resolve())  # else the caller has chosen it
    choose = "Set COURSE_HOME to" if is_ours else "Name"
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", None)):
        return (
            f"The disk is full: no room left in {place}. Free some space, or {choose[0].lower()}{choose[1:]} a folder "
            "on another disk, and call again; nothing half-made is used."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{place} cannot be written to. {choose} a folder of your own and call again."
    return f"Writing to {place} failed: {error.strerror or error}. {choose} another folder and call again."
