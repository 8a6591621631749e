"""Any image file as the array that a network expects: upright, on white, every kind of pixel as 0…1."""

from contextlib import contextmanager

import numpy as np
from PIL import Image

from helpers.images.files import ImageError, decode_image, file_label, read_bytes, without_pillow_warnings

__all__ = ["ImageError", "to_eight_bits", "read_image", "read_image", "to_array"]

# How an image must be turned so that it stands upright, for each value of the EXIF tag "orientation".
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION = 0x0112


def read_image(source, size: tuple[int, int] | None = None, channels: int = 3) -> np.ndarray:
    """The image in a file as float32, shape (height, width, channels), values 0…1.

    `source` is a path, bytes, or a file opened with "rb"; `size` is (height, width), reached by bilinear
    interpolation over all pixels, without keeping the proportions; `channels` is 3 (red, green, blue) or 1 (gray).

    The image is turned upright as its EXIF data say; see-through parts show white; of an animation the
    first frame counts. 16 bits are divided by 65,535. Numbers without a known range (32-bit integers,
    floating point outside 0…1) are stretched from the darkest to the brightest.
    Raises ImageError for whatever is no whole image, or larger than 64 MB or 64 million pixels.
    """
    if channels not in (1, 3):
        raise ValueError(f"channels is {channels!r}; it can be 1 (gray) or 3 (red, green, blue).")
    if size is not None and not (len(size) == 2 and min(size) >= 1):
        raise ValueError(f"size is {size!r}; it is (height, width), both at least 1.")
    return to_array(open_image(source), size, channels)


def open_image(source) -> Image.Image:
    """The same image as a Pillow image of mode "RGB", "L" or (for more than 8 bits) "F", values 0…1."""
    data, name = read_bytes(source)
    with without_pillow_warnings(), decode_image(data, name) as image:
        turn = UPRIGHT.get(_orientation(image))
        with _color_errors_of(name):
            image = _float_image(image) if _is_deep(image) else _on_white(image)
            return image.transpose(turn) if turn is not None else image


def to_array(image: Image.Image, size: tuple[int, int] | None = None, channels: int = 3) -> np.ndarray:
    """A Pillow image as `read_image` returns it: float32 (height, width, channels), values 0…1."""
    if channels == 1 and image.mode == "RGB":
        image = image.convert("L")
    if size is not None:
        image = image.resize(size[::-1], Image.Resampling.BILINEAR, reducing_gap=3.0)
    values = np.asarray(image, np.float32)
    values = np.clip(values, 0, 1) if image.mode == "F" else values / np.float32(255)
    return np.repeat(values[..., None], channels, axis=2) if values.ndim == 2 else values


def to_eight_bits(image: Image.Image, mode: str, name: str = "") -> Image.Image:
    """A decoded image as "L", "RGB" or "RGBA". More than 8 bits are scaled, not cut off. Raises ImageError."""
    with _color_errors_of(name):
        if _is_deep(image):
            image = Image.fromarray(np.rint(np.asarray(_float_image(image)) * 255).astype(np.uint8))
        return image if image.mode == mode else image.convert(mode)


@contextmanager
def _color_errors_of(name: str):
    try:
        yield
    except (ValueError, OSError, MemoryError) as error:  # such as a color space that Pillow does not convert
        raise ImageError(f"{file_label(name)} has colors that cannot be turned into red, green, blue.") from error


def _is_deep(image: Image.Image) -> bool:
    """Whether a pixel has more than 8 bits: the modes I, I;16, I;16B and F."""
    return image.mode[0] in "IF"


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1…8; 1 (upright) when there is none or the EXIF data are broken."""
    try:
        value = image.getexif().get(ORIENTATION, 1)
    except Exception:  # broken EXIF data, as many kinds of error as broken images; the image itself is good
        return 1
    return value if value in UPRIGHT else 1


def _on_white(image: Image.Image) -> Image.Image:
    """An 8-bit image of any mode as RGB (gray without alpha stays "L"); what is see-through becomes white."""
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("L") if image.mode in ("1", "L") else image.convert("RGB")


def _float_image(image: Image.Image) -> Image.Image:
    """An image of more than 8 bits as mode "F", values 0…1."""
    values = np.nan_to_num(np.asarray(image, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if image.mode.startswith("I;16") or image.format in ("PNG", "PPM"):
        values = values / 65535
    low, high = values.min(), values.max()
    if low < 0 or high > 1:
        values = (values - low) / (high - low) if high > low else np.ones_like(values)
    return Image.fromarray(values.astype(np.float32))
