"""Images as figures: in a grid, as a confusion matrix of a network's answers, and its worst mistakes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from helpers.images.classes import ClassNames, class_labels
from helpers.images.classes import class_names as names_in_order
from helpers.images.encode import to_uint8
from helpers.plots import figures
from helpers.plots.labels import plain_text

RIGHT, WRONG = "#00897b", "#d5473c"  # of a confusion matrix, as in widgets.css
LONGEST_NAME = 20  # characters of a class's name at an axis


def show_images(
    images: Sequence[np.ndarray], titles: Sequence | None = None, columns: int = 5, size: float = 1.3
) -> None:
    """Show images in rows, each with its title; `size` is the width of each in inches.

    images: one or more of (H, W), (H, W, 1) or (H, W, 3); uint8, or floats 0…1 or 0…255; sizes may differ. Gray images are light on
    dark, as they are stored. Raises ValueError for other shapes or values, no image, or a wrong number of titles.
    """
    shape: tuple = getattr(images, "shape", ())
    is_single = len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))
    images = [to_uint8(np.asarray(image)) for image in ([images] if is_single else [] if images is None else images)]
    if not images:
        raise ValueError("No image to show: the list is empty.")
    if columns < 1 or not size > 0:
        raise ValueError(f"columns is {columns} and size {size}; use more than 0.")
    titles = None if titles is None else [str(title) for title in titles]
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"{len(titles)} titles for {len(images)} images. Pass one title for each image.")
    shown = [plain_text(title) for title in titles or ()]
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    lines = max((title.count("\n") + 1 for title in titles), default=0) if titles else 0
    figure = Figure(figsize=(columns * size, rows * (size + 0.17 * lines)), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).flat
    for axis in axes:
        axis.axis("off")
    for position, image in enumerate(images):
        smoothing = "nearest" if len(image) < 100 else "antialiased"
        axes[position].imshow(image, cmap="gray", vmin=0, vmax=255, interpolation=smoothing)
        if titles:
            axes[position].set_title(shown[position], fontsize=9, pad=3)
    figures.show(figure, _images_text(images, titles))


def _images_text(images: list[np.ndarray], titles: list[str] | None) -> str:
    sizes = {f"{image.shape[0]}×{image.shape[1]}" for image in images}
    count = "One image" if len(images) == 1 else f"{len(images)} images"
    text = f"{count} of {sizes.pop()} pixels" if len(sizes) == 1 else f"{count} of different sizes"
    named = "; ".join(" ".join(title.split()) for title in titles or () if title)
    return f"{text}: {named}." if named else f"{text}."


def show_confusion_matrix(matrix: np.ndarray, class_names: ClassNames | None = None) -> None:
    """Show a confusion matrix: `matrix[t, p]` images of class `t` were predicted as class `p`; (K, K) integers.

    Right answers are green, mistakes red: the stronger, the larger the share of the row. The shade grows with the root of
    the share, so that the few mistakes can be seen. Raises ValueError if the matrix is not square, has other values than counts, or other than K names.
    """
    matrix = np.asarray(matrix)
    count = matrix.shape[0] if matrix.ndim else 0
    is_square = count > 0 and matrix.shape == (count, count)
    if not (is_square and matrix.dtype.kind in "biuf" and ((matrix >= 0) & (matrix % 1 == 0)).all()):
        found = "other values" if is_square else f"the shape {matrix.shape}"
        raise ValueError(f"A confusion matrix has a row and a column of counts for each class; this one has {found}.")
    matrix, class_names = matrix.astype(int), names_in_order(class_names, count)
    names = [plain_text(" ".join(str(name).split()), LONGEST_NAME) for name in class_names]
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    longest = max(map(len, names))
    side = 1.6 + 0.46 * count + 0.15 * max(0, longest - 12)
    figure = Figure(figsize=(side, side - 0.4), layout="constrained")
    axis = figure.subplots()
    shades = np.where(np.eye(count, dtype=bool)[..., None], to_rgba(RIGHT), to_rgba(WRONG))
    shades[..., 3] = np.sqrt(shares)
    axis.imshow(shades)
    outline = [patheffects.withStroke(linewidth=1.5, foreground="#222222")]  # white can be read on every page
    for true, predicted in np.ndindex(matrix.shape):
        if matrix[true, predicted]:
            strong = (
                {"color": "white", "path_effects": outline} if shares[true, predicted] > 0.1 else {"color": figures.INK}
            )
            axis.text(predicted, true, f"{matrix[true, predicted]}", ha="center", va="center", fontsize=8, **strong)
    is_long = longest > 3
    axis.set_xticks(range(count), names, rotation=45 if is_long else 0, ha="right" if is_long else "center")
    axis.set_yticks(range(count), names)
    axis.set(xlabel="the network says", ylabel="it is")
    figures.show(figure, _confusion_text(matrix, class_names))


def _confusion_text(matrix: np.ndarray, class_names: Sequence[str]) -> str:
    right, total = int(np.trace(matrix)), int(matrix.sum())
    text = f"{right:,} of {total:,} images are right."
    mistakes = matrix * ~np.eye(len(matrix), dtype=bool)
    worst = [np.unravel_index(flat, matrix.shape) for flat in np.argsort(-mistakes, axis=None, kind="stable")[:3]]
    named = [f"{class_names[t]} taken for {class_names[p]} ({matrix[t, p]})" for t, p in worst if mistakes[t, p]]
    return f"{text} Most frequent mistakes: {', '.join(named)}." if named else text


def show_mistakes(
    images: Sequence[np.ndarray],
    labels: Any,
    probabilities: np.ndarray,
    class_names: ClassNames | None = None,
    count: int = 10,
) -> None:
    """Show the worst mistakes: the images whose true class got the lowest probability.

    images: (N, H, W[, C]). labels: as `class_labels` takes them. probabilities: (N, K), as `predict` returns them, or (N, 1) of
    class 1.
    """
    probabilities = np.asarray(probabilities)
    if probabilities.ndim == 1 or probabilities.shape[1:] == (1,):
        probabilities = np.stack([1 - probabilities.ravel(), probabilities.ravel()], axis=1)
    if probabilities.ndim != 2 or np.isnan(probabilities).any():
        raise ValueError(f"Probabilities are numbers, (N, classes); these are not, {probabilities.shape}.")
    labels = class_labels(labels, probabilities.shape[1], len(probabilities))
    if len(images) != len(labels):
        raise ValueError(f"{len(labels)} labels for {len(images)} images.")
    predicted = probabilities.argmax(axis=1)
    of_truth = probabilities[np.arange(len(labels)), labels]
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(of_truth[wrong], kind="stable")][:count]
    if not worst.size:
        print(f"No mistake among {len(labels):,} images.")
        return
    names = names_in_order(class_names, probabilities.shape[1])
    titles = [
        f"{names[labels[i]]} taken for\n{names[predicted[i]]} ({probabilities[i, predicted[i]]:.2f})" for i in worst
    ]
    show_images([images[i] for i in worst], titles, size=1.3 if class_names is None else 1.8)
