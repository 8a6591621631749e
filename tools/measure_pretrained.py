"""Lesson 11's results: a head on borrowed features and a network from scratch, by images of each class; and photographs.

python -m tools.measure --network head_by_images scratch_by_images
python -m tools.measure --network head_on_photographs --photographs FOLDER
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np

from helpers.images.folders import ImageFolderReader
from helpers.models import pretrained
from helpers.models.architectures import feature_head, strong_baseline
from helpers.results.recipes import Recipe, stopwatch
from tools.measure_photographs import NAMES, count_photographs
from tools.varied_images import images_in


@dataclass(frozen=True)
class ByImagesConfig(Recipe):
    """A network trained on ever more images of each class, chosen by the seed; the few are among the many."""

    dataset: str = "cats_vs_dogs"
    counts: tuple[int, ...] = (10, 30, 100, 1000)

    def train(self, images: Path, seed: int) -> dict[str, Any]:
        """Train once for each count; return the validation accuracies, and what all of it cost."""
        (train, labels), others = (self.read(images / split) for split in ("train", "validation"))
        order = np.random.default_rng(seed).permutation(len(labels))
        accuracies = []
        with stopwatch() as cost:
            for count in self.counts:
                chosen = first_of_each(order, labels, count)
                model = self.fit(train[chosen], labels[chosen], seed)
                result = model.evaluate(*others, batch_size=1000, verbose=0, return_dict=True)
                accuracies.append(round(result["accuracy"], 4))
        by_count = {f"validation_accuracy_{count}": value for count, value in zip(self.counts, accuracies, strict=True)}
        return {"validation_accuracy": accuracies[-1], **by_count, **cost, "curves": {"val_accuracy": accuracies}}

    def read(self, folder: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return what the network takes, and 0.0 or 1.0 for each."""
        raise NotImplementedError

    def fit(self, train: np.ndarray, labels: np.ndarray, seed: int) -> keras.Model:
        """Return a network trained with this seed."""
        raise NotImplementedError


@dataclass(frozen=True)
class HeadConfig(ByImagesConfig):
    """Configuration of `feature_head` on `pretrained.features`."""

    size: int = pretrained.SIZE
    epochs: int = 60
    batch_size: int = 256
    l2: float = 5e-2

    def read(self, folder: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return features and labels."""
        return labeled_features(folder)

    def fit(self, train: np.ndarray, labels: np.ndarray, seed: int) -> keras.Model:
        """Return a trained head."""
        return fit_head(train, labels, self.l2, self.epochs, self.batch_size, seed)


@dataclass(frozen=True)
class ScratchConfig(ByImagesConfig):
    """Configuration of `strong_baseline` for small images, with fewer filters; few images are repeated until an epoch has `images`."""

    size: int = 64
    epochs: int = 6
    images: int = 2000
    batch_size: int = 32
    filters: tuple[int, ...] = (16, 32, 64, 128)

    def read(self, folder: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return images, uint8, and labels. Batch normalization follows the first convolution, so 0…255 does as well as 0…1."""
        return by_class(lambda part: images_in(part, self.size), folder)

    def fit(self, train: np.ndarray, labels: np.ndarray, seed: int) -> keras.Model:
        """Return a network trained on images that are flipped, turned and zoomed."""
        keras.utils.set_random_seed(seed)
        places = np.resize(np.arange(len(labels)), self.images)
        reader = ImageFolderReader(horizontal_flip=True, rotation_range=15, zoom_range=0.2)
        batches = reader.flow(train[places], labels[places], self.batch_size, seed=seed)
        model = strong_baseline(self.size, self.epochs * len(batches), self.filters)
        model.fit(batches, epochs=self.epochs, verbose=0)
        return model


@dataclass(frozen=True)
class HeadOnPhotographsConfig(Recipe):
    """Configuration of `feature_head` for horses and humans: from rendered images, and from ten photographs of each."""

    photographs: Path = Path()
    dataset: str = "horses_or_humans"
    each: int = 10
    draws: int = 10
    epochs: int = 60
    l2: float = 5e-2

    def count_images(self, images: Path) -> dict[str, Any]:
        """Return how many images there are to learn from, and how many photographs."""
        count = len(labeled_features(images / "train")[1])
        return {"train": count, "photographs": count_photographs(self.photographs)}

    def train(self, images: Path, seed: int) -> dict[str, Any]:
        """Train once on rendered images, and `draws` times on photographs; return balanced accuracies on the others."""
        photographs, labels = labeled_features(self.photographs, NAMES)
        with stopwatch() as cost:
            rendered = self.balanced(*labeled_features(images / "train"), photographs, labels, seed)
            few = []
            for draw in range(self.draws):
                order = np.random.default_rng((seed, draw)).permutation(len(labels))
                chosen = first_of_each(order, labels, self.each)
                rest = np.setdiff1d(order, chosen)
                few.append(self.balanced(photographs[chosen], labels[chosen], photographs[rest], labels[rest], seed))
        return {
            "from_rendered": round(rendered, 4),
            "from_photographs": round(float(np.median(few)), 4),
            "from_photographs_worst": round(min(few), 4),
            **cost,
        }

    def balanced(
        self, train: np.ndarray, labels: np.ndarray, others: np.ndarray, truth: np.ndarray, seed: int
    ) -> float:
        """Return the mean of both classes' accuracies on others of a head trained with this seed."""
        head = fit_head(train, labels, self.l2, self.epochs, 256, seed)
        right = (head.predict(others, verbose=0)[:, 0] >= 0.5) == truth
        return float(np.mean([right[truth == label].mean() for label in (0, 1)]))


def first_of_each(order: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Return the first `count` places of each of two classes in an order of places."""
    return np.concatenate([order[labels[order] == label][:count] for label in (0, 1)])


def fit_head(
    features: np.ndarray, labels: np.ndarray, l2: float, epochs: int, batch_size: int, seed: int
) -> keras.Model:
    """Return a head trained on features (N, units) and labels (N,)."""
    keras.utils.set_random_seed(seed)
    head = feature_head(features, l2)
    head.fit(features, labels, epochs=epochs, batch_size=batch_size, verbose=0)
    return head


@cache
def labeled_features(folder: Path, names: tuple[str, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Return the features of all images of two classes, the folders named or both that are there, and 0.0 or 1.0 for each."""
    return by_class(lambda part: pretrained.features(sorted(part.iterdir())), folder, names)


def by_class(
    read: Callable[[Path], np.ndarray], folder: Path, names: tuple[str, ...] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Return what `read` makes of the folders of two classes, those named or both that are there, and 0.0 or 1.0 for each image."""
    folders = [folder / name for name in names] or sorted(path for path in folder.iterdir() if path.is_dir())
    parts = [read(part) for part in folders]
    return np.concatenate(parts), np.repeat([0.0, 1.0], [len(part) for part in parts])


RECIPES: dict[str, Recipe] = {
    "head_by_images": HeadConfig(),
    "scratch_by_images": ScratchConfig(),
    "head_on_photographs": HeadOnPhotographsConfig(),
}
