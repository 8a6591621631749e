"""Exercises of lesson 08: safe augmentation, a validation that changes by mistake, dropout, early stopping.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import array, as_list, call, close, kind, rule_out, shown, whole
from helpers.exercises.core import Exercise, Incorrect
from helpers.exercises.quiz import Choice, Question

CHANGES = ("horizontal_flip", "vertical_flip", "small_rotation", "large_rotation", "brightness")


def safe_changes(task):
    """Choose the changes after which every image of a task still has its label, and still looks like one of them.

    task: one of "cats and dogs", "digits 0 to 9", "arrows that point left or right",
    "cells under a microscope" (no side is up) and "photographs by day or by night".
    Returns a set of some of "horizontal_flip" (left and right exchanged), "vertical_flip" (upside down),
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
        "large_rotation": "Up to 180 degrees means upside down, like a vertical flip.",
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
    "vertical_flip": "upside down, the label stays here",
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


def changing_validation(settings):
    """Find the readers that spoil the validation by mistake.

    settings: a dictionary {name: parameters of a reader}. The parameters are a dictionary such as
    {"rescale": 1 / 255, "rotation_range": 45}. Readers whose names begin with "validation" or "test" must change
    nothing at random. These parameters do: "rotation_range", "width_shift_range", "height_shift_range",
    "zoom_range", "shear_range", "brightness_range", "channel_shift_range", "horizontal_flip", "vertical_flip", unless
    they are 0, 0.0, False or None. "rescale" and "fill_mode" change nothing at random.
    Returns a sorted list of the names of the readers that are wrong.

    Example: changing_validation({"train": {"zoom_range": 0.5}, "test": {"zoom_range": 0.5}}) is ["test"].
    """
    augmenting = {"rotation_range", "width_shift_range", "height_shift_range", "zoom_range", "shear_range"}
    augmenting |= {"brightness_range", "channel_shift_range", "horizontal_flip", "vertical_flip"}
    wrong = []
    for name, parameters in settings.items():
        measures = name.startswith(("validation", "test"))
        if measures and any(parameters.get(parameter) for parameter in augmenting):
            wrong.append(name)
    return sorted(wrong)


READERS = {
    "validation small": {"rescale": 1 / 255, "fill_mode": "reflect"},
    "train": {"rescale": 1 / 255, "rotation_range": 45, "horizontal_flip": True},
    "validation": {"rescale": 1 / 255, "rotation_range": 0, "zoom_range": 0.0, "horizontal_flip": False},
    "validation flipped": {"rescale": 1 / 255, "horizontal_flip": True},
    "test": {"rescale": 1 / 255, "brightness_range": (0.8, 1.2)},
    "test plain": {"brightness_range": None},
}


READER_MISTAKES = {  # what a usual mistake finds in READERS → its sentence
    ("test", "train", "validation flipped"): 'You name "train". Training images may change; that is the point.',
    ("validation flipped",): 'You leave out "test", whose images change in brightness. A test measures, too.',
    ("test",): 'You leave out "validation flipped": its images are flipped at random.',
    ("test", "validation", "validation flipped"): 'You name "validation". Its ranges are 0, 0.0 and False, so nothing '
    "changes: look at the values, not only at the names.",
    ("test", "test plain", "validation", "validation flipped"): 'You name "validation" and "test plain". Their ranges '
    "are 0, False or None, so nothing changes: look at the values, not only at the names.",
    tuple(sorted(READERS.keys() - {"train"})): 'You name "validation small". It rescales, as all readers do, and '
    "`fill_mode` matters only where images move.",
    ("validation flipped", "test"): "The list is right but not sorted.",
}


def _check_changing_validation(answer, seed=0):
    random = np.random.default_rng(seed)
    ranges = ["rotation_range", "width_shift_range", "height_shift_range", "zoom_range", "shear_range", "vertical_flip"]
    ranges += ["channel_shift_range", "brightness_range", "horizontal_flip"]
    drawn = [
        {f"{random.choice(['train', 'validation', 'test'])} {number}": {name: float(random.uniform(0.1, 1))}}
        for number, name in enumerate(ranges * 2)
    ]
    for case in (READERS, {}, *({f"validation {name}": {name: 0.5}} for name in ranges), *drawn):
        got, right = as_list(call(answer, case), "a sorted list of names"), changing_validation(case)
        if not all(isinstance(name, str) for name in got):
            raise Incorrect(f"Your list is {shown(got)}; it should hold names.")
        if case is READERS and tuple(got) in READER_MISTAKES:
            raise Incorrect(READER_MISTAKES[tuple(got)])
        if got != right:
            raise Incorrect(f"For {shown(case)} you gave {shown(got)}; {shown(right)} is right.")


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
    for rate in (0.2, 0.3, 0.0, 0.5):
        values, keep = random.normal(size=(3, 4)).round(2), random.random((3, 4)) >= rate
        got, right = array(call(answer, values, keep, rate), values.shape), drop_out(values, keep, rate)
        if not close(got, right):
            raise Incorrect(f"At rate {rate} and {shown(values)} you gave {shown(got)}; {shown(right)} is right.")


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
    drawn = [(random.random(12).round(2).tolist(), int(random.integers(2, 5))) for _ in range(6)]
    cases = [(losses, 2), ([0.5, 0.4, 0.3], 2), ([0.5, 0.5, 0.5], 2), ([0.6, 0.7, 0.5, 0.6, 0.4, 0.5], 2), *drawn]
    for case in cases:
        got, right = _best_and_last(answer, *case), right_epoch(*case)
        if got != [*right]:
            raise Incorrect(f"For {case[0]} and patience {case[1]} you gave {tuple(got)}; {right} is right.")


def _best_and_last(answer, losses, patience) -> list:
    pair = as_list(call(answer, losses, patience), "two numbers: `return best, last`", length=2)
    return [whole(value) for value in pair]


EXERCISES = [
    Exercise(
        name="safe-changes",
        title="Is it still the same thing?",
        task="Augmentation says: this, too, is a cat. Sometimes it lies. For five tasks, choose the changes that keep the label "
        "and make images that really occur.",
        solution=safe_changes,
        check=_check_safe_changes,
        hints=[
            "Draw a 6, and an arrow. Turn the paper upside down, then look at both in a mirror.",
            "For each task ask of each change: does the image still have its label? Does such an image really occur?",
            '`if task == "cats and dogs": return {"horizontal_flip", "small_rotation", "brightness"}`, and so on for the '
            "others. Only cells can be turned by 180 degrees; only for day and night is brightness forbidden.",
        ],
        takeaway="A change is right where the label stays and such images occur. No library can know that for you.",
    ),
    Exercise(
        name="changing-validation",
        title="The validation that changes by mistake",
        task="Someone copied the training reader and called it validation. Nothing fails, but every result is wrong. Write a "
        "function that finds it.",
        solution=changing_validation,
        check=_check_changing_validation,
        hints=[
            'Which readers measure? `name.startswith(("validation", "test"))` tells you.',
            "Which parameter is there *and* isn't 0, False or None? `parameters.get(name)` gives None for a missing one.",
            "Loop over `settings.items()`; where `any(parameters.get(parameter) for parameter in augmenting)` is true, append the name. Sort.",
        ],
        takeaway="Validation and test images are only rescaled: measured twice, they give the same result twice.",
    ),
    Exercise(
        name="drop-out",
        title="Dropout by hand",
        task="Which values stay was chosen at random (`keep`). What does the layer do with the values? It's one line.",
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
]

QUESTIONS = (
    Question(
        "Suppose that after 15 epochs plain has .90 / .70 (training / validation), both has .56 / .62. What do you conclude?",
        (
            Choice(
                "Augmentation and dropout are harmful.",
                False,
                "The plain network has finished learning, the other one hasn't. After 15 epochs it's too early to say.",
            ),
            Choice(
                "Both together close the gap, and need more epochs.",
                True,
                "Where validation still improves, go on; then compare each network at its best epoch.",
            ),
            Choice(
                "Training below validation: there must be a bug.",
                False,
                "In training the images are changed and dropout is on, so training is harder.",
            ),
        ),
    ),
    Question(
        "Why is dropout off in `predict`?",
        (
            Choice(
                "Because predicting has to be fast.", False, "Dropout costs next to nothing. The reason is another one."
            ),
            Choice(
                "It isn't off; the values are only scaled.",
                False,
                "Scaling happens in training, together with the dropping. In `predict` the layer passes on what it gets.",
            ),
            Choice(
                "It keeps a network from relying on single values while it learns. After that, all of them should help.",
                True,
                "And the same image should get the same answer twice.",
            ),
        ),
    ),
    Question(
        "You tried 30 settings and took the one with the best validation accuracy, .78. What do you expect on new images?",
        (
            Choice(
                "About .78, because the network was never trained on validation images.",
                False,
                "You didn't train on them, but you chose by them. The best of 30 had luck on its side.",
            ),
            Choice("A little less than .78.", True, "A test set tells you how much less, if you use it only once."),
            Choice("More than .78, because training can go on.", False, "There's no reason for it."),
        ),
    ),
)
