"""Checkpoints: trained networks that later lessons load, kept in the course's folder with their history.

    checkpoints.save("cats_vs_dogs", "plain", model, history)     at the end of lesson 07
    kept = checkpoints.load("cats_vs_dogs", "plain")              in lesson 08: (model, history), or None

A network belongs to the data it has learned from: those trained on rendered images, on official ones and in the quick
budget are kept apart, in `models/<data>-<source>[-quick]/`.
"""

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from data_scripts.atomic import lock
from data_scripts.errors import as_data_error
from data_scripts.paths import home
from helpers import budget, data

LARGEST = 2**30  # bytes of a network, unpacked
HISTORY = "history.json"  # in the .keras file, which is a zip archive: one file, so weights and history belong together


def checkpoint_path(dataset: str, name: str) -> Path:
    """Return where the network `name`, trained on `dataset` ("cats_vs_dogs", …) from the source in use, is kept."""
    quick = "-quick" if budget.is_quick() else ""
    return home() / "models" / f"{dataset}-{data.source(dataset)}{quick}" / f"{name}.keras"


def save(dataset: str, name: str, model: keras.Model, history: Mapping[str, Sequence[float]] | None = None) -> Path:
    """Write a network and its history into one `.keras` file; return its path.

    history: what `fit` returned, or {metric: values by epoch}; a metric that has a value for each class is left out.
    The file replaces the one kept under that name at once: it is whole or not there at all.
    Raises DataError if the folder cannot be written to or the disk is full.
    """
    target = checkpoint_path(dataset, name)
    history = getattr(history, "history", history) or {}
    values = {name: list(map(float, series)) for name, series in history.items() if not any(map(np.ndim, series))}
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built:  # compiled and never trained: Keras would save only
        optimizer.build(model.trainable_variables)  # half of it, and warn when the model is loaded
    with (
        lock(target),
        as_data_error(target.parent),
        tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder,
    ):
        draft = Path(folder) / target.name
        model.save(draft)
        with zipfile.ZipFile(draft, "a") as archive:
            archive.writestr(HISTORY, json.dumps(values))
        os.replace(draft, target)
    return target


def load(dataset: str, name: str, optimizer: bool = True) -> tuple[keras.Model, dict[str, list[float]]] | None:
    """Return (model, history) as saved; None where there is none, or after one printed line if it cannot be read.

    Without its optimizer a network takes a fraction of the memory and predicts, but does not go on training.
    It is loaded in Keras's `safe_mode`, which refuses a file that wants to run code of its own.
    """
    file = checkpoint_path(dataset, name)
    if not file.is_file():
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(part.file_size for part in archive.infolist()) > LARGEST:
                raise ValueError("far larger than a network of the course")
            stored = json.loads(archive.read(HISTORY))
        history = {metric: [float(value) for value in series] for metric, series in stored.items()}
        model = keras.saving.load_model(file, compile=optimizer, safe_mode=True)
    except Exception as error:  # a broken file raises whatever the format's reader stumbles over
        print(f"{file.name} was kept by an earlier run and cannot be read ({type(error).__name__}); it is left out.")
        return None
    return model, history
