"""Image files decoded and resized once, then kept as uint8: later epochs read no file.

Whoever asks for the same images as somebody who still has them gets the same array. The pixels are those of
`keras.utils.load_img`, which ImageDataGenerator uses, so images are *not* turned upright (the labels of a data set do not
depend on it), and see-through parts keep the color stored there.
"""

import os
import shutil
import tempfile
import weakref
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
from PIL import Image

from data_scripts.paths import home
from helpers.images.files import (
    MAX_PIXELS,
    ImageError,
    decode_image,
    has_too_many_scans,
    read_bytes,
    without_pillow_warnings,
)
from helpers.images.read import to_eight_bits

try:
    import simplejpeg  # the pixels that Pillow gives, in half the time
except ImportError:
    simplejpeg = None

IN_MEMORY = 2**30  # bytes of images kept in memory; more go to the disk
ON_DISK = 20 * 2**30
SPARE = 2**30  # of the disk stays free

MODES = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}
CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
SHARED = weakref.WeakValueDictionary()  # what was read of which files, as long as somebody has it
INTERPOLATIONS = {name.lower(): Image.Resampling[name] for name in Image.Resampling.__members__}


def load_image(
    path: str | Path, size: tuple[int, int], color_mode: str = "rgb", interpolation: str = "nearest"
) -> np.ndarray:
    """One image as uint8, shape (height, width, channels), as `keras.utils.load_img` gives it.

    16 bits and more, which `load_img` cuts off at 255, are scaled to 0…255. Raises ImageError.
    """
    data, name = read_bytes(path)
    pixels = _decode_jpeg(data) if color_mode == "rgb" else None
    if pixels is not None and interpolation == "nearest":  # Pillow's pixels, without a copy of the whole image
        rows, columns = (_nearest(*lengths) for lengths in zip(pixels.shape, size, strict=False))
        return pixels.take(rows, axis=0).take(columns, axis=1)
    if pixels is not None:
        image = Image.fromarray(pixels)
    else:
        image = to_eight_bits(decode_image(data, name), MODES[color_mode], name)
    if image.size != size[::-1]:
        image = image.resize(size[::-1], INTERPOLATIONS[interpolation])
    return np.asarray(image).reshape(*size, -1)


def _nearest(length: int, wanted: int) -> np.ndarray:
    """Which of `length` rows Pillow takes for an image of `wanted` rows; added up step by step, so that it rounds alike.

    (OpenCV is faster still, but in version 4 its INTER_NEAREST_EXACT takes another pixel here and there.)
    """
    steps = np.full(wanted, length / wanted)
    steps[0] /= 2
    return np.minimum(np.add.accumulate(steps).astype(int), length - 1)


def load_images(
    paths: list[str], size: tuple[int, int], color_mode: str, interpolation: str, threads: Executor
) -> tuple[np.ndarray, dict[int, ImageError]]:
    """The images that can be read, uint8 (number, height, width, channels), and what is wrong with the others.

    In memory up to IN_MEMORY bytes, else in a file that nobody sees and that vanishes with the array; not to be written to.
    Raises OSError when there is no room.
    """
    key = (tuple(map(_state, paths)), size, color_mode, interpolation)
    held = SHARED.get(key)
    if held is not None:
        return held, {}
    images = allocate((len(paths), *size, CHANNELS[color_mode]))
    broken = {}

    def read(rows: np.ndarray) -> None:
        for row in rows.tolist():
            try:
                images[row] = load_image(paths[row], size, color_mode, interpolation)
            except ImageError as error:
                broken[row] = error

    with without_pillow_warnings():
        for _ in threads.map(read, np.array_split(np.arange(len(paths)), len(paths) // 32 + 1)):
            pass
    good = np.delete(np.arange(len(paths)), list(broken))
    if broken:  # close the gaps
        for row, old in enumerate(good):
            images[row] = images[old]
    images = images[: len(good)]
    images.flags.writeable = False
    if not broken:
        SHARED[key] = images
    return images, dict(sorted(broken.items()))


def _state(path: str) -> tuple[str, int, int]:
    """What tells whether a file is still the one that was read: where it is, its length (-1: none) and its time."""
    place = os.path.abspath(path)
    try:
        found = os.stat(place)
    except OSError:
        return place, -1, 0
    return place, found.st_size, found.st_mtime_ns


def allocate(shape: tuple[int, ...]) -> np.ndarray:
    """An array of uint8 of this shape: in memory, or when larger than IN_MEMORY in a temporary file."""
    size = int(np.prod(shape, dtype=np.int64))
    if size <= IN_MEMORY:
        return np.empty(shape, np.uint8)
    folder = home() / "cache"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if size > ON_DISK or size + SPARE > shutil.disk_usage(folder).free:
            raise OSError("too little room")
        with tempfile.TemporaryFile(dir=folder) as file:
            if hasattr(os, "posix_fallocate"):  # a full disk is an error now, not a crash at the first write
                os.posix_fallocate(file.fileno(), 0, size)
            return np.memmap(file, np.uint8, "w+", shape=shape)
    except OSError as error:
        raise OSError(
            f"{shape[0]:,} images of {shape[1]}×{shape[2]} take {size / 2**30:.1f} GB, too much for memory, and they "
            f"cannot be kept in {folder}: {error.strerror or error}. Choose a smaller target_size or fewer images."
        ) from error


def _decode_jpeg(data: bytes) -> np.ndarray | None:
    """An ordinary, flawless JPEG as uint8 (height, width, 3); None for everything else, which Pillow then judges."""
    if simplejpeg is None or not data.startswith(b"\xff\xd8"):
        return None
    try:
        height, width, colors, _ = simplejpeg.decode_jpeg_header(data)
        if colors not in ("YCbCr", "Gray") or height * width > MAX_PIXELS or has_too_many_scans(data):
            return None
        return simplejpeg.decode_jpeg(data, "RGB", fastdct=False, fastupsample=False)
    except ValueError:
        return None
