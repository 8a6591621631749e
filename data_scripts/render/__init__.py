"""The image studio: horses, humans, cats, dogs and riders, drawn as lit figures in varied scenes.

    from data_scripts import render
    image = render.draw("horse", seed=1, index=0)          # (300, 300, 3) uint8
    content = render.jpeg("cat", seed=1, index=0)          # bytes; size, aspect and quality vary

Image `index` of a kind depends on (seed, kind, index) alone: any number, in any order and process, the same twice.
Needs NumPy and Pillow only.
"""

from io import BytesIO

import numpy as np
from PIL import Image

from data_scripts.render.scene import KINDS, draw, random_stream

ASPECTS = (1.0, 4 / 3, 4 / 3, 3 / 2, 5 / 4, 3 / 4, 2 / 3)  # width : height, as photographs come
JPEG_STREAM = 9  # a random stream of its own, next to those of scene.draw


def draw_size(kind: str, seed: int, index: int) -> tuple[int, int]:
    """Return (width, height) of an image, both 150-375, of varied aspect; distributed in the same way for every kind."""
    rng = random_stream(kind, seed, index, JPEG_STREAM)
    aspect = ASPECTS[rng.integers(len(ASPECTS))] * rng.uniform(0.96, 1.04)
    longest = rng.uniform(max(150 * max(aspect, 1 / aspect), 190), 375)
    width, height = (longest, longest / aspect) if aspect >= 1 else (longest * aspect, longest)
    return int(np.clip(round(width), 150, 375)), int(np.clip(round(height), 150, 375))


def jpeg(kind: str, seed: int, index: int, size: int | tuple[int, int] | None = None) -> bytes:
    """Return image `index` of a kind in KINDS as a JPEG file of quality 78-95; of another seed, other images.

    size: a number, (width, height), or None: `draw_size`'s.
    """
    image = draw(kind, seed, index, draw_size(kind, seed, index) if size is None else size)
    quality = int(random_stream(kind, seed, index + 2**32, JPEG_STREAM).integers(78, 96))
    file = BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return file.getvalue()
