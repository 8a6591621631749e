"""Precision and recall in a confusion matrix: which column and which row they come from."""

from collections.abc import Sequence

import numpy as np

from helpers.plots.diagrams.svg import BLUE, ORANGE, Diagram, Drawing

CELL, TOP, LEFT = (92, 46), 40, 96  # width and height of a cell, and where the first one begins


def precision_recall(matrix: np.ndarray, class_names: Sequence[str] = ("cat", "dog")) -> Diagram:
    """Return a diagram of a confusion matrix of two classes, with precision and recall of class 1 read off it.

    matrix: (2, 2) counts, `matrix[t, p]` images of class t that are called class p. Raises ValueError for another shape.
    """
    matrix = np.asarray(matrix)
    if matrix.shape != (2, 2):
        raise ValueError(f"Two classes need a matrix of 2 × 2 counts; this one has the shape {matrix.shape}.")
    (wide, high), name, found = CELL, class_names[1], int(matrix[1, 1])
    called, there = int(matrix[:, 1].sum()), int(matrix[1].sum())
    precision, recall = found / (called or 1), found / (there or 1)
    drawing = Drawing(560, TOP + 2 * high + 24)
    for label, other in enumerate(class_names):
        drawing.text(LEFT + wide * (label + 0.5), TOP - 12, f"called {other}", font_size=12)
        drawing.text(LEFT - 12, TOP + high * (label + 0.5) + 4, f"is a {other}", "end", font_size=12)
        for said in (0, 1):
            x, y = LEFT + wide * said, TOP + high * label
            drawing.box(x, y, wide, high, stroke_opacity=0.4)
            drawing.text(x + wide / 2, y + high / 2 + 5, f"{matrix[label, said]:,}", font_size=15)
    drawing.box(LEFT + wide + 3, TOP + 3, wide - 6, 2 * high - 6, color=BLUE, stroke_width=2.5, rx=8)
    drawing.box(LEFT + 6, TOP + high + 7, 2 * wide - 12, high - 14, color=ORANGE, stroke_width=2.5, rx=8)
    x = LEFT + 2 * wide + 28
    for y, color, word, whole, share, place in (
        (TOP + high // 2, BLUE, "precision", called, precision, f"of all called {name}, the column"),
        (TOP + 3 * high // 2, ORANGE, "recall", there, recall, f"of all that are a {name}, the row"),
    ):
        drawing.text(x, y - 2, f"{word} = {found:,} / {whole:,} = {share:.2f}", "start", fill=color, font_weight="bold")
        drawing.text(x, y + 16, place, "start", font_size=12)
    return drawing.finish(
        "Precision and recall",
        f"Of {called:,} called {name}, {found:,} are: precision {precision:.2f}. "
        f"Of {there:,} that are a {name}, {found:,} are found: recall {recall:.2f}.",
    )
