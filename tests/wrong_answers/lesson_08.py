"""Wrong answers to the exercises of lesson 08, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_08 import CHANGES, TASKS, changing_validation, right_epoch


def _readers(settings, names=("validation", "test"), chance=None, counts=bool):
    """The readers that are wrong, with one thing done differently."""
    every = {"rotation_range", "width_shift_range", "height_shift_range", "zoom_range", "shear_range"}
    every |= {"brightness_range", "channel_shift_range", "horizontal_flip", "vertical_flip"}
    chance = chance or every
    return sorted(
        name
        for name, parameters in settings.items()
        if name.startswith(names) and any(one in parameters and counts(parameters[one]) for one in chance)
    )


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
        (_leaving_out("vertical_flip"), "upside down, the label stays here"),
        (_leaving_out("large_rotation"), "no side is up"),
        (_leaving_out("small_rotation"), "askew"),
        (_allowing("brightness"), "distinguishes day from night"),
        (lambda task: {"rotation"}, "it can be one of"),
        (lambda task: "brightness", "it should return a set of names"),
        (lambda task: set(), "leave out horizontal_flip"),
    ],
    "changing-validation": [
        (lambda settings: _readers(settings, ("validation", "test", "train")), 'You name "train"'),
        (lambda settings: _readers(settings, ("validation",)), 'leave out "test"'),
        (lambda settings: _readers(settings, chance={"brightness_range"}), 'leave out "validation flipped"'),
        (lambda settings: _readers(settings, counts=lambda value: value is not None), 'You name "validation"'),
        (lambda settings: _readers(settings, counts=lambda value: True), "look at the values"),
        (
            lambda settings: sorted(name for name in settings if name.startswith(("validation", "test"))),
            'You name "validation small"',
        ),
        (lambda settings: changing_validation(settings)[::-1], "not sorted"),
        (lambda settings: _readers(settings, chance={"horizontal_flip", "brightness_range"}), "is right"),
        (lambda settings: "validation", "a sorted list of names"),
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
}
