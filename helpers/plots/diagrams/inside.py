"""Inside a network: one image's way through its layers, how far a value sees, and a square that covers the image; as diagrams."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.plots.diagrams.shapes import COLORS, NAMES
from helpers.plots.diagrams.svg import BLUE, GREEN, INK, ORANGE, Diagram, Drawing, sides

COLUMN, LARGEST = 98, 84  # pixels: from layer to layer, and the side of the largest map


def layer_outputs(image: np.ndarray, kinds: Sequence[str], outputs: Sequence[np.ndarray]) -> Diagram:
    """Return a diagram of a network with one output for each layer: a map of each, to scale and enlarged, with the layer's shape.

    image: (H, W, C), 0…1. kinds: each layer's class ("Conv2D"). outputs: (h, w, channels) each; the channel that varies most is shown.
    Raises ValueError if there are not as many kinds as outputs.
    """
    if len(kinds) != len(outputs) or not outputs:
        raise ValueError(f"{len(kinds)} kinds of layers for {len(outputs)} outputs. Give one of each for every layer.")
    drawing = Drawing(COLUMN * (len(outputs) + 1) + 10, 326)
    drawing.image(8, 112, LARGEST, LARGEST, image)
    _below(drawing, COLUMN / 2, np.shape(image), "")
    drawing.text(COLUMN / 2, 53, "image", font_weight="bold")
    drawing.arrow(COLUMN / 2, 108, COLUMN / 2, 62, stroke_opacity=0.7)
    for number, (kind, output) in enumerate(zip(kinds, outputs, strict=True), start=1):
        x = COLUMN * (number + 0.5)
        color = COLORS.get(kind, GREEN)
        drawing.arrow(x - COLUMN / 2 - 12, 48, x - 38, 48, stroke_opacity=0.7)
        drawing.tint(x - 37, 30, 74, 36, color, rx=4)
        drawing.text(x, 53, NAMES.get(kind, kind), font_size=12, font_weight="bold")
        drawing.text(x, 20, str(number), font_size=11)
        drawing.arrow(x, 68, x, 108, stroke_opacity=0.7)
        channel = int(output.std(axis=(0, 1)).argmax())
        side = max(LARGEST * output.shape[0] / np.shape(image)[0], 8)
        thin = -(-output.shape[0] // LARGEST)  # what is shown small need not be stored large
        shown = output[::thin, ::thin, channel] / (output[:, :, channel].max() or 1)
        drawing.image(x - side / 2, 112, side, side, np.clip(shown, 0, 1))
        drawing.box(x - side / 2, 112, side, side, color="#888")
        if side < LARGEST:
            drawing.image(x - LARGEST / 2, 206, LARGEST, LARGEST, np.clip(shown, 0, 1))
        _below(drawing, x, output.shape, f"channel {channel}")
    words = "; ".join(f"{kind} {sides(output.shape)}" for kind, output in zip(kinds, outputs, strict=True))
    return drawing.finish(
        f"One image in, {len(outputs)} outputs out", f"Every layer gives an output of its own: {words}."
    )


def _below(drawing: Drawing, x: float, shape: Sequence[int], words: str) -> None:
    drawing.text(x, 306, sides(shape), font_size=11)
    drawing.text(x, 321, words, font_size=10, fill_opacity=0.75)


def receptive_fields(image: np.ndarray, fields: Mapping[str, Any], row: int, column: int) -> Diagram:
    """Return a diagram of receptive fields on an image (H, W, 3): a frame for each layer around one place, and the frame enlarged.

    fields: by layer name, pairs (down, across) of `helpers.models.ReceptiveField`. row, column: the pixel in the middle of all.
    """
    side, frames = 300, {name: field[0].size for name, field in fields.items() if field}
    height, width = np.shape(image)[:2]
    drawing = Drawing(720, side + 20)
    scale = side / max(height, width)
    drawing.image(10, 10, width * scale, height * scale, image)
    window = min(2 * max(frames.values()), height, width)
    top = int(np.clip(row - window // 2, 0, height - window))
    left = int(np.clip(column - window // 2, 0, width - window))
    zoom = side / window
    drawing.image(330, 10, side, side, image[top : top + window, left : left + window])
    drawing.zoom(10 + left * scale, 10 + top * scale, window * scale, 330, 10, side, "#fff", INK)
    for number, (name, size) in enumerate(frames.items()):
        color = (ORANGE, BLUE, GREEN)[number % 3]
        x, y = 330 + (column - left - size / 2) * zoom, 10 + (row - top - size / 2) * zoom
        drawing.box(x, y, size * zoom, size * zoom, color=color, stroke_width=2.5)
        drawing.box(642, 28 + 36 * number, 12, 12, fill=color, color=color)
        drawing.text(660, 34 + 36 * number, name, "start", font_size=11)
        drawing.text(660, 50 + 36 * number, f"{size} × {size}", "start", font_size=12, font_weight="bold")
    words = ", ".join(f"{name} {size} × {size}" for name, size in frames.items())
    return drawing.finish(
        "How far one value sees",
        f"The pixels on which one value depends, layer by layer: {words}, of {height} × {width}.",
    )


def occlusion(image: np.ndarray, size: int, step: int) -> Diagram:
    """Return a diagram of a gray square that slides over an image (H, W, 3): three of its places, and the map that comes of all."""
    height, width = np.shape(image)[:2]
    rows, columns = (height - size) // step + 1, (width - size) // step + 1
    if size < 1 or step < 1 or rows < 1 or columns < 1:
        raise ValueError(f"A square of {size} with step {step} doesn't fit into {height} × {width} pixels.")
    side, drawing = 140, Drawing(720, 200)
    scale = side / max(height, width)
    places = [(0, 0), (0, 1), (rows // 2, columns // 2)]
    for number, (row, column) in enumerate(places):
        x = 10 + number * (side + 40)
        drawing.image(x, 30, width * scale, height * scale, image)
        left, top, wide = x + column * step * scale, 30 + row * step * scale, size * scale
        drawing.box(left, top, wide, wide, fill="#808080", color=ORANGE, stroke_width=2)
        drawing.text(x + side / 2, 20, f"row {row}, column {column}", font_size=12, font_weight="bold")
        drawing.text(x + side / 2, 190, "score: how much lower?", font_size=11)
        if number == 1:
            drawing.text(x + side + 20, 105, "…", font_size=20)
    left, cell = 10 + 3 * (side + 40), side / max(rows, columns)
    drawing.arrow(left - 34, 100, left - 6, 100)
    for row, column in np.ndindex(rows, columns):
        fill = ORANGE if (row, column) in places else "none"
        drawing.box(left + column * cell, 30 + row * cell, cell, cell, fill, fill_opacity=0.6, stroke_opacity=0.4)
    drawing.text(left + side / 2, 20, f"the map: {rows} × {columns}", font_size=12, font_weight="bold")
    return drawing.finish(
        "A square slides over the image",
        f"A gray square of {size} × {size} pixels covers the image of {height} × {width}, at one place after the other, "
        f"{step} pixels apart: {rows} × {columns} places, and for each the number by which the score falls.",
    )
