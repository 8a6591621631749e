"""Wrong answers to the exercises of lesson 09, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_09 import as_image, blank_channels


def _heat(activation, gradient, weigh=True, relu=True, divide=True):
    weights = gradient.mean(axis=(0, 1)) if weigh else 1
    heat = (activation * weights).sum(axis=2)
    heat = np.maximum(heat, 0) if relu else heat
    return heat / heat.max() if divide and heat.max() > 0 else heat


def _value_by_value(activation, gradient):
    heat = np.maximum((activation * gradient).sum(axis=2), 0)
    return heat / heat.max() if heat.max() > 0 else heat


def _absolute(activation, gradient):
    heat = np.abs(_heat(activation, gradient, relu=False, divide=False))
    return heat / heat.max()


def _careless(activation, gradient):
    heat = _heat(activation, gradient, divide=False)
    return heat / heat.max()


def _each(activation, test):
    return [channel for channel in range(activation.shape[2]) if test(activation[:, :, channel])]


WRONG = {
    "blank-channels": [
        (lambda a: _each(a, lambda c: c.min() == c.max()), "constant, but not 0"),
        (lambda a: _each(a, lambda c: c.max() <= 0), "is −1 everywhere"),
        (lambda a: _each(a, lambda c: abs(c.sum()) < 1e-6), "add up to 0"),
        (lambda a: _each(a, lambda c: c.mean() < 0.05 and c.max() >= 0 and c.min() >= 0), "a single value"),
        (lambda a: _each(a, lambda c: c.sum() <= 0), "their sum is not above 0"),
        (lambda a: _each(a, lambda c: c.any()), "Find the others"),
        (lambda a: [n + 1 for n in blank_channels(a)], "counting from 1"),
        (lambda a: len(blank_channels(a)), "a list of channel numbers"),
        (lambda a: ~a.any(axis=(0, 1)), "True and False"),
        (lambda a: [1, 4], "Where the channels [] of 9 are blank"),
    ],
    "as-image": [
        (lambda c: c / c.max(), "first subtract the smallest value"),
        (lambda c: (c - c.min()) / c.max(), "the largest minus the smallest"),
        (lambda c: c - c.min(), "divide by 4, too"),
        (lambda c: (c - c.mean()) / c.std(), "the standard deviation 1"),
        (lambda c: 1 - (c - c.min()) / (c.max() - c.min()), "inverted"),
        (lambda c: (c - c.min()) / (c.max() - c.min()) * 255, "up to 255"),
        (lambda c: (c - c.min()) / (c.max() - c.min()), "0 / 0"),
        (lambda c: (c - c.min()) / ((c.max() - c.min()) or 1) + (c.max() == c.min()), "it should be 0 everywhere"),
        (lambda c: c.max(), "the single value"),
    ],
    "heat-map": [
        (lambda a, g: _heat(a, g, relu=False, divide=False), "not divided by its largest value"),
        (lambda a, g: _heat(a, g, relu=False), "they speak against the class"),
        (lambda a, g: _heat(a, g, divide=False), "goes up to 4"),
        (_value_by_value, "value by value"),
        (lambda a, g: _heat(a, g, weigh=False), "all counted the same"),
        (_absolute, "You made −2 into 2"),
        (lambda a, g: as_image(_heat(a, g, relu=False, divide=False)), "You stretched −2"),
        (_careless, "Don't divide by 0"),
        (lambda a, g: a * g.mean(axis=(0, 1)), "still has channels"),
        (lambda a, g: (a * g).sum(axis=(0, 1)), "one number for each channel"),
    ],
}
