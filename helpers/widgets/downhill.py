"""Gradient descent on one weight: its loss curve, a learning rate to choose, and a step per click (`downhill.js`)."""

from collections.abc import Sequence

import numpy as np
import traitlets

from helpers.plots import diagrams
from helpers.widgets.base import BrowserWidget, Formats, InvalidValueError, script

MOST_STEPS = 200


class Downhill(BrowserWidget):
    """A network of one weight, `weight · x`, that is to give `y`; the loss is the mean of its squared errors.

    inputs, targets: N floats each. Read `path`, the weights so far, and `rate`, the learning rate. A click takes
    a step against the gradient, times the rate. Raises ValueError for inputs that are all 0, or other than N targets.
    """

    _esm = script("downhill.js")
    curve = traitlets.List(traitlets.Float(), minlen=3, maxlen=3).tag(sync=True)  # loss = a · weight² + b · weight + c
    path = traitlets.List(traitlets.Float(), minlen=1, maxlen=MOST_STEPS + 1).tag(sync=True)
    rate = traitlets.Float(0.1, min=0.01, max=1.2).tag(sync=True)

    def __init__(
        self,
        inputs: Sequence[float] | np.ndarray,
        targets: Sequence[float] | np.ndarray,
        weight: float = 0.0,
        rate: float = 0.1,
    ):
        x, y = np.ravel(np.asarray(inputs, float)), np.ravel(np.asarray(targets, float))
        if len(x) != len(y):
            raise ValueError(f"{len(x)} inputs and {len(y)} targets. Each input needs its target.")
        if not (np.isfinite([*x, *y]).all() and np.any(x)):
            raise ValueError("The loss has no slope here. Give finite numbers, and inputs that aren't all 0.")
        curve = [float(np.mean(x * x)), float(-2 * np.mean(x * y)), float(np.mean(y * y))]
        super().__init__(curve=curve, path=[float(weight)], rate=rate)

    @traitlets.validate("path")
    def _finite(self, proposal: dict) -> list[float]:
        if not np.isfinite(proposal["value"]).all():
            raise InvalidValueError("A weight has to be a finite number.")
        return proposal["value"]

    def loss(self, weight: float) -> float:
        """Return the mean squared error with this weight."""
        a, b, c = self.curve
        return a * weight**2 + b * weight + c

    def gradient(self, weight: float) -> float:
        """Return the slope of the loss at this weight."""
        return 2 * self.curve[0] * weight + self.curve[1]

    def fallback(self) -> Formats:
        """Return the curve with the steps so far."""
        a, b, _ = self.curve
        bottom, reach = -b / (2 * a), max(1.5, 2.4 * abs(self.path[0] + b / (2 * a)))
        near = [weight for weight in self.path if abs(weight - bottom) <= reach] or [bottom]
        diagram = diagrams.loss_slope(self.loss, near, (bottom - reach, bottom + reach))
        count, weight = len(self.path) - 1, self.path[-1]
        text = (
            f"One weight, after {count} step{'s' * (count != 1)} with learning rate {self.rate:g}: weight {weight:.3f}, "
            f"loss {self.loss(weight):.3f}, gradient {self.gradient(weight):.3f}."
        )
        return self._live_fallback(
            text, diagram.image_html(), {name: getattr(self, name) for name in ("curve", "path", "rate")}
        )
