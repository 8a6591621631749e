"""Trained networks that later lessons take up: kept under the course's folder, each with its history.

    models.keep("cats_vs_dogs", "plain", model, history.history)      at the end of lesson 07
    kept = models.kept("cats_vs_dogs", "plain")                       in lesson 08: (model, history), or None

A network belongs to the data it has seen: those trained on drawn images, on official ones and in the quick budget
are kept apart, in `models/<data>-<source>[-quick]/`.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from data_scripts.atomic import write
from data_scripts.errors import as_data_error
from data_scripts.paths import home
from helpers import budget, data


def checkpoint_path(dataset: str, name: str) -> Path:
    """Where the network `name`, trained on `dataset` ("cats_vs_dogs", …) from the source in use, is kept."""
    quick = "-quick" if budget.is_quick() else ""
    return home() / "models" / f"{dataset}-{data.source(dataset)}{quick}" / f"{name}.keras"


def save(dataset: str, name: str, model, history: Mapping[str, Sequence[float]] | None = None) -> Path:
    """Writes the model (`.keras`) and its history ({metric: values by epoch}); returns the model's path.

    Both replace what was kept under that name, and are whole or not there at all.
    DataError, a sentence that says what to do, if the folder cannot be written to or the disk is full.
    """
    target = checkpoint_path(dataset, name)
    draft = target.with_name(f"{name}.{os.getpid()}.draft.keras")
    with as_data_error(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        optimizer = getattr(model, "optimizer", None)
        if optimizer is not None and not optimizer.built:  # compiled and never trained: Keras would save only
            optimizer.build(model.trainable_variables)  # half of it, and warn when the model is loaded
        try:
            model.save(draft)
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    values = {metric: [float(value) for value in series] for metric, series in (history or {}).items()}
    write(target.with_suffix(".json"), json.dumps(values))
    return target


def load(dataset: str, name: str, optimizer: bool = True) -> tuple | None:
    """(model, history) as kept; None where there is none, or after one line where the file cannot be read.

    Without its optimizer a network takes a fraction of the memory and predicts, but does not go on training.
    Loaded with `safe_mode`: a file that wants to run code of its own is refused.
    """
    file = checkpoint_path(dataset, name)
    if not file.is_file():
        return None
    import keras

    try:
        model = keras.saving.load_model(file, compile=optimizer, safe_mode=True)
        history = json.loads(file.with_suffix(".json").read_text("utf-8"))
    except Exception as error:  # a broken file raises whatever the format's reader stumbles over
        print(f"{file.name} was kept by an earlier run and cannot be read ({type(error).__name__}); it is left out.")
        return None
    return model, history
