"""Channels and filters side by side as one image."""

from typing import Any

import keras
import numpy as np

from helpers.models.layer_graph import CONVOLUTIONS


def channel_grid(array: Any, columns: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Return the channels of one layer side by side, and which are silent: (grid float32 0…1, silent (C,) bool).

    array: (H, W, C) as `layer_outputs` returns it, or (units,). The grid has rows of `columns` tiles with one pixel of
    1 between them. Each channel is stretched from its own smallest value to its own largest. A silent channel, 0
    everywhere, is a tile of 0; one that is constant otherwise is 0.5. NaN and infinity count as 0.
    A flat layer becomes rows of single pixels, stretched together.
    """
    array = np.nan_to_num(np.asarray(array, "float32"), nan=0, posinf=0, neginf=0)
    if array.ndim not in (1, 3):
        raise ValueError(f"The output of one layer is (H, W, channels) or (units,); this one has {array.shape}.")
    if columns < 1:
        raise ValueError(f"columns is {columns}; use at least 1.")
    if array.ndim == 1:
        flat = np.zeros(-(-array.size // columns) * columns, "float32")
        flat[: array.size] = _stretched(array[:, None])[:, 0]
        return flat.reshape(-1, columns), array == 0
    height, width, count = array.shape
    tiles = _stretched(array.reshape(-1, count)).T.reshape(count, height, width)
    rows, columns = -(-count // columns), min(columns, count)
    grid = np.ones((rows, columns, height + 1, width + 1), "float32")
    grid.reshape(-1, height + 1, width + 1)[:count, :-1, :-1] = tiles
    grid = grid.swapaxes(1, 2).reshape(rows * (height + 1), columns * (width + 1))
    return grid[:-1, :-1], ~array.any(axis=(0, 1))


def _stretched(values: np.ndarray) -> np.ndarray:
    """Stretch every column of (pixels, channels) to 0…1; a constant one becomes 0.5, or 0 where it is 0."""
    values = values.astype("float64")
    low, high = values.min(axis=0), values.max(axis=0)
    constant = np.where(high == 0, 0, 0.5)
    return np.where(high > low, (values - low) / np.where(high > low, high - low, 1), constant).astype("float32")


def filter_grid(layer: Any, filters: int = 16) -> np.ndarray:
    """Return the weights of a convolution as an image, float32 0…1: a column for each filter, a row for each channel.

    layer: a Conv2D, or its weights (height, width, channels, filters); the first 3 channels and `filters` filters count.
    Dark is negative, light positive, 0.5 exactly 0, on one scale for all tiles, with one pixel of 1 between them.
    """
    if isinstance(layer, keras.Layer):
        if not isinstance(layer, CONVOLUTIONS) or not layer.weights:
            raise ValueError(f"{layer.name} has no filters: it is {type(layer).__name__}, or has not been built yet.")
        layer = layer.get_weights()[0]
    weights = np.nan_to_num(np.asarray(layer, "float32"))[:, :, :3, :filters]
    if weights.ndim != 4 or not weights.size:
        raise ValueError(f"The weights of a convolution are (height, width, channels, filters), not {weights.shape}.")
    height, width, rows, columns = weights.shape
    grid = np.ones((rows, height + 1, columns, width + 1), "float32")
    grid[:, :-1, :, :-1] = 0.5 + weights.transpose(2, 0, 3, 1) / (2 * (np.abs(weights).max() or 1))
    return grid.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]
