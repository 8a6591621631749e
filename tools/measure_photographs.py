"""Networks trained on computer-made images, measured on photographs that are in no data set (lesson 06, section 11)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import keras
import numpy as np

from helpers import data
from helpers.images.folders import ImageFolderReader
from helpers.models.architectures import horses_humans
from helpers.results.recipes import Recipe, stopwatch
from tools import varied_images
from tools.strong_baseline import fit_stages

CLASSES, NAMES = ("horses", "humans"), ("horse", "human")  # folders of the official set, and of the photographs
FIGURES, SCENES, BACKGROUNDS = 1200, 2000, 400  # how many the studio renders, figures and scenes of either class
Predict = Callable[[np.ndarray], np.ndarray]  # images (N, H, W, 3) 0…1 → probabilities of class 1, (N,)


@dataclass(frozen=True)
class PhotographsConfig(Recipe):
    """A network for horses and humans; `size` is the side of the images in the evaluation."""

    size: int
    photographs: Path = Path()
    dataset: str = "horses_or_humans"
    sources: ClassVar[tuple[str, ...]] = ("official",)

    def count_images(self, images: Path) -> dict[str, Any]:
        """Return how many images the network is evaluated on."""
        validation = super().count_images(images)["validation"]
        return {"validation": validation, "photographs": count_photographs(self.photographs)}

    def train(self, images: Path, seed: int) -> dict[str, Any]:
        """Train once; return accuracies (0…1) on official images and on photographs, and what it cost."""
        keras.utils.set_random_seed(seed)
        with stopwatch() as cost:
            predict, training_accuracy = self.fit(images, seed)
        official = class_accuracies(predict, self.size, images / "validation", CLASSES)
        photographs = class_accuracies(predict, self.size, self.photographs, NAMES)
        return {
            "validation_accuracy": round(float(np.mean(official)), 4),  # both classes have 128 images
            "training_accuracy": round(training_accuracy, 4),
            "photographs_horses": round(photographs[0], 4),
            "photographs_humans": round(photographs[1], 4),
            "photographs_balanced": round(float(np.mean(photographs)), 4),
            **cost,
        }

    def fit(self, folder: Path, seed: int) -> tuple[Predict, float]:
        """Train a network; return its predictions and its training accuracy."""
        raise NotImplementedError


@dataclass(frozen=True)
class LessonConfig(PhotographsConfig):
    """Configuration of lesson 06's networks, 15 epochs as in Moroney's course: `horses_humans(size, blocks)`."""

    blocks: int = 5
    epochs: int = 15

    def fit(self, folder: Path, seed: int) -> tuple[Predict, float]:
        """Train on the official images as they are."""
        train = ImageFolderReader(rescale=1 / 255).flow_from_directory(
            folder / "train", (self.size, self.size), batch_size=32, class_mode="binary", seed=seed
        )
        model = horses_humans(self.size, self.blocks)
        history = model.fit(train, epochs=self.epochs, verbose=0).history
        return lambda images: model.predict(images, verbose=0)[:, 0], history["accuracy"][-1]


@dataclass(frozen=True)
class VariedConfig(PhotographsConfig):
    """Configuration of the varied networks of lesson 06's last table, from rendered images and, unless `official` is false, official ones.

    `stages` are pairs of side and epochs; `images`, how many an epoch has. The network is evaluated on images a little
    larger than those that it was trained on (H. Touvron and others, 2019, "Fixing the train-test resolution discrepancy").
    Results of edition 1 are of mixup with one random generator for all batches.
    """

    size: int = 112
    official: bool = True
    stages: tuple[tuple[int, int], ...] = ((64, 18), (96, 6))
    images: int = 3200
    edition: int = 2

    def is_rendered(self, source: str) -> bool:
        """Return whether the studio renders images for it: always."""
        return True

    def fit(self, folder: Path, seed: int) -> tuple[Predict, float]:
        """Train on strongly varied images; the training accuracy is that of images without mixup."""
        sources = varied_sources(folder if self.official else None)
        batches = [
            (varied_images.PastedBatches(sources, count=self.images, size=side, seed=seed), epochs)
            for side, epochs in self.stages
        ]
        model = fit_stages(batches, seed)
        accuracy = model.evaluate(batches[-1][0], verbose=0, return_dict=True)["accuracy"]
        return lambda images: varied_images.predict_flipped_too(model, images), accuracy


RECIPES: dict[str, Recipe] = {
    "photographs_five_blocks_300": LessonConfig(size=300, blocks=5),
    "photographs_three_blocks_150": LessonConfig(size=150, blocks=3),
    "photographs_varied_rendered": VariedConfig(official=False),
    "photographs_varied_both": VariedConfig(official=True),
}


def count_photographs(folder: Path) -> dict[str, int]:
    """Return how many photographs of each class there are."""
    return {name: len(list((folder / name).iterdir())) for name in NAMES}


def class_accuracies(predict: Predict, size: int, folder: Path, names: tuple[str, str]) -> list[float]:
    """Return the accuracy for each of two folders of images, which are classes 0 and 1."""
    accuracies = []
    for label, name in enumerate(names):
        images = varied_images.images_in(folder / name, size) / np.float32(255)
        accuracies.append(float(((np.asarray(predict(images)) >= 0.5) == label).mean()))
    return accuracies


@cache
def varied_sources(folder: Path | None) -> list:
    """Return the sources of `PastedBatches`. Official figures are cut out, too, and pasted onto photographs of pets."""
    scenes, figures = varied_images.rendered_scenes(SCENES), varied_images.rendered_figures(FIGURES)
    backgrounds = varied_images.rendered_backgrounds(BACKGROUNDS)
    if folder is None:
        return [(0.45, varied_images.uncut(scenes)), (0.55, varied_images.pasted(figures, backgrounds))]
    pets = data.image_folder("cats_vs_dogs") / "train"  # no horse is in them
    backgrounds = np.concatenate([backgrounds, *(varied_images.images_in(pets / name) for name in ("cats", "dogs"))])
    official = [varied_images.images_in(folder / "train" / name) for name in CLASSES]
    return [
        (0.2, varied_images.uncut(official)),
        (0.25, varied_images.uncut(scenes)),
        (0.3, varied_images.pasted(figures, backgrounds)),
        (0.25, varied_images.pasted([varied_images.cut_from(images) for images in official], backgrounds)),
    ]
