"""MNIST and Fashion-MNIST on this machine: folders that `tfds.load` reads, in TFDS's own form and the official order.

The sample that ships with the course has that form already, so nothing has to be prepared for it.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import Any

from data_scripts import download
from data_scripts.atomic import atomic_folder, lock, read_json, recover
from data_scripts.errors import DataError
from data_scripts.mnist_files import SETS, Splits, read_published, verify
from data_scripts.paths import data_folder, own_data
from data_scripts.progress import progress_bar

SAMPLES = Path(__file__).parent / "samples"  # the first 20,000 + 4,000 images: tools/samples.py
AT_ONCE = 1000  # images between two steps of the progress bar
FRAME = 16  # bytes that a record of a .tfrecord file has around its data: length and checksums


def data_dir(name: str, source: str) -> Path:
    """Return what `tfds.load` wants as `data_dir`. `source` is "official" or "offline"."""
    return SAMPLES if source == "offline" else data_folder(source, name).parent


def state(name: str, source: str) -> str:
    """Return "ready", "absent" or "damaged": files are missing, or have another length than they were written with."""
    described, folder = SETS[name], data_dir(name, source) / name
    counts = {split: part.count for split, part in described.parts[source].items()}
    recover(folder)
    if _is_whole(folder / described.version, counts):
        return "ready"
    return "damaged" if os.path.exists(folder) else "absent"


def about(name: str, source: str) -> str:
    """Return the counts for a table: "20,000 + 4,000 images"."""
    return " + ".join(f"{part.count:,}" for part in SETS[name].parts[source].values()) + " images"


def prepare(name: str, source: str, *, from_folder: Path | None = None, again: bool = False) -> None:
    """Put "mnist" or "fashion_mnist" on the disk, unless it is there, or even then with `again`.

    source: "offline" (the sample, which is there already) or "official".
    from_folder: where the official files are; without it they are downloaded.
    Raises DataError, one sentence. Nothing half-made is left, and what was there before stays.
    """
    if state(name, source) == "ready" and not again:
        return
    if source == "offline":
        if state(name, source) != "ready":
            raise DataError(f"The course's own files in {SAMPLES / name} are damaged or missing. Get the course again.")
        return
    target = own_data(source, name)
    with lock(target):
        if state(name, source) == "ready" and not again:
            return  # another process was quicker
        folder = from_folder or download.fetch(name)
        splits = read_published(SETS[name], folder)
        with atomic_folder(target) as new:
            write_prepared(name, splits, new)
    if not from_folder:
        rmtree(folder, ignore_errors=True)  # not needed any more


def check_description(name: str, source: str) -> None:
    """Raise `DataError` where TFDS cannot read the file that describes the set: before a lesson asks it to."""
    _read(name, source, lambda tfds: tfds.builder(name, data_dir=str(data_dir(name, source))).info)


def arrays(name: str, source: str) -> Splits:
    """Return what is prepared: {"train": (images (N, 28, 28) uint8, labels (N,) int64), "test": …}.

    Raises DataError where a file is missing or damaged.
    """
    how = {"data_dir": str(data_dir(name, source)), "download": False, "as_supervised": True, "batch_size": -1}
    splits = _read(name, source, lambda tfds: tfds.load(name, **how))
    return {split: (images.numpy()[..., 0], labels.numpy()) for split, (images, labels) in splits.items()}


def _read(name: str, source: str, read: Callable[[Any], Any]) -> Any:
    import tensorflow_datasets as tfds

    try:
        return read(tfds)
    except Exception as error:  # broken files make TFDS raise a dozen kinds, with its whole call in their texts
        place, fix = data_dir(name, source) / name, f"`python -m data_scripts get {name} --source {source} --again`"
        fix = f"Fix it: {fix}." if source == "official" else "Get the course again."
        raise DataError(f"{place} is damaged or incomplete. {fix}") from error


def check(name: str, source: str) -> None:
    """Read every image and label and compare them with what is known. Raises `DataError` at the first fault."""
    verify(SETS[name], source, arrays(name, source), str(data_dir(name, source) / name))


def write_prepared(name: str, splits: Splits, folder: Path) -> None:
    """Write the splits as `folder`/<version>/ with TFDS's own writer, in their order.

    Raises OSError where the disk is full or cannot be written to.
    """
    import tensorflow as tf
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.dataset_info import DatasetIdentity

    place, published = folder / SETS[name].version, tfds.builder(name, data_dir=folder)
    place.mkdir(parents=True)
    identity = DatasetIdentity.from_builder(published)
    identity.data_dir = str(place)
    info = tfds.core.DatasetInfo(
        builder=identity, features=published.info.features, supervised_keys=("image", "label"), disable_shuffling=True
    )
    writer = tfds.core.SequentialWriter(info, max_examples_per_shard=100_000)  # one file for each split
    try:
        writer.initialize_splits(list(splits))
        with progress_bar(sum(len(labels) for _, labels in splits.values()), name) as progress:
            for split, (images, labels) in splits.items():
                for start in range(0, len(labels), AT_ONCE):
                    rows = zip(images[start : start + AT_ONCE], labels[start : start + AT_ONCE], strict=True)
                    examples = [{"image": image[..., None], "label": int(label)} for image, label in rows]
                    writer.add_examples({split: examples})
                    progress.update(len(examples))
        writer.close_all()
    except tf.errors.OpError as error:
        is_full = isinstance(error, tf.errors.ResourceExhaustedError)
        raise OSError(errno.ENOSPC if is_full else errno.EIO, error.message) from error


def _is_whole(folder: Path, counts: dict[str, int]) -> bool:
    """Tell whether the folder holds these splits, with so many images, in files as long as they were when written."""
    try:
        splits = read_json(folder / "dataset_info.json")["splits"]
        sizes = {split["name"]: int(split["numBytes"]) for split in splits}
        lengths = {split["name"]: sum(map(int, split["shardLengths"])) for split in splits}
        files = {split: sum(path.stat().st_size for path in folder.glob(f"*-{split}.tfrecord*")) for split in sizes}
        return lengths == counts and all(files[split] == sizes[split] + FRAME * counts[split] for split in counts)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError):  # the last of infinity
        return False
