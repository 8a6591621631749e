"""Wrong answers to the exercises of lesson 03, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_03 import convolve, max_pool, true_comment


def _padded(image, kernel, stride):
    (top, left), (rows, columns) = np.array(kernel.shape) // 2, kernel.shape
    return convolve(np.pad(image, ((top, rows - 1 - top), (left, columns - 1 - left))), kernel, stride)


def _pool_to_the_border(image, size, stride):
    rows, columns = (side // stride for side in image.shape)
    return np.array(
        [
            [image[r * stride : r * stride + size, c * stride : c * stride + size].max() for c in range(columns)]
            for r in range(rows)
        ]
    )


def _best_of_zeros(image, size, stride):
    return np.maximum(max_pool(image, size, stride), 0)


def _mean_pool(image, size, stride):
    return convolve(image, np.full((size, size), 1 / size**2), stride)


def _three_by_three(image, kernel, stride):
    """The loop of the lesson, which takes nine weights of any filter."""
    weights = [[kernel[row][column] for column in range(3)] for row in range(3)]
    return convolve(image, np.array(weights), stride)


def _windows_at_size(image, size, stride):
    """As many windows as there should be, but side by side."""
    result = max_pool(image, size, stride)
    for row, column in np.ndindex(result.shape):
        result[row, column] = image[row * size :, column * size :][:size, :size].max()
    return result


WRONG = {
    "convolve": [
        (_three_by_three, "Take the filter's size from `kernel.shape`"),
        (lambda image, kernel, stride: convolve(image, kernel[::-1, ::-1], stride), "turned the filter"),
        (
            lambda image, kernel, stride: convolve(image, kernel, stride).astype(int).astype("uint8"),
            "A uint8 can't",
        ),
        (lambda image, kernel, stride: convolve(image, kernel, stride)[:-1, :-1], "ends one too early"),
        (_padded, "as large as the image"),
        (lambda image, kernel, stride: convolve(image, kernel, stride).clip(0, 255), "You clip to 0…255"),
        (lambda image, kernel, stride: np.abs(convolve(image, kernel, stride)), "Keep the minus signs"),
        (lambda image, kernel, stride: convolve(image, kernel, stride) / kernel.size, "the mean of 6 products"),
        (lambda image, kernel, stride: convolve(image, kernel, 1), "as with stride 1"),
        (lambda image, kernel, stride: convolve(image, kernel, 1)[::stride], "but also across"),
        (lambda image, kernel, stride: convolve(image, kernel, 1)[:, ::stride], "but also down"),
        (
            lambda image, kernel, stride: convolve(image, kernel, 1)[
                tuple(slice((n - k) // stride + 1) for n, k in zip(image.shape, kernel.shape, strict=True))
            ],
            "side by side",
        ),
        (
            lambda image, kernel, stride: convolve(image, kernel, min(stride, 2)),
            "it should return an array of shape (1, 2)",
        ),
        (lambda image, kernel, stride: (image[:3, :3] * kernel).sum(), "ValueError"),
        (lambda image, kernel, stride: convolve(image, kernel, stride).tolist(), "turns it into an array"),
        (lambda image, kernel, stride: convolve(image.astype(int), kernel, stride), "on the way: the pixels"),
        (lambda image, kernel, stride: convolve(image, kernel.astype(int), stride), "on the way: the weights"),
        (lambda image, kernel, stride: convolve(image, kernel, stride).astype(int), "on the way: the sums"),
    ],
    "output-size": [
        (lambda n, kernel, stride, padding: (n - kernel) // stride, "The first place counts"),
        (lambda n, kernel, stride, padding: -(-n // stride), "ends must stay inside"),
        (lambda n, kernel, stride, padding: n - 2 * (kernel - 1), "not 2 on each side"),
        (lambda n, kernel, stride, padding: n - kernel + 1, "as with stride 1"),
        (lambda n, kernel, stride, padding: -(-(n - kernel) // stride) + 1, "round down"),
        (lambda n, kernel, stride, padding: (n - kernel) / stride + 1, "whole places: `//`"),
        (lambda n, kernel, stride, padding: n - kernel // stride + 1, "in parentheses"),
        (lambda n, kernel, stride, padding: (n - kernel) // stride + 1, "That is valid's size"),
        (
            lambda n, kernel, stride, padding: n // stride if padding == "same" else (n - kernel) // stride + 1,
            "round up",
        ),
        (
            lambda n, kernel, stride, padding: n if padding == "same" else (n - kernel) // stride + 1,
            "keeps the size with stride 1 only",
        ),
        (
            lambda n, kernel, stride, padding: n / stride if padding == "same" else (n - kernel) // stride + 1,
            "same rounds up",
        ),
        (
            lambda n, kernel, stride, padding: round(n / stride) if padding == "same" else (n - kernel) // stride + 1,
            "goes to the nearest whole number",
        ),
        (lambda n, kernel, stride, padding: (n, n), "it should return a single number"),
    ],
    "max-pool": [
        (_mean_pool, "average pooling"),
        (lambda image, size, stride: _mean_pool(image, size, stride) * size**2, "That is the sum"),
        (lambda image, size, stride: -max_pool(-image, size, stride), "That is the smallest"),
        (lambda image, size, stride: image[: -size + 1 : stride, : -size + 1 : stride], "That is the first number"),
        (_best_of_zeros, "That isn't in it"),
        (lambda image, size, stride: max_pool(np.abs(image), size, stride), "leave the signs alone"),
        (_pool_to_the_border, "a fourth window on 8 pixels sticks out"),
        (
            lambda image, size, stride: max_pool(
                np.pad(image, [(0, -n % stride) for n in image.shape], constant_values=-99), size, stride
            ),
            "is left over",
        ),
        (lambda image, size, stride: max_pool(image, size, 1), "your windows overlap"),
        (lambda image, size, stride: max_pool(image, size, size), "you move on by the size"),
        (lambda image, size, stride: max_pool(image[:6, :6], 2, 2), "you look at 2 × 2 pixels only"),
        (lambda image, size, stride: image.max(), "the largest of all"),
        (_windows_at_size, "begins at column 2, not at 3"),
        (lambda image, size, stride: max_pool(image, size, stride).astype(int), "holds whole numbers only"),
    ],
    "true-comment": [
        (lambda filters, size, channels: "8 filters, 3×3, 80 parameters", "trust the code"),
        (lambda filters, size, channels: "8 filters, 3×3", "trust the code"),
        (
            lambda filters, size, channels: (
                f"{filters} filters, {size}×{size}, {filters * size**2 * channels} parameters"
            ),
            "Every filter has a bias, too",
        ),
        (
            lambda filters, size, channels: (
                f"{filters} filters, {size}×{size}, {filters * (size**2 + 1) * channels} parameters"
            ),
            "A filter has only one bias",
        ),
        (
            lambda filters, size, channels: f"{filters} filters, {size}x{size}, {filters * size**2 + 1} parameters",
            "one bias for the whole layer",
        ),
        (
            lambda filters, size, channels: f"{filters} filters, {size}×{size}, {size**2 * channels + 1} parameters",
            "is one filter",
        ),
        (lambda filters, size, channels: true_comment(size, filters, channels), "comes first"),
        (lambda filters, size, channels: true_comment(filters, size, 1), "for each of the three channels"),
        (lambda filters, size, channels: f"{filters} filters, {size}×{size}", 'you say "16 filters, 7×7"'),
        (lambda filters, size, channels: (filters, size), "it should return a text"),
        (
            lambda filters, size, channels: true_comment(filters, size, channels)[:-1],
            '"16 filters, 7×7, 800 parameters" is right',
        ),
    ],
}
