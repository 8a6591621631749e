"""Exercises of lesson 06: a network's parameters from its first pixel on, one neuron for two classes, a fairer accuracy.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""

import numpy as np

from helpers.exercises.checking import agree, call, kind, number, rule_out
from helpers.exercises.core import Exercise, Incorrect


def network_parameters(size, filters, dense):
    """Count the parameters of a network like those of this lesson.

    size: the images have size × size pixels and 3 channels.
    filters: how many filters each block has, such as [16, 32, 64]. A block is a 3 × 3 convolution
    (padding "valid", with biases) and a 2 × 2 max pooling; an odd margin is dropped.
    dense: how many neurons the layer after Flatten has. One neuron follows it.
    Returns an int.

    Example: 10 pixels, [2], 4: 2 * (3 * 3 * 3 + 1) = 56, then 10 → 8 → 4 and
    4 * (4 * 4 * 2 + 1) = 132, then 4 + 1 = 5; together 193.
    """
    channels, total = 3, 0
    for count in filters:
        total += count * (3 * 3 * channels + 1)
        channels = count
        size = (size - 2) // 2
    total += dense * (size * size * channels + 1)
    return total + dense + 1


def check_network_parameters(answer, seed=0):
    got = number(call(answer, 31, [4, 8], 16))
    asked = f"For 31 pixels, [4, 8] and 16 you gave {got:,}"
    rule_out(
        got,
        (4_977, f"{asked}: the first filters read one channel. A color image has 3."),
        (5_048, f"{asked}, one too few: the last neuron has a bias, too."),
        (5_020, f"{asked}: those are the weights. Every filter and every neuron has a bias besides."),
        (5_032, f"{asked}: without the last neuron, which has 16 weights and a bias."),
        (4_641, f"{asked}: what the filters learn is missing. Only what follows Flatten was counted."),
        (6_713, f"{asked}: 31 pixels became 15. A filter takes a pixel from each border first: 29 // 2 = 14."),
        (18_873, f"{asked}: the last block's pooling is missing. 14 becomes 12, and then 6."),
        (569, f"{asked}: Flatten passes on 6 * 6 * 8 values. Did you leave the 6 * 6 out?"),
        (1_209, f"{asked}: 6 * 8 values are one row. Flatten passes on 6 rows of them."),
    )
    if isinstance(got, float):
        raise Incorrect(f"{asked}, a float. Half a window does not count: use `//`.")
    random = np.random.default_rng(seed)
    drawn = [(int(random.integers(60, 200)), random.integers(2, 40, 3).tolist(), 64) for _ in range(3)]
    agree(answer, network_parameters, (10, [2], 4), (300, [16, 32, 64, 64, 64], 512), *drawn)


def class_names_of(outputs, names):
    """Turn the outputs of one sigmoid neuron into the names of classes.

    outputs: an array of floats of shape (images, 1), as `predict` returns it: the probability of class 1.
    names: the names of class 0 and of class 1.
    Returns a list of names, one for each image; 0.5 and more is class 1.

    Example: class_names_of(np.array([[0.2], [0.9]]), ["horses", "humans"]) is ["horses", "humans"].
    """
    return [names[int(output >= 0.5)] for output in outputs[:, 0]]


def check_class_names_of(answer, seed=0):
    outputs, names = np.array([[0.03], [0.97], [0.5], [0.61], [0.42]]), ["horses", "humans"]
    got = call(answer, outputs, names)
    if isinstance(got, str):
        raise Incorrect(f"Your function returns {kind(got)} for 5 images. A list of 5 names is wanted.")
    if isinstance(got, np.ndarray):
        got = got.tolist()
    if not isinstance(got, list | tuple):
        raise Incorrect(f"Your function returns {kind(got)}; a list of names is wanted.")
    if len(got) != 5:
        raise Incorrect(f"For 5 images your function gave {len(got)} names: {got}.")
    if not all(isinstance(name, str) for name in got):
        raise Incorrect(f"Your list is {got}. Names are wanted: take them out of `names`.")
    told = {
        "horses horses horses horses horses": "All five are horses. Did you use argmax? In a single column the largest "
        "is always number 0. Compare the probability with 0.5.",
        "humans horses horses horses humans": "Yours is the wrong way round: 0.97 is the probability of class 1, "
        "names[1].",
        "humans horses humans horses humans": "Yours is the wrong way round: 0.97 is the probability of class 1, "
        "names[1].",
        "horses humans horses humans horses": "0.5 came out as class 0. The task says that 0.5 and more is class 1. "
        "(`round` makes 0 of 0.5: it goes to the even number.)",
    }
    if message := told.get(" ".join(got)):
        raise Incorrect(message)
    random = np.random.default_rng(seed)
    for some, two in ((outputs, names), (random.random((6, 1)).round(2), ["cats", "dogs"])):
        right, got = class_names_of(some, two), list(call(answer, some, two))
        if got != right:
            raise Incorrect(f"For {some[:, 0].tolist()} your function gave {got}; {right} is right.")


def balanced_accuracy(labels, guesses):
    """Average the accuracy of the two classes, so that a class with few images counts as much as the other.

    labels, guesses: arrays of 0 and 1, of the same length; each class is among the labels.
    Returns a float: (share of right guesses among class 0 + the same among class 1) / 2.

    Example: labels [0, 0, 0, 1] and guesses [0, 0, 0, 0]: 3 of 3 and 0 of 1, so (1 + 0) / 2 = 0.5.
    """
    horses = (guesses[labels == 0] == 0).mean()
    humans = (guesses[labels == 1] == 1).mean()
    return float((horses + humans) / 2)


def check_balanced_accuracy(answer, seed=0):
    labels, guesses = np.array([0] * 8 + [1] * 2), np.array([0, 0, 0, 0, 0, 0, 1, 1] + [0, 1])
    got = number(call(answer, labels, guesses))
    asked = f"For 6 of 8 and 1 of 2 right your function gave {got:.4g}"
    rule_out(
        got,
        (0.7, f"{asked}. That is the usual accuracy, 7 of 10: class 0 counts four times as much as class 1."),
        (0.75, f"{asked}, which is class 0 alone. Take class 1, too, and the mean of both."),
        (0.5, f"{asked}, which is class 1 alone. Take class 0, too, and the mean of both."),
        (1.25, f"{asked}, the sum of both. Divide by 2."),
        (0.375, f"{asked}: 6 of 8 halved, or the product of the two. Add 6/8 and 1/2, then divide by 2."),
        (
            (6 / 7 + 1 / 3) / 2,
            f"{asked}. You divided by how often a class was *guessed*; divide by how often it *is* one.",
        ),
    )
    random = np.random.default_rng(seed)
    drawn = [(np.r_[0, 1, random.integers(0, 2, 10)], random.integers(0, 2, 12)) for _ in range(3)]
    agree(answer, balanced_accuracy, (labels, guesses), (np.array([0, 0, 0, 1]), np.zeros(4, int)), *drawn)


def _parameters(size, filters, dense, channels=3, bias=1, last_bias=1, halve=lambda size: (size - 2) // 2):
    total = 0
    for count in filters:
        total += count * (9 * channels + bias)
        channels, size = count, halve(size)
    return total + dense * (size * size * channels + bias) + dense + bias * last_bias


def _no_last_pool(size, filters, dense):
    flat = (_side(size, filters[:-1]) - 2) ** 2 * filters[-1]
    return _flat(size, filters, dense, lambda side, last: flat)


def _after_flatten(size, filters, dense):
    return dense * (_side(size, filters) ** 2 * filters[-1] + 1) + dense + 1


def _flat(size, filters, dense, flat):
    """The same with another idea of what Flatten passes on."""
    side = _side(size, filters)
    return network_parameters(size, filters, dense) + dense * (flat(side, filters[-1]) - side * side * filters[-1])


def _side(size, filters):
    for _ in filters:
        size = (size - 2) // 2
    return size


EXERCISES = [
    Exercise(
        id="network-parameters",
        lesson="06",
        title="1,704,097 or 9,494,561?",
        task="The smaller image needs the larger network. Write the whole sum as a function, and you can find out "
        "before any training what another block or another size will cost.",
        solution=network_parameters,
        check=check_network_parameters,
        points=2,
        hints=[
            "Go through the blocks one by one. What changes from block to block? The side, and the channels that come in.",
            "A block has `count * (3 * 3 * channels + 1)` parameters; then `channels = count` and "
            "`size = (size - 2) // 2`.",
            "After the blocks: `dense * (size * size * channels + 1)`, and `dense + 1` for the last neuron.",
        ],
        wrong=[
            (lambda size, filters, dense: _parameters(size, filters, dense, channels=1), "read one channel"),
            (lambda size, filters, dense: _parameters(size, filters, dense, last_bias=0), "one too few"),
            (lambda size, filters, dense: _parameters(size, filters, dense, bias=0), "those are the weights"),
            (lambda size, filters, dense: network_parameters(size, filters, dense) - dense - 1, "last neuron, which"),
            (lambda size, filters, dense: _after_flatten(size, filters, dense), "what the filters learn is missing"),
            (lambda size, filters, dense: _parameters(size, filters, dense, halve=lambda n: n // 2), "became 15"),
            (_no_last_pool, "pooling is missing"),
            (lambda size, filters, dense: _flat(size, filters, dense, lambda n, last: last), "leave the 6 * 6 out"),
            (lambda size, filters, dense: _flat(size, filters, dense, lambda n, last: n * last), "one row"),
            (lambda size, filters, dense: _parameters(size, filters, dense, halve=lambda n: (n - 2) / 2), "a float"),
            (lambda size, filters, dense: 5_049, "193 is right"),
        ],
        takeaway="Nearly all parameters stand behind Flatten: 512 * 3,136 for 300 pixels and five blocks, 512 * 18,496 "
        "for 150 pixels and three.",
    ),
    Exercise(
        id="one-neuron",
        lesson="06",
        title="One neuron, two names",
        task="`predict` gives one number for each image. Make names of them. It is a small function, and a well-known "
        "mistake hides in it.",
        solution=class_names_of,
        check=check_class_names_of,
        hints=[
            "Which class does 0.97 stand for, and which 0.03?",
            "The array has the shape (images, 1); `outputs[:, 0]` is the column itself.",
            "`int(output >= 0.5)` is 0 or 1, and `names[...]` takes it.",
        ],
        wrong=[
            (lambda outputs, names: [names[i] for i in outputs.argmax(axis=1)], "Did you use argmax"),
            (lambda outputs, names: [names[int(p < 0.5)] for p in outputs[:, 0]], "wrong way round"),
            (lambda outputs, names: [names[int(p <= 0.5)] for p in outputs[:, 0]], "wrong way round"),
            (lambda outputs, names: [names[round(p)] for p in outputs[:, 0]], "0.5 came out as class 0"),
            (lambda outputs, names: [int(p >= 0.5) for p in outputs[:, 0]], "Names are wanted"),
            (lambda outputs, names: names[int(outputs[0, 0] >= 0.5)], "A list of 5 names"),
            (lambda outputs, names: [names[int(outputs[0, 0] >= 0.5)]], "For 5 images your function gave 1 names"),
            (lambda outputs, names: ["horses", "humans", "humans", "humans", "horses"], "is right"),
            (lambda outputs, names: (outputs >= 0.5).sum(), "a list of names is wanted"),
        ],
        takeaway="argmax is for one output per class. With a single output it is always 0, and every image a horse.",
    ),
    Exercise(
        id="balanced-accuracy",
        lesson="06",
        title="Half right by saying one word",
        task="Of 28 photographs 15 show horses. A network that says *horse* to everything gets more than half of them right. "
        "The **balanced** accuracy gives it what it deserves: 0.5.",
        solution=balanced_accuracy,
        check=check_balanced_accuracy,
        hints=[
            "Look at the two classes one after the other. How many of the true horses were called horses?",
            "`guesses[labels == 0]` are the guesses for the true horses; `(… == 0).mean()` is the share that is right.",
            "Do the same with 1, add the two shares and divide by 2.",
        ],
        wrong=[
            (lambda labels, guesses: (labels == guesses).mean(), "the usual accuracy"),
            (lambda labels, guesses: (guesses[labels == 0] == 0).mean(), "class 0 alone"),
            (lambda labels, guesses: (guesses[labels == 1] == 1).mean(), "class 1 alone"),
            (lambda labels, guesses: 2 * balanced_accuracy(labels, guesses), "Divide by 2"),
            (
                lambda labels, guesses: (guesses[labels == 0] == 0).mean() * (guesses[labels == 1] == 1).mean(),
                "the product of the two",
            ),
            (
                lambda labels, guesses: sum((labels[guesses == one] == one).mean() for one in (0, 1)) / 2,
                "how often it *is* one",
            ),
            (lambda labels, guesses: 0.625, "0.5 is right"),
            (lambda labels, guesses: labels == guesses, "a single number"),
        ],
        takeaway="A coin gets 0.5, and so does a network with one answer for everything; no class can hide behind the other.",
    ),
]
