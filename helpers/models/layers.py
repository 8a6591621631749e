"""Inside a trained network: a model and an image in, arrays out.

    layer_outputs(model, image)["conv2d"]       (150, 150, 16): what the first layer makes of the image
    channel_grid(array)                           its channels side by side, and which of them are dead
    silent_channel_share(model, images)                  how many channels stay silent, layer by layer
    grad_cam(model, image)                      where the network looked

Works for Sequential and functional networks, trained or not, nested, loaded from a file. A network written as a class of
its own gets a ValueError that says why it cannot be looked into.
"""

import weakref
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from helpers.models.layer_runs import WINDOWS, LayerRun, ReceptiveField, check_supported, receptive_fields, run_layers

__all__ = [
    "ReceptiveField",
    "batch_outputs",
    "silent_channel_share",
    "channel_grid",
    "convolutions_and_pools",
    "filter_grid",
    "grad_cam",
    "layer_outputs",
    "receptive_fields",
]

_compiled: weakref.WeakKeyDictionary = (
    weakref.WeakKeyDictionary()
)  # of each model: its layers' ids, and the fast function


def layer_outputs(model: keras.Model, image) -> dict[str, np.ndarray]:
    """What every layer makes of one image, in order: {layer name: float32 array}, without the input layer.

    `image` is what the network expects, with or without the batch axis: (H, W, C), (1, H, W, C), or (H, W) where
    it takes one channel. Arrays are (H, W, C) for layers that still are images, (units,) for the others. Layers of a
    network inside the network are called "outer/inner".
    """
    return {name: values[0] for name, values in batch_outputs(model, _batch(model, image)).items()}


def batch_outputs(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """The same for a batch (N, H, W, C): {layer name: (N, …)}. All at once: mind the memory for more than 100 images."""
    check_supported(model)
    images = np.asarray(images, "float32")
    if not model.built:
        model(images[:1], training=False)
    layers = tuple(id(layer) for layer in model.layers)
    kept = _compiled.get(model)
    if kept is None or kept[0] != layers:
        kept = _compiled[model] = layers, _function(weakref.ref(model))
    return {name: np.asarray(values, "float32") for name, values in kept[1](tf.constant(images)).items()}


def _function(model: weakref.ref):
    """All layers as one compiled function; several times as fast as calling layer by layer."""

    names: list[str] = []

    @tf.function(reduce_retracing=True)
    def outputs(images):
        found = {}
        run_layers(model(), images, lambda step: found.update({step.name: step.output}))
        names[:] = found  # runs once, when TensorFlow traces this function
        return list(found.values())

    def named(images) -> dict:
        values = outputs(images)
        return dict(zip(names, values, strict=True))

    return named


def _batch(model: keras.Model, image) -> np.ndarray:
    """One image as a batch of one, of the shape that the network takes. ValueError if it does not fit."""
    check_supported(model)
    image = np.asarray(image, "float32")
    inputs = getattr(model, "inputs", None)
    axes = len(inputs[0].shape) if inputs else image.ndim + (image.ndim != 4)
    for batch in (image, image[None], image[..., None], image[None, ..., None]):
        fits = inputs is None or not inputs or _fits(inputs[0].shape, batch.shape)
        if batch.ndim == axes and len(batch) == 1 and fits:
            return batch
    wanted = f"{tuple(inputs[0].shape[1:])}" if inputs else "one image"
    raise ValueError(f"The network takes images of the shape {wanted}; this one has {image.shape}.")


def _fits(wanted, given) -> bool:
    return len(wanted) == len(given) and all(a in (None, b) for a, b in zip(wanted, given, strict=True))


def convolutions_and_pools(model: keras.Model, images: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """What every convolution and pooling layer passes on: ("Conv2D", (N, H, W, filters) float32), in order.

    ValueError if the network has none.
    """
    wanted = (keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
    check_supported(model)
    kinds: dict[str, str] = {}
    run_layers(model, np.asarray(images[:1], "float32"), lambda step: kinds.update(_kind(step, wanted)))
    if not kinds:
        raise ValueError("this network has no convolution or pooling layer to look into.")
    found = batch_outputs(model, images)
    return [(kind, found[name]) for name, kind in kinds.items()]


def _kind(step: LayerRun, wanted: tuple) -> dict[str, str]:
    return {step.name: type(step.layer).__name__} if isinstance(step.layer, wanted) else {}


def channel_grid(array, columns: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """The channels of one layer side by side: (grid, dead).

    `array` is (H, W, C) as `layer_outputs` returns it, or (units,). `grid` is float32, 0…1, in rows of `columns` tiles
    with one pixel of 1 between them; each channel is stretched for itself, from its smallest value to its largest. `dead`
    (C,) is True where a channel is 0 everywhere; such a tile is 0, one that is constant otherwise 0.5. Values that are no
    numbers count as 0. A flat layer becomes one row after another of single pixels, stretched together.
    """
    array = np.nan_to_num(np.asarray(array, "float32"), nan=0, posinf=0, neginf=0)
    if array.ndim not in (1, 3):
        raise ValueError(f"One layer's output is (H, W, channels) or (units,); this one has {array.shape}.")
    if columns < 1:
        raise ValueError(f"columns is {columns}; there must be at least one.")
    if array.ndim == 1:
        flat = np.zeros(-(-array.size // columns) * columns, "float32")
        flat[: array.size] = _stretched(array[:, None])[0][:, 0]
        return flat.reshape(-1, columns), array == 0
    height, width, count = array.shape
    tiles, dead = _stretched(array.reshape(-1, count))
    rows, columns = -(-count // columns), min(columns, count)
    grid = np.ones((rows, columns, height + 1, width + 1), "float32")
    grid.reshape(-1, height + 1, width + 1)[:count, :-1, :-1] = tiles.T.reshape(count, height, width)
    grid = grid.swapaxes(1, 2).reshape(rows * (height + 1), columns * (width + 1))
    return grid[:-1, :-1], dead


def _stretched(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(pixels, channels) → the same with every channel 0…1, and which channels are 0 everywhere."""
    values = values.astype("float64")
    low, high = values.min(axis=0), values.max(axis=0)
    dead = (low == 0) & (high == 0)
    span = np.where(high > low, high - low, 1)
    stretched = np.where(high > low, (values - low) / span, np.where(dead, 0, 0.5))
    return stretched.astype("float32"), dead


def silent_channel_share(model: keras.Model, images: Sequence, batch: int = 20) -> dict[str, float]:
    """The share of silent channels in each layer, on average over images (N, H, W, C): {layer name: 0…1}.

    A channel is silent for an image if it is 0 everywhere. In a flat layer every unit is a channel.
    """
    images = np.asarray(images, "float32")
    if not len(images):
        raise ValueError("there is no image.")
    counts: dict[str, list[float]] = {}
    for start in range(0, len(images), batch):
        for name, values in batch_outputs(model, images[start : start + batch]).items():
            silent = (values == 0).reshape(len(values), -1, values.shape[-1]).all(axis=1)
            counts.setdefault(name, []).extend(silent.mean(axis=1))
    return {name: float(np.mean(shares)) for name, shares in counts.items()}


def filter_grid(layer, channels: int = 3, filters: int = 16) -> np.ndarray:
    """The weights of a convolution as an image: a column for each filter, a row for each channel it reads.

    `layer` is a Conv2D, or its weights (height, width, channels, filters). The first `channels` and `filters` of them; float32
    0…1, one pixel of 1 between the tiles. Dark is negative, light positive, 0.5 exactly 0; one scale for all tiles.
    """
    if isinstance(layer, keras.Layer):
        if not isinstance(layer, WINDOWS) or not layer.weights:
            raise ValueError(f"{layer.name} has no filters: it is {type(layer).__name__}, or has not been built yet.")
        layer = layer.get_weights()[0]
    weights = np.nan_to_num(np.asarray(layer, "float32"))[:, :, :channels, :filters]
    if weights.ndim != 4 or not weights.size:
        raise ValueError(f"The weights of a convolution are (height, width, channels, filters), not {weights.shape}.")
    height, width, rows, columns = weights.shape
    grid = np.ones((rows, height + 1, columns, width + 1), "float32")
    grid[:, :-1, :, :-1] = 0.5 + weights.transpose(2, 0, 3, 1) / (2 * (np.abs(weights).max() or 1))
    return grid.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1]


def grad_cam(model: keras.Model, image, class_index: int | None = None, layer=None) -> np.ndarray:
    """Where in the image the network found what speaks for a class: (H, W) float32, 0…1, the largest value 1.

    `class_index`: which class; as a rule the one that the network says. A single output stands for the classes 0 and 1.
    `layer`: the convolution whose channels are weighed, by name or itself; as a rule the last one. The map is 0
    everywhere if nothing in that layer speaks for the class.

    Selvaraju et al., Grad-CAM, 2017 (arXiv 1610.02391): channels are weighed by their average gradient of the class's
    score (before sigmoid or softmax, which would make it vanish where the network is sure), added up, and what is below 0 cut
    off. Works with sigmoid, softmax and logits, and after loading.
    """
    image = _batch(model, image)
    if not model.built:
        model(image, training=False)
    wanted = getattr(layer, "name", layer)
    steps: list[LayerRun] = []
    with tf.GradientTape() as tape:

        def seen(step: LayerRun) -> None:
            steps.append(step)
            if len(step.output.shape) == 4:
                tape.watch(step.output)

        run_layers(model, tf.constant(image), seen)
        chosen = _chosen(steps, wanted)
        score = _score(steps[-1], class_index)
    gradient = tape.gradient(score, chosen.output)
    if gradient is None:
        raise ValueError(f"The network's answer does not depend on {chosen.name}.")
    activation, gradient = np.asarray(chosen.output, "float64")[0], np.asarray(gradient, "float64")[0]
    found = np.maximum((activation * gradient.mean(axis=(0, 1))).sum(axis=2), 0)
    found = np.nan_to_num(found)
    found = found / found.max() if found.max() > 0 else found
    heat = tf.image.resize(found[..., None].astype("float32"), image.shape[1:3]).numpy()[..., 0]
    return np.clip(heat / heat.max(), 0, 1) if heat.max() > 0 else heat


def _chosen(steps: list[LayerRun], wanted: str | None) -> LayerRun:
    """The layer to look at: the one asked for, or the last convolution, or the last that still is an image."""
    images = [step for step in steps if len(step.output.shape) == 4]
    if wanted is not None:
        named = [step for step in images if wanted in (step.name, step.name.rpartition("/")[2])]
        if not named:
            raise ValueError(
                f"There is no layer {wanted!r} that makes images. There are: {', '.join(s.name for s in images)}."
            )
        return named[-1]
    if not images:
        raise ValueError("Grad-CAM needs a layer that makes images; this network has none.")
    return next((step for step in reversed(images) if isinstance(step.layer, WINDOWS)), images[-1])


def _score(last: LayerRun, class_index: int | None):
    """The score, before sigmoid or softmax, of a class: by default the one with the largest."""
    logits = _logits(last)
    count = max(2, logits.shape[-1])
    if logits.shape[-1] == 1:
        logits = tf.concat([-logits, logits], axis=-1)
    if class_index is None:
        class_index = int(tf.argmax(logits[0]))
    if not 0 <= class_index < count:
        raise ValueError(f"class_index is {class_index}; the network tells the classes 0 to {count - 1} apart.")
    return logits[0, class_index]


def _logits(last: LayerRun):
    """What the last layer had before its activation."""
    layer, activation = last.layer, getattr(last.layer, "activation", None)
    if len(last.output.shape) != 2:
        raise ValueError(f"The network ends in {last.name}, whose output is no list of classes.")
    if isinstance(layer, keras.layers.Dense) and activation not in (None, keras.activations.linear):
        logits = tf.matmul(last.inputs[0], tf.convert_to_tensor(layer.kernel))
        return logits + layer.bias if layer.use_bias else logits
    if isinstance(layer, keras.layers.Activation | keras.layers.Softmax):
        return last.inputs[0]
    return last.output
