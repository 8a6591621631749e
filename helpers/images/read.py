"""One image file → an array: any usual format, turned upright, on white; anything else gets one clear sentence."""

import logging
import operator
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np
from PIL import ExifTags, Image, ImageChops

from data_scripts.image_limits import LARGE, MAX_PIXELS_OF, TooCostlyError, jpeg_scans, open_within_limits
from helpers.images.colors import scale_transparent_color, to_plain
from helpers.images.encode import to_uint8
from helpers.images.file_bytes import ImageError, Source, label, read_bytes
from helpers.tensorflow_import import silent_stderr

FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "BMP", "TIFF", "PPM")
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
TURNS = dict(zip((2, 3, 4, 5, 6, 7, 8), (0, 3, 1, 5, 4, 6, 2), strict=True))  # EXIF orientation → Image.Transpose
MOST = MAX_PIXELS_OF["JPEG"] // 10**6
LONGEST_EXIF = 2**20  # bytes, of which Pillow makes a Python object each
MOST_MISSING = 1 / 50  # of a JPEG's area, at its end
BLOCK = 18  # rows that a JPEG decodes at a time, and those next to them
JPEG_END = b"\xff\xd9"

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


def read_image(source: Source, size: tuple[int, int] | None = None, channels: int = 3) -> np.ndarray:
    """Return the image in a file as float32, shape (height, width, channels), values 0…1.

    `source` is a path, bytes, or a file opened with "rb"; `size` is (height, width), reached by bilinear
    interpolation over all pixels, without keeping the proportions; `channels` is 3 (red, green, blue) or 1 (gray).

    The image is turned upright as its EXIF data say, transparent parts become white, and an animation gives its
    first frame. 16-bit values are divided by 65,535. Values without a known range (32-bit integers, floating point
    outside 0…1) are stretched from the darkest to the brightest. An image of more than 16 million pixels becomes
    smaller by a whole number.
    Raises ImageError if the file isn't a whole image (a JPEG may lack a fiftieth), is larger than 64 MB, or would
    take more than a few seconds.
    """
    if channels not in (1, 3):
        raise ValueError(f"channels is {channels!r}; it can be 1 (gray) or 3 (red, green, blue).")
    if size is not None:
        check_size("size", size)
    return to_array(open_image(source), size, channels)


def check_size(name: str, size: tuple[int, int]) -> None:
    """Raise ValueError unless `size`, called `name`, is the (height, width) of an image that memory can hold."""
    try:
        height, width = map(operator.index, size)
        is_good = min(height, width) >= 1 and height * width <= LARGE
    except (TypeError, ValueError):
        is_good = False
    if not is_good:
        at_most = f"at most {LARGE // 10**6} million pixels"
        raise ValueError(f"{name} is {size!r}; it is (height, width), whole numbers, both at least 1, {at_most}.")


def open_image(source: Source, name: str = "") -> Image.Image:
    """Return the same image as a Pillow image of mode "RGB", "L" or (more than 8 bits) "F" with values 0…1.

    name: how an error calls a source that has no name of its own.
    """
    data, name = read_bytes(source, name)
    with quiet_decoding():
        return image_from_bytes(data, name)


def image_from_bytes(data: bytes, name: str = "", alpha: bool = False) -> Image.Image:
    """Return what `open_image` does, for the bytes of a file; call it inside `quiet_decoding`.

    With `alpha` the mode is "RGBA" or "F", and transparent parts stay as they are. Raises ImageError.
    """
    image = decode_image(data, name)
    turn = TURNS.get(orientation(image))
    try:
        image = to_plain(image, alpha)
        return image if turn is None else image.transpose(Image.Transpose(turn))
    except Exception as error:  # such as a color space that Pillow does not convert
        raise ImageError(f"{label(name)} has colors that cannot be turned into red, green, blue.") from error


def to_array(image: Image.Image, size: tuple[int, int] | None = None, channels: int = 3) -> np.ndarray:
    """Return an image from `open_image` as `read_image` does: float32 (height, width, channels), values 0…1."""
    if channels == 1 and image.mode == "RGB":
        image = image.convert("L")
    if size is not None:
        image = image.resize(size[::-1], Image.Resampling.BILINEAR, reducing_gap=3.0)
    values = np.asarray(image, np.float32)
    values = np.clip(values, 0, 1) if image.mode == "F" else values / np.float32(255)
    return np.repeat(values[..., None], channels, axis=2) if values.ndim == 2 else values


def to_eight_bits(image: Image.Image, mode: str) -> Image.Image:
    """Return an image from `open_image` as "L", "RGB" or "RGBA"."""
    if image.mode == "F":
        image = Image.fromarray(to_uint8(np.clip(np.asarray(image), 0, 1)))
    return image if image.mode == mode else image.convert(mode)


def identify_image(data: bytes) -> Image.Image:
    """Return the image in `data` with its size and mode, not yet decoded.

    Raises whatever Pillow raises, and TooCostlyError for files that would take long.
    """
    if _brand(data) in HEIC_BRANDS:
        _register_heic()
    return open_within_limits(data, FORMATS)


def decode_image(data: bytes, name: str = "") -> Image.Image:
    """Return the first frame of the image in `data`, decoded as it is stored. Raises ImageError."""
    try:
        image = identify_image(data)
        is_cut = image.format in ("JPEG", "MPO") and not jpeg_scans(data).is_whole
        if is_cut:
            data = data[: len(data.rstrip(b"\0")) + 1].rstrip(b"\xff") + JPEG_END  # one of the zeros may belong to it
            image = identify_image(data)
        scale_transparent_color(image)
        image.load()
        if is_cut and _missing_part(image, data) > MOST_MISSING:
            raise EOFError
        return image
    except Exception as error:  # broken files make Pillow raise a dozen kinds: SyntaxError, struct.error, KeyError, …
        raise ImageError(f"{label(name)} {_reason(data, error)}.") from error


def orientation(image: Image.Image) -> int:
    """Return how an image has to be turned, 1…8 as EXIF counts; 1, not at all, where that is broken or missing."""
    with suppress(Exception):  # broken EXIF data raise as many kinds of error as broken images
        if len(image.info.get("exif", b"")) > LONGEST_EXIF:
            return 1
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


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


def _missing_part(image: Image.Image, data: bytes) -> float:
    """Return which part of a JPEG that was cut is missing: its area from where the decoder looks at what follows the data.

    A scan that is missing altogether counts as everything.
    """
    last = jpeg_scans(data).headers[-1]
    if last[-2:-1] != b"\x3f" or last[-1] & 15:  # the scans that make it sharp were still to come
        return 1
    other = identify_image(data[: -len(JPEG_END)] + b"\x5a\xc3\x01" * 99 + JPEG_END)
    other.load()
    changed = ImageChops.difference(image, other).getbbox()
    if not changed:
        return 0
    left, top, (width, height) = changed[0], changed[1], image.size
    return (height - top) / height * ((width - left) / width if height - top <= BLOCK else 1)


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
        (isinstance(error, TooCostlyError), str(error)),
        (isinstance(error, Image.DecompressionBombError), f"has more than {MOST} million pixels, more than is read"),
        *((start.startswith(beginning), f"is {kind}, not an image") for beginning, kind in OTHER_FORMATS),
        (
            _brand(data) in HEIC_BRANDS and "HEIF" not in Image.OPEN,
            f"is a HEIC image, which Pillow cannot read here. {HEIC_ADVICE}",
        ),
        (_brand(data) not in (b"", b"avif", b"avis", *HEIC_BRANDS), "is a film, not an image"),
        (unknown and text, "is text, not an image"),
        (unknown, "is not an image that can be read here; JPEG, PNG, WebP, GIF, BMP and TIFF are"),
        (
            "truncated" in str(error).lower() or isinstance(error, EOFError),
            "breaks off in the middle; the rest of the image is missing",
        ),
    ]
    return next((reason for applies, reason in reasons if applies), "is damaged and cannot be read as an image")
