"""How a file becomes an answer, how an attack changes an image, how far images are from the training images: diagrams of real numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from helpers.images.encode import to_uint8
from helpers.plots.diagrams.svg import BLUE, GREEN, INK, ORANGE, Diagram, Drawing

MOST_BARS, LONGEST = 4, 110  # in the diagram of a prediction: classes, and pixels of the longer side of the file
ROW, LEFT, RIGHT = 44, 200, 620  # of the distances: a row's height, and where 0 and the largest distance are


def prediction(given: Any, seen: Any, class_names: Sequence[str], probabilities: Sequence[float], parameters: int) -> Diagram:  # fmt: skip
    """Return a diagram of a prediction: the image as given, resized, as numbers 0…1, the network, and a bar for each class.

    given, seen: images (H, W[, C]) before and after resizing; the latter floats 0…1. probabilities: one for each class
    name; of more than four classes, only the likeliest get a bar. Raises ValueError if there is not one for each.
    """
    given, seen, values = np.asarray(given), np.asarray(seen, float), np.ravel(np.asarray(probabilities, float))
    if len(values) != len(class_names) or not len(values):
        raise ValueError(f"{len(values)} probabilities for {len(class_names)} classes. Pass one for each class.")
    row, column = seen.shape[0] // 2, seen.shape[1] // 2
    pixel = np.atleast_1d(seen[row, column])
    drawing = Drawing(760, 190)
    small = Image.fromarray(to_uint8(given))
    small.thumbnail((LONGEST, LONGEST))  # or a photograph would be in the notebook as a whole
    wide, high = (LONGEST * side / max(small.size) for side in small.size)
    drawing.image(65 - wide / 2, 95 - high / 2, wide, high, np.asarray(small))
    drawing.image(205, 60, 70, 70, to_uint8(seen))
    stages = (
        (65, "the file", _size(given)), (240, "resized", _size(seen)),
        (375, "numbers from 0 to 1", f"row {row}, column {column}"), (515, "the network", f"{parameters:,} parameters"),
    )  # fmt: skip
    for x, head, foot in stages:
        drawing.text(x, 24, head, font_weight="bold", font_size=12)
        drawing.text(x, 172, foot, font_size=12)
    for number, value in enumerate(pixel):
        drawing.text(375, 100 + 20 * (number - (len(pixel) - 1) / 2), f"{value:.2f}", fill=ORANGE)
    drawing.tint(470, 60, 90, 70, BLUE, rx=8)
    for depth in range(4):
        side = 34 - 8 * depth
        drawing.tint(482 + 20 * depth, 95 - side / 2, 8, side, BLUE, 0.4)
    for start, end in ((126, 199), (281, 340), (410, 464), (566, 596)):
        drawing.arrow(start, 95, end, 95, stroke_opacity=0.7)
    best = np.argsort(-values, kind="stable")[:MOST_BARS]
    drawing.text(675, 24, "probabilities", font_weight="bold", font_size=12)
    for place, label in enumerate(best):
        y = 95 + 36 * (place - (len(best) - 1) / 2)
        drawing.text(604, y - 4, f"{class_names[label]} {values[label]:.2f}", "start", font_size=12)
        drawing.tint(604, y + 1, max(1.0, 140 * float(values[label])), 9, GREEN, 0.5)
    answers = ", ".join(f"{class_names[label]} {values[label]:.2f}" for label in best)
    numbers = ", ".join(f"{value:.2f}" for value in pixel)
    return drawing.finish(
        "From a file to probabilities",
        f"The file has {_size(given)} pixels, resized to {_size(seen)}; its middle pixel is then {numbers}. "
        f"The network of {parameters:,} parameters says: {answers}.",
    )


def adversarial_step(image: Any, changed: Any, epsilon: float, before: str, after: str) -> Diagram:
    """Return a diagram of an attack: image + ε · sign of the gradient = changed image, with the answers before and after.

    image, changed: floats 0…1 (H, W, C) of one shape, else ValueError. In the middle is the direction of the change: light up,
    dark down.
    """
    image, changed = np.asarray(image, float), np.asarray(changed, float)
    if image.shape != changed.shape:
        raise ValueError(f"The images have the shapes {image.shape} and {changed.shape}; they must be the same.")
    signs = np.sign(changed - image)
    side = 150
    drawing = Drawing(620, 214)
    columns = ((10, image, "image", before), (235, (signs + 1) / 2, "sign of the gradient", "each value −1 or +1"),
               (460, changed, "changed image", after))  # fmt: skip
    for x, pixels, head, foot in columns:
        drawing.text(x + side / 2, 18, head, font_weight="bold")
        drawing.image(x, 28, side, side, to_uint8(pixels))
        drawing.text(x + side / 2, 200, foot)
    drawing.text(197, 108, f"+ {epsilon:.3f} ·", font_weight="bold", fill=ORANGE)
    drawing.text(422, 110, "=", font_weight="bold", font_size=20)
    text = (
        f"The image ({before}), plus {epsilon:.3f} times the sign of the gradient, is the changed image ({after}). "
        f"No value has moved by more than {np.abs(changed - image).max():.3f}; {np.mean(signs > 0):.0%} went up, "
        f"{np.mean(signs < 0):.0%} down."
    )
    return drawing.finish("An adversarial example", text)


def neighbor_distances(groups: Mapping[str, Any], limit: float) -> Diagram:
    """Return a diagram of distances to the training images: a row of dots for each group, and the limit as a line.

    groups: distances (N,) by what the images are, in the order drawn. Raises ValueError for an empty group or without any.
    """
    values = {name: np.ravel(np.asarray(distances, float)) for name, distances in groups.items()}
    if not values or not all(len(distances) for distances in values.values()):
        raise ValueError("There are no distances to draw in at least one of the groups.")
    largest = max(limit, *(distances.max() for distances in values.values())) * 1.02 or 1.0
    drawing = Drawing(720, ROW * len(values) + 74)
    place = LEFT + (RIGHT - LEFT) * limit / largest
    drawing.line(place, 26, place, ROW * len(values) + 34, ORANGE, stroke_width=2, stroke_dasharray="5 3")
    drawing.text(place, 18, f"limit {limit:.2f}", fill=ORANGE, font_weight="bold")
    drawing.text(RIGHT + 50, 18, "unfamiliar", font_weight="bold")
    said = []
    for number, (name, distances) in enumerate(values.items()):
        y = 30 + ROW * (number + 0.5)
        drawing.text(LEFT - 14, y + 4, name, "end", font_size=12)
        drawing.line(LEFT, y, RIGHT, y, INK, stroke_opacity=0.25)
        for dot, distance in enumerate(distances):
            x = LEFT + (RIGHT - LEFT) * float(distance) / largest
            drawing.circle(x, y - 10 + 5 * (dot % 5), 3, fill=BLUE, color=BLUE, fill_opacity=0.35, stroke_opacity=0.5)
        share = float((distances > limit).mean())
        drawing.text(RIGHT + 50, y + 4, f"{share:.0%}")
        said.append(f"{name} {np.median(distances):.2f}, {share:.0%} beyond it")
    foot = ROW * len(values) + 54
    drawing.text(LEFT, foot, "0")
    drawing.text((LEFT + RIGHT) / 2, foot, "distance to the 10th nearest training image →", font_size=12)
    return drawing.finish("Distances to the training images", f"The limit is {limit:.2f}. Median distances: {'; '.join(said)}.")  # fmt: skip


def _size(image: np.ndarray) -> str:
    """Return width × height, as files say it."""
    return f"{image.shape[1]} × {image.shape[0]}"
