"""What can be said with few images: cross-validation by series, a learning curve, and how sure an accuracy is.

The head is softmax regression on the features of a pretrained network: one Dense layer. With so few weights L-BFGS finds the
best ones, without epochs; the loss is the cross-entropy with weight decay, as in `fit`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

from helpers.images.classes import class_labels

DECAY = 1e-3  # of the squared weights


@dataclass(frozen=True)
class Head:
    """A trained head: features (N, F) → probabilities (N, classes). `mean` and `scale` standardize the features."""

    mean: np.ndarray
    scale: np.ndarray
    kernel: np.ndarray
    bias: np.ndarray

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Return the probabilities of the classes, (N, classes)."""
        return softmax((features - self.mean) / self.scale @ self.kernel + self.bias, axis=1)


def train_head(features: np.ndarray, labels: np.ndarray, classes: int) -> Head:
    """Return the head with the least loss on `features` (N, F) and `labels` (N,), numbers 0 to `classes` − 1.

    labels also as `class_labels` takes them. Raises ValueError for no images, features that are not numbers, or labels that don't fit.
    """
    features = np.asarray(features, "float64")
    labels = class_labels(labels, classes, len(features))
    if not (len(features) and np.isfinite(features).all()):
        raise ValueError("There are no features to learn from, or some that are not numbers (NaN or infinite).")
    mean, scale = features.mean(axis=0), features.std(axis=0) + 0.1
    inputs, truth = (features - mean) / scale, np.eye(classes)[labels]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        kernel, bias = _parts(weights, classes)
        shares = softmax(inputs @ kernel + bias, axis=1)
        wrong = (shares - truth) / len(inputs)
        value = -np.mean(np.log(np.maximum(shares[truth == 1], 1e-300))) + DECAY * np.sum(kernel**2)
        gradient = np.vstack([inputs.T @ wrong + 2 * DECAY * kernel, wrong.sum(axis=0)])
        return value, gradient.ravel()

    found = minimize(
        loss, np.zeros((inputs.shape[1] + 1) * classes), jac=True, method="L-BFGS-B", options={"maxiter": 100}
    )
    return Head(mean, scale, *_parts(found.x, classes))


def cross_validate(
    features: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    classes: int,
    folds: int = 5,
    seed: int = 0,
    asked: np.ndarray | None = None,
) -> np.ndarray:
    """Return for each image the probabilities (N, classes) by a head that has seen no image of its series.

    groups: images of a series have the same number. Series are dealt to the folds class by class. asked: other features (N, F) to
    ask about, of the same images under other conditions. Raises ValueError where a class has images of one series only: then
    nothing is left to learn it from.
    """
    asked, labels = features if asked is None else asked, class_labels(labels, classes, len(features))
    fold_of: dict[int, int] = {}
    rng = np.random.default_rng(seed)
    for label in np.unique(labels):
        series = np.unique(groups[labels == label])
        if len(series) < 2:
            raise ValueError(
                f"Class {label} has only one series of images. Take more, a second apart or from another side."
            )
        fold_of |= {one: place % folds for place, one in enumerate(rng.permutation(series))}
    fold = np.array([fold_of[one] for one in groups])
    answers = np.zeros((len(labels), classes))
    for one in np.unique(fold):
        answers[fold == one] = train_head(features[fold != one], labels[fold != one], classes)(asked[fold == one])
    return answers


def learning_curve(
    features: np.ndarray, labels: np.ndarray, groups: np.ndarray, classes: int, counts: Sequence[int], draws: int = 10
) -> dict[int, list[float]]:
    """Return {images per class: accuracies}: of each draw, `count` random images of each class are learned from.

    Those of other series are asked. A count that leaves a class nothing to ask is left out.
    """
    labels = class_labels(labels, classes, len(features))
    curve: dict[int, list[float]] = {}
    for count in counts:
        for draw in range(draws):
            rng = np.random.default_rng((draw, count))
            chosen = np.concatenate(
                [rng.permutation(np.flatnonzero(labels == label))[:count] for label in np.unique(labels)]
            )
            asked = ~np.isin(groups, groups[chosen])
            if len(chosen) < count * len(np.unique(labels)) or set(labels[asked]) != set(labels):
                break
            answers = train_head(features[chosen], labels[chosen], classes)(features[asked])
            curve.setdefault(count, []).append(float(np.mean(answers.argmax(axis=1) == labels[asked])))
    return curve


def wilson_interval(right: int, total: int) -> tuple[float, float]:
    """Return the range in which an accuracy is with 95 % confidence after `right` of `total` (E. B. Wilson, 1927).

    Raises ValueError unless 0 ≤ right ≤ total and total is at least 1.
    """
    if not 0 <= right <= total or total < 1:
        raise ValueError(f"{right} right of {total}? Give at least 1 in total, and from 0 to that many right.")
    z = 1.96  # standard deviations: 95 % of a normal distribution are nearer to its middle
    share, extra = right / total, z * z / total
    middle = (share + extra / 2) / (1 + extra)
    half = z * np.sqrt(share * (1 - share) / total + extra / (4 * total)) / (1 + extra)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _parts(weights: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    table = weights.reshape(-1, classes)
    return table[:-1], table[-1]
