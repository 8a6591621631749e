"""Exercises of lesson 03: a filter of any size and stride, the size of its result, pooling, and a comment that is wrong.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""

import numpy as np

from helpers.exercises.checking import agree, array, call, kind, number, rule_out
from helpers.exercises.core import Exercise, Incorrect


def convolve(image, kernel, stride):
    """Lay a filter on an image, place by place, and add up the products.

    image: an array of shape (height, width), of uint8 or floats.
    kernel: the filter's weights, an array of shape (rows, columns), of whole numbers or floats.
    stride: by how many pixels the filter moves on, to the right and down.
    Returns an array of numbers: only where the whole filter lies on the image ("valid"),
    and neither divided nor clipped.

    Example: convolve(np.array([[10, 20, 40, 80]]), np.array([[-1, 1]]), 2) is [[10, 40]].
    """
    rows, columns = kernel.shape
    image = image.astype("float32")
    height = (image.shape[0] - rows) // stride + 1
    width = (image.shape[1] - columns) // stride + 1
    result = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            top, left = row * stride, column * stride
            window = image[top : top + rows, left : left + columns]
            result[row, column] = (window * kernel).sum()
    return result


def check_convolve(answer, seed=0):
    image = np.array(
        [[9, 200, 30, 250, 7], [80, 4, 120, 60, 255], [0, 90, 220, 15, 40], [130, 70, 5, 240, 100]], np.uint8
    )
    kernel = np.array([[-1, 0, 2], [3, 1, -4]])
    right = convolve(image, kernel, 1)
    first = right[0, 0]
    got = array(
        call(answer, image, kernel, 1),
        (3, 3),
        (
            (2, 2),
            "The shape is (2, 2): the last row and column of places are missing. A filter of 2 rows fits on 4 rows in "
            "4 - 2 + 1 = 3 places; `range(4 - 2)` ends one too early.",
        ),
        (
            (4, 5),
            "The shape is (4, 5), as large as the image. The filter must lie on the image as a whole, so there are "
            "only 4 - 2 + 1 = 3 places down and 5 - 3 + 1 = 3 across.",
        ),
    )
    rule_out(
        got,
        (
            convolve(image, kernel[::-1, ::-1], 1),
            f"The first sum is {got[0, 0]:g}; {first:g} is right. You have turned the filter by half a turn. Lay it "
            "on the image as it stands, as Keras does.",
        ),
        (
            right % 256,
            f"The first sum is {got[0, 0]:g}; {first:g} is right. A uint8 cannot hold it and starts again from the "
            "other end. Calculate in floats, and collect the sums in floats, too.",
        ),
        (
            right.clip(0, 255),
            f"The first sum is {got[0, 0]:g}; {first:g} is right. You clip to 0…255. That is for showing an image; "
            "the numbers themselves are wanted here.",
        ),
        (np.abs(right), f"The first sum is {got[0, 0]:g}; {first:g} is right. Keep the minus signs."),
        (right / kernel.size, f"The first result is {got[0, 0]:.4g}: the mean of 6 products. Add them up instead."),
    )
    far = np.arange(7 * 6).reshape(7, 6) ** 2 % 37
    weights = np.array([[1.5, -2.0], [0.0, 1.0], [-1.0, 0.5]])
    moved = "With stride 2 the shape is {}. The filter skips every second place, {}, so (3, 3) is right."
    got = array(
        call(answer, far, weights, 2),
        (3, 3),
        ((5, 5), moved.format("(5, 5), as with stride 1", "down and across")),
        ((3, 5), moved.format("(3, 5)", "not only down but also across")),
        ((5, 3), moved.format("(5, 3)", "not only across but also down")),
    )
    side_by_side = "With stride 2 your windows still lie side by side: result (1, 1) belongs to the window at (2, 2)."
    rule_out(got, (convolve(far, weights, 1)[:3, :3], side_by_side))
    random = np.random.default_rng(seed)
    cases = [((5, 8), (3, 3), 3), ((6, 5), (2, 1), 2)]
    drawn = [
        (random.integers(0, 256, size, np.uint8), random.integers(-4, 5, part), step) for size, part, step in cases
    ]
    agree(answer, convolve, (image, kernel, 1), (far, weights, 2), *drawn)


def output_size(n, kernel, stride, padding):
    """Count the places that a filter has along one side of an image.

    n: how many pixels the side has.
    kernel: how many pixels the filter has along that side, at most n.
    stride: by how many pixels the filter moves on.
    padding: "valid" (the filter stays inside the image), or "same" (zeros are put around it,
    so that with stride 1 there is a place for every pixel).
    Returns an int.

    Example: output_size(7, 3, 2, "valid") is 3, and output_size(7, 3, 2, "same") is 4.
    """
    if padding == "same":
        return (n + stride - 1) // stride
    return (n - kernel) // stride + 1


def check_output_size(answer, seed=0):
    rule_out(
        number(call(answer, 28, 3, 1, "valid")),
        (25, "A filter of 3 on 28 pixels: your function gave 25. The first place counts, too: 28 - 3 + 1 = 26."),
        (
            28,
            "A filter of 3 on 28 pixels, valid: your function gave 28. The filter's ends must stay inside: 26 places.",
        ),
        (
            24,
            "A filter of 3 on 28 pixels: your function gave 24. In all 3 - 1 = 2 places are lost, not 2 on each side.",
        ),
    )
    rule_out(
        number(call(answer, 10, 3, 3, "valid")),
        (8, "With stride 3 on 10 pixels your function gave 8, as with stride 1. Only every third place is used."),
        (
            4,
            "Your function gave 4 places for a filter of 3, stride 3, on 10 pixels. The fourth would begin at pixel 9 "
            "and stick out: round down.",
        ),
        (10, "Your function gave 10. `//` comes before minus, as in sums on paper: put n - kernel in brackets."),
        (7 / 3 + 1, "Your function gave 3.33 places. There are only whole ones: `//` divides and rounds down."),
        (2, "Your function gave 2 places for a filter of 3, stride 3, on 10 pixels; they begin at 0, 3 and 6."),
    )
    rule_out(
        number(call(answer, 11, 5, 2, "same")),
        (4, "With padding same, 11 pixels, a filter of 5 and stride 2 your function gave 4: that is valid's size."),
        (
            5,
            "With padding same, 11 pixels and stride 2 your function gave 5. Places begin at 0, 2, 4, 6, 8 and 10: "
            "round up.",
        ),
        (
            11,
            "With padding same, 11 pixels and stride 2 your function gave 11. Same keeps the size with stride 1 only.",
        ),
        (5.5, "Your function gave 5.5 places. There are only whole ones; same rounds up."),
    )
    random = np.random.default_rng(seed)
    drawn = [
        (int(n), int(kernel), int(stride), padding)
        for n, kernel, stride in zip(random.integers(9, 40, 6), random.integers(1, 9, 6), [1, 2, 3] * 2, strict=True)
        for padding in ("valid", "same")
    ]
    agree(answer, output_size, *drawn)


def max_pool(image, size, stride):
    """Keep the largest number of every window of size × size pixels.

    image: an array of numbers of shape (height, width); numbers may be negative.
    size: the side of a window. stride: from one window to the next, to the right and down.
    Returns an array with one number per window. A margin too narrow for a whole window is dropped.

    Example: max_pool(np.array([[1, 2, 7], [3, 4, 8]]), 2, 2) is [[4]].
    """
    height = (image.shape[0] - size) // stride + 1
    width = (image.shape[1] - size) // stride + 1
    result = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            top, left = row * stride, column * stride
            result[row, column] = image[top : top + size, left : left + size].max()
    return result


def check_max_pool(answer, seed=0):
    image = np.array([[1, 6, -7, -3, 50], [2, 3, -9, -4, 60], [8, 0, 5, 11, 70], [-2, 10, 12, 4, 80]])
    windows = image[:, :4].reshape(2, 2, 2, 2)
    got = array(
        call(answer, image, 2, 2),
        (2, 2),
        (
            (2, 3),
            "The shape is (2, 3). Five columns hold two whole windows of two; the fifth column is a margin and is dropped.",
        ),
        ((3, 4), "The shape is (3, 4): your windows overlap. With stride 2 the next window begins two pixels further."),
        ((4, 5), "The shape is (4, 5), as large as the image. Each window of 2 × 2 gives one number: (2, 2)."),
        ((), f"Your function returns the single value {np.max(image)}, the largest of all. Each window has its own."),
    )
    for_one = f"Of the window [[1, 6], [2, 3]] you kept {got[0, 0]:g}. "
    rule_out(
        got,
        (windows.mean(axis=(1, 3)), for_one + "That is the mean (average pooling); the largest is 6."),
        (windows.sum(axis=(1, 3)), for_one + "That is the sum; the largest is 6."),
        (windows.min(axis=(1, 3)), for_one + "That is the smallest; the largest is 6."),
        (image[:4:2, :4:2], for_one + "That is the first number, wherever the largest stands; the largest is 6."),
        (
            windows.max(axis=(1, 3)).clip(0),
            "Of the window [[-7, -3], [-9, -4]] you kept 0, which is not in it; the largest is -3. Do not compare "
            "with the zeros that you begin with.",
        ),
        (
            np.abs(windows).max(axis=(1, 3)),
            "Of the window [[-7, -3], [-9, -4]] you kept 9. The largest number is -3; leave the signs alone.",
        ),
        (
            np.array([[6, 6], [8, 5]]),
            "Your windows begin at columns 0 and 1. With stride 2 the second begins at column 2.",
        ),
    )
    far = np.arange(49).reshape(7, 7) * 5 % 23
    got = array(
        call(answer, far, 3, 2),
        (3, 3),
        (
            (2, 2),
            "With size 3 and stride 2 the shape is (2, 2): you move on by the size. Move on by the stride: (3, 3).",
        ),
        ((5, 5), "With size 3 and stride 2 the shape is (5, 5): you move on by 1. Move on by the stride: (3, 3)."),
    )
    twos = max_pool(far[:6, :6], 2, 2)
    rule_out(got, (twos, f"With size 3 the first window gave {got[0, 0]:g}: you look at 2 × 2 pixels only."))
    random = np.random.default_rng(seed)
    drawn = [
        (random.integers(-50, 50, shape), size, stride) for shape, size, stride in [((6, 9), 3, 3), ((8, 7), 4, 2)]
    ]
    bytes_ = random.integers(0, 256, (4, 6), np.uint8)
    agree(answer, max_pool, (image, 2, 2), (far, 3, 2), (bytes_, 2, 2), *drawn)


def true_comment(filters, size, channels):
    """Write the comment that belongs above keras.layers.Conv2D(filters, size).

    filters: how many filters the layer has.
    size: the side of a filter in pixels.
    channels: how many numbers each pixel of its input has (1: gray, 3: color).
    Returns a text that says filters, size, and parameters. Each filter has size × size weights
    for every channel, and one bias.

    Example: true_comment(4, 3, 1) is "4 filters, 3×3, 40 parameters".
    """
    parameters = filters * (size * size * channels + 1)
    return f"{filters} filters, {size}×{size}, {parameters} parameters"


def check_true_comment(answer, seed=0):
    said = _comment(answer, 16, 7, 1)
    if said.startswith("8 filters") or ", 3×3" in said:
        raise Incorrect(f'You say "{said}" of Conv2D(16, 7). That is the wrong comment again: trust the code.')
    for parameters, sentence in [
        (784, "16 · 7 · 7 = 784 are the weights. Every filter has a bias, too: 16 more."),
        (785, "16 · 7 · 7 + 1 counts one bias for the whole layer. Each of the 16 filters has its own."),
        (50, "7 · 7 + 1 = 50 is one filter. The layer has 16 of them."),
        (1799, "7 and 16 have changed places: in Conv2D(16, 7) the number of filters comes first."),
    ]:
        if f" {parameters} " in f" {said} ":
            raise Incorrect(f'You say "{said}" of Conv2D(16, 7). {sentence}')
    said = _comment(answer, 64, 3, 3)
    if " 640 " in said:
        raise Incorrect(
            f'You say "{said}" of Conv2D(64, 3) on a color image. A filter has 3 × 3 weights for each of the three '
            "channels: 64 · (3 · 3 · 3 + 1) = 1792."
        )
    random = np.random.default_rng(seed)
    drawn = random.integers(2, 20, (3, 3)).tolist()
    for case in [(16, 7, 1), (64, 3, 3), (4, 3, 1), *drawn]:
        said, right = _comment(answer, *case), true_comment(*case)
        if said != right:
            raise Incorrect(f'For {", ".join(map(str, case))} you say "{said}"; "{right}" is right.')


def _comment(answer, *case):
    """What the learner's function says, as one line; the letter x is as good as ×."""
    said = call(answer, *case)
    if not isinstance(said, str):
        raise Incorrect(
            f"Your function returns {kind(said)}; it should return a text such as {true_comment(4, 3, 1)!r}."
        )
    return " ".join(said.replace("x", "×").split())


def _padded(image, kernel, stride):
    (top, left), (rows, columns) = np.array(kernel.shape) // 2, kernel.shape
    return convolve(np.pad(image, ((top, rows - 1 - top), (left, columns - 1 - left))), kernel, stride)


def _best_of_zeros(image, size, stride):
    return np.maximum(max_pool(image, size, stride), 0)


def _mean_pool(image, size, stride):
    return convolve(image, np.full((size, size), 1 / size**2), stride)


EXERCISES = [
    Exercise(
        id="convolve",
        lesson="03",
        title="A filter of any size, moved by any stride",
        task="The loop of section 2 knows 3 × 3 filters that move on by one pixel. Write one that takes a filter of any "
        "size and moves it on by `stride` pixels, to the right and down. With a stride of 2 the windows begin in rows "
        "0, 2, 4, … and columns 0, 2, 4, …, as long as they fit.",
        solution=convolve,
        check=check_convolve,
        points=2,
        hints=[
            "First, with stride 1: how many places does a filter of 2 rows have on an image of 4 rows?",
            "The result (row, column) belongs to the window that begins at `row * stride` and `column * stride`.",
            "A side has `(pixels - weights) // stride + 1` places. Two loops over the places; in them "
            "`(window * kernel).sum()`, with the image turned into floats first.",
        ],
        wrong=[
            (lambda image, kernel, stride: convolve(image, kernel[::-1, ::-1], stride), "turned the filter"),
            (
                lambda image, kernel, stride: convolve(image, kernel, stride).astype(int).astype("uint8"),
                "A uint8 cannot",
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
                "an array of shape (1, 2) is wanted",
            ),
            (lambda image, kernel, stride: (image[:3, :3] * kernel).sum(), "ValueError"),
            (lambda image, kernel, stride: convolve(image, kernel, stride).tolist(), "makes an array of it"),
        ],
        takeaway="This is all that a convolution layer does with its image; what it learns is the weights.",
    ),
    Exercise(
        id="output-size",
        lesson="03",
        title="How large is the result?",
        task="Write the size of a filter's result as a function, for both paddings. (The formula comes right below; "
        "try it first.)",
        solution=output_size,
        check=check_output_size,
        hints=[
            "Valid, stride 1: the filter begins at pixel 0, 1, 2, … What is the last pixel it may begin at?",
            "It may begin at 0 to n - kernel, which are n - kernel + 1 places. With a stride only every stride-th counts.",
            "Valid: `(n - kernel) // stride + 1`. Same: n / stride, rounded up, for instance `-(-n // stride)`.",
        ],
        wrong=[
            (lambda n, kernel, stride, padding: (n - kernel) // stride, "The first place counts"),
            (lambda n, kernel, stride, padding: -(-n // stride), "ends must stay inside"),
            (lambda n, kernel, stride, padding: n - 2 * (kernel - 1), "not 2 on each side"),
            (lambda n, kernel, stride, padding: n - kernel + 1, "as with stride 1"),
            (lambda n, kernel, stride, padding: -(-(n - kernel) // stride) + 1, "round down"),
            (lambda n, kernel, stride, padding: (n - kernel) / stride + 1, "whole ones"),
            (lambda n, kernel, stride, padding: n - kernel // stride + 1, "in brackets"),
            (lambda n, kernel, stride, padding: (n - kernel) // stride + 1, "that is valid's size"),
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
                "5.5 places",
            ),
            (lambda n, kernel, stride, padding: (n, n), "it should return a single number"),
        ],
        takeaway="28 pixels and a filter of 3: 26. A 2 × 2 pool with stride 2 makes 13 of them. Lesson 04 goes on there.",
    ),
    Exercise(
        id="max-pool",
        lesson="03",
        title="Max pooling with any window",
        task="The loop of section 6 pools 2 × 2 windows side by side. Some networks use windows that overlap: 3 × 3 pixels, "
        "moved on by 2. Write max pooling for any size and any stride.",
        solution=max_pool,
        check=check_max_pool,
        hints=[
            "It is the loop of a filter with another question to each window: not the sum of products but the largest.",
            "The number of windows follows from the same formula as a filter's: `(n - size) // stride + 1` on each side.",
            "Result (row, column) is the `.max()` of the window that begins at `row * stride` and `column * stride`.",
        ],
        wrong=[
            (_mean_pool, "average pooling"),
            (lambda image, size, stride: _mean_pool(image, size, stride) * size**2, "That is the sum"),
            (lambda image, size, stride: -max_pool(-image, size, stride), "That is the smallest"),
            (lambda image, size, stride: image[: -size + 1 : stride, : -size + 1 : stride], "That is the first number"),
            (_best_of_zeros, "you kept 0, which is not in it"),
            (lambda image, size, stride: max_pool(np.abs(image), size, stride), "leave the signs alone"),
            (
                lambda image, size, stride: max_pool(
                    np.pad(image, [(0, -n % stride) for n in image.shape], constant_values=-99), size, stride
                ),
                "is a margin",
            ),
            (lambda image, size, stride: max_pool(image, size, 1), "your windows overlap"),
            (lambda image, size, stride: max_pool(image, size, size), "you move on by the size"),
            (lambda image, size, stride: max_pool(image[:6, :6], 2, 2), "you look at 2 × 2 pixels only"),
            (lambda image, size, stride: image.max(), "the largest of all"),
        ],
        takeaway="Pooling learns nothing and has no parameters. It keeps what was found and lets go of where exactly.",
    ),
    Exercise(
        id="true-comment",
        lesson="03",
        title="The comment that disagrees with its code",
        task="Find the line above whose comment says something else than its code. Comments are not run, so nobody "
        "notices when the code changes and the comment stays. Write a function that says the truth about any "
        "convolution layer.",
        solution=true_comment,
        check=check_true_comment,
        hints=[
            "What does the first number in the brackets of `Conv2D` stand for, and what the second?",
            "One filter has `size * size * channels` weights and one bias. The layer has `filters` of them.",
            'With f"…" names in braces are replaced: `f"{filters} filters, {size}×{size}, {parameters} parameters"`.',
        ],
        wrong=[
            (lambda filters, size, channels: "8 filters, 3×3, 80 parameters", "trust the code"),
            (lambda filters, size, channels: "8 filters, 3×3", "trust the code"),
            (
                lambda filters, size, channels: (
                    f"{filters} filters, {size}×{size}, {filters * size**2 * channels} parameters"
                ),
                "Every filter has a bias, too",
            ),
            (
                lambda filters, size, channels: f"{filters} filters, {size}x{size}, {filters * size**2 + 1} parameters",
                "one bias for the whole layer",
            ),
            (
                lambda filters, size, channels: (
                    f"{filters} filters, {size}×{size}, {size**2 * channels + 1} parameters"
                ),
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
        takeaway="Where a comment and its code disagree, the computer follows the code. A test notices; a comment does not.",
    ),
]
