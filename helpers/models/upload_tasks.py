"""The tasks of lesson 10: horses or humans, cats or dogs, or digits on paper, each ready for `fit`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from data_scripts import atomic, render
from data_scripts.paths import home
from helpers import budget, data
from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.encode import encode
from helpers.images.folders import ImageBatches, ImageFolderReader

TASKS = ("horses_or_humans", "cats_vs_dogs", "mnist")
SIDE = 100  # of color images
BATCH = 32
NEW = 10  # the seed of images that are in no set
AUGMENTATION: dict[str, Any] = {
    "rotation_range": 20,
    "width_shift_range": 0.1,
    "height_shift_range": 0.1,
    "zoom_range": 0.2,
}
COLOR: dict[str, Any] = {"horizontal_flip": True, "brightness_range": (0.7, 1.3), "channel_shift_range": 30}
PAPER: dict[str, Any] = {"brightness_range": (0.5, 1.05)}  # a photograph of white paper is seldom white
DIGITS = 6_000


@dataclass(frozen=True)
class UploadTask:
    """Images to learn from and to test with, and some to show until you upload your own.

    `train` gives batches of float32 images (N, *shape), 0…1, augmented differently in every epoch, and labels; `test` is
    images that are not among them, not augmented, and their labels, two arrays. `samples` are paths of images that are in
    neither. `epochs` are enough to learn from them, in less than two minutes on two processor cores.
    """

    class_names: list[str]
    shape: tuple[int, int, int]
    train: ImageBatches
    test: tuple[np.ndarray, np.ndarray]
    samples: list[Path]
    epochs: int

    @property
    def outputs(self) -> int:
        """How many outputs a network needs: one for two classes, else one for each class."""
        return 1 if len(self.class_names) == 2 else len(self.class_names)


def load(name: str) -> UploadTask:
    """Return the task of that name; prints where its images come from. Raises ValueError for a name not in `TASKS`."""
    if name not in TASKS:
        raise ValueError(f"The task is {name!r}; it can be {', '.join(map(repr, TASKS))}.")
    return _digits() if name == "mnist" else _folder(name)


def out_of_distribution_images(name: str, count: int = 48) -> dict[str, np.ndarray]:
    """Return images that belong to no class of a task, by what they show: {"clothes": float32 (N, *shape), 0…1, …}."""
    count = budget.images(count, quick=12)
    if name == "mnist":
        clothes = data.arrays("fashion_mnist")[1][0][:count, ..., None]
        paper = np.random.default_rng(1).normal(0.9, 0.02, (count, 28, 28, 1))
        return {"clothes": (255 - clothes).astype("float32") / 255, "empty paper": paper.clip(0, 1).astype("float32")}
    kinds = ("cat", "dog") if name == "horses_or_humans" else ("horse", "human")
    others = [render.draw(kinds[i % 2], NEW, i, SIDE) for i in range(count)]
    empty = [render.draw("dog", NEW, i, SIDE, figure=False) for i in range(count)]
    return {
        f"{kinds[0]}s and {kinds[1]}s": np.array(others, "float32") / 255,
        "places with nobody": np.array(empty, "float32") / 255,
    }


def _folder(name: str) -> UploadTask:
    folder = data.image_folder(name)
    options: dict[str, Any] = {
        "target_size": (SIDE, SIDE),
        "class_mode": "binary",
        "interpolation": "bilinear",
        "seed": 1,
    }
    train = ImageFolderReader(rescale=1 / 255, **AUGMENTATION, **COLOR).flow_from_directory(
        folder / "train", batch_size=BATCH, **options
    )
    test = ImageFolderReader(rescale=1 / 255).flow_from_directory(
        folder / "validation", batch_size=10**6, shuffle=False, **options
    )
    shown = ("horse", "human", "rider") if name == "horses_or_humans" else ("cat", "dog", "horse")
    samples = [SAMPLE_IMAGES / "upload" / f"{stem}.jpg" for stem in (*shown, "nobody")]
    if name == "horses_or_humans":
        samples.append(SAMPLE_IMAGES / "upload" / "cat.jpg")
    images, labels = test[0]
    return UploadTask(
        list(train.class_indices), (SIDE, SIDE, 3), train, (images, labels), samples, budget.epochs(12, quick=2)
    )


def _digits() -> UploadTask:
    """Return MNIST dark on light, as a pen writes on paper."""
    (images, labels), (others, answers) = data.arrays("mnist")
    count, tested = budget.images(DIGITS), budget.images(1_000)
    paper = 255 - images[:count, ..., None]
    reader = ImageFolderReader(rescale=1 / 255, **AUGMENTATION, **PAPER)
    names = [str(digit) for digit in range(10)]
    train = reader.flow(paper, labels[:count], BATCH, seed=1)
    test = (255 - others[:tested, ..., None]).astype("float32") / 255, answers[:tested].astype("float32")
    return UploadTask(names, (28, 28, 1), train, test, _written(others[-6:], answers[-6:]), budget.epochs(8, quick=2))


def _written(images: np.ndarray, labels: np.ndarray) -> list[Path]:
    """Write digits (N, 28, 28), light on dark, as image files of dark on light, ten times as large; return the paths."""
    folder = home() / "samples" / "digits"
    paths = [folder / f"digit_{label}_{i}.png" for i, label in enumerate(labels)]
    for path, image in zip(paths, images, strict=True):
        atomic.write(path, encode(Image.fromarray(255 - image).resize((280, 280), Image.Resampling.BICUBIC)))
    return paths
