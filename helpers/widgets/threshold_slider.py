"""A slider for the threshold above which a network says "class 1", and what each place of it makes of the answers."""

from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets
import numpy as np

from helpers.images.classes import ClassNames, class_labels
from helpers.images.classes import class_names as names_in_order
from helpers.plots.diagrams import Drawing
from helpers.widgets.base import Formats
from helpers.widgets.compat import status_line
from helpers.widgets.slider_page import SliderPage, slider_value

BARS, WIDTH, HEIGHT = 20, 440, 120  # of the drawing: bars from 0 to 1, pixels
LEFT, TOP = 88, 20  # pixels for the names of the classes, and for what the threshold says
COLORS = ["#00897b", "#8e5bd0"]  # of the classes, where there is no style sheet


class ThresholdSlider(SliderPage):
    """`ThresholdSlider(labels, probabilities, ["cat", "dog"])`: move the slider, read the four counts and the measures.

    `labels` as `class_labels` takes them; `probabilities` of class 1, 0…1, (N,) or (N, 1), or of both, (N, 2). `threshold` can be
    read and set. ValueError where they do not go together, or a class is missing.
    """

    def __init__(self, labels: Any, probabilities: Any, class_names: ClassNames | None = None):
        self._names, self._labels = names_in_order(class_names, 2), class_labels(labels, 2)
        try:
            chances = np.asarray(probabilities, "float64")
        except (TypeError, ValueError):
            raise ValueError(
                f"Probabilities are numbers 0…1, one for each image; these are {probabilities!r:.60}."
            ) from None
        self._chances = chances[:, 1] if chances.ndim == 2 and chances.shape[1] == 2 else chances.ravel()
        if len(self._labels) != len(self._chances):
            raise ValueError(f"{len(self._labels)} labels for {len(self._chances)} probabilities.")
        if set(self._labels.tolist()) != {0, 1}:
            raise ValueError("there have to be two classes, 0 and 1, and images of both.")
        if not ((self._chances >= 0) & (self._chances <= 1)).all():
            wrong = self._chances[~((self._chances >= 0) & (self._chances <= 1))][0]
            raise ValueError(
                f"A probability is 0…1; {wrong:g} is among these. Does the network end in a sigmoid or softmax?"
            )
        slider = ipywidgets.FloatSlider(
            value=0.5, min=0, max=1, step=0.01, description="threshold", readout_format=".2f"
        )
        super().__init__(slider)

    threshold = slider_value("Probability from which on the answer is class 1.")

    @property
    def counts(self) -> np.ndarray:
        """(2, 2) integers: `counts[t, p]` images of class `t` are called class `p` at this threshold."""
        answers = (self._chances >= self.threshold).astype(int)
        return np.array([[((self._labels == t) & (answers == p)).sum() for p in (0, 1)] for t in (0, 1)])

    @property
    def text(self) -> str:
        """Accuracy, precision and recall in one sentence."""
        (right_0, wrong_0), (wrong_1, right_1) = self.counts.tolist()
        said, there = wrong_0 + right_1, wrong_1 + right_1
        name = self._names[1]
        precision = f"Called {name}: {said}, and right about {right_1 / (said or 1):.2f} of them (precision)."
        if not said:
            precision = f"No image is called {name}: precision is 0 / 0, and counts as 0."
        return (
            f"Threshold {self.threshold:.2f}: accuracy {(right_0 + right_1) / len(self._labels):.2f}. "
            f"{precision} "
            f"True {name}: {there}, and {right_1 / there:.2f} of them found (recall)."
        )

    def fallback(self) -> Formats:
        """Return the page as it is, and its sentence."""
        return {"text/html": self.html, "text/plain": self.text}

    def _draw(self) -> str:
        truths, answers = ([f"{words} {name}" for name in self._names] for words in ("is a", "called"))
        table = confusion_table(self.counts.tolist(), truths, answers)
        return f"{status_line(escape(self.text))}{self._drawing()}{table}"

    def _drawing(self) -> str:
        """Return how many images of each class have which probability, class 0 above the line and class 1 below; SVG."""
        edges = np.linspace(0, 1, BARS + 1)
        histograms = [np.histogram(self._chances[self._labels == label], edges)[0] for label in (0, 1)]
        tallest, wide, middle, foot = max(map(max, histograms)), WIDTH / BARS, TOP + HEIGHT / 2, TOP + HEIGHT
        drawing = Drawing(LEFT + WIDTH + 12, foot + 40)
        for label, (name, bars) in enumerate(zip(self._names, histograms, strict=True)):
            color = f"fill: var(--class-{label}, {COLORS[label]})"
            for place, count in enumerate(bars):
                high = (HEIGHT / 2 - 4) * count / tallest
                is_wrong = ((place + 0.5) / BARS >= self.threshold) != label
                x, y = LEFT + place * wide + 1, middle - (0 if label else high)
                drawing.box(x, y, wide - 2, high, color="none", style=color, opacity=0.4 if is_wrong else 1)
            drawing.text(LEFT - 8, TOP + HEIGHT * (0.25 + 0.5 * label) + 4, name, "end", style=color, font_weight=600)
        for tick in (0, 0.25, 0.5, 0.75, 1):
            x = LEFT + tick * WIDTH
            drawing.line(x, foot, x, foot + 5)
            drawing.text(x, foot + 18, f"{tick:g}")
        for y in (middle, foot):
            drawing.line(LEFT, y, LEFT + WIDTH, y)
        x = LEFT + self.threshold * WIDTH
        drawing.line(x, TOP - 2, x, foot + 4, stroke_width=2)
        drawing.text(x - 6, 11, f"← {self._names[0]}", "end")
        drawing.text(x + 6, 11, f"{self._names[1]} →", "start")
        title = f"probability of {self._names[1]}"
        drawing.text(LEFT + WIDTH / 2, foot + 34, title)
        words = (
            f"probabilities from 0 to 1, {self._names[0]} above, {self._names[1]} below, and the threshold as a line"
        )
        return drawing.finish(title, words).svg("display: block; margin: 4px 0 8px")


def confusion_table(
    counts: Sequence[Sequence[int]], truths: Sequence[str], answers: Sequence[str], corner: str = "", caption: str = ""
) -> str:
    """Return a confusion matrix as HTML: `counts[t][p]` images of class t got the answer p.

    A cell's color is the stronger, the larger its share of the row. Among more than four classes 0 is left out.
    """
    many, rows = len(truths) > 4, ""
    for t, (truth, row) in enumerate(zip(truths, counts, strict=True)):
        rows += f'<tr><th scope="row">{escape(truth)}</th>'
        for p, count in enumerate(row):
            kind = ' class="lts-right"' if t == p else ""
            share = f"--share:{100 * count / (sum(row) or 1):.0f}%"
            rows += f'<td{kind} style="{share}">{count or ("" if many else 0)}</td>'
        rows += "</tr>"
    head = "".join(f'<th scope="col">{escape(answer)}</th>' for answer in answers)
    title = f"<caption>{caption}</caption>" if caption else ""
    return (
        f'<table class="lts-matrix{" lts-many" * many}">{title}<thead><tr><th>{corner}</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
