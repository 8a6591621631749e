"""Training configurations: how each network of the lessons is trained, so that it can be measured over several seeds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from helpers import data
from helpers.images.assets import samples_to_ask
from helpers.images.read import read_image

# Lesson 08's augmentation: transforms after which a cat is still a cat.
AUGMENTATION = {
    "rotation_range": 45,
    "width_shift_range": 0.15,
    "height_shift_range": 0.15,
    "zoom_range": 0.5,
    "horizontal_flip": True,
}
Arrays = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


class Recipe:
    """How a network is trained on a folder of images: a frozen dataclass, whose fields are recorded with its results."""

    dataset: str
    sources: ClassVar[tuple[str, ...]] = ("offline", "official")

    def is_rendered(self, source: str) -> bool:
        """Return whether the studio renders images for it."""
        return source == "offline"

    def load(self) -> Any:
        """Return the folder of the source in use."""
        return data.image_folder(self.dataset)

    def count_images(self, images: Any) -> dict[str, Any]:
        """Return how many images there are for training and for validation."""
        return {
            split: sum(path.is_file() for path in (images / split).glob("*/*")) for split in ("train", "validation")
        }

    def train(self, images: Any, seed: int) -> dict[str, Any]:
        """Train once and return the results by name."""
        raise NotImplementedError


@dataclass(frozen=True)
class TrainingConfig(Recipe):
    """Configuration for images in arrays: `helpers.models.architectures.<architecture>(**settings)`.

    Images are scaled to 0…1; the last 10 % of the training images are the validation set. `patience` is that of
    EarlyStopping on the validation loss, which restores the best weights.
    """

    architecture: str
    dataset: str
    epochs: int
    batch_size: int
    patience: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    def is_rendered(self, source: str) -> bool:
        """Return whether the studio renders the images: never, they are a sample of the official ones."""
        return False

    def load(self) -> Arrays:
        """Return the training and test set of the source in use: uint8 (N, 28, 28) and integers (N,) each."""
        return data.arrays(self.dataset)

    def count_images(self, images: Arrays) -> dict[str, int]:
        """Return how many images there are for training with validation, and for the test."""
        return {"training and validation": len(images[0][0]), "test": len(images[1][0])}

    def train(self, images: Arrays, seed: int) -> dict[str, Any]:
        """Train once; return accuracies (0…1) with the weights that the model ends with, epochs, and what it cost.

        Of clothes also the validation accuracy after shifts of 2 and 4 pixels, the mean over four directions, and how
        far the first filters moved: the median cosine between each before and after.
        """
        import keras

        from helpers.models import architectures

        (train_images, labels), (test_images, test_labels) = images
        train_images, test_images = train_images / np.float32(255), test_images / np.float32(255)
        keras.utils.set_random_seed(seed)
        model = getattr(architectures, self.architecture)(**self.settings)
        before, patience = first_filters(model), self.patience
        early = [keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)] if patience else []
        with stopwatch() as cost:
            history = model.fit(
                train_images,
                labels,
                epochs=self.epochs,
                batch_size=self.batch_size,
                validation_split=0.1,
                callbacks=early,
                verbose=0,
            ).history
        epoch = int(np.argmin(history["val_loss"])) if patience else -1
        test = model.evaluate(test_images, test_labels, batch_size=1000, verbose=0, return_dict=True)
        results = {
            "test_accuracy": round(test["accuracy"], 4),
            "validation_accuracy": round(history["val_accuracy"][epoch], 4),
            "training_accuracy": round(history["accuracy"][epoch], 4),
            "epochs": len(history["loss"]),
        }
        if self.dataset == "fashion_mnist":
            known = int(len(labels) * 0.9)
            for pixels in (2, 4):
                accuracy = shifted_accuracy(model, train_images[known:], labels[known:], pixels)
                results[f"shifted_{pixels}_accuracy"] = round(accuracy, 4)
        after = first_filters(model)
        if before is not None and after is not None:
            results["filter_cosine"] = round(median_cosine(before, after), 4)
        return results | cost


def first_filters(model: Any) -> np.ndarray | None:
    """Return the filters of the first convolution as rows, float32 (filters, weights of each); None without one."""
    kernels = [layer.get_weights()[0] for layer in model.layers if type(layer).__name__ == "Conv2D"]
    return kernels[0].reshape(-1, kernels[0].shape[-1]).T if kernels else None


def median_cosine(before: np.ndarray, after: np.ndarray) -> float:
    """Return the median of the cosines between rows of the same number: 1 where they point in the same direction."""
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return float(np.median((before * after).sum(axis=1) / lengths))


def shifted_accuracy(model: Any, images: np.ndarray, labels: np.ndarray, pixels: int) -> float:
    """Return the accuracy on images (N, H, W) shifted by `pixels` down, up, right and left, filled up with zeros."""
    height, width = images.shape[1:]
    framed = np.pad(images, [(0, 0), (pixels, pixels), (pixels, pixels)])
    corners = [(0, pixels), (2 * pixels, pixels), (pixels, 0), (pixels, 2 * pixels)]
    moved = np.concatenate([framed[:, row : row + height, column : column + width] for row, column in corners])
    return float((model.predict(moved, batch_size=1000, verbose=0).argmax(axis=1) == np.tile(labels, 4)).mean())


@dataclass(frozen=True)
class ImageTrainingConfig(Recipe):
    """Configuration for a folder of images: `helpers.models.architectures.<architecture>(size, **settings)`.

    It is trained on `train/`, with `augmentation` (parameters of `ImageFolderReader`), and watched on `validation/`.
    """

    architecture: str
    dataset: str
    epochs: int
    batch_size: int
    size: int = 150
    augmentation: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    interpolation: ClassVar[str] = "nearest"

    def train(self, images: Path, seed: int) -> dict[str, Any]:
        """Train once; return accuracies (0…1) of the last epoch, the best epoch, what it cost, and curves by epoch."""
        import keras

        from helpers.models import architectures

        flow = {"batch_size": self.batch_size, "interpolation": self.interpolation}
        train, validation = both_splits(images, self.size, self.augmentation, seed, **flow)
        keras.utils.set_random_seed(seed)
        model = getattr(architectures, self.architecture)(self.size, **self.settings)
        model.compile(model.optimizer, model.loss, metrics=["accuracy", *self.more_metrics()])
        with stopwatch() as cost:
            history = model.fit(train, validation_data=validation, epochs=self.epochs, verbose=0).history
        return {
            "validation_accuracy": round(history["val_accuracy"][-1], 4),
            "training_accuracy": round(history["accuracy"][-1], 4),
            "best_epoch": int(np.argmin(history["val_loss"])) + 1,
            "epochs": len(history["loss"]),
            **self.ask(model),
            **cost,
            "curves": {name: [round(value, 4) for value in values] for name, values in history.items()},
        }

    def more_metrics(self) -> list[Any]:
        """Return what is watched next to the accuracy."""
        return []

    def ask(self, model: Any) -> dict[str, float]:
        """Return what else a trained network is asked about, by name."""
        return {}


@dataclass(frozen=True)
class HorsesHumansConfig(ImageTrainingConfig):
    """Configuration of lesson 06. Curves also have the share of humans found; `human_<file>` is a network's answer for an image
    that ships: the probability of *human*.
    """

    interpolation: ClassVar[str] = "bilinear"  # as images are read that a network is asked about

    def more_metrics(self) -> list[Any]:
        """Return the recall of class 1."""
        import keras

        return [keras.metrics.Recall(name="humans_found")]

    def ask(self, model: Any) -> dict[str, float]:
        """Return the answers for the images that ship."""
        files = samples_to_ask()
        images = np.stack([read_image(file, (self.size, self.size)) for file in files])
        answers = model.predict(images, verbose=0)[:, 0]
        return {f"human_{file.stem}": round(float(answer), 4) for file, answer in zip(files, answers, strict=True)}


def both_splits(folder: Path, side: int, augmentation: dict[str, Any], seed: int, **flow: Any) -> tuple:
    """Return batches for training, shuffled and augmented, and for validation, neither: `ImageBatches` of two classes, 0…1."""
    from helpers.images.folders import ImageFolderReader

    flow |= {"target_size": (side, side), "class_mode": "binary"}
    augmented, plain = ImageFolderReader(rescale=1 / 255, **augmentation), ImageFolderReader(rescale=1 / 255)
    train = augmented.flow_from_directory(folder / "train", seed=seed, **flow)
    return train, plain.flow_from_directory(folder / "validation", shuffle=False, **flow)


@contextmanager
def stopwatch() -> Iterator[dict[str, float]]:
    """Yield a dict that gets the wall-clock "seconds" of the block, and "cpu_seconds", all cores added up.

    Other programs change the first a lot and the second only a little.
    """
    cost: dict[str, float] = {}
    wall, cpu = time.perf_counter(), time.process_time()
    yield cost
    cost["seconds"] = round(time.perf_counter() - wall, 1)
    cost["cpu_seconds"] = round(time.process_time() - cpu, 1)


_clothes = partial(TrainingConfig, dataset="fashion_mnist", epochs=5, batch_size=64)
_horses_humans = partial(HorsesHumansConfig, "horses_humans", "horses_or_humans", epochs=5, batch_size=16)
_cats_dogs = partial(ImageTrainingConfig, "cats_dogs", "cats_vs_dogs", epochs=15, batch_size=128)
_cats_dogs_long = partial(_cats_dogs, epochs=40, batch_size=32)  # whether augmentation pays, given time

RECIPES: dict[str, TrainingConfig | ImageTrainingConfig] = {
    "digits_dense": TrainingConfig("digits_dense", "mnist", 30, 100, patience=3, settings={"hidden": 50}),
    "clothes_dense": _clothes("clothes_dense", epochs=10, batch_size=32, settings={"hidden": 128}),
    "clothes_dense_short": _clothes("clothes_dense", settings={"hidden": 128}),
    "clothes_convolutional": _clothes("clothes_convolutional", settings={"filters": 64}),
    "clothes_dense_equal": _clothes("clothes_dense", settings={"hidden": 307}),  # as many parameters as that one
    "clothes_convolutional_frozen": _clothes("clothes_convolutional", settings={"filters": 64, "frozen": True}),
    # Lesson 06: two networks, trained alike.
    "horses_humans_300": _horses_humans(size=300, settings={"blocks": 5}),
    "horses_humans_150": _horses_humans(size=150, settings={"blocks": 3}),
    # Lesson 08's 2×2: the same epochs, with and without augmentation, with and without dropout.
    "cats_dogs_plain": _cats_dogs(),
    "cats_dogs_augmented": _cats_dogs(augmentation=AUGMENTATION),
    "cats_dogs_dropout": _cats_dogs(settings={"dropout": True}),
    "cats_dogs_both": _cats_dogs(augmentation=AUGMENTATION, settings={"dropout": True}),
    "cats_dogs_plain_long": _cats_dogs_long(),
    "cats_dogs_augmented_long": _cats_dogs_long(augmentation=AUGMENTATION),
    "cats_dogs_dropout_long": _cats_dogs_long(settings={"dropout": True}),
    "cats_dogs_both_long": _cats_dogs_long(augmentation=AUGMENTATION, settings={"dropout": True}),
}
