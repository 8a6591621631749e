"""Alpha pasting: a figure's colors, what is left of the background, and their sum, with the numbers of one pixel."""

import numpy as np

from helpers.plots.diagrams.svg import ORANGE, Diagram, Drawing, number

TILE, GAP = 156, 32  # pixels


def alpha_paste(figure: np.ndarray, background: np.ndarray) -> Diagram:
    """Return a diagram of `figure[..., :3] + (1 - alpha) * background`.

    figure: 0…1, (height, width, 4), colors already multiplied by alpha. background: 0…1, (height, width, 3). A ring marks a
    pixel at the figure's edge, whose red values are below. ValueError for two sizes.
    """
    if figure.shape[:2] != background.shape[:2]:
        raise ValueError(f"The figure has {figure.shape[:2]} pixels, the background {background.shape[:2]}; cut one to the size of the other.")  # fmt: skip
    colors, alpha = figure[..., :3], figure[..., 3:]
    behind = (1 - alpha) * background
    row, column = np.unravel_index(np.abs(alpha[..., 0] - 0.5).argmin(), alpha.shape[:2])
    red = [part[row, column, 0] for part in (colors, alpha, background, colors + behind)]
    tiles = [("alpha", "", np.repeat(alpha, 3, axis=2)), ("the figure's colors", "", colors), ("(1 − alpha) · background", "+", behind), ("the picture", "=", colors + behind)]  # fmt: skip
    drawing = Drawing(4 * TILE + 3 * GAP, TILE + 62)
    height, width = alpha.shape[:2]
    for place, (name, sign, pixels) in enumerate(tiles):
        left = place * (TILE + GAP)
        drawing.image(left, 22, TILE, TILE, pixels)
        drawing.text(left + TILE / 2, 14, name, font_size=12)
        if sign:
            drawing.text(left - GAP / 2, 22 + TILE / 2, sign, font_size=20)
        drawing.circle(left + (column + 0.5) * TILE / width, 22 + (row + 0.5) * TILE / height, 6, color=ORANGE, stroke_width=2)  # fmt: skip
    mixed = f"(1 − {number(red[1], 2)}) · {number(red[2], 2)}"
    below = [f"alpha {number(red[1], 2)}", number(red[0], 2), mixed, number(red[3], 2)]
    for place, words in enumerate(below):
        drawing.text(place * (TILE + GAP) + TILE / 2, TILE + 42, words)
    drawing.text(0, TILE + 60, "red in the ring", "start", font_size=11, fill_opacity=0.75)
    return drawing.finish(
        "Alpha pasting",
        f"A figure's colors plus what shows through of the background. At the figure's edge, in row {row}, column {column}, "
        f"alpha is {number(red[1], 2)}: red {number(red[0], 2)} + (1 − {number(red[1], 2)}) · {number(red[2], 2)} = {number(red[3], 2)}.",
    )
