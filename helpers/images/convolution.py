"""Convolution and pooling of images on plain arrays: what a convolutional network does first.

As in Keras and `tf.nn`, the filter is not flipped. (Mathematics flips it and calls that convolution; this is
cross-correlation.) Sizes and padding follow TensorFlow:
https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
"""

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike


def _named_filters() -> dict[str, np.ndarray]:
    sobel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    prewitt = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]
    weights = {
        "vertical lines": sobel,
        "vertical lines, Prewitt": prewitt,
        "horizontal lines": np.transpose(sobel),
        "horizontal lines, Prewitt": np.transpose(prewitt),
        "blur": [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
        "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
        "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
        "edge": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
        "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    }
    filters = {name: np.array(rows, np.float32) for name, rows in weights.items()}
    for array in filters.values():
        array.setflags(write=False)  # shared by the whole course: take a copy to change one
    return filters


# (3, 3) float32 each. "blur" adds up to 9: divide its result by 9, or every pixel comes out nine times too bright.
FILTERS = _named_filters()


def convolve2d(image: ArrayLike, kernel: ArrayLike, stride: int = 1, padding: str = "valid") -> np.ndarray:
    """Return the convolution of an image: at every position of the filter, the sum of the products.

    `image`: (H, W), or (H, W, C), whose channels are filtered one by one with the same filter; any numeric dtype.
    `kernel`: (h, w) weights. `stride`: how many pixels the filter moves on. `padding`: "valid" stays inside the image;
    "same" adds a frame of zeros, with the odd row below and the odd column on the right.
    Returns float32 (rows, columns) or (rows, columns, C), equal to `tf.nn.conv2d`.
    Raises ValueError for empty arrays, NaN or infinity, a wrong number of dimensions, sums that float32 cannot hold, and
    with "valid" for a filter larger than the image.
    """
    pixels = _image(image)
    weights = _numbers(kernel, "filter")
    if weights.ndim != 2:
        raise ValueError(f"A filter has two dimensions, (rows, columns); yours has the shape {weights.shape}.")
    _refuse_overflow(pixels, np.abs(weights).sum(dtype=np.float64))
    size = [_position_count(n, k, stride, padding) for n, k in zip(pixels.shape, weights.shape, strict=False)]
    if padding.lower() == "same":
        pixels = _with_zeros_around(pixels, weights.shape, size, stride)
    result = np.zeros((*size, *pixels.shape[2:]), np.float32)
    product = np.empty_like(result)  # allocated once: new memory for each of the nine products would cost more
    # One weight at a time, for all pixels at once: nine shifted images instead of two loops over a quarter of a million.
    for corner, weight in np.ndenumerate(weights):
        np.multiply(_every(pixels, corner, size, stride), weight, out=product)
        result += product
    return result


def max_pool2d(image: ArrayLike) -> np.ndarray:
    """Return the largest number of each 2 × 2 square, as `tf.nn.max_pool2d` does with padding "VALID".

    `image`: (H, W) or (H, W, C), any numeric dtype. A row or column that is left over at the edge is dropped. Returns
    float32. Raises ValueError as `convolve2d` does.
    """
    return reduce(np.maximum, _corners(_image(image)))


def average_pool2d(image: ArrayLike) -> np.ndarray:
    """Return the mean of each 2 × 2 square, as `tf.nn.avg_pool2d` with "VALID"; otherwise like `max_pool2d`."""
    pixels = _image(image)
    _refuse_overflow(pixels, 4)
    return reduce(np.add, _corners(pixels)) / 4


def _corners(image: np.ndarray) -> list[np.ndarray]:
    """Return the upper left pixels of all 2 × 2 squares of an image, the upper right ones, the lower left and lower right."""
    size = [_position_count(n, 2, 2) for n in image.shape[:2]]
    return [_every(image, corner, size, 2) for corner in np.ndindex(2, 2)]


def _position_count(n: int, kernel: int, stride: int, padding: str = "valid") -> int:
    """Return at how many positions a filter `kernel` pixels wide fits on `n` pixels, moving on by `stride`.

    "valid": (n − kernel) // stride + 1. "same": n / stride, rounded up. Raises ValueError for sizes below 1, another
    padding, or a filter that does not fit.
    """
    for value, what in [(n, "image's side"), (kernel, "filter's side"), (stride, "stride")]:
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
            raise ValueError(f"The {what} must be a whole number, 1 or more; you gave {value!r}.")
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
        raise ValueError(f"Padding is 'valid' or 'same'; you gave {padding!r}.")
    if padding.lower() == "same":
        return int(-(-n // stride))
    if kernel > n:
        raise ValueError(
            f"A window {kernel} pixels wide does not fit on {n} pixels. Use a larger image or padding='same'."
        )
    return int((n - kernel) // stride + 1)


def _every(image: np.ndarray, corner: tuple[int, ...], size: Sequence[int], stride: int) -> np.ndarray:
    """Return the pixels under one cell of the window, for all positions of the window: a view of shape `size`."""
    (row, column), (rows, columns) = corner, size
    return image[row : row + (rows - 1) * stride + 1 : stride, column : column + (columns - 1) * stride + 1 : stride]


def _with_zeros_around(image: np.ndarray, kernel: Sequence[int], size: Sequence[int], stride: int) -> np.ndarray:
    """Return the image in the frame of zeros that "same" needs: half of it before, half after, the odd one after."""
    frame = [max((s - 1) * stride + k - n, 0) for s, k, n in zip(size, kernel, image.shape, strict=False)]
    return np.pad(image, [(f // 2, f - f // 2) for f in frame] + [(0, 0)] * (image.ndim - 2))


def _image(values: ArrayLike) -> np.ndarray:
    image = _numbers(values, "image")
    if image.ndim not in (2, 3):
        raise ValueError(
            f"An image is (rows, columns) or (rows, columns, channels); yours has the shape {image.shape}."
        )
    return image


def _numbers(values: ArrayLike, what: str) -> np.ndarray:
    """Return the values as float32; uint8 cannot hold 200 · 2, it would wrap around to 144."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"The {what}'s rows are not all of the same length.") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"The {what} must consist of numbers; yours is of the type {array.dtype}.")
    if array.size == 0:
        raise ValueError(f"The {what} is empty: its shape is {array.shape}.")
    with np.errstate(over="ignore"):
        array = array.astype(np.float32, copy=False)
    if not np.isfinite(_largest(array)):
        raise ValueError(f"The {what} holds NaN, infinity, or numbers too large for float32: a sum would tell nothing.")
    return array


def _refuse_overflow(image: np.ndarray, factor: float) -> None:
    if _largest(image) * float(factor) > float(np.finfo(np.float32).max):
        raise ValueError("These numbers are so large that float32 cannot hold their sum. Divide them first.")


def _largest(array: np.ndarray) -> float:
    """Return the largest absolute value; NaN if there is one."""
    return float(np.maximum(array.max(), -array.min()))
