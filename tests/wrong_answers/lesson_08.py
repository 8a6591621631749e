"""Wrong answers to the exercises of lesson 08, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_08 import CHANGES, TASKS, compare_networks, right_epoch


def _steady(first, second, parts=(0, 1), chosen=slice(None)):
    """Whether two epochs are equal, with one thing done differently."""
    pairs = list(zip(first, second, strict=True))[chosen]
    return all(np.array_equal(one[part], other[part]) for one, other in pairs for part in parts)


def _tally(first, second, labels, limit=0.5, factor=2.0, root=True):
    """b, c and whether it counts, with one thing done differently."""
    one, two = ((answers > limit) == (labels == 1) for answers in (first, second))
    b, c = int((one & ~two).sum()), int((two & ~one).sum())
    return b, c, abs(b - c) > factor * (b + c) ** (0.5 if root else 1)


def _divided(first, second, labels):
    b, c, _ = _tally(first, second, labels)
    return b, c, abs(b - c) / (b + c) ** 0.5 > 2


def _allowing(*names):
    return lambda task: TASKS[task] | {*names}


def _leaving_out(name):
    return lambda task: TASKS[task] - {name}


def _stopped(losses, patience, shift=0, late=0):
    best, last = right_epoch(losses, patience)
    return best - shift, min(last - shift + late, len(losses))


WRONG = {
    "safe-changes": [
        (lambda task: set(CHANGES), "on the ceiling"),
        (lambda task: TASKS["cats and dogs"], "A 2 or a 3 in a mirror"),
        (lambda task: TASKS[task] | ({"vertical_flip"} if "digits" in task else set()), "nearly a 5"),
        (
            lambda task: TASKS[task] | ({"large_rotation"} if "digits" in task else set()),
            "is a 9, with the label 6",
        ),
        (lambda task: TASKS[task] | ({"horizontal_flip"} if "arrows" in task else set()), "all labels wrong"),
        (_leaving_out("vertical_flip"), "top and bottom can be exchanged here"),
        (_leaving_out("large_rotation"), "no side is up"),
        (_leaving_out("small_rotation"), "askew"),
        (_allowing("brightness"), "distinguishes day from night"),
        (lambda task: {"rotation"}, "it can be one of"),
        (lambda task: "brightness", "it should return a set of names"),
        (lambda task: set(), "leave out horizontal_flip"),
    ],
    "steady-validation": [
        (lambda first, second: True, "Compare all pixels"),
        (lambda first, second: False, "changes nothing you gave False"),
        (lambda first, second: _steady(first, first), "Compare all pixels"),
        (lambda first, second: len(first) == len(second), "Compare all pixels"),
        (lambda first, second: _steady(first, second, chosen=slice(1)), "in its last batch only"),
        (lambda first, second: _steady(first, second, parts=(0,)), "two labels exchanged"),
        (lambda first, second: not _steady(first, second), "changes nothing you gave False"),
        (lambda first, second: "equal", "True or False"),
        (
            lambda first, second: all(
                np.array_equal(a, b) and c.sum() == d.sum() for (a, c), (b, d) in zip(first, second, strict=True)
            ),
            "two labels exchanged",
        ),
        (lambda first, second: [_steady(first, second)], "True or False"),
        (lambda first, second: True if len(first) != 4 else _steady(first, second), "and you gave True"),
    ],
    "right-epoch": [
        (lambda losses, patience: (int(np.argmin(losses)) + 1, len(losses)), "epoch 5 never came"),
        (lambda losses, patience: _stopped(losses, patience, shift=1), "epochs count from 1"),
        (lambda losses, patience: right_epoch(losses, patience - 1), "is not yet two"),
        (lambda losses, patience: _stopped(losses, patience, late=1), "It ends after epoch 4"),
        (lambda losses, patience: right_epoch(losses, patience)[::-1], "first the best epoch"),
        (lambda losses, patience: (right_epoch(losses, patience)[1],) * 2, "are the last, not the best"),
        (lambda losses, patience: (2, 4), "is right"),
        (lambda losses, patience: 2, "it should return two numbers"),
    ],
    "drop-out": [
        (lambda values, keep, rate: values * keep, "not enlarged"),
        (lambda values, keep, rate: values * keep * (1 - rate), "smaller still"),
        (lambda values, keep, rate: values * keep / max(rate, 0.1), "The part that is kept"),
        (lambda values, keep, rate: values * ~keep / (1 - rate), "True is for the values that stay"),
        (lambda values, keep, rate: values / (1 - rate), "none is dropped"),
        (lambda values, keep, rate: values * keep * (1 + rate), "You multiply by 1.2"),
        (lambda values, keep, rate: values * keep / keep.mean(), "kept *here*"),
        (lambda values, keep, rate: (values * keep / (1 - rate)).sum(), "an array of shape (2, 2)"),
        (lambda values, keep, rate: values * keep * 1.25, "is right"),
        (
            lambda values, keep, rate: np.array(
                [[values[i, j] * keep[i, j] / (1 - rate) for j in range(values.shape[1])] for i in range(len(values))]
            ),
            "IndexError",
        ),
    ],
    "compare-networks": [
        (lambda first, second, labels: _tally(second, first, labels), "first b"),
        (
            lambda first, second, labels: (
                int(((first > 0.5) == (labels == 1)).sum()),
                int(((second > 0.5) == (labels == 1)).sum()),
                True,
            ),
            "say nothing; leave them out",
        ),
        (
            lambda first, second, labels: (
                int(((first > 0.5) & (second <= 0.5)).sum()),
                int(((first <= 0.5) & (second > 0.5)).sum()),
                True,
            ),
            "not with the labels",
        ),
        (lambda first, second, labels: _tally(first, second, labels, limit=0.49), "exactly 0.5"),
        (lambda first, second, labels: _tally(first, second, labels, factor=4.0), "2 · √11 is 6.6"),
        (lambda first, second, labels: _tally(first, second, labels, root=False), "2 · √11 is 6.6"),
        (lambda first, second, labels: (*compare_networks(first, second, labels)[:2], True), "against"),
        (lambda first, second, labels: _tally(first, second, labels, factor=2**0.5), "For 4 against 0 you gave True"),
        (_divided, "ZeroDivisionError"),
        (lambda first, second, labels: (0, 0, False), "you gave (0, 0)"),
        (lambda first, second, labels: 3, "return b, c, counts"),
        (lambda first, second, labels: (10, 1, "yes"), "True or False"),
        (lambda first, second, labels: (10.0, 1.0, True), "a float"),
        (lambda first, second, labels: (10, 1, True), "is right"),
    ],
}
