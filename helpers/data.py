"""Where a lesson gets its data, and from which source: the official data, or the sample that ships with the course.

COURSE_SOURCE=offline|official|auto decides; auto, the default, takes the official data once
`python -m data_scripts get NAME` has prepared them. Nothing here touches the network.
"""

from pathlib import Path

import numpy as np

from data_scripts import image_folders, mnist, registry
from data_scripts.errors import DataError
from helpers import budget


def source(name: str) -> str:
    """Where `name` ("mnist", "cats_vs_dogs", …) comes from on this machine: "official" or "offline"."""
    return registry.chosen_source(name)


def tfds_dir(name: str) -> str:
    """The folder for `tfds.load(name, data_dir=data.tfds_dir(name))`, in the official order; prints which source it is.

    The offline sample is prepared here the first time, in a second or two.

    Raises:
        DataError: an unknown name, or a folder that cannot be written to; its text says what to do.
    """
    where = _ready(name)
    return str(mnist.data_dir(where))


def arrays(name: str) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """The same images in the same order as plain arrays; prints which source it is.

    Returns:
        (training images, training labels), (test images, test labels):
        images uint8 (N, 28, 28), labels int64 (N,).
    """
    splits = mnist.arrays(name, _ready(name))
    return splits["train"], splits["test"]


def image_folder(name: str) -> Path:
    """The folder of "horses_or_humans" or "cats_vs_dogs", with train/<class>/ and validation/<class>/ in it.

    Prints which source it is. Offline the images are drawn here the first time, which takes about a minute, and a
    few seconds in the quick budget, which has a small set of its own.

    Raises:
        DataError: an unknown name, or a folder that cannot be written to; its text says what to do.
    """
    where = source(name)
    if registry.module(name) is not image_folders:
        raise DataError(f'{name} is no folder of images: tfds.load("{name}", data_dir=data.tfds_dir("{name}"))')
    small = where == "offline" and budget.is_quick()
    if where == "offline":
        image_folders.prepare(name, where, small=small)
        more = f", drawn by the course (the official ones: python -m data_scripts get {name})"
    else:
        more = ""
    counts = image_folders.SETS[name].small_counts() if small else None
    print(
        f"{name}: {where}, {image_folders.format_counts(counts) if counts else image_folders.about(name, where)}{more}"
    )
    return image_folders.folder(name, where, small)


def _ready(name: str) -> str:
    """Prepare the sample if it is what will be used and not there yet; say which source it is, and return it."""
    where = source(name)
    its = registry.module(name)
    if its is not mnist:
        raise DataError(f'{name} is a folder of images: data.image_folder("{name}")')
    if where == "offline":
        its.prepare(name, where)
        more = f" (all of them: python -m data_scripts get {name})"
    else:
        more = ""
    print(f"{name}: {where}, {its.about(name, where)}{more}")
    return where
