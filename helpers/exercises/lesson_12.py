"""Exercises of lesson 12: series that stay together, near-duplicates, and how sure an accuracy is."""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, as_list, call, number, numbers, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect


def folds_by_series(series, count):
    """Deal images to the folds of a cross-validation so that images of a series stay together.

    series: a list with the series of each image, such as ["a", "a", "b", "c", "c"].
    count: how many folds there are.
    Returns a list with the fold of each image, numbers from 0: the series that comes first in the list goes to fold 0,
    the next one to fold 1, and so on; after fold count - 1 it begins again with fold 0.

    Example: folds_by_series(["a", "a", "b", "c", "c"], 2) is [0, 0, 1, 0, 0].
    """
    order = list(dict.fromkeys(series))  # each series once, in the order of the list
    return [order.index(one) % count for one in series]


def _check_folds_by_series(answer, seed=0):
    series = ["a", "a", "b", "c", "c", "a"]
    rule_out(
        _wholes(answer, series, 2),
        ([0, 1, 0, 1, 0, 1], "You dealt the images one by one, so series a is in both folds. Deal the series."),
        ([0, 0, 1, 2, 2, 0], "There are folds 0 and 1, and you gave a 2. After the last fold begin again with 0."),
        ([1, 1, 2, 1, 1, 1], "Your folds are counted from 1. The first one is 0."),
        ([1, 1, 0, 1, 1, 1], "Your first series is in fold 1. It should be in fold 0, the next one in fold 1."),
        (
            [0, 0, 1, 0, 0, 1],
            "Series a is in both folds: its last image comes after the others, and it is still series a.",
        ),
        ([0, 0, 0, 1, 1, 1], "You cut the list into pieces, so series a is in both folds. Deal the series."),
    )
    random = np.random.default_rng(seed)
    cases = [(series, 2), (["z", "m", "a", "m"], 3), ([7, 7, 7], 5), ([], 2)]
    cases += [(random.integers(0, 9, 14).tolist(), int(random.integers(2, 6))) for _ in range(4)]
    agree(answer, folds_by_series, *cases, ask=_wholes)


def _wholes(answer, series, count):
    return numbers(call(answer, series, count), "a list with a number for each image", length=len(series))


def near_duplicates(features, limit):
    """Find the pairs of images that look nearly the same.

    features: an array of shape (images, numbers): what a network makes of each image.
    limit: two images are near-duplicates if the distance of their features is at most this. The distance of two rows
    is the square root of the sum of the squared differences.
    Returns a list of pairs (i, j) with i < j, sorted.

    Example: near_duplicates(np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]), 2) is [(0, 2)].
    """
    pairs = []
    for i in range(len(features)):
        for j in range(i + 1, len(features)):
            if np.sqrt(np.sum((features[i] - features[j]) ** 2)) <= limit:
                pairs.append((i, j))
    return pairs


def _check_near_duplicates(answer, seed=0):
    features = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0], [3.0, 2.0], [12.0, 9.0], [10.5, 9.0]])
    twice = [(0, 2), (1, 3), (2, 0), (3, 1), (4, 5), (5, 4)]
    itself = [(0, 0), (0, 2), (1, 1), (1, 3), (2, 2), (3, 3), (4, 4), (4, 5), (5, 5)]
    rule_out(
        _pairs(answer, features, 2),
        ([], "You found none. The distance of rows 0 and 2 is 1, and that of rows 1 and 3 is 2: both are at most 2."),
        ([(0, 2), (4, 5)], "Rows 1 and 3 are missing: their distance is exactly 2, and *at most* 2 counts."),
        (
            [(0, 2)],
            "Rows 4 and 5 are missing: their distance is 1.5. Compare all pairs, and the root of the sum, with the limit.",
        ),
        ([(2, 0), (3, 1), (5, 4)], "In a pair the smaller number comes first."),
        (twice, "Each pair is there twice. Take only those with i < j."),
        (itself, "You compare each image with itself. Take only pairs with i < j."),
        (
            sorted({*twice, *itself}),
            "You compare each image with itself, and each pair twice. Take only pairs with i < j.",
        ),
        (
            [(i, j) for i in range(6) for j in range(i + 1, 6) if (i, j) not in twice],
            "Those are the pairs that are farther apart than the limit.",
        ),
    )
    random = np.random.default_rng(seed)
    cases = [(features, 2), (features, 5), (np.zeros((3, 4)), 0), (np.zeros((1, 2)), 1)]
    cases += [(random.integers(0, 4, (6, 3)).astype(float), limit) for limit in (0.5, 1.2, 2.1, 3.1)]
    for case in cases:
        _agree_on_pairs(answer, *case)


def _agree_on_pairs(answer, features, limit):
    right, got = near_duplicates(features, limit), _pairs(answer, features, limit)
    for i, j in sorted({*right, *got}):
        if not 0 <= i < j < len(features):
            raise Incorrect(
                f"Your list has the pair ({i}, {j}); there are {len(features)} images, counted from 0, and i < j."
            )
        if ((i, j) in right) != ((i, j) in got):
            distance = shown(np.sqrt(np.sum((features[i] - features[j]) ** 2)))
            what = "is missing" if (i, j) in right else "doesn't belong in the list"
            raise Incorrect(
                f"The pair ({i}, {j}) {what}: the distance of {shown(features[i])} and {shown(features[j])} is {distance}, "
                f"and the limit is {limit}."
            )
    if got != right:
        raise Incorrect(
            "These are the right pairs, but not sorted, or some are there twice. `sorted(pairs)` sorts them."
        )


def _pairs(answer, *case):
    pairs = as_list(call(answer, *case), "a list of pairs")
    return [tuple(numbers(pair, "pairs of two numbers", length=2)) for pair in pairs]


def accuracy_range(right, total):
    """Give the range in which an accuracy is with a confidence of 95 %.

    right, total: `right` of `total` images were answered right.
    With p = right / total it reaches from p - 1.96 * s to p + 1.96 * s, where s is the square root of p (1 - p) / total.
    An accuracy is between 0 and 1, so what is beyond is cut off.
    Returns a pair: the lower and the upper end.

    Example: accuracy_range(2, 4) is (0.01, 0.99): 2 of 4 right says next to nothing.
    """
    p = right / total
    s = (p * (1 - p) / total) ** 0.5
    return max(0, p - 1.96 * s), min(1, p + 1.96 * s)


def _check_accuracy_range(answer, seed=0):
    random = np.random.default_rng(seed)
    cases = [(70, 80), (50, 100), (8, 10), (1, 10), (10, 10)]
    cases += [(int(random.integers(0, total + 1)), int(total)) for total in random.integers(5, 300, 5)]
    for right, total in cases:
        low, high = numbers(call(answer, right, total), "a pair: `return low, high`", length=2, each=number)
        p = right / total
        s = (p * (1 - p) / total) ** 0.5
        if max(low, high) > 1.5:
            raise Incorrect(
                f"For {right} of {total} your upper end is {shown(high)}. Give shares from 0 to 1, cut off at 1."
            )
        for wrong, sentence in (
            ((p - s, p + s), "You left out the factor 1.96."),
            ((p - 2 * s, p + 2 * s), "That is 2 standard deviations; the factor here is 1.96."),
            (
                (round(p - 1.96 * s, 2), round(p + 1.96 * s, 2)),
                "That is rounded. Leave the digits; printing can round.",
            ),
            ((p + 1.96 * s, p - 1.96 * s), "The lower end comes first."),
            (
                (p - 1.96 * s / total**0.5, p + 1.96 * s / total**0.5),
                "You divided by the number of images outside the root. Divide first, then take the root.",
            ),
            ((p - 1.96 * p * (1 - p) / total, p + 1.96 * p * (1 - p) / total), "You forgot the square root."),
            (
                (p - 1.96 * (p * (1 - p)) ** 0.5, p + 1.96 * (p * (1 - p)) ** 0.5),
                "You forgot to divide by the number of images.",
            ),
            ((p - 1.96 * s, p + 1.96 * s), "An accuracy is between 0 and 1: cut off what is beyond."),
        ):
            cut = tuple(np.clip(wrong, 0, 1))
            is_it = any(np.allclose((low, high), one, atol=1e-4) for one in (wrong, cut))
            if is_it and not np.allclose((low, high), accuracy_range(right, total), atol=1e-4):
                raise Incorrect(f"For {right} of {total} you gave {shown(low)} to {shown(high)}. {sentence}")
        if not np.allclose((low, high), accuracy_range(right, total), atol=1e-3):
            ends = " to ".join(shown(end) for end in accuracy_range(right, total))
            raise Incorrect(f"For {right} of {total} you gave {shown(low)} to {shown(high)}; {ends} is right.")


EXERCISES = [
    Exercise(
        name="folds-by-series",
        title="Series stay together",
        task="Section 5 deals the images to a few groups, called **folds**, and asks about one fold after the other. Deal whole series, so "
        "that no series is in two folds.",
        solution=folds_by_series,
        check=_check_folds_by_series,
        hints=[
            "You need each series once, in the order in which they come. What is the place of a series in that list?",
            "`list(dict.fromkeys(series))` keeps the first of each. `order.index(one)` is its place.",
            "`[order.index(one) % count for one in series]`: with `%` the folds begin again.",
        ],
        takeaway="The same holds for several images of one person, one patient or one place: split by what they have in common.",
    ),
    Exercise(
        name="accuracy-range",
        title="How sure is an accuracy?",
        task="On other images the accuracy would be a little different. Lesson 08 computed how much: two standard deviations in either "
        "direction. Compute the range, with 1.96, which is more exact than 2.",
        solution=accuracy_range,
        check=_check_accuracy_range,
        hints=[
            "First `p`, the share that is right, then `s`, the square root of `p * (1 - p) / total`.",
            "`** 0.5` is the square root. The ends are `p - 1.96 * s` and `p + 1.96 * s`.",
            "`max(0, ...)` and `min(1, ...)` cut off what is beyond.",
        ],
        takeaway="Four times as many images make the range half as wide. For 0 or all right this formula gives a range of width 0, which is "
        "too sure; Wilson's, which the model card uses, doesn't.",
    ),
    Exercise(
        name="near-duplicates",
        title="Nearly the same image",
        task="Two pictures that are nearly the same teach the network one thing, not two. Pixels are a bad measure: a step to "
        "the side changes them all. Features hardly change. Find the pairs whose features are close.",
        solution=near_duplicates,
        check=_check_near_duplicates,
        hints=[
            "Compare every image with every later one: two loops, one in the other.",
            "`range(i + 1, len(features))` gives the later ones, so each pair comes once.",
            "`np.sqrt(np.sum((features[i] - features[j]) ** 2)) <= limit`.",
        ],
        takeaway="For 5,000 images that is 12 million pairs; then a matrix product computes them all at once.",
    ),
]
