"""Lesson 11's results: a head on borrowed features and a network from scratch, by images per class; and photographs.

python -m tools.measure --network head_by_images scratch_by_images
python -m tools.measure --network head_on_photographs --photographs FOLDER
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np

from helpers.images.folders import ImageBatches, ImageFolderReader
from helpers.models import pretrained
from helpers.models.architectures import feature_head, strong_baseline
from helpers.results.recipes import Recipe, stopwatch
from tools import varied_images

FLIPS: dict[str, Any] = {"horizontal_flip": True, "rotation_range": 15, "zoom_range": 0.2}


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
                chosen = np.concatenate([order[labels[order] == label][:count] for label in (0, 1)])
                keras.utils.set_random_seed(seed)
                accuracies.append(round(self.fit(train[chosen], labels[chosen], others), 4))
        by_count = {f"validation_accuracy_{count}": value for count, value in zip(self.counts, accuracies, strict=True)}
        return {"validation_accuracy": accuracies[-1], **by_count, **cost, "curves": {"val_accuracy": accuracies}}

    def read(self, folder: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return what the network takes, and the labels."""
        raise NotImplementedError

    def fit(self, train: np.ndarray, labels: np.ndarray, others: tuple) -> float:
        """Train once; return the accuracy on the others."""
        raise NotImplementedError


@dataclass(frozen=True)
class HeadConfig(ByImagesConfig):
    """Configuration of `feature_head` on `pretrained.features`."""

    size: int = pretrained.SIZE
    epochs: int = 60
    batch_size: int = 256
    l2: float = 5e-2

    def read(self, folder: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return features."""
        return labeled_features(folder)

    def fit(self, train: np.ndarray, labels: np.ndarray, others: tuple) -> float:
        """Train the head on features."""
        head = feature_head(train, self.l2)
        head.fit(train, labels, epochs=self.epochs, batch_size=self.batch_size, verbose=0)
        return head.evaluate(*others, batch_size=1000, verbose=0, return_dict=True)["accuracy"]


@dataclass(frozen=True)
class ScratchConfig(ByImagesConfig):
    """Configuration of `strong_baseline` with fewer filters; an epoch repeats few images until there are `images`."""

    size: int = 64
    epochs: int = 6
    images: int = 2000
    batch_size: int = 32
    filters: tuple[int, ...] = (16, 32, 64, 128)

    def read(self, folder: Path) -> tuple[np.ndarray, np.ndarray]:
        """Return images, uint8."""
        parts = [varied_images.images_in(part, self.size) for part in class_folders(folder)]
        return np.concatenate(parts), np.repeat([0.0, 1.0], [len(part) for part in parts])

    def fit(self, train: np.ndarray, labels: np.ndarray, others: tuple) -> float:
        """Train on images that are flipped, turned and zoomed."""
        about: dict[str, Any] = {"class_indices": {"0": 0, "1": 1}, "class_mode": "binary", "shuffle": True, "seed": 1}
        places = np.resize(np.arange(len(labels)), self.images)
        reader = ImageFolderReader(rescale=1 / 255, **FLIPS)
        batches = ImageBatches(reader, train[places], labels[places].astype(int), batch_size=self.batch_size, **about)
        model = strong_baseline(self.size, self.epochs * len(batches), self.filters)
        model.fit(batches, epochs=self.epochs, verbose=0)
        images = others[0] / np.float32(255)
        return model.evaluate(images, others[1], batch_size=100, verbose=0, return_dict=True)["accuracy"]


@dataclass(frozen=True)
class HeadOnPhotographsConfig(Recipe):
    """Configuration of `feature_head` for horses and humans: from rendered images, and from ten photographs of each."""

    photographs: Path
    dataset: str = "horses_or_humans"
    each: int = 10
    draws: int = 10
    epochs: int = 60
    l2: float = 5e-2

    def count_images(self, images: Path) -> dict[str, Any]:
        """Return how many images there are to learn from, and how many photographs."""
        return {
            "train": len(labeled_features(images / "train")[1]),
            "photographs": {name: len(list((self.photographs / name).iterdir())) for name in ("horse", "human")},
        }

    def train(self, images: Path, seed: int) -> dict[str, Any]:
        """Train once on rendered images, and `draws` times on photographs; return balanced accuracies on the others."""
        photographs, labels = labeled_features(self.photographs, ("horse", "human"))
        with stopwatch() as cost:
            rendered = self.balanced(*labeled_features(images / "train"), photographs, labels, seed)
            few = []
            for draw in range(self.draws):
                order = np.random.default_rng((seed, draw)).permutation(len(labels))
                chosen = np.concatenate([order[labels[order] == label][: self.each] for label in (0, 1)])
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
        keras.utils.set_random_seed(seed)
        head = feature_head(train, self.l2)
        head.fit(train, labels, epochs=self.epochs, batch_size=256, verbose=0)
        right = (head.predict(others, verbose=0)[:, 0] >= 0.5) == truth
        return float(np.mean([right[truth == label].mean() for label in (0, 1)]))


def class_folders(folder: Path, names: tuple[str, ...] = ()) -> list[Path]:
    """Return the folders of two classes: those named, or both that are there."""
    return [folder / name for name in names] or sorted(path for path in folder.iterdir() if path.is_dir())


@cache
def labeled_features(folder: Path, names: tuple[str, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Return the features of all images of two classes, and 0.0 or 1.0 for each."""
    parts = [pretrained.features(sorted(part.iterdir())) for part in class_folders(folder, names)]
    return np.concatenate(parts), np.repeat([0.0, 1.0], [len(part) for part in parts])


RECIPES: dict[str, Recipe] = {"head_by_images": HeadConfig(), "scratch_by_images": ScratchConfig()}
