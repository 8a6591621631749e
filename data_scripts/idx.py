"""The file format of MNIST: a short header, then nothing but the numbers.

Two zero bytes, a byte for the kind of number (8: uint8), a byte for the count of dimensions,
each dimension as a big-endian 32-bit integer, then the numbers, last dimension fastest.
(Described by LeCun, Cortes and Burges on the MNIST page.)
"""

import gzip
import lzma
import struct
import zlib
from math import prod
from pathlib import Path

import numpy as np

from data_scripts.errors import DataError

OPENERS = {b"\x1f\x8b": gzip.open, b"\xfd7": lzma.open}  # by a file's first two bytes, whatever its name says


def header(shape: tuple[int, ...]) -> bytes:
    """The bytes in front of the numbers of a uint8 array of this shape."""
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)


def pack(array: np.ndarray) -> bytes:
    """The unpacked IDX file, header and numbers, that holds a uint8 array."""
    return header(array.shape) + array.astype(np.uint8, casting="no").tobytes()


def read(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """The array in an IDX file, gzipped, xz-packed or neither.

    Args:
        path: the file.
        shape: what it must hold. Nothing more is ever unpacked, however large the file pretends to be.

    Returns:
        uint8 array of that shape.

    Raises:
        DataError: the file is unreadable, cut short, too long, or holds something else.
    """
    wanted = header(shape)
    size = len(wanted) + prod(shape)
    try:
        with open(path, "rb") as file:
            opener = OPENERS.get(file.read(2), open)
        with opener(path, "rb") as file:
            data = file.read(size + 1)
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is damaged or cut short and cannot be unpacked. Get the file again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    if data[: len(wanted)] != wanted:
        raise DataError(f"{path} is the wrong file: {_found(data)} instead of {_times(shape)} numbers.")
    if len(data) != size:
        raise DataError(f"{path} is {'too long' if len(data) > size else 'cut short'}. Get the file again.")
    return np.frombuffer(data, np.uint8, offset=len(wanted)).reshape(shape)


def _found(data: bytes) -> str:
    """What a header promises, in words."""
    dimensions = data[3] if len(data) > 3 else 0
    if data[:3] != b"\0\0\x08" or not 1 <= dimensions <= 4 or len(data) < 4 + 4 * dimensions:
        return "it has no IDX header"
    return f"it holds {_times(struct.unpack_from(f'>{dimensions}I', data, 4))}"


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{length:,}" for length in shape)
