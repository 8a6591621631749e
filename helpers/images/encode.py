"""Arrays → images for a page: 8-bit pixels, image files, and their bytes as text."""

import base64
import io
from contextlib import suppress
from typing import Any

import numpy as np
from PIL import Image

NOISE = 1e-3  # by which computed values may leave their range
SMALL = 64  # pixels: images up to here go to a page without loss
LONGEST_WEBP = 16_383  # pixels of a side


def to_uint8(image: np.ndarray) -> np.ndarray:
    """Return an image of any usual kind as 8-bit pixels: (H, W) where it is gray, else (H, W, 3).

    image: (H, W), (H, W, 1) or (H, W, 3); integers 0…255, booleans, floats 0…1, or floats 0…255 if one is above 1.
    Values are rounded. Raises ValueError for another shape, and for values outside 0…255 (NaN included).
    """
    values = np.asarray(image)
    if values.dtype == object:
        with suppress(TypeError, ValueError):
            values = values.astype(np.float64)
    if values.dtype.kind not in "biuf":
        raise ValueError(f"An image is an array of numbers; this one is of the type {values.dtype}.")
    if values.ndim == 3 and values.shape[-1] == 1:
        values = values[..., 0]
    if values.ndim not in (2, 3) or values.shape[2:] not in ((), (3,)) or not values.size:
        raise ValueError(f"An image has the shape (H, W), (H, W, 1) or (H, W, 3); this one has {np.shape(image)}.")
    if values.dtype == np.uint8:  # most of them: a slider encodes one at every move
        return values.copy()
    lowest, highest = float(values.min()), float(values.max())
    if not (lowest >= -NOISE and highest <= 255 + NOISE):
        raise ValueError(f"An image has values 0…1 or 0…255; this one has {lowest:g}…{highest:g}.")
    is_byte = np.issubdtype(values.dtype, np.integer) or highest > 1 + NOISE
    return np.rint(values.astype("float32") * (1 if is_byte else 255)).clip(0, 255).astype(np.uint8)


def encode(image: np.ndarray | Image.Image, kind: str = "png", **options: Any) -> bytes:
    """Return an image as the bytes of a file; `kind` is "png", "jpeg" or "webp", `options` are those of Pillow."""
    if not isinstance(image, Image.Image):
        image = Image.fromarray(to_uint8(image))
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def in_base64(data: bytes) -> str:
    """Return `data` as ASCII text, as addresses and scripts of a page take it."""
    return base64.b64encode(data).decode("ascii")


def data_uri(data: bytes, kind: str = "png") -> str:
    """Return the bytes of an image file as an address that a page can show without a request."""
    return f"data:image/{kind};base64,{in_base64(data)}"


def image_address(image: np.ndarray | Image.Image, quality: int = 75) -> str:
    """Return an image, as `to_uint8` takes it, or uint8 with alpha, as a short address for a page: a WebP file.

    A small image, or one of quality 100, is stored without loss; so is one that is too long for WebP, as a PNG file.
    """
    if not isinstance(image, Image.Image):
        image = Image.fromarray(image if image.shape[2:] in ((2,), (4,)) else to_uint8(image))
    if max(image.size) > LONGEST_WEBP:
        return data_uri(encode(image))
    options: dict = {"lossless": True} if quality == 100 or max(image.size) <= SMALL else {"quality": quality}
    return data_uri(encode(image, "webp", method=2, **options), "webp")  # half of the usual time, hardly more bytes
