"""Exercises of lesson 04: parameters of a convolution layer, sizes through a network, receptive fields."""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, call, given, number, numbers, rule_out, whole
from helpers.exercises.core import Exercise, Incorrect


def conv_parameters(filters, size, channels, use_bias=True):
    """Count the parameters of a convolution layer: the numbers that it learns.

    filters: how many filters it has. size: each is size × size pixels.
    channels: how many channels come in (1 for gray, 3 for color, or the filters of the layer before).
    use_bias: whether each filter has a bias.
    Returns an int.

    Example: conv_parameters(2, 3, 1) is 20: 2 * (3 * 3 * 1 + 1).
    """
    return filters * (size * size * channels + use_bias)


def _check_conv_parameters(answer, seed=0):
    got = number(call(answer, 64, 3, 64))
    rule_out(
        got,
        (
            36_864,
            "For 64 filters of 3 × 3 on 64 channels you gave 36,864. Those are the weights; 64 biases are missing.",
        ),
        (640, "For 64 channels you gave 640, as for one. A filter reads all 64 channels, with 9 weights for each."),
        (
            576,
            "For 64 channels you gave 576: no biases, and 9 weights as for a single channel. It has 9 for each of 64.",
        ),
        (36_865, "You gave 36,865, one bias for the whole layer. Each of the 64 filters has its own."),
        (40_960, "You gave 40,960, a bias for every channel. A filter adds up all channels and then adds one bias."),
        (577, "You gave 577, which is one filter. The layer has 64 of them."),
        (12_352, "You gave 12,352: 3 weights for a channel. A filter of size 3 has 3 * 3 = 9."),
    )
    if number(call(answer, 64, 3, 64, False)) == 36_928:
        raise Incorrect("Without biases (use_bias=False) you gave 36,928, too. Then 64 * (3 * 3 * 64) = 36,864 remain.")
    random = np.random.default_rng(seed)
    drawn = [tuple(random.integers(2, 20, 3).tolist()) for _ in range(3)]
    agree(answer, conv_parameters, (64, 3, 1), (16, 7, 1), (64, 3, 64), (8, 5, 3, False), *drawn)


def sides(side, layers):
    """Follow the side of a square image through a network.

    side: how many pixels it has at first, on each side.
    layers: a list of "conv" (a 3 × 3 filter, padding "valid", stride 1)
    and "pool" (2 × 2 windows that do not overlap; an odd row and column are dropped).
    Returns a list of ints: the side at first, then after each layer.

    Example: sides(28, ["conv", "pool"]) is [28, 26, 13].
    """
    result = [side]
    for layer in layers:
        side = side - 2 if layer == "conv" else side // 2
        result.append(side)
    return result


USUAL_SIDES = [  # what a usual mistake makes of 28 and conv, pool, conv, pool → its sentence
    ([26, 13, 11, 5], "Your list begins with 26, after the first layer. Put the 28 that comes in before it."),
    ([28, 5], "Your list has only the beginning and the end. It should have one side after each layer, 5 in all."),
    ([28, 27, 13, 12, 6], "You made 27 of 28. A 3 × 3 filter needs a neighbor on both sides: 28 - 3 + 1 = 26."),
    ([28, 25, 12, 9, 4], "You made 25 of 28. The first place counts, too: 28 - 3 + 1 = 26."),
    (
        [28, 28, 14, 14, 7],
        'You made 28 of 28; that is padding "same". Here it is "valid", and the border has no result.',
    ),
    ([28, 26, 13, 11, 5.5], "You made 5.5 of 11. Half a window does not count: 11 // 2 = 5."),
    ([28, 26, 13, 11, 6], "You made 6 of 11. The odd row and column are dropped: 11 // 2 = 5."),
    (
        [28, 26, 14, 26, 14],
        "You made 14 in the first pool, which is half of 28. Each layer takes what the layer before it gives: 26 // 2 = 13.",
    ),
    ([28, 26, 25, 23, 22], "You made 25 of 26 in the pool. Its windows are side by side, 13 of them in 26."),
]


def _check_sides(answer, seed=0):
    random = np.random.default_rng(seed)
    lesson = (28, ["conv", "pool", "conv", "pool"])
    drawn = [(int(random.integers(60, 200)), random.choice(["conv", "pool"], 4).tolist()) for _ in range(3)]
    for case in (lesson, (150, ["conv", "conv", "pool", "pool"]), (9, []), *drawn):
        right = sides(*case)
        got = numbers(call(answer, *case), f"a list: {right} for {given(case)}", each=number)
        if case is lesson:
            rule_out(got, *USUAL_SIDES)
        if got != right:
            raise Incorrect(f"For {given(case)} your function gave {got}; {right} is right.")
        list(map(whole, got))


def receptive_field(layers):
    """Return the receptive field of a value after these layers: how many pixels it sees on each side.

    layers: a list of pairs (size, stride), the first layer first: (3, 1) is a 3 × 3 filter,
    (2, 2) a 2 × 2 pool that moves on by 2.
    Returns an int. Without any layer a value is a pixel, and sees 1.

    Example: receptive_field([(3, 1), (2, 2)]) is 4: two neighboring 3 × 3 windows cover 4 pixels.
    """
    sees, step = 1, 1  # step: how many pixels of the image apart two neighboring values are
    for size, stride in layers:
        sees += (size - 1) * step
        step *= stride
    return sees


def _check_receptive_field(answer, seed=0):
    lesson = [(3, 1), (2, 2), (3, 1), (2, 2)]
    rule_out(
        number(call(answer, lesson)),
        (7, "You gave 7: as if neighbors were always 1 pixel apart. After a pool with stride 2 they are 2 apart."),
        (36, "You gave 36, all sizes multiplied. The windows overlap: two filters of 3 side by side see 4, not 6."),
        (
            9,
            "You gave 9. Begin with 1, and let the strides multiply: after two layers of stride 2 neighbors are 4 apart.",
        ),
        (13, "You gave 13: a layer's own stride moves *its* results apart. It counts for the layers after it."),
        (2, "You gave 2, the last layer's window. Each of its values has seen more than one pixel already."),
        (100, "You gave 100, the number of pixels. How many are they on each side?"),
    )
    asked = "For a 5 × 5 filter with stride 2 and a 3 × 3 filter after it you gave"
    rule_out(
        number(call(answer, [(5, 2), (3, 1)])),
        (12, f"{asked} 12. A window of 5 reaches 4 steps further than a single value: count size - 1, not size."),
        (7, f"{asked} 7. Go through the list from its beginning: the first layer is the one next to the image."),
    )
    random = np.random.default_rng(seed)
    drawn = [([(int(size), int(stride)) for size, stride in random.integers(1, 5, (3, 2))],) for _ in range(3)]
    agree(answer, receptive_field, ([],), (lesson,), ([(3, 1), (2, 2)],), ([(5, 2), (3, 1)],), *drawn)


EXERCISES = [
    Exercise(
        name="conv-parameters",
        title="What does a convolution layer learn?",
        task="Write a function that counts the parameters of any convolution layer, with or without biases. First do it by "
        "hand for the second convolution of this lesson: 64 filters of 3 × 3, with 64 channels coming in.",
        solution=conv_parameters,
        check=_check_conv_parameters,
        hints=[
            "Take one filter. How many weights does it have if one channel comes in, and how many if 64 do?",
            "A filter has size * size weights for each channel, and one bias for itself.",
            "Multiply `size * size * channels + 1` by the filters; without biases leave the 1 out.",
        ],
        takeaway="64 * (3 * 3 * 64 + 1) = 36,928. The size of the image plays no part: a filter is used everywhere.",
    ),
    Exercise(
        name="sides",
        title="28, 26, 13, 11, 5",
        task="Follow the side of an image through any sequence of convolutions and pools. That's how you find out, before you "
        "train, whether a network fits its images.",
        solution=sides,
        check=_check_sides,
        hints=[
            "What does a 3 × 3 filter do to 28, and what does a 2 × 2 pool do to 11?",
            "A filter loses one pixel at each border. A pool halves the side and drops what is left over: `//`.",
            "Begin with `result = [side]`. For each layer, change `side` and append it.",
        ],
        takeaway="5 × 5 places with 64 filters each: 5 * 5 * 64 = 1,600 numbers reach the dense layer.",
    ),
    Exercise(
        name="receptive-field",
        title="How much of the image does one value see?",
        task="Turn the table above into a function for any sequence of layers. Each layer is a pair of its window's size and "
        "its stride; pools count as layers, too.",
        solution=receptive_field,
        check=_check_receptive_field,
        points=2,
        hints=[
            "Draw a row of pixels. Which of them do two neighboring results of a 3 × 3 filter depend on together?",
            "A window of `size` values reaches `size - 1` steps further than a single value. How long is a step, in pixels?",
            "Keep two numbers, `sees = 1` and `step = 1`. For each layer: `sees += (size - 1) * step`, "
            "then `step *= stride`.",
        ],
        takeaway="After this lesson's four layers a value sees 10 × 10 of the 28 × 28 pixels: enough for a heel but not for a whole boot.",
    ),
]
