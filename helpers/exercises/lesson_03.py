"""Exercises of lesson 03: convolution, output size, max pooling, and a comment that is wrong."""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, array, as_array, call, kind, number, rule_out
from helpers.exercises.core import Exercise, Incorrect


def convolve(image, kernel, stride):
    """Convolve an image with a filter: at each place, add up the products of pixels and weights.

    image: an array of shape (height, width), of uint8 or floats.
    kernel: the filter's weights, an array of shape (rows, columns), square or not, of whole numbers or floats.
    stride: by how many pixels the filter moves on, to the right and down.
    Returns an array of numbers: only where the whole filter is on the image ("valid"),
    neither divided nor clipped.

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


PIXELS = np.array([[9, 200, 30, 250, 7], [80, 4, 120, 60, 255], [0, 90, 220, 15, 40], [130, 70, 5, 240, 100]], np.uint8)
KERNEL = np.array([[-1, 0, 2], [3, 1, -4]])
SUMS = convolve(PIXELS, KERNEL, 1)
MORE_PIXELS, TALL_KERNEL = np.arange(42).reshape(7, 6) ** 2 % 37 / 4, np.array([[1.5, -2.0], [0.0, 1.0], [-1.0, 0.5]])
FRACTIONS = "An image and a filter may be floats, such as 2.25 and 1.5. You round to whole numbers on the way: {}."
SHAPES = [  # for PIXELS and KERNEL
    (
        (2, 2),
        "The shape is (2, 2), but 2 rows fit on 4 rows in 4 - 2 + 1 = 3 places; `range(4 - 2)` ends one too early.",
    ),
    ((4, 5), "The shape is (4, 5), as large as the image. The whole filter must be on it: (4 - 2 + 1, 5 - 3 + 1)."),
]
SKIP = "With stride 2 the shape is {}. The filter skips every second place, {}, so (3, 3) is right."
SHAPES_STRIDE_2 = [  # for MORE_PIXELS and TALL_KERNEL
    ((5, 5), SKIP.format("(5, 5), as with stride 1", "down and across")),
    ((3, 5), SKIP.format("(3, 5)", "not only down but also across")),
    ((5, 3), SKIP.format("(5, 3)", "not only across but also down")),
]
WRONG_SUMS = [
    (
        convolve(PIXELS, KERNEL[::-1, ::-1], 1),
        "You turned the filter by half a turn. Use it as it is, as the loop in section 2 does.",
    ),
    (
        SUMS % 256,
        "A uint8 can't hold it and starts again from the other end. Calculate and collect the sums in floats.",
    ),
    (SUMS.clip(0, 255), "You clip to 0…255. That is for showing an image; keep the numbers themselves."),
    (np.abs(SUMS), "Keep the minus signs."),
    (SUMS / KERNEL.size, "Yours is the mean of 6 products. Add them up instead."),
]


def _check_convolve(answer, seed=0):
    fixed = "A filter of 4 × 4 fits on an image of 4 × 5 in two places, but your result is (2, 3): the places of a 3 × 3 filter."
    of_four_rows = call(answer, PIXELS, np.ones((4, 4), int), 1)
    rule_out(as_array(of_four_rows).shape, ((2, 3), f"{fixed} Take the filter's size from `kernel.shape`."))
    got = array(call(answer, PIXELS, KERNEL, 1), (3, 3), *SHAPES)
    first = f"The first sum is {got[0, 0]:.4g}; {SUMS[0, 0]:g} is right."
    rule_out(got, *((wrong, f"{first} {sentence}") for wrong, sentence in WRONG_SUMS))
    side_by_side = "With stride 2 your windows are still side by side: result (1, 1) belongs to the window at (2, 2)."
    got = array(call(answer, MORE_PIXELS, TALL_KERNEL, 2), (3, 3), *SHAPES_STRIDE_2)
    right = convolve(MORE_PIXELS, TALL_KERNEL, 2)
    rule_out(
        got,
        (convolve(MORE_PIXELS, TALL_KERNEL, 1)[:3, :3], side_by_side),
        (convolve(MORE_PIXELS.astype(int), TALL_KERNEL, 2), FRACTIONS.format("the pixels")),
        (convolve(MORE_PIXELS, TALL_KERNEL.astype(int), 2), FRACTIONS.format("the weights")),
        (np.trunc(right), FRACTIONS.format("the sums")),
    )
    random = np.random.default_rng(seed)
    drawn = [
        (random.integers(0, 256, shape, np.uint8), random.integers(-4, 5, kernel), stride)
        for shape, kernel, stride in [((5, 8), (3, 3), 3), ((6, 5), (2, 1), 2)]
    ]
    agree(answer, convolve, (PIXELS, KERNEL, 1), (MORE_PIXELS, TALL_KERNEL, 2), *drawn)


def output_size(n, kernel, stride, padding):
    """Return the output size: how many places a filter has along one side of an image.

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


def _check_output_size(answer, seed=0):
    got = number(call(answer, 28, 3, 1, "valid"))
    asked = f"A filter of 3 on 28 pixels: your function gave {got:g}."
    rule_out(
        got,
        (25, f"{asked} The first place counts, too: 28 - 3 + 1 = 26."),
        (28, f"{asked} With padding valid, the filter's ends must stay inside: 26 places."),
        (24, f"{asked} In all 3 - 1 = 2 places are lost, not 2 on each side."),
    )
    got = number(call(answer, 10, 3, 3, "valid"))
    asked = f"A filter of 3 on 10 pixels with stride 3: your function gave {got:.3g}."
    rule_out(
        got,
        (8, f"{asked} That is as with stride 1. Only every third place is used."),
        (4, f"{asked} The fourth place would begin at pixel 9 and stick out: round down."),
        (10, f"{asked} `//` comes before minus, as on paper: put n - kernel in parentheses."),
        (7 / 3 + 1, f"{asked} There are only whole places: `//` divides and rounds down."),
        (2, f"{asked} The places begin at 0, 3 and 6."),
    )
    got = number(call(answer, 11, 5, 2, "same"))
    asked = f"A filter of 5 on 11 pixels with padding same and stride 2: your function gave {got:g}."
    rule_out(
        got,
        (4, f"{asked} That is valid's size."),
        (5, f"{asked} Places begin at 0, 2, 4, 6, 8 and 10: round up."),
        (11, f"{asked} Same keeps the size with stride 1 only."),
        (5.5, f"{asked} There are only whole places; same rounds up."),
    )
    got = number(call(answer, 10, 5, 3, "same"))
    asked = f"A filter of 5 on 10 pixels with padding same and stride 3: your function gave {got:g}."
    rule_out(got, (3, f"{asked} Places begin at 0, 3, 6 and 9. `round` goes to the nearest whole number; round up."))
    random = np.random.default_rng(seed)
    sides, kernels = random.permutation(range(9, 40))[:6].tolist(), random.integers(1, 9, 6).tolist()
    cases = zip(sides, kernels, [1, 2, 3] * 2, strict=True)
    drawn = [case + (padding,) for case in cases for padding in ("valid", "same")]
    agree(answer, output_size, *drawn)


def max_pool(image, size, stride):
    """Max-pool an image: keep the largest number of every window of size × size pixels.

    image: an array of numbers of shape (height, width); numbers may be negative.
    size: the side of a window. stride: from one window to the next, to the right and down.
    Returns an array with one number per window. Rows and columns too few for a whole window are dropped.

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


def _check_max_pool(answer, seed=0):
    image = np.array([[1, 6, -7, -3, 50], [2, 3, -9, -4, 60], [8, 0, 5, 11, 70], [-2, 10, 12, 4, 80]])
    windows = image[:, :4].reshape(2, 2, 2, 2)
    got = array(
        call(answer, image, 2, 2),
        (2, 2),
        ((2, 3), "The shape is (2, 3). Five columns hold two whole windows of two; the fifth column is left over."),
        ((3, 4), "The shape is (3, 4): your windows overlap. With stride 2 the next window begins two pixels further."),
        ((4, 5), "The shape is (4, 5), as large as the image. Each window of 2 × 2 gives one number: (2, 2)."),
        ((), f"Your function returns the single value {np.max(image)}, the largest of all. Each window has its own."),
    )
    first, second = f"Of [[1, 6], [2, 3]] you kept {got[0, 0]:g}.", f"Of [[-7, -3], [-9, -4]] you kept {got[0, 1]:g}."
    rule_out(
        got,
        (windows.mean(axis=(1, 3)), f"{first} That is the mean (average pooling); the largest is 6."),
        (windows.sum(axis=(1, 3)), f"{first} That is the sum; the largest is 6."),
        (windows.min(axis=(1, 3)), f"{first} That is the smallest; the largest is 6."),
        (image[:4:2, :4:2], f"{first} That is the first number, wherever the largest is; the largest is 6."),
        (windows.max(axis=(1, 3)).clip(0), f"{second} That isn't in it. Don't compare with the zeros you begin with."),
        (np.abs(windows).max(axis=(1, 3)), f"{second} The largest number is -3; leave the signs alone."),
        ([[6, 6], [8, 5]], "Your windows begin at columns 0 and 1. With stride 2 the second begins at column 2."),
    )
    far = np.arange(64).reshape(8, 8) * 5 % 23
    moved = "With size 3 and stride 2 the shape is {}: you move on by {}. Move on by the stride: (3, 3)."
    shapes = [
        ((2, 2), moved.format((2, 2), "the size")),
        ((6, 6), moved.format((6, 6), 1)),
        ((4, 4), "The shape is (4, 4), but with size 3 and stride 2 a fourth window on 8 pixels sticks out: (3, 3)."),
    ]
    got = array(call(answer, far, 3, 2), (3, 3), *shapes)
    twos = max_pool(far[:6, :6], 2, 2)
    rule_out(
        got,
        (twos, f"With size 3 the first window gave {got[0, 0]:g}: you look at 2 × 2 pixels only."),
        (
            max_pool(np.pad(far, [(0, 1)] * 2), 3, 3),
            f"With size 3 and stride 2 you kept {got[0, 1]:g} of the second window: it begins at column 2, not at 3. "
            "A place times the stride is where a window begins.",
        ),
    )
    cut = "Of [[0.25, 1.5], [0.5, 0.75]] you kept 1: your result holds whole numbers only. `np.zeros(shape)` holds floats."
    rule_out(array(call(answer, image / 4, 2, 2), (2, 2)), (np.trunc(max_pool(image / 4, 2, 2)), cut))
    random = np.random.default_rng(seed)
    drawn = [(random.integers(-50, 50, (6, 9)), 3, 3), (random.integers(-50, 50, (8, 7)), 4, 2)]
    bytes_ = random.integers(0, 256, (4, 6), np.uint8)
    agree(answer, max_pool, (image, 2, 2), (image / 4, 2, 2), (far, 3, 2), (bytes_, 2, 2), *drawn)


def true_comment(filters, size, channels):
    """Write the comment that belongs above keras.layers.Conv2D(filters, size).

    filters: how many filters the layer has.
    size: the side of a filter in pixels.
    channels: how many numbers each pixel of its input has (1: gray, 3: color).
    Returns a text with filters, size and parameters. Each filter has size × size weights
    for every channel, and one bias.

    Example: true_comment(4, 3, 1) is "4 filters, 3×3, 40 parameters".
    """
    parameters = filters * (size * size * channels + 1)
    return f"{filters} filters, {size}×{size}, {parameters} parameters"


def _check_true_comment(answer, seed=0):
    comment = _comment(answer, 16, 7, 1)
    if comment.startswith("8 filters") or ", 3×3" in comment:
        raise Incorrect(f'You say "{comment}" of Conv2D(16, 7). That is the wrong comment again: trust the code.')
    for parameters, sentence in [
        (784, "16 · 7 · 7 = 784 are the weights. Every filter has a bias, too: 16 more."),
        (785, "16 · 7 · 7 + 1 counts one bias for the whole layer. Each of the 16 filters has its own."),
        (50, "7 · 7 + 1 = 50 is one filter. The layer has 16 of them."),
        (1799, "7 and 16 have changed places: in Conv2D(16, 7) the number of filters comes first."),
    ]:
        if f" {parameters} " in f" {comment} ":
            raise Incorrect(f'You say "{comment}" of Conv2D(16, 7). {sentence}')
    comment = _comment(answer, 64, 3, 3)
    for parameters, sentence in [
        (640, "A filter has 3 × 3 weights for each of the three channels"),
        (1920, "A filter has only one bias, however many channels there are"),
    ]:
        if f" {parameters} " in comment:
            raise Incorrect(
                f'You say "{comment}" of Conv2D(64, 3) on a color image. {sentence}: 64 · (3 · 3 · 3 + 1) = 1792.'
            )
    random = np.random.default_rng(seed)
    drawn = random.integers(2, 20, (3, 3)).tolist()
    for case in [(16, 7, 1), (64, 3, 3), (4, 3, 1), *drawn]:
        comment, right = _comment(answer, *case), true_comment(*case)
        if comment != right:
            raise Incorrect(f'For {", ".join(map(str, case))} you say "{comment}"; "{right}" is right.')


def _comment(answer, *case):
    """Return what the learner's function says, as one line; the letter x is as good as ×."""
    comment = call(answer, *case)
    if not isinstance(comment, str):
        raise Incorrect(
            f"Your function returns {kind(comment)}; it should return a text such as {true_comment(4, 3, 1)!r}."
        )
    return " ".join(comment.replace("x", "×").split())


EXERCISES = [
    Exercise(
        name="convolve",
        title="A filter of any size, moved by any stride",
        task="The loop in section 2 handles 3 × 3 filters that move on by one pixel. Write one that takes a filter of any "
        "size and moves it on by `stride` pixels, to the right and down. With a stride of 2 the windows begin in rows "
        "0, 2, 4, … and columns 0, 2, 4, …, as long as they fit.",
        solution=convolve,
        check=_check_convolve,
        points=2,
        hints=[
            "First, with stride 1: how many places does a filter of 2 rows have on an image of 4 rows?",
            "The result (row, column) belongs to the window that begins at `row * stride` and `column * stride`.",
            "A side has `(pixels - weights) // stride + 1` places. Write two loops over the places; in them, add up "
            "`(window * kernel).sum()`. Convert the image to float first.",
        ],
        takeaway="That is all a convolution layer does with an image. What it learns is the weights.",
    ),
    Exercise(
        name="output-size",
        title="How large is the result?",
        task="Write a function for the size of a filter's result, for both paddings. (The formula comes right below; "
        "try it yourself first.)",
        solution=output_size,
        check=_check_output_size,
        hints=[
            "Valid, stride 1: the filter begins at pixel 0, 1, 2, … What is the last pixel it can begin at?",
            "It can begin at 0 to n - kernel, which makes n - kernel + 1 places. With a stride, only every stride-th counts.",
            "Valid: `(n - kernel) // stride + 1`. Same: n / stride, rounded up, for instance `-(-n // stride)`.",
        ],
        takeaway="28 pixels and a filter of 3 give 26. A 2 × 2 pool with stride 2 turns them into 13. Lesson 04 goes on from there.",
    ),
    Exercise(
        name="max-pool",
        title="Max pooling with any window",
        task="The loop above pools 2 × 2 windows that are side by side. Some networks use windows that overlap: 3 × 3 pixels, "
        "moved on by 2. Write max pooling for any size and any stride.",
        solution=max_pool,
        check=_check_max_pool,
        hints=[
            "It's the same loop as for a filter. Only the result of each window differs: the largest number, not the sum of products.",
            "The number of windows follows the same formula as a filter's places: `(n - size) // stride + 1` on each side.",
            "Result (row, column) is the `.max()` of the window that begins at `row * stride` and `column * stride`.",
        ],
        takeaway="Pooling learns nothing and has no parameters. It keeps what was found and forgets exactly where.",
    ),
    Exercise(
        name="true-comment",
        title="The comment that disagrees with its code",
        task="Comments never run, so no one notices when the code changes and the comment doesn't. Write a function that "
        "makes the right comment for any convolution layer, so that you can check the three above.",
        solution=true_comment,
        check=_check_true_comment,
        hints=[
            "What does the first number in the parentheses of `Conv2D` mean, and what the second?",
            "One filter has `size * size * channels` weights and one bias. The layer has `filters` of them.",
            'In f"…" the names in braces are replaced by their values: `f"{filters} filters, {size}×{size}, {parameters} parameters"`.',
        ],
        takeaway="Where a comment and its code disagree, the computer follows the code. A test notices; a comment does not.",
    ),
]
