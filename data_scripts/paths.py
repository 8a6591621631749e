"""Where everything that a run makes is kept: data, models, runs, progress."""

import os
import re
import stat
from pathlib import Path

from data_scripts.errors import DataError

CHECKOUT = Path(__file__).resolve().parents[1]


def in_checkout() -> bool:
    """Tell whether this package is used from a copy of the course's repository, not from an installed wheel."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "notebooks").is_dir()


def home() -> Path:
    """Return the folder for everything that running the course makes.

    `COURSE_HOME` where it is set (a shared or read-only installation), else `var/` in the
    checkout, else `~/learning-to-see`. The folder need not exist yet. Raises DataError for what cannot be a folder: a
    file, a broken link, a path that is relative, too long or closed …
    """
    chosen = os.environ.get("COURSE_HOME")
    place = chosen or (str(CHECKOUT / "var") if in_checkout() else "~/learning-to-see")
    try:
        path = expand(place)
        problem = _problem(path)
        if not problem:
            return path.resolve()
    except (OSError, ValueError, RuntimeError, DataError) as error:  # RuntimeError: a loop of links, until Python 3.13
        problem = getattr(error, "strerror", None) or str(error)
    what = f"COURSE_HOME is {chosen!r}" if chosen else f"The course's folder is {place!r}"
    raise DataError(f"{what}: {problem}. Set COURSE_HOME to the full path of a folder of your own, or unset it.")


def own_data(source: str, name: str) -> Path:
    """Return where a data set is written."""
    return home() / "data" / source / name


def data_folder(source: str, name: str) -> Path:
    """Return where a data set is read: the user's own, or the one in `COURSE_DATA` if there is only that.

    `COURSE_DATA` is for a machine with many users: the folder of what one of them has prepared for all.
    """
    own, shared = own_data(source, name), os.path.expanduser(os.environ.get("COURSE_DATA", ""))
    ready = os.path.join(shared, source, name) if shared else ""
    return Path(ready) if os.path.isdir(ready) and not os.path.lexists(own) else own


def expand(path: str | Path) -> Path:
    """Return the path with `~` and `~name` as the home folders they stand for. Raises DataError for a user unknown."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise DataError(f"{Path(path).parts[0]} isn't a user's folder here") from error


def existing(path: str | Path) -> Path:
    """Return the path of a file or folder, expanded. Raises DataError where there is none: a pipe or a device isn't one."""
    place = expand(path)
    if not os.path.isfile(place) and not os.path.isdir(place):  # unlike Path's, quiet about a name that is too long
        raise DataError(f"There is no file or folder {place}.")
    return place


def is_at_home(place: Path) -> bool:
    """Tell whether a path is in the course's folder."""
    try:
        return place.resolve().is_relative_to(home())
    except (OSError, RuntimeError, DataError):
        return False


def _problem(path: Path) -> str:
    """Return why a path cannot be a folder, or be made one; "" where it can. Raises OSError for what the system says."""
    if not path.is_absolute():
        return "that begins wherever a command or a lesson happens to run"
    if re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", str(path)):
        return "that has a line break in it, or another character that can't be printed"
    for part in (path, *path.parents):
        name = "that" if part == path else part
        try:
            if not stat.S_ISDIR(part.stat().st_mode):
                return f"{name} is a file"
            os.stat(os.path.join(part, "."))  # fails in a folder that is closed to you
            return ""
        except FileNotFoundError:
            if part.is_symlink():
                return f"{name} is a link to {os.readlink(part)}, which is not there"
    return ""
