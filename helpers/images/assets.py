"""The images that ship with the course and need no download; their license is in `samples/LICENSE.txt`."""

from pathlib import Path

import numpy as np
from PIL import Image

SAMPLE_IMAGES = Path(__file__).with_name("samples")


def street() -> np.ndarray:
    """Return a street with a flight of steps, rendered for this course: (512, 512) uint8, 0 black … 255 white."""
    with Image.open(SAMPLE_IMAGES / "street.png") as image:
        return np.array(image.convert("L"))


def digits() -> np.ndarray:
    """Return ten digits that people wrote, 0 to 9 in order, from the test images of MNIST: (10, 28, 28) uint8, 0 is black."""
    with Image.open(SAMPLE_IMAGES / "digits.png") as image:
        return np.array(image.convert("L")).reshape(28, 10, 28).swapaxes(0, 1).copy()


def samples_to_ask() -> list[Path]:
    """Return images that are in no data set: four photographs and a silhouette, a portrait that Matplotlib ships, a rendered horse and a rider."""
    from matplotlib import cbook

    portrait = Path(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    rendered = [SAMPLE_IMAGES / "upload" / f"{name}.jpg" for name in ("horse", "rider")]
    names = ("astronaut.jpg", "camera.jpg", "chelsea.jpg", "coffee.jpg", "silhouette.png")
    return [*(SAMPLE_IMAGES / "photographs" / name for name in names), portrait, *rendered]
