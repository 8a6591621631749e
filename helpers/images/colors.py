"""The colors of an image file → red, green, blue: transparent parts on white, more than 8 bits scaled, palettes looked up."""

import math
from typing import Any

import numpy as np
from PIL import Image

from data_scripts.image_limits import LARGE

ROWS = 256  # converted at a time where the image is large


def to_plain(image: Image.Image, alpha: bool = False) -> Image.Image:
    """Return a decoded image as "RGB", "L" or (more than 8 bits) "F" with values 0…1; with `alpha` as "RGBA".

    One of more than LARGE pixels becomes smaller by a whole number: each new pixel is the mean of the old ones it covers.
    """
    is_deep = image.mode[0] in "IF"
    has_16_bits = image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM"))
    tags = getattr(image, "tag_v2", {})  # of a TIFF
    factor = math.ceil(math.sqrt(image.width * image.height / LARGE))
    image = _shrunk(image, factor, alpha) if factor > 1 else _converted(image, alpha)
    if not is_deep:
        return image
    values = _numbers(np.array(image, np.float64))
    if has_16_bits:
        values /= 4095 if tags.get(258) == (12,) else 65535
        if tags.get(262) == 0:  # white is 0, which Pillow heeds for 8 bits only
            values = 1 - values
    low, high = values.min(), values.max()
    if low < 0 or high > 1:
        values = (values - low) / (high - low) if high > low else np.ones_like(values)
    return Image.fromarray(values.astype(np.float32))


def scale_transparent_color(image: Any) -> None:
    """Give the color that a PNG calls transparent 8 bits, as its pixels will have when they are decoded; the file counts in its own."""
    color, stored_as = image.info.get("transparency"), image.tile[0][3] if image.format == "PNG" and image.tile else ""
    if isinstance(color, tuple) and stored_as == "RGB;16B":
        image.info["transparency"] = tuple(value >> 8 for value in color)
    elif isinstance(color, int) and stored_as in ("L;2", "L;4"):
        image.info["transparency"] = color * 255 // (2 ** int(stored_as[-1]) - 1)


def _shrunk(image: Image.Image, factor: int, alpha: bool) -> Image.Image:
    """Convert some rows at a time, so that the image is there in full only once."""
    rows, small = ROWS * factor, None
    for number, top in enumerate(range(0, image.height, rows)):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        strip = _converted(strip, alpha).reduce(factor)
        small = small or Image.new(strip.mode, (strip.width, math.ceil(image.height / factor)))
        small.paste(strip, (0, number * ROWS))
    assert small is not None  # an image has rows
    return small


def _converted(image: Image.Image, alpha: bool) -> Image.Image:
    if image.mode[0] in "IF":
        values = _numbers(np.array(image, np.float32))
        transparent = image.info.get("transparency")  # the one gray that a PNG can name
        if transparent is not None:
            values[values == transparent] = 65535
        return Image.fromarray(values)
    if alpha:
        return _as(image, "RGBA")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(_as(image, "RGBA"))
        return white.convert("RGB")
    return _as(image, "L" if image.mode in ("1", "L") else "RGB")


def _as(image: Image.Image, mode: str) -> Image.Image:
    return image if image.mode == mode else image.convert(mode)


def _numbers(values: np.ndarray) -> np.ndarray:
    return np.nan_to_num(values, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
