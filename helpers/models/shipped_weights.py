"""Small trained networks that ship with the course, so that the quick budget shows networks that work.

    kept = shipped_weights.load("cats_vs_dogs", "both")     (model, history) in the quick budget, else None

Weights are float16 arrays in `weights/NAME.npz`. How each network is built, what it was trained on and how often it is right
is in `helpers/results/shipped.json`. `python -m tools.train_shipped` writes both.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from helpers import budget, data
from helpers.models import architectures

FOLDER = Path(__file__).with_name("weights")
RECORD = Path(__file__).parents[1] / "results" / "shipped.json"


def load(dataset: str, name: str, always: bool = False) -> tuple[keras.Model, dict[str, list[float]]] | None:
    """Return (model, history) of the network `name` for `dataset`, and print where it comes from.

    None in the full budget and for official data (the networks learned from what ships and what is rendered), unless `always`;
    where no such network ships; and, after one printed line, where its file cannot be read.
    """
    entry = record().get(f"{dataset}/{name}")
    if entry is None or not (always or (budget.is_quick() and data.source(dataset) == "offline")):
        return None
    try:
        model = build(entry)
        put_weights(model, weights_file(dataset, name))
        model.optimizer.build(
            model.trainable_variables
        )  # or Keras saves half of it, and warns when the model is loaded
    except Exception as error:  # a broken file raises whatever its reader stumbles over
        print(
            f"{weights_file(dataset, name).name} cannot be read ({type(error).__name__}); a network is trained instead."
        )
        return None
    print(sentence(entry))
    return model, {metric: list(values) for metric, values in entry["history"].items()}


def record() -> dict[str, dict[str, Any]]:
    """Return what is known of every network, by "dataset/name"."""
    return json.loads(RECORD.read_text("utf-8")) if RECORD.is_file() else {}


def build(entry: dict[str, Any]) -> keras.Model:
    """Return the compiled network of an entry of the record, with random weights."""
    return getattr(architectures, entry["architecture"])(**entry["settings"])


def weights_file(dataset: str, name: str) -> Path:
    """Return the file of a network's weights."""
    return FOLDER / f"{dataset}-{name}.npz"


def put_weights(model: keras.Model, file: Path) -> None:
    """Set the weights of a network to those in `file`. Raises ValueError for those of another network."""
    model.set_weights(stored_arrays(file))


def stored_arrays(file: Path, names: Sequence[str] = ()) -> list[np.ndarray]:
    """Return arrays of an .npz file of float16 as float32: those of `names`, in this order, or all in the file's order."""
    with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:  # np.load leaves a broken one open
        return [stored[name].astype("float32") for name in names or stored.files]


def take_weights(model: keras.Model, file: Path) -> None:
    """Write the weights of a network into `file`, as float16."""
    arrays = {str(number): values.astype("float16") for number, values in enumerate(model.get_weights())}
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(file, **arrays)


def sentence(entry: dict[str, Any]) -> str:
    """Return where the weights of an entry come from, and how good they are."""
    return (
        f"These weights came with the course: a network of {entry['parameters']:,} parameters, trained on "
        f"{entry['images']['train']:,} images for {entry['epochs']} epochs; accuracy "
        f"{entry['validation_accuracy']:.3f} on {entry['images']['validation']:,} validation images."
    )
