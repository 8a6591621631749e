"""Measure the CPU time of image readers: `python -m tests.benchmarks.bench_reader [--rounds 3] [--folder TRAIN]`.

Images of 150×150 from JPEGs of 300×300, augmented, in batches of 32. Counted are the CPU seconds of this process,
all its threads and children, per image; the readers take turns, and the smallest of the rounds counts, so that
other work on the machine matters less. The images are made up: blurred noise with shapes, of about 20 kB as
photographs have; with COURSE_OFFICIAL the cats and dogs are read, too. `--folder` gives others instead.
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import cv2
import keras
import numpy as np
from PIL import Image, ImageDraw

from helpers import tensorflow_import
from helpers.images.augment import matrices
from helpers.images.cache import SHARED
from helpers.images.folders import ImageFolderReader

tensorflow = tensorflow_import.tensorflow()

SIZE, BATCH = (150, 150), 32
CHANGES = {
    "rescale": 1 / 255,
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 0.2,
    "zoom_range": 0.2,
    "horizontal_flip": True,
}
FLOW = {"target_size": SIZE, "batch_size": BATCH, "class_mode": "binary", "seed": 1}


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


def keras_layers(folder: Path, cached: bool):
    """`image_dataset_from_directory`, decoded images cached if asked to, and the layers that change them alike."""
    layers = keras.layers
    change = keras.Sequential(
        [
            layers.Rescaling(1 / 255),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(40 / 360, fill_mode="nearest"),
            layers.RandomTranslation(0.2, 0.2, fill_mode="nearest"),
            layers.RandomZoom((-0.2, 0.2), (-0.2, 0.2), fill_mode="nearest"),
        ]
    )
    data = keras.utils.image_dataset_from_directory(
        folder, label_mode="binary", image_size=SIZE, batch_size=BATCH, seed=1, verbose=False
    )
    if cached:
        data = data.cache()
    return data.map(lambda images, labels: (change(images, training=True), labels)).prefetch(2)


def one_epoch(batches) -> None:
    for i in range(len(batches)):
        batches[i]
    batches.on_epoch_end()


def read_through(data) -> None:
    for _ in data:
        pass


def limits(folder: Path, reader: ImageFolderReader) -> dict[str, callable]:
    """What no reader can go below: decoding alone, and warping what is decoded alone."""
    files = [path.read_bytes() for path in sorted(folder.rglob("*.jpg"))]
    batches = reader.flow_from_directory(folder, **FLOW)
    images, count = batches._images, batches.samples
    maps = matrices(reader.draw(np.random.default_rng(0), count, SIZE), SIZE)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped, result = np.empty((*SIZE, 3), np.uint8), np.empty((BATCH, *SIZE, 3), np.float32)
    factor = np.float32(1 / 255)

    def decode(flag: int) -> None:
        for data in files:
            cv2.imdecode(np.frombuffer(data, np.uint8), flag)

    def warp(multiply):
        for i in range(count):
            cv2.warpAffine(images[i], maps[i], SIZE, dst=warped, flags=flags, borderMode=cv2.BORDER_REPLICATE)
            if multiply:
                np.multiply(warped, factor, out=result[i % BATCH])

    return {
        "JPEG decode alone": lambda: decode(cv2.IMREAD_COLOR),
        "JPEG decode alone, half scale": lambda: decode(cv2.IMREAD_REDUCED_COLOR_2),
        "warpAffine alone": lambda: warp(False),
        "warpAffine and a multiplication": lambda: warp(True),
    }


def bench(folder: Path, rounds: int) -> None:
    reader = ImageFolderReader(**CHANGES)
    theirs = tensorflow.keras.preprocessing.image.ImageDataGenerator(**CHANGES).flow_from_directory(folder, **FLOW)
    layered, cached, ours = keras_layers(folder, cached=False), keras_layers(folder, cached=True), []
    read_through(layered.take(2))  # builds its graph, which is not counted
    read_through(cached)  # fills the cache

    def first_epoch():
        SHARED.clear()  # these images are in memory already, but a first epoch reads them
        ours[:] = [reader.flow_from_directory(folder, **FLOW)]
        one_epoch(ours[0])

    works = {
        "ImageDataGenerator": lambda: one_epoch(theirs),
        "image_dataset_from_directory + layers": lambda: read_through(layered),
        "the same with .cache(), later epochs": lambda: read_through(cached),
        "ImageFolderReader, first epoch": first_epoch,
        "ImageFolderReader, later epochs": lambda: one_epoch(ours[0]),
        **limits(folder, reader),
    }
    best = {}
    for _ in range(rounds):
        for name, work in works.items():
            cost, wall = measured(work, theirs.samples)
            low, quick = best.get(name, (cost, wall))
            best[name] = min(low, cost), min(quick, wall)
    generator, layers = best["ImageDataGenerator"][0], best["the same with .cache(), later epochs"][0]
    load = f"; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""
    print(f"\n{theirs.samples} images of {folder.parent.name}/{folder.name}; {rounds} rounds{load}\n")
    print(f"{'':40} {'CPU ms':>7} {'wall ms':>8} {'images/s':>11}  × ImageDataGenerator  × cached layers")
    for name, (cost, wall) in best.items():
        print(f"{name:40} {cost:7.3f} {wall:8.3f} {1000 / wall:11,.0f} {generator / cost:20.1f} {layers / cost:16.1f}")
    first, later = best["ImageFolderReader, first epoch"][0], best["ImageFolderReader, later epochs"][0]
    decode, warp = best["JPEG decode alone"][0], best["warpAffine alone"][0]
    print(f"\nfirst epoch: {first / (decode + warp):.2f} × the limit (decode + warp)")
    print(f"later epochs: {later / warp:.2f} × the limit (warp)\n")


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
