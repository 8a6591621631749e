"""Images on which nothing was ever chosen, for the one honest figure at the end."""

import os
import shutil
from pathlib import Path

from data_scripts import image_folders
from data_scripts.errors import as_data_error
from data_scripts.image_sets import SETS
from data_scripts.paths import home
from data_scripts.render import draw_sets
from helpers import data


def held_out_folder(name: str, each: int = 500) -> Path | None:
    """A folder with `each` images of every class of `name` that are neither in train nor in validation.

    Offline they are drawn here the first time (1,000 take about half a minute), with numbers that no set has. Of the
    official cats and dogs those outside the lessons' 3,000 are taken, if the set was prepared with `--all`. Prints
    where they come from; None, and a sentence, where there are none.

    Raises:
        DataError: the folder cannot be written to, or the disk is full.
    """
    one, source = SETS[name], data.source(name)
    if source == "offline":
        place = home() / "data" / "offline" / f"{name}-unseen-{draw_sets.studio_edition()}-{each}"
        for label, kind in one.kinds.items():
            if len(list((place / label).glob("*.jpg"))) < each:
                draw_sets.draw_new(kind, each, place / label)
        print(f"{name}: {each} + {each} newly drawn images that no network has seen")
        return place
    rest = image_folders.folder(name, source) / "test"
    if not rest.is_dir():
        print(f"{name}: nothing is left over for a test; `python -m data_scripts get {name} --all` gets more.")
        return None
    place = home() / "data" / "unseen" / f"{name}-{each}"
    for label in one.kinds:
        with as_data_error(place):
            (place / label).mkdir(parents=True, exist_ok=True)
            for file in sorted((rest / label).iterdir())[:each]:
                _beside(file, place / label / file.name)
    print(f"{name}: {each} + {each} official images from outside the lessons' sets")
    return place


def _beside(file: Path, target: Path) -> None:
    """The file under a second name; a copy where the file system knows no hard links."""
    if target.exists():
        return
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)
