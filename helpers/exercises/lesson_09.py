"""Exercises of lesson 09: which channels are blank, a channel as an image, and the map of Grad-CAM.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""

import numpy as np

from helpers.exercises.checking import array, call, close, kind, number, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect


def blank_channels(activation):
    """Find the channels of a layer that are 0 everywhere.

    activation: an array of shape (height, width, channels), as one layer makes it of one image.
    Returns a list of ints, the numbers of the blank channels, from small to large.

    Example: [0, 2] if of three channels only channel 1 holds anything.
    """
    count = activation.shape[2]
    return [channel for channel in range(count) if not activation[:, :, channel].any()]


def check_blank_channels(answer, seed=0):
    random = np.random.default_rng(seed)
    activation = random.random((5, 6, 7)).astype("float32") + 0.1
    activation[:, :, [1, 4]] = 0  # blank
    activation[:, :, 2] = 3  # constant, but not blank
    activation[:, :, 3] = -1  # below 0 everywhere
    activation[:, :, 5] = np.where(np.arange(6) % 2, 1, -1)  # adds up to 0
    activation[:, :, 6] = 0
    activation[0, 0, 6] = 0.2  # a single value
    got = _numbers(call(answer, activation))
    rule_out(
        got,
        ([1, 2, 3, 4], "You count channels 2 and 3, too: they are constant, but not 0. Blank means 0 everywhere."),
        ([1, 2, 4], "You count channel 2, too: it is 3 everywhere. Blank means 0 everywhere."),
        (
            [1, 3, 4],
            "You count channel 3, too: it is −1 everywhere. Its maximum is not above 0, and yet it holds something.",
        ),
        (
            [1, 4, 5],
            "You count channel 5, too: it holds 1 and −1, which add up to 0. Look at the values, not at their sum.",
        ),
        ([1, 4, 6], "You count channel 6, too: a single value in its corner is 0.2. One is enough not to be blank."),
        ([1, 3, 4, 5], "You count channels 3 and 5, too: their sum is not above 0, but they hold other values than 0."),
        ([0, 2, 3, 5, 6], "Those are the channels that hold something. The others are wanted."),
        ([2, 5], "You gave 2 and 5: are you counting from 1? The first channel has the number 0."),
    )
    right = [1, 4]
    if got != right:
        raise Incorrect(f"Of 7 channels, 1 and 4 are 0 everywhere; your function gave {shown(got)}.")
    for blank in ([], [0, 1, 2], [3]):
        activation = random.random((3, 4, 4)) + 0.1
        activation[:, :, blank] = 0
        if _numbers(call(answer, activation)) != blank:
            raise Incorrect(
                f"Where the channels {blank} are blank, your function gave {shown(call(answer, activation))}."
            )


def _numbers(got):
    if isinstance(got, np.ndarray) and got.dtype == bool:
        raise Incorrect("Your function returns True and False; the numbers of the channels are wanted, as a list.")
    got = got.tolist() if isinstance(got, np.ndarray) else got
    if not isinstance(got, list | tuple):
        raise Incorrect(f"Your function returns {kind(got)}; a list of channel numbers is wanted.")
    return [number(one) for one in got]


def as_image(channel):
    """Stretch one channel so that it can be shown: its smallest value becomes 0, its largest 1.

    channel: an array of shape (height, width), any numbers.
    Returns a float array of the same shape. A channel whose values are all the same becomes 0 everywhere.

    Example: [[2, 3], [4, 6]] becomes [[0, 0.25], [0.5, 1]].
    """
    low, high = channel.min(), channel.max()
    if high == low:
        return np.zeros(channel.shape)
    return (channel - low) / (high - low)


def check_as_image(answer, seed=0):
    example = np.array([[2.0, 3.0], [4.0, 6.0]])
    got = array(call(answer, example), (2, 2))
    rule_out(
        got,
        (
            example / 6,
            "You gave 2 / 6 = 0.33 for the smallest value, which should be 0: first take the smallest value away.",
        ),
        (
            (example - 2) / 6,
            "You gave 4 / 6 = 0.67 for the largest value: divide by the largest minus the smallest, 4.",
        ),
        (example - 2, "Your smallest value is 0, but the largest is 4: divide by 4, too."),
        (
            (example - example.mean()) / example.std(),
            "You made the mean 0 and the spread 1. Wanted are 0 for the smallest, 1 for the largest.",
        ),
        (1 - (example - 2) / 4, "Your image is inside out: the largest value became 0. Small must become dark."),
        ((example - 2) / 4 * 255, "Your values go up to 255. Wanted are floats from 0 to 1."),
    )
    random = np.random.default_rng(seed)
    for channel in (example, random.normal(size=(4, 5)), np.array([[-3.0, -1.0]]), np.array([[0.0, 250.0]])):
        got, right = array(call(answer, channel.copy()), channel.shape), as_image(channel)
        if not close(got, right):
            raise Incorrect(f"For {shown(channel)} your function gave {shown(got)}; {shown(right)} is right.")
    for value in (0.0, 7.0):
        got = array(call(answer, np.full((2, 3), value)), (2, 3))
        if np.isnan(got).any() or np.isinf(got).any():
            raise Incorrect(
                f"For a channel that is {value:g} everywhere you gave {shown(got)}: 0 / 0. Catch this case first."
            )
        if got.any():
            raise Incorrect(
                f"For a channel that is {value:g} everywhere you gave {shown(got)}; 0 everywhere is wanted."
            )


def heat_map(activation, gradient):
    """Make Grad-CAM's map from what a layer holds and how much each of its values speaks for the class.

    activation: an array of shape (height, width, channels), a layer's output.
    gradient: an array of the same shape: how the score of the class grows with each of these values.
    Returns an array of shape (height, width), 0 to 1: each channel times the mean of its own gradient, added up over the
    channels; what is below 0 becomes 0; then all is divided by the largest value, if that is not 0.

    Example: one channel [[1, 2]] with the gradient [[3, 5]] gives [[4, 8]], so [[0.5, 1]].
    """
    weights = gradient.mean(axis=(0, 1))
    heat = np.maximum((activation * weights).sum(axis=2), 0)
    return heat / heat.max() if heat.max() > 0 else heat


def check_heat_map(answer, seed=0):
    activation = np.array([[[1.0, 4.0], [2.0, 0.0]], [[0.0, 1.0], [3.0, 2.0]]])
    gradient = np.array([[[3.0, -1.0], [5.0, 0.0]], [[0.0, -1.0], [0.0, -2.0]]])
    # The weights are 2 and −1: [[2 − 4, 4], [−1, 6 − 2]], so [[0, 4], [0, 4]].
    got = array(
        call(answer, activation, gradient),
        (2, 2),
        ((2, 2, 2), "Your map still has channels: its shape is (2, 2, 2). Add the channels up, along the last axis."),
        (
            (2,),
            "Your map has the shape (2,), one number for each channel. Add up over the channels, not over the places.",
        ),
    )
    plain = (activation * np.array([2.0, -1.0])).sum(axis=2)
    value_by_value = np.maximum((activation * gradient).sum(axis=2), 0)
    equal = activation.sum(axis=2)
    absolute = np.abs(plain)
    rule_out(
        got,
        (plain, "Your map holds −2 and is not divided by its largest value, 4. Cut off below 0, then divide."),
        (plain / plain.max(), "Your map holds values below 0: they speak against the class. Make them 0."),
        (np.maximum(plain, 0), "Your map goes up to 4. Divide it by its largest value, so that it goes from 0 to 1."),
        (
            value_by_value / value_by_value.max(),
            "You multiplied value by value. First take the *mean* of each channel's gradient, one weight for each.",
        ),
        (
            equal / equal.max(),
            "You added the channels up as if all counted the same. Weigh each with the mean of its gradient: 2 and −1.",
        ),
        (absolute / absolute.max(), "You made −2 into 2. What speaks against the class becomes 0, not positive."),
        (
            (plain - plain.min()) / (plain.max() - plain.min()),
            "You stretched −2 … 4 to 0 … 1. What is below 0 becomes 0; then divide by the largest.",
        ),
    )
    got = array(call(answer, activation, -np.abs(gradient)), (2, 2))
    if np.isnan(got).any() or got.any():
        raise Incorrect(
            f"Where nothing speaks for the class you gave {shown(got)}; the map is 0 everywhere then. Do not divide by 0."
        )
    random = np.random.default_rng(seed)
    for shape in ((2, 2, 2), (3, 4, 5), (1, 2, 8)):
        drawn = random.random(shape), random.normal(size=shape) + 0.3
        drawn = (activation, gradient) if shape == (2, 2, 2) else drawn
        got, right = array(call(answer, *drawn), shape[:2]), heat_map(*drawn)
        if not close(got, right):
            raise Incorrect(
                f"For an activation of shape {shape} your function gave {shown(got)}; {shown(right)} is right."
            )


def _heat(activation, gradient, weigh=True, relu=True, divide=True):
    weights = gradient.mean(axis=(0, 1)) if weigh else 1
    heat = (activation * weights).sum(axis=2)
    heat = np.maximum(heat, 0) if relu else heat
    return heat / heat.max() if divide and heat.max() > 0 else heat


def _value_by_value(activation, gradient):
    heat = np.maximum((activation * gradient).sum(axis=2), 0)
    return heat / heat.max() if heat.max() > 0 else heat


def _absolute(activation, gradient):
    heat = np.abs(_heat(activation, gradient, relu=False, divide=False))
    return heat / heat.max()


def _careless(activation, gradient):
    heat = _heat(activation, gradient, divide=False)
    return heat / heat.max()


def _each(activation, test):
    return [channel for channel in range(activation.shape[2]) if test(activation[:, :, channel])]


EXERCISES = [
    Exercise(
        id="blank-channels",
        lesson="09",
        title="Which channels are blank?",
        task="A filter that finds nothing in an image leaves its channel blank: 0 everywhere. Find these channels. What about one "
        "that is 3 everywhere?",
        solution=blank_channels,
        check=check_blank_channels,
        hints=[
            "What has to be true of *all* values of a channel?",
            "`activation[:, :, channel]` is one channel; `.any()` asks whether some value in it is not 0.",
            "Go through `range(activation.shape[2])` and keep the numbers whose channel has `not … .any()`.",
        ],
        wrong=[
            (lambda a: _each(a, lambda c: c.min() == c.max()), "constant, but not 0"),
            (lambda a: _each(a, lambda c: c.max() <= 0), "is −1 everywhere"),
            (lambda a: _each(a, lambda c: abs(c.sum()) < 1e-6), "add up to 0"),
            (lambda a: _each(a, lambda c: c.mean() < 0.05 and c.max() >= 0 and c.min() >= 0), "a single value"),
            (lambda a: _each(a, lambda c: c.sum() <= 0), "their sum is not above 0"),
            (lambda a: _each(a, lambda c: c.any()), "The others are wanted"),
            (lambda a: [n + 1 for n in blank_channels(a)], "counting from 1"),
            (lambda a: len(blank_channels(a)), "a list of channel numbers"),
            (lambda a: ~a.any(axis=(0, 1)), "True and False"),
            (lambda a: [1, 4], "Where the channels [] are blank"),
        ],
        takeaway="Whoever divides a channel by its spread gets 0 / 0 for a blank one. So they are found first, and labeled.",
    ),
    Exercise(
        id="as-picture",
        lesson="09",
        title="A channel as an image",
        task="The values of a channel have no fixed range: one goes to 0.3, another to 40. Stretch one so that it can be shown, and "
        "leave no way to divide by 0.",
        solution=as_image,
        check=check_as_image,
        hints=[
            "What must be taken away from all values so that the smallest becomes 0?",
            "After that the largest is `high - low`. Divide by it, unless it is 0.",
            "`if channel.max() == channel.min(): return np.zeros(channel.shape)`, then "
            "`return (channel - low) / (high - low)`.",
        ],
        wrong=[
            (lambda c: c / c.max(), "first take the smallest value away"),
            (lambda c: (c - c.min()) / c.max(), "the largest minus the smallest"),
            (lambda c: c - c.min(), "divide by 4, too"),
            (lambda c: (c - c.mean()) / c.std(), "the spread 1"),
            (lambda c: 1 - (c - c.min()) / (c.max() - c.min()), "inside out"),
            (lambda c: (c - c.min()) / (c.max() - c.min()) * 255, "up to 255"),
            (lambda c: (c - c.min()) / (c.max() - c.min()), "0 / 0"),
            (lambda c: (c - c.min()) / ((c.max() - c.min()) or 1) + (c.max() == c.min()), "0 everywhere is wanted"),
            (lambda c: c.max(), "the single value"),
        ],
        takeaway="Each tile is stretched for itself. So brightness tells *where* a filter answers, and not how strongly beside others.",
    ),
    Exercise(
        id="heat-map",
        lesson="09",
        title="Where did it look?",
        task="The heart of Grad-CAM in a few lines of NumPy: from a layer's channels and their gradients to one map.",
        solution=heat_map,
        check=check_heat_map,
        points=2,
        hints=[
            "How much does a whole channel speak for the class? One number for each channel.",
            "`gradient.mean(axis=(0, 1))` are these weights. `activation * weights` weighs every channel; add up over axis 2.",
            "Then `np.maximum(heat, 0)`, and divide by `heat.max()` only if it is above 0.",
        ],
        wrong=[
            (lambda a, g: _heat(a, g, relu=False, divide=False), "not divided by its largest value"),
            (lambda a, g: _heat(a, g, relu=False), "they speak against the class"),
            (lambda a, g: _heat(a, g, divide=False), "goes up to 4"),
            (_value_by_value, "value by value"),
            (lambda a, g: _heat(a, g, weigh=False), "all counted the same"),
            (_absolute, "You made −2 into 2"),
            (lambda a, g: as_image(_heat(a, g, relu=False, divide=False)), "You stretched −2"),
            (_careless, "Do not divide by 0"),
            (lambda a, g: a * g.mean(axis=(0, 1)), "still has channels"),
            (lambda a, g: (a * g).sum(axis=(0, 1)), "one number for each channel"),
        ],
        takeaway="The map has the size of the layer, here 37 × 37. Enlarged to the image it is soft: it says a place, not an outline.",
    ),
]
