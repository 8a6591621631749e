"""A slider for the threshold above which a network says "class 1", and what each place of it makes of the answers."""

from html import escape
from typing import Any

import ipywidgets
import numpy as np

from helpers.classes import ClassNames, class_labels
from helpers.classes import class_names as names_in_order
from helpers.plots.figures import COLORS
from helpers.widgets.base import Formats
from helpers.widgets.compat import status_line
from helpers.widgets.slider_page import SliderPage, slider_value

BARS, WIDTH, HEIGHT = 20, 460, 110  # of the drawing: bars from 0 to 1, pixels


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
            precision = f"No image is called {name}, so precision isn't defined."
        return (
            f"Threshold {self.threshold:.2f}: accuracy {(right_0 + right_1) / len(self._labels):.2f}. "
            f"{precision} "
            f"True {name}: {there}, and {right_1 / there:.2f} of them found (recall)."
        )

    def fallback(self) -> Formats:
        """Return the page as it is, and its sentence."""
        return {"text/html": self.html, "text/plain": self.text}

    def _draw(self) -> str:
        first, second = map(escape, self._names)
        rows = "".join(
            f"<tr><th>is a {name}</th><td>{row[0]}</td><td>{row[1]}</td></tr>"
            for name, row in zip((first, second), self.counts, strict=True)
        )
        return (
            f"{status_line(escape(self.text))}{self._drawing()}"
            f"<table><tr><td></td><th>called {first}</th><th>called {second}</th></tr>{rows}</table>"
        )

    def _drawing(self) -> str:
        """How many images of each class have which probability, class 0 above the line and class 1 below; SVG."""
        edges = np.linspace(0, 1, BARS + 1)
        histograms = [np.histogram(self._chances[self._labels == label], edges)[0] for label in (0, 1)]
        tallest, middle, wide = max(map(max, histograms)), HEIGHT / 2, WIDTH / BARS
        parts = []
        for label, (bars, color) in enumerate(zip(histograms, COLORS, strict=False)):
            for place, count in enumerate(bars):
                high = (middle - 6) * count / tallest
                top = middle if label else middle - high
                parts.append(f'<rect x="{place * wide + 1:.0f}" y="{top:.1f}" width="{wide - 2:.0f}" ')
                parts.append(f'height="{high:.1f}" fill="{color}"/>')
            where = HEIGHT - 3 if label else 12
            parts.append(f'<text x="{WIDTH + 6}" y="{where}" fill="{color}">{escape(self._names[label])}</text>')
        x = self.threshold * WIDTH
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}" stroke="currentColor" stroke-width="2"/>')
        return (
            f'<svg viewBox="0 0 {WIDTH + 50} {HEIGHT}" width="{WIDTH + 50}" role="img" aria-label="probabilities from 0 to 1, '
            f'{escape(self._names[0])} above, {escape(self._names[1])} below, and the threshold as a line" '
            f'style="max-width:98%;display:block;font:12px sans-serif">{"".join(parts)}</svg>'
        )
