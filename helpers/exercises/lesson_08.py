"""Exercises of lesson 08: labels that stay, a validation that changes by mistake, dropout by hand, the right epoch.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""

import numpy as np

from helpers.exercises.checking import _numpy, call, kind, number, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect

TASKS = {  # task → what may be done to its images without changing the label
    "cats and dogs": {"horizontal_flip", "small_rotation", "brightness"},
    "digits 0 to 9": {"small_rotation", "brightness"},
    "arrows that point left or right": {"vertical_flip", "small_rotation", "brightness"},
    "cells under a microscope": {"horizontal_flip", "vertical_flip", "small_rotation", "large_rotation", "brightness"},
    "photographs by day or by night": {"horizontal_flip", "small_rotation"},
}
CHANGES = ("horizontal_flip", "vertical_flip", "small_rotation", "large_rotation", "brightness")


def safe_changes(task):
    """Choose the changes after which every image of a task still has its label, and still looks like one of them.

    task: one of "cats and dogs", "digits 0 to 9", "arrows that point left or right",
    "cells under a microscope" (no side is up) and "photographs by day or by night".
    Returns a set of some of "horizontal_flip" (left and right exchanged), "vertical_flip" (upside down),
    "small_rotation" (up to 15 degrees), "large_rotation" (up to 180 degrees) and "brightness" (darker or lighter).

    Example: safe_changes("cats and dogs") has "horizontal_flip" in it, as a cat that looks to the left is a cat.
    Photographs stand upright: a change that turns them over makes images nobody will ask about.
    """
    if task == "cats and dogs":
        return {"horizontal_flip", "small_rotation", "brightness"}
    if task == "digits 0 to 9":  # a 2 in a mirror is no digit, and a 6 upside down is a 9
        return {"small_rotation", "brightness"}
    if task == "arrows that point left or right":
        return {"vertical_flip", "small_rotation", "brightness"}
    if task == "cells under a microscope":
        return {"horizontal_flip", "vertical_flip", "small_rotation", "large_rotation", "brightness"}
    return {"horizontal_flip", "small_rotation"}  # brightness tells day from night


HARM = {
    (
        "cats and dogs",
        "vertical_flip",
    ): "Nobody photographs cats on the ceiling: such images cost capacity and help nobody.",
    ("cats and dogs", "large_rotation"): "Up to 180 degrees means upside down, as a vertical flip.",
    ("digits 0 to 9", "horizontal_flip"): "A 2 or a 3 in a mirror is no digit any more.",
    ("digits 0 to 9", "vertical_flip"): "A 6 becomes nearly a 9's mirror, and a 2 nearly a 5.",
    ("digits 0 to 9", "large_rotation"): "A 6 turned by 180 degrees is a 9, with the label 6.",
    (
        "arrows that point left or right",
        "horizontal_flip",
    ): "It turns every left arrow into a right one: all labels wrong.",
    ("arrows that point left or right", "large_rotation"): "Turned by 180 degrees, left is right.",
    ("photographs by day or by night", "brightness"): "Brightness is what tells day from night.",
    ("photographs by day or by night", "vertical_flip"): "Photographs stand upright: a sky at the bottom helps nobody.",
    (
        "photographs by day or by night",
        "large_rotation",
    ): "Photographs stand upright: a sky at the bottom helps nobody.",
}
LOST = {
    "horizontal_flip": "left and right can be exchanged here, and the label stays",
    "vertical_flip": "upside down, the label stays here",
    "small_rotation": "15 degrees happen whenever somebody holds a camera or a pen askew",
    "large_rotation": "no side is up here",
    "brightness": "a darker image shows the same thing",
}


def check_safe_changes(answer, seed=0):
    for task, right in TASKS.items():
        got = call(answer, task)
        if not isinstance(got, set | frozenset | list | tuple):
            raise Incorrect(f'For "{task}" your function returns {kind(got)}; a set of names is wanted.')
        for name in got:
            if not isinstance(name, str) or name not in CHANGES:
                raise Incorrect(f'For "{task}" you gave {name!r}; it can be one of {", ".join(CHANGES)}.')
        for name in CHANGES:
            if name in got and name not in right:
                raise Incorrect(f'For "{task}" you allow {name}. {HARM[task, name]}')
            if name in right and name not in got:
                raise Incorrect(f'For "{task}" you leave out {name}: {LOST[name]}.')


def changing_validation(settings):
    """Find the readers that spoil the validation by mistake.

    settings: a dictionary {name: parameters of a reader}. The parameters are a dictionary such as
    {"rescale": 1 / 255, "rotation_range": 45}. Readers whose names begin with "validation" or "test" must change
    nothing by chance. These parameters do: "rotation_range", "width_shift_range", "height_shift_range",
    "zoom_range", "shear_range", "brightness_range", "channel_shift_range", "horizontal_flip", "vertical_flip", unless
    they are 0, 0.0, False or None. "rescale" and "fill_mode" change nothing by chance.
    Returns a sorted list of the names of the readers that are wrong.

    Example: {"train": {"zoom_range": 0.5}, "validation": {"zoom_range": 0.5}} gives ["validation"].
    """
    chance = {"rotation_range", "width_shift_range", "height_shift_range", "zoom_range", "shear_range"}
    chance |= {"brightness_range", "channel_shift_range", "horizontal_flip", "vertical_flip"}
    wrong = []
    for name, parameters in settings.items():
        measures = name.startswith(("validation", "test"))
        if measures and any(parameters.get(one) for one in chance):
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


def check_changing_validation(answer, seed=0):
    got = _list_of_texts(call(answer, READERS))
    right = ["test", "validation flipped"]
    rule_out_lists = {
        ("test", "train", "validation flipped"): 'You name "train". Training images may change; that is the point.',
        ("validation flipped",): 'You leave out "test", whose images change in brightness. A test measures, too.',
        ("test",): 'You leave out "validation flipped": its images are flipped by chance.',
        (
            "test",
            "validation",
            "validation flipped",
        ): 'You name "validation". Its ranges are 0, 0.0 and False, so nothing '
        "changes: look at the values, not only at the names.",
        (
            "test",
            "test plain",
            "validation",
            "validation flipped",
        ): 'You name "validation" and "test plain". Their ranges are '
        "0, False or None, so nothing changes: look at the values, not only at the names.",
        (
            "test",
            "test plain",
            "validation",
            "validation flipped",
            "validation small",
        ): 'You name "validation small". It '
        "rescales, as all readers do, and `fill_mode` matters only where images move.",
        ("validation flipped", "test"): "The list is right but not sorted.",
    }
    if tuple(got) in rule_out_lists:
        raise Incorrect(rule_out_lists[tuple(got)])
    random = np.random.default_rng(seed)
    ranges = ["rotation_range", "width_shift_range", "height_shift_range", "zoom_range", "shear_range", "vertical_flip"]
    ranges += ["channel_shift_range", "brightness_range", "horizontal_flip"]
    for case in (
        READERS,
        {},
        *({f"validation {i}": {one: float(random.uniform(0.1, 1))}} for i, one in enumerate(ranges)),
    ):
        got, right = _list_of_texts(call(answer, case)), changing_validation(case)
        if got != right:
            raise Incorrect(f"For {shown(case)} you gave {shown(got)}; {shown(right)} is right.")


def _list_of_texts(got) -> list[str]:
    if not isinstance(got, list | tuple):
        raise Incorrect(f"Your function returns {kind(got)}; a sorted list of names is wanted.")
    return [str(one) for one in got]


def drop_out(values, keep, rate):
    """Do by hand what a dropout layer does to one batch in training.

    values: an array of numbers, any shape. keep: an array of True and False of the same shape, drawn by chance:
    False where a value is dropped. rate: the part that is dropped on average, such as 0.3.
    Returns an array of the same shape: 0 where dropped, and the others enlarged, so that the mean stays about
    the same.

    Example: values [2.0, 4.0], keep [True, False] and rate 0.5 give [4.0, 0.0].
    """
    return np.where(keep, values / (1 - rate), 0.0)


def check_drop_out(answer, seed=0):
    values, keep = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[True, False], [True, True]])
    got = call(answer, values, keep, 0.2)
    got = _numpy(got)
    if got.shape != (2, 2) or got.dtype.kind not in "iuf":
        raise Incorrect(f"Your function returns {kind(got)}; an array of shape (2, 2) is wanted.")
    rule_out(
        got,
        (
            [[1, 0], [3, 4]],
            "You gave [[1, 0], [3, 4]] at rate 0.2: dropped, but not enlarged. Divide by 1 - 0.2 = 0.8.",
        ),
        ([[0.8, 0], [2.4, 3.2]], "You multiply by 0.8, so the values become smaller still. Divide by 0.8."),
        ([[5, 0], [15, 20]], "You divide by 0.2, the part that is dropped. The part that is kept is 1 - 0.2 = 0.8."),
        ([[0, 2.5], [0, 0]], "You drop where `keep` is True. True is for the values that stay."),
        ([[1.25, 2.5], [3.75, 5]], "All are enlarged and none is dropped."),
        ([[1.2, 0], [3.6, 4.8]], "You multiply by 1.2. To make good for 0.2 that are gone, divide by 0.8."),
        (
            [[4 / 3, 0], [4, 16 / 3]],
            "You divide by the part that was kept by chance *here*, 0.75. Use the rate: 1 - 0.2.",
        ),
    )
    random = np.random.default_rng(seed)
    for rate in (0.2, 0.3, 0.0, 0.5):
        values, keep = random.normal(size=(3, 4)).round(2), random.random((3, 4)) >= rate
        got, right = _numpy(call(answer, values, keep, rate)), drop_out(values, keep, rate)
        if got.shape != right.shape or not np.allclose(got, right, atol=1e-3):
            raise Incorrect(f"At rate {rate} and {shown(values)} you gave {shown(got)}; {shown(right)} is right.")


def right_epoch(val_losses, patience):
    """Say when a training is stopped, and whose weights are kept.

    val_losses: a list of the validation loss after epoch 1, 2, 3 …
    patience: stop after so many epochs in a row without a new lowest loss.
    Returns two ints, counted from 1: the epoch with the lowest loss seen until then, and the last epoch that is
    trained. If patience never runs out, that is the last of the list.

    Example: right_epoch([0.7, 0.6, 0.65, 0.66, 0.5], 2) is (2, 4): after epochs 3 and 4 patience is at its end,
    and what comes in epoch 5 nobody will ever know.
    """
    best = 1
    for epoch in range(1, len(val_losses) + 1):
        if val_losses[epoch - 1] < val_losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return best, epoch
    return best, len(val_losses)


def check_right_epoch(answer, seed=0):
    losses = [0.7, 0.6, 0.65, 0.66, 0.5]
    got = _two(call(answer, losses, 2))
    told = {
        (
            5,
            5,
        ): "You gave (5, 5) for the example: the lowest of all. Patience ended after epoch 4, so epoch 5 never came.",
        (1, 3): "You gave (1, 3): epochs count from 1, so the second value of the list is epoch 2.",
        (2, 3): "You gave (2, 3): one epoch without a new lowest loss is not yet two.",
        (2, 5): "You gave (2, 5): epochs 3 and 4 are the two without progress. It ends after epoch 4.",
        (4, 2): "You gave (4, 2): first the best epoch, then the last one trained.",
        (4, 4): "You gave (4, 4): the weights of epoch 4 are the last, not the best. The lowest loss was in epoch 2.",
    }
    if tuple(got) in told:
        raise Incorrect(told[tuple(got)])
    random = np.random.default_rng(seed)
    drawn = [(random.random(12).round(2).tolist(), int(random.integers(2, 5))) for _ in range(6)]
    cases = [(losses, 2), ([0.5, 0.4, 0.3], 2), ([0.5, 0.5, 0.5], 2), ([0.6, 0.7, 0.5, 0.6, 0.4, 0.5], 2), *drawn]
    for case in cases:
        got, right = _two(call(answer, *case)), right_epoch(*case)
        if tuple(got) != right:
            raise Incorrect(f"For {case[0]} and patience {case[1]} you gave {tuple(got)}; {right} is right.")


def _two(got) -> list:
    many = len(got) if isinstance(got, list | tuple) else got.size if isinstance(got, np.ndarray) else 0
    if many != 2:
        raise Incorrect(f"Your function returns {kind(got)}; two numbers are wanted: `return best, last`.")
    return [number(one) for one in (got.ravel() if isinstance(got, np.ndarray) else got)]


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


EXERCISES = [
    Exercise(
        id="safe-changes",
        lesson="08",
        title="Is it still the same thing?",
        task="Augmentation says: this, too, is a cat. Sometimes it lies. For five tasks, choose the changes that keep the label "
        "and make images one may meet.",
        solution=safe_changes,
        check=check_safe_changes,
        hints=[
            "Draw a 6, and an arrow. Turn the paper upside down, then look at both in a mirror.",
            "For each task ask of each change: has the image still its label? Does anybody have such an image?",
            '`if task == "cats and dogs": return {"horizontal_flip", "small_rotation", "brightness"}`, and so on for the '
            "others. Only cells may be turned by 180 degrees; only for day and night is brightness forbidden.",
        ],
        wrong=[
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
            (_allowing("brightness"), "tells day from night"),
            (lambda task: {"rotation"}, "it can be one of"),
            (lambda task: "brightness", "a set of names is wanted"),
            (lambda task: set(), "leave out horizontal_flip"),
        ],
        takeaway="A change is right where the label stays and such images can be met. No library knows that for you.",
    ),
    Exercise(
        id="changing-validation",
        lesson="08",
        title="The validation that changes by mistake",
        task="Somebody copied the training reader and called it validation. Nothing fails, only all figures are wrong. Write a "
        "function that finds it.",
        solution=changing_validation,
        check=check_changing_validation,
        hints=[
            'Which readers measure? `name.startswith(("validation", "test"))` knows.',
            "Which of the parameters is there *and* is not 0, False or None? `parameters.get(name)` gives None where it is not.",
            "Loop over `settings.items()`; where `any(parameters.get(one) for one in chance)` is true, append the name. Sort.",
        ],
        wrong=[
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
        takeaway="Validation and test images are only rescaled: measured twice, they give the same figure twice.",
    ),
    Exercise(
        id="drop-out",
        lesson="08",
        title="Dropout by hand",
        task="Chance has decided who stays (`keep`). What does the layer make of the values? It is one line.",
        solution=drop_out,
        check=check_drop_out,
        hints=[
            "At a rate of 0.5 half of the values are gone. How much larger must the others be for the mean to stay?",
            "The part that stays is `1 - rate`. Divide by it.",
            "`np.where(keep, values / (1 - rate), 0)`",
        ],
        wrong=[
            (lambda values, keep, rate: values * keep, "not enlarged"),
            (lambda values, keep, rate: values * keep * (1 - rate), "smaller still"),
            (lambda values, keep, rate: values * keep / max(rate, 0.1), "The part that is kept"),
            (lambda values, keep, rate: values * ~keep / (1 - rate), "True is for the values that stay"),
            (lambda values, keep, rate: values / (1 - rate), "none is dropped"),
            (lambda values, keep, rate: values * keep * (1 + rate), "You multiply by 1.2"),
            (lambda values, keep, rate: values * keep / keep.mean(), "by chance *here*"),
            (lambda values, keep, rate: (values * keep / (1 - rate)).sum(), "an array of shape (2, 2)"),
            (lambda values, keep, rate: values * keep * 1.25, "is right"),
        ],
        takeaway="In predict nothing is dropped and nothing enlarged: the mean that comes in is the one known from training.",
    ),
    Exercise(
        id="right-epoch",
        lesson="08",
        title="Stop at the right epoch",
        task="`EarlyStopping(patience=2, restore_best_weights=True)` stops a training and keeps the best weights. Do the same "
        "with a list of losses.",
        solution=right_epoch,
        check=check_right_epoch,
        points=2,
        hints=[
            "Go through the epochs one by one, as a training does: it does not know what comes.",
            "Keep the best epoch so far. How many epochs have gone by since?",
            "`if epoch - best >= patience: return best, epoch`, after the new best has been noted.",
        ],
        wrong=[
            (lambda losses, patience: (int(np.argmin(losses)) + 1, len(losses)), "epoch 5 never came"),
            (lambda losses, patience: _stopped(losses, patience, shift=1), "epochs count from 1"),
            (lambda losses, patience: right_epoch(losses, patience - 1), "is not yet two"),
            (lambda losses, patience: _stopped(losses, patience, late=1), "It ends after epoch 4"),
            (lambda losses, patience: right_epoch(losses, patience)[::-1], "first the best epoch"),
            (lambda losses, patience: (right_epoch(losses, patience)[1],) * 2, "are the last, not the best"),
            (lambda losses, patience: (2, 4), "is right"),
            (lambda losses, patience: 2, "two numbers are wanted"),
        ],
        takeaway="The best epoch was chosen by looking at the validation images, so its figure there flatters a little.",
    ),
]
