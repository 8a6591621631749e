"""Measure the CPU time of image readers: `python -m tests.benchmarks.bench_reader [--rounds 3] [--folder TRAIN]`.

As lesson 05 does it (`helpers/images/speed.py`): every reader from files and from memory, in turns, and what decoding and
warping alone take. The images are made up: blurred noise with shapes, of about 20 kB as photographs have; with
COURSE_OFFICIAL the cats and dogs are read, too. `--folder` gives others instead.
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import cv2
import numpy as np
from PIL import Image, ImageDraw

from helpers.images import speed


def cpu() -> float:
    """CPU seconds so far, of all threads and of children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def measured(work, count: int) -> tuple[float, float]:
    """CPU and wall milliseconds per image of `work()`."""
    began, wall = cpu(), time.perf_counter()
    work()
    return (cpu() - began) / count * 1000, (time.perf_counter() - wall) / count * 1000


def draw_images(folder: Path, count: int) -> Path:
    """`count` JPEGs of 300×300 in two classes: blurred noise, grain, and a few shapes."""
    rng = np.random.default_rng(0)
    for number in range(count):
        noise = cv2.GaussianBlur(rng.normal(size=(300, 300, 3)), (0, 0), 4)
        levels = 255 * (noise - noise.min()) / np.ptp(noise) + rng.normal(0, 6, noise.shape)
        image = Image.fromarray(np.uint8(np.clip(levels, 0, 255)))
        draw = ImageDraw.Draw(image)
        for _ in range(4):
            x, y, width, height = (int(value) for value in rng.integers(10, 200, 4))
            draw.ellipse((x, y, x + width, y + height), fill=tuple(int(value) for value in rng.integers(0, 256, 3)))
        place = folder / f"class {number % 2}"
        place.mkdir(parents=True, exist_ok=True)
        image.save(place / f"{number}.jpg", quality=85)
    return folder


def bench(folder: Path, rounds: int) -> None:
    times = speed.measure(speed.readers(folder), rounds)
    load = f"; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""
    print(f"\n{folder.parent.name}/{folder.name}; {rounds} rounds{load}\n")
    speed.print_table(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--count", type=int, default=320, help="how many images to make up")
    parser.add_argument("--folder", type=Path, help="a folder of class folders instead")
    options = parser.parse_args()
    if options.folder:
        bench(options.folder, options.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        bench(draw_images(Path(folder, "made-up"), options.count), options.rounds)
    if os.environ.get("COURSE_OFFICIAL"):
        bench(Path(os.environ["COURSE_OFFICIAL"], "cats_and_dogs_filtered", "train"), max(1, options.rounds // 3))


if __name__ == "__main__":
    main()
