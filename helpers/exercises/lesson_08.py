"""Exercises of lesson 08: safe augmentation, a validation that changes by mistake, early stopping, dropout, two networks compared."""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, array, as_array, as_list, call, kind, numbers, rule_out, whole
from helpers.exercises.core import Exercise, Incorrect

CHANGES = ("horizontal_flip", "vertical_flip", "small_rotation", "large_rotation", "brightness")


def safe_changes(task):
    """Choose the changes after which every image of a task still has its label, and still looks like one of them.

    task: one of "cats and dogs", "digits 0 to 9", "arrows that point left or right",
    "cells under a microscope" (no side is up) and "photographs by day or by night".
    Returns a set of some of "horizontal_flip" (left and right exchanged), "vertical_flip" (top and bottom exchanged),
    "small_rotation" (up to 15 degrees), "large_rotation" (up to 180 degrees) and "brightness" (darker or lighter).

    Example: safe_changes("cats and dogs") contains "horizontal_flip", because a cat that looks to the left is a cat.
    Photographs are upright: a change that turns them over makes images that no one will ask about.
    """
    if task == "cats and dogs":
        return {"horizontal_flip", "small_rotation", "brightness"}
    if task == "digits 0 to 9":  # a 2 in a mirror isn't a digit, and a 6 upside down is a 9
        return {"small_rotation", "brightness"}
    if task == "arrows that point left or right":
        return {"vertical_flip", "small_rotation", "brightness"}
    if task == "cells under a microscope":
        return {"horizontal_flip", "vertical_flip", "small_rotation", "large_rotation", "brightness"}
    return {"horizontal_flip", "small_rotation"}  # brightness distinguishes day from night


UPRIGHT = "Photographs are upright: a sky at the bottom helps no one."
HARM = {  # task → change → why not
    "cats and dogs": {
        "vertical_flip": "No one photographs cats on the ceiling: such images use up capacity for nothing.",
        "large_rotation": "Up to 180 degrees means upside down: no one photographs cats on the ceiling.",
    },
    "digits 0 to 9": {
        "horizontal_flip": "A 2 or a 3 in a mirror isn't a digit any more.",
        "vertical_flip": "A 6 becomes nearly a 9's mirror image, and a 2 nearly a 5.",
        "large_rotation": "A 6 turned by 180 degrees is a 9, with the label 6.",
    },
    "arrows that point left or right": {
        "horizontal_flip": "It turns every left arrow into a right one: all labels wrong.",
        "large_rotation": "Turned by 180 degrees, left is right.",
    },
    "photographs by day or by night": {
        "brightness": "Brightness is what distinguishes day from night.",
        "vertical_flip": UPRIGHT,
        "large_rotation": UPRIGHT,
    },
}
TASKS = {task: safe_changes(task) for task in [*HARM, "cells under a microscope"]}
LOST = {
    "horizontal_flip": "left and right can be exchanged here, and the label stays",
    "vertical_flip": "top and bottom can be exchanged here, and the label stays",
    "small_rotation": "15 degrees happen whenever a camera or a pen is held askew",
    "large_rotation": "no side is up here",
    "brightness": "a darker image shows the same thing",
}


def _check_safe_changes(answer, seed=0):
    again = np.random.default_rng(seed).choice(list(TASKS), 12).tolist()  # in any order, and more than once
    for task in (*TASKS, *again):
        got, right = call(answer, task), TASKS[task]
        if not isinstance(got, set | frozenset | list | tuple):
            raise Incorrect(f'For "{task}" your function returns {kind(got)}; it should return a set of names.')
        for name in got:
            if not isinstance(name, str) or name not in CHANGES:
                raise Incorrect(f'For "{task}" you gave {name!r}; it can be one of {", ".join(CHANGES)}.')
        for name in CHANGES:
            if name in got and name not in right:
                raise Incorrect(f'For "{task}" you allow {name}. {HARM[task][name]}')
            if name in right and name not in got:
                raise Incorrect(f'For "{task}" you leave out {name}: {LOST[name]}.')


def is_steady(first, second):
    """Say whether a reader gave exactly the same batches in two epochs, as a validation reader must.

    first, second: the batches of the two epochs, lists of equal length. Each batch is a pair of arrays: images, labels.
    Returns True if all images and all labels of all batches are equal, else False.

    Example: is_steady([(np.zeros(2), np.ones(1))], [(np.zeros(2), np.zeros(1))]) is False: the labels differ.
    """
    for (images, labels), (later_images, later_labels) in zip(first, second, strict=True):
        if not np.array_equal(images, later_images) or not np.array_equal(labels, later_labels):
            return False
    return True


def two_epochs(count, random, changing=None):
    """Return `count` batches of small random images, twice; `changing` is (index, "images" | "labels") of what differs."""
    first = [(random.random((3, 2, 2, 3)), random.permutation(3)) for _ in range(count)]
    second = [(images.copy(), labels.copy()) for images, labels in first]
    if changing:
        images, labels = second[changing[0]]
        if changing[1] == "images":
            images[-1] = images[-1, :, ::-1]  # one image in a mirror
        else:
            labels[:] = labels[::-1]
    return first, second


def _check_is_steady(answer, seed=0):
    random = np.random.default_rng(seed)
    cases = [
        (None, "For a reader that changes nothing you gave False. Compare each batch with the batch of the same number."),
        ((0, "images"), "A reader mirrors one image of the first batch in the second epoch, and you gave True. Compare all "
         "pixels, for example with `np.array_equal`."),
        ((3, "images"), "A reader changes one image in its last batch only, and you gave True. Compare all batches."),
        ((2, "labels"), "A reader gives the same images with two labels exchanged, and you gave True. Compare the labels, too."),
    ]  # fmt: skip
    for changing, sentence in cases:
        if _truth(call(answer, *two_epochs(4, random, changing))) != (changing is None):
            raise Incorrect(sentence)
    for _ in range(12):
        count = int(random.integers(1, 7))
        changing = (
            (int(random.integers(count)), str(random.choice(["images", "labels"]))) if random.random() < 0.6 else None
        )
        if _truth(call(answer, *two_epochs(count, random, changing))) != (changing is None):
            what = f"changes {changing[1]} in batch {changing[0]}" if changing else "changes nothing"
            raise Incorrect(f"A reader of {count} batches {what}, and you gave {changing is not None}.")


def drop_out(values, keep, rate):
    """Do by hand what a dropout layer does to one batch in training.

    values: an array of numbers, any shape. keep: an array of True and False of the same shape, chosen at random:
    False where a value is dropped. rate: the part that is dropped on average, such as 0.3.
    Returns an array of the same shape: 0 where dropped, and the others enlarged, so that the mean stays about
    the same.

    Example: drop_out(np.array([2.0, 4.0]), np.array([True, False]), 0.5) is [4.0, 0.0].
    """
    return np.where(keep, values / (1 - rate), 0.0)


def _check_drop_out(answer, seed=0):
    values, keep = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[True, False], [True, True]])
    got = array(call(answer, values, keep, 0.2), (2, 2))
    rule_out(
        got,
        ([[1, 0], [3, 4]], "You gave [[1, 0], [3, 4]] at rate 0.2: not enlarged. Divide by 1 - 0.2 = 0.8."),
        ([[0.8, 0], [2.4, 3.2]], "You multiply by 0.8, so the values become smaller still. Divide by 0.8."),
        ([[5, 0], [15, 20]], "You divide by 0.2, the part that is dropped. The part that is kept is 1 - 0.2 = 0.8."),
        ([[0, 2.5], [0, 0]], "You drop where `keep` is True. True is for the values that stay."),
        ([[1.25, 2.5], [3.75, 5]], "All are enlarged and none is dropped."),
        ([[1.2, 0], [3.6, 4.8]], "You multiply by 1.2. To make up for the 0.2 that are gone, divide by 0.8."),
        ([[4 / 3, 0], [4, 16 / 3]], "You divide by the part that was kept *here*, 0.75. Use the rate: 1 - 0.2."),
    )
    random = np.random.default_rng(seed)
    shapes = [(0.2, (3, 4)), (0.3, (5,)), (0.0, (3, 4)), (0.5, (2, 2, 3))]
    drawn = [(random.normal(size=shape).round(2), random.random(shape) >= rate, rate) for rate, shape in shapes]
    agree(answer, drop_out, *drawn)


def right_epoch(val_losses, patience):
    """Say after which epoch training stops, and from which epoch the weights are kept.

    val_losses: a list of the validation loss after epoch 1, 2, 3 …
    patience: stop after so many epochs in a row without a new lowest loss.
    Returns two ints, counted from 1: the epoch with the lowest loss so far, and the last epoch of the run.
    If patience never runs out, that is the last of the list.

    Example: right_epoch([0.7, 0.6, 0.65, 0.66, 0.5], 2) is (2, 4): after epochs 3 and 4 patience has run out,
    and no one will ever know about epoch 5.
    """
    best = 1
    for epoch in range(1, len(val_losses) + 1):
        if val_losses[epoch - 1] < val_losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(val_losses)


def _check_right_epoch(answer, seed=0):
    losses = [0.7, 0.6, 0.65, 0.66, 0.5]
    rule_out(
        _best_and_last(answer, losses, 2),
        ([5, 5], "You gave (5, 5), the lowest of all. Patience ended after epoch 4, so epoch 5 never came."),
        ([1, 3], "You gave (1, 3): epochs count from 1, so the second value of the list is epoch 2."),
        ([2, 3], "You gave (2, 3): one epoch without a new lowest loss is not yet two."),
        ([2, 5], "You gave (2, 5): epochs 3 and 4 are the two without progress. It ends after epoch 4."),
        ([4, 2], "You gave (4, 2): first the best epoch, then the last one."),
        ([4, 4], "You gave (4, 4): the weights of epoch 4 are the last, not the best. The lowest loss was in epoch 2."),
    )
    random = np.random.default_rng(seed)
    drawn = [(random.random(12).round(2).tolist(), int(random.integers(1, 5))) for _ in range(6)]
    cases = [(losses, 2), ([0.5, 0.4, 0.3], 2), ([0.5, 0.5, 0.5], 2), ([0.6, 0.7, 0.5, 0.6, 0.4, 0.5], 2), *drawn]
    for case in cases:
        got, right = _best_and_last(answer, *case), right_epoch(*case)
        if got != [*right]:
            raise Incorrect(f"For {case[0]} and patience {case[1]} you gave {tuple(got)}; {right} is right.")


def _best_and_last(answer, losses, patience) -> list:
    return numbers(call(answer, losses, patience), "two numbers: `return best, last`", length=2)


def compare_networks(first, second, labels):
    """Compare two networks by the images on which one is right and the other is wrong.

    first, second: what the two networks answered, arrays of probabilities of the same images. An answer above 0.5 says
    class 1, any other class 0. labels: the right classes, an array of 0 and 1.
    Returns a tuple (b, c, counts): b is how many images only the first network gets right, c how many only the second gets
    right, and counts is True if the difference is larger than 2 · √(b + c).

    Example: compare_networks(np.array([0.9, 0.2]), np.array([0.1, 0.3]), np.array([1, 0])) is (1, 0, False).
    """
    first_right = (first > 0.5) == (labels == 1)
    second_right = (second > 0.5) == (labels == 1)
    b = int((first_right & ~second_right).sum())
    c = int((second_right & ~first_right).sum())
    return b, c, abs(b - c) > 2 * (b + c) ** 0.5


def _check_compare_networks(answer, seed=0):
    first = np.array([0.9] * 9 + [0.8, 0.2, 0.1, 0.5])
    second = np.array([0.1] * 9 + [0.7, 0.9, 0.8, 0.4])
    labels = np.array([1] * 9 + [1, 1, 0, 0])
    b, c, counts = _tally(call(answer, first, second, labels))
    rule_out(
        (b, c),
        ((1, 10), "You gave (1, 10): first b, the images that only the *first* network gets right."),
        (
            (12, 3),
            "You gave (12, 3), what each gets right in all. Images that both get right say nothing; leave them out.",
        ),
        (
            (9, 2),
            "You compare the answers with each other, not with the labels. Right is (answer > 0.5) == (label == 1).",
        ),
        ((10, 2), "You gave c = 2. An answer of exactly 0.5 says class 0; only above 0.5 is it class 1."),
    )
    if (b, c) != (10, 1):
        raise Incorrect(f"Where only the first is right 10 times and only the second once, you gave ({b}, {c}).")
    if not counts:
        raise Incorrect("You gave False for 10 against 1. The difference is 9, and 2 · √11 is 6.6: it counts.")
    rng = np.random.default_rng(seed)
    cases = []
    for b, c in ((4, 0), (9, 3), (0, 0), (1, 10)):
        cases.append(
            (np.array([0.9] * b + [0.1] * c + [0.7]), np.array([0.2] * b + [0.8] * c + [0.6]), np.ones(b + c + 1, int))
        )
    for size, skill in ((200, 0.5), (300, 0.2), (60, 0.0), (1, 0.0), (500, 0.35), (40, 1.0)):
        labels = rng.integers(0, 2, size)
        first = (rng.random(size) * (1 - skill) + labels * skill).round(2)
        second = (rng.random(size) * (1 - skill / 3) + labels * skill / 3).round(2)
        if rng.random() < 0.5:
            first, second = second, first
        cases.append((first, second, labels))
    for first, second, labels in cases:
        got, right = _tally(call(answer, first, second, labels)), compare_networks(first, second, labels)
        if got[:2] != right[:2]:
            raise Incorrect(f"For {len(labels)} answers you counted {got[:2]}; {right[:2]} is right.")
        if got[2] != right[2]:
            b, c, _ = right
            raise Incorrect(
                f"For {b} against {c} you gave {got[2]}. The difference is {abs(b - c)}, and 2 · √(b + c) is {2 * (b + c) ** 0.5:.1f}."
            )


def _truth(result):
    value = as_array(result)
    if value.shape != () or value.dtype.kind != "b":
        raise Incorrect(f"Your function gives {kind(result)} where it should give True or False.")
    return bool(value)


def _tally(result):
    b, c, counts = as_list(result, "three values: `return b, c, counts`", length=3)
    return whole(b), whole(c), _truth(counts)


EXERCISES = [
    Exercise(
        name="safe-changes",
        title="Is it still the same thing?",
        task='Augmentation claims "this is a cat, too", and sometimes that is false. For each of five tasks, choose the changes that '
        "keep the label true and give images you could really meet.",
        solution=safe_changes,
        check=_check_safe_changes,
        hints=[
            "Draw a 2, a 6 and an arrow. Turn the paper upside down, then look at it in a mirror.",
            "For each task and each change, ask two things: is the label still true? Could such an image really turn up?",
            '`if task == "cats and dogs": return {"horizontal_flip", "small_rotation", "brightness"}`, and so on for the '
            "others. Only cells can be turned by 180 degrees; only for day and night is brightness forbidden.",
        ],
        takeaway="A change is good where the label stays true and such images occur. No library can know that for you.",
    ),
    Exercise(
        name="steady-validation",
        title="The validation that changes by mistake",
        task="Someone copied the training reader and called it validation. Nothing crashes, but every number is wrong. Write a "
        "function that catches it: does a reader give the same batches in two epochs?",
        solution=is_steady,
        check=_check_is_steady,
        hints=[
            "Go through both lists at once: `for one, other in zip(first, second):`. Each of them is a pair.",
            "`np.array_equal(one[0], other[0])` is True if all pixels of two batches are equal. Do the same for the labels.",
            "A single difference is enough for False, and only after the last batch it may be True.",
        ],
        takeaway="Validation and test images are only rescaled: measured twice, they give the same result twice.",
    ),
    Exercise(
        name="right-epoch",
        title="Stop at the right epoch",
        task="`EarlyStopping(patience=2, restore_best_weights=True)` stops a training run and keeps the best weights. Do the same "
        "with a list of losses.",
        solution=right_epoch,
        check=_check_right_epoch,
        points=2,
        hints=[
            "Go through the epochs one by one, as `fit` does: it doesn't know what comes next.",
            "Keep the best epoch so far. How many epochs have gone by since?",
            "`if epoch - best >= patience: return best, epoch`, after the new best has been noted.",
        ],
        takeaway="The best epoch was chosen by looking at the validation images, so its result there is a little too good.",
    ),
    Exercise(
        name="drop-out",
        title="Dropout by hand",
        task="Which values stay has already been decided (`keep`). What does the layer return? It's one line.",
        solution=drop_out,
        check=_check_drop_out,
        hints=[
            "At a rate of 0.5 half of the values are gone. How much larger must the others be for the mean to stay?",
            "The part that stays is `1 - rate`. Divide by it.",
            "`np.where(keep, values / (1 - rate), 0)`",
        ],
        takeaway="`predict` drops nothing and enlarges nothing: the mean that comes in is the one known from training.",
    ),
    Exercise(
        name="compare-networks",
        title="Which of two networks is better?",
        task="Two networks have answered the same images. Count the images on which exactly one of them is right, and say whether "
        "the difference is more than luck.",
        solution=compare_networks,
        check=_check_compare_networks,
        points=2,
        hints=[
            "First find out where each network is right: `(first > 0.5) == (labels == 1)` is an array of True and False.",
            "`a & ~b` is True where a is True and b isn't. `.sum()` counts.",
            "The difference is `abs(b - c)`. Compare it with `2 * (b + c) ** 0.5`.",
        ],
        takeaway="Images that both networks get right, or both wrong, say nothing about which is better.",
    ),
]
