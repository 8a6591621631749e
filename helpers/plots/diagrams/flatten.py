"""What Flatten passes on, and how many parameters follow: a diagram that compares networks."""

from collections.abc import Mapping
from typing import Any

from helpers.plots.diagrams.svg import BLUE, GREEN, ORANGE, Diagram, Drawing, sides

ROW, SQUARE, BAR = 116, 64, 250  # pixels: a network's height, its largest map, the longest bar


def what_flatten_passes(models: Mapping[str, Any]) -> Diagram:
    """Return a diagram with a row for each Keras model: its last feature maps, the values that Flatten passes on, its parameters.

    models: {name: model}, each with a Flatten layer and a Dense layer right after it; ValueError for another.
    """
    rows = {name: _facts(name, model) for name, model in models.items()}
    largest = max(shape[0] for shape, *_ in rows.values())
    most = max(before + dense for *_, before, dense in rows.values())
    drawing = Drawing(720, ROW * len(rows) + 34)
    for x, words in ((70, "last feature maps"), (250, "Flatten passes on"), (BAR + 300, "parameters")):
        drawing.text(x, 16, words, font_size=12, fill_opacity=0.75)
    sentences = []
    for number, (name, (shape, values, before, dense)) in enumerate(rows.items()):
        top, side = 34 + ROW * number, max(SQUARE * shape[0] / largest, 8)
        drawing.text(8, top + 10, name, "start", font_weight="bold")
        for depth in (2, 1, 0):
            drawing.tint(44 + 4 * depth, top + 22 + SQUARE - side - 4 * depth, side, side, BLUE)
        drawing.text(70, top + 102, sides(shape), font_size=12)
        drawing.arrow(136, top + 60, 186, top + 60, stroke_opacity=0.7)
        drawing.text(250, top + 65, f"{values:,}", font_weight="bold", font_size=16)
        drawing.arrow(314, top + 60, 364, top + 60, stroke_opacity=0.7)
        width = BAR * before / most
        drawing.tint(376, top + 44, max(width, 1), 26, ORANGE, 0.5)
        drawing.tint(376 + width, top + 44, BAR * dense / most, 26, GREEN, 0.25)
        drawing.text(376, top + 36, f"{before + dense:,}", "start", font_weight="bold")
        drawing.text(376, top + 88, f"before Flatten {before:,}, after it {dense:,}", "start", font_size=12)
        sentences.append(
            f"{name}: last feature maps {sides(shape)}, so Flatten passes on {values:,} values; "
            f"{before + dense:,} parameters, {before:,} before Flatten and {dense:,} after it."
        )
    return drawing.finish("What Flatten passes on", " ".join(sentences))


def _facts(name: str, model: Any) -> tuple[tuple[int, ...], int, int, int]:
    """Return the shape that Flatten gets, the values it passes on, and the parameters before and after it."""
    kinds = [type(layer).__name__ for layer in model.layers]
    if "Flatten" not in kinds:
        raise ValueError(f"{name} has no Flatten layer. Its layers: {', '.join(kinds)}.")
    place = kinds.index("Flatten")
    before = sum(layer.count_params() for layer in model.layers[:place])
    flat = model.layers[place]
    return tuple(flat.input.shape[1:]), flat.output.shape[1], before, model.count_params() - before
