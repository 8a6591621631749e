"""Files that may be images: read within limits, opened only as well-known formats, or refused with one sentence."""

import io
import logging
import os
import stat
import threading
import warnings
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from helpers.tensorflow_import import silent_stderr

MAX_BYTES = 64 * 2**20
MAX_PIXELS = 64_000_000  # phones take 12 to 50 million
MAX_SCANS = 200  # of a progressive JPEG, which has about 10
FORMATS = ("JPEG", "MPO", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "BMP", "TIFF", "PPM")
HEIC_KINDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")

# What files that are no images begin with, for a sentence that helps.
OTHER_FORMATS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"<svg", "a drawing made of text (SVG)"),
    (b"<?xml", "a drawing made of text (SVG)"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"8BPS", "a Photoshop file"),
)

_TIFF = threading.Lock()
# Pillow tells about broken files on stderr; ImageError tells the learner.
logging.getLogger("PIL").setLevel(logging.CRITICAL)


class ImageError(ValueError):
    """A file that cannot be read as an image; its text is one sentence for the learner."""


def read_bytes(source) -> tuple[bytes, str]:
    """The bytes of a path, bytes or an open file, and its name ("" when it has none).

    Reads at most MAX_BYTES + 1 bytes. Raises ImageError for a missing, empty or too large file.
    """
    name = ""
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str | os.PathLike):
        name = Path(source).name
        data = _file_bytes(Path(source))
    elif hasattr(source, "read"):
        name = Path(str(getattr(source, "name", ""))).name
        data = source.read(MAX_BYTES + 1)
    else:
        raise ImageError(f"An image is a path, bytes or an open file, not a {type(source).__name__}.")
    if not isinstance(data, bytes):
        raise ImageError(f'{file_label(name)} was opened as text; open it with mode "rb".')
    if len(data) > MAX_BYTES:
        raise ImageError(f"{file_label(name)} is larger than {MAX_BYTES >> 20} MB, the most that is read.")
    if not data:
        raise ImageError(f"{file_label(name)} is empty.")
    return data, name


def decode_image(data: bytes, name: str = "") -> Image.Image:
    """The first frame of the image in `data`, decoded as it is stored. Raises ImageError.

    Only well-known formats are tried, and the size is checked before a pixel is decoded.
    """
    if not Image.OPEN.keys() >= {"PPM", "TIFF"}:
        Image.init()
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_KINDS:
        _learn_heic()
    formats = [kind for kind in FORMATS if kind in Image.OPEN]
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
        pixels = image.width * image.height
        if pixels > MAX_PIXELS:
            raise Image.DecompressionBombError(pixels)
        if image.format in ("JPEG", "MPO") and has_too_many_scans(data):
            raise OSError("too many scans")
        _decode(image)
        return image
    except Image.DecompressionBombError as error:
        most = MAX_PIXELS // 1_000_000
        raise ImageError(f"{file_label(name)} has more than {most} million pixels, the most that is read.") from error
    except Exception as error:  # broken files make Pillow raise a dozen kinds: SyntaxError, struct.error, KeyError, …
        raise ImageError(_why_not(data, name, error)) from error


def has_too_many_scans(data: bytes) -> bool:
    """Whether a JPEG may be a trap: some bytes a scan, and each scan takes as long to decode as the whole image."""
    return data.count(b"\xff\xda") > MAX_SCANS


@contextmanager
def without_pillow_warnings():
    """No warnings from Pillow about odd files inside. (Warnings are per process: enter it in the main thread.)"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def file_label(name: str) -> str:
    """How a sentence begins: the file's name, if it has one."""
    return f'"{name}"' if name else "This file"


def _decode(image: Image.Image) -> None:
    if image.format != "TIFF":
        image.load()
        return
    with _TIFF, silent_stderr():  # libtiff prints its complaints; one at a time, since stderr is one for all threads
        image.load()


def _file_bytes(path: Path) -> bytes:
    """The bytes of a regular file. Other things with a path (a folder, a pipe, a device) might never end."""
    try:
        about = path.stat()
    except (OSError, ValueError) as error:  # ValueError: no file's name holds a null byte
        raise ImageError(f"There is no file {file_label(path.name)}.") from error
    if stat.S_ISDIR(about.st_mode):
        raise ImageError(f"{file_label(path.name)} is a folder, not an image.")
    if not stat.S_ISREG(about.st_mode):
        raise ImageError(f"{file_label(path.name)} is no ordinary file.")
    if about.st_size > MAX_BYTES:
        raise ImageError(f"{file_label(path.name)} is larger than {MAX_BYTES >> 20} MB, the most that is read.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"{file_label(path.name)} cannot be opened: {error.strerror or error}.") from error


def _learn_heic() -> None:
    """Teach Pillow HEIC where pillow-heif is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return
    register_heif_opener()


def _why_not(data: bytes, name: str, error: Exception) -> str:
    """A sentence for bytes that Pillow could not read."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for beginning, kind in OTHER_FORMATS:
        if start.startswith(beginning.lower()):
            return f"{file_label(name)} is {kind}, not an image."
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_KINDS:
        return (
            f"{file_label(name)} is a HEIC image, which Pillow cannot read here. Save it as JPEG, or "
            "install pillow-heif (pip install pillow-heif) and restart the notebook."
        )
    if data[4:8] == b"ftyp" and data[8:12] not in (b"avif", b"avis"):
        return f"{file_label(name)} is a film, not an image."
    if isinstance(error, Image.UnidentifiedImageError):
        if all(byte >= 32 or byte in b"\t\r\n" for byte in data[:512]):
            return f"{file_label(name)} is text, not an image."
        return f"{file_label(name)} is not an image that can be read here; JPEG, PNG, WebP, GIF, BMP and TIFF are."
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return f"{file_label(name)} breaks off in the middle; the rest of the image is missing."
    return f"{file_label(name)} is damaged and cannot be read as an image."
