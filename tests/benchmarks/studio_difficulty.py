"""How hard are the studio's pictures for the lessons' networks?  nice -n 10 python -m tests.benchmarks.studio_difficulty

    ... studio_difficulty horses_or_humans [--size 100] [--epochs 15] [--seed 0] [--augment]
    ... studio_difficulty cats_vs_dogs --augment --epochs 25
    ... studio_difficulty transfer --official FOLDER     (drawn horses and humans → the official ones and photographs)

Draws the full set (1,027 + 256 or 2,000 + 1,000 pictures) on all cores, trains the three-block network of the lessons,
and prints the curves. Needs TensorFlow; drawn pictures are kept in COURSE_HOME/bench for the next run.
"""

import argparse
import hashlib
import os
import time
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

from data_scripts import render
from data_scripts.home import home

SETS = {  # class 0, class 1; training and validation pictures of each; drawn at (None: varied)
    "horses_or_humans": (("horse", "human"), (500, 527), (128, 128), 300),
    "cats_vs_dogs": (("cat", "dog"), (1000, 1000), (500, 500), None),
}


def one(kind, index, seed, drawn, size):
    """A picture as a lesson reads it: the JPEG, squeezed to size × size."""
    file = BytesIO(render.jpeg(kind, seed, index, drawn))
    return np.asarray(Image.open(file).resize((size, size), Image.Resampling.BILINEAR))


def many(kind, indices, seed, drawn, size):
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        n = len(indices)
        jobs = pool.map(one, [kind] * n, indices, [seed] * n, [drawn] * n, [size] * n, chunksize=16)
        return np.stack(list(jobs))


def drawn_set(name, size, seed, counts=None):
    """(training x, y), (validation x, y); validation pictures come after the training ones in the same sequence."""
    kinds, training, validation, drawn = SETS[name]
    training = counts or training
    look = hashlib.sha1(b"".join(render.draw(k, 0, i, 48).tobytes() for k in kinds for i in range(6))).hexdigest()
    kept = home() / "bench" / f"{name}-{size}-{seed}-{sum(training)}-{look[:8]}.npz"  # another studio, another file
    if not kept.exists():
        started, parts = time.time(), {}
        for part, start in (("train", 0), ("valid", 100_000)):
            n = training if part == "train" else validation
            stacks = [many(k, range(start, start + n[i]), seed, drawn, size) for i, k in enumerate(kinds)]
            parts[part + "_x"] = np.concatenate(stacks)
            parts[part + "_y"] = np.repeat([0, 1], n)
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, **parts)
        print(f"drawn in {time.time() - started:.0f} s", flush=True)
    data = np.load(kept)
    return (data["train_x"], data["train_y"]), (data["valid_x"], data["valid_y"])


def network(size, optimizer, padding, dropout):
    import keras

    layers = keras.layers
    stack = [keras.Input((size, size, 3)), layers.Rescaling(1 / 255)]
    for filters in (16, 32, 64):
        stack += [layers.Conv2D(filters, 3, activation="relu", padding=padding), layers.MaxPooling2D()]
        stack += [layers.Dropout(dropout)] if dropout else []
    stack += [layers.Flatten(), layers.Dense(512, activation="relu"), layers.Dense(1, activation="sigmoid")]
    model = keras.Sequential(stack)
    model.compile(optimizer, "binary_crossentropy", metrics=["accuracy"])
    return model


def augmented(x, y, batch, seed):
    """Endless augmentation as in the lessons: rotation 40°, shifts .2, shear .2, zoom .2, flip."""
    import tensorflow as tf

    reader = tf.keras.preprocessing.image.ImageDataGenerator(
        rotation_range=40,
        width_shift_range=0.2,
        height_shift_range=0.2,
        shear_range=12,
        zoom_range=0.2,
        horizontal_flip=True,
    )
    return reader.flow(x.astype("float32"), y, batch_size=batch, seed=seed)


def lesson(name, size, epochs, seed, augment, dropout):
    (x, y), valid = drawn_set(name, size, seed)
    import keras

    keras.utils.set_random_seed(seed)
    horses = name == "horses_or_humans"
    model = network(
        size,
        keras.optimizers.RMSprop(1e-3) if horses else keras.optimizers.Adam(1e-3),
        "valid" if horses else "same",
        dropout,
    )
    data = augmented(x, y, 128, seed) if augment else None
    started = time.time()
    how = {"epochs": epochs, "validation_data": valid, "validation_batch_size": 128, "verbose": 0}
    history = (model.fit(data, **how) if augment else model.fit(x, y, batch_size=128, **how)).history
    print(
        f"{name} {size} px, seed {seed}, {'augmented' if augment else 'plain'}, dropout {dropout}: {time.time() - started:.0f} s"
    )
    for key, values in history.items():
        print(f"  {key:13}", " ".join(f"{v:.3f}" for v in values))
    last = slice(-3, None)
    train, held = np.mean(history["accuracy"][last]), np.mean(history["val_accuracy"][last])
    turn = int(np.argmin(history["val_loss"])) + 1
    print(
        f"  last three epochs: training {train:.3f}, validation {held:.3f}, gap {train - held:.3f}; best validation {max(history['val_accuracy']):.3f}; loss turns in epoch {turn}"
    )


def pictures_of(folder, size):
    files = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    return np.stack(
        [np.asarray(Image.open(p).convert("RGB").resize((size, size), Image.Resampling.BILINEAR)) for p in files]
    )


def transfer(official, size, epochs, seed, count):
    """Trains on drawn pictures only and asks about the official validation set and photographs."""
    (x, y), _ = drawn_set("horses_or_humans", size, seed, (count, count))
    import keras
    import tensorflow as tf

    layers = keras.layers
    keras.utils.set_random_seed(seed)
    stack = [keras.Input((size, size, 3)), layers.Rescaling(1 / 255)]
    for filters in (16, 32, 64, 64):
        stack += [
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(),
        ]
    model = keras.Sequential(
        stack + [layers.GlobalAveragePooling2D(), layers.Dropout(0.3), layers.Dense(1, activation="sigmoid")]
    )
    change = keras.Sequential([
        layers.RandomFlip("horizontal"), layers.RandomRotation(0.06), layers.RandomZoom(0.2), layers.RandomTranslation(0.1, 0.1),
        layers.RandomBrightness(0.2, (0, 255)), layers.RandomContrast(0.3),
    ])  # fmt: skip
    data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=seed).batch(64)
    data = data.map(lambda a, b: (change(tf.cast(a, tf.float32), training=True), b), 2).prefetch(2)
    steps = len(data) * epochs
    rate = keras.optimizers.schedules.CosineDecay(1e-4, steps - steps // 6, warmup_target=3e-3, warmup_steps=steps // 6)
    model.compile(keras.optimizers.Adam(rate), "binary_crossentropy", metrics=["accuracy"])
    model.fit(data, epochs=epochs, verbose=0)
    for place in ("validation-horse-or-human", "photographs"):
        right = []
        for label, names in enumerate((("horses", "horse"), ("humans", "human"))):
            folder = next(Path(official) / place / n for n in names if (Path(official) / place / n).is_dir())
            said = model.predict(pictures_of(folder, size), verbose=0)[:, 0] > 0.5
            right.append(np.mean(said == label))
        print(f"  {place}: horses {right[0]:.3f}, humans {right[1]:.3f}, balanced {np.mean(right):.3f}")


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("set", nargs="?", default="horses_or_humans", choices=[*SETS, "transfer"])
    for option, default in (("--size", 100), ("--epochs", 15), ("--seed", 0), ("--count", 1000)):
        arguments.add_argument(option, type=int, default=default)
    arguments.add_argument("--augment", action="store_true")
    arguments.add_argument("--dropout", type=float, default=0.0)
    arguments.add_argument("--official", help="folder that holds validation-horse-or-human and photographs")
    a = arguments.parse_args()
    if a.set == "transfer":
        transfer(a.official, a.size, a.epochs, a.seed, a.count)
    else:
        lesson(a.set, a.size, a.epochs, a.seed, a.augment, a.dropout)
