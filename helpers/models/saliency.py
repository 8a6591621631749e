"""Saliency: which pixels of an image speak for the answer of a network, and which against it.

Gradient × input (A. Shrikumar and others, 2016, "Not Just a Black Box", arXiv 1605.01713): each pixel's value, times the gradient
of the class's score by it. The score is that before sigmoid or softmax, whose gradient vanishes where the network is sure.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from helpers.models.grad_cam import class_score
from helpers.models.layer_graph import LayerGraph, layer_graph
from helpers.models.predict import output_count
from helpers.models.values import Values, network_input


def gradient_times_input(model: keras.Model, batch: Any, values: Values = None) -> np.ndarray:
    """Return gradient × input of the class that the network answers: float32 in the shape of one image, without the batch.

    batch: one image, (1, ...) as the model was built for; `values` as for `network_input`. Above 0 speaks for the class, below 0
    against it; a pixel of 0 says nothing. Raises ValueError as `output_count` does, and for a network that takes whole numbers.
    """
    batch, graph = network_input(model, np.asarray(batch, "float32"), values), layer_graph(model)
    output_count(model)
    if not np.issubdtype(batch.dtype, np.floating):
        raise ValueError(f"{model.name} takes whole numbers, and a gradient is by numbers with a fraction.")
    return np.nan_to_num((graph.compiled(_gradient)(tf.constant(batch)) * batch)[0].numpy())


def _gradient(graph: LayerGraph) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a function: images (1, ...) → the gradient of the answer's score by them."""
    last = graph.last
    network = keras.Model(graph.input, [last.output, last.inputs[0]])

    def gradient(images: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            score = class_score(last, *network(images, training=False))
        return tape.gradient(score, images)

    return gradient
