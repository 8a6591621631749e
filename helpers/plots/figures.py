"""Figures: images in a grid, confusion matrices, the worst mistakes; and the look that all figures share.

Every figure goes through `show`, together with a text that says the same. Figures are made with
`matplotlib.figure.Figure`, never with pyplot: that is safe in a thread, and leaves nothing open.
"""

import functools
import io
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from cycler import cycler
from IPython.display import display
from matplotlib import font_manager, patheffects, rcParams
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from helpers.images.classes import ClassNames, class_labels
from helpers.images.classes import class_names as names_in_order
from helpers.images.encode import encode, in_base64, to_uint8

# Blue, vermilion and green of Okabe and Ito (2008), which the color-blind can tell apart, and three to go with them;
# each has a contrast of at least 3:1 on white and on near-black.
COLORS = ["#0072B2", "#D55E00", "#009E73", "#B8609A", "#8C6D1F", "#767676"]
DASHES = ["-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3))]
MARKERS = ["o", "s", "^", "D", "v", "P"]
INK = "#7a7a7a"  # text and axes on nothing: 4.3:1 on a white page and on a near-black one
MAT, LIGHT_INK = "#1c1c1c", "#d0d0d0"  # behind photographs, whose files cannot be transparent
RIGHT, WRONG = "#00897b", "#d5473c"  # of a confusion matrix, as in widgets.css
LONGEST, LONGEST_NAME = 60, 20  # characters in a line of a title or legend, and of a name at an axis
MOST_COLORS = 4096  # more than plots and gray images have
MANY_PIXELS = 300_000  # a gray figure with more keeps 256 shades and transparencies together, in a third of the bytes


def use_style() -> None:
    """Give figures that a lesson makes itself the course's look: colors with line styles, no frames, nothing behind them."""
    rcParams.update(
        {
            **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), "none"),
            **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
            "axes.prop_cycle": cycler(color=COLORS, linestyle=DASHES),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "font.size": 10,
            "legend.frameon": False,
        }
    )


def plain_text(text: object, longest: int = LONGEST) -> str:
    """Return a name as Matplotlib's text that shows it as it is, in one font or another, and never fails or warns.

    A `$` is no formula, a leading `_` hides nothing, a line has at most `longest` characters, and a letter that no font
    of this system has is a □. Fonts that letters need are added to `rcParams["font.family"]`.
    """
    lines = str(text).encode(errors="replace").decode().split("\n")  # a file's name need not be UTF-8
    lines = [line if len(line) <= longest else line[: longest - 1] + "…" for line in lines]
    shown = "\n".join("".join(map(_drawable, line)) for line in lines)
    return (" " * shown.startswith("_") + shown).replace("$", r"\$")


def _drawable(letter: str) -> str:
    """Return the letter if there is a font for it, a space for a control character, else □."""
    if letter < " " or unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp"):
        return " "
    if letter < "\u0250":  # Latin, which every font has
        return letter
    font = _font_of(letter)
    if font and font not in rcParams["font.family"]:
        rcParams["font.family"] = [*rcParams["font.family"], font]
    return letter if font else "□"


@functools.cache
def _font_of(letter: str) -> str:
    """Return the family of a font that has the letter: the usual one, one that was needed before, any other, or ""."""
    usual = font_manager.FontProperties(family=rcParams["font.family"])
    others = sorted({entry.fname for entry in font_manager.fontManager.ttflist if "LastResort" not in entry.fname})
    for path in (font_manager.findfont(usual), *others):
        try:
            font = font_manager.get_font(path)
            if font.scalable and ord(letter) in font.get_charmap():
                return font.family_name
        except (OSError, RuntimeError):  # a font file that is gone or broken
            continue
    return ""


class _FigureOutput:
    """An image and its text equivalent, which is also its alternative text."""

    def __init__(self, kind: str, image: bytes, text: str):
        self.kind, self.image, self.text = kind, image, text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict, dict]:
        return {self.kind: in_base64(self.image), "text/plain": self.text}, {self.kind: {"alt": self.text}}


def show(figure: Figure, text: str) -> None:
    """Show `figure`: a transparent PNG or, with photographs in it, a JPEG of a fifth of the size on a dark mat.

    text: says the same in words. Raises ValueError if it is empty.
    """
    if not text:
        raise ValueError("A figure needs a text that says the same. Pass it as the second argument.")
    image = _rasterize(figure)
    if _is_photograph(image):
        for words in figure.findobj(Text):
            if words.get_color() == INK:
                words.set_color(LIGHT_INK)
        image = on_color(_rasterize(figure), MAT)
        display(_FigureOutput("image/jpeg", encode(image, "jpeg", quality=75, subsampling=0, optimize=True), text))
    else:
        display(_FigureOutput("image/png", _small_png(image), text))


def png(figure: Figure, dpi: int = 96) -> bytes:
    """Return `figure` as a transparent PNG file, as small as it gets without a visible difference."""
    return _small_png(_rasterize(figure, dpi))


def jpeg(figure: Figure) -> bytes:
    """Return `figure`, with photographs in it, as a small JPEG file on white."""
    return encode(on_color(_rasterize(figure, dpi=84), "white"), "jpeg", quality=82)


def on_color(image: Image.Image, color: str) -> Image.Image:
    """Return an image without transparency: RGB, with `color` behind it."""
    return Image.alpha_composite(Image.new("RGBA", image.size, color), image.convert("RGBA")).convert("RGB")


def _rasterize(figure: Figure, dpi: int = 96) -> Image.Image:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=dpi, facecolor="none", edgecolor="none")
    return Image.open(file).convert("RGBA")


def _is_photograph(image: Image.Image) -> bool:
    return on_color(image, MAT).getcolors(MOST_COLORS) is None


def _small_png(image: Image.Image) -> bytes:
    red, green, blue, _ = image.split()
    is_gray = red == green == blue
    if is_gray and image.width * image.height < MANY_PIXELS:
        image = image.convert("LA")
    elif is_gray or not _is_photograph(image):
        image = image.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    return encode(image, optimize=True)


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
    show(figure, _images_text(images, titles))


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
            strong = {"color": "white", "path_effects": outline} if shares[true, predicted] > 0.1 else {"color": INK}
            axis.text(predicted, true, f"{matrix[true, predicted]}", ha="center", va="center", fontsize=8, **strong)
    is_long = longest > 3
    axis.set_xticks(range(count), names, rotation=45 if is_long else 0, ha="right" if is_long else "center")
    axis.set_yticks(range(count), names)
    axis.set(xlabel="the network says", ylabel="it is")
    show(figure, _confusion_text(matrix, class_names))


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
