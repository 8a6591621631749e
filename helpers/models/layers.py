"""The outputs of every layer: a network and an image in, arrays out, as `keras.Model(model.inputs, […])` in lesson 09.

    layer_outputs(model, image)["conv2d"]       (150, 150, 16): what the first layer makes of the image

Works for Sequential and functional networks, trained or not, nested, loaded from a file.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from helpers.models.layer_graph import LayerGraph, is_network, layer_graph

CONVOLUTIONS_AND_POOLS = (keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)


def layer_outputs(model: keras.Model, image: Any) -> dict[str, np.ndarray]:
    """Return the output of every layer for one image, in order: {layer name: float32 array}, without input layers.

    image: (H, W, C), (1, H, W, C), or (H, W) where the network takes one channel.
    Arrays are (H, W, C) for layers whose output still is an image, (units,) for the others. Layers of a network inside
    the network are called "outer/inner". Raises ValueError for an image that does not fit, and as `layer_graph` does.
    """
    return {name: values[0] for name, values in batch_outputs(model, as_batch(model, image)).items()}


def batch_outputs(model: keras.Model, images: Any) -> dict[str, np.ndarray]:
    """Return the output of every layer for a batch (N, H, W, C): {layer name: float32 array (N, …)}.

    All of them are in memory at once: give it no more than about 100 images.
    """
    images = np.asarray(images, "float32")
    graph = graph_for(model, images)
    outputs = graph.outputs(tf.constant(images))
    return {call.name: np.asarray(values, "float32") for call, values in zip(graph.calls, outputs, strict=True)}


def convolutions_and_pools(model: keras.Model, images: Any) -> list[tuple[str, np.ndarray]]:
    """Return the outputs of the convolution and pooling layers, in order: [("Conv2D", (N, H, W, filters) float32), …].

    Raises ValueError if the network has none.
    """
    outputs = batch_outputs(model, images)
    calls = [call for call in layer_graph(model).calls if isinstance(call.layer, CONVOLUTIONS_AND_POOLS)]
    if not calls:
        raise ValueError("This network has no convolution or pooling layer to look into.")
    return [(type(call.layer).__name__, outputs[call.name]) for call in calls]


def graph_for(model: keras.Model, images: np.ndarray) -> LayerGraph:
    """Return the graph of a network, after building it for the shape of `images` (N, …) if it is not built yet."""
    if is_network(model) and not model.built:
        model(images[:1], training=False)
    return layer_graph(model)


def as_batch(model: keras.Model, image: Any) -> np.ndarray:
    """Return one image as a batch of one, float32, in the shape that the network takes. Raises ValueError if it can't."""
    image = np.asarray(image, "float32")
    if is_network(model) and not model.built:
        return image if image.ndim == 4 else image[None]
    shape = tuple(layer_graph(model).input.shape)
    for batch in (image, image[None], image[..., None], image[None, ..., None]):
        sides_fit = all(wanted in (None, side) for wanted, side in zip(shape[1:], batch.shape[1:], strict=False))
        if batch.ndim == len(shape) and len(batch) == 1 and sides_fit:
            return batch
    raise ValueError(f"The network takes images of the shape {shape[1:]}; this one has {image.shape}.")
