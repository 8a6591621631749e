"""Augmentation and dropout as diagrams: what changes from epoch to epoch, a row of values with dropout, a 2×2 of results."""

from collections.abc import Mapping, Sequence

import numpy as np

from helpers.plots.diagrams.svg import BLUE, GREEN, MINUS, ORANGE, Diagram, Drawing
from helpers.plots.diagrams.svg import number as number_text

CELL, SIDE = 58, 96  # pixels: a value's cell, an image


def epoch_views(training: Sequence[np.ndarray], validation: Sequence[np.ndarray]) -> Diagram:
    """Return a diagram of what one training and one validation image look like in each epoch, and what they are used for.

    Both hold one image (H, W, 3) for each epoch, uint8 or floats 0…1. ValueError if their numbers differ or are 0.
    """
    if len(training) != len(validation) or not len(training):
        raise ValueError(
            f"There are {len(training)} training images and {len(validation)} validation images; pass one of each for every epoch."
        )
    count = len(training)
    right = 130 + count * (SIDE + 14)
    drawing = Drawing(right + 200, 2 * (SIDE + 26) + 24)
    for number in range(count):
        drawing.text(130 + number * (SIDE + 14) + SIDE / 2, 18, f"epoch {number + 1}", font_weight="bold")
    rows = [
        ("training", training, ORANGE, "changed at random,", "adjusts the weights"),
        ("validation", validation, BLUE, "left as it is,", "measures"),
    ]
    for row, (name, images, color, how, use) in enumerate(rows):
        top = 28 + row * (SIDE + 26)
        drawing.text(118, top + SIDE / 2 + 4, name, "end", font_weight="bold")
        for number, image in enumerate(images):
            left = 130 + number * (SIDE + 14)
            step = -(-max(np.shape(image)[:2]) // SIDE)  # rounded up: what is shown small need not be stored large
            drawing.image(left, top, SIDE, SIDE, image[::step, ::step])
            drawing.box(left, top, SIDE, SIDE, color=color, stroke_width=2)
        drawing.arrow(right, top + SIDE / 2, right + 34, top + SIDE / 2)
        drawing.text(right + 44, top + SIDE / 2 - 4, how, "start", font_size=12)
        drawing.text(right + 44, top + SIDE / 2 + 14, use, "start", font_size=12)
    equal = [all(np.array_equal(images[0], image) for image in images[1:]) for images in (training, validation)]
    what = ["looks the same" if same else "looks different" for same in equal]
    return drawing.finish(
        f"The same image in {count} epochs",
        f"In {count} epochs the training image {what[0]} from epoch to epoch and adjusts the weights; the validation "
        f"image {what[1]} in all of them and only measures.",
    )


def dropout_row(values: Sequence[float], keeps: Sequence[Sequence[bool]], rate: float) -> Diagram:
    """Return a diagram of dropout on a row of values: a row for each batch in training, and one for `predict`.

    keeps: for each batch which values stay, as many as there are values. Values that stay are divided by 1 - rate. ValueError
    for a rate outside 0…1 or rows of another length.
    """
    if not 0 <= rate < 1 or any(len(keep) != len(values) for keep in keeps):
        raise ValueError(
            f"dropout_row got {len(values)} values, rows of {[len(keep) for keep in keeps]} and the rate {rate}; "
            "each row needs one entry per value, and the rate is from 0 to below 1."
        )
    before = np.asarray(values, float)
    results = [np.where(keep, before / (1 - rate), 0) for keep in keeps]
    names = ["values", *(f"batch {number}" for number in range(1, len(keeps) + 1)), "predict"]
    rows: list[np.ndarray] = [before, *results, before]
    right = 100 + CELL * len(values)
    drawing = Drawing(right + 120, 46 * len(rows) + 44)
    drawing.text(right + 20, 16, "mean", "start", font_weight="bold")
    for number, (name, row) in enumerate(zip(names, rows, strict=True)):
        top = 26 + 46 * number
        in_training = 0 < number <= len(keeps)
        drawing.text(90, top + 22, name, "end", font_weight="bold")
        for place, value in enumerate(row):
            dropped = in_training and not keeps[number - 1][place]
            color = "#888" if dropped else ORANGE if in_training else BLUE
            left = 100 + CELL * place
            look = {"opacity": 0.05, "stroke_dasharray": "4 3"} if dropped else {"opacity": 0.2}
            drawing.tint(left + 2, top, CELL - 4, 34, color, **look)
            drawing.text(left + CELL / 2, top + 22, "0" if dropped else number_text(value, 1))
        drawing.text(right + 20, top + 22, number_text(row.mean(), 2), "start")
    drawing.text(100, 46 * len(rows) + 34, f"training: dashed values are dropped, the others divided by {1 - rate:g}; predict: as they are", "start", font_size=12)  # fmt: skip
    said = "; ".join(
        f"{name}: {' '.join(number_text(value, 1) for value in row)}" for name, row in zip(names, rows, strict=True)
    )
    return drawing.finish(
        f"Dropout of {rate:g} on a row of {len(values)} values",
        f"Dropped values are 0, the others are divided by {1 - rate:g}. {said}.",
    )


def two_by_two(results: Mapping[str, Sequence[Sequence[float]]]) -> Diagram:
    """Return a diagram of training and validation accuracy in a 2×2: without and with augmentation, without and with dropout.

    results: {"plain" | "dropout" | "augmented" | "both": (training accuracies, validation accuracies), one of each seed}; a
    name that is missing or empty is shown as not measured.
    """
    drawing, width, height = Drawing(644, 270), 250, 112
    drawing.text(255, 20, "without dropout", font_weight="bold")
    drawing.text(255 + width + 10, 20, "with dropout", font_weight="bold")
    said = []
    for number, name in enumerate(("plain", "dropout", "augmented", "both")):
        left, top = 130 + (number % 2) * (width + 10), 32 + (number // 2) * (height + 10)
        if number % 2 == 0:
            drawing.text(120, top + height / 2 - 4, "with" if number else "without", "end", font_weight="bold")
            drawing.text(120, top + height / 2 + 14, "augmentation", "end", font_weight="bold")
        drawing.box(left, top, width, height, color="#888")
        training, validation = results.get(name) or ((), ())
        if not len(validation):
            drawing.text(left + width / 2, top + height / 2, f"{name}: not measured", font_size=12)
            said.append(f"{name}: not measured")
            continue
        drawing.text(left + 12, top + 22, name, "start", font_weight="bold")
        seeds = f"{len(validation)} seed{'s' * (len(validation) != 1)}"
        drawing.text(left + width - 12, top + 22, seeds, "end", font_size=12)
        for row, (what, values, color) in enumerate([("training", training, ORANGE), ("validation", validation, GREEN)]):  # fmt: skip
            y, mean = top + 36 + 24 * row, float(np.mean(values))
            drawing.text(left + 12, y + 13, what, "start", font_size=12)
            drawing.tint(left + 82, y, 110 * mean, 16, color, 0.5)
            drawing.text(left + width - 12, y + 13, f"{mean:.3f}", "end")
        gap = float(np.mean(training) - np.mean(validation))
        words = f"gap {gap:+.3f}".replace("-", MINUS)
        drawing.text(left + 12, top + 98, words, "start", font_size=12)
        span = f"{min(validation):.3f} to {max(validation):.3f}"
        drawing.text(left + width - 12, top + 98, f"from {span}", "end", font_size=12)
        said.append(
            f"{name}: training {np.mean(training):.3f}, validation {np.mean(validation):.3f} ({span}, {seeds}), {words}"
        )
    return drawing.finish("Augmentation and dropout, two by two", f"{'; '.join(said)}.")
