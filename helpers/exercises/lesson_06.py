"""Exercises of lesson 06: parameters of a whole network, one neuron for two classes, balanced accuracy.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, as_list, call, number, rule_out, whole
from helpers.exercises.core import Exercise, Incorrect
from helpers.exercises.quiz import Choice, Question


def network_parameters(size, filters, dense):
    """Count the parameters of a network like those of this lesson.

    size: the images have size × size pixels and 3 channels.
    filters: how many filters each block has, such as [16, 32, 64]. A block is a 3 × 3 convolution
    (padding "valid", with biases) and a 2 × 2 max pooling; an odd margin is dropped.
    dense: how many neurons the layer after Flatten has. One neuron follows it.
    Returns an int.

    Example: network_parameters(10, [2], 4) is 193: 2 * (3 * 3 * 3 + 1) = 56, then 10 → 8 → 4 and
    4 * (4 * 4 * 2 + 1) = 132, then 4 + 1 = 5.
    """
    channels, total = 3, 0
    for count in filters:
        total += count * (3 * 3 * channels + 1)
        channels = count
        size = (size - 2) // 2
    total += dense * (size * size * channels + 1)
    return total + dense + 1


def _check_network_parameters(answer, seed=0):
    got = number(call(answer, 31, [4, 8], 16))
    asked = f"For 31 pixels, [4, 8] and 16 you gave {got:,}"
    rule_out(
        got,
        (4_977, f"{asked}: the first filters read one channel. A color image has 3."),
        (5_048, f"{asked}, one too few: the last neuron has a bias, too."),
        (5_020, f"{asked}: those are the weights. Every filter and every neuron also has a bias."),
        (5_032, f"{asked}: without the last neuron, which has 16 weights and a bias."),
        (4_641, f"{asked}: what the filters learn is missing. Only what follows Flatten was counted."),
        (6_713, f"{asked}: 31 pixels became 15. A filter takes a pixel from each border first: 29 // 2 = 14."),
        (18_873, f"{asked}: the last block's pooling is missing. 14 becomes 12, and then 6."),
        (569, f"{asked}: Flatten passes on 6 * 6 * 8 values. Did you leave the 6 * 6 out?"),
        (1_209, f"{asked}: 6 * 8 values are one row. Flatten passes on 6 rows of them."),
    )
    whole(got)
    random = np.random.default_rng(seed)
    drawn = [(int(random.integers(60, 200)), random.integers(2, 40, 3).tolist(), 64) for _ in range(3)]
    agree(answer, network_parameters, (10, [2], 4), (300, [16, 32, 64, 64, 64], 512), *drawn)


def class_names_of(outputs, names):
    """Turn the outputs of one sigmoid neuron into class names.

    outputs: an array of floats of shape (images, 1), as `predict` returns it: the probability of class 1.
    names: the names of class 0 and of class 1.
    Returns a list of names, one for each image; 0.5 and more is class 1.

    Example: class_names_of(np.array([[0.2], [0.9]]), ["horses", "humans"]) is ["horses", "humans"].
    """
    return [names[int(output >= 0.5)] for output in outputs[:, 0]]


REVERSED = "the wrong way round: 0.97 is the probability of class 1, names[1]."


def _check_class_names_of(answer, seed=0):
    outputs, names = np.array([[0.03], [0.97], [0.5], [0.61], [0.42]]), ["horses", "humans"]
    got = as_list(call(answer, outputs, names), "a list of 5 names for 5 images", length=5)
    if not all(isinstance(name, str) for name in got):
        raise Incorrect(f"Your list is {got}. It should hold names: take them out of `names`.")
    usual = {
        "horses horses horses horses horses": "All five are horses. Did you use argmax? In a single column the largest "
        "is always number 0. Compare the probability with 0.5.",
        "humans horses horses horses humans": f"Yours is {REVERSED}",
        "humans horses humans horses humans": f"Yours is {REVERSED}",
        "horses humans horses humans horses": "0.5 came out as class 0. The task says that 0.5 and more is class 1. "
        "(`round` turns 0.5 into 0: it rounds to the even number.)",
    }
    if sentence := usual.get(" ".join(got)):
        raise Incorrect(sentence)
    random = np.random.default_rng(seed)
    for case in ((outputs, names), (random.random((6, 1)).round(2), ["cats", "dogs"])):
        right, got = class_names_of(*case), as_list(call(answer, *case), "a list of names")
        if got != right:
            raise Incorrect(f"For {case[0][:, 0].tolist()} your function gave {got}; {right} is right.")


def balanced_accuracy(labels, guesses):
    """Return the balanced accuracy: the mean of the two classes' accuracies, so that a rare class counts as much.

    labels, guesses: arrays of 0 and 1, of the same length; each class is among the labels.
    Returns a float: (share of right guesses in class 0 + the same in class 1) / 2.

    Example: balanced_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0])) is 0.5: 3 of 3 are right and
    0 of 1, so (1 + 0) / 2.
    """
    horses = (guesses[labels == 0] == 0).mean()
    humans = (guesses[labels == 1] == 1).mean()
    return float((horses + humans) / 2)


def _check_balanced_accuracy(answer, seed=0):
    labels, guesses = np.array([0] * 8 + [1] * 2), np.array([0, 0, 0, 0, 0, 0, 1, 1] + [0, 1])
    got = number(call(answer, labels, guesses))
    asked = f"For 6 of 8 and 1 of 2 right your function gave {got:.4g}"
    rule_out(
        got,
        (0.7, f"{asked}. That is the usual accuracy, 7 of 10: class 0 counts four times as much as class 1."),
        (0.75, f"{asked}, which is only class 0. Include class 1, and take the mean of both."),
        (0.5, f"{asked}, which is only class 1. Include class 0, and take the mean of both."),
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


EXERCISES = [
    Exercise(
        name="one-neuron",
        title="One neuron, two names",
        task="`predict` gives one number for each image. Turn these numbers into names. It's a small function, with a "
        "well-known trap in it.",
        solution=class_names_of,
        check=_check_class_names_of,
        hints=[
            "Which class does 0.97 stand for, and which 0.03?",
            "The array has the shape (images, 1); `outputs[:, 0]` is the column itself.",
            "`int(output >= 0.5)` is 0 or 1, an index for `names`.",
        ],
        takeaway="argmax is for one output per class. With a single output it is always 0, and every image is a horse.",
    ),
    Exercise(
        name="network-parameters",
        title="1,704,097 or 9,494,561?",
        task="The smaller image needs the larger network. Write the whole sum as a function, and you can find out "
        "before you train what another block or another size will cost.",
        solution=network_parameters,
        check=_check_network_parameters,
        points=2,
        hints=[
            "Go through the blocks one by one. What changes from block to block? The side, and the channels that come in.",
            "A block has `count * (3 * 3 * channels + 1)` parameters; then `channels = count` and "
            "`size = (size - 2) // 2`.",
            "After the blocks: `dense * (size * size * channels + 1)`, and `dense + 1` for the last neuron.",
        ],
        takeaway="Nearly all parameters come after Flatten: 512 * 3,136 for 300 pixels and five blocks, 512 * 18,496 "
        "for 150 pixels and three.",
    ),
    Exercise(
        name="balanced-accuracy",
        title="Half right by saying one word",
        task="Of 28 photographs 15 show horses. A network that says *horse* to everything gets more than half of them right. "
        "The **balanced** accuracy gives it what it deserves: 0.5.",
        solution=balanced_accuracy,
        check=_check_balanced_accuracy,
        hints=[
            "Look at the two classes one after the other. How many of the true horses were called horses?",
            "`guesses[labels == 0]` are the guesses for the true horses; `(… == 0).mean()` is the share that is right.",
            "Do the same with 1, add the two shares and divide by 2.",
        ],
        takeaway="A coin toss gets 0.5, and so does a network with one answer for everything; no class can hide behind the other.",
    ),
]

QUESTIONS = (
    Question(
        "You halve the side of the images and keep all five blocks. What happens to the number of parameters?",
        (
            Choice(
                "It stays the same: filters don't depend on the size of the image.",
                False,
                "That's true for the filters. But Flatten passes on fewer values, and the dense layer has weights for each.",
            ),
            Choice(
                "It gets smaller: Flatten passes on fewer values.",
                True,
                "150 → 74 → 36 → 17 → 7 → 2, and 2 · 2 · 64 = 256 values instead of 3,136. This lesson's 150-pixel network "
                "has more only because two blocks were left out as well.",
            ),
            Choice(
                "It gets 5.6 times as large.",
                False,
                "That was with three blocks. The smaller size alone makes the number smaller.",
            ),
        ),
    ),
    Question(
        "`model.predict(image)` returns `[[0.03]]`; the classes are horses (0) and humans (1). What does the network say?",
        (
            Choice(
                '"I\'m unsure: only 3 %."',
                False,
                "0.03 is the probability of class 1. The network is as sure as it would be with 0.97, but of the other class.",
            ),
            Choice(
                '"A horse, and I\'m sure of it."',
                True,
                "Near 0 means class 0. Whether it deserves to be so sure is another question.",
            ),
            Choice(
                '"argmax is 0, so a horse."',
                False,
                "It is a horse, but that's luck: argmax of a single output is always 0, for humans as well.",
            ),
        ),
    ),
    Question(
        "A network reaches 0.99 on the validation images of its data set. Now it's to sort the photographs of a riding "
        "school. What do you do first?",
        (
            Choice(
                "Use it: 0.99 was measured on images that it hadn't seen.",
                False,
                "Unseen, but made in the same way. The riding school's photographs aren't.",
            ),
            Choice(
                "Train it for more epochs, up to 1.000.",
                False,
                "That makes it surer of what its own images have in common.",
            ),
            Choice(
                "Measure it on some of those photographs, class by class.",
                True,
                "And keep them out of training, so that you can go on measuring with them.",
            ),
        ),
    ),
)
