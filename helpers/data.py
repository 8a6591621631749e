"""Where a lesson gets its data, and from which source: the official data, or the sample that ships with the course.

COURSE_SOURCE=offline|official|auto decides; auto, the default, takes the official data once
`python -m data_scripts get NAME` has prepared them. Nothing here touches the network.
"""

from pathlib import Path

import numpy as np

from data_scripts import digits, pictures, sets
from data_scripts.errors import DataError
from helpers import budget


def source(name: str) -> str:
    """Where `name` ("mnist", "cats_vs_dogs", …) comes from on this machine: "official" or "offline"."""
    return sets.chosen(name)


def tfds_dir(name: str) -> str:
    """The folder for `tfds.load(name, data_dir=data.tfds_dir(name))`, in the official order; prints which source it is.

    The offline sample is prepared here the first time, in a second or two.

    Raises:
        DataError: an unknown name, or a folder that cannot be written to; its text says what to do.
    """
    where = _ready(name)
    return str(digits.data_dir(where))


def arrays(name: str) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """The same pictures in the same order as plain arrays; prints which source it is.

    Returns:
        (training images, training labels), (test images, test labels):
        images uint8 (N, 28, 28), labels int64 (N,).
    """
    splits = digits.arrays(name, _ready(name))
    return splits["train"], splits["test"]


def picture_folder(name: str) -> Path:
    """The folder of "horses_or_humans" or "cats_vs_dogs", with train/<class>/ and validation/<class>/ in it.

    Prints which source it is. Offline the pictures are drawn here the first time, which takes about a minute, and a
    few seconds in the quick budget, which has a small set of its own.

    Raises:
        DataError: an unknown name, or a folder that cannot be written to; its text says what to do.
    """
    where = source(name)
    if sets.module(name) is not pictures:
        raise DataError(f'{name} is no folder of pictures: tfds.load("{name}", data_dir=data.tfds_dir("{name}"))')
    small = where == "offline" and budget.is_quick()
    if where == "offline":
        pictures.prepare(name, where, small=small)
        more = f", drawn by the course (the official ones: python -m data_scripts get {name})"
    else:
        more = ""
    counts = pictures.SETS[name].small_counts() if small else None
    print(f"{name}: {where}, {pictures.told(counts) if counts else pictures.about(name, where)}{more}")
    return pictures.folder(name, where, small)


def _ready(name: str) -> str:
    """Prepare the sample if it is what will be used and not there yet; say which source it is, and return it."""
    where = source(name)
    its = sets.module(name)
    if its is not digits:
        raise DataError(f'{name} is a folder of pictures: data.picture_folder("{name}")')
    if where == "offline":
        its.prepare(name, where)
        more = f" (all of them: python -m data_scripts get {name})"
    else:
        more = ""
    print(f"{name}: {where}, {its.about(name, where)}{more}")
    return where
