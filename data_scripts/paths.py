"""Where everything that a run makes is kept: data, models, runs, progress."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def in_checkout() -> bool:
    """Tell whether this package is used from a copy of the course's repository, not from an installed wheel."""
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "notebooks").is_dir()


def home() -> Path:
    """Return the folder for everything that running the course makes.

    `COURSE_HOME` where it is set (a shared or read-only installation), else `var/` in the
    checkout, else `~/learning-to-see`. The folder need not exist yet.
    """
    chosen = os.environ.get("COURSE_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    if in_checkout():
        return CHECKOUT / "var"
    return Path.home() / "learning-to-see"
