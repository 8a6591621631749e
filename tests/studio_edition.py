"""What this edition of the studio draws, as one small image: `python -m tests.studio_edition` stores a new edition's."""

from pathlib import Path

import numpy as np
from PIL import Image

from data_scripts import render
from data_scripts.render.draw_sets import studio_edition

SIZES = [40] * 32 + [200] * 4  # of the first images of every kind: every coat is among them
CELL = 8  # pixels that are left of each: where a processor rounds in another way, the means hardly change


def path() -> Path:
    return Path(__file__).parent / "studio" / f"edition_{studio_edition()}.png"


def thumbnails(kinds: tuple[str, ...] = render.KINDS) -> np.ndarray:
    """Return a row of thumbnails for every kind, and below it the sizes of its files: uint8 (kinds × 9, 36 × 8, 3)."""
    rows = []
    for kind in kinds:
        rows.append(np.hstack([_thumbnail(render.draw(kind, 0, i, size)) for i, size in enumerate(SIZES)]))
        sizes = [(*render.draw_size(kind, 0, i), 150) for i in range(rows[-1].shape[1])]
        rows.append(np.array([sizes]) - 150)
    return np.rint(np.vstack(rows)).astype(np.uint8)


def _thumbnail(image: np.ndarray) -> np.ndarray:
    side = len(image) // CELL
    return image.reshape(CELL, side, CELL, side, 3).mean(axis=(1, 3))


def is_stored(found: np.ndarray) -> bool:
    """True when these are the stored images of this edition, to a level of 255."""
    with Image.open(path()) as stored:
        return bool(np.abs(found.astype(int) - np.asarray(stored)).max() <= 1)


if __name__ == "__main__":
    path().parent.mkdir(exist_ok=True)
    with open(path(), "xb") as file:  # what an edition has drawn never changes: raise EDITION first
        Image.fromarray(thumbnails()).save(file, "PNG", optimize=True)
