"""The published files of MNIST and Fashion-MNIST: downloaded, or found in a folder; verified in either case."""

import os
from pathlib import Path

from data_scripts import download, idx
from data_scripts.errors import DataError
from data_scripts.mnist_checksums import IMAGES, LABELS, DigitSet, verify
from data_scripts.tfds_folder import Splits


def arrays(one: DigitSet, from_folder: Path | None = None) -> Splits:
    """All images and labels as published, in the published order.

    Args:
        one: which set.
        from_folder: the four IDX files, gzipped or not; or a folder that has them in a folder of the
            set's name. Without it they are downloaded.

    Raises:
        DataError: no network, or a file is missing, damaged, or not the published one.
    """
    folder = Path(from_folder).expanduser() if from_folder else fetch(one)
    splits = {}
    for split, part in one.parts["official"].items():
        images = idx.read(_find(one, folder, IMAGES[split]), (part.count, *one.size))
        labels = idx.read(_find(one, folder, LABELS[split]), (part.count,))
        verify(one, "official", split, images, labels, str(folder))
        splits[split] = images, labels
    return splits


def fetch(one: DigitSet) -> Path:
    """Download the four files, each verified; what is already there is kept. Returns their folder."""
    folder = download.folder() / one.name
    for url, size, checksum in addresses(one.name):
        download.file(url, folder / url.rsplit("/", 1)[-1], size, checksum, advice(one.name))
    return folder


def addresses(name: str) -> list[tuple[str, int, str]]:
    """The address, length in bytes and SHA-256 of each file, as TFDS knows them. (Does not import TensorFlow.)"""
    import tensorflow_datasets as tfds

    return [(url, int(about.size), about.checksum) for url, about in sorted(tfds.builder_cls(name).url_infos.items())]


def advice(name: str) -> str:
    """What to do when a download does not work."""
    return (
        f"Try `python -m data_scripts get {name}` again later, or, with the files already on a disk: "
        f"`python -m data_scripts get {name} --from FOLDER`. Lessons run without them, on what comes with the course."
    )


def _find(one: DigitSet, folder: Path, name: str) -> Path:
    """The file of that name in the folder: packed or not, with the dot that old copies have in the name or the hyphen."""
    spellings = [n + ending for n in (name, name.replace("-idx", ".idx")) for ending in ("", ".gz", ".xz")]
    torchvision = f"{one.title.replace('-', '')}/raw"  # its name for the folder
    for place in (folder / inside for inside in (".", one.name, "raw", torchvision)):
        for path in (place / spelling for spelling in spellings):
            if os.path.isfile(path):
                return path
    raise DataError(
        f"{folder} has no {name} (or {name}.gz) that can be read. {one.title} is four files: "
        f"{', '.join([*IMAGES.values(), *LABELS.values()])}."
    )
