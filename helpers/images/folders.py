"""The course's image reader: ImageDataGenerator's parameters and images, many times faster.

    reader = ImageFolderReader(rescale=1 / 255, rotation_range=40, horizontal_flip=True)
    train = reader.flow_from_directory("train", target_size=(150, 150), batch_size=32, class_mode="binary")
    model.fit(train, epochs=10)

Files are decoded once (`image_cache.py`); every epoch changes them anew (`augment.py`).
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from helpers.images.augment import Augmentation
from helpers.images.cache import CHANNELS, INTERPOLATIONS, load_images
from helpers.images.class_folders import class_folders, list_images

CLASS_MODES = ("categorical", "binary", "sparse", "input", None)


@dataclass(frozen=True, kw_only=True)
class ImageFolderReader(Augmentation):
    """Reads folders of images, and changes the images by chance if asked to.

    Takes the parameters of `Augmentation`, which are ImageDataGenerator's, and `validation_split`, the part
    of every class kept for `subset="validation"`. `threads` (as many as cores) changes no image.
    """

    validation_split: float = 0.0
    threads: int | None = None

    def __post_init__(self):
        super().__post_init__()
        if not 0 <= self.validation_split < 1:
            raise ValueError(f"validation_split is {self.validation_split!r}; it is a part: 0 or more, below 1.")

    def flow_from_directory(
        self,
        directory: str | Path,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: list[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        *,
        subset: str | None = None,
        interpolation: str = "nearest",
        on_error: str = "skip",
    ) -> "ImageBatches":
        """Batches of the images in `directory`, a folder for each class; parameters as ImageDataGenerator's.

        Reads all images at once, unless another reader still has the same ones. Those that cannot be read are named and
        left out; with `on_error="raise"` the first of them raises its ImageError. Without `seed` NumPy's global random
        state decides.
        """
        for name, value, allowed in (
            ("color_mode", color_mode, CHANNELS),
            ("class_mode", class_mode, CLASS_MODES),
            ("subset", subset, ("training", "validation", None)),
            ("interpolation", interpolation, INTERPOLATIONS),
            ("on_error", on_error, ("skip", "raise")),
        ):
            if value not in allowed:
                raise ValueError(f"{name} is {value!r}; it can be {', '.join(map(repr, allowed))}.")
        if color_mode == "rgba" and self.brightness_range is not None:
            raise ValueError('brightness_range does not go with color_mode="rgba".')
        if subset == "validation" and not self.validation_split:
            raise ValueError('subset="validation" needs a part to take: ImageFolderReader(validation_split=0.2, …).')
        part = {"validation": (0, self.validation_split), "training": (self.validation_split, 1)}.get(subset, (0, 1))
        classes = list(classes or class_folders(directory))
        names, labels = list_images(directory, classes, part)
        print(f"Found {len(names)} images belonging to {len(classes)} classes.")

        threads = ThreadPoolExecutor(self.cores)
        paths = [os.path.join(directory, name) for name in names]
        images, broken = load_images(paths, tuple(target_size), color_mode, interpolation, threads)
        if broken and (on_error == "raise" or not len(images)):
            raise next(iter(broken.values()))
        if broken:
            some = ", ".join(names[i] for i in list(broken)[:10]) + (", …" if len(broken) > 10 else "")
            print(f"Left out {len(broken)} that cannot be read: {some}.")
        return ImageBatches(
            self,
            images,
            np.delete(labels, list(broken)),
            threads,
            directory=directory,
            filenames=[name for i, name in enumerate(names) if i not in broken],
            class_indices={name: i for i, name in enumerate(classes)},
            class_mode=class_mode,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=int(np.random.randint(2**31)) if seed is None else seed,
        )

    @property
    def cores(self) -> int:
        """How many threads change images at the same time."""
        allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return self.threads or allowed or 1


class ImageBatches(keras.utils.PyDataset):
    """Batches of images (float32, batch × height × width × channels) and labels, changed anew in every epoch.

    `batches[i]` is batch i of this epoch, the same whenever it is asked for. `for` goes through one epoch and
    stops, and `next(batches)` goes on for ever; both begin the next epoch at the end, as `fit` does.
    Batch i of epoch e depends on `seed`, e and i alone.
    """

    def __init__(
        self,
        reader: ImageFolderReader,
        images: np.ndarray,
        classes: np.ndarray,
        threads: ThreadPoolExecutor,
        *,
        directory: str | Path,
        filenames: list[str],
        class_indices: dict[str, int],
        class_mode: str | None,
        batch_size: int,
        shuffle: bool,
        seed: int,
    ):
        super().__init__()
        self._reader, self._images, self._threads = reader, images, threads
        self.classes = self.labels = classes
        self.samples = self.n = len(images)
        self.image_shape, self.target_size = images.shape[1:], images.shape[1:3]
        self.directory, self.filenames = directory, filenames
        self.filepaths = [os.path.join(directory, name) for name in filenames]
        self.class_indices, self.class_mode, self.num_classes = class_indices, class_mode, len(class_indices)
        self.batch_size, self.shuffle, self.seed = batch_size, shuffle, seed
        self._begin_epoch(0)

    def __len__(self) -> int:
        return -(-self.samples // self.batch_size)

    def __getitem__(self, index: int):
        """Batch `index`: images and labels, or images alone where `class_mode` is None."""
        if not -len(self) <= index < len(self):
            raise IndexError(f"There is no batch {index}; there are {len(self)}, numbered from 0.")
        index %= len(self)
        epoch, order = self._epoch
        rows = order[index * self.batch_size : (index + 1) * self.batch_size]
        images = self._augmented(rows, np.random.default_rng((self.seed, epoch, index + 1)))
        if self.class_mode is None:
            return images
        if self.class_mode == "input":
            return images, images.copy()
        labels = self.classes[rows]
        if self.class_mode == "categorical":
            return images, np.eye(self.num_classes, dtype=np.float32)[labels]
        return images, labels.astype(np.float32)

    def __iter__(self):
        try:
            for index in range(len(self)):
                yield self[index]
        finally:
            self.on_epoch_end()

    def __next__(self):
        index = self._next
        batch = self[index]
        self._next += 1
        if self._next == len(self):
            self.on_epoch_end()
        return batch

    def reset(self) -> None:
        """Let `next(batches)` begin with batch 0 again."""
        self._next = 0

    def on_epoch_end(self) -> None:
        """A new order if shuffled, new changes; Keras calls it after each epoch."""
        self._begin_epoch(self._epoch[0] + 1)

    def _begin_epoch(self, epoch: int) -> None:
        order = np.arange(self.samples)
        if self.shuffle:
            np.random.default_rng((self.seed, epoch)).shuffle(order)
        self._epoch = epoch, order  # one assignment: a batch that is just being made sees the old pair or the new
        self._next = 0

    def _augmented(self, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The images of one batch; each thread changes a part of them."""
        drawn = self._reader.draw(rng, len(rows), self.target_size)
        images = np.empty((len(rows), *self.image_shape), np.float32)

        def change(part: slice) -> None:
            some = {name: values[part] for name, values in drawn.items()}
            self._reader.apply([self._images[row] for row in rows[part]], some, images[part])

        share = -(-len(rows) // self._reader.cores)
        list(self._threads.map(change, [slice(i, i + share) for i in range(0, len(rows), share)]))
        return images
