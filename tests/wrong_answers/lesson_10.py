"""Wrong answers to the exercises of lesson 10, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_10 import on_white, upright, verdict


def _number_as_it_is(output, class_names, sure=0.75):
    word, probability = verdict(output, class_names, sure)
    return word, output


def _one_sided(output, class_names, sure=0.75):
    return (class_names[1], output) if output >= sure else ("unsure", max(output, 1 - output))


def _never_unsure(output, class_names, sure=0.75):
    return class_names[int(output >= 0.5)], max(output, 1 - output)


def _too_strict(output, class_names, sure=0.75):
    word, probability = verdict(output, class_names, sure)
    return ("unsure" if probability <= sure else word), probability


def _limit_forgotten(output, class_names, sure=0.75):
    return verdict(output, class_names)


def _bytes_on_white(pixels):
    alpha = pixels[..., 3:]
    return (pixels[..., :3] * alpha // 255 + 255 - alpha) / 255


def _turned(turns):
    return lambda pixels, orientation: np.rot90(pixels, turns.get(orientation, 0))


WRONG = {
    "verdict": [
        (_number_as_it_is, "which is that of humans"),
        (lambda output, class_names, sure=0.75: verdict(1 - output, class_names, sure), 'you said "humans"'),
        (_one_sided, 'For 0.1 you said "unsure"'),
        (_never_unsure, "'unsure' and 0.6 is right"),
        (_too_strict, "Only a *smaller* probability than 0.75"),
        (_limit_forgotten, "sure=0.55"),
        (lambda output, class_names, sure=0.75: ("horses", 90), "between 0 and 100"),
        (lambda output, class_names, sure=0.75: verdict(output, class_names, sure)[0], "it should return a pair"),
        (lambda output, class_names, sure=0.75: verdict(output, class_names, sure)[::-1], "it should be the word"),
    ],
    "on-white": [
        (lambda pixels: pixels[..., :3] / 255, "left alpha out"),
        (lambda pixels: pixels[..., :3] / 255 * (pixels[..., 3:] / 255), "on black paper"),
        (lambda pixels: np.where(pixels[..., 3:] > 0, pixels[..., :3] / 255, 1), "yes or no"),
        (lambda pixels: on_white(np.dstack([pixels[..., :3], 255 - pixels[..., 3:]])), "wrong way round"),
        (lambda pixels: on_white(pixels) * 255, "Divide by 255"),
        (lambda pixels: pixels / 255, "still has 4 channels"),
        (lambda pixels: on_white(pixels).mean(axis=2), "one number a pixel"),
        (_bytes_on_white, "uint8 numbers overflow"),
    ],
    "upright": [
        (_turned({3: 2, 6: 1, 8: -1}), "turned it the wrong way"),
        (lambda pixels, orientation: pixels.swapaxes(0, 1), "a mirrored image"),
        (lambda pixels, orientation: pixels, "still has 2 rows and 4 columns"),
        (_turned({6: -1, 8: 1}), "nothing was turned"),
        (lambda p, o: p[::-1] if o == 3 else upright(p, o), "only exchanged top and bottom"),
        (lambda p, o: p[:, ::-1] if o == 3 else upright(p, o), "only mirrored it"),
        (_turned({1: 2, 3: 2, 6: -1, 8: 1}), "It is upright already"),
        (lambda p, o: np.rot90(p, 1, axes=(1, 2)), "in the middle of its shape"),
        (lambda p, o: upright(p, o)[..., ::-1], "not where they belong"),
        (lambda p, o: upright(p, o) if o != 1 else None, "returns nothing"),
    ],
}
