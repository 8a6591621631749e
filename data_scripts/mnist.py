"""MNIST and Fashion-MNIST on this machine: prepared as folders that `tfds.load` reads, in the official order."""

import os
from pathlib import Path
from shutil import rmtree

import numpy as np

from data_scripts import download, mnist_checksums, mnist_official, mnist_sample, tfds_folder
from data_scripts.atomic import atomic_folder, lock
from data_scripts.paths import home


def data_dir(source: str) -> Path:
    """What `tfds.load` wants as `data_dir`. `source` is "official" or "offline"."""
    return home() / "data" / source


def state(name: str, source: str) -> str:
    """One of "ready", "absent", "damaged": files are missing, or have another length than they were written with."""
    one, folder = mnist_checksums.SETS[name], data_dir(source) / name
    counts = {split: part.count for split, part in one.parts[source].items()}
    if tfds_folder.is_whole(folder / one.version, name, counts):
        return "ready"
    return "damaged" if os.path.exists(folder) else "absent"


def about(name: str, source: str) -> str:
    """For a table: "20,000 + 4,000 images"."""
    return " + ".join(f"{part.count:,}" for part in mnist_checksums.SETS[name].parts[source].values()) + " images"


def prepare(name: str, source: str, from_folder: Path | None = None, again: bool = False) -> None:
    """Put the data set on the disk, unless it is there.

    Args:
        name: "mnist" or "fashion_mnist".
        source: "offline" (the sample, no network) or "official".
        from_folder: where the official files are; without it they are downloaded.
        again: prepare it even if it is there.

    Raises:
        DataError: with one sentence. Nothing half-made is left, and what was there before stays.
    """
    if state(name, source) == "ready" and not again:
        return
    one, target = mnist_checksums.SETS[name], data_dir(source) / name
    with lock(target):
        if state(name, source) == "ready" and not again:
            return  # another process was quicker
        splits = mnist_sample.arrays(one) if source == "offline" else mnist_official.arrays(one, from_folder)
        with atomic_folder(target) as folder:
            tfds_folder.write(folder / one.version, name, one.version, one.classes, splits)
    if source == "official" and not from_folder:
        rmtree(download.folder() / name, ignore_errors=True)  # not needed any more


def arrays(name: str, source: str) -> tfds_folder.Splits:
    """What has been prepared: {"train": (images (N, 28, 28) uint8, labels (N,) int64), "test": …}."""
    one = mnist_checksums.SETS[name]
    folder = data_dir(source) / name / one.version
    return {split: tfds_folder.read(folder, name, split, one.size) for split in one.parts[source]}


def check(name: str, source: str) -> None:
    """Read every image and label and compare them with what is known. Raises `DataError` at the first fault."""
    for split, (images, labels) in arrays(name, source).items():
        mnist_checksums.verify(
            mnist_checksums.SETS[name], source, split, images, labels.astype(np.uint8), str(data_dir(source) / name)
        )
