"""A neuron as a diagram: inputs times weights, added up with the bias, through the activation; with real numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from helpers.plots.diagrams.svg import BLUE, GREEN, MINUS, ORANGE, Diagram, Drawing, number

ACTIVATIONS = {"relu": ("ReLU", lambda total: max(0.0, total)), "linear": ("", lambda total: total)}


def neuron(
    inputs: Sequence[float] | np.ndarray,
    weights: Sequence[float] | np.ndarray,
    bias: float,
    activation: str = "relu",
    most: int = 4,
    digits: int = 3,
) -> Diagram:
    """Return a diagram of one neuron at work: `activation(sum of inputs · weights + bias)`.

    inputs, weights: N floats each. activation: "relu" or "linear". Of more than `most` inputs those with the largest
    products are shown, in their order. Raises ValueError for other activations, or if N differs.
    """
    inputs, weights = np.ravel(np.asarray(inputs, float)), np.ravel(np.asarray(weights, float))
    if len(inputs) != len(weights) or not len(inputs):
        raise ValueError(f"{len(inputs)} inputs and {len(weights)} weights. A neuron has a weight for each input.")
    if activation not in ACTIVATIONS:
        raise ValueError(f'The activation {activation!r} can\'t be drawn. Use "relu" or "linear".')
    name, function = ACTIVATIONS[activation]
    products = inputs * weights
    shown = np.sort(np.argsort(-np.abs(products), kind="stable")[: max(1, most)])
    total = float(products.sum() + bias)
    values = {"digits": digits, "sum": number(total, digits), "output": number(function(total), digits)}
    left_out = len(inputs) - len(shown)
    drawing = _draw(inputs, weights, shown, left_out, number(bias, digits), name, values)
    terms = " + ".join(f"{number(inputs[i], digits)} · {_factor(weights[i], digits)}" for i in shown)
    more = f" + {left_out} smaller products" if left_out else ""
    end = f"; {name} gives {values['output']}" if name else ""
    text = f"{terms}{more} + bias {_factor(bias, digits)} = {values['sum']}{end}."
    return drawing.finish(f"One neuron with {len(inputs)} input{'s' * (len(inputs) > 1)}", text)


def _factor(value: float, digits: int) -> str:
    text = number(value, digits)
    return f"({text})" if text.startswith(MINUS) else text


def _draw(
    inputs: np.ndarray, weights: np.ndarray, shown: np.ndarray, left_out: int, bias: str, name: str, values: dict[str, Any]
) -> Drawing:  # fmt: skip
    digits, rows = values["digits"], len(shown) + bool(left_out)
    height = max(200, 48 * rows + 56)
    middle, sum_x = height / 2 + 8, 400
    top = middle - 24 * (rows - 1)
    drawing = Drawing(720, height)
    for x, head in ((95, "inputs"), (225, "weights"), (sum_x, "sum"), (655, "output")):
        drawing.text(x, 16, head, font_weight="bold")
    for row, i in enumerate(shown):
        y = top + 48 * row
        drawing.circle(95, y, 21, fill=BLUE, color=BLUE, fill_opacity=0.15)
        drawing.text(66, y + 4, f"x{i + 1}", "end", font_size=12)
        drawing.text(95, y + 4, number(inputs[i], digits), font_size=12)
        drawing.arrow(118, y, sum_x - 46, middle + (y - middle) * 0.3, stroke_opacity=0.7)
        drawing.text(225, y + (middle - y) * 0.3 - 8, f"· {number(weights[i], digits)}", fill=ORANGE, font_size=13)
    if left_out:
        drawing.text(95, top + 48 * (rows - 1) + 4, f"… {left_out} more")
    drawing.circle(sum_x, middle, 42, fill=ORANGE, color=ORANGE, fill_opacity=0.15)
    drawing.text(sum_x, middle - 12, f"Σ {_sign(bias)}", font_size=12)
    drawing.text(sum_x, middle + 6, values["sum"], font_weight="bold")
    drawing.text(sum_x, middle + 22, "(with bias)", font_size=10)
    if name:
        drawing.arrow(sum_x + 44, middle, 500, middle)
        drawing.tint(500, middle - 26, 80, 52, GREEN, 0.12, rx=6)
        drawing.text(540, middle - 34, name, font_weight="bold")
        drawing.curve([(510, middle + 12), (540, middle + 12), (570, middle - 16)], GREEN)
    drawing.arrow(582 if name else sum_x + 44, middle, 622, middle)
    drawing.circle(655, middle, 30, fill=GREEN, color=GREEN, fill_opacity=0.15)
    drawing.text(655, middle + 5, values["output"], font_weight="bold")
    return drawing


def _sign(bias: str) -> str:
    return f"{MINUS} {bias.removeprefix(MINUS)}" if bias.startswith(MINUS) else f"+ {bias}"
