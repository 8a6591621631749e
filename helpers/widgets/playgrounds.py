"""Two playgrounds: drag what goes into ReLU or softmax, see what comes out. They run in the browser (`playgrounds.js`)."""

from collections.abc import Sequence
from html import escape

import numpy as np
import traitlets
from scipy.special import softmax

from helpers.widgets.base import BrowserWidget, Formats, InvalidValueError, script

LIMIT = 10.0  # scores that the sliders reach


class _Playground(BrowserWidget):
    """What both share: the script, and a static fallback that comes alive where scripts may run."""

    _esm = script("playgrounds.js")
    kind = traitlets.Unicode().tag(sync=True)
    _rows = 0  # of the page, once it is made; a value that is checked may be in its trait already

    @traitlets.validate("inputs", "scores", "labels")
    def _as_many(self, proposal: dict) -> list:
        """Check that there are as many as the page has rows; labels may be left out."""
        name, now = proposal["trait"].name, proposal["value"]
        if self._rows and len(now) != self._rows and (now or name != "labels"):
            raise InvalidValueError(
                f"This playground has {self._rows} {name}, not {len(now)}. Make a new one for those."
            )
        return now

    def _page(self, text: str, head: Sequence[str], rows: Sequence[Sequence[str]], **state: object) -> Formats:
        left = 'style="text-align: left"'
        cells = "".join("<tr>" + "".join(f"<td {left}>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        heads = "".join(f"<th {left}>{title}</th>" for title in head)
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{cells}</tbody></table><p>{escape(text)}</p>"
        return self._live_fallback(text, table, {"kind": self.kind, **state})


def _probability(share: float) -> str:
    return "< 0.001" if 0 < share < 0.0005 else f"{share:.3f}"


class ReluPlayground(_Playground):
    """The graph of ReLU with points to drag: `inputs`, one to five numbers from −5 to 5; `outputs` follow."""

    inputs = traitlets.List(traitlets.Float(min=-5, max=5), minlen=1, maxlen=5).tag(sync=True)

    def __init__(self, inputs: Sequence[float] = (-3, -0.5, 1, 4)):
        super().__init__(kind="ReLU", inputs=[float(value) for value in inputs])
        self._rows = len(self.inputs)

    @property
    def outputs(self) -> list[float]:
        """ReLU of `inputs`."""
        return [max(0.0, value) for value in self.inputs]

    def fallback(self) -> Formats:
        """Return inputs and outputs as a table."""
        pairs = [(f"{x:.1f}", f"{y:.1f}") for x, y in zip(self.inputs, self.outputs, strict=True)]
        text = "ReLU, x if x > 0 else 0: " + ", ".join(f"{x} becomes {y}" for x, y in pairs) + "."
        return self._page(text, ["input x", "output max(0, x)"], pairs, inputs=self.inputs)


class SoftmaxPlayground(_Playground):
    """Scores to drag, and their softmax.

    `scores`: 2 to 20 numbers from −10 to 10. `labels`: names of the classes, one for each score. Read
    `probabilities` (they sum to 1) and `largest` (the index of the class that wins).
    """

    scores = traitlets.List(traitlets.Float(min=-LIMIT, max=LIMIT), minlen=2, maxlen=20).tag(sync=True)
    labels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    limit = traitlets.Float(LIMIT).tag(sync=True)

    def __init__(self, scores: Sequence[float] = (0.5, -2, 1.5, 0, 3, -4, 2, -5, 0.2, -3), labels: Sequence[str] = ()):
        labels = [str(label) for label in labels]
        if labels and len(labels) != len(scores):
            raise ValueError(f"{len(labels)} labels for {len(scores)} scores.")
        super().__init__(kind="softmax", scores=[float(score) for score in scores], labels=labels)
        self._rows = len(self.scores)

    @property
    def probabilities(self) -> list[float]:
        """Softmax of `scores`."""
        return softmax(self.scores).tolist()

    @property
    def largest(self) -> int:
        """The index of the largest probability."""
        return int(np.argmax(self.scores))

    def fallback(self) -> Formats:
        """Return scores and probabilities as a table."""
        names = [f"{index} {label}" for index, label in enumerate(self.labels)] or [
            str(i) for i in range(len(self.scores))
        ]
        shares = self.probabilities
        rows = [
            (name, f"{score:.1f}", f"{np.exp(score):.2f}", _probability(share), "█" * round(20 * share))
            for name, score, share in zip(names, self.scores, shares, strict=True)
        ]
        text = f"Softmax of {len(rows)} scores: the largest is index {names[self.largest]}, {shares[self.largest]:.3f}."
        head = ["index", "score", "e<sup>score</sup>", "probability", ""]
        return self._page(text, head, rows, scores=self.scores, labels=self.labels, limit=self.limit)
