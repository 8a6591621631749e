"""Files made to cost much time or memory: deep, long, of many parts or frames. `python -m tests.benchmarks.costly_images NAME` reads one."""

import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

SECONDS, MEGABYTES = 3.0, 400


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, depth: int, color_type: int, rows: bytes, extras: bytes = b"") -> bytes:
    """Return a PNG file of the given header around `rows` (each begins with its filter byte), whatever they hold."""
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0)
    body = chunk(b"IHDR", header) + extras + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """Return an image as a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def colors(width: int, height: int) -> Image.Image:
    """Return a smooth picture of many colors."""
    small = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height))


def many_scans(width: int, height: int, scans: int) -> bytes:
    """Return a progressive JPEG whose last scan comes again and again."""
    data = saved(Image.new("RGB", (width, height)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + b"\xff\xd9"


def tiff(tags: dict[int, tuple[int, int, int]], tail: bytes) -> bytes:
    """Return a TIFF of tags {number: (type, count, value)}, and what follows them."""
    entries = b"".join(struct.pack("<HHII", tag, *values) for tag, values in sorted(tags.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + tail


def plain_tags(width: int, height: int) -> dict[int, tuple[int, int, int]]:
    """Return the tags of a gray, uncompressed TIFF."""
    return {256: (4, 1, width), 257: (4, 1, height), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1), 277: (3, 1, 1)}


def tiny_tiles() -> bytes:
    """Return a TIFF with 15 million tiles."""
    count = 15_000_000
    tags = plain_tags(60_000, 800) | {322: (3, 1, 1), 323: (3, 1, 1), 324: (4, count, 200), 325: (4, 1, 1)}
    return tiff(tags, bytes(200 + 4 * count))


def huge_tile() -> bytes:
    """Return a TIFF of 100 × 100 pixels in one tile of 46,000 × 46,000."""
    body = zlib.compress(bytes(60_000_000), 9)
    tags = plain_tags(100, 100) | {259: (3, 1, 8), 322: (4, 1, 46_000), 323: (4, 1, 46_000), 324: (4, 1, 200)}
    return tiff(tags | {325: (4, 1, len(body))}, bytes(200) + body)


def frames(kind: str, count: int, **options: object) -> bytes:
    """Return an animation."""
    first, *others = [Image.new("RGB", (32, 32), (i % 256, i // 256 % 256, 90)) for i in range(count)]
    return saved(first, kind, save_all=True, append_images=others, **options)


def gif_comment(block: int, size: int) -> bytes:
    """Return a GIF with a comment in blocks of so many bytes before its image."""
    gif = saved(Image.new("P", (9, 9)), "GIF")
    at = gif.index(b",", 13)
    return gif[:at] + b"!\xfe" + (bytes([block]) + b"x" * block) * (size // (block + 1)) + b"\0" + gif[at:]


def with_extra(kind: bytes, start: bytes, rest: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes a small PNG with one part more."""
    return lambda: png(2, 2, 8, 2, b"\0" * 14, chunk(kind, start + rest()))


def bomb() -> bytes:
    """Return a million bytes that become a billion."""
    return zlib.compress(bytes(10**9), 9)


def profile() -> bytes:
    """Return 5 MB that cannot be compressed."""
    return zlib.compress(np.random.default_rng(1).bytes(5_000_000), 1)


def run_length_bmp() -> bytes:
    """Return a BMP of 8 bits in 30 million runs of no pixels."""
    header = struct.pack("<IiiHHIIiiII", 40, 3000, 3000, 1, 8, 1, 60_000_000, 1, 1, 256, 0)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 54 + 1024) + header + bytes(1024) + bytes(60_000_000)


# name → (what makes the file, whether it must be read; None: as you like, within the limits)
CASES: dict[str, tuple[Callable[[], bytes], bool | None]] = {
    "PNG, 16 bit, 64 MP": (lambda: png(8000, 8000, 16, 0, bytes(8000 * 16_001)), False),
    "PNG, 16 bit, 25 MP": (lambda: png(5000, 5000, 16, 0, bytes(5000 * 10_001)), True),
    "PNG, 16 bit color, 25 MP": (lambda: png(5000, 5000, 16, 2, bytes(5000 * 30_001)), True),
    "PNG, 50 MP": (lambda: png(7000, 7000, 8, 6, bytes(7000 * 28_001)), True),
    "PNG, 1 × 60 million": (lambda: png(1, 60_000_000, 8, 0, bytes(120_000_000)), False),
    "PNG, 50 million × 1": (lambda: png(50_000_000, 1, 8, 0, bytes(50_000_001)), False),
    "PNG, 65,535 × 700": (lambda: png(65_535, 700, 8, 0, bytes(65_536 * 700)), True),
    "PNG, palette, 49 MP": (lambda: saved(Image.new("P", (7000, 7000)), "PNG", transparency=0), True),
    "PNG, 5 million parts": (lambda: png(2, 2, 8, 2, b"\0" * 14, chunk(b"tEXt", b"") * 5_000_000), False),
    "PNG, much text": (with_extra(b"tEXt", b"a\0", lambda: b"x" * 9_000_000), True),
    "PNG, compressed text of 1 GB": (with_extra(b"zTXt", b"a\0\0", bomb), True),
    "PNG, profile of 5 MB": (with_extra(b"iCCP", b"icc\0\0", profile), True),
    "PNG, profile of 1 GB": (with_extra(b"iCCP", b"icc\0\0", bomb), True),
    "APNG, 3,000 frames": (lambda: frames("PNG", 3000), True),
    "GIF, 3,000 frames": (lambda: frames("GIF", 3000), True),
    "GIF, 49 MP": (lambda: saved(Image.new("P", (7000, 7000)), "GIF"), True),
    "GIF, comment in blocks of 1": (lambda: gif_comment(1, 40_000_000), False),
    "GIF, comment in blocks of 255": (lambda: gif_comment(255, 40_000_000), False),
    "WebP, 2,000 frames": (lambda: frames("WEBP", 2000), True),
    "WebP, 64 MP": (lambda: saved(Image.new("RGB", (8000, 8000)), "WEBP", method=0), False),
    "WebP, 20 MP": (lambda: saved(colors(4400, 4400), "WEBP", method=0), True),
    "AVIF, 30 MP": (lambda: saved(colors(5400, 5400), "AVIF", speed=10), True),
    "TIFF, floating point, 64 MP": (lambda: saved(Image.new("F", (8000, 8000)), "TIFF", compression="tiff_deflate"), False),
    "TIFF, floating point, 39 MP": (lambda: saved(Image.new("F", (6200, 6200)), "TIFF", compression="tiff_deflate"), True),
    "TIFF, color, 39 MP": (lambda: saved(colors(6200, 6200), "TIFF", compression="tiff_lzw"), None),
    "TIFF, 2,000 pages": (lambda: frames("TIFF", 2000), True),
    "TIFF, 15 million tiles": (tiny_tiles, False),
    "TIFF, one huge tile": (huge_tile, False),
    "JPEG, 198 scans, 64 MP": (lambda: many_scans(8000, 8000, 190), False),
    "JPEG, 180 scans, 1 MP": (lambda: many_scans(1000, 1000, 170), None),
    "JPEG, progressive, 50 MP": (lambda: saved(colors(8160, 6120), "JPEG", progressive=True), True),
    "JPEG, 108 MP": (lambda: saved(colors(12_000, 9000), "JPEG", quality=95), True),
    "JPEG, progressive, 108 MP": (lambda: saved(colors(12_000, 9000), "JPEG", progressive=True), False),
    "JPEG, 15 million parts": (lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 15_000_000 + saved(colors(9, 9), "JPEG")[2:], False),
    "JPEG, 60 MB of fill bytes": (lambda: b"\xff\xd8" + b"\xff" * 60_000_000 + saved(colors(9, 9), "JPEG")[2:], None),
    "JPEG, 60 MB of zeros": (lambda: b"\xff\xd8" + bytes(60_000_000) + saved(colors(9, 9), "JPEG")[2:], None),
    "JPEG, 60 MB of zeros at its end": (lambda: saved(colors(999, 999), "JPEG")[:-2] + bytes(60_000_000), None),
    "PPM, plain, 5 MP": (lambda: b"P3 2000 2500 255\n" + b"1 2 3 " * 5_000_000, False),
    "PPM, odd maximum, 20 MP": (lambda: b"P6 5000 4000 254\n" + bytes(60_000_000), False),
    "PPM, comment of 60 MB": (lambda: b"P6 #" + b"x" * 60_000_000 + b"\n2 2 255\n" + bytes(12), False),
    "BMP, runs of nothing": (run_length_bmp, False),
    "text of 64 MB": (lambda: b"x " * (32 << 20), False),
    "zeros of 64 MB": (lambda: bytes(64 << 20), False),
}  # fmt: skip


def failures() -> list[str]:
    """Return what went wrong with the costly files, each read in a process of its own."""
    wrong = []
    for name in CASES:
        ran = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.costly_images", name],
            cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, timeout=600, check=False,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )  # fmt: skip
        print(ran.stdout or f"✗ {name}: exit {ran.returncode} {ran.stderr[-200:]}", end="", flush=True)
        if not ran.stdout.startswith("✓"):
            wrong.append(ran.stdout.strip() or f"{name}: exit {ran.returncode}")
    return wrong


def main(name: str) -> None:
    """Read one costly file and print what came of it."""
    import resource

    from helpers.images.read import ImageError, read_image

    make, must_read = CASES[name]
    data = make()
    read_image(png(2, 2, 8, 2, b"\0" * 14), (9, 9))
    # The highest use so far was that of making the file: `clear_refs` begins anew, on Linux.
    Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status")

    def kilobytes(of: str) -> int:
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith(of))

    before, began = kilobytes("VmRSS"), resource.getrusage(resource.RUSAGE_SELF)
    try:
        result, was_read = str(read_image(data, (150, 150)).shape), True
    except ImageError as error:
        result, was_read = str(error), False
    ended = resource.getrusage(resource.RUSAGE_SELF)
    seconds = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    megabytes = (kilobytes("VmHWM") - before) / 1024
    is_right = seconds < SECONDS and megabytes < MEGABYTES and must_read in (None, was_read)
    print(f"{'✓' if is_right else '✗'} {name}: {seconds:.1f} s, {megabytes:.0f} MB, {result}")


if __name__ == "__main__":
    main(sys.argv[1])
