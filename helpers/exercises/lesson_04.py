"""Exercises of lesson 04: what a convolution layer learns, sides through a network, how much of an image a value sees.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""

import numpy as np

from helpers.exercises.checking import agree, call, kind, number, rule_out
from helpers.exercises.core import Exercise, Incorrect


def conv_parameters(filters, size, channels, use_bias=True):
    """Count the numbers that a convolution layer learns.

    filters: how many filters it has. size: each is size × size pixels.
    channels: how many channels come in (1 for gray, 3 for color, or the filters of the layer before).
    use_bias: whether each filter has a bias.
    Returns an int.

    Example: 2 filters of 3 × 3 for one channel: 2 * (3 * 3 * 1 + 1) = 20.
    """
    return filters * (size * size * channels + use_bias)


def check_conv_parameters(answer, seed=0):
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
    and "pool" (2 × 2 windows, side by side; an odd margin is dropped).
    Returns a list of ints: the side at first, then after each layer.

    Example: sides(28, ["conv", "pool"]) is [28, 26, 13].
    """
    found = [side]
    for layer in layers:
        side = side - 2 if layer == "conv" else side // 2
        found.append(side)
    return found


def check_sides(answer, seed=0):
    random = np.random.default_rng(seed)
    lesson = (28, ["conv", "pool", "conv", "pool"])
    drawn = [(int(random.integers(60, 200)), random.choice(["conv", "pool"], 4).tolist()) for _ in range(3)]
    for side, layers in (lesson, (150, ["conv", "conv", "pool", "pool"]), *drawn):
        right, got = sides(side, layers), call(answer, side, layers)
        got = got.tolist() if isinstance(got, np.ndarray) else got
        if not isinstance(got, list | tuple):
            raise Incorrect(f"Your function returns {kind(got)}; a list is wanted: {right} for {side} and {layers}.")
        got = [number(one) for one in got]
        if (side, layers) == lesson:
            _usual_sides(got)
        if got != right:
            raise Incorrect(f"For {side} and {layers} your function gave {got}; {right} is right.")


def _usual_sides(got):
    """The mistakes that can be told by what they make of [28, 26, 13, 11, 5]."""
    told = {
        (26, 13, 11, 5): "Your list begins with 26, after the first layer. Put the 28 that comes in before it.",
        (28, 5): "Your list has only the beginning and the end. One side after each layer is wanted, 5 in all.",
        (28, 27, 13, 12, 6): "You made 27 of 28. A 3 × 3 filter needs a neighbor on both sides: 28 - 3 + 1 = 26.",
        (28, 25, 12, 9, 4): "You made 25 of 28. The first place counts, too: 28 - 3 + 1 = 26.",
        (
            28,
            28,
            14,
            14,
            7,
        ): 'You made 28 of 28; that is padding "same". Here it is "valid", and the border has no result.',
        (28, 26, 13, 11, 5.5): "You made 5.5 of 11. Half a window does not count: 11 // 2 = 5.",
        (28, 26, 13, 11, 6): "You made 6 of 11. The odd row and column are dropped: 11 // 2 = 5.",
        (28, 26, 25, 23, 22): "You made 25 of 26 in the pool. Its windows stand side by side, 13 of them in 26.",
    }
    if tuple(got) in told:
        raise Incorrect(told[tuple(got)])


def receptive_field(layers):
    """Say how many pixels of the image, on each side, one value after these layers depends on.

    layers: a list of pairs (size, stride), the first layer first: (3, 1) is a 3 × 3 filter,
    (2, 2) a 2 × 2 pool that moves on by 2.
    Returns an int. Without any layer a value is a pixel, and sees 1.

    Example: receptive_field([(3, 1), (2, 2)]) is 4: two neighboring 3 × 3 windows cover 4 pixels.
    """
    seen, step = 1, 1  # step: how many pixels of the image lie between two neighboring values
    for size, stride in layers:
        seen += (size - 1) * step
        step *= stride
    return seen


def check_receptive_field(answer, seed=0):
    lesson = [(3, 1), (2, 2), (3, 1), (2, 2)]
    rule_out(
        number(call(answer, lesson)),
        (7, "You gave 7: as if neighbors were always 1 pixel apart. After a pool with stride 2 they are 2 apart."),
        (36, "You gave 36, all sizes multiplied. The windows overlap: two filters of 3 side by side see 4, not 6."),
        (9, "You gave 9. Begin with 1: without any layer, a value sees its own pixel."),
        (13, "You gave 13: a layer's own stride moves *its* results apart. It counts for the layers after it."),
        (2, "You gave 2, the last layer's window. Each of its values has seen more than one pixel already."),
        (100, "You gave 100, the number of pixels. How many are they on each side?"),
    )
    random = np.random.default_rng(seed)
    drawn = [([(int(size), int(stride)) for size, stride in random.integers(1, 5, (3, 2))],) for _ in range(3)]
    agree(answer, receptive_field, ([],), (lesson,), ([(3, 1), (2, 2)],), ([(5, 2), (3, 1)],), *drawn)


def _no_stride(layers):
    return 1 + sum(size - 1 for size, _ in layers)


def _stride_first(layers):
    seen, step = 1, 1
    for size, stride in layers:
        step *= stride
        seen += (size - 1) * step
    return seen


def _same_padding(side, layers):
    return [side, *(side // 2 ** layers[: n + 1].count("pool") for n in range(len(layers)))]


def _sides(side, layers, conv, pool):
    found = [side]
    for layer in layers:
        found.append(conv(found[-1]) if layer == "conv" else pool(found[-1]))
    return found


EXERCISES = [
    Exercise(
        id="conv-parameters",
        lesson="04",
        title="What does a convolution layer learn?",
        task="Count the parameters of any convolution layer, with or without biases. Do it by hand for the second "
        "convolution of this lesson first: 64 filters of 3 × 3, and 64 channels come in.",
        solution=conv_parameters,
        check=check_conv_parameters,
        hints=[
            "Take one filter. How many weights has it if one channel comes in, and how many if 64 do?",
            "A filter has size * size weights for each channel, and one bias for itself.",
            "Multiply `size * size * channels + 1` by the filters; without biases leave the 1 out.",
        ],
        wrong=[
            (lambda filters, size, channels, use_bias=True: filters * size**2 * channels, "64 biases are missing"),
            (lambda filters, size, channels, use_bias=True: filters * (size**2 + 1), "as for one"),
            (lambda filters, size, channels, use_bias=True: filters * size**2, "no biases, and 9 weights"),
            (lambda filters, size, channels, use_bias=True: filters * size**2 * channels + 1, "for the whole layer"),
            (lambda filters, size, channels, use_bias=True: filters * channels * (size**2 + 1), "every channel"),
            (lambda filters, size, channels, use_bias=True: size**2 * channels + 1, "which is one filter"),
            (lambda filters, size, channels, use_bias=True: filters * (size * channels + 1), "3 weights for a channel"),
            (lambda filters, size, channels, use_bias=True: filters * (size**2 * channels + 1), "use_bias=False"),
            (lambda filters, size, channels, use_bias=True: 36_928 - 64 * (not use_bias), "640 is right"),
            (lambda filters, size, channels, use_bias=True: [filters], "returns a list"),
        ],
        takeaway="64 * (3 * 3 * 64 + 1) = 36,928. The size of the image does not occur: a filter is used everywhere.",
    ),
    Exercise(
        id="sides",
        lesson="04",
        title="28, 26, 13, 11, 5",
        task="Follow the side of an image through any row of convolutions and pools. It is how one finds out, before any "
        "training, whether a network fits its images.",
        solution=sides,
        check=check_sides,
        hints=[
            "What does a 3 × 3 filter do to 28, and what does a 2 × 2 pool do to 11?",
            "A filter takes one pixel from each border; a pool halves and drops what is left over: `//`.",
            "Begin with `found = [side]`; for each layer change `side` and append it.",
        ],
        wrong=[
            (lambda side, layers: sides(side, layers)[1:], "begins with 26"),
            (lambda side, layers: [side, sides(side, layers)[-1]], "only the beginning and the end"),
            (lambda side, layers: _sides(side, layers, lambda n: n - 1, lambda n: n // 2), "You made 27"),
            (lambda side, layers: _sides(side, layers, lambda n: n - 3, lambda n: n // 2), "You made 25"),
            (_same_padding, 'padding "same"'),
            (lambda side, layers: _sides(side, layers, lambda n: n - 2, lambda n: n / 2), "You made 5.5"),
            (lambda side, layers: _sides(side, layers, lambda n: n - 2, lambda n: -(-n // 2)), "You made 6"),
            (lambda side, layers: _sides(side, layers, lambda n: n - 2, lambda n: n - 1), "side by side"),
            (lambda side, layers: sides(side, layers)[-1], "a list is wanted"),
            (lambda side, layers: [28, 26, 13, 11, 5], "[150, 148, 146, 73, 36] is right"),
        ],
        takeaway="5 × 5 places with 64 filters each: 5 * 5 * 64 = 1,600 numbers reach the dense layer.",
    ),
    Exercise(
        id="receptive-field",
        lesson="04",
        title="How much of the image does one value see?",
        task="A value after the first filter depends on 3 × 3 pixels, its **receptive field**. Deeper values see more: they "
        "look at values that have looked already. How much does a value see after any row of layers? Pools count as "
        "layers, and their stride moves neighbors apart.",
        solution=receptive_field,
        check=check_receptive_field,
        points=2,
        hints=[
            "Draw a row of pixels. Two neighboring results of a 3 × 3 filter: which pixels do they depend on together?",
            "A window of `size` values reaches `size - 1` steps further than one value. How long is a step, in pixels?",
            "Keep two numbers, `seen = 1` and `step = 1`. For each layer: `seen += (size - 1) * step`, "
            "then `step *= stride`.",
        ],
        wrong=[
            (_no_stride, "always 1 pixel apart"),
            (lambda layers: int(np.prod([size for size, _ in layers])), "all sizes multiplied"),
            (lambda layers: receptive_field(layers) - 1, "Begin with 1"),
            (_stride_first, "for the layers after it"),
            (lambda layers: layers[-1][0] if layers else 1, "the last layer's window"),
            (lambda layers: receptive_field(layers) ** 2, "the number of pixels"),
            (lambda layers: 10, "1 is right"),
            (lambda layers: "10", "it should return a single number"),
        ],
        takeaway="At the end of this lesson's convolutions a value sees 10 × 10 of the 28 × 28 pixels: a heel, not a boot.",
    ),
]
