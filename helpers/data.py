"""The data sets by name, from the official source or from what comes with the course; and a held-out test set.

COURSE_SOURCE=offline|official|auto decides which source; auto, the default, takes the official data once
`python -m data_scripts get NAME` has prepared them. Nothing here touches the network.
"""

import os
import shutil
from pathlib import Path

import numpy as np

from data_scripts import image_folders, mnist, registry
from data_scripts.atomic import atomic_folder, lock
from data_scripts.errors import DataError
from data_scripts.image_sets import SETS
from data_scripts.leftovers import shown
from data_scripts.paths import home
from data_scripts.render import draw_sets
from helpers import budget, tensorflow_import


def source(name: str) -> str:
    """Return where `name` ("mnist", "cats_vs_dogs", …) comes from on this machine: "official" or "offline"."""
    return registry.chosen_source(name)


def tfds_dir(name: str) -> str:
    """Return the folder for `tfds.load(name, data_dir=data.tfds_dir(name))`, which keeps the official order.

    Prints which source it is. Raises DataError, which says what to do, for an unknown name or a damaged installation.
    """
    return str(mnist.data_dir(name, _announce_mnist(name)))


def arrays(name: str) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return the same images in the same order as plain arrays; prints which source it is.

    They are (training images, training labels), (test images, test labels): images uint8 (N, 28, 28), labels int64 (N,).
    Raises DataError as `tfds_dir` does.
    """
    where = _announce_mnist(name)
    splits = mnist.arrays(name, where)
    return splits["train"], splits["test"]


def image_folder(name: str) -> Path:
    """Return the folder of "horses_or_humans" or "cats_vs_dogs", with train/<class>/ and validation/<class>/ in it.

    Prints which source it is. Offline the images are rendered here the first time, which takes about a minute, and a
    few seconds in the quick budget, which has a small set of its own. Raises DataError, which says what to do, for an
    unknown name, or a folder that cannot be written to.
    """
    where = _image_source(name)
    small = where == "offline" and budget.is_quick()
    counts, more = image_folders.about(name, where), ""
    if where == "offline":
        image_folders.prepare(name, where, small=small)
        image_set = SETS[name]
        counts = image_folders.format_counts(image_set.small_counts() if small else image_set.counts)
        more = f", rendered by the course (the official ones: python -m data_scripts get {name})"
    print(f"{name}: {where}, {counts}{more}")
    return image_folders.folder(name, where, small)


def held_out_folder(name: str, each: int = 500) -> Path | None:
    """Return the folder of a held-out test set: `each` images of every class that are in neither train nor validation.

    Offline they are rendered here the first time (1,000 take about half a minute), with numbers that no set has. Of the
    official cats and dogs those outside the lessons' 3,000 are taken, if the set was prepared with `--all`. Prints
    how many of each there are and where they come from; None, and a sentence, where there are none. Raises DataError
    where the folder cannot be written to, or the disk is full.
    """
    where = _image_source(name)
    draw_sets.check_number("count", each, 1, draw_sets.MOST_DRAWN)
    classes = SETS[name].kinds
    if where == "offline":
        folder = home() / "data" / "offline" / f"{name}-unseen-{draw_sets.studio_edition()}-{each}"
        for label, kind in classes.items():
            draw_sets.draw_new(kind, each, folder / label, only_missing=True)
        about = "newly drawn images that no network has seen"
    else:
        rest = image_folders.folder(name, where) / "test"
        if not rest.is_dir():
            print(f"{name}: nothing is left over for a test; `python -m data_scripts get {name} --all` gets more.")
            return None
        folder = home() / "data" / "unseen" / f"{name}-{each}"
        if not folder.is_dir():
            with lock(folder), atomic_folder(folder) as new:
                for label in classes:
                    (new / label).mkdir()
                    for file in shown(os.listdir(rest / label))[:each]:
                        _link_or_copy(rest / label / file, new / label / file)
        about = "official images from outside the lessons' sets"
    counts = " + ".join(f"{len(list((folder / label).glob('*.jpg'))):,}" for label in classes)
    print(f"{name}: {counts} {about}")
    return folder


def _image_source(name: str) -> str:
    where = source(name)
    if registry.module(name) is not image_folders:
        raise DataError(f'{name} is not a folder of images: tfds.load("{name}", data_dir=data.tfds_dir("{name}"))')
    return where


def _link_or_copy(file: Path, target: Path) -> None:
    """Give the file a second name; copy it where the file system has no hard links."""
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def _announce_mnist(name: str) -> str:
    """Print the source of a set in MNIST's form, and return it; "offline" only if the course's files are whole."""
    where = source(name)
    if registry.module(name) is not mnist:
        raise DataError(f'{name} is a folder of images: data.image_folder("{name}")')
    more = ""
    if where == "offline":
        mnist.prepare(name, where)
        more = f" (all of them: python -m data_scripts get {name})"
    tensorflow_import.tensorflow()
    mnist.check_description(name, where)
    print(f"{name}: {where}, {mnist.about(name, where)}{more}")
    return where
