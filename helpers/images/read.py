"""One image file → an array: any usual format, turned upright, on white; anything else gets one clear sentence."""

import io
import logging
import os
import stat
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps

from helpers.images.encode import to_uint8
from helpers.tensorflow_import import silent_stderr

Source = str | os.PathLike | bytes | bytearray | memoryview | IO[bytes]

MAX_BYTES = 64 * 2**20
MAX_PIXELS = 64_000_000  # phones take 12 to 50 million
MAX_SCANS = 200  # a progressive JPEG has about 10; each takes as long to decode as the whole image
FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "BMP", "TIFF", "PPM")
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

# What other files begin with, in lower case.
OTHER_FORMATS = (
    (b"%pdf", "a PDF document"),
    (b"pk\x03\x04", "a zip archive or an office document"),
    (b"<svg", "a drawing made of text (SVG)"),
    (b"<?xml", "a drawing made of text (SVG)"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
    (b"8bps", "a Photoshop file"),
)
HEIC_ADVICE = "Save it as JPEG, or install pillow-heif (pip install pillow-heif) and restart the notebook"
_QUIET = threading.RLock()


class ImageError(ValueError):
    """A file that cannot be read as an image; the text is one sentence for the learner."""


def read_image(source: Source, size: tuple[int, int] | None = None, channels: int = 3) -> np.ndarray:
    """Return the image in a file as float32, shape (height, width, channels), values 0…1.

    `source` is a path, bytes, or a file opened with "rb"; `size` is (height, width), reached by bilinear
    interpolation over all pixels, without keeping the proportions; `channels` is 3 (red, green, blue) or 1 (gray).

    The image is turned upright as its EXIF data say, transparent parts become white, and an animation gives its
    first frame. 16-bit values are divided by 65,535. Values without a known range (32-bit integers, floating point
    outside 0…1) are stretched from the darkest to the brightest.
    Raises ImageError if the file isn't a whole image, or is larger than 64 MB or 64 million pixels.
    """
    if channels not in (1, 3):
        raise ValueError(f"channels is {channels!r}; it can be 1 (gray) or 3 (red, green, blue).")
    if size is not None and not (len(size) == 2 and min(size) >= 1):
        raise ValueError(f"size is {size!r}; it is (height, width), both at least 1.")
    return to_array(open_image(source), size, channels)


def open_image(source: Source) -> Image.Image:
    """Return the same image as a Pillow image of mode "RGB", "L" or (more than 8 bits) "F" with values 0…1."""
    data, name = read_bytes(source)
    with quiet_decoding(), decode_image(data, name) as image:
        with suppress(Exception):  # broken EXIF data raise as many kinds of error as broken images
            ImageOps.exif_transpose(image, in_place=True)
        with _color_errors(name):
            return _float_image(image) if _is_deep(image) else _on_white(image)


def to_array(image: Image.Image, size: tuple[int, int] | None = None, channels: int = 3) -> np.ndarray:
    """Return an image from `open_image` as `read_image` does: float32 (height, width, channels), values 0…1."""
    if channels == 1 and image.mode == "RGB":
        image = image.convert("L")
    if size is not None:
        image = image.resize(size[::-1], Image.Resampling.BILINEAR, reducing_gap=3.0)
    values = np.asarray(image, np.float32)
    values = np.clip(values, 0, 1) if image.mode == "F" else values / np.float32(255)
    return np.repeat(values[..., None], channels, axis=2) if values.ndim == 2 else values


def read_bytes(source: Source) -> tuple[bytes, str]:
    """Return the bytes of a path, bytes or an open file, and the file's name ("" if it has none).

    Reads at most MAX_BYTES + 1 bytes. Raises ImageError for a missing, empty or too large file, or none at all.
    """
    name = ""
    if isinstance(source, str | os.PathLike):
        name, data = Path(source).name, _file_bytes(Path(source))
    elif isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif hasattr(source, "read"):
        name = Path(str(getattr(source, "name", ""))).name
        data = source.read(MAX_BYTES + 1)
    else:
        raise ImageError(f"An image is a path, bytes or an open file, not a {type(source).__name__}.")
    if not isinstance(data, bytes):
        raise ImageError(f'{_label(name)} was opened as text; open it with mode "rb".')
    if len(data) > MAX_BYTES:
        raise ImageError(_too_large(name))
    if not data:
        raise ImageError(f"{_label(name)} is empty.")
    return data, name


def identify_image(data: bytes, formats: Sequence[str] = FORMATS) -> Image.Image:
    """Return the image in `data` with its size and mode, not yet decoded. Raises whatever Pillow raises, and OSError
    or DecompressionBombError for files made to take long.
    """
    if not Image.OPEN.keys() >= {"PPM", "TIFF"}:
        Image.init()
    if _brand(data) in HEIC_BRANDS:
        _register_heic()
    image = Image.open(io.BytesIO(data), formats=[name for name in formats if name in Image.OPEN])
    if image.width * image.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    if image.format in ("JPEG", "MPO") and data.count(b"\xff\xda") > MAX_SCANS:
        raise OSError("too many scans")
    return image


def decode_image(data: bytes, name: str = "") -> Image.Image:
    """Return the first frame of the image in `data`, decoded as it is stored. Raises ImageError."""
    try:
        image = identify_image(data)
        image.load()
        return image
    except Exception as error:  # broken files make Pillow raise a dozen kinds: SyntaxError, struct.error, KeyError, …
        raise ImageError(f"{_label(name)} {_reason(data, error)}.") from error


def to_eight_bits(image: Image.Image, mode: str, name: str = "") -> Image.Image:
    """Return a decoded image as "L", "RGB" or "RGBA". More than 8 bits are scaled, not cut off. Raises ImageError."""
    with _color_errors(name):
        if _is_deep(image):
            image = Image.fromarray(to_uint8(np.asarray(_float_image(image))))
        return image if image.mode == mode else image.convert(mode)


@contextmanager
def quiet_decoding() -> Iterator[None]:
    """Silence what Pillow, libtiff and libjpeg report about odd files inside; ImageError tells the learner.

    Warnings, log levels and stderr belong to the whole process: enter it around the threads, not in each of them.
    """
    log = logging.getLogger("PIL")
    with _QUIET, warnings.catch_warnings(), silent_stderr():
        warnings.simplefilter("ignore")
        level = log.level
        log.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            log.setLevel(level)


def _file_bytes(path: Path) -> bytes:
    """Return the bytes of a regular file. Other things with a path (a pipe, a device) might never end."""
    try:
        about = path.stat()
    except (OSError, ValueError) as error:  # ValueError: no file's name holds a null byte
        raise ImageError(f"There is no file {_label(path.name)}.") from error
    if not stat.S_ISREG(about.st_mode):
        kind = "is a folder, not an image" if stat.S_ISDIR(about.st_mode) else "isn't an ordinary file"
        raise ImageError(f"{_label(path.name)} {kind}.")
    if about.st_size > MAX_BYTES:
        raise ImageError(_too_large(path.name))
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"{_label(path.name)} cannot be opened: {error.strerror or error}.") from error


@contextmanager
def _color_errors(name: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError, MemoryError) as error:  # such as a color space that Pillow does not convert
        raise ImageError(f"{_label(name)} has colors that cannot be turned into red, green, blue.") from error


def _label(name: str) -> str:
    return f'"{name}"' if name else "This file"


def _too_large(name: str) -> str:
    return f"{_label(name)} is larger than {MAX_BYTES >> 20} MB, the most that is read."


def _brand(data: bytes) -> bytes:
    """Return which member of the family of MP4 files this is (HEIC, AVIF, a film); b"" for other files."""
    return data[8:12] if data[4:8] == b"ftyp" else b""


def _register_heic() -> None:
    """Let Pillow open HEIC files if pillow-heif is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return
    register_heif_opener()


def _reason(data: bytes, error: Exception) -> str:
    """Return what is wrong with a file that could not be read, as the rest of a sentence."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    unknown = isinstance(error, Image.UnidentifiedImageError)
    text = all(byte >= 32 or byte in b"\t\r\n" for byte in data[:512])
    reasons = [
        (
            isinstance(error, Image.DecompressionBombError),
            f"has more than {MAX_PIXELS // 10**6} million pixels, the most that is read",
        ),
        *((start.startswith(beginning), f"is {kind}, not an image") for beginning, kind in OTHER_FORMATS),
        (_brand(data) in HEIC_BRANDS, f"is a HEIC image, which Pillow cannot read here. {HEIC_ADVICE}"),
        (_brand(data) not in (b"", b"avif", b"avis"), "is a film, not an image"),
        (unknown and text, "is text, not an image"),
        (unknown, "is not an image that can be read here; JPEG, PNG, WebP, GIF, BMP and TIFF are"),
        (
            "truncated" in str(error).lower() or isinstance(error, EOFError),
            "breaks off in the middle; the rest of the image is missing",
        ),
    ]
    return next((reason for applies, reason in reasons if applies), "is damaged and cannot be read as an image")


def _is_deep(image: Image.Image) -> bool:
    """Return whether a pixel has more than 8 bits: the modes I, I;16, I;16B and F."""
    return image.mode[0] in "IF"


def _on_white(image: Image.Image) -> Image.Image:
    """Return an 8-bit image of any mode as RGB (gray without alpha as "L"), transparent parts as white."""
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _float_image(image: Image.Image) -> Image.Image:
    """Return an image of more than 8 bits as mode "F", values 0…1."""
    values = np.nan_to_num(np.asarray(image, np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    if image.mode.startswith("I;16") or image.format in ("PNG", "PPM"):
        values = values / 65535
    low, high = values.min(), values.max()
    if low < 0 or high > 1:
        values = (values - low) / (high - low) if high > low else np.ones_like(values)
    return Image.fromarray(values.astype(np.float32))
