"""How long a 3×3 filter takes on a 512×512 image: `python -m tests.benchmarks.bench_convolution`.

The ratios are what counts, all measured in turn in one run: at most 2× tf.nn.conv2d, at least 100× faster than the loop.
Exit code 1 when one of them is missed.
"""

import os
import sys
import time
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from helpers.images.assets import street
from helpers.images.convolution import FILTERS, average_pool2d, convolve2d, max_pool2d

AT_MOST, AT_LEAST, ROUNDS = 2.0, 100.0, 60


def loop(image, kernel):
    """The loop of lesson 03: one pixel after the other, one weight after the other."""
    rows, columns = image.shape
    result = np.zeros((rows - 2, columns - 2), np.float32)
    for row in range(rows - 2):
        for column in range(columns - 2):
            total = 0.0
            for i in range(3):
                for j in range(3):
                    total += image[row + i, column + j] * kernel[i, j]
            result[row, column] = total
    return result


def seconds(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> int:
    drawn, kernel = street(), FILTERS["vertical lines"]
    image = drawn.astype(np.float32)
    batch, weights = tf.constant(image[None, :, :, None]), tf.constant(kernel[:, :, None, None])
    contestants = {
        "convolve2d": lambda: convolve2d(image, kernel),
        "convolve2d, from uint8": lambda: convolve2d(drawn, kernel),
        "tf.nn.conv2d": lambda: tf.nn.conv2d(batch, weights, 1, "VALID").numpy(),
        "max_pool2d": lambda: max_pool2d(image),
        "average_pool2d": lambda: average_pool2d(image),
    }
    np.testing.assert_array_equal(contestants["convolve2d"](), contestants["tf.nn.conv2d"]()[0, :, :, 0])
    times = {name: [] for name in contestants}
    for _ in range(ROUNDS):  # in turn, so that a slow moment of the machine hits all of them
        for name, function in contestants.items():
            times[name].append(seconds(function))
    times["the loop"] = [seconds(lambda: loop(image, kernel))]
    milliseconds = {name: 1000 * median(values) for name, values in times.items()}
    for name, value in milliseconds.items():
        print(f"{name:24} {value:9.2f} ms")
    ours = milliseconds["convolve2d"]
    to_tensorflow, to_loop = ours / milliseconds["tf.nn.conv2d"], milliseconds["the loop"] / ours
    print(f"{to_tensorflow:.2f}× the time of tf.nn.conv2d (at most {AT_MOST:.0f})")
    print(f"{to_loop:.0f}× faster than the loop (at least {AT_LEAST:.0f})")
    return 0 if to_tensorflow <= AT_MOST and to_loop >= AT_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
