"""Train the small networks that ship for the quick budget: helpers/models/weights/ and helpers/results/shipped.json.

    python -m tools.train_shipped                        those whose recipe, or studio, has changed; `make results` calls it
    python -m tools.train_shipped cats_vs_dogs/plain     this one, again

Offline data, one seed. Most epochs are on smaller images, which cost less (progressive resizing).
The validation accuracy is measured with the weights as they ship, which are rounded to float16.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from data_scripts import atomic
from data_scripts.errors import exit_code
from data_scripts.render.draw_sets import studio_edition
from helpers import data, tensorflow_import

tensorflow_import.tensorflow()  # first: the imports below would bring its log lines

import keras  # noqa: E402
import numpy as np  # noqa: E402

from helpers.models import architectures, shipped_weights, upload_tasks  # noqa: E402
from helpers.results.recipes import both_splits  # noqa: E402
from tools.measure import course_environment, environment  # noqa: E402

SEED = 1
MOST_BYTES = 3_000_000  # of all weights
MOVES = upload_tasks.AUGMENTATION


@dataclass(frozen=True)
class Network:
    """How a network that ships is trained: pairs of side and epochs, and what the architecture is given for a side.

    A later stage goes on with the weights of the one before it, with a third of its learning rate. `normalized`: with batch
    normalization after each pooling, which is folded into the convolutions at the end: the network that ships has none.
    """

    architecture: str
    stages: tuple[tuple[int, int], ...]
    settings: Callable[[int], dict[str, Any]]
    augmentation: dict[str, Any] = field(default_factory=dict)
    peak: float = 2e-3
    normalized: bool = False

    @property
    def final(self) -> dict[str, Any]:
        """The settings of the network that ships."""
        return self.settings(self.stages[-1][0])

    @property
    def recipe(self) -> dict[str, Any]:
        """What the record has of it; what has changed is trained again."""
        return {
            "architecture": self.architecture,
            "settings": self.final,
            "stages": [list(stage) for stage in self.stages],
            "studio": studio_edition(),
        }

    @property
    def epochs(self) -> int:
        """The number of epochs of all stages."""
        return sum(epochs for _, epochs in self.stages)


NETWORKS = {
    "horses_or_humans/upload_small": Network(
        "upload_network",
        ((52, 14), (100, 2)),
        lambda side: {"shape": [side, side, 3]},
        MOVES | upload_tasks.COLOR,
        3e-3,
    ),
    "cats_vs_dogs/plain": Network(
        "cats_dogs", ((150, 15),), lambda side: {"size": side, "dense": 64, "shrink": 3}, peak=1e-3
    ),
    "cats_vs_dogs/both": Network(
        "cats_dogs",
        ((75, 11), (150, 5)),
        lambda side: {"size": side, "dropout": 0.1, "dense": 32, "pool": side // 25},
        MOVES | {"zoom_range": (0.6, 1.1), "horizontal_flip": True},
        4e-3,
        normalized=True,
    ),
}


def fit(dataset: str, network: Network) -> tuple[keras.Model, dict[str, list[float]], Any, int]:
    """Train a network; return it, its history, the validation batches and the number of training images."""
    folder, history, peak = data.image_folder(dataset), {}, network.peak  # type: ignore[var-annotated]
    model = None
    for side, epochs in network.stages:
        before, model = model, getattr(architectures, network.architecture)(**network.settings(side))
        model = with_normalization(model) if network.normalized else model
        if before:
            model.set_weights(before.get_weights())
        if before and network.normalized:
            for layer in model.layers[:3]:  # edges and colors are the same on larger images
                layer.trainable = False
        train, validation = both_splits(folder, side, network.augmentation, SEED)
        steps = len(train) * epochs
        rate = keras.optimizers.schedules.CosineDecay(
            peak / 10, steps - steps // 5, warmup_target=peak, warmup_steps=steps // 5
        )
        model.compile(keras.optimizers.Adam(rate), loss="binary_crossentropy", metrics=["accuracy"])
        trained = model.fit(train, validation_data=validation, epochs=epochs, verbose=2)
        for metric, values in trained.history.items():
            history.setdefault(metric, []).extend(round(float(value), 4) for value in values)
        peak /= 3
    if network.normalized:
        unchanged, _ = both_splits(folder, side, {}, SEED)
        settle_normalization(model, np.concatenate([images for images, _ in unchanged])[:600])
        model = fold_normalization(model, getattr(architectures, network.architecture)(**network.final))
    return model, history, validation, len(train.labels)


def with_normalization(model: keras.Model) -> keras.Model:
    """Return the network with batch normalization and ReLU after each pooling, instead of ReLU in the convolutions.

    A largest value stays the largest under both, as no factor may become negative; so it can be folded, and costs a quarter.
    """
    twin = keras.Sequential([keras.Input(model.inputs[0].shape[1:])])
    for layer in model.layers:
        linear = {"activation": "linear"} if isinstance(layer, keras.layers.Conv2D) else {}
        twin.add(type(layer).from_config(layer.get_config() | linear))
        if isinstance(layer, keras.layers.MaxPooling2D):
            twin.add(keras.layers.BatchNormalization(momentum=0.9, gamma_constraint="non_neg"))
            twin.add(keras.layers.ReLU())
    return twin


def settle_normalization(model: keras.Model, images: np.ndarray) -> None:
    """Take the means and variances of batch normalization again, from `images` as they are: those of training are of changed ones.

    They are also those of the last few batches only, and in a short training that costs several points of accuracy.
    """
    for number, layer in enumerate(model.layers):
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable:
            before = keras.Model(model.inputs[0], model.layers[number - 1].output).predict(images, verbose=0)
            gamma, beta, *_ = layer.get_weights()
            layer.set_weights([gamma, beta, before.mean(axis=(0, 1, 2)), before.var(axis=(0, 1, 2))])


def fold_normalization(twin: keras.Model, model: keras.Model) -> keras.Model:
    """Return `model` with the weights of its `with_normalization` twin: what that multiplies and adds is in the convolutions."""
    weights: list[np.ndarray] = []
    for layer in twin.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            scale = gamma / np.sqrt(variance + layer.epsilon)
            weights[-2:] = weights[-2] * scale, (weights[-1] - mean) * scale + beta
        else:
            weights += layer.get_weights()
    model.set_weights(weights)
    return model


def train(name: str) -> None:
    """Train one network; write its weights and its entry of the record."""
    network, (dataset, short) = NETWORKS[name], name.split("/")
    keras.utils.set_random_seed(SEED)
    began = time.perf_counter()
    with course_environment("offline"):
        model, history, validation, count = fit(dataset, network)
    file = shipped_weights.weights_file(dataset, short)
    shipped_weights.take_weights(model, file)
    shipped_weights.put_weights(model, file)
    answers = model.predict(validation, verbose=0)[:, 0]
    entry = {
        **network.recipe,
        "normalized": network.normalized,
        "parameters": model.count_params(),
        "epochs": network.epochs,
        "images": {"train": count, "validation": len(validation.labels)},
        "validation_accuracy": round(float(np.mean((answers >= 0.5) == validation.labels)), 4),
        "history": history,
        "seconds": round(time.perf_counter() - began),
        **environment(),
        "date": time.strftime("%Y-%m-%d"),
    }
    atomic.write(shipped_weights.RECORD, json.dumps(shipped_weights.record() | {name: entry}, indent=1) + "\n")
    print(f"{name}: {shipped_weights.sentence(entry)} {file.stat().st_size:,} bytes, {entry['seconds']} s", flush=True)


def stale() -> list[str]:
    """Return the networks that are missing, or were trained by another recipe or on another edition of the studio."""
    entries, outdated = shipped_weights.record(), []
    for name, network in NETWORKS.items():
        entry, file = entries.get(name, {}), shipped_weights.weights_file(*name.split("/"))
        if not file.is_file() or any(entry.get(key) != value for key, value in network.recipe.items()):
            outdated.append(name)
    return outdated


def total_bytes() -> int:
    """Return the size of all these weights."""
    return sum(shipped_weights.weights_file(*name.split("/")).stat().st_size for name in NETWORKS)


def main(arguments: list[str]) -> int:
    """Train the networks of these names, or the stale ones; return the exit code."""
    if unknown := set(arguments) - set(NETWORKS):
        print(f"No network is called {', '.join(sorted(unknown))}. There are {', '.join(NETWORKS)}.")
        return 1
    for name in arguments or stale():
        train(name)
    print(f"All weights together: {total_bytes():,} bytes; {MOST_BYTES:,} are the most.")
    return int(total_bytes() > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(exit_code(lambda: main(sys.argv[1:]), "Stopped. Call again to go on with the networks that are missing."))
