"""The best network for cats and dogs within the time of the published code's fifteen epochs: `python -m helpers.results.strong_baseline`.

From scratch, on the lesson's 2,000 images. Smaller images, first 64 × 64 and then 96 × 96, pay for more epochs
("progressive resizing", T. Karras and others, 2017, had the idea for generators). Batch normalization and the one-cycle
rate (L. N. Smith and N. Topin, 2018, "Super-Convergence") make large steps safe. Global average pooling leaves few
parameters to learn by heart, and takes images of any size. Flips, small moves and mixup (H. Zhang and others, 2017,
"mixup: Beyond Empirical Risk Minimization") make every image a new one.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import keras
import numpy as np
from keras import layers

from data_scripts.atomic import write
from data_scripts.errors import DataError
from helpers import data
from helpers.images.folders import ImageFolderReader

FILE = Path(__file__).with_name("strong_baseline.json")
STAGES = ((64, 30), (96, 10))  # side of the images, epochs
BATCH = 32
PEAK = 4e-3  # of the learning rate
CHANGES = {"rotation_range": 15, "zoom_range": 0.2, "width_shift_range": 0.1, "height_shift_range": 0.1}


def strong_baseline(side: int | None = None, steps: int = 40 * 63, filters=(32, 64, 128, 256)) -> keras.Model:
    """Compiled and ready for `fit` over `steps` batches; takes float32 (N, side, side, 3), 0…1, gives the chance of class 1.

    By default `steps` are those of `STAGES` on 2,000 images: 40 epochs of 63 batches. Without a `side` it takes
    images of any size from 16 × 16.
    """
    model = keras.Sequential([keras.Input((side, side, 3))])
    for count in filters:
        model.add(layers.Conv2D(count, 3, padding="same", use_bias=False))
        model.add(layers.MaxPooling2D(2))  # before what follows: that then has a quarter to do
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(OneCycle(PEAK, steps)), loss="binary_crossentropy", metrics=["accuracy"])
    return model


@keras.saving.register_keras_serializable("learning_to_see")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """From `peak` / 10 straight up to `peak` in a quarter of the steps, then down half a cosine wave to 0."""

    def __init__(self, peak: float, steps: int):
        self.peak, self.steps = peak, steps

    def __call__(self, step):
        done = keras.ops.cast(step, "float32") / self.steps
        up = self.peak * (0.1 + 3.6 * done)
        down = self.peak * (1 + keras.ops.cos(np.pi * keras.ops.clip((done - 0.25) / 0.75, 0, 1))) / 2
        return keras.ops.where(done < 0.25, up, down)

    def get_config(self) -> dict:
        """What `save` writes, and `load_model` gives to a new one."""
        return {"peak": self.peak, "steps": self.steps}


def mix(images, labels, others, other_labels, share):
    """Mixup: `share` of one batch and the rest of another, images (N, H, W, 3) and labels (N,) alike."""
    rest = 1 - share
    return share * images + rest * others, share * labels + rest * other_labels


class Mixed(keras.utils.PyDataset):
    """The batches of a reader, each mixed with itself in another order; shares near 0 or 1 are frequent (Beta(0.2, 0.2))."""

    def __init__(self, batches, seed: int = 0, alpha: float = 0.2):
        super().__init__()
        self.batches, self.alpha, self.random = batches, alpha, np.random.default_rng(seed)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int):
        images, labels = self.batches[index]
        order = self.random.permutation(len(images))
        share = np.float32(self.random.beta(self.alpha, self.alpha))
        return mix(images, labels, images[order], labels[order], share)

    def on_epoch_end(self) -> None:
        self.batches.on_epoch_end()


def train(folder: Path, seed: int = 1) -> tuple[keras.Model, dict]:
    """Trains once; returns the model and its figures: validation accuracy after the *last* epoch (no epoch is chosen)."""
    begin, work = time.perf_counter(), time.process_time()
    keras.utils.set_random_seed(seed)
    how = {"batch_size": BATCH, "class_mode": "binary", "interpolation": "bilinear"}
    reader = ImageFolderReader(rescale=1 / 255, horizontal_flip=True, **CHANGES)
    model = None
    for side, epochs in STAGES:
        batches = reader.flow_from_directory(folder / "train", (side, side), seed=seed, **how)
        model = model or strong_baseline(steps=len(batches) * sum(count for _, count in STAGES))
        model.fit(Mixed(batches, seed), epochs=epochs, verbose=0)
    seconds, work = time.perf_counter() - begin, time.process_time() - work
    still = ImageFolderReader(rescale=1 / 255)
    accuracy = model.evaluate(
        still.flow_from_directory(folder / "validation", (side, side), shuffle=False, **how), verbose=0
    )[1]
    figures = {"validation_accuracy": round(accuracy, 4), "epochs": sum(count for _, count in STAGES)}
    return model, figures | {"seconds": round(seconds, 1), "cpu_seconds": round(work, 1)}


def load(file: Path | None = None) -> dict:
    """What was measured: {source: {seed: figures}}."""
    file = file or FILE
    return json.loads(file.read_text("utf-8")) if file.is_file() else {}


def print_summary() -> None:
    """Prints what was measured, a line for each source."""
    found = load()
    for source, seeds in found.items():
        reached = [one["validation_accuracy"] for one in seeds.values()]
        wall, work = (statistics.median(one[unit] for one in seeds.values()) for unit in ("seconds", "cpu_seconds"))
        print(f"{source}: {len(seeds)} seed(s), validation {', '.join(f'{one:.3f}' for one in reached)}", end="")
        print(f"; median {statistics.median(reached):.3f} in {wall:.0f} seconds, {work:.0f} of processor time")
    if not found:
        print("Nothing has been measured yet: python -m helpers.results.strong_baseline")


def main(words: list[str] | None = None) -> int:
    """Trains and measures the moonshot on the cats and dogs in use (COURSE_SOURCE), and keeps the figures."""
    parser = argparse.ArgumentParser(prog="python -m helpers.results.strong_baseline", description=main.__doc__)
    parser.add_argument("--seeds", nargs="+", type=int, default=(1, 2, 3), metavar="N")
    parser.add_argument("--file", type=Path, default=FILE, help="where the figures are kept")
    chosen = parser.parse_args(words)
    try:
        folder = data.image_folder("cats_vs_dogs")
        for seed in chosen.seeds:
            figures = train(folder, seed)[1]
            print(f"seed {seed}: {figures}", flush=True)
            found = load(chosen.file)
            found.setdefault(data.source("cats_vs_dogs"), {})[str(seed)] = figures
            write(chosen.file, json.dumps(found, indent=1) + "\n")
    except DataError as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
