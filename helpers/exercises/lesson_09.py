"""Exercises of lesson 09: silent channels, a channel as an image, and Grad-CAM's heat map.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import array, as_list, call, close, rule_out, shown, whole
from helpers.exercises.core import Exercise, Incorrect
from helpers.exercises.quiz import Choice, Question


def blank_channels(activation):
    """Find the channels of a layer that are blank for an image: 0 everywhere.

    activation: an array of shape (height, width, channels), the output of one layer for one image.
    Returns a list of ints, the numbers of the blank channels, from small to large.

    Example: blank_channels(np.array([[[0, 5, 0], [0, 7, 0]]])) is [0, 2]: of three channels only channel 1 is not blank.
    """
    count = activation.shape[2]
    return [channel for channel in range(count) if not activation[:, :, channel].any()]


def _check_blank_channels(answer, seed=0):
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
        ([0, 2, 3, 5, 6], "Those are the channels that hold something. Find the others."),
        ([2, 5], "You gave 2 and 5: are you counting from 1? The first channel has the number 0."),
    )
    right = [1, 4]
    if got != right:
        raise Incorrect(f"Of 7 channels, 1 and 4 are 0 everywhere; your function gave {shown(got)}.")
    some = [sorted(random.choice(9, count, replace=False).tolist()) for count in (2, 4, 6)]
    for blank in ([], [0, 1, 2], *some):
        activation = random.random((3, 4, 9)) + 0.1
        activation[:, :, blank] = 0
        got = _numbers(call(answer, activation))
        if got != blank:
            raise Incorrect(f"Where the channels {blank} of 9 are blank, your function gave {shown(got)}.")


def _numbers(got):
    if isinstance(got, np.ndarray) and got.dtype == bool:
        raise Incorrect(
            "Your function returns True and False; it should return the numbers of the channels, as a list."
        )
    return [whole(channel) for channel in as_list(got, "a list of channel numbers")]


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
    example = np.array([[2.0, 3.0], [4.0, 6.0]])
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
                f"For a channel that is {value:g} everywhere you gave {shown(got)}; it should be 0 everywhere."
            )


def heat_map(activation, gradient):
    """Compute Grad-CAM's heat map from a layer's output and from how much each of its values speaks for the class.

    activation: an array of shape (height, width, channels), a layer's output.
    gradient: an array of the same shape: how the score of the class grows with each of these values.
    Returns an array of shape (height, width), 0 to 1: each channel times the mean of its own gradient, added up over the
    channels; what is below 0 becomes 0; then everything is divided by the largest value, if that is not 0.

    Example: heat_map(np.array([[[1], [2]]]), np.array([[[3], [5]]])) is [[0.5, 1]]: one channel [[1, 2]] with the mean
    gradient 4 gives [[4, 8]].
    """
    weights = gradient.mean(axis=(0, 1))
    heat = np.maximum((activation * weights).sum(axis=2), 0)
    return heat / heat.max() if heat.max() > 0 else heat


def _check_heat_map(answer, seed=0):
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
            "You added the channels up as if all counted the same. Weight each by the mean of its gradient: 2 and −1.",
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
            f"Where nothing speaks for the class you gave {shown(got)}; the map is 0 everywhere then. Don't divide by 0."
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


EXERCISES = [
    Exercise(
        name="blank-channels",
        title="Which channels are blank?",
        task="A filter that finds nothing in an image leaves its channel blank: 0 everywhere. Find these channels. What about one "
        "that is 3 everywhere?",
        solution=blank_channels,
        check=_check_blank_channels,
        hints=[
            "What has to be true of *all* values of a channel?",
            "`activation[:, :, channel]` is one channel; `.any()` asks whether some value in it is not 0.",
            "Go through `range(activation.shape[2])` and keep the numbers whose channel has `not … .any()`.",
        ],
        takeaway="Dividing a blank channel by its largest value gives 0 / 0. So find the blank ones first, and label them.",
    ),
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
        name="heat-map",
        title="Where did it look?",
        task="The heart of Grad-CAM in a few lines of NumPy: from a layer's channels and their gradients to one map.",
        solution=heat_map,
        check=_check_heat_map,
        points=2,
        hints=[
            "How much does a whole channel speak for the class? One number for each channel.",
            "`gradient.mean(axis=(0, 1))` are these weights. `activation * weights` weights every channel; add up over axis 2.",
            "Then `np.maximum(heat, 0)`, and divide by `heat.max()` only if it is above 0.",
        ],
        takeaway="The map has the size of the layer, here 37 × 37. Enlarged to the size of the image it is blurry: it shows a place, not an outline.",
    ),
]

QUESTIONS = (
    Question(
        "A channel of the last convolution is 0 everywhere for one image. What does that mean?",
        (
            Choice(
                "The filter is broken, and the network should be trained again.",
                False,
                "One image can't tell you that. The filter may respond to the next one. Only a filter that is silent for "
                "**all** images is dead.",
            ),
            Choice(
                "This filter finds nothing here, or it never finds anything.",
                True,
                "One image can't tell which: ask many, as in section 6. Deep filters look for rare things, so they are "
                "often silent.",
            ),
            Choice(
                "The image was too dark.",
                False,
                "Darkness alone doesn't do it: filters respond to differences, and biases are added. Other channels do "
                "hold values.",
            ),
        ),
    ),
    Question(
        "You tile the channels and stretch each by itself. Tile 4 is much brighter than tile 9. What follows?",
        (
            Choice(
                "Filter 4 responds more strongly.",
                False,
                "Each tile goes up to white, whether its largest value is 0.01 or 100.",
            ),
            Choice("Filter 9 is dead.", False, "A dead channel is 0 everywhere, and is marked."),
            Choice(
                "More places of tile 4 are near its own largest value.",
                True,
                "And no more than that. To compare strength, look at the numbers.",
            ),
        ),
    ),
    Question(
        'Grad-CAM for "dog" highlights the leash and the lawn, and the answer is right. What do you do?',
        (
            Choice(
                "Nothing, because the answer is right.",
                False,
                "It may be right for a reason that fails tomorrow: a cat on a lawn.",
            ),
            Choice(
                "Test the network on dogs indoors and cats on lawns, and look for more varied training images.",
                True,
                "The map is a hint, not a proof. The test tells you, and other images are the fix.",
            ),
            Choice(
                "Cut the lawn out of the training images' maps.",
                False,
                "The map is made from the network, not the other way around. Changing it changes nothing.",
            ),
        ),
    ),
)
