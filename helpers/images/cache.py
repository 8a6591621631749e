"""Image files decoded and resized once, then kept as uint8: later epochs read no file.

Readers of the same files share one array. The pixels are those of `read_image`, so that a network learns from images as
it is asked about them: upright, transparent parts on white. For ordinary images they are also those of
`keras.utils.load_img`, which ImageDataGenerator uses and which does neither.
"""

import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from data_scripts.paths import home
from helpers.images.file_bytes import ImageError, read_bytes
from helpers.images.read import identify_image, image_from_bytes, orientation, quiet_decoding, to_eight_bits

IN_MEMORY = 2**30  # bytes of images kept in memory; more go to the disk
ON_DISK = 20 * 2**30
SPARE = 2**30  # of the disk stays free

MODES = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}
CHANNELS = {"rgb": 3, "rgba": 4, "grayscale": 1}
INTERPOLATIONS = {name.lower(): Image.Resampling[name] for name in Image.Resampling.__members__}
SHARED: weakref.WeakValueDictionary = weakref.WeakValueDictionary()  # what was read of which files, while in use


def load_image(
    path: str | Path, size: tuple[int, int], color_mode: str = "rgb", interpolation: str = "nearest"
) -> np.ndarray:
    """Return one image as uint8, shape (height, width, channels): that of `read_image`, resized as `keras.utils.load_img` does.

    With color_mode "rgba" transparent parts stay as they are. Raises ImageError.
    """
    data, name = read_bytes(path)
    pixels = _decode_jpeg(data) if color_mode == "rgb" and interpolation == "nearest" else None
    if pixels is not None:
        rows, columns = (_nearest(*lengths) for lengths in zip(pixels.shape, size, strict=False))
        return cv2.cvtColor(pixels.take(rows, axis=0).take(columns, axis=1), cv2.COLOR_BGR2RGB)
    image = to_eight_bits(image_from_bytes(data, name, alpha=color_mode == "rgba"), MODES[color_mode])
    if image.size != size[::-1]:
        image = image.resize(size[::-1], INTERPOLATIONS[interpolation])
    return np.asarray(image).reshape(*size, -1)


def _decode_jpeg(data: bytes) -> np.ndarray | None:
    """Return a whole, ordinary, upright JPEG as uint8 (height, width, 3), blue first: Pillow's pixels in two thirds of the time.

    None for anything else, which Pillow then judges.
    """
    if not (data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9")):
        return None
    try:
        image = identify_image(data)
        is_whole_size = not getattr(image, "decoderconfig", ())  # Pillow will not decode it smaller
        if image.mode in ("RGB", "L") and is_whole_size and orientation(image) == 1:
            return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except Exception:  # as many kinds as in decode_image, which says what is wrong
        pass
    return None


def _nearest(length: int, wanted: int) -> np.ndarray:
    """Return which of `length` rows Pillow takes for an image of `wanted` rows, added up as it does, so it rounds alike.

    (OpenCV's INTER_NEAREST_EXACT takes another pixel here and there in version 4.)
    """
    steps = np.full(wanted, length / wanted)
    steps[0] /= 2
    return np.minimum(np.add.accumulate(steps).astype(int), length - 1)


def load_images(
    paths: Sequence[str], size: tuple[int, int], color_mode: str, interpolation: str, threads: Executor
) -> tuple[np.ndarray, dict[int, ImageError]]:
    """Return the readable images, uint8 (number, height, width, channels), and the errors of the others by index.

    The array is read-only. Above IN_MEMORY bytes it is in an unnamed file, which vanishes with the array.
    Raises OSError without enough room.
    """
    key = (tuple(map(_file_state, paths)), size, color_mode, interpolation)
    shared = SHARED.get(key)
    if shared is not None:
        return shared, {}
    images = allocate((len(paths), *size, CHANNELS[color_mode]))
    errors = {}

    def read(rows: np.ndarray) -> None:
        for row in rows.tolist():
            try:
                images[row] = load_image(paths[row], size, color_mode, interpolation)
            except ImageError as error:
                errors[row] = error

    with quiet_decoding():
        list(threads.map(read, np.array_split(np.arange(len(paths)), len(paths) // 32 + 1)))
    readable = np.delete(np.arange(len(paths)), list(errors))
    if errors:  # close the gaps
        for row, old in enumerate(readable):
            images[row] = images[old]
    images = images[: len(readable)]
    images.flags.writeable = False
    if not errors:
        SHARED[key] = images
    return images, dict(sorted(errors.items()))


def allocate(shape: tuple[int, ...]) -> np.ndarray:
    """Return a new uint8 array: in memory, or in a temporary file if it is larger than IN_MEMORY."""
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


def _file_state(path: str) -> tuple[str, int, int]:
    """Return what changes when a file does: its absolute path, length (-1: no such file) and time."""
    path = os.path.abspath(path)
    try:
        status = os.stat(path)
    except OSError:
        return path, -1, 0
    return path, status.st_size, status.st_mtime_ns
