"""The images that ship with the course and need no download; their license is in `samples/LICENSE.txt`."""

from pathlib import Path

import numpy as np
from PIL import Image

SAMPLE_IMAGES = Path(__file__).with_name("samples")


def street() -> np.ndarray:
    """Return a street with a flight of steps, rendered for this course: (512, 512) uint8, 0 black … 255 white."""
    with Image.open(SAMPLE_IMAGES / "street.png") as image:
        return np.array(image.convert("L"))
