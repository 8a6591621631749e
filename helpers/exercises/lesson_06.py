"""Exercises of lesson 06: one neuron for two classes, memory of a batch, the surest mistakes, balanced accuracy, pasting."""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, array, as_list, call, close, leave_alone, number, numbers, rule_out, whole
from helpers.exercises.core import Exercise, Incorrect


def class_names_of(outputs, names):
    """Turn the outputs of one sigmoid neuron into class names.

    outputs: an array of floats of shape (images, 1), as `predict` returns it: the probability of class 1.
    names: the names of class 0 and of class 1.
    Returns a list of names, one for each image; 0.5 or more is class 1.

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
        "horses humans horses humans horses": "0.5 came out as class 0. The task says that 0.5 or more is class 1. "
        "(`round` turns 0.5 into 0: it rounds to the even number.)",
    }
    if sentence := usual.get(" ".join(got)):
        raise Incorrect(sentence)
    drawn = np.random.default_rng(seed).random((6, 1)).round(2), ["cats", "dogs"]
    agree(answer, class_names_of, (outputs, names), drawn, ask=_names)


def _names(answer, *arguments):
    return as_list(call(answer, *arguments), "a list of names")


def largest_batch(shapes, gigabytes):
    """Find the largest batch that a network can train on: a power of two.

    shapes: the shapes of what the network keeps for one image, such as [(300, 300, 3), (298, 298, 16)].
    Every value takes 4 bytes, and needs as much again for its gradient.
    gigabytes: how much memory there is for them; a gigabyte has 10 ** 9 bytes.
    Returns an int: 1, 2, 4, 8 …, or 0 if not even one image fits.

    Example: largest_batch([(100, 100, 10)], 0.01) is 8: an image takes 100 * 100 * 10 * 4 * 2 = 800,000 bytes,
    so 12 fit, and 8 is the largest power of two up to 12.
    """
    values = sum(int(np.prod(shape)) for shape in shapes)
    fitting = int(gigabytes * 10**9 // (values * 4 * 2))
    batch = 0
    while max(2 * batch, 1) <= fitting:
        batch = max(2 * batch, 1)
    return batch


def _check_largest_batch(answer, seed=0):
    shapes, gigabytes = [(60, 60, 3), (58, 58, 16), (29, 29, 16), (27, 27, 32)], 0.027
    got = number(call(answer, shapes, gigabytes))
    asked = f"For {shapes} and {gigabytes} GB you gave {got:,}"
    rule_out(
        got,
        (
            64,
            f"{asked}, twice as many as fit. Every value needs 4 bytes, and 4 more for its gradient. If you counted both, "
            "you doubled the batch once too often.",
        ),
        (256, f"{asked}. Did you count a value as one byte? It takes 4, and 4 more for its gradient."),
        (128, f"{asked}. A value takes 8 bytes, 4 for itself and 4 for its gradient."),
        (33, f"{asked}. So many fit, but a power of two was asked for: 1, 2, 4, 8 …"),
        (0, f"{asked}, but many fit. A gigabyte has 10 ** 9 bytes."),
    )
    whole(got)
    random = np.random.default_rng(seed)
    side = int(random.integers(50, 120))
    kept = [(side, side, int(random.integers(3, 40))), (side - 2, side - 2, 64), (side - 2, side - 2, 64)]
    drawn = [(kept, float(random.uniform(0.01, 0.9))) for _ in range(3)]
    one, other = [(100, 100, 10)], [(300, 300, 3)]
    agree(answer, largest_batch, (shapes, gigabytes), (one, 0.0064), (one, 0.1), (other, 0.001), *drawn)


def surest_mistakes(outputs, labels, count):
    """Find the images that a network gets wrong, the surest mistakes first.

    outputs: floats of shape (images,), the probability of class 1; 0.5 or more means class 1.
    labels: the right classes, 0 or 1, of shape (images,).
    count: how many mistakes to return at most.
    Returns a list of ints, places in `outputs`. The farther an output is from 0.5, the surer the network was.

    Example: surest_mistakes(np.array([0.9, 0.2, 0.6, 0.01]), np.array([0, 0, 0, 1]), 2) is [3, 0]: 0, 2 and 3 are
    wrong, and 0.01 is farthest from 0.5.
    """
    wrong = np.flatnonzero((outputs >= 0.5) != labels)
    order = np.argsort(-np.abs(outputs[wrong] - 0.5))
    return wrong[order][:count].tolist()


def _check_surest_mistakes(answer, seed=0):
    outputs, labels = np.array([0.1, 0.95, 0.3, 0.6, 0.02, 0.5, 0.85]), np.array([0, 0, 1, 0, 1, 0, 1])
    got = numbers(call(answer, outputs, labels, 4), "a list of 4 places", length=4, each=number)
    asked = f"For the outputs {outputs.tolist()} and the labels {labels.tolist()} you gave {got}"
    rule_out(
        got,
        ([1, 2, 3, 4], f"{asked}: wrong ones, but as they come. Put the surest mistake first."),
        ([5, 3, 2, 1], f"{asked}: the least sure ones come first. Sort the other way round."),
        (
            [1, 3, 5, 2],
            f"{asked}, sorted by the output. A sure mistake can also be near 0: take the distance from 0.5.",
        ),
        (
            [4, 2, 5, 3],
            f"{asked}, sorted by the output. A sure mistake can also be near 1: take the distance from 0.5.",
        ),
        ([4, 1, 0, 6], f"{asked}: the surest answers, but 0 and 6 are right. Keep only those that are wrong."),
        ([3, 0, 1, 2], f"{asked}: places among the mistakes. Places in `outputs` were asked for."),
        ([3, 2, 1, 4], f"{asked}: the surest one comes last. Reverse it."),
    )
    random = np.random.default_rng(seed)
    drawn = [
        (random.permutation(40)[:12] / 40 + 0.01, random.integers(0, 2, 12), int(random.integers(1, 9)))
        for _ in range(3)
    ]
    right = np.array([0.9, 0.1]), np.array([1, 0]), 3
    agree(answer, surest_mistakes, (outputs, labels, 2), (outputs, labels, 9), right, *drawn, ask=_places)


def _places(answer, *arguments):
    return numbers(call(answer, *arguments), "a list of places")


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
        (
            0.375,
            f"{asked}: 6 of 8 halved, the product of the two, or the share of mistakes. Add 6/8 and 1/2, then divide by 2.",
        ),
        (
            (6 / 7 + 1 / 3) / 2,
            f"{asked}. You divided by how often a class was *guessed*; divide by how often it *is* one.",
        ),
    )
    random = np.random.default_rng(seed)
    drawn = [(np.r_[0, 1, random.integers(0, 2, 10)], random.integers(0, 2, 12)) for _ in range(3)]
    agree(answer, balanced_accuracy, (labels, guesses), (np.array([0, 0, 0, 1]), np.zeros(4, int)), *drawn)


def paste_at(figure, background, top, left):
    """Paste a figure onto a larger background, which stays as it is; return the new image.

    figure: floats from 0 to 1, of shape (height, width, 4): red, green, blue, already multiplied by alpha, and alpha.
    background: floats from 0 to 1, of shape (rows, columns, 3), at least as large.
    top, left: the row and the column of the background where the figure's upper left corner goes.
    Returns floats of the background's shape.

    Example: paste_at(np.array([[[0.5, 0.0, 0.0, 0.5]]]), np.ones((1, 2, 3)), 0, 1) is
    [[[1.0, 1.0, 1.0], [1.0, 0.5, 0.5]]]: half red, half white.
    """
    image = background.copy()
    height, width = figure.shape[:2]
    behind = image[top : top + height, left : left + width]
    image[top : top + height, left : left + width] = figure[..., :3] + (1 - figure[..., 3:]) * behind
    return image


def _check_paste_at(answer, seed=0):
    random = np.random.default_rng(seed)
    cases = []
    for height, width in ((2, 3), (3, 2), (1, 4)):
        alpha = random.uniform(0.2, 0.8, (height, width, 1))
        figure = np.concatenate([random.random((height, width, 3)) * alpha, alpha], axis=2)
        cases.append((figure, random.uniform(0.2, 1, (6, 8, 3)), 1, int(random.integers(2, 5))))
    for figure, background, top, left in cases:
        given = background.copy()
        right = paste_at(figure, background, top, left)
        got = array(
            call(answer, figure, background, top, left),
            right.shape,
            (figure[..., :3].shape, "You returned the part with the figure alone. Return the whole image."),
        )
        region = np.s_[top : top + figure.shape[0], left : left + figure.shape[1]]
        behind, colors, alpha = given[region], figure[..., :3], figure[..., 3:]

        def instead(part, region=region, given=given):
            image = given.copy()
            image[region] = part
            return image

        def elsewhere(row, column, figure=figure, given=given):
            return paste_at(figure, given, row, column)

        rule_out(
            got,
            (given, "The image you returned is the background without the figure."),
            (instead(colors), "Nothing of the background shows through. Add (1 - alpha) times the background."),
            (
                instead(colors + behind),
                "You added all of the background. Where the figure is, only (1 - alpha) of it remains.",
            ),
            (
                instead(colors + alpha * behind),
                "You kept alpha times the background. It is the figure that covers alpha; (1 - alpha) is left.",
            ),
            (
                instead(alpha * colors + (1 - alpha) * behind),
                "You multiplied the figure's colors by alpha. They already are.",
            ),
            (
                elsewhere(left, top) if left + figure.shape[0] <= 6 else None,
                "You exchanged top and left. Rows come first.",
            ),
            (elsewhere(0, 0), "The figure is in the upper left corner. Put it at `top` and `left`."),
        )
        if not close(got, right):
            row, column = np.argwhere(~np.isclose(got, right, atol=1e-3))[0][:2]
            raise Incorrect(
                f"At row {row}, column {column} you have {got[row, column].round(3).tolist()}; "
                f"{right[row, column].round(3).tolist()} is right."
            )
    leave_alone("background", 1, answer, np.full((1, 1, 4), 0.5), np.zeros((2, 2, 3)), 0, 1)


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
        name="largest-batch",
        title="How many fit?",
        task="Before you train, find out how much your machine can take. It saves you a dead kernel.",
        solution=largest_batch,
        check=_check_largest_batch,
        hints=[
            "How many bytes does one image take? Add up the values of all shapes first; `np.prod(shape)` multiplies a shape's numbers.",
            "`fitting = gigabytes * 10**9 // (values * 4 * 2)` images fit.",
            "Begin with 1 and double it while the double still fits. But if `fitting` is 0, return 0.",
        ],
        takeaway="A batch of half the size needs half the memory. The weights are the same in any case.",
    ),
    Exercise(
        name="surest-mistakes",
        title="The surest mistakes",
        task="The mistakes that a network is surest of tell you most about it. Find them.",
        solution=surest_mistakes,
        check=_check_surest_mistakes,
        hints=[
            "First find what is wrong: `(outputs >= 0.5) != labels` is True there, and `np.flatnonzero` gives the places.",
            "How sure was the network? The distance `np.abs(outputs - 0.5)`.",
            "`np.argsort` sorts from small to large. Sort the distances with a minus sign, and take the places in that order.",
        ],
        takeaway="A network that is sure and wrong has learned something that isn't so. Ten such pictures tell you more than its accuracy.",
    ),
    Exercise(
        name="balanced-accuracy",
        title="Half right by saying one word",
        task="Of 28 photographs 15 show horses. A network that says *horse* to everything gets more than half of them right. "
        "Its **balanced** accuracy shows what that is worth: 0.5.",
        solution=balanced_accuracy,
        check=_check_balanced_accuracy,
        hints=[
            "Look at the two classes one after the other. How many of the true horses were called horses?",
            "`guesses[labels == 0]` are the guesses for the true horses; `(… == 0).mean()` is the share that is right.",
            "Do the same with 1, add the two shares and divide by 2.",
        ],
        takeaway="A coin toss gets 0.5, and so does a network with one answer for everything; no class can hide behind the other.",
    ),
    Exercise(
        name="paste-at",
        title="Put the horse there",
        task="In the lesson, figure and background have the same size. Write the general case: a small figure, anywhere on a large background.",
        solution=paste_at,
        check=_check_paste_at,
        points=2,
        hints=[
            "Begin with a copy of the background, and find the part of it that the figure will cover.",
            "`image[top : top + height, left : left + width]` is that part. Rows come first.",
            "It becomes `figure[..., :3] + (1 - figure[..., 3:]) * part`.",
        ],
        takeaway="With this, one figure and a hundred backgrounds make as many pictures as you like.",
    ),
]
