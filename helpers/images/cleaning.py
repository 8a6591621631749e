"""What is wrong with a set of images: labels that look wrong, near-duplicates, too dark, blurred.

Nothing is decided here: each finding is a reason to look at an image.
"""

from dataclasses import dataclass

import numpy as np

from helpers.images.own_images import OwnSet

DARK = 30.0  # mean of the pixels, 0…255, below which an image is called dark
BLURRED = 12.0  # variance of the Laplacian below which it is called blurred: no edge in it
ALIKE = 0.985  # cosine of the features from which two images are called near-duplicates
DOUBTFUL = 0.3  # probability of its own class below which a label is called doubtful
MOST = 24  # findings


@dataclass(frozen=True)
class Finding:
    """A reason to look at image number `index`: `kind` is "label", "duplicate", "dark" or "blurred"; `why` is a sentence."""

    kind: str
    index: int
    why: str


def findings(data: OwnSet, features: np.ndarray, answers: np.ndarray | None = None, most: int = MOST) -> list[Finding]:
    """Return what to look at, doubtful labels first, at most `most`, each image once.

    features (N, F): what a network makes of each image. answers (N, classes): probabilities by cross-validation; without them no label
    is doubted.
    """
    found = [] if answers is None else doubtful_labels(data, answers)
    found += near_duplicates(data, features) + dark_or_blurred(data.images)
    once = {one.index: one for one in reversed(found)}
    return [one for one in found if once[one.index] is one][:most]


def doubtful_labels(data: OwnSet, answers: np.ndarray) -> list[Finding]:
    """Return the images whose own class got a small probability, the smallest first."""
    own = answers[np.arange(len(data.labels)), data.labels]
    names, guess = data.class_names, answers.argmax(axis=1)
    doubted = [i for i in np.argsort(own, kind="stable") if own[i] < DOUBTFUL and guess[i] != data.labels[i]]
    text = "Is this {}? Networks that haven't seen it say {} ({:.2f})."
    return [
        Finding("label", int(i), text.format(names[data.labels[i]], names[guess[i]], answers[i, guess[i]]))
        for i in doubted
    ]


def near_duplicates(data: OwnSet, features: np.ndarray, alike: float = ALIKE) -> list[Finding]:
    """Return the images that are nearly the same as an earlier one of another series; those of one series are anyway."""
    scaled = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    found = []
    for i in range(1, len(scaled)):
        likeness = np.where(data.groups[:i] == data.groups[i], -1, scaled[:i] @ scaled[i])
        nearest = int(likeness.argmax())
        if likeness[nearest] >= alike:
            other = (
                ""
                if data.labels[nearest] == data.labels[i]
                else f", which is in {data.class_names[data.labels[nearest]]}"
            )
            found.append(Finding("duplicate", i, f"Nearly the same as {data.files[nearest].name}{other}."))
    return found


def dark_or_blurred(images: np.ndarray) -> list[Finding]:
    """Return the images (N, H, W, 3) uint8 in which little can be seen, the dark ones first."""
    gray = images.astype("float32").mean(axis=3)
    light = gray.mean(axis=(1, 2))
    edges = 4 * gray[:, 1:-1, 1:-1] - gray[:, :-2, 1:-1] - gray[:, 2:, 1:-1] - gray[:, 1:-1, :-2] - gray[:, 1:-1, 2:]
    sharpness = edges.var(axis=(1, 2))
    dark = [
        Finding("dark", int(i), f"Very dark: {light[i]:.0f} of 255 on average.") for i in np.flatnonzero(light < DARK)
    ]
    blurred = np.flatnonzero((light >= DARK) & (sharpness < BLURRED))
    return dark + [Finding("blurred", int(i), "Blurred, or nothing is in it: no edge can be seen.") for i in blurred]
