"""The image studio: horses, humans, cats, dogs and riders, drawn as lit figures in varied scenes.

    from data_scripts import render
    image = render.draw("horse", seed=1, index=0)          # (300, 300, 3) uint8
    data = render.jpeg("cat", seed=1, index=0)               # bytes; size, aspect and quality vary
    render.sheet("dog", seed=1).save("dogs.png")             # 36 images on one sheet

Image `index` of a kind depends on (seed, kind, index) alone: any number, in any order and process, the same twice.
Needs NumPy and Pillow only.
"""

from io import BytesIO

import numpy as np
from PIL import Image

from data_scripts.render.scene import KINDS, draw

__all__ = ["KINDS", "draw", "draw_size", "jpeg", "sheet"]

ASPECTS = (1.0, 4 / 3, 4 / 3, 3 / 2, 5 / 4, 3 / 4, 2 / 3)  # width : height, as photographs come
JPEG_STREAM = 9  # a random stream of its own, beside those of scene.draw


def _stream(kind: str, seed: int, index: int):
    if kind not in KINDS:
        raise ValueError(f"no such kind: {kind!r}; there are {', '.join(KINDS)}")
    return np.random.default_rng([seed, KINDS.index(kind), index, JPEG_STREAM])


def draw_size(kind: str, seed: int, index: int) -> tuple[int, int]:
    """(width, height) of an image, both 150-375, of varied aspect; distributed in the same way for every kind."""
    rng = _stream(kind, seed, index)
    aspect = ASPECTS[rng.integers(len(ASPECTS))] * rng.uniform(0.96, 1.04)
    longest = rng.uniform(max(150 * max(aspect, 1 / aspect), 190), 375)
    width, height = (longest, longest / aspect) if aspect >= 1 else (longest * aspect, longest)
    return tuple(int(np.clip(round(v), 150, 375)) for v in (width, height))


def jpeg(kind: str, seed: int, index: int, size=None) -> bytes:
    """Image `index` as a JPEG file of quality 78-95. `size`: a number, (width, height), or None: `draw_size`'s."""
    image = draw(kind, seed, index, draw_size(kind, seed, index) if size is None else size)
    quality = int(_stream(kind, seed, index + 2**32).integers(78, 96))
    file = BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return file.getvalue()


def sheet(kind: str, seed: int = 0, count: int = 36, size: int = 150, columns: int = 6) -> Image.Image:
    """A contact sheet of images 0 … count-1."""
    rows = -(-count // columns)
    page = Image.new("RGB", (columns * (size + 2) - 2, rows * (size + 2) - 2))
    for i in range(count):
        image = Image.fromarray(draw(kind, seed, i, size))
        page.paste(image, (i % columns * (size + 2), i // columns * (size + 2)))
    return page
