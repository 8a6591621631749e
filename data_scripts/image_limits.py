"""What decoding one image file may cost, about 3 seconds and 400 MB, judged by its header before it is decoded."""

import io
import re
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from PIL import Image

LARGE = 16_000_000  # pixels: a JPEG that has more is decoded at half of its size, a quarter or an eighth
MAX_PIXELS = 50_000_000
# WebP and AVIF take 16 and 9 bytes a pixel; a large JPEG is never there in full.
MAX_PIXELS_OF = {
    **{"JPEG": 170_000_000, "MPO": 170_000_000, "TIFF": 40_000_000},
    **{"WEBP": 20_000_000, "AVIF": 32_000_000, "HEIF": 32_000_000},
}
MAX_SIDE = 65_535  # the most that a JPEG can have
MAX_SCANS = 200  # a progressive JPEG has about 10, and each goes over the whole image
MAX_SCANNED = 800_000_000  # scans × pixels
MAX_COEFFICIENTS = 160_000_000  # of 2 bytes, which the scans fill together
MAX_PYTHON = 4_000_000  # values that Pillow decodes in Python
MAX_READS = 10_000  # of the header; an ordinary file takes a few dozen
MAX_PARTS = 100_000
PYTHON_DECODERS = ("ppm", "ppm_plain", "bmp_rle")
PNG_START, PNG_PARTS = b"\x89PNG\r\n\x1a\n", (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf")
MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")


class TooCostlyError(ValueError):
    """A file that would take too long, too much memory, or be read wrongly; its text completes "this file …"."""


@dataclass
class JpegScans:
    """The scans of a JPEG: the header of each, and whether the end of the image is there."""

    headers: list[bytes]
    is_whole: bool


class _Frugal(io.BytesIO):
    """Bytes as a file whose header is read in so many pieces and no more: Pillow goes through them in Python."""

    left = MAX_READS

    def read(self, size: int | None = -1) -> bytes:
        self.left -= 1
        if self.left < 0:
            raise OSError("too many parts")
        return super().read(size)


def open_within_limits(data: bytes, formats: Sequence[str]) -> Image.Image:
    """Return the image in `data`, not yet decoded; a JPEG of more than LARGE pixels will be decoded smaller.

    A PNG's texts and color profile are passed over: they may be as long as they like. Raises TooCostlyError, and
    whatever Pillow raises for a file that isn't an image, or a damaged one.
    """
    if data.startswith(PNG_START):
        data = _without_extras(data)
    elif data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        _check_tiff_tags(data)
    if not Image.OPEN.keys() >= {"PPM", "TIFF"}:
        Image.init()
    file = _Frugal(data)
    image: Any = Image.open(file, formats=[name for name in formats if name in Image.OPEN])
    pixels, form = image.width * image.height, image.tile[0] if image.tile else ("",) * 4
    allowed = MAX_PIXELS_OF.get(image.format, MAX_PIXELS) // (2 if ";16" in str(form[3]) else 1)
    if pixels > allowed:
        raise TooCostlyError(f"has more than {allowed // 10**6} million pixels, the most that is read of its kind")
    if max(image.size) > MAX_SIDE:
        raise TooCostlyError(f"is {image.width:,} × {image.height:,} pixels; up to {MAX_SIDE:,} on a side are read")
    if form[0] in PYTHON_DECODERS and max(len(data), pixels * len(image.getbands())) > MAX_PYTHON:
        raise TooCostlyError("is stored in a form that takes too long to read; save it as PNG")
    if image.format in ("JPEG", "MPO"):
        _check_scans(len(jpeg_scans(data).headers), pixels, image.layer)
        scale = next(scale for scale in (1, 2, 4, 8) if pixels <= LARGE * scale**2)
        if scale > 1:
            image.draft(None, (image.width // scale, image.height // scale))
    elif image.format == "TIFF":
        _check_tiff(image, data)
    file.left = MAX_PARTS
    return image


def jpeg_scans(data: bytes) -> JpegScans:
    """Return what a JPEG's markers tell of its scans. Raises TooCostlyError if there are absurdly many markers."""
    headers: list[bytes] = []
    frames, at = 0, 2
    for _ in range(MAX_READS):
        found = MARKER.search(data, at)
        if not found or found[1] == b"\xd9":
            return JpegScans(headers, found is not None)
        at = found.end()
        frames += found[1][0] in range(0xC0, 0xD0) and found[1] not in (b"\xc4", b"\xc8", b"\xcc")
        if found[1] == b"\xda":
            headers.append(data[at : at + int.from_bytes(data[at : at + 2])])
        if frames > 1:
            break
        at += int.from_bytes(data[at : at + 2])
    raise TooCostlyError("has more parts than a JPEG needs; it is damaged, or made to take long")


def _check_scans(scans: int, pixels: int, layers: list[tuple]) -> None:
    areas = [layer[1] * layer[2] for layer in layers] or [1]
    if scans > MAX_SCANS or (
        scans > 1 and (scans * pixels > MAX_SCANNED or pixels * sum(areas) > MAX_COEFFICIENTS * max(areas))
    ):
        raise TooCostlyError("is a progressive JPEG that takes too long to read; save it again, smaller")


def _without_extras(data: bytes) -> bytes:
    """Return a PNG with nothing but what its pixels need, and the orientation; damaged parts are left to Pillow."""
    kept, at = [PNG_START], len(PNG_START)
    for _ in range(MAX_PARTS):
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4])
        if end > len(data) or not kind.isalpha():
            return b"".join([*kept, data[at:]])
        if kind in PNG_PARTS or kind[0] < 97:  # a capital: the image needs it
            kept.append(data[at:end])
        at = end
        if kind == b"IEND":
            return b"".join(kept)
    raise TooCostlyError("has more parts than a PNG needs; it is damaged, or made to take long")


def _check_tiff_tags(data: bytes) -> None:
    """Pillow makes a Python object of each strip, and of each number in a tag."""
    order, big = ">" if data[:2] == b"MM" else "<", 43 in data[2:4]
    start, entry, count = ("Q", "HHQ8s", "Q") if big else ("I", "HHI4s", "H")
    with suppress(struct.error):
        at = struct.unpack_from(order + start, data, 8 if big else 4)[0]
        entries = struct.unpack_from(order + count, data, at)[0]
        at += struct.calcsize("=" + count)
        for number in range(min(entries, MAX_READS)):
            tag, kind, length, _ = struct.unpack_from(order + entry, data, at + number * struct.calcsize("=" + entry))
            if length > MAX_PARTS and (kind not in (1, 2, 6, 7)):
                raise TooCostlyError(f"has {length:,} values in tag {tag}, far more than a TIFF needs")


def _check_tiff(image: Any, data: bytes) -> None:
    tile = image.tag_v2.get(322, 1) * image.tag_v2.get(323, 1)
    if tile > MAX_PIXELS // 4 and tile > image.width * image.height:
        raise TooCostlyError("has tiles larger than the image; it is damaged, or made to take much memory")
    if len(image.tile) > 1 and image.tag_v2.get(284) == 2 and image.tag_v2.get(258, (8,))[0] != 8:  # Pillow takes bytes
        raise TooCostlyError("has its colors apart, with more than 8 bits each; save it as PNG")
    if image.tag_v2.get(259) in (6, 7):  # JPEGs inside
        scans = data.count(b"\xff\xda") - len(image.tag_v2.get(273, image.tag_v2.get(324, ())))
        _check_scans(1 + max(0, scans), image.width * image.height, [])
