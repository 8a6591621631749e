"""Digits from paper for a network that reads digits: prepared as MNIST's were, in the ink that it was trained on."""

import keras
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from helpers.images.find_digit import find_digit
from helpers.images.mnist_format import to_mnist
from helpers.models.predict import image_shape, predict_probabilities
from helpers.models.values import Values

DIGITS = list("0123456789")
PRINTED_SIZE, TILTS = 60, (-10, 0, 10)


def reads_light_ink(model: keras.Model, class_names: list[str], values: Values = None) -> bool | None:
    """Return whether a network was trained on light digits on black; False for dark on white, None if it reads no digits.

    It is shown printed digits in both inks, and the ink in which it reads more of them is its own.
    """
    if class_names != DIGITS or image_shape(model) != (28, 28, 1):
        return None
    images = _printed_digits()[..., None]
    right = []
    for ink in (images, 1 - images):
        answers = predict_probabilities(model, ink, values).argmax(axis=1)
        right.append((answers == np.arange(len(images)) % 10).mean())
    return None if max(right) < 0.5 or abs(right[0] - right[1]) < 0.2 else bool(right[0] > right[1])


def digit_image(page: np.ndarray, is_light: bool) -> tuple[np.ndarray, str]:
    """Return the digit on a page (H, W, 1 or 3), floats 0…1, as (28, 28, 1) float32 0…1, and a caution, "" where it is plain.

    Raises ValueError, the rest of a sentence, if there is nothing on the page.
    """
    drawing, caution = find_digit(page)
    image = to_mnist(drawing)[..., None]
    return image if is_light else 1 - image, caution


def _printed_digits() -> np.ndarray:
    """Return the digits 0…9, tilted a little each way, as MNIST would have them: (30, 28, 28) float32."""
    font, images = ImageFont.load_default(PRINTED_SIZE), []
    for tilt in TILTS:
        for digit in DIGITS:
            sheet = Image.new("L", (2 * PRINTED_SIZE, 2 * PRINTED_SIZE))
            ImageDraw.Draw(sheet).text((PRINTED_SIZE, PRINTED_SIZE), digit, 255, font, anchor="mm", stroke_width=1)
            images.append(to_mnist(np.asarray(sheet.rotate(tilt, Image.Resampling.BILINEAR))))
    return np.stack(images)
