"""Input values: images enter every tool as 0…1, and here they become the values that a network was trained on.

A network may rescale by itself: by `Rescaling(1 / 255)`, an adapted `Normalization`, `x / 255.0`, a Lambda, in its first
layers or in a network inside it. What comes before its first weights is computed for the darkest and the lightest pixel of
every usual range; the range that becomes about 0…1, −1…1 or standardized is the one it was made for. Without any
rescaling that is 0…1, as in the course. `values=` states it where nothing tells.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from helpers.models.layer_graph import LayerGraph, graph_for, is_network, layer_graph

Values = tuple[float, float] | Callable[[np.ndarray], np.ndarray] | None
RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (0.0, 65535.0))  # the first that fits
BATCH = 100


def network_input(model: keras.Model, images: Any, values: Values = None) -> np.ndarray:
    """Return images as a network wants them: (N, H, W, C) with its values and its dtype.

    images: (N, H, W, C), or (N, H, W) for one channel; uint8 0…255 or floats 0…1. Floats beyond 0…1 are taken for the
    network's own values already, and stay.
    values: None (found in the network), (darkest, lightest) such as (0, 255) or (-1, 1), or a function such as the
    `preprocess_input` of `keras.applications`, which gets images of the range that it is made for, else 0…1.
    Raises ValueError for images that do not fit the network or are not numbers, and where the range cannot be told.
    """
    graph = graph_for(model, np.asarray(images))
    images = as_images(graph, images)
    if not _is_unit(images):
        return images.astype(graph.input.dtype)
    if callable(values):
        low, high = _range_of(graph, values) or (0.0, 1.0)
        images = _made(values, low + images * (high - low))
        if not np.isfinite(images).all():
            raise ValueError("`values` makes of images what is not a number (NaN or infinite).")
    else:
        low, high = input_range(model, values)
        images = low + images * np.float32(high - low)
    return (np.rint(images) if _is_integer(graph) else images).astype(graph.input.dtype)


def unit_images(model: keras.Model, images: Any, values: Values = None) -> np.ndarray:
    """Return images (N, H, W, C) as float32 0…1, to be shown: those that have the network's own values are turned back.

    Raises ValueError for images of other values.
    """
    graph = graph_for(model, np.asarray(images))
    images = as_images(graph, images)
    if not _is_unit(images):
        low, high = (0.0, 1.0) if callable(values) else input_range(model, values)
        found = f"{images.min():g}…{images.max():g}"
        images = (images - low) / np.float32(high - low)
        if not _is_unit(images):
            takes = "an image has" if callable(values) else f"this network takes {low:g}…{high:g}, and every tool"
            raise ValueError(f"The image has values {found}; {takes} 0…1. Divide pixels by 255.")
    return np.clip(images, 0, 1)


def check_finite(computed: np.ndarray) -> None:
    """Raise ValueError for what a network has computed if there is a NaN or an infinity in it."""
    if not np.isfinite(computed).all():
        raise ValueError("The network's answer is not a number: its weights diverged. Train it again from the start.")


def as_images(graph: LayerGraph, images: Any) -> np.ndarray:
    """Return a batch as float32 in the shape that the network takes; uint8 becomes 0…1. ValueError if it does not fit."""
    given = np.asarray(images)
    if given.dtype == bool or not np.issubdtype(given.dtype, np.number):
        raise ValueError(f"Images are arrays of numbers; these have the type {given.dtype}.")
    batch = _fitted(graph, given.astype("float32"))
    if batch is None:
        takes = tuple(graph.input.shape[1:])
        raise ValueError(f"The network takes images of the shape {takes}; this one has {given.shape[1:]}.")
    if not np.isfinite(batch).all():
        raise ValueError("The image has values that are not numbers (NaN or infinite).")
    return batch / np.float32(255) if given.dtype == np.uint8 else batch


def as_batch(model: keras.Model, image: Any) -> np.ndarray:
    """Return one image, (H, W, C), (1, H, W, C) or (H, W), as a batch of one. Raises ValueError if it does not fit."""
    image = np.asarray(image)
    if is_network(model) and not model.built:
        return image if image.ndim == 4 else image[None]
    graph = layer_graph(model)
    for batch in (image, image[None]):
        if len(batch) == 1 and _fitted(graph, batch) is not None:
            return batch
    raise ValueError(
        f"The network takes images of the shape {tuple(graph.input.shape[1:])}; this one has {image.shape}."
    )


def _fitted(graph: LayerGraph, batch: np.ndarray) -> np.ndarray | None:
    """Return a batch with or without the axis of a single channel, as the network takes it; None if it does not fit."""
    shape = tuple(graph.input.shape)
    if batch.ndim == len(shape) - 1 and shape[-1] == 1:
        batch = batch[..., None]
    elif batch.ndim == len(shape) + 1 and batch.shape[-1] == 1:
        batch = batch[..., 0]
    fits = all(wanted in (None, side) for wanted, side in zip(shape[1:], batch.shape[1:], strict=False))
    return batch if fits and batch.ndim == len(shape) else None


def input_range(model: keras.Model, values: Values = None) -> tuple[float, float]:
    """Return the values of the darkest and the lightest pixel that a network wants, or those that are stated.

    Raises ValueError for values that are no range, and where the network does not tell.
    """
    if values is None:
        found = _range_of(graph_for(model))
        if found is None:
            raise ValueError(
                f"{model.name} rescales its images, but not from 0…1, −1…1 or 0…255. Say what it takes, for example values=(0, 255)."
            )
        return found
    try:
        low, high = map(float, values)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        low = high = np.nan
    if not (np.isfinite([low, high]).all() and low < high):
        raise ValueError(
            f"values is {values!r}; give (darkest, lightest), for example (0, 255) or (-1, 1), or a function."
        )
    return low, high


def _range_of(graph: LayerGraph, before: Callable | None = None) -> tuple[float, float] | None:
    """Return the first of the usual ranges that the network (after a function) makes usual values of."""
    if _is_integer(graph):
        return 0.0, 255.0
    weighted = [call for call in graph.calls if getattr(call.layer, "weights", ())]
    first = next((call for call in weighted if not isinstance(call.layer, keras.layers.Normalization)), None)
    if first is not None and _hides_rescaling(first.layer):
        return None
    ends = _after_rescaling(graph, first.inputs[0] if first else graph.output, before)
    for usual, low, high in zip(RANGES, *ends, strict=True):
        if _is_usual(low, high) and _agrees(weighted, first, max(abs(low), abs(high))):
            return usual
    return None


def _after_rescaling(graph: LayerGraph, tensor: Any, before: Callable | None) -> tuple[list[float], list[float]]:
    """Return what the darkest and the lightest pixel of every usual range become: two lists, the medians of all places."""
    pixels = np.array(RANGES, "float32").ravel()
    probes = np.broadcast_to(pixels.reshape(-1, *[1] * (len(graph.input.shape) - 1)), (len(pixels), *_sides(graph)))
    outputs = probes = probes if before is None else _made(before, probes)
    if tensor is not graph.input:
        outputs = np.asarray(keras.Model(graph.input, tensor)(probes.astype(graph.input.dtype), training=False))
    outputs = np.asarray(outputs, "float64").reshape(len(pixels), -1)
    answering = np.isfinite(outputs).all(axis=0) & (outputs.min(axis=0) < outputs.max(axis=0))
    if not answering.any():  # each image is standardized by itself: every range gives the same
        return [0.0] * len(RANGES), [1.0] * len(RANGES)
    pairs = np.sort(outputs[:, answering].reshape(len(RANGES), 2, -1), axis=1)
    low, high = np.median(pairs, axis=2).T
    return low.tolist(), high.tolist()


def _made(values: Callable, images: np.ndarray) -> np.ndarray:
    """Return what a function makes of images. Raises ValueError unless it keeps their shape."""
    made = np.asarray(values(images.astype("float32")))
    if made.shape != images.shape or made.dtype.kind not in "fiu":
        raise ValueError(f"`values` makes {made.shape} of images {images.shape}; it has to keep their shape.")
    return made


def _is_usual(low: float, high: float) -> bool:
    """Tell whether networks are given values low…high: 0…1 and the like, −1…1, pixels, or standardized ones."""
    spread = high - low
    if not low <= 0.02 * spread or not high >= -0.02 * spread:
        return False  # 0 is always among them
    from_zero = abs(low) <= 0.02 * spread and 0.25 <= spread <= 4
    around_zero = abs(low + high) <= 0.05 * spread and 0.4 <= spread <= 8
    # Values 0…1, 0…255 less their mean; or standardized: of values low…high with mean 0 the variance is at most −low · high.
    return (
        from_zero or around_zero or 0.8 <= spread <= 1.25 or 240 <= spread <= 270 or (-low * high > 0.9 and spread < 20)
    )


def _agrees(weighted: list, first: Any, largest: float) -> bool:
    """Tell whether values up to `largest` agree with what a first BatchNormalization has seen, right there or after one layer."""
    follower = next((call.layer for call in weighted if isinstance(call.layer, keras.layers.BatchNormalization)), None)
    place = [call.layer for call in weighted if not isinstance(call.layer, keras.layers.Normalization)]
    if follower is None or follower not in place[:2]:
        return True
    bound, slack = largest, 1.05
    if follower is not place[0]:
        if not isinstance(first.layer, keras.layers.Conv2D | keras.layers.Dense):
            return True
        kernel = np.abs(np.asarray(first.layer.kernel))
        biases = np.abs(np.asarray(first.layer.bias)) if first.layer.use_bias else 0
        bound, slack = largest * kernel.reshape(-1, kernel.shape[-1]).sum(axis=0) + biases, 4
    mean, deviation = np.abs(np.asarray(follower.moving_mean)), np.sqrt(np.asarray(follower.moving_variance))
    return bool(np.median(np.maximum(mean, deviation) / np.maximum(slack * bound, 1.05)) <= 1)


def _hides_rescaling(layer: Any) -> bool:
    """Tell whether a layer of unknown structure (a keras.Model with a `call` of its own) has layers that rescale."""
    inner = layer._flatten_layers() if isinstance(layer, keras.Model) else ()
    return any(isinstance(one, keras.layers.Rescaling | keras.layers.Normalization) for one in inner)


def _sides(graph: LayerGraph) -> tuple[int, ...]:
    return tuple(side or 32 for side in graph.input.shape[1:])


def _is_integer(graph: LayerGraph) -> bool:
    return "int" in str(graph.input.dtype)


def _is_unit(images: np.ndarray) -> bool:
    """Tell whether all values are 0…1, as far as resizing keeps to it."""
    return not images.size or bool(images.min() >= -0.01 and images.max() <= 1.01)
