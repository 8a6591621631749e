"""From folders to a batch as a diagram: class folders, their labels, the batch; and the stages of a pipeline with their sizes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from helpers.plots.diagrams.svg import BLUE, GREEN, ORANGE, Diagram, Drawing, sides

ROW, SIDE, SHOWN = 44, 64, 4  # pixels of a folder's row and of an image; images of the batch that are shown
STAGE = 92  # pixels from stage to stage


def folder_to_batch(folder: str | Path, images: np.ndarray, labels: np.ndarray) -> Diagram:
    """Return a diagram of class folders, the number and the one-hot label of each, and the first images of a batch.

    folder: holds a folder for each class. images: the batch, (N, H, W, 3), as `to_uint8` takes them. labels: one-hot,
    (N, classes). Raises ValueError if there are not as many folders as classes.
    """
    folder = Path(folder)
    counts = {place.name: sum(1 for _ in place.iterdir()) for place in sorted(folder.iterdir()) if place.is_dir()}
    if len(counts) != labels.shape[-1]:
        raise ValueError(f"There are {len(counts)} class folders in {folder.name}, and labels for {labels.shape[-1]}.")
    drawing = Drawing(720, max(34 + ROW * len(counts), 48 + 2 * (SIDE + 10)) + 10)
    for head, x in (("folder", 80), ("class", 215), ("one-hot label", 310), ("a batch", 434)):
        drawing.text(x, 18, head, font_weight="bold")
    one_hot = ["[" + " ".join("01"[row == place] for place in range(len(counts))) + "]" for row in range(len(counts))]
    for number, (name, count) in enumerate(counts.items()):
        y = 34 + ROW * number
        drawing.tint(15, y, 130, 34, BLUE, 0.12, rx=3)
        drawing.text(80, y + 15, f"{name}/", font_weight="bold")
        drawing.text(80, y + 29, _files(count), font_size=11)
        drawing.arrow(150, y + 17, 195, y + 17, stroke_opacity=0.6)
        drawing.text(215, y + 22, str(number), font_size=15)
        drawing.arrow(232, y + 17, 262, y + 17, stroke_opacity=0.6)
        drawing.text(310, y + 22, one_hot[number])
    drawing.line(385, 30, 385, drawing.height - 10, stroke_opacity=0.35)
    classes = labels.argmax(axis=-1)
    for number, (image, label) in enumerate(zip(images[:SHOWN], classes[:SHOWN], strict=True)):
        x, y = 406 + 158 * (number % 2), 30 + (SIDE + 10) * (number // 2)
        drawing.image(x, y, SIDE, SIDE, image)
        drawing.box(x, y, SIDE, SIDE, color=ORANGE)
        drawing.text(x + SIDE + 8, y + 28, one_hot[label], "start")
        drawing.text(x + SIDE + 8, y + 46, list(counts)[label], "start", font_size=12)
    shapes = sides(images.shape), sides(labels.shape)
    drawing.text(406, 48 + 2 * (SIDE + 10), f"… images {shapes[0]}; labels {shapes[1]}", "start", font_size=12)
    table = "; ".join(
        f"{name}: {_files(count)}, class {i}, {one_hot[i]}" for i, (name, count) in enumerate(counts.items())
    )
    first = ", ".join(list(counts)[label] for label in classes[:SHOWN])
    return drawing.finish(
        "From folders to a batch",
        f"{table}. A batch: images {shapes[0]}, labels {shapes[1]}; the first of them: {first}.",
    )


def _files(count: int) -> str:
    return f"{count:,} file{'s' * (count != 1)}"


def pipeline(stages: Mapping[str, str]) -> Diagram:
    """Return a diagram of a pipeline: a box for each stage, and under it what it gives, in lines.

    Stages up to "cache" work once, those after it in every epoch; without one all work in every epoch. Raises ValueError
    for no stage.
    """
    if not stages:
        raise ValueError("A pipeline needs a stage.")
    names = list(stages)
    once = names.index("cache") + 1 if "cache" in names else 0
    lines = max(note.count("\n") + 1 for note in stages.values())
    drawing = Drawing(STAGE * len(names), 92 + 15 * lines)
    for number, (name, note) in enumerate(stages.items()):
        x, color = STAGE * number, GREEN if number < once else ORANGE
        drawing.tint(x + 6, 36, STAGE - 22, 34, color, 0.18, rx=4)
        drawing.text(x + STAGE / 2 - 5, 58, name, font_weight="bold")
        if number < len(names) - 1:
            drawing.arrow(x + STAGE - 15, 53, x + STAGE + 4, 53, stroke_opacity=0.7)
        for row, line in enumerate(note.split("\n")):
            drawing.text(x + STAGE / 2 - 5, 88 + 15 * row, line, font_size=11)
    parts = [("once", 0, once, GREEN), ("in every epoch", once, len(names), ORANGE)]
    parts = [part for part in parts if part[1] < part[2]]
    for title, first, last, color in parts:
        drawing.line(STAGE * first + 6, 26, STAGE * last - 16, 26, color, stroke_width=3)
        drawing.text(STAGE * first + 6, 18, title, "start", font_size=12)
    words = [f"{title.capitalize()}: {_words(names[first:last], stages)}." for title, first, last, _ in parts]
    return drawing.finish(f"A pipeline of {len(names)} stages", " ".join(words))


def _words(names: Sequence[str], stages: Mapping[str, str]) -> str:
    return " → ".join(f"{name} ({' '.join(stages[name].split())})" if stages[name] else name for name in names)
