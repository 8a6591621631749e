"""Wrong answers to the exercises of lesson 07, each with a part of the sentence that it must get."""

from pathlib import Path

from PIL import Image

from helpers.exercises.lesson_07 import bad_files, precision_recall


def _counted(size, filters, dense, side=lambda n: n // 2, bias=1, channels=3, last=lambda n: n + 1):
    """The parameters, with one thing done differently."""
    total = 0
    for count in filters:
        total += count * (9 * channels + bias)
        size, channels = side(size), count
    return total + dense * (size * size * channels + bias) + last(dense)


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


WRONG = {
    "cats-dogs-parameters": [
        (lambda size, filters, dense: _counted(size, filters, dense, bias=0, last=int), "625 biases are missing"),
        (lambda size, filters, dense: _counted(size, filters, dense, lambda n: (n - 2) // 2), 'padding "valid"'),
        (lambda size, filters, dense: _counted(size, filters, dense, channels=1), "three colors"),
        (lambda size, filters, dense: _counted(size, filters, dense, last=lambda n: 0), "last neuron is missing"),
        (lambda size, filters, dense: _counted(size, filters, dense, last=int), "bias of the last neuron"),
        (lambda size, filters, dense: _counted(size, filters, 0, last=lambda n: 0), "the convolutions alone"),
        (lambda size, filters, dense: _counted(1, filters, dense, lambda n: 1), "one for a channel"),
        (lambda size, filters, dense: _counted(size, filters, dense, lambda n: -(-n // 2)), "drops the odd margin"),
        (lambda size, filters, dense: _counted(size, filters, dense, int), "no pooling"),
        (lambda size, filters, dense: 10_641_441, "is right"),
    ],
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
            lambda labels, chances, threshold: precision_recall(labels, chances, threshold)[0],
            "it should return two numbers",
        ),
    ],
}
