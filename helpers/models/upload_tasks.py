"""What lesson 10 can be about: horses or humans, cats or dogs, or digits on paper, each ready for `fit`."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from data_scripts import render
from data_scripts.paths import home
from helpers import budget, data
from helpers.images.folders import ImageBatches, ImageFolderReader
from helpers.widgets.upload import SHIPPED

TASKS = ("horses_or_humans", "cats_vs_dogs", "mnist")
SIDE = 100  # of color images
BATCH = 32
NEW = 10  # the seed of images that are in no set
VARY = {"rotation_range": 20, "width_shift_range": 0.1, "height_shift_range": 0.1, "zoom_range": 0.2}
COLOR = {"horizontal_flip": True, "brightness_range": (0.7, 1.3), "channel_shift_range": 30}
PAPER = {"brightness_range": (0.5, 1.05)}  # a photograph of white paper is seldom white
DIGITS = 6_000


@dataclass(frozen=True)
class UploadTask:
    """Images to learn from and to test with, and some to show where nobody uploads any.

    `train` gives batches of float32 (N, *shape), 0…1, changed anew in every epoch, and labels; `test` holds
    images that are not among them, unchanged, as two arrays. `samples` are the paths of images that are in neither. `epochs` are enough to
    learn from them, in less than three minutes on two processor cores.
    """

    class_names: list[str]
    shape: tuple[int, int, int]
    train: ImageBatches
    test: tuple[np.ndarray, np.ndarray]
    samples: list[Path]
    epochs: int

    @property
    def outputs(self) -> int:
        """How many numbers a network answers with: one for two classes, else one for each class."""
        return 1 if len(self.class_names) == 2 else len(self.class_names)


def load(name: str) -> UploadTask:
    """The images of a choice; prints where they come from. ValueError for a name that is not in `CHOICES`."""
    if name not in TASKS:
        raise ValueError(f"choice is {name!r}; it can be {', '.join(map(repr, TASKS))}.")
    return _digits() if name == "mnist" else _folder(name)


def out_of_distribution_images(name: str, count: int = 48) -> dict[str, np.ndarray]:
    """Images that belong to no class of a choice, by what they are: each float32 (N, *shape), 0…1."""
    count = budget.images(count, quick=12)
    if name == "mnist":
        clothes = data.arrays("fashion_mnist")[1][0][:count, ..., None]
        empty = np.random.default_rng(1).normal(0.9, 0.02, (count, 28, 28, 1))
        return {"clothes": (255 - clothes).astype("float32") / 255, "empty paper": empty.clip(0, 1).astype("float32")}
    kinds = ("cat", "dog") if name == "horses_or_humans" else ("horse", "human")
    others = [render.draw(kinds[i % 2], NEW, i, SIDE) for i in range(count)]
    empty = [render.draw("dog", NEW, i, SIDE, figure=False) for i in range(count)]
    return {
        f"{kinds[0]}s and {kinds[1]}s": np.array(others, "float32") / 255,
        "places with nobody": np.array(empty, "float32") / 255,
    }


def _folder(name: str) -> UploadTask:
    folder = data.image_folder(name)
    how = {"target_size": (SIDE, SIDE), "class_mode": "binary", "interpolation": "bilinear", "seed": 1}
    train = ImageFolderReader(rescale=1 / 255, **VARY, **COLOR).flow_from_directory(
        folder / "train", batch_size=BATCH, **how
    )
    others = ImageFolderReader(rescale=1 / 255).flow_from_directory(
        folder / "validation", batch_size=10**6, shuffle=False, **how
    )
    first = ("horse", "human", "rider") if name == "horses_or_humans" else ("cat", "dog", "horse")
    samples = [SHIPPED / f"{one}.jpg" for one in (*first, "nobody")]
    if name == "horses_or_humans":
        samples.append(SHIPPED / "cat.jpg")
    epochs = budget.epochs(24 if name == "horses_or_humans" else 12, quick=2)
    return UploadTask(list(train.class_indices), (SIDE, SIDE, 3), train, others[0], samples, epochs)


def _digits() -> UploadTask:
    """MNIST dark on light, as a pen writes on paper."""
    (images, labels), (others, answers) = data.arrays("mnist")
    count, tested = budget.images(DIGITS), budget.images(1_000)
    paper = 255 - images[:count, ..., None]
    reader = ImageFolderReader(rescale=1 / 255, **VARY, **PAPER)
    names = [str(digit) for digit in range(10)]
    train = ImageBatches(
        reader,
        paper,
        labels[:count],
        ThreadPoolExecutor(reader.cores),
        directory="",
        filenames=[str(i) for i in range(count)],
        class_indices={one: i for i, one in enumerate(names)},
        class_mode="sparse",
        batch_size=BATCH,
        shuffle=True,
        seed=1,
    )
    test = (255 - others[:tested, ..., None]).astype("float32") / 255, answers[:tested].astype("float32")
    return UploadTask(names, (28, 28, 1), train, test, _written(others[-6:], answers[-6:]), budget.epochs(8, quick=2))


def _written(images: np.ndarray, labels: np.ndarray) -> list[Path]:
    """Digits (N, 28, 28), light on dark, as files of dark on light, ten times as large."""
    folder = home() / "samples" / "digits"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"digit_{label}_{i}.png" for i, label in enumerate(labels)]
    for path, image in zip(paths, images, strict=True):
        Image.fromarray(255 - image).resize((280, 280), Image.Resampling.BICUBIC).save(path)
    return paths
