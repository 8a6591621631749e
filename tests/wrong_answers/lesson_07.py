"""Wrong answers to the exercises of lesson 07, each with a part of the sentence that it must get."""

from pathlib import Path

import numpy as np
from PIL import Image

from helpers.exercises.lesson_07 import bad_files, cheapest_threshold, loss_by_outcome, precision_recall


def _bad_files(folder, readable, twins=True, keep="validation"):
    """The bad files, with one thing done differently."""
    bad, learned = [], {}
    for path in sorted(folder.glob("*/*/*")):  # "train" sorts before "validation"
        name = path.relative_to(folder).as_posix()
        if not readable(path):
            bad.append(name)
        elif name.startswith("train"):
            learned[path.read_bytes()] = name
        elif twins and path.read_bytes() in learned:
            bad.append(name if keep == "validation" else learned[path.read_bytes()])
    return sorted(bad)


def _opens(path):
    try:
        Image.open(path)
    except Exception:
        return False
    return True


def _loads(path):
    try:
        Image.open(path).load()
    except Exception:
        return False
    return True


def _by_name(folder):
    known = {path.name for path in folder.glob("train/*/*")}
    found = [path for path in folder.glob("validation/*/*") if path.name in known]
    unread = _bad_files(folder, _loads, twins=False)
    return sorted(unread + [path.relative_to(folder).as_posix() for path in found])


def _everywhere(folder):
    seen, bad = set(), []
    for path in sorted(folder.glob("*/*/*")):
        if not _loads(path) or path.read_bytes() in seen:
            bad.append(path.relative_to(folder).as_posix())
        seen.add(path.read_bytes())
    return bad


def _both_twins(folder):
    return sorted({*_bad_files(folder, _loads), *_bad_files(folder, _loads, keep="train")})


def _scores(labels, probabilities, threshold, at_least=True):
    said = probabilities >= threshold if at_least else probabilities > threshold
    right = int((said & (labels == 1)).sum())
    return right, max(int(said.sum()), 1), int((labels == 1).sum()), float((said == labels).mean())


def _by_outcome(labels, chances, group=None, value=None, mean=lambda losses, _: losses.mean()):
    """The two losses, with one thing done differently."""
    of_truth = np.where(labels == 1, chances, 1 - chances)
    loss = -np.log(of_truth) if value is None else value(of_truth, chances)
    first = (chances >= 0.5) == (labels == 1) if group is None else group(labels, chances)
    return mean(loss[first], labels), mean(loss[~first], labels)


def _place_of_the_cheapest(labels, chances, alarm, miss):
    return int(round(100 * cheapest_threshold(labels, chances, alarm, miss)))


WRONG = {
    "bad-files": [
        (lambda folder: _bad_files(folder, _opens), "`.load()` reads every pixel"),
        (lambda folder: _bad_files(folder, lambda path: path.stat().st_size > 0), "is missing"),
        (
            lambda folder: _bad_files(folder, lambda path: _loads(path) or b"html" in path.read_bytes()),
            "a web page",
        ),
        (lambda folder: [name for name in bad_files(folder) if (folder / name).read_bytes()], "it has 0 bytes"),
        (lambda folder: _bad_files(folder, _loads, twins=False), "Compare what is in the files"),
        (lambda folder: _bad_files(folder, _loads, keep="train"), "Compare what is in the files"),
        (_both_twins, "the one in train stays"),
        (_by_name, "Compare what is in the files"),
        (lambda folder: sorted({*bad_files(folder), *_by_name(folder)}), "the image in it is another"),
        (_everywhere, "it is twice in train"),
        (lambda folder: [str(folder / name) for name in bad_files(folder)], "whole paths"),
        (lambda folder: [Path(name).name for name in bad_files(folder)], "bare file names"),
        (lambda folder: bad_files(folder)[::-1], "not sorted"),
        (lambda folder: set(bad_files(folder)), "a sorted list of texts"),
        (lambda folder: [], "finds nothing"),
        (lambda folder: [name.partition("/")[2] for name in bad_files(folder)], "There is no cats/"),
        (lambda folder: [*range(4)], "Your list holds the single value 0"),
        (lambda folder: bad_files(folder) or ["train/cats/red.png"], "a single flawless image"),
    ],
    "precision-recall": [
        (lambda labels, chances, threshold: precision_recall(labels, chances, threshold)[::-1], "changed places"),
        (
            lambda labels, chances, threshold: (
                (one := _scores(labels, chances, threshold, False))[0] / one[1],
                one[0] / one[2],
            ),
            "`>=`",
        ),
        (
            lambda labels, chances, threshold: (
                (one := _scores(labels, chances, threshold))[3],
                one[0] / one[2],
            ),
            "that is accuracy",
        ),
        (
            lambda labels, chances, threshold: precision_recall(1 - labels, 1 - chances, 1 - threshold + 1e-9),
            "cats",
        ),
        (
            lambda labels, chances, threshold: (
                (one := _scores(labels, chances, threshold))[0] / one[1],
                one[0] / len(labels),
            ),
            "Of the 4 *dogs*",
        ),
        (
            lambda labels, chances, threshold: (
                (one := _scores(labels, chances, threshold))[0] / len(labels),
                one[0] / one[2],
            ),
            "Of the 5 *called*",
        ),
        (
            lambda labels, chances, threshold: (
                ((chances >= threshold) & (labels == 1)).sum() / (chances >= threshold).sum(),
                ((chances >= threshold) & (labels == 1)).sum() / (labels == 1).sum(),
            ),
            "divide 0 by 0",
        ),
        (lambda labels, chances, threshold: precision_recall(labels, chances, 0.5), "At threshold 0.85"),
        (
            lambda labels, chances, threshold: (
                precision_recall(labels, chances, threshold) if max(chances) >= threshold else (None, 0)
            ),
            "but with None in it",
        ),
        (
            lambda labels, chances, threshold: precision_recall(labels, chances, threshold)[0],
            "it should return two numbers",
        ),
    ],
    "loss-by-outcome": [
        (lambda labels, chances: loss_by_outcome(labels, chances)[::-1], "changed places"),
        (
            lambda labels, chances: _by_outcome(labels, chances, group=lambda y, p: np.where(y == 1, p, 1 - p) >= 0.5),
            "so for a cat it's a mistake",
        ),
        (lambda labels, chances: _by_outcome(labels, chances, value=lambda _, p: -np.log(p)), "of *dog* for every"),
        (lambda labels, chances: [-value for value in loss_by_outcome(labels, chances)], "*minus*"),
        (lambda labels, chances: _by_outcome(labels, chances, mean=lambda losses, _: losses.sum()), "sums"),
        (
            lambda labels, chances: _by_outcome(labels, chances, mean=lambda losses, all_: losses.sum() / len(all_)),
            "divided by all 6",
        ),
        (lambda labels, chances: _by_outcome(labels, chances, group=lambda y, _: y == 1), "the dogs and the cats"),
        (lambda labels, chances: _by_outcome(labels, chances, group=lambda _, p: p >= 0.5), "those called dog"),
        (lambda labels, chances: _by_outcome(labels, chances, value=lambda q, _: -np.log10(q)), "`np.log10`"),
        (lambda labels, chances: _by_outcome(labels, chances, value=lambda q, _: 1 - q), "1 minus the probability"),
        (lambda labels, chances: _by_outcome(labels, chances, value=lambda q, _: (1 - q) ** 2), "is right"),
        (
            lambda labels, chances: _by_outcome(labels, chances, group=lambda y, p: (p > 0.5) == (y == 1)),
            "for a dog as a mistake",
        ),
        (lambda labels, chances: loss_by_outcome(labels, chances)[1], "it should return two numbers"),
    ],
    "cheapest-threshold": [
        (lambda labels, chances, alarm, miss: cheapest_threshold(labels, chances, miss, alarm), "exchanged"),
        (lambda labels, chances, alarm, miss: cheapest_threshold(labels, chances, 1, 1), "*number* of mistakes"),
        (_place_of_the_cheapest, "between 0 and 1"),
        (lambda labels, chances, alarm, miss: 0.5, "*number* of mistakes"),
        (lambda labels, chances, alarm, miss: cheapest_threshold(1 - labels, chances, alarm, miss), "costs only"),
        (lambda labels, chances, alarm, miss: [cheapest_threshold(labels, chances, alarm, miss)] * 2, "single number"),
    ],
}
