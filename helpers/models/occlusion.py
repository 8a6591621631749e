"""Occlusion: where an image has to be covered so that a network's score falls.

M. D. Zeiler and R. Fergus, 2014, "Visualizing and Understanding Convolutional Networks" (arXiv 1311.2901), section 4.2. The score
is that before the sigmoid, as in Grad-CAM; the learner's loop of lesson 09, all squares of a row in one batch.
"""

from typing import Any

import keras
import numpy as np
from scipy.special import logit

from helpers.models.predict import output_count, predict_probabilities
from helpers.models.values import Values, as_batch, input_range, unit_images

GRAY = 0.5


def occlusion_drops(
    model: keras.Model,
    image: Any,
    size: int = 30,
    step: int = 10,
    class_index: int | None = None,
    values: Values = None,
) -> np.ndarray:
    """Return by how much the score of a class falls when a gray square covers part of an image: float32 (rows, columns).

    image, values: as `layer_outputs` takes them. The squares are `size` × `size` and begin `step` pixels apart, as long as they fit in.
    class_index: by default the class that the network answers. Below 0 the score rises. Raises ValueError for a
    square that does not fit, for a class that there is not, and as `predict_probabilities` does.
    """
    batch = unit_images(model, as_batch(model, image), values)
    values = values if callable(values) else input_range(model, values)  # once, not for every row
    height, width = batch.shape[1:3] if batch.ndim > 2 else (batch.shape[1], 0)  # no square fits into a row of numbers
    if not (0 < size <= min(height, width) and step > 0):
        raise ValueError(f"A square of {size} with step {step} doesn't fit into {height} × {width} pixels.")
    plain = _scores(model, batch, values)[0]
    chosen = int(plain.argmax()) if class_index is None else class_index
    if not 0 <= chosen < len(plain):
        raise ValueError(f"class_index is {chosen}; the network has the classes 0 to {len(plain) - 1}.")
    tops, lefts = range(0, height - size + 1, step), range(0, width - size + 1, step)
    drops = np.zeros((len(tops), len(lefts)), "float32")
    for row, top in enumerate(tops):
        covered = np.repeat(batch, len(lefts), axis=0)
        for column, left in enumerate(lefts):
            covered[column, top : top + size, left : left + size] = GRAY
        drops[row] = plain[chosen] - _scores(model, covered, values)[:, chosen]
    return drops


def spread_drops(drops: np.ndarray, size: int = 30, step: int = 10) -> np.ndarray:
    """Return the map of an image's pixels, float32 (height, width): the mean of all squares that covered a pixel.

    drops, size, step: of `occlusion_drops`. Pixels right and below that no square reached are left out. 0 where `step` is larger than
    `size` and no square was.
    """
    rows, columns = drops.shape
    total = np.zeros(((rows - 1) * step + size, (columns - 1) * step + size), "float32")
    count = np.zeros_like(total)
    for row, column in np.ndindex(rows, columns):
        place = np.s_[row * step : row * step + size, column * step : column * step + size]
        total[place] += drops[row, column]
        count[place] += 1
    return total / np.maximum(count, 1)


def _scores(model: keras.Model, images: np.ndarray, values: Values) -> np.ndarray:
    """Return the scores before sigmoid or softmax, up to a constant: float64 (N, classes)."""
    shares = np.clip(predict_probabilities(model, images, values), 1e-9, 1 - 1e-9)
    return logit(shares) if output_count(model) == 1 else np.log(shares)
