"""Figures: images in a grid, learning curves, confusion matrices, the worst mistakes.

Every figure goes through `show`, together with a sentence that says the same as the figure. Figures are made with
`matplotlib.figure.Figure`, never with pyplot: they may be drawn in a thread, and nothing stays open.
"""

import base64
import io
from collections.abc import Mapping, Sequence

import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

# Okabe and Ito's colors, which also the color-blind tell apart, without yellow and sky blue (too pale on white).
COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00"]
DASHES = ["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3))]
MARKERS = ["o", "s", "^", "D", "v", "P"]
PAPER = "white"  # opaque, so that black text can be read in a dark theme, too


def use_style() -> None:
    """Gives figures that a lesson draws itself the course's look: colors with line styles, no box, no frames."""
    rcParams.update(
        {
            "axes.prop_cycle": cycler(color=COLORS, linestyle=DASHES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "figure.facecolor": PAPER,
            "font.size": 10,
            "legend.frameon": False,
        }
    )


class _Shown:
    """An image and its text equivalent; the text is also the image's alternative text."""

    def __init__(self, kind: str, image: bytes, text: str):
        self.kind, self.image, self.text = kind, image, text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_) -> tuple[dict, dict]:
        data = {self.kind: base64.b64encode(self.image).decode("ascii"), "text/plain": self.text}
        return data, {self.kind: {"alt": self.text}}


def show(figure: Figure, text: str) -> None:
    """Shows `figure`; `text` says the same for whoever cannot see it. ValueError without a text.

    It becomes a PNG, or where it holds photographs a JPEG, which takes a fifth of the room.
    """
    if not text:
        raise ValueError("every figure needs a text that says the same.")
    image = _image(figure)
    kind = "jpeg" if _is_photograph(image) else "png"
    display(_Shown(f"image/{kind}", _file(image, kind), text))


def png(figure: Figure, dpi: int = 96) -> bytes:
    """`figure` as a PNG file, as small as it gets without a visible difference."""
    return _file(_image(figure, dpi), "png")


def _image(figure: Figure, dpi: int = 96) -> Image.Image:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, facecolor=PAPER, edgecolor="none")
    return Image.open(file).convert("RGB")


def _is_photograph(image: Image.Image) -> bool:
    """Whether there are more colors than drawn lines and gray images have."""
    return image.getcolors(4096) is None


def _file(image: Image.Image, kind: str) -> bytes:
    if kind == "png" and not _is_photograph(image):
        image = image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    file = io.BytesIO()
    image.save(file, format=kind, **({"optimize": True} if kind == "png" else {"quality": 88, "subsampling": 0}))
    return file.getvalue()


def show_images(
    images: Sequence[np.ndarray], titles: Sequence | None = None, columns: int = 5, size: float = 1.3
) -> None:
    """Shows images in rows, each with its title; `size` is the width of one in inches.

    An image is (H, W), (H, W, 1) or (H, W, 3): uint8, or floats 0…1 or 0…255; sizes may differ. Gray ones are shown
    light on dark, as they are stored. ValueError for other shapes or values, no image, or a wrong number of titles.
    """
    images = [_displayable(image) for image in images]
    if not images:
        raise ValueError("there is no image to show.")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"{len(titles)} titles for {len(images)} images.")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    titles = None if titles is None else [str(title) for title in titles]
    lines = 0 if titles is None else max(title.count("\n") + 1 for title in titles)
    figure = Figure(figsize=(columns * size, rows * (size + 0.17 * lines)), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).flat
    for axis in axes:
        axis.axis("off")
    for position, image in enumerate(images):
        axis = axes[position]
        axis.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest" if len(image) < 100 else "antialiased")
        if titles is not None:
            axis.set_title(titles[position], fontsize=9, pad=3)
    show(figure, _images_text(images, titles))


def _displayable(image: np.ndarray) -> np.ndarray:
    """(H, W[, 1 or 3]), 0…255 or 0…1 → (H, W) or (H, W, 3) floats, 0…1."""
    image = np.asarray(image)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim != 2 and not (image.ndim == 3 and image.shape[-1] == 3):
        raise ValueError(f"an image has the shape (H, W), (H, W, 1) or (H, W, 3); this one has {image.shape}.")
    lowest, highest = float(image.min()), float(image.max())
    if not (lowest >= 0 and highest <= 255):
        raise ValueError(f"an image has values 0…1 or 0…255; this one has {lowest:g}…{highest:g}.")
    is_bytes = np.issubdtype(image.dtype, np.integer) or highest > 1
    return image.astype("float32") / (255 if is_bytes else 1)


def _images_text(images: list[np.ndarray], titles: list[str] | None) -> str:
    sizes = {f"{image.shape[0]}×{image.shape[1]}" for image in images}
    count = "One image" if len(images) == 1 else f"{len(images)} images"
    text = f"{count} of {sizes.pop()} pixels" if len(sizes) == 1 else f"{count} of different sizes"
    return (
        f"{text}." if titles is None else f"{text}: {'; '.join(' '.join(title.split()) for title in titles if title)}."
    )


def show_curves(histories, metrics: Sequence[str] | None = None) -> None:
    """Shows how loss and metrics went, epoch by epoch: one panel each, validation (`val_…`) beside training.

    `histories` is what `fit` returned, or its dict {"loss": [floats], "val_loss": [floats], …}, or several of them by
    name: {"Adam": history, "SGD": history}. `metrics` picks panels (["accuracy"]); else every one but the learning rate.
    Runs differ by color, marker and line style. ValueError if there is no epoch to show.
    """
    runs = _runs(histories)
    metrics = list(metrics) if metrics else _metrics(runs)
    if not any(len(values) for run in runs.values() for values in run.values()):
        raise ValueError("there is no epoch to show yet.")
    figure = Figure(figsize=(4.3 * len(metrics), 3.2), layout="constrained")
    sentences = []
    for axis, metric in zip(figure.subplots(1, len(metrics), squeeze=False).flat, metrics, strict=True):
        for number, (name, run) in enumerate(runs.items()):
            training, validation = run.get(metric, []), run.get(f"val_{metric}", [])
            for is_validation, values in enumerate((training, validation)):
                if len(values):
                    what = "validation" if is_validation else "training"
                    style = _style(number, is_validation, alone=len(runs) == 1)
                    epochs = range(1, len(values) + 1)
                    axis.plot(
                        epochs, values, label=f"{name} {what}".strip(), markevery=max(1, len(values) // 10), **style
                    )
            sentences.append(_curve_text(name, metric, training, validation))
        above = first_value_towers([line.get_ydata() for line in axis.lines])
        for line in axis.lines:
            if line.get_ydata()[0] in above:
                line.set_data(line.get_xdata()[1:], line.get_ydata()[1:])
        axis.relim()
        axis.autoscale()
        axis.set(xlabel="epoch", title=metric + above_text(above))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
        axis.legend(fontsize=8, frameon=False, handlelength=3.5)
    show(figure, " ".join(filter(None, sentences)))


def first_value_towers(lines: Sequence[Sequence[float]]) -> list[float]:
    """The first values that would squeeze all later ones to the foot of a chart: over three times the largest of those.

    `lines` are the values of a panel's lines by epoch. A loss that starts at 2.6 and goes on from .7 to .6 would else
    look like a flat line. Empty where no line has more than two values.
    """
    later = [value for line in lines for value in line[1:]]
    if max(map(len, lines), default=0) < 3 or min(later) <= 0:
        return []
    return [float(line[0]) for line in lines if len(line) and line[0] > 3 * max(later)]


def above_text(values: Sequence[float]) -> str:
    """What the title of a panel says of first values that are left out: " (first: 2.58, not drawn)"."""
    return f" (first: {' and '.join(f'{value:.2f}' for value in values)}, not drawn)" if values else ""


def show_bands(runs: Mapping[str, Mapping[str, Sequence]], metrics: Sequence[str]) -> None:
    """Shows trainings over several seeds: for each its mean, epoch by epoch, and a band from the least to the largest.

    `runs` is {name: {metric: [values of one seed by epoch, …]}}, as `results.curves` gives it; a panel for each of
    `metrics`. Seeds of one run have the same number of epochs. ValueError if there is no epoch to show.
    """
    runs = {name: found for name, found in runs.items() if any(len(found.get(metric, [])) for metric in metrics)}
    if not runs:
        raise ValueError("there is no epoch to show yet.")
    figure = Figure(figsize=(4.3 * len(metrics), 3.4), layout="constrained")
    sentences = []
    for axis, metric in zip(figure.subplots(1, len(metrics), squeeze=False).flat, metrics, strict=True):
        for number, (name, found) in enumerate(runs.items()):
            seeds = np.asarray(found[metric], float)
            epochs, mean = np.arange(1, seeds.shape[1] + 1), seeds.mean(axis=0)
            look = _style(number, is_validation=False, alone=False) | {"linewidth": 1.8, "alpha": 1}
            axis.plot(epochs, mean, label=name, markevery=max(1, len(mean) // 8), **look)
            axis.fill_between(
                epochs, seeds.min(axis=0), seeds.max(axis=0), color=look["color"], alpha=0.18, linewidth=0
            )
            end = f"{seeds[:, -1].min():.3f} to {seeds[:, -1].max():.3f}" if len(seeds) > 1 else f"{mean[-1]:.3f}"
            sentences.append(
                f"{name}: {metric} after {len(mean)} epochs {end} ({len(seeds)} seed{'s' * (len(seeds) > 1)})."
            )
        axis.set(xlabel="epoch", title=metric.replace("val_", "validation ").replace("_", " "))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=8, frameon=False, handlelength=3.5)
    show(figure, " ".join(sentences))


def _runs(histories) -> dict[str, Mapping]:
    """Whatever `curves` takes → {name: {"loss": [...], …}}; a single run has the name ""."""
    histories = getattr(histories, "history", histories)
    if not isinstance(histories, Mapping):
        histories = {f"run {number}": run for number, run in enumerate(histories, 1)}
    if all(isinstance(values, (list, tuple, np.ndarray)) for values in histories.values()):
        return {"": histories}
    return {str(name): getattr(run, "history", run) for name, run in histories.items()}


def _metrics(runs: dict[str, Mapping]) -> list[str]:
    """The names of the panels, in the order in which they first appear, loss first."""
    names = {key.removeprefix("val_"): None for run in runs.values() for key in run}
    return sorted((name for name in names if name not in ("learning_rate", "lr")), key=lambda name: name != "loss")


def _style(number: int, is_validation: bool, alone: bool) -> dict:
    """A single run: two colors, dashes and markers. Several: one for each run, training thinner and paler."""
    number = int(is_validation) if alone else number
    emphasis = (
        {"linewidth": 1.8} if alone or is_validation else {"linewidth": 1, "alpha": 0.55, "markerfacecolor": "none"}
    )
    look = {"color": COLORS[number % 6], "linestyle": DASHES[number % 6], "marker": MARKERS[number % 6]}
    return look | {"markersize": 4} | emphasis


def _curve_text(name: str, metric: str, training: Sequence, validation: Sequence) -> str:
    if not len(training) and not len(validation):
        return ""
    parts = [
        f"{what} {values[0]:.3f} to {values[-1]:.3f}" if len(values) > 1 else f"{what} {values[0]:.3f}"
        for what, values in (("training", training), ("validation", validation))
        if len(values)
    ]
    if len(validation) > 1:
        best = np.argmin(validation) if lower_is_better(metric) else np.argmax(validation)
        parts.append(f"best validation {validation[best]:.3f} in epoch {best + 1}")
    count = max(len(training), len(validation))
    return f"{f'{name}: ' if name else ''}{metric} over {count} epoch{'s' * (count != 1)}: {', '.join(parts)}."


def lower_is_better(metric: str) -> bool:
    """Whether less is better: "val_loss", "mae", …; what measures no error, such as "accuracy", should rise."""
    return any(part in metric for part in ("loss", "error", "crossentropy", "mse", "mae"))


def show_confusion_matrix(matrix: np.ndarray, class_names: Sequence[str]) -> None:
    """Shows a confusion matrix: `matrix[t, p]` images of class `t` were taken for class `p`; (K, K) integers.

    The darker, the larger the share of the row. The shade grows with the root of the share: mistakes are few, and
    they are what one looks for. ValueError if the matrix is not square, has negative numbers, or other than K names.
    """
    matrix = np.asarray(matrix)
    count = len(class_names)
    if matrix.shape != (count, count) or (matrix < 0).any():
        raise ValueError(
            f"{count} classes need a matrix of {count} × {count} counts; this one has the shape {matrix.shape}."
        )
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = 1.6 + 0.46 * count
    figure = Figure(figsize=(side, side - 0.4), layout="constrained")
    axis = figure.subplots()
    axis.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    for truth, guess in np.ndindex(matrix.shape):
        if matrix[truth, guess]:
            color = "white" if shares[truth, guess] > 0.3 else "black"
            axis.text(guess, truth, f"{matrix[truth, guess]}", ha="center", va="center", fontsize=8, color=color)
    long_names = max(map(len, map(str, class_names))) > 3
    axis.set_xticks(range(count), class_names, rotation=45 if long_names else 0, ha="right" if long_names else "center")
    axis.set_yticks(range(count), class_names)
    axis.set(xlabel="the network says", ylabel="it is")
    show(figure, _confusion_text(matrix, class_names))


def _confusion_text(matrix: np.ndarray, class_names: Sequence[str]) -> str:
    right, total = int(np.trace(matrix)), int(matrix.sum())
    text = f"{right:,} of {total:,} images are right."
    mistakes = matrix * ~np.eye(len(matrix), dtype=bool)
    worst = [np.unravel_index(flat, matrix.shape) for flat in np.argsort(-mistakes, axis=None, kind="stable")[:3]]
    named = [f"{class_names[t]} taken for {class_names[p]} ({matrix[t, p]})" for t, p in worst if mistakes[t, p]]
    return f"{text} Most frequent mistakes: {', '.join(named)}." if named else text


def show_mistakes(images, labels, probabilities, class_names: Sequence[str] | None = None, count: int = 10) -> None:
    """Shows the worst mistakes: the images whose true class got the smallest probability.

    `images` (N, H, W[, C]), `labels` (N,) integers, `probabilities` (N, K) as `predict` returns them.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    guesses = probabilities.argmax(axis=1)
    given = probabilities[np.arange(len(labels)), labels]
    wrong = np.flatnonzero(guesses != labels)
    worst = wrong[np.argsort(given[wrong], kind="stable")][:count]
    if not worst.size:
        print(f"No mistake among {len(labels):,} images.")
        return
    name = str if class_names is None else lambda index: class_names[index]
    titles = [f"{name(labels[i])} taken for\n{name(guesses[i])} ({probabilities[i, guesses[i]]:.2f})" for i in worst]
    show_images([images[i] for i in worst], titles, size=1.3 if class_names is None else 1.8)
