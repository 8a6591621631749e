"""A filter's window as a diagram: where it is on the image, its numbers, where it can be, and all channels under it."""

import numpy as np

from helpers.plots.diagrams.svg import BLUE, GREEN, MINUS, ORANGE, Diagram, Drawing

CELL = 38  # pixels of a number's cell
PANEL = 170  # pixels of an image


def zoom_to_window(image: np.ndarray, row: int, column: int, around: int = 20) -> Diagram:
    """Return a diagram that zooms from a gray image (H, W) uint8 to the pixels around one, and on to its 3 × 3 window.

    around: how many pixels are shown on each side of it. Raises ValueError if they reach over the border.
    """
    image = np.asarray(image)
    if image.ndim != 2 or not all(
        around <= place < size - around for place, size in zip((row, column), image.shape, strict=True)
    ):
        raise ValueError(
            f"{around} pixels on each side of pixel ({row}, {column}) don't fit into an image of shape {image.shape}."
        )
    crops = [image] + [image[row - r : row + r + 1, column - r : column + r + 1] for r in (around, 1)]
    drawing = Drawing(730, PANEL + 56)
    lefts = [10 + number * (PANEL + 95) for number in range(3)]
    step = max(1, max(image.shape) // PANEL)  # what is shown small need not be stored large
    for left, crop in zip(lefts, (image[::step, ::step], crops[1]), strict=False):
        height, width = (PANEL * side / max(crop.shape) for side in crop.shape)
        drawing.image(left, 28, width, height, crop)
    far, near = PANEL / max(image.shape), PANEL / (2 * around + 1)  # pixels of the diagram for one of the image
    x, y, side = (column - around) * far, (row - around) * far, (2 * around + 1) * far
    drawing.zoom(lefts[0] + x, 28 + y, side, lefts[1], 28, PANEL)
    drawing.zoom(lefts[1] + (around - 1) * near, 28 + (around - 1) * near, 3 * near, lefts[2], 28, PANEL)
    _numbers(drawing, lefts[2], 28, crops[2], PANEL / 3, grays=True)
    drawing.box(lefts[2], 28, PANEL, PANEL, color=ORANGE, stroke_width=2)
    heads = ["the image", f"{2 * around + 1} × {2 * around + 1} pixels of it", "the 3 × 3 window"]
    for left, head in zip(lefts, heads, strict=True):
        drawing.text(left + PANEL / 2, 18, head, font_weight="bold")
    drawing.text(lefts[2] + PANEL / 2, PANEL + 48, f"middle: row {row}, column {column}", font_size=12)
    numbers = "; ".join(" ".join(map(str, line)) for line in crops[2].tolist())
    return drawing.finish(
        f"From the image to the window of pixel ({row}, {column})",
        f"An image of {image.shape[1]} × {image.shape[0]} pixels, in it {heads[1]}, and in those the 3 × 3 window around row {row}, "
        f"column {column}: {numbers}.",
    )


def window_sum(window: np.ndarray, weights: np.ndarray) -> Diagram:
    """Return a diagram of a filter at one place: pixels times weights, the products, and their sum; all (h, w) numbers.

    Raises ValueError if the two shapes differ.
    """
    window, weights = np.asarray(window), np.asarray(weights)
    if window.shape != weights.shape or window.ndim != 2:
        raise ValueError(
            f"The window has the shape {window.shape} and the filter {weights.shape}; they must be the same, (rows, columns)."
        )
    products = window * weights
    height, width = window.shape[0] * CELL, window.shape[1] * CELL
    drawing = Drawing(3 * (width + 60) + 120, height + 50)
    middle = 30 + height / 2
    tables = [("window", window, ORANGE), ("filter", weights, BLUE), ("products", products, GREEN)]
    for number, (head, table, color) in enumerate(tables):
        left = 10 + number * (width + 60)
        drawing.text(left + width / 2, 18, head, font_weight="bold")
        _numbers(drawing, left, 30, table, CELL, grays=table is window)
        drawing.box(left, 30, width, height, color=color, stroke_width=2)
        drawing.text(left + width + 30, middle + 7, ("×", "=", "→")[number], font_size=22)
    left = 10 + 3 * (width + 60)
    drawing.text(left + 45, 18, "sum", font_weight="bold")
    drawing.tint(left, middle - 24, 90, 48, GREEN, stroke_width=2)
    drawing.text(left + 45, middle + 8, _short(products.sum()), font_size=22, font_weight="bold")
    terms = " + ".join(f"{pixel} · {_in_sum(weight)}" for pixel, weight in zip(window.flat, weights.flat, strict=True))
    return drawing.finish("A filter at one place", f"{terms} = {_short(products.sum())}.")


def window_places(n: int, kernel: int, stride: int = 1, padding: str = "valid") -> Diagram:
    """Return a diagram of all places of a filter on a row of `n` pixels: a bar for each, and its result below.

    The pixels are x0, x1, …: counted as `range` counts. padding: "valid" or "same", whose zeros have dashed frames, an odd
    one on the right. Raises ValueError for a filter that does not fit.
    """
    if padding not in ("valid", "same") or min(n, kernel, stride) < 1 or (padding == "valid" and kernel > n):
        raise ValueError(
            f"A filter of {kernel} with stride {stride} and padding {padding!r} has no place on {n} pixels."
        )
    count = -(-n // stride) if padding == "same" else (n - kernel) // stride + 1
    zeros = max((count - 1) * stride + kernel - n, 0) if padding == "same" else 0
    before = zeros // 2
    drawing = Drawing(max(320, (n + zeros) * CELL + 130), 58 + 22 * count + 50)
    for place in range(-before, n + zeros - before):
        is_zero = not 0 <= place < n
        left = 10 + (place + before) * CELL
        drawing.box(left, 24, CELL, 30, color="currentColor" if not is_zero else BLUE, stroke_dasharray="4 3" if is_zero else None)  # fmt: skip
        drawing.text(left + CELL / 2, 44, "0" if is_zero else f"x{place}")
    for number in range(count):
        left, y = 10 + number * stride * CELL, 64 + 22 * number
        drawing.tint(left + 2, y, kernel * CELL - 4, 14, ORANGE, 0.25, rx=3)
        drawing.text(10 + (n + zeros) * CELL + 14, y + 12, f"→ place {number + 1}", "start", font_size=12)
    words = f"{n} pixels, a filter of {kernel}, stride {stride}, padding {padding}"
    drawing.text(10, 16, words, "start", font_weight="bold")
    drawing.text(
        10, 58 + 22 * count + 34, f"{count} place{'s' * (count != 1)}, so {count} result{'s' * (count != 1)}", "start"
    )
    begins = ", ".join(_short(number * stride - before) for number in range(count))
    frame = f" Zeros are added: {before} on the left, {zeros - before} on the right." if zeros else ""
    return drawing.finish(
        f"Places of a filter of {kernel} on {n} pixels", f"{words}: {count} places, which begin at {begins}.{frame}"
    )


def filter_across_channels(channels: int, filters: int, kernel: int = 3) -> Diagram:
    """Return a diagram of one of a layer's filters: it has a table of weights for every channel, and makes one map."""
    shown = min(channels, 3)
    size = f"{kernel} × {kernel}"
    drawing = Drawing(720, 84 * shown + 92)
    middle = 38 + 42 * shown
    for head, x in (("channels in", 60), ("one filter", 225), ("sums", 355), ("adds up", 470), ("feature map", 630)):
        drawing.text(x, 18, head, font_weight="bold")
    for number in range(shown):
        y = 34 + 84 * number
        drawing.tint(25, y, 70, 70, BLUE, 0.12)
        drawing.tint(46, y + 18, 26, 26, ORANGE, 0.3, stroke_width=2)
        drawing.text(142, y + 41, "×", font_size=20)
        side = 60 / kernel
        for row, column in np.ndindex(kernel, kernel):
            drawing.tint(195 + side * column, y + 5 + side * row, side, side, ORANGE, 0.12)
        drawing.arrow(265, y + 35, 335, y + 35)
        drawing.circle(355, y + 35, 15, fill=GREEN, color=GREEN, fill_opacity=0.15)
        drawing.text(355, y + 40, "Σ", font_size=15)
        drawing.arrow(372, y + 35, 441, middle - 4 + 9 * (number - (shown - 1) / 2), stroke_opacity=0.7)
    if channels > shown:
        drawing.text(60, 84 * shown + 48, f"… {channels} in all", font_size=12)
        drawing.text(225, 84 * shown + 48, f"… {channels} tables of {size}", font_size=12)
    drawing.circle(470, middle - 4, 26, fill=GREEN, color=GREEN, fill_opacity=0.15)
    drawing.text(470, middle - 6, "Σ + bias", font_size=11)
    drawing.text(470, middle + 8, "ReLU", font_size=11)
    drawing.arrow(498, middle - 4, 588, middle - 4)
    drawing.tint(595, middle - 39, 70, 70, GREEN, 0.12)
    drawing.box(622, middle - 12, 8, 8, fill=GREEN, color=GREEN)
    drawing.text(630, middle + 50, "one number for each place", font_size=12)
    weights = kernel * kernel * channels
    drawing.text(360, 84 * shown + 78, f"one filter: {kernel} · {kernel} · {channels} weights + 1 bias = {weights + 1:,} parameters; {filters} filters: {filters * (weights + 1):,}")  # fmt: skip
    return drawing.finish(
        f"One filter across {channels} channel{'s' * (channels > 1)}",
        f"A filter has a table of {size} weights for each of the {channels} input channels. All products, from all "
        f"channels, and a bias add up to one number for each place, and these make one feature map. {kernel} · {kernel} · {channels} "
        f"weights and a bias are {weights + 1:,} parameters; {filters} filters have {filters * (weights + 1):,} and make {filters} maps.",
    )


def _numbers(drawing: Drawing, left: float, top: float, table: np.ndarray, cell: float, *, grays: bool) -> None:
    """Draw a table of numbers; `grays`: on squares as light as the numbers say, 0 black to 255 white."""
    for (row, column), value in np.ndenumerate(table):
        x, y = left + column * cell, top + row * cell
        fill, ink = "none", "currentColor"
        if grays:
            level = int(np.clip(value, 0, 255))
            fill, ink = f"rgb({level},{level},{level})", "#000" if level > 120 else "#fff"
        drawing.box(x, y, cell, cell, fill=fill, color="#888")
        drawing.text(x + cell / 2, y + cell / 2 + 5, _short(value), fill=ink)


def _short(value: float) -> str:
    return f"{value:g}".replace("-", MINUS)


def _in_sum(value: float) -> str:
    return f"({_short(value)})" if value < 0 else _short(value)
