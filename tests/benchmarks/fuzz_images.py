"""Feed `read_image` with damaged and with costly files: `python -m tests.benchmarks.fuzz_images [--count 10000] [--seed N]`.

Case N is made from seed N alone, so `--seed N` does that one again. A case fails when reading crashes the process,
raises anything but ImageError, takes more than 2 seconds, writes to stderr, or returns numbers outside 0…1. Costly files
(`costly_images.py`) are read each in a process of its own, and may take 3 seconds of a processor and 400 MB.
"""

import argparse
import functools
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from helpers.images.encode import encode
from helpers.images.read import ImageError, read_image
from tests.benchmarks import costly_images

LONGEST = 2.0  # seconds
AT_A_TIME = 500  # cases in one process
# Numbers that headers break on: 0, the largest and the smallest of 1, 2 and 4 bytes.
EDGES = [b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff", bytes(2), b"\xff" * 4, b"\x7f" + b"\xff" * 3, b"\0\0\0\1"]


@functools.cache
def originals() -> list[bytes]:
    """Return sound files of every format and mode that is read, some 40."""
    Image.init()
    rng = np.random.default_rng(0)
    colors = Image.fromarray(np.kron(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8)))
    deep = Image.fromarray(rng.integers(0, 65536, (40, 60), dtype=np.uint16))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    modes = [colors, *(colors.convert(mode) for mode in ("RGBA", "P", "L", "LA", "1", "CMYK", "YCbCr", "F", "I"))]
    modes += [deep, colors.resize((1, 1))]
    frames = {"save_all": True, "append_images": modes[1:3]}
    compressions = ("tiff_lzw", "tiff_deflate", "jpeg", "packbits")
    attempts: list[tuple[Image.Image, str, dict]] = [
        *(
            (image, kind, {})
            for kind in ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "PPM")
            for image in modes
        ),
        *((colors, kind, {"exif": exif}) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")),
        *((colors, kind, frames) for kind in ("GIF", "PNG", "WEBP", "TIFF", "MPO")),
        *((colors, "TIFF", {"compression": name}) for name in compressions),
        *((colors.convert("1"), "TIFF", {"compression": name}) for name in ("group3", "group4")),
        (colors, "JPEG", {"progressive": True}),
        (colors, "WEBP", {"lossless": True}),
        (colors, "PNG", {"interlace": 1}),
    ]
    files = []
    for image, kind, options in attempts:
        with suppress(OSError, KeyError, ValueError):  # not every format holds every mode
            files.append(encode(image, kind, **options))
    return files


def mutated(seed: int) -> bytes:
    """Return a damaged file: some bytes changed, cut, doubled, exchanged for edge values or for a piece of another file."""
    rng = np.random.default_rng(seed)
    files = originals()
    data = bytearray(files[rng.integers(len(files))])
    for _ in range(rng.integers(1, 9)):
        reach = len(data) if rng.random() < 0.5 else min(len(data), 200)  # headers matter most
        at = int(rng.integers(max(1, reach)))
        length = int(rng.integers(1, 17))
        match rng.integers(7):
            case 0:
                data[at : at + 1] = bytes([rng.integers(256)])
            case 1:
                data[at : at + length] = rng.bytes(length)
            case 2:
                edge = EDGES[rng.integers(len(EDGES))]
                data[at : at + len(edge)] = edge
            case 3:
                del data[at : at + length]
            case 4:
                data[at:at] = data[at : at + length * 8]
            case 5:
                other = files[rng.integers(len(files))]
                start = int(rng.integers(len(other)))
                data[at : at + length * 4] = other[start : start + length * 4]
            case 6:
                del data[max(at, len(data) // 3) :]
    return bytes(data)


def trial(seed: int) -> str:
    """Return what went wrong with case `seed`; "" if nothing did."""
    size = (None, (32, 48))[seed % 2]
    channels = (3, 1)[seed // 2 % 2]
    data = mutated(seed)
    began = time.monotonic()
    try:
        image = read_image(data, size, channels)
    except ImageError as error:
        if not str(error).endswith("."):
            return f"no sentence: {error}"
    except Exception as error:
        return f"raised {error!r}"
    else:
        if image.dtype != np.float32 or image.ndim != 3 or image.shape[2] != channels:
            return f"returned {image.dtype} {image.shape}"
        if not (image.min() >= 0 and image.max() <= 1):  # not-a-number fails, too
            return f"returned {image.min()}…{image.max()}"
    seconds = time.monotonic() - began
    return f"took {seconds:.1f} s" if seconds > LONGEST else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, help="only this case")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    if options.seed is not None:
        problem = trial(options.seed)
        print(f"{options.seed}: {problem or 'as it should be'}")
        return bool(problem)

    began, failures = time.monotonic(), []
    for first in range(options.first, options.first + options.count, AT_A_TIME):
        seeds = range(first, min(first + AT_A_TIME, options.first + options.count))
        code = f"import fuzz_images as f\nfor s in {seeds!r}:\n    print(s, f.trial(s), flush=True)"
        here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "TF_CPP_MIN_LOG_LEVEL": "2"}
        ran = subprocess.run(
            [sys.executable, "-c", code], env=here, capture_output=True, text=True, timeout=1200, check=False
        )
        lines = ran.stdout.splitlines()
        failures += [line for line in lines if line.split(" ", 1)[1]]
        if len(lines) < len(seeds):
            failures.append(f"{seeds[len(lines)]} crashed the process (exit {ran.returncode})")
        if ran.stderr:
            failures.append(f"one of {seeds[0]}–{seeds[-1]} wrote to stderr: {ran.stderr[-300:]}")
    costly = costly_images.failures()
    seconds = time.monotonic() - began
    print(f"{len(costly_images.CASES)} costly files: {len(costly)} failures")
    print("\n".join(costly))
    print(f"{options.count:,} damaged files of {len(originals())} kinds, {seconds:.0f} s: {len(failures)} failures")
    print("\n".join(failures))
    return bool(failures or costly)


if __name__ == "__main__":
    sys.exit(main())
