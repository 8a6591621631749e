"""MNIST's preprocessing: any drawing of a digit → an image like those of MNIST.

A network that learned MNIST expects digits that were prepared the way MNIST's were. Y. LeCun, L. Bottou,
Y. Bengio and P. Haffner, "Gradient-based learning applied to document recognition" (1998), section III-A, and
the data set's own page describe it: the digit is scaled to fit a box of 20×20 pixels with its proportions kept
(smoothing makes the grays), and the box is placed in 28×28 so that the center of mass is in the middle.

"The middle" is pixel (14, 14), and the brightest pixel is white: both measured on the 60,000 training images
(centers of mass lie within half a pixel of it, the brightest pixel is never below 254).
"""

import numpy as np
from PIL import Image

SIDE = 28  # of the whole image
BOX = 20  # the longer side of the digit
MIDDLE = 14  # row and column at which the center of mass belongs


def to_mnist(drawing: np.ndarray) -> np.ndarray:
    """Return a drawing (H, W), light ink on black (uint8 0…255 or floats from 0), in MNIST's format: (28, 28) float32, 0…1.

    Crops to the ink, scales the longer side to 20 pixels, centers by the center of mass. Only a digit that is so
    lopsided that it would leave the image is moved less.

    Raises ValueError if nothing is drawn, or if `drawing` is not one gray image.
    """
    drawing = np.asarray(drawing)
    if drawing.ndim != 2:
        raise ValueError(f"a drawing is one gray image, (height, width); this one has the shape {drawing.shape}.")
    return center(scale_to_box(crop(drawing.astype("float32"))))


def crop(drawing: np.ndarray) -> np.ndarray:
    """Return the smallest part of a drawing (H, W) that holds all ink. Raises ValueError if there is none."""
    rows, columns = (np.flatnonzero(drawing.any(axis)) for axis in (1, 0))
    if not rows.size:
        raise ValueError("nothing is drawn yet.")
    return drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def scale_to_box(digit: np.ndarray) -> np.ndarray:
    """Return floats (H, W) as (h, w) float32, 0…1: the larger of h and w is 20, the brightest pixel 1."""
    height, width = digit.shape
    factor = BOX / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))  # Pillow wants the width first
    brightest = Image.fromarray(digit / digit.max())
    # BOX takes the mean of the pixels that fall into one: smooth edges when the drawing shrinks.
    small = np.asarray(brightest.resize(size, Image.Resampling.BOX))
    return small / small.max()


def center(digit: np.ndarray) -> np.ndarray:
    """Return a digit of at most 20×20 in (28, 28) float32, its center of mass as near to pixel (14, 14) as it fits."""
    mass = digit.sum()
    starts = []
    for axis, length in enumerate(digit.shape):
        others = digit.sum(axis=1 - axis)
        center_of_mass = (others * np.arange(length)).sum() / mass
        starts.append(int(np.clip(round(MIDDLE - center_of_mass), 0, SIDE - length)))
    image = np.zeros((SIDE, SIDE), "float32")
    top, left = starts
    image[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return image
