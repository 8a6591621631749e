"""The pictures that ship with the course and need no download. Their licence stands beside them, in `samples/`."""

from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).with_name("samples")


def street() -> np.ndarray:
    """A street with a flight of steps, drawn by `data_scripts/street.py`: (512, 512) uint8, 0 black … 255 white."""
    with Image.open(FOLDER / "street.png") as picture:
        return np.array(picture.convert("L"))
