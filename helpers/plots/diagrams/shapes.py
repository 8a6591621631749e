"""How an image's shape changes through a network, and how far one value sees back: diagrams of the lesson's own model."""

from typing import Any

from helpers.plots.diagrams.network import layers_of
from helpers.plots.diagrams.svg import BLUE, GREEN, ORANGE, Diagram, Drawing, sides

COLUMN, LARGEST, ROW = 96, 78, 46  # pixels: from layer to layer, the side of the largest map, and from row to row
COLORS = {"Conv2D": ORANGE, "MaxPooling2D": BLUE, "AveragePooling2D": BLUE}
NAMES = {"Conv2D": "Conv2D", "MaxPooling2D": "MaxPool", "AveragePooling2D": "AvgPool"}


def shapes(model: Any) -> Diagram:
    """Return a diagram of the shapes through a Keras model: a square for each map's side, a bar for flat layers.

    Raises ValueError for a model whose input shape isn't known yet.
    """
    layers = layers_of(model)
    steps = [("image", None, tuple(model.inputs[0].shape[1:]))]
    steps += [(NAMES.get(_kind(layer), _kind(layer)), layer, tuple(layer.output.shape[1:])) for layer in layers]
    largest = max(shape[0] for _, _, shape in steps if len(shape) == 3)
    drawing = Drawing(COLUMN * len(steps), 210)
    for number, (name, layer, shape) in enumerate(steps):
        x = COLUMN * (number + 0.5)
        color = COLORS.get(_kind(layer), GREEN)
        if len(shape) == 3:
            side = max(LARGEST * shape[0] / largest, 6)
            for depth in (2, 1, 0) if shape[2] > 1 else (0,):  # a few squares behind each other: many channels
                drawing.tint(x - side / 2 + 4 * depth, 92 - side / 2 - 4 * depth, side, side, color)
        else:
            drawing.tint(x - 5, 52, 10, 80, color, 0.25)
        drawing.text(x, 156, name, font_weight="bold", font_size=12)
        drawing.text(x, 173, sides(shape), font_size=12)
        if layer is not None:
            parameters = layer.count_params()
            drawing.text(x, 190, f"{parameters:,}" if parameters else "–", font_size=11, fill_opacity=0.75)
            drawing.arrow(x - COLUMN / 2 - 4, 92, x - COLUMN / 2 + 10, 92, stroke_opacity=0.7)
    drawing.text(COLUMN / 2, 190, "parameters:", font_size=11, fill_opacity=0.75)
    ways = " → ".join(str(shape[0]) for _, _, shape in steps if len(shape) == 3)
    drawing.text(8, 20, f"{ways} pixels on each side", "start", font_weight="bold")
    words = " → ".join(f"{name} {sides(shape)}" for name, _, shape in steps)
    return drawing.finish("Shapes through the network", f"{words}. {model.count_params():,} parameters in all.")


def receptive_field(model: Any) -> Diagram:
    """Return a diagram of the receptive field: one value of the last convolution or pool, and what it depends on, layer by layer.

    Seen from the side: each line is a row of values, the image at the foot. For padding "valid", as in the lesson's
    network; ValueError for another, or for a model without such layers.
    """
    layers = [layer for layer in layers_of(model) if _kind(layer) in NAMES]
    if not layers or any(layer.padding != "valid" for layer in layers):
        raise ValueError('The figure needs convolutions or pools with padding="valid".')
    steps = [("image", model.inputs[0].shape[1])] + [(NAMES[_kind(layer)], layer.output.shape[1]) for layer in layers]
    first = steps[-1][1] // 2
    ranges = [(first, first)]
    for layer in reversed(layers):
        window, stride = (layer.kernel_size if _kind(layer) == "Conv2D" else layer.pool_size)[0], layer.strides[0]
        first, last = ranges[0]
        ranges.insert(0, (first * stride, last * stride + window - 1))
    cell = min(18.0, 520 / steps[0][1])
    drawing = Drawing(720, ROW * len(steps) + 12)
    tops = [ROW * (len(steps) - 1 - number) + 10 for number in range(len(steps))]
    lefts = [110 + (steps[0][1] - side) * cell / 2 for _, side in steps]
    for number, ((name, side), (first, last)) in enumerate(zip(steps, ranges, strict=True)):
        drawing.text(100, tops[number] + 13, name, "end", font_weight="bold")
        for place in range(side):
            look = (
                {"color": ORANGE, "fill": ORANGE, "fill_opacity": 0.45}
                if first <= place <= last
                else {"stroke_opacity": 0.4}
            )
            drawing.box(lefts[number] + place * cell, tops[number], cell - 2, cell - 2, **look)
        count = last - first + 1
        drawing.text(110 + steps[0][1] * cell + 10, tops[number] + 13, f"{count} of {side}", "start", font_size=12)
        if number:
            below = ranges[number - 1]
            for end, low in ((first, below[0]), (last + 1, below[1] + 1)):
                drawing.line(lefts[number] + end * cell, tops[number] + cell, lefts[number - 1] + low * cell, tops[number - 1] - 2, ORANGE, stroke_opacity=0.7)  # fmt: skip
    words = "; ".join(
        f"{name} {last - first + 1} of {side}"
        for (name, side), (first, last) in zip(steps[::-1], ranges[::-1], strict=True)
    )
    return drawing.finish(
        f"The receptive field: {ranges[0][1] - ranges[0][0] + 1} × {ranges[0][1] - ranges[0][0] + 1} pixels",
        f"What one value of the last layer depends on, along one side, from that layer down to the image: {words}.",
    )


def _kind(layer: Any) -> str:
    return type(layer).__name__
