"""The course's image reader: ImageDataGenerator's parameters and images, many times faster.

    reader = ImageFolderReader(rescale=1 / 255, rotation_range=40, horizontal_flip=True)
    train = reader.flow_from_directory("train", target_size=(150, 150), batch_size=32, class_mode="binary")
    model.fit(train, epochs=10)

Files are decoded once (`cache.py`); every epoch changes the images again (`augment.py`).
"""

import functools
import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np

from helpers.images.augment import Augmentation
from helpers.images.cache import CHANNELS, INTERPOLATIONS, load_images
from helpers.images.class_folders import check_class_count, find_images, listed
from helpers.images.file_bytes import ImageError, printable
from helpers.images.read import check_size

CLASS_MODES = ("categorical", "binary", "sparse", None)


def core_count() -> int:
    """Return how many processor cores this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return allowed or 1


@functools.cache
def shared_threads() -> ThreadPoolExecutor:
    """Return the threads that all readers share, one for each core."""
    return ThreadPoolExecutor(core_count(), "images")


class ImageFolderReader(Augmentation):
    """Reads folders of images in batches, with random augmentation; takes the parameters of `Augmentation`."""

    def flow_from_directory(
        self,
        directory: str | Path,
        target_size: tuple[int, int] = (256, 256),
        *,
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        interpolation: str = "nearest",
    ) -> "ImageBatches":
        """Return batches of the images in `directory`, a folder for each class; parameters as ImageDataGenerator's.

        Reads all images at once, unless another reader still has the same ones. Prints how many there are, and what is
        left out: files that cannot be read, folders without images. Without `seed`, NumPy's global random state decides.
        Raises FileNotFoundError or NoImagesError where there is nothing to read, ImageError if no image of a class can
        be read, and ValueError for fewer than two classes, or other than two if `class_mode` is "binary", and for a wrong argument.
        """
        _check_choice("color_mode", color_mode, CHANNELS)
        _check_choice("class_mode", class_mode, CLASS_MODES)
        _check_choice("interpolation", interpolation, INTERPOLATIONS)
        check_size("target_size", target_size)
        if not isinstance(batch_size, int | np.integer) or batch_size < 1:
            raise ValueError(f"batch_size is {batch_size!r}; it is a whole number, at least 1.")
        if not isinstance(directory, str | bytes | os.PathLike):
            raise ValueError(
                f"directory is {directory!r:.80}; it is the path of a folder with a folder for each class."
            )
        directory = os.path.expanduser(os.fsdecode(directory))
        found = find_images(directory, classes)
        filenames, labels = found.filenames, found.labels
        print(f"Found {len(filenames)} images belonging to {len(found.classes)} classes.", *found.notes(), sep="\n")
        check_class_count(found.classes, class_mode)

        paths = [os.path.join(directory, name) for name in filenames]
        images, errors = load_images(
            paths, (target_size[0], target_size[1]), color_mode, interpolation, shared_threads()
        )
        kept = np.delete(labels, list(errors))
        if errors:
            _check_each_class(found.classes, labels, kept, errors)
            names = [filenames[i] for i in errors]
            print(f"Left out {len(errors)} that cannot be read: {listed(names)}. {_first_sentences(errors)}")
        return ImageBatches(
            self,
            images,
            kept,
            class_indices={name: label for label, name in enumerate(found.classes)},
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=int(np.random.randint(2**31)) if seed is None else seed,
            directory=directory,
            filenames=[name for i, name in enumerate(filenames) if i not in errors],
        )

    def flow(
        self, x: np.ndarray, y: np.ndarray, batch_size: int = 32, shuffle: bool = True, seed: int = 0
    ) -> "ImageBatches":
        """Return batches of images in memory: `x` (images, height, width, channels; 0…255) and labels `y` (images,)."""
        return ImageBatches(
            self,
            x.astype(np.uint8, copy=False),
            np.asarray(y),
            class_indices={str(name): name for name in np.unique(y)},
            class_mode="sparse",
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
        )


def _check_each_class(classes: list[str], labels: np.ndarray, kept: np.ndarray, errors: dict[int, ImageError]) -> None:
    """Raise ImageError if no image of a class can be read: a network would learn that there is no such class."""
    for label, name in enumerate(classes):
        if label in labels and label not in kept:
            first = next(error for i, error in errors.items() if labels[i] == label)
            raise ImageError(f'No image in "{printable(name)}" can be read. {first}') from first


def _first_sentences(errors: dict[int, ImageError]) -> str:
    """Return what is wrong with the first file of each kind: HEIC files want another remedy than broken ones."""
    reasons = {str(error).rpartition('"')[2]: str(error) for error in reversed(errors.values())}
    return " ".join(reversed(list(reasons.values())[-3:]))


def _check_choice(name: str, value: str | None, allowed: Sequence | dict) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; it can be {', '.join(map(repr, allowed))}.")


class ImageBatches(keras.utils.PyDataset):
    """Batches of images (float32, batch × height × width × channels) and labels, augmented differently in every epoch.

    `batches[i]` is batch i of this epoch, the same whenever you ask for it. `for` goes through one epoch and
    stops, and `next(batches)` goes on for ever; both begin the next epoch at the end, as `fit` does.
    Batch i of epoch e depends on `seed`, e and i alone. `images` are uint8 (count, height, width, channels).
    """

    def __init__(
        self,
        augmentation: Augmentation,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        class_indices: dict[str, int],
        class_mode: str | None,
        batch_size: int,
        shuffle: bool,
        seed: int,
        directory: str | Path = "",
        filenames: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._augmentation, self._images = augmentation, images
        self.classes = self.labels = labels
        self.samples = self.n = len(images)
        self.image_shape, self.target_size = images.shape[1:], images.shape[1:3]
        self.directory, self.filenames = directory, list(filenames)
        self.filepaths = [os.path.join(directory, name) for name in filenames]
        self.class_indices, self.class_mode, self.num_classes = class_indices, class_mode, len(class_indices)
        self.batch_size, self.shuffle, self.seed = batch_size, shuffle, seed
        self._begin_epoch(0)

    def __len__(self) -> int:
        return math.ceil(self.samples / self.batch_size)

    def __getitem__(self, index: int) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        """Return batch `index`: images and labels, or images alone if `class_mode` is None."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"There is no batch {index}; there are {len(self)}, numbered from 0.")
        if not len(self._images):
            raise ValueError("This reader has been closed. Call flow_from_directory to read its images again.")
        index %= len(self)
        epoch, order = self._epoch
        rows = order[index * self.batch_size : (index + 1) * self.batch_size]
        images = self._augmented(rows, np.random.default_rng((self.seed, epoch, index + 1)))
        if self.class_mode is None:
            return images
        labels = self.classes[rows]
        if self.class_mode == "categorical":
            return images, np.eye(self.num_classes, dtype=np.float32)[labels]
        return images, labels.astype(np.float32)

    def __iter__(self) -> Iterator:
        try:
            for index in range(len(self)):
                yield self[index]
        finally:
            self.on_epoch_end()

    def __next__(self) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        batch = self[self._next]
        self._next += 1
        if self._next == len(self):
            self.on_epoch_end()
        return batch

    def on_epoch_end(self) -> None:
        """Begin the next epoch: another order if shuffled, other random transforms. Keras calls it after each epoch."""
        self._begin_epoch(self._epoch[0] + 1)

    def close(self) -> None:
        """Give back the memory of the images; there are no batches after that.

        Deleting a reader isn't enough: TensorFlow 2.21 keeps each one that `fit` or `predict` has read (its issue 37653).
        """
        self._images = self._images[:0].copy()

    def _begin_epoch(self, epoch: int) -> None:
        order = np.arange(self.samples)
        if self.shuffle:
            np.random.default_rng((self.seed, epoch)).shuffle(order)
        self._epoch = epoch, order  # one assignment: a batch in the making sees the old pair or the new one
        self._next = 0

    def _augmented(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return the images of one batch; each thread changes some of them."""
        transforms = self._augmentation.draw(rng, len(rows), self.target_size)
        images = np.empty((len(rows), *self.image_shape), np.float32)

        def change(part: slice) -> None:
            own = {name: values[part] for name, values in transforms.items()}
            self._augmentation.apply([self._images[row] for row in rows[part]], own, images[part])

        share = math.ceil(len(rows) / core_count())
        list(shared_threads().map(change, [slice(i, i + share) for i in range(0, len(rows), share)]))
        return images
