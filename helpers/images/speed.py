"""How much CPU time image readers take, compared in turns, and what decoding and warping alone take.

    times = speed.measure(speed.readers("validation"), rounds=5)
    speed.print_table(times)

Each reads a folder of class folders in batches of 32 images of 150 × 150, rotated, shifted, zoomed and mirrored at random:
once from the files, and once from images that are decoded and in memory already.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import keras
import numpy as np

from helpers.images.augment import matrices
from helpers.images.cache import SHARED
from helpers.images.folders import ImageFolderReader
from helpers.images.generator import ImageDataGenerator, quiet_flow

SIZE, BATCH = (150, 150), 32
AUGMENTATION: dict[str, Any] = {
    "rescale": 1 / 255,
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "zoom_range": 0.2,
    "horizontal_flip": True,
}
FLOW: dict[str, Any] = {"target_size": SIZE, "batch_size": BATCH, "class_mode": "sparse"}
GENERATOR, DATASET, READER = "ImageDataGenerator", "dataset + layers", "ImageFolderReader"
FILES, MEMORY = ", from files", ", from memory"
DECODE, WARP = "limit: decoding alone", "limit: warping alone"


def readers(folder: str | Path) -> dict[str, Callable[[], int]]:
    """Return three readers, each from files and from memory, and the two limits: functions that work through one epoch.

    Each returns how many images it read.
    """
    generator, reader = ImageDataGenerator(**AUGMENTATION), ImageFolderReader(**AUGMENTATION)
    files, kept = quiet_flow(generator, folder, **FLOW), quiet_flow(reader, folder, **FLOW)
    decoded = quiet_flow(ImageDataGenerator(), folder, **FLOW | {"batch_size": files.samples})[0]
    memory, dataset, augment = generator.flow(*decoded, batch_size=BATCH), _dataset(folder), _layers()
    from_files, from_memory = (data.map(augment).prefetch(2) for data in (dataset, dataset.cache()))

    def first_epoch() -> int:
        SHARED.clear()  # `kept` has these images in memory, but a first epoch reads them
        return _epoch(quiet_flow(reader, folder, **FLOW))

    return {
        GENERATOR + FILES: lambda: _epoch(files),
        GENERATOR + MEMORY: lambda: _epoch(memory),
        DATASET + FILES: lambda: _through(from_files),
        DATASET + MEMORY: lambda: _through(from_memory),
        READER + FILES: first_epoch,
        READER + MEMORY: lambda: _epoch(kept),
        DECODE: lambda: _decode(kept.filepaths),
        WARP: lambda: _warp(kept, reader),
    }


def measure(works: dict[str, Callable[[], int]], rounds: int) -> dict[str, np.ndarray]:
    """Return the CPU milliseconds per image of each, all threads added up: float64 (rounds,).

    They take turns, so that a busy minute of the computer hits all of them. An epoch of each comes first that isn't
    counted: it builds graphs and fills caches.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            began = time.process_time()
            count = work()
            if number:  # a coarse clock must not make it 0
                times[name].append(max(time.process_time() - began, 1e-4) / count * 1000)
    return {name: np.array(values) for name, values in times.items()}


def print_table(times: dict[str, np.ndarray]) -> None:
    """Print the median time of each and its speed next to the generator and to the cached dataset: median, lowest, highest round.

    Below it, how far ImageFolderReader is from the limits.
    """
    others = (GENERATOR + FILES, DATASET + MEMORY)
    print(f"{'':31}{'CPU ms':>7}{'images':>9}{'as fast as the generator':>27}{'as fast as the dataset':>26}")
    print(f"{'':31}{'/ image':>7}{'/ CPU s':>9}{'from files':>27}{'from memory':>26}")
    for name, values in times.items():
        milliseconds, ratios = np.median(values), [_spread(times[other] / values) for other in others]
        print(f"{name:31}{milliseconds:7.2f}{1000 / milliseconds:9,.0f}{ratios[0]:>27}{ratios[1]:>26}")
    from_files = _spread(times[READER + FILES] / (times[DECODE] + times[WARP]))
    print(f"\n{READER + FILES}: {from_files} the time of decoding and warping alone")
    print(f"{READER + MEMORY}: {_spread(times[READER + MEMORY] / times[WARP])} the time of warping alone")


def _spread(ratios: np.ndarray) -> str:
    return f"{np.median(ratios):.1f} × ({ratios.min():.1f} … {ratios.max():.1f})"


def _dataset(folder: str | Path) -> Any:
    return keras.utils.image_dataset_from_directory(
        folder, image_size=SIZE, batch_size=BATCH, interpolation="nearest", verbose=False
    )


def _layers() -> Callable:
    layers = keras.layers
    augment = keras.Sequential(
        [
            layers.Rescaling(1 / 255),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(40 / 360, fill_mode="nearest"),
            layers.RandomTranslation(0.2, 0.2, fill_mode="nearest"),
            layers.RandomZoom((-0.2, 0.2), (-0.2, 0.2), fill_mode="nearest"),
        ]
    )
    return lambda images, labels: (augment(images, training=True), labels)


def _epoch(batches: Any) -> int:
    count = sum(len(batches[index][0]) for index in range(len(batches)))
    batches.on_epoch_end()
    return count


def _through(dataset: Any) -> int:
    return sum(len(images) for images, _ in dataset)


def _decode(paths: list[str]) -> int:
    for path in paths:
        cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    return len(paths)


def _warp(batches: Any, reader: ImageFolderReader) -> int:
    """Warp images that are decoded; their number is that of the reader's images."""
    count, out = batches.samples, np.empty((*SIZE, 3), np.uint8)
    maps = matrices(reader.draw(np.random.default_rng(0), count, SIZE), SIZE)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for image, matrix in zip(batches._images, maps, strict=True):
        cv2.warpAffine(image, matrix, SIZE, dst=out, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return count
