"""Exercises of lesson 09: dead channels, a channel as an image, the patch that a value sees, and an occlusion map."""
# mypy: allow-untyped-defs

from functools import partial

import numpy as np

from helpers.exercises.checking import agree, array, as_array, call, close, leave_alone, numbers, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect


def dead_channels(outputs):
    """Find the channels of a layer that are dead: 0 everywhere, for every image.

    outputs: an array of shape (images, height, width, channels), the output of one layer for a batch of images.
    Returns a list of ints, the numbers of the dead channels, from small to large. The first channel has the number 0.

    Example: dead_channels(np.array([[[[0, 0, 0]]], [[[0, 0, 5]]]])) is [0, 1]: two images of one pixel, three channels;
    channel 2 is silent for the first image, but not for the second.
    """
    dead = []
    for channel in range(outputs.shape[3]):
        if np.all(outputs[:, :, :, channel] == 0):
            dead.append(channel)
    return dead


def _check_dead_channels(answer, seed=0):
    random = np.random.default_rng(seed)
    outputs = random.random((4, 5, 6, 8)).astype("float32") + 0.1
    outputs[..., [1, 4]] = 0  # dead
    outputs[..., 2] = 3  # constant, but not 0
    outputs[..., 3] = -1  # below 0 everywhere
    outputs[..., 5] = np.where(np.arange(6) % 2, 1, -1)  # adds up to 0
    outputs[..., 6] = 0
    outputs[3, 0, 0, 6] = 0.2  # a single value, in the last image
    outputs[3, ..., 7] = 0  # silent for the last image
    got = _numbers(call(answer, outputs))
    rule_out(
        got,
        ([1, 4, 6, 7], "You count channels 6 and 7, too: each is silent for some image, but not for all. Dead means 0 in *every* image."),
        ([1, 4, 7], "You count channel 7, too: it is silent for one image only. Dead means 0 in *every* image."),
        ([1, 4, 6], "You count channel 6, too: in the last image a single value of it is 0.2. Look at every value of every image."),
        ([1, 2, 3, 4], "You count channels 2 and 3, too: they are constant, but not 0. Dead means 0 everywhere."),
        ([1, 2, 4], "You count channel 2, too: it is 3 everywhere. Dead means 0 everywhere."),
        ([1, 3, 4], "You count channel 3, too: it is −1 everywhere. Its maximum is not above 0, and yet it holds something."),
        ([1, 4, 5], "You count channel 5, too: it holds 1 and −1, which add up to 0. Look at the values, not at their sum."),
        ([1, 3, 4, 5], "You count channels 3 and 5, too: their sum is not above 0, but they hold other values than 0."),
        ([0, 2, 3, 5, 6, 7], "Those are the channels that hold something. Find the others."),
        ([2, 5], "You gave 2 and 5: are you counting from 1? The first channel has the number 0."),
    )  # fmt: skip
    if got != [1, 4]:
        raise Incorrect(f"Of 8 channels, 1 and 4 are 0 everywhere for every image; your function gave {shown(got)}.")
    some = [sorted(random.choice(9, count, replace=False).tolist()) for count in (2, 4, 6)]
    for dead in ([], [0, 1, 2], *some):
        outputs = random.random((2, 3, 4, 9)) + 0.1
        outputs[..., dead] = 0
        got = _numbers(call(answer, outputs))
        if got != dead:
            raise Incorrect(f"Where the channels {dead} of 9 are dead, your function gave {shown(got)}.")


def _numbers(got):
    if isinstance(got, np.ndarray) and got.dtype == bool:
        raise Incorrect(
            "Your function returns True and False; it should return the numbers of the channels, as a list."
        )
    return numbers(got, "a list of channel numbers")


def as_image(channel):
    """Stretch one channel so that it can be shown: its smallest value becomes 0, its largest 1.

    channel: an array of shape (height, width), any numbers.
    Returns a float array of the same shape. A channel whose values are all the same becomes 0 everywhere.

    Example: as_image(np.array([[2, 3], [4, 6]])) is [[0, 0.25], [0.5, 1]].
    """
    low, high = channel.min(), channel.max()
    if high == low:
        return np.zeros(channel.shape)
    return (channel - low) / (high - low)


def _check_as_image(answer, seed=0):
    example = np.array([[2, 3], [4, 6]])
    got = array(call(answer, example), (2, 2))
    rule_out(
        got,
        (
            example / 6,
            "You gave 2 / 6 = 0.33 for the smallest value, which should be 0: first subtract the smallest value.",
        ),
        (
            (example - 2) / 6,
            "You gave 4 / 6 = 0.67 for the largest value: divide by the largest minus the smallest, 4.",
        ),
        (example - 2, "Your smallest value is 0, but the largest is 4: divide by 4, too."),
        (
            (example - example.mean()) / example.std(),
            "You made the mean 0 and the standard deviation 1. It should be 0 for the smallest and 1 for the largest.",
        ),
        (1 - (example - 2) / 4, "Your image is inverted: the largest value became 0. Small values must become dark."),
        ((example - 2) / 4 * 255, "Your values go up to 255. They should be floats from 0 to 1."),
        ([[0, 0], [0, 1]], "Your result holds whole numbers only, so 0.25 and 0.5 became 0. Make it of floats."),
    )
    random = np.random.default_rng(seed)
    channels = [random.normal(size=(4, 5)), np.array([[-3.0, -1.0]]), np.array([[0.0, 250.0]]), np.array([[0.1, 0.3]])]
    agree(answer, as_image, *((channel,) for channel in (example, *channels)))
    for value in (0.0, 7.0):
        got = array(call(answer, np.full((2, 3), value)), (2, 3))
        if np.isnan(got).any() or np.isinf(got).any():
            raise Incorrect(
                f"For a channel that is {value:g} everywhere you gave {shown(got)}: 0 / 0. Catch this case first."
            )
        if not close(got, np.zeros((2, 3))):
            raise Incorrect(
                f"For a channel that is {value:g} everywhere you gave {shown(got)}; it should be 0 everywhere."
            )


def patch_of(image, row, column, size, step, start):
    """Cut out the part of an image that one value of a layer depends on: its receptive field.

    image: an array of shape (height, width, 3).
    row, column: where the value is in its channel, counted from 0.
    size, step, start: the field of row 0 begins at pixel `start`, that of the next row `step` pixels further, and so on;
    each is `size` pixels high. The same holds for columns.
    Returns the part of the image. A field may reach over the border: what lies outside is left out.

    Example: patch_of(np.zeros((150, 150, 3)), 2, 3, 18, 4, -7).shape is (18, 18, 3): image[1:19, 5:23]. At the border,
    patch_of(np.zeros((150, 150, 3)), 0, 3, 18, 4, -7).shape is (11, 18, 3): rows −7 to 10, of which 0 to 10 exist.
    """
    top = start + row * step
    left = start + column * step
    return image[max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)]


def _check_patch_of(answer, seed=0):
    random = np.random.default_rng(seed)
    image = np.arange(40 * 50 * 3, dtype="float32").reshape(40, 50, 3)
    got = _part(call(answer, image, 3, 5, 8, 2, -3))
    rule_out(
        got,
        (image[3:11, 7:15].swapaxes(0, 1), "You exchanged rows and columns in what you return: the first axis is for rows."),
        (image[7:15, 3:11], "You exchanged row and column: `image[rows, columns]`, so the row decides the first range."),
        (image[3:5, 7:10], "Your part ends too early: it is `size` = 8 pixels high and wide. It ends where it begins plus 8."),
        (image[3:8, 7:8], "Your part ends at pixel 8, the size. It ends where it begins *plus* 8."),
        (image[6:14, 10:18], "You left `start` out: the field of row 0 begins at pixel −3, so that of row 3 begins at −3 + 3 · 2 = 3."),
        (image[0:8, 2:10], "You left `step` out: the field of row 3 begins at −3 + 3 · 2 = 3, because each row moves it by 2 pixels."),
        (image[9:17, 13:21], "You subtracted `start`: the field of row 0 begins at pixel −3, so that of row 3 begins at −3 + 3 · 2 = 3."),
        (image[3:12, 7:16], "Your part is 9 pixels high and wide: with `a:b` pixel b itself is left out already."),
        (image[3:10, 7:14], "Your part is 7 pixels high and wide: with `a:b` pixel b itself is left out already, so b is the beginning plus 8."),
    )  # fmt: skip
    if not close(got, image[3:11, 7:15]):
        begins = f" and begins with the value {_first(got)} instead of {image[3, 7, 0]:g}"
        raise Incorrect(
            f"For row 3, column 5, size 8, step 2, start −3 the part is image[3:11, 7:15], of shape (8, 8, 3); "
            f"yours has the shape {got.shape}{'' if _first(got) == _first(image[3:, 7:]) else begins}."
        )
    for row, column in ((0, 0), (1, 10), (10, 0), (21, 26)):
        got, right = _part(call(answer, image, row, column, 8, 2, -3)), patch_of(image, row, column, 8, 2, -3)
        if got.shape != right.shape:
            if got.shape[0] > right.shape[0] or got.shape[1] > right.shape[1]:
                why = "What lies outside is left out: the field still ends 8 pixels after where it *would* begin."
            else:
                why = "A negative index counts from the end: begin at 0 instead."
            raise Incorrect(
                f"The field of row {row}, column {column} reaches over the border: of it {right.shape[0]} × {right.shape[1]} "
                f"pixels are in the image; your part has the shape {got.shape}. {why}"
            )
        if not close(got, right):
            raise Incorrect(
                f"For row {row}, column {column} your part begins with {_first(got)} instead of {_first(right)}."
            )
    for _ in range(5):
        row, column, size, step = (int(random.integers(low, high)) for low, high in ((2, 8), (2, 8), (3, 9), (1, 4)))
        got, right = (
            _part(call(answer, image, row, column, size, step, -1)),
            patch_of(image, row, column, size, step, -1),
        )
        if got.shape != right.shape or not close(got, right):
            raise Incorrect(
                f"For row {row}, column {column}, size {size}, step {step}, start −1 the part has the shape {right.shape} and begins "
                f"with {_first(right)}; yours has {got.shape} and begins with {_first(got)}."
            )


def _part(got):
    got = as_array(got)
    if got.ndim != 3 or got.shape[2] != 3 or got.dtype.kind not in "biuf":
        raise Incorrect(f"Your function should return a part of the image, (rows, columns, 3); it gave {shown(got)}.")
    return got


def _first(part):
    return f"{part[0, 0, 0]:g}" if part.size else "nothing"


def occlusion_map(score, image, size, step):
    """Cover one square of an image after the other with gray, and note how much the score falls.

    score: a function that takes an image and returns a number.
    image: a float array of shape (height, width, channels), 0 to 1. It must stay as it is.
    size: the side of the gray square; gray is 0.5. step: how far apart the squares begin, down and across.
    Returns a float array with one number for each square: the score of the image minus the score of the covered image.
    The first square begins at row 0, column 0; squares that would not fit in completely are left out.

    Example: occlusion_map(np.sum, np.ones((2, 4, 1)), 2, 2) is [[2, 2]]: the sum is 8, and each square makes four ones into
    halves, so it falls to 6.
    """
    before = score(image)
    tops = range(0, image.shape[0] - size + 1, step)
    lefts = range(0, image.shape[1] - size + 1, step)
    drops = np.zeros((len(tops), len(lefts)))
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            covered = image.copy()
            covered[top : top + size, left : left + size] = 0.5
            drops[row, column] = before - score(covered)
    return drops


def _weighted_sum(weights, image):
    return float((np.asarray(image) * weights).sum())


def _check_occlusion_map(answer, seed=0):
    random = np.random.default_rng(seed)
    image = random.random((6, 9, 3)) * 0.4 + 0.55
    score = partial(_weighted_sum, random.random((6, 9, 3)) + 0.5)
    right = occlusion_map(score, image, 3, 3)
    got = array(
        call(answer, score, image, 3, 3),
        (2, 3),
        ((3, 2), "Your map has 3 rows and 2 columns; the image is 6 high and 9 wide, so it has 2 rows and 3 columns."),
        ((1, 2), "Your map is 1 × 2: the last row and column of squares is missing. A square may end exactly at the border; "
         "`range(0, height - size + 1, step)`."),
        ((4, 7), "Your map is 4 × 7: you move by one pixel. The squares begin `step` = 3 pixels apart."),
        ((6, 9), "Your map has a number for each pixel. It has one for each *square*: here 2 × 3."),
        ((6,), "Your map is a list of six numbers. It should have 2 rows and 3 columns, as the squares in the image."),
    )  # fmt: skip
    before, piled = score(image), image.copy()
    pile = np.zeros((2, 3))
    for row, column in np.ndindex(2, 3):
        piled = _cover(piled, 3 * row, 3 * column, 3, 0.5)
        pile[row, column] = before - score(piled)
    rule_out(
        got,
        (pile, "Your gray squares pile up: each is added to the ones before. Cover a fresh copy every time: `image.copy()`."),
        (np.zeros((2, 3)), "Your map is 0 everywhere: do you cover `image` itself, and then compare it with itself? Cover a copy: `image.copy()`."),
        (-right, "Your numbers have the wrong sign: score of the image *minus* score of the covered image."),
        (before - right, "You return the scores of the covered images. Return by how much each *falls*: score of the image minus that."),
        *((_drops_with(value, score, image), f"You cover with {name}. Gray is 0.5, because the image goes from 0 to 1.") for value, name in
         ((0, "black, 0"), (1, "white, 1"), (127, "127"), (127.5, "127.5"), (128, "128"))),
        (right / right.max(), "You divided the map by its largest value. Return the differences as they are."),
        (np.abs(right) / before, "You divided by the score of the image. Return the differences as they are."),
    )  # fmt: skip
    if not close(got, right):
        raise Incorrect(
            f"For the square at row 0, column 3 of the image the score falls by {right[0, 1]:.3g}; your map says {got[0, 1]:.3g} there."
        )
    for height, width, size, step in ((7, 8, 3, 2), (5, 5, 5, 1), (8, 6, 2, 3)):
        image = random.random((height, width, 3))
        score = partial(_weighted_sum, random.normal(size=(height, width, 3)))
        right = occlusion_map(score, image, size, step)
        begun = len(range(0, height, step)), len(range(0, width, step))
        got = array(
            call(answer, score, image, size, step),
            right.shape,
            (begun, f"For an image of {height} × {width}, size {size} and step {step} your map is {begun[0]} × {begun[1]}; it should be "
             f"{len(right)} × {len(right[0])}. Leave out the squares that would reach over the border."),
        )  # fmt: skip
        if not close(got, right):
            raise Incorrect(
                f"For an image of {height} × {width}, size {size} and step {step} your function gave {shown(got)}; "
                f"{shown(right)} is right. Below 0 means that the score rises; keep that."
            )
    leave_alone("image", 1, answer, np.sum, np.ones((2, 4, 1)), 2, 2)


def _drops_with(value, score, image):
    """Return the map of an image of 6 × 9 for squares of 3 × 3, step 3, covered with `value` instead of gray."""
    return np.array(
        [[score(image) - score(_cover(image, top, left, 3, value)) for left in (0, 3, 6)] for top in (0, 3)]
    )


def _cover(image, top, left, size, value):
    covered = image.copy()
    covered[top : top + size, left : left + size] = value
    return covered


EXERCISES = [
    Exercise(
        name="as-image",
        title="A channel as an image",
        task="The values of a channel have no fixed range: one goes to 0.3, another to 40. Stretch one so that it can be shown, and "
        "make sure that you never divide by 0.",
        solution=as_image,
        check=_check_as_image,
        hints=[
            "What must you subtract from all values so that the smallest becomes 0?",
            "After that the largest is `high - low`. Divide by it, unless it is 0.",
            "`if channel.max() == channel.min(): return np.zeros(channel.shape)`, then "
            "`return (channel - low) / (high - low)`.",
        ],
        takeaway="Each tile is stretched on its own. So brightness shows *where* a filter responds, but not how strongly compared with others.",
    ),
    Exercise(
        name="dead-channels",
        title="Which channels are dead?",
        task="Write a function that finds the dead channels of a layer. It gets the layer's output for many images, so it can tell a dead channel "
        "from one that is only silent for a few of them.",
        solution=dead_channels,
        check=_check_dead_channels,
        hints=[
            "What has to be true of *all* values of a channel, in all images?",
            "`outputs[:, :, :, channel]` is one channel for all images. `np.all(… == 0)` is True if every value is 0.",
            "Go through `range(outputs.shape[3])` and append the numbers for which `np.all(outputs[:, :, :, channel] == 0)`.",
        ],
        takeaway="One image can only show that a channel is silent. To call it dead takes all of them, and even then the next image might wake it.",
    ),
    Exercise(
        name="patch",
        title="What does this value see?",
        task="`nine_patches` left out the border. Write a function that doesn't have to: it cuts out the receptive field of any value, and leaves "
        "out only what lies outside the image.",
        solution=patch_of,
        check=_check_patch_of,
        hints=[
            "At which pixel does the field of `row` begin? Row 0 begins at `start`, row 1 at `start + step`.",
            "`top = start + row * step`, and the field ends at `top + size`. Columns work the same way.",
            "`top` may be negative, and `image[-7:11]` counts from the end. Use `max(top, 0)`.",
        ],
        takeaway="This is how you get from a number deep inside a network back to the pixels that made it.",
    ),
    Exercise(
        name="occlusion-map",
        title="Cover and ask again",
        task="Put the cell above into two loops: cover one square after the other, ask for the score each time, and collect how much it falls.",
        solution=occlusion_map,
        check=_check_occlusion_map,
        points=2,
        hints=[
            "How many squares fit into a row? They begin at `range(0, width - size + 1, step)`.",
            "In the inner loop: `covered = image.copy()`, then `covered[top : top + size, left : left + size] = 0.5`.",
            "`drops = np.zeros((len(tops), len(lefts)))`, then `for row, top in enumerate(tops): for column, left in "
            "enumerate(lefts):` and, at the end, `drops[row, column] = before - score(covered)`.",
        ],
        takeaway="It needs nothing but the network's answers: no gradient, no look inside. It works for any program that gives a score.",
    ),
]
