"""Exercises of lesson 00: a first function, and three about arrays: a slice, an axis, and the shape of a batch."""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, array, as_array, call, close, number, rule_out, shown, whole
from helpers.exercises.core import Exercise, Incorrect


def pixel_count(height, width):
    """Count the pixels of an image.

    height, width: whole numbers, how many rows and how many columns of pixels it has.
    Returns an int.

    Example: pixel_count(28, 28) is 784.
    """
    return height * width


def _check_pixel_count(answer, seed=0):
    rule_out(
        number(call(answer, 28, 28)),
        (56, "For 28 and 28 your function gave 56, which is 28 + 28. There are 28 rows with 28 pixels in *each*."),
        (112, "For 28 and 28 your function gave 112. That's the way around the image; count what is inside."),
    )
    rule_out(
        number(call(answer, 2, 3)),
        (4, "For 2 rows and 3 columns your function gave 4. Use both numbers: an image need not be square."),
        (9, "For 2 rows and 3 columns your function gave 9. Use both numbers: an image need not be square."),
        (
            784,
            "For 2 rows and 3 columns your function gave 784 as well. Use the parameters, not the numbers of the example.",
        ),
    )
    height, width = np.random.default_rng(seed).integers(2, 500, 2).tolist()
    agree(answer, pixel_count, (2, 3), (height, width))


def without_border(image, margin):
    """Cut the same number of rows and columns off all four sides of an image.

    image: an array of shape (height, width).
    margin: how many pixels to cut off at each side, 0 or more.
    Returns an array of shape (height - 2 * margin, width - 2 * margin).

    Example: without_border(np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), 1) is [[5]].
    """
    height, width = image.shape
    return image[margin : height - margin, margin : width - margin]


def _check_without_border(answer, seed=0):
    image = np.arange(30).reshape(5, 6)
    first = call(answer, image, 1)
    if as_array(first).shape == (4, 5) and as_array(call(answer, np.zeros((40, 50)), 1)).shape == (26, 26):
        raise Incorrect(
            "From 40 × 50 your function made 26 × 26, as if every image had 28 rows and columns. Take both sizes from the "
            "image: `height, width = image.shape`."
        )
    got = array(
        first,
        (3, 4),
        ((4, 5), "From 5 × 6 your function made 4 × 5: it cuts off two sides. Take a pixel off *each* of the four."),
        ((3, 6), "From 5 × 6 your function made 3 × 6: the rows are right. Slice the columns as well, after a comma."),
        (
            (5, 4),
            "From 5 × 6 your function made 5 × 4: the columns are right. The rows come first: `image[rows, columns]`.",
        ),
        (
            (2, 3),
            "From 5 × 6 your function made 2 × 3, a row and a column too few: a slice ends *before* its second number.",
        ),
        ((1, 1), "From 5 × 6 your function made 1 × 1. `margin` is how much to cut off, not how much to keep."),
    )
    if not close(got, image[1:-1, 1:-1]):
        raise Incorrect(
            f"The shape (3, 4) is right, but your result begins with {got[0, 0]:g} instead of {image[1, 1]}: "
            "cut off the same number of rows above and below, and of columns left and right."
        )
    whole_image = call(answer, image, 0)
    if isinstance(whole_image, np.ndarray) and whole_image.size == 0:
        raise Incorrect(
            "With a margin of 0 nothing is left of the image: `-0` is 0, so the slice `0:-0` ends where it begins. "
            "Count the end from the height and the width instead: `height - margin`."
        )
    height, width = np.random.default_rng(seed).integers(7, 12, 2)
    drawn = np.random.default_rng(seed).integers(0, 256, (height, width))
    agree(answer, without_border, (image, 0), (image, 2), (drawn, 3))


def row_with_most_ink(image):
    """Find the row of an image with the most ink.

    image: an array of shape (height, width); 0 is paper, larger numbers are ink.
    Returns the index of the row with the largest sum, an int; the first one if several have it.

    Example: row_with_most_ink(np.array([[0, 9], [5, 5], [1, 1]])) is 1.
    """
    return int(image.sum(axis=1).argmax())


def _check_row_with_most_ink(answer, seed=0):
    image = np.array([[0, 0, 0, 200], [0, 90, 90, 90], [0, 0, 0, 60], [0, 0, 0, 0], [5, 0, 0, 250]])
    result = call(answer, image)
    if close(result, image.argmax(axis=1)):
        raise Incorrect(
            f"Your function returns {shown(result)}: where each row has its lightest pixel. Add up "
            "each row first, then find the largest of the sums."
        )
    if isinstance(result, np.ndarray) and result.ndim:
        raise Incorrect(
            f"Your function returns {result.size} numbers, {result.tolist()}. Those are sums or maxima; which *place* has "
            "the largest? `argmax` says which."
        )
    rule_out(
        number(result),
        (
            3,
            "Your function gave 3: the *column* with the most ink. `axis=0` gives one sum for each "
            "column, `axis=1` one for each row.",
        ),
        (4, "Your function gave 4: row 4 has the darkest single pixel (250), but row 1 has more ink: 90 + 90 + 90."),
        (
            19,
            "Your function gave 19: without an `axis`, `argmax` counts through all pixels of the image. Add up each row first.",
        ),
        (
            270,
            "Your function gave 270: how much ink that row has. The question is *which* row: `argmax` instead of `max`.",
        ),
        (785, "Your function gave 785, all the ink of the image. Add up each row by itself: `axis=1`."),
        (2, "Your function gave 2. Rows count from 0, so the second row has the index 1."),
    )
    whole(result)
    if number(call(answer, np.array([[1, 2], [9, 1], [5, 5]]))) == 2:
        raise Incorrect(
            "Of the sums 3, 10 and 10 your function chose the last 10. If several are the largest, take the first."
        )
    random = np.random.default_rng(seed)
    drawn = [random.integers(0, 256, shape) for shape in ((4, 7), (9, 3))]
    agree(answer, row_with_most_ink, (image,), *((one,) for one in drawn))


def batch_of_one(image):
    """Make the batch that a network takes from a single gray image.

    image: an array of uint8 of shape (height, width), from 0 to 255.
    Returns floats from 0.0 to 1.0 of shape (1, height, width, 1): one image, and one number for each pixel.

    Example: batch_of_one(np.array([[0, 51]], "uint8")) is [[[[0.0], [0.2]]]].
    """
    return image[np.newaxis, :, :, np.newaxis] / 255


def _check_batch_of_one(answer, seed=0):
    image = np.array([[0, 51, 102], [153, 204, 255]], np.uint8)
    got = array(
        call(answer, image),
        (1, 2, 3, 1),
        ((2, 3), "The shape is still (2, 3). `np.newaxis` in square brackets adds an axis of length 1."),
        ((1, 2, 3), "The shape is (1, 2, 3): the batch is there, the channel at the end is missing."),
        ((2, 3, 1), "The shape is (2, 3, 1): the channel is there, the batch in front is missing."),
        ((1, 1, 2, 3), "The shape is (1, 1, 2, 3): both new axes are in front. The channel comes last."),
        ((2, 3, 1, 1), "The shape is (2, 3, 1, 1): both new axes are at the end. The batch comes first."),
        ((1, 3, 2, 1), "The shape is (1, 3, 2, 1): height and width have changed places."),
        ((1, 6, 1, 1), "The shape is (1, 6, 1, 1). Keep rows and columns as they are and add an axis on each side."),
    )
    if got.max() > 1.01:
        raise Incorrect(
            f"The shape is right. Your largest number is {got.max():g}; divide by 255, so that white becomes 1.0."
        )
    if got.dtype.kind in "iub":
        raise Incorrect(f"Your numbers are whole ({got.dtype}), so the grays are lost. Divide with `/`, not with `//`.")
    dark = np.array([[0, 51]], np.uint8)
    if np.isclose(array(call(answer, dark), (1, 1, 2, 1))[0, 0, 1, 0], 1):
        raise Incorrect(
            "In a dark image 51 became 1.0, as if it were white. Divide by 255 and not by the image's own maximum."
        )
    drawn = np.random.default_rng(seed).integers(0, 256, (4, 5), np.uint8)
    agree(answer, batch_of_one, (image,), (dark,), (drawn,))


EXERCISES = [
    Exercise(
        name="pixel-count",
        title="How many pixels?",
        task="Your first one, small on purpose. Replace the `...` with one line that begins with `return`, run the cell, then run "
        "the check below it. Give a wrong answer first, if you like, and see what it says.",
        solution=pixel_count,
        check=_check_pixel_count,
        hints=["There are `height` rows, and each of them has `width` pixels.", "`return height * width`"],
        takeaway="That's all there is to it: a function, a check, and a sentence that says what is wrong.",
    ),
    Exercise(
        name="without-border",
        title="Without the border",
        task="The digits have a border of black pixels. With a slice, cut `margin` pixels off each side.",
        solution=without_border,
        check=_check_without_border,
        hints=[
            "Rows first, then columns, with a comma between: `image[first:end, first:end]`. The end isn't included.",
            "The rows begin at `margin` and end at `height - margin`. `height, width = image.shape` gives you both sizes.",
        ],
        takeaway="A slice takes a part of an array, and an end counted from the size works for a margin of 0, too.",
    ),
    Exercise(
        name="row-with-most-ink",
        title="The row with the most ink",
        task="In which row does a digit have its longest stroke from left to right? Add up each row, then find the largest sum.",
        solution=row_with_most_ink,
        check=_check_row_with_most_ink,
        hints=[
            "`image.sum(axis=1)` gives one number for each row.",
            "`argmax()` of these sums is the index of the largest, and of the first one if there are several.",
        ],
        takeaway="`axis` names the direction that disappears. `argmax` is how you'll read a network's answer: which class has the "
        "largest probability?",
    ),
    Exercise(
        name="batch-of-one",
        title="A batch of one",
        task="A network takes images in batches, even if there's only one image, and most networks in this course want the "
        "channels at the end, even if there's only one channel. Give an image both axes, and scale its numbers from 0–255 to 0–1.",
        solution=batch_of_one,
        check=_check_batch_of_one,
        hints=[
            "`np.newaxis` goes where you want the new axis: one in front of the rows, one after the columns.",
            "`image[np.newaxis, :, :, np.newaxis]` has the right shape. Then divide by 255.",
        ],
        takeaway="(1, height, width, 1) is batch, rows, columns, channels: the order in which Keras wants images.",
    ),
]
