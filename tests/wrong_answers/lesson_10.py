"""Wrong answers to the exercises of lesson 10, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_10 import accuracy_by_group, on_white, success_rate, unfamiliar, verdict


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


def _distances(features, known):
    return np.sort(np.linalg.norm(known - features[:, np.newaxis], axis=2), axis=1)


def _wherever_it_is_wrong(truths, before, after):
    return float((after != truths).mean())


def _divided_by_all(truths, before, after):
    return float(((before == truths) & (after != truths)).mean())


def _no_guard(truths, before, after):
    was_right = before == truths
    return ((after != truths) & was_right).sum() / was_right.sum()


def _counts(groups, truths, answers):
    return {group: value * groups.count(group) for group, value in accuracy_by_group(groups, truths, answers).items()}


def _only_groups_with_right_ones(groups, truths, answers):
    return {group: value for group, value in accuracy_by_group(groups, truths, answers).items() if value}


def _counted_where_right(groups, truths, answers):
    right = {}
    for group, truth, answer in zip(groups, truths, answers, strict=True):
        if truth == answer:
            right[group] = right.get(group, 0) + 1
    return {group: right[group] / groups.count(group) for group in groups}


def _for_all(groups, truths, answers):
    return dict.fromkeys(groups, np.equal(truths, answers).mean())


WRONG = {
    "verdict": [
        (_number_as_it_is, "which is that of humans"),
        (lambda output, class_names, sure=0.75: verdict(1 - output, class_names, sure), 'you said "humans"'),
        (_one_sided, 'For 0.1 you said "unsure"'),
        (_never_unsure, "'unsure' and 0.6 is right"),
        (_too_strict, "Only a *smaller* probability than 0.75"),
        (_limit_forgotten, "sure=0.55"),
        (lambda output, class_names, sure=0.75: ("horses", 90), "1 is 100 %"),
        (lambda output, class_names, sure=0.75: verdict(output, class_names, sure)[0], "it should return a pair"),
        (lambda output, class_names, sure=0.75: verdict(output, class_names, sure)[::-1], "it should be the word"),
    ],
    "on-white": [
        (lambda pixels: pixels[..., :3] / 255, "left alpha out"),
        (lambda pixels: pixels[..., :3] / 255 * (pixels[..., 3:] / 255), "on black paper"),
        (lambda pixels: np.where(pixels[..., 3:] > 0, pixels[..., :3] / 255, 1), "yes or no"),
        (lambda pixels: on_white(np.dstack([pixels[..., :3], 255 - pixels[..., 3:]])), "wrong way round"),
        (lambda pixels: on_white(pixels) * 255, "Divide by 255"),
        (lambda pixels: pixels[..., :3] / 255 + 1 - pixels[..., 3:] / 255, "nothing can be lighter"),
        (lambda pixels: pixels / 255, "still has 4 channels"),
        (lambda pixels: on_white(pixels).mean(axis=2), "one number a pixel"),
        (_bytes_on_white, "uint8 numbers overflow"),
        (lambda p: p[..., :3] / 255 * (p[..., 3] / 255) + 1 - p[..., 3] / 255, "lost its last axis"),
    ],
    "unfamiliar": [
        (lambda f, known, limit, k=10: ~unfamiliar(f, known, limit, k), "exchanged"),
        (lambda f, known, limit, k=10: unfamiliar(f, known, limit, 1), "the nearest neighbor decide"),
        (lambda f, known, limit, k=10: _distances(f, known)[:, min(k, len(known) - 1)] > limit, "counts from 0"),
        (lambda f, known, limit, k=10: _distances(f, known)[:, k - 1] >= limit, "equal to the limit"),
        (lambda f, known, limit, k=10: _distances(f, known)[:, k - 1] ** 2 > limit, "Take the root"),
        (lambda f, known, limit, k=10: _distances(f, known)[:, :k].mean(axis=1) > limit, "or a mean"),
        (lambda f, known, limit, k=10: np.sort(abs(known - f[:, None]).sum(2), 1)[:, k - 1] > limit, "Square the"),
        (lambda f, known, limit, k=10: _distances(f, known)[:, k - 1] / 2**0.5 > limit, "is right"),
        (lambda f, known, limit, k=10: _distances(f, known)[:, k - 1], "Compare the distances"),
        (lambda f, known, limit, k=10: bool(unfamiliar(f, known, limit, k).any()), "one for each image"),
    ],
    "success-rate": [
        (_wherever_it_is_wrong, "were wrong before"),
        (_divided_by_all, "can't be turned"),
        (lambda t, before, after: float((after != t).sum() / max(1, (before == t).sum())), "8 of 8"),
        (lambda t, before, after: float((before != after).mean()), "changed answers"),
        (lambda t, before, after: 1 - success_rate(t, before, after), "*still* right"),
        (lambda t, before, after: float((after == t).mean()), "accuracy after"),
        (lambda t, before, after: int(((before == t) & (after != t)).sum()), "the number of images"),
        (_no_guard, "no image was right before"),
        (lambda t, before, after: bool(success_rate(t, before, after)), "returns True; it"),
        (lambda t, before, after: 100 * success_rate(t, before, after), "in percent"),
    ],
    "accuracy-by-group": [
        (_for_all, "hides the children"),
        (_only_groups_with_right_ones, "has the accuracy 0.0. The groups are ['adults', 'children']"),
        (_counted_where_right, "has the accuracy 0.0. Your code stopped"),
        (lambda g, t, a: {k: 100 * v for k, v in accuracy_by_group(g, t, a).items()}, "in percent"),
        (_counts, "how many are right"),
        (lambda g, t, a: {k: v / len(g) for k, v in _counts(g, t, a).items()}, "by all ten"),
        (lambda g, t, a: {k: 1 - v for k, v in accuracy_by_group(g, t, a).items()}, "share of wrong answers"),
        (lambda g, t, a: {k: g.count(k) / len(g) for k in g}, "that each group has"),
        (lambda g, t, a: list(accuracy_by_group(g, t, a).values()), "it should return a dictionary"),
        (lambda g, t, a: {g[0]: accuracy_by_group(g, t, a)[g[0]]}, "your dictionary has"),
    ],
}
