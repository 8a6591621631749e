"""The course's data sets by name, and which source of each the lessons use.

Each module here has the same four functions, all of `(name, source)`: `state`, `about`, `prepare`, `check`.
"""

import os
from types import ModuleType

from data_scripts import image_folders, mnist
from data_scripts.errors import DataError

SOURCES = ("official", "offline")
MODULES: dict[str, ModuleType] = {
    "mnist": mnist,
    "fashion_mnist": mnist,
    "horses_or_humans": image_folders,
    "cats_vs_dogs": image_folders,
}


def module(name: str) -> ModuleType:
    """Return the module that looks after a data set. Raises `DataError` for an unknown name."""
    if name not in [*MODULES]:  # a list, because a name may be anything
        name = str(name)
        own = " A folder of your own is for ImageFolderReader().flow_from_directory." if os.path.isdir(name) else ""
        raise DataError(f"There is no data set called {name!r}; the course has {', '.join(MODULES)}.{own}")
    return MODULES[name]


def chosen_source(name: str) -> str:
    """Return the source that lessons use: "official" or "offline".

    COURSE_SOURCE says which; "auto", the default, means official where that is prepared, else offline. Raises DataError
    where it is something else, or asks for official data that are not here.
    """
    state = module(name).state
    wish = os.environ.get("COURSE_SOURCE", "").strip().lower() or "auto"
    if wish not in (*SOURCES, "auto"):
        raise DataError(f"COURSE_SOURCE is {wish!r}; it can be offline, official or auto.")
    if wish == "official" and state(name, "official") != "ready":
        raise DataError(
            f"COURSE_SOURCE is official, but the official {name} is not on this machine yet. "
            f"Get it with `python -m data_scripts get {name}`, or unset COURSE_SOURCE."
        )
    if wish == "auto":
        return "official" if state(name, "official") == "ready" else "offline"
    return wish
