"""Out-of-distribution detection: is an image like those that a network has learned from?

    in_distribution = KNNOutlierDetector(model, training_images, other_images)
    in_distribution(images)              one True or False for each

A network answers in any case; this says when not to ask it. To a network an image is the features that reach its last
Dense layer, and an image is out of distribution when even the nearest training images have other features. After Y. Sun,
Y. Ming, X. Zhu and Y. Li, 2022, "Out-of-distribution detection with deep nearest neighbors": features scaled to length 1,
the distance to the k-th neighbor, and a limit that 95 % of new images of the known classes stay below.
"""

from contextlib import suppress

import keras
import numpy as np
import tensorflow as tf

from helpers.models.layer_graph import layer_graph
from helpers.models.values import Values, check_finite, input_range, network_input

NEIGHBOR = 10
SHARE = 0.95
BATCH = 128


class KNNOutlierDetector:
    """Out-of-distribution detector by the k-th nearest neighbor: call it with images (N, H, W, C), it returns (N,) bool.

    known: images that the network has learned from, float32 (N, H, W, C), 0…1, at least 10; their features are kept.
    others: images of the same classes that it has not learned from; the limit is set so that 95 % of them pass.
    values: what the network takes, found in it by default (see `network_input`).
    Raises ValueError for fewer images, for a network without a Dense layer, and as `layer_graph` does.
    """

    def __init__(self, model: keras.Model, known: np.ndarray, others: np.ndarray, values: Values = None):
        if len(known) < NEIGHBOR or not len(others):
            raise ValueError(f"{len(known)} known and {len(others)} other images; give at least {NEIGHBOR} and 1.")
        graph = layer_graph(model)
        dense = [call for call in graph.calls if isinstance(call.layer, keras.layers.Dense)]
        if not dense:
            raise ValueError(f"{model.name} has no Dense layer, and so no features that a class is read from.")
        self._model, self._values = model, values
        if values is None:
            with suppress(ValueError):  # where nothing tells, images may have the network's own values
                self._values = input_range(model)  # found once, not for every image
        before = keras.Model(graph.input, dense[-1].inputs[0])
        any_number = [tf.TensorSpec(graph.input.shape, graph.input.dtype)]  # traced once, however many images
        self._features_before = tf.function(
            lambda images: before(images, training=False), input_signature=any_number, autograph=False
        )
        self._known = self._features(known)
        self.limit = float(np.quantile(self.distance(others), SHARE))

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Return for each image (N, H, W, C) whether it is in distribution, like the known ones: (N,) bool."""
        return self.distance(images) <= self.limit

    def distance(self, images: np.ndarray) -> np.ndarray:
        """Return the distance of each image (N, H, W, C) to its 10th nearest known image: (N,) floats, 0…2."""
        likeness = self._features(images) @ self._known.T
        tenth = np.partition(likeness, -NEIGHBOR, axis=1)[:, -NEIGHBOR]
        return np.sqrt(np.maximum(2 - 2 * tenth, 0))  # |a − b|² = 2 − 2 a·b for vectors of length 1

    def _features(self, images: np.ndarray) -> np.ndarray:
        """Return what reaches the last Dense layer, scaled to length 1: (N, features)."""
        images = network_input(self._model, images, self._values)
        batches = [images[start : start + BATCH] for start in range(0, len(images) or 1, BATCH)]
        features = np.concatenate([np.asarray(self._features_before(batch)) for batch in batches])
        features = features.reshape(len(features), int(np.prod(features.shape[1:]))).astype("float32")
        check_finite(features)
        return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
