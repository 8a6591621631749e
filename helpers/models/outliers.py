"""Is an image like those that a network has learned from? A network answers in any case; this says when not to ask.

    in_distribution = KNNOutlierDetector(model, training_images, other_images)
    in_distribution(images)              one True or False for each

What an image is to a network are the numbers that reach its last layer. An image is unfamiliar when even the
nearest images of the training have other numbers. After Y. Sun, Y. Ming, X. Zhu and Y. Li, "Out-of-distribution
detection with deep nearest neighbors" (2022): the numbers scaled to length 1, the distance to the k-th neighbor, and
a limit below which 95 % of new images of the known classes lie.
"""

import numpy as np

NEIGHBOR = 10
SHARE = 0.95
BATCH = 128


class KNNOutlierDetector:
    """Remembers what a sequential network makes of `known` images, float32 (N, H, W, C), 0…1, as it takes them.

    `others` (M, H, W, C) are images of the same classes that it has not learned from: the limit is set so that 95 % of
    them pass. ValueError for fewer than 10 known images, or no others.
    """

    def __init__(self, model, known: np.ndarray, others: np.ndarray):
        if len(known) < NEIGHBOR or not len(others):
            raise ValueError(f"{len(known)} known and {len(others)} other images; 10 and 1 are the least.")
        self._model = model
        self._known = self._numbers(known)
        self.limit = float(np.quantile(self.distance(others), SHARE))

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """(N, H, W, C) → (N,) bool: whether each is like the known ones."""
        return self.distance(images) <= self.limit

    def distance(self, images: np.ndarray) -> np.ndarray:
        """(N, H, W, C) → (N,) floats, 0…2: how far the 10th nearest known image is."""
        likeness = self._numbers(images) @ self._known.T
        tenth = np.partition(likeness, -NEIGHBOR, axis=1)[:, -NEIGHBOR]
        return np.sqrt(np.maximum(2 - 2 * tenth, 0))  # |a − b|² = 2 − 2 a·b for vectors of length 1

    def _numbers(self, images: np.ndarray) -> np.ndarray:
        """What reaches the last layer, scaled to length 1: (N, features)."""
        found = []
        for start in range(0, len(images), BATCH):
            values = images[start : start + BATCH]
            for layer in self._model.layers[:-1]:
                values = layer(values, training=False)
            found.append(np.asarray(values, np.float32).reshape(len(values), -1))
        numbers = np.concatenate(found)
        return numbers / np.maximum(np.linalg.norm(numbers, axis=1, keepdims=True), 1e-12)
