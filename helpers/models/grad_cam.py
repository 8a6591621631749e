"""Grad-CAM: where in an image a network found what speaks for a class.

R. R. Selvaraju and others, 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization"
(arXiv 1610.02391): the channels of the last convolution, weighted by their average gradient of the class's score, added
up, and what is below 0 cut off. The score is that before sigmoid or softmax, whose gradient vanishes where the network
is sure.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from helpers.models.layer_graph import CONVOLUTIONS, LayerCall, LayerGraph, layer_graph
from helpers.models.predict import PROBABILITIES, output_count
from helpers.models.values import Values, as_batch, check_finite, network_input


def grad_cam(model: keras.Model, image: Any, class_index: int | None = None, values: Values = None) -> np.ndarray:
    """Return the Grad-CAM of an image: (H, W) float32, 0…1; its largest value is 1, or 0 if nothing speaks for the class.

    image, values: as `layer_outputs` takes them. class_index: which class, by default the one that the network answers; a single
    output stands for the classes 0 and 1. The layer is the last convolution, or else the last one whose output is an
    image. Works with sigmoid, softmax and logits. Raises ValueError as `layer_graph` does, for a network without such a
    layer or without an output for each class, and for a class that it does not have.
    """
    batch = network_input(model, as_batch(model, image), values)
    graph, classes = layer_graph(model), max(2, output_count(model))
    if class_index is not None and not 0 <= class_index < classes:
        raise ValueError(f"class_index is {class_index}; the network has the classes 0 to {classes - 1}.")
    wanted = tf.constant(-1 if class_index is None else class_index)
    channels, gradient = graph.compiled(_channels_and_gradient)(tf.constant(batch), wanted)
    heat = np.maximum(tf.reduce_sum(channels[0] * tf.reduce_mean(gradient[0], axis=(0, 1)), axis=2), 0)
    check_finite(heat)
    heat = tf.image.resize(heat[..., None] / (heat.max() or 1), batch.shape[1:3]).numpy()[..., 0]
    return heat / (heat.max() or 1)


def _channels_and_gradient(graph: LayerGraph) -> Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
    """Return a function of (images, class): the last convolution's output, and the score's gradient by it."""
    layer, last = _last_convolution(graph), graph.last
    network = keras.Model(graph.input, [layer.output, last.output, last.inputs[0]])

    def channels_and_gradient(images: tf.Tensor, class_index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            # Without it nothing is recorded before the first layer that trains: a borrowed base is frozen.
            tape.watch(images if images.dtype.is_floating else [weight.value for weight in network.weights])
            channels, outputs, before = network(images, training=False)
            score = class_score(last, outputs, before, class_index)
        gradient = tape.gradient(score, channels)
        if gradient is None:
            raise ValueError(f"The network's answer does not depend on {layer.name}.")
        return tf.cast(channels, "float32"), tf.cast(gradient, "float32")

    return channels_and_gradient


def class_score(last: LayerCall, outputs: tf.Tensor, before: tf.Tensor, class_index: tf.Tensor | int = -1) -> tf.Tensor:
    """Return the score of a class, or of the answer (-1), before sigmoid or softmax, from what the last layer made of one image."""
    logits = tf.reshape(_logits(last, outputs, before), (-1,))
    if logits.shape[0] == 1:
        logits = tf.concat([-logits, logits], axis=0)
    return logits[tf.where(class_index < 0, tf.argmax(logits, output_type=tf.int32), class_index)]


def _last_convolution(graph: LayerGraph) -> LayerCall:
    images = [call for call in graph.calls if len(call.output.shape) == 4]
    if not images:
        raise ValueError("Grad-CAM needs a layer whose output is an image; this network has none.")
    return next((call for call in reversed(images) if isinstance(call.layer, CONVOLUTIONS)), images[-1])


def _logits(last: LayerCall, outputs: tf.Tensor, before: tf.Tensor) -> tf.Tensor:
    """Return the scores of the classes (1, …): what the last layer had before its activation, where that is known."""
    if isinstance(last.layer, keras.layers.Dense):
        kernel = tf.convert_to_tensor(last.layer.kernel)
        logits = tf.tensordot(tf.cast(before, kernel.dtype), kernel, 1)  # mixed precision has float16 here
        return logits + last.layer.bias if last.layer.use_bias else logits
    is_probability = last.activation in PROBABILITIES
    if isinstance(last.layer, keras.layers.Activation) or (is_probability and not getattr(last.layer, "weights", ())):
        return before
    if outputs.shape.num_elements() == 1 and last.activation != "linear":  # a probability counts from 0.5 on
        return tf.where((outputs >= 0) & (outputs <= 1), outputs - 0.5, outputs)
    return outputs
