"""The loss as a curve over one weight, and the steps that gradient descent takes down it."""

from collections.abc import Callable, Sequence

import numpy as np

from helpers.plots.charts import ticks
from helpers.plots.diagrams.svg import ORANGE, Diagram, Drawing, number

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 20, 44
POINTS = 120  # of the curve
MOST_NAMED = 4  # steps that the text equivalent spells out


def loss_slope(
    loss: Callable[[float], float], weights: Sequence[float], span: tuple[float, float] | None = None
) -> Diagram:
    """Return a diagram of the curve `loss(weight)` with the points where gradient descent was: `weights`, in order.

    span: the lowest and the highest weight of the curve; by default what `weights` need, with a margin. The line at the
    first point is the curve's slope there. Raises ValueError without a weight, or if a value isn't finite.
    """
    weights = [float(weight) for weight in weights]
    losses = [float(loss(weight)) for weight in weights]
    if not weights or not np.isfinite([*weights, *losses]).all():
        raise ValueError(
            f"The steps {weights} have the losses {losses}. At least one is needed, and all must be finite."
        )
    margin = 0.3 * (max(weights) - min(weights)) or 1.0
    low, high = span or (min(weights) - margin, max(weights) + margin)
    xs = np.linspace(low, high, POINTS)
    curve = [float(loss(x)) for x in xs]
    floor, roof = min(0.0, *curve), max([*curve, *losses]) or 1.0

    def x(weight: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (weight - low) / (high - low)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (roof - value) / (roof - floor or 1.0)

    drawing = Drawing(WIDTH, HEIGHT)
    _axes(drawing, x, y, (low, high), (floor, roof))
    drawing.curve([(x(weight), y(value)) for weight, value in zip(xs, curve, strict=True)])
    tiny = 1e-3 * (high - low)
    slope = (float(loss(weights[0] + tiny)) - float(loss(weights[0] - tiny))) / (2 * tiny)
    reach = min(0.14 * (high - low), 0.35 * (roof - floor) / max(abs(slope), 1e-9))
    ends = [(x(weights[0] + side * reach), y(losses[0] + side * reach * slope)) for side in (-1, 1)]
    drawing.line(*ends[0], *ends[1], stroke_dasharray="5 4", stroke_opacity=0.8)
    places = [(x(weight), y(value)) for weight, value in zip(weights, losses, strict=True)]
    for start, end in zip(places, places[1:], strict=False):
        drawing.arrow(*start, *end, ORANGE, stroke_width=1.5)
    for step, place in enumerate(places):
        drawing.circle(*place, 9, fill=ORANGE, color="white", stroke_width=1.5)
        drawing.text(place[0], place[1] + 4, str(step), fill="white", font_size=11, font_weight="bold")
    return drawing.finish("Down the loss curve", _text(weights, losses, slope))


def _axes(
    drawing: Drawing, x: Callable[[float], float], y: Callable[[float], float], across: tuple[float, float], up: tuple[float, float]
) -> None:  # fmt: skip
    for value in ticks(*up):
        drawing.line(LEFT, y(value), WIDTH - RIGHT, y(value), stroke_opacity=0.2)
        drawing.text(LEFT - 6, y(value) + 4, f"{value:g}", "end", font_size=12)
    for value in ticks(*across):
        drawing.text(x(value), HEIGHT - BOTTOM + 18, f"{value:g}".replace("-", "−"), font_size=12)
    drawing.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "weight")
    drawing.text(14, (TOP + HEIGHT - BOTTOM) / 2, "loss", transform=f"rotate(-90 14 {(TOP + HEIGHT - BOTTOM) / 2:g})")


def _text(weights: list[float], losses: list[float], slope: float) -> str:
    pairs = [f"{number(w, 2)} (loss {number(v, 2)})" for w, v in zip(weights, losses, strict=True)]
    text = f"The loss as a curve over one weight. At {pairs[0]} its slope is {number(slope, 2)}"
    if len(pairs) == 1:
        return f"{text}."
    named = pairs[1 : MOST_NAMED + 1] + ([f"… {pairs[-1]}"] if len(pairs) > MOST_NAMED + 1 else [])
    return f"{text}; the next steps: {', '.join(named)}."
