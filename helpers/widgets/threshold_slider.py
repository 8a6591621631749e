"""A slider for the threshold above which a network says "class 1", and what each place of it makes of the answers."""

from html import escape
from typing import Any

import ipywidgets
import numpy as np

from helpers.images.classes import ClassNames, class_labels
from helpers.images.classes import class_names as names_in_order
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
        chances = np.asarray(probabilities, "float64")
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
        counts, names = self.counts, [escape(name) for name in self._names]
        cells = [[_cell(count, row, t == p) for p, count in enumerate(row)] for t, row in enumerate(counts)]
        rows = "".join(
            f'<tr><th scope="row">is a {name}</th>{"".join(row)}</tr>' for name, row in zip(names, cells, strict=True)
        )
        head = "".join(f'<th scope="col" style="padding-right:12px">called {name}</th>' for name in names)
        table = f'<table class="lts-matrix"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'
        return f"{status_line(escape(self.text))}{self._drawing()}{table}"

    def _drawing(self) -> str:
        """Return how many images of each class have which probability, class 0 above the line and class 1 below; SVG."""
        edges = np.linspace(0, 1, BARS + 1)
        histograms = [np.histogram(self._chances[self._labels == label], edges)[0] for label in (0, 1)]
        tallest, wide, parts = max(map(max, histograms)), WIDTH / BARS, []
        for label, bars in enumerate(histograms):
            for place, count in enumerate(bars):
                high = (HEIGHT / 2 - 4) * count / tallest
                top = TOP + HEIGHT / 2 - (0 if label else high)
                is_wrong = ((place + 0.5) / BARS >= self.threshold) != label
                parts.append(
                    f'<rect x="{LEFT + place * wide + 1:.0f}" y="{top:.1f}" width="{wide - 2:.0f}" height="{high:.1f}" '
                    f'style="fill:var(--class-{label},{COLORS[label]});opacity:{0.4 if is_wrong else 1}"/>'
                )
            name, middle = escape(self._names[label]), TOP + HEIGHT * (0.25 + 0.5 * label) + 4
            parts.append(
                _text(LEFT - 8, middle, name, f"end;font-weight:600;fill:var(--class-{label},{COLORS[label]})")
            )
        for tick in (0, 0.25, 0.5, 0.75, 1):
            x = LEFT + tick * WIDTH
            parts.append(f'<path d="M{x} {TOP + HEIGHT}v5" stroke="currentColor"/>')
            parts.append(_text(x, TOP + HEIGHT + 18, f"{tick:g}"))
        parts.append(
            f'<path d="M{LEFT} {TOP + HEIGHT}h{WIDTH}M{LEFT} {TOP + HEIGHT / 2}h{WIDTH}" stroke="currentColor"/>'
        )
        parts.append(_text(LEFT + WIDTH / 2, TOP + HEIGHT + 34, f"probability of {escape(self._names[1])}"))
        x = LEFT + self.threshold * WIDTH
        parts.append(f'<path d="M{x:.1f} {TOP - 2}v{HEIGHT + 6}" stroke="currentColor" stroke-width="2"/>')
        parts.append(_text(x - 6, 11, f"← {escape(self._names[0])}", "end"))
        parts.append(_text(x + 6, 11, f"{escape(self._names[1])} →", "start"))
        width, height = LEFT + WIDTH + 12, TOP + HEIGHT + 40
        return (
            f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="probabilities from 0 to 1, '
            f'{escape(self._names[0])} above, {escape(self._names[1])} below, and the threshold as a line" '
            f'style="max-width:98%;display:block;margin:4px 0 8px;font:12px system-ui,sans-serif">{"".join(parts)}</svg>'
        )


def _cell(count: int, row: np.ndarray, is_right: bool) -> str:
    """Return a cell of the matrix, the stronger its color the larger its share of the row."""
    kind = ' class="lts-right"' if is_right else ""
    return f'<td{kind} style="--share:{100 * count / row.sum():.0f}%">{count}</td>'


def _text(x: float, y: float, words: str, style: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" style="fill:currentColor;text-anchor:{style}">{words}</text>'
