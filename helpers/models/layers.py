"""The outputs of every layer: a network and an image in, arrays out, as `keras.Model(model.inputs, […])` in lesson 09.

    layer_outputs(model, image)["conv2d"]       (150, 150, 16): what the first layer makes of the image

Works for Sequential and functional networks, trained or not, nested, loaded from a file.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from helpers.models.layer_graph import LayerGraph, layer_graph
from helpers.models.values import Values, as_batch, network_input

CONVOLUTIONS_AND_POOLS = (keras.layers.Conv2D, keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)


def layer_outputs(model: keras.Model, image: Any, values: Values = None) -> dict[str, np.ndarray]:
    """Return the output of every layer for one image, in order: {layer name: float32 array}, without input layers.

    image: (H, W, C), (1, H, W, C), or (H, W) where the network takes one channel; its values and `values` as for
    `network_input`. Arrays are (H, W, C) for layers whose output still is an image, (units,) for the others. Layers of a network
    inside the network are called "outer/inner". Raises ValueError for an image that does not fit, and as `layer_graph` does.
    """
    return {name: outputs[0] for name, outputs in batch_outputs(model, as_batch(model, image), values).items()}


def batch_outputs(model: keras.Model, images: Any, values: Values = None) -> dict[str, np.ndarray]:
    """Return the output of every layer for a batch (N, H, W, C): {layer name: float32 array (N, …)}.

    All of them are in memory at once: give it no more than about 100 images.
    """
    images = network_input(model, images, values)
    graph = layer_graph(model)
    outputs = graph.compiled(_all_outputs)(tf.constant(images))
    return {call.name: np.asarray(output, "float32") for call, output in zip(graph.calls, outputs, strict=True)}


def _all_outputs(graph: LayerGraph) -> Callable[[tf.Tensor], list[tf.Tensor]]:
    """Return a function of a batch: the outputs of all calls at once, several times as fast as layer by layer."""
    network = keras.Model(graph.input, [call.output for call in graph.calls])
    return lambda images: keras.tree.flatten(network(images, training=False))  # a list, also of a single layer


def convolutions_and_pools(model: keras.Model, images: Any, values: Values = None) -> list[tuple[str, np.ndarray]]:
    """Return the outputs of the convolution and pooling layers, in order: [("Conv2D", (N, H, W, filters) float32), …].

    Raises ValueError if the network has none.
    """
    outputs = batch_outputs(model, images, values)
    calls = [call for call in layer_graph(model).calls if isinstance(call.layer, CONVOLUTIONS_AND_POOLS)]
    if not calls:
        raise ValueError("This network has no convolution or pooling layer to look into.")
    return [(type(call.layer).__name__, outputs[call.name]) for call in calls]
