"""A network as a diagram: a column for each layer, with the numbers of its neurons and parameters."""

import math
from typing import Any

from helpers.plots.diagrams.svg import BLUE, ORANGE, Diagram, Drawing

COLUMN, HEIGHT = 132, 262  # pixels
MOST = 10  # neurons of a layer that are shown; of more, the first and the last few
MIDDLE = 100  # height of the columns' middle
PITCH = 19  # from neuron to neuron
NAMES = {"relu": "ReLU"}  # activations that are not written as Keras names them


def network(model: Any) -> Diagram:
    """Return a diagram of a Keras model whose layers follow each other: its input, then a column for each layer.

    Layers with one number for each neuron are circles, others boxes with their output's shape. Raises ValueError for a
    model without layers, or one whose input shape isn't known yet.
    """
    layers = layers_of(model)
    columns = [_column("input", model.inputs[0].shape[1:], []), *map(_of_layer, layers)]
    drawing = Drawing(COLUMN * len(columns), HEIGHT)
    xs = [COLUMN * (number + 0.5) for number in range(len(columns))]
    for number in range(1, len(columns)):
        _edges(drawing, xs[number - 1 : number + 1], columns[number - 1 : number + 1])
    for x, column in zip(xs, columns, strict=True):
        _draw(drawing, x, column)
    text = " → ".join(", ".join([column["name"], *column["lines"]]) for column in columns)
    return drawing.finish(f"A network of {len(layers)} layers", f"{text}. {model.count_params():,} parameters in all.")


def layers_of(model: Any) -> list[Any]:
    """Return a model's layers without its input layer. Raises ValueError without any, or if its input shape isn't known yet."""
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    if not (layers and getattr(model, "inputs", None)):  # a Sequential without a shape has no such attribute
        raise ValueError("This model can't be drawn yet: begin it with keras.Input(…), and add a layer.")
    return layers


def _of_layer(layer: Any) -> dict:
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    parameters = layer.count_params()
    lines = [NAMES.get(activation, activation)] if activation != "linear" else []
    lines += [f"{parameters:,} parameters"] if parameters else ["nothing to learn"]
    return _column(type(layer).__name__, layer.output.shape[1:], lines, is_neurons=hasattr(layer, "units"))


def _column(name: str, shape: tuple, lines: list[str], is_neurons: bool = False) -> dict:
    size = " × ".join(str(side or "?") for side in shape)
    if len(shape) == 1:
        size += (" neuron" if is_neurons else " number") + "s" * (shape[0] != 1)
    return {"name": name, "shape": shape, "lines": [size, *lines], "is_neurons": is_neurons}


def _places(column: dict) -> list[float]:
    """Return the heights of the circles of a flat layer; a gap in the middle says that more are left out."""
    count = column["shape"][0] or MOST + 1
    shown = MOST - 2 if count > MOST else count
    places = [PITCH * (i - (shown - 1) / 2) for i in range(shown)]
    return [MIDDLE + y + (math.copysign(PITCH / 2, y) if count > MOST else 0) for y in places]


def _edges(drawing: Drawing, xs: list[float], columns: list[dict]) -> None:
    """Draw what a layer gets: a line for each weight from a flat layer to neurons, else an arrow."""
    (x1, x2), (before, layer) = xs, columns
    if len(before["shape"]) != 1 or not layer["is_neurons"]:
        drawing.arrow(x1 + 36, MIDDLE, x2 - (36 if len(layer["shape"]) > 1 else 14), MIDDLE, stroke_opacity=0.6)
        return
    for y1 in _places(before):
        for y2 in _places(layer):
            drawing.line(x1 + 7, y1, x2 - 7, y2, stroke_width=0.6, stroke_opacity=0.35)


def _draw(drawing: Drawing, x: float, column: dict) -> None:
    color = ORANGE if column["is_neurons"] else BLUE
    if len(column["shape"]) == 1:
        places = _places(column)
        for y in places:
            drawing.circle(x, y, 7, fill=color, color=color, fill_opacity=0.25 if column["is_neurons"] else 0)
        if (column["shape"][0] or MOST + 1) > MOST:
            for dy in (-6, 0, 6):
                drawing.circle(x, MIDDLE + dy, 1.5, fill="currentColor", color="none")
    else:
        drawing.tint(x - 32, MIDDLE - 32, 64, 64, color, rx=3)
        for step in (-16, 0, 16):
            drawing.line(x - 32, MIDDLE + step, x + 32, MIDDLE + step, color, stroke_opacity=0.4)
            drawing.line(x + step, MIDDLE - 32, x + step, MIDDLE + 32, color, stroke_opacity=0.4)
    drawing.text(x, HEIGHT - 54, column["name"], font_weight="bold")
    for number, line in enumerate(column["lines"]):
        drawing.text(x, HEIGHT - 38 + 16 * number, line, font_size=12)
