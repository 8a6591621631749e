"""Keras's ImageDataGenerator for as long as Keras has it; afterwards the course's own reader under its name.

It is deprecated, and lessons 05–08 must not stop on the day on which it is gone.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from helpers import tensorflow_import
from helpers.images.class_folders import NoImagesError
from helpers.images.folders import ImageBatches, ImageFolderReader


class ReaderAsGenerator(ImageFolderReader):
    """A ImageFolderReader with the four ways of ImageDataGenerator that the lessons use and a ImageFolderReader lacks."""

    def apply_transform(self, x: np.ndarray, transform_parameters: dict) -> np.ndarray:
        """`x` (height, width, channels; 0…255), changed as the numbers of `draw` say; float32, same shape."""
        out = np.empty((1, *x.shape), np.float32)
        drawn = {name: np.array([value]) for name, value in transform_parameters.items()}
        replace(self, rescale=None).apply([x.astype(np.uint8)], drawn, out)
        return out[0]

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """`x` (height, width, channels; 0…255), changed by chance; float32, same shape."""
        drawn = self.draw(np.random.default_rng(seed), 1, x.shape[:2])
        return self.apply_transform(x, {name: values[0] for name, values in drawn.items()})

    def flow(self, x: np.ndarray, y: np.ndarray, batch_size: int = 32, shuffle: bool = True, seed: int = 0):
        """Batches of arrays: `x` (images, height, width, channels; 0…255) and labels `y` (images,)."""
        return ImageBatches(
            self,
            x.astype(np.uint8),
            np.asarray(y),
            ThreadPoolExecutor(self.cores),
            directory="",
            filenames=[str(number) for number in range(len(x))],
            class_indices={str(name): name for name in np.unique(y)},
            class_mode="sparse",
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
        )

    def flow_from_directory(self, *arguments, **named):
        """As a ImageFolderReader's, but a folder without images is no error: lesson 05 shows what comes of it."""
        try:
            return super().flow_from_directory(*arguments, **named)
        except NoImagesError:
            print("Found 0 images belonging to 0 classes.")
            return []


try:
    ImageDataGenerator = tensorflow_import.tensorflow().keras.preprocessing.image.ImageDataGenerator
except AttributeError:
    ImageDataGenerator = ReaderAsGenerator
    print(
        "This version of Keras has no ImageDataGenerator any more. The course's ImageFolderReader takes its place here: "
        "the same arguments, the same images, only faster. What a lesson says of the generator's faults is history."
    )
