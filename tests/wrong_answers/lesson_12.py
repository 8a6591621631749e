"""Wrong answers to the exercises of lesson 12, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_12 import accuracy_range, folds_by_series, near_duplicates


def _changes(series, count):
    """Takes a series that comes back for a new one."""
    fold, folds = -1, []
    for place, one in enumerate(series):
        fold += place == 0 or one != series[place - 1]
        folds.append(fold % count)
    return folds


def _cut(series, count):
    return [place * count // len(series) for place in range(len(series))]


def _pairs(test, both=False, itself=False):
    def pairs(features, limit):
        found = []
        for i in range(len(features)):
            for j in range(len(features)):
                wanted = i < j or (both and i > j) or (itself and i == j)
                if wanted and test(np.sqrt(np.sum((features[i] - features[j]) ** 2)), limit):
                    found.append((i, j))
        return found

    return pairs


def _summed(features, limit):
    """Adds up the differences, without squares and root."""
    rows = range(len(features))
    return [(i, j) for i in rows for j in rows[i + 1 :] if abs(features[i] - features[j]).sum() <= limit]


def _at_most(distance, limit):
    return distance <= limit


def _formula(width, cut=True):
    def accuracy(right, total):
        p = right / total
        ends = p - width(p, total), p + width(p, total)
        return (max(0, ends[0]), min(1, ends[1])) if cut else ends

    return accuracy


WRONG = {
    "folds-by-series": [
        (lambda series, count: [place % count for place in range(len(series))], "dealt the images one by one"),
        (lambda series, count: [list(dict.fromkeys(series)).index(one) for one in series], "begin again with 0"),
        (lambda series, count: [1 + fold for fold in folds_by_series(series, count)], "counted from 1"),
        (
            lambda series, count: [(1 + fold) % count for fold in folds_by_series(series, count)],
            "first series is in fold 1",
        ),
        (_changes, "it is still series a"),
        (_cut, "cut the list into pieces"),
        (lambda series, count: [sorted(set(series)).index(one) % count for one in series], "is right"),
        (lambda series, count: folds_by_series(series, count)[:-1], "number for each image"),
    ],
    "near-duplicates": [
        (lambda features, limit: [], "You found none"),
        (_pairs(lambda distance, limit: distance < limit), "*at most* 2 counts"),
        (lambda features, limit: [(j, i) for i, j in near_duplicates(features, limit)], "smaller number comes first"),
        (_pairs(_at_most, both=True), "Each pair is there twice"),
        (_pairs(_at_most, itself=True), "each image with itself. Take"),
        (_pairs(_at_most, both=True, itself=True), "and each pair twice"),
        (_pairs(lambda distance, limit: distance > limit), "farther apart"),
        (_pairs(lambda distance, limit: distance**2 <= limit), "the root of the sum"),
        (lambda features, limit: list(map(str, near_duplicates(features, limit))), "it should return pairs of two"),
        (_pairs(lambda distance, limit: distance <= 2), "The pair (0, 1) is missing: the distance of"),
        (_pairs(lambda distance, limit: distance <= limit * 1.5), "doesn't belong in the list"),
        (_summed, "The pair (0, 1) is missing"),
        (lambda features, limit: sorted(near_duplicates(features, limit), key=lambda pair: pair[1]), "but not sorted"),
        (lambda features, limit: [*near_duplicates(features, limit), (len(features), 99)], "counted from 0"),
    ],
    "accuracy-range": [
        (_formula(lambda p, n: (p * (1 - p) / n) ** 0.5), "the factor 1.96"),
        (_formula(lambda p, n: 1.96 * p * (1 - p) / n), "the square root"),
        (_formula(lambda p, n: 1.96 * (p * (1 - p)) ** 0.5), "divide by the number of images"),
        (_formula(lambda p, n: 1.96 * (p * (1 - p) / n) ** 0.5, cut=False), "cut off what is beyond"),
        (lambda right, total: tuple(100 * end for end in accuracy_range(right, total)), "shares from 0 to 1"),
        (_formula(lambda p, n: 2 * (p * (1 - p) / n) ** 0.5), "the factor here is 1.96"),
        (_formula(lambda p, n: 1.96 * (p * (1 - p)) ** 0.5 / n), "Divide first, then take the root"),
        (lambda right, total: [round(end, 2) for end in accuracy_range(right, total)], "That is rounded"),
        (lambda right, total: accuracy_range(right, total)[::-1], "The lower end comes first"),
        (lambda right, total: (right // total, 1), "is right"),
        (lambda right, total: [*map(str, accuracy_range(right, total))], "but with the text"),
        (lambda right, total: accuracy_range(right, total)[0], "it should return a pair"),
        (lambda right, total: accuracy_range(total - right, total), "is right"),
    ],
}
