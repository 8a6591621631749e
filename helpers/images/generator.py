"""Keras's ImageDataGenerator while Keras still provides it, then the course's own reader under its name.

It is deprecated, and lessons 05–08 must not stop on the day it is gone.
"""

import contextlib
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from helpers import tensorflow_import
from helpers.images.folders import ImageFolderReader


class ReaderAsGenerator(ImageFolderReader):
    """An ImageFolderReader with the two methods of ImageDataGenerator that lessons use and it lacks."""

    def apply_transform(self, x: np.ndarray, transform_parameters: dict) -> np.ndarray:
        """Return `x` (height, width, channels; 0…255) changed by parameters as `draw` returns them; float32."""
        out = np.empty((1, *x.shape), np.float32)
        transforms = {name: np.array([value]) for name, value in transform_parameters.items()}
        replace(self, rescale=None).apply([x.astype(np.uint8)], transforms, out)
        return out[0]

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """Return `x` (height, width, channels; 0…255) changed at random; float32."""
        transforms = self.draw(np.random.default_rng(seed), 1, x.shape[:2])
        return self.apply_transform(x, {name: values[0] for name, values in transforms.items()})


try:
    ImageDataGenerator = tensorflow_import.tensorflow().keras.preprocessing.image.ImageDataGenerator
except AttributeError:
    ImageDataGenerator = ReaderAsGenerator
    print(
        "This version of Keras has no ImageDataGenerator anymore. The course's ImageFolderReader takes its place here: "
        "the same arguments and the same images, only faster. What a lesson says about the generator's faults is history."
    )


def quiet_flow(generator: Any, directory: str | Path, **flow: Any) -> Any:
    """Return `generator.flow_from_directory(directory, **flow)`, without its line "Found …"."""
    with contextlib.redirect_stdout(io.StringIO()):
        return generator.flow_from_directory(directory, **flow)


def first_batch(generator: Any, directory: str | Path, **flow: Any) -> Any:
    """Return the first batch of `quiet_flow`."""
    return next(quiet_flow(generator, directory, **flow))
