"""Wrong answers to the exercises of lesson 09, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_09 import dead_channels, occlusion_map


def _each(outputs, test):
    return [channel for channel in range(outputs.shape[3]) if test(outputs[..., channel])]


def _some_image(channel):
    return (channel == 0).all(axis=(1, 2)).any()


def _cut(
    image,
    row,
    column,
    size,
    step,
    start,
    top=lambda row, step, start: start + row * step,
    end=lambda begin, size: begin + size,
):
    first, left = top(row, step, start), top(column, step, start)
    return image[max(first, 0) : max(end(first, size), 0), max(left, 0) : max(end(left, size), 0)]


def _drops(score, image, size, step, gray=0.5, copy=True, last=1, swap=False, sign=1, only_covered=False, move=None):
    before = score(image)
    move = move or step
    tops, lefts = range(0, image.shape[0] - size + last, move), range(0, image.shape[1] - size + last, move)
    if swap:
        tops, lefts = lefts, tops
    drops = np.zeros((len(tops), len(lefts)))
    for row, top in enumerate(tops):
        for column, left in enumerate(lefts):
            covered = image.copy() if copy else image
            top_, left_ = (left, top) if swap else (top, left)
            covered[top_ : top_ + size, left_ : left_ + size] = gray
            drops[row, column] = score(covered) if only_covered else sign * (before - score(covered))
    return drops


def _left_covered(score, image, size, step):
    drops = occlusion_map(score, image, size, step)
    image[:size, :size] = 0.5
    return drops


WRONG = {
    "dead-channels": [
        (lambda o: _each(o, _some_image), "channels 6 and 7"),
        (lambda o: _each(o, lambda c: not c[0].any()), "You count channel 6, too"),
        (lambda o: _each(o, lambda c: not c[-1].any()), "You count channel 7, too"),
        (lambda o: _each(o, lambda c: c.min() == c.max()), "constant, but not 0"),
        (lambda o: _each(o, lambda c: c.max() <= 0), "is −1 everywhere"),
        (lambda o: _each(o, lambda c: abs(c.sum()) < 1e-6), "add up to 0"),
        (lambda o: _each(o, lambda c: c.sum() <= 1e-6), "their sum is not above 0"),
        (lambda o: _each(o, lambda c: c.any()), "Find the others"),
        (lambda o: [n + 1 for n in dead_channels(o)], "counting from 1"),
        (lambda o: len(dead_channels(o)), "a list of channel numbers"),
        (lambda o: ~o.any(axis=(0, 1, 2)), "True and False"),
        (lambda o: np.where(~o.any(axis=(0, 1, 2))), "as `np.where` does"),
        (lambda o: np.argwhere(~o.any(axis=(0, 1, 2))), "but with a list in it"),
        (lambda o: [1, 4], "Where the channels [] of 9 are dead"),
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
        (lambda c: (c - c.min()) / max(c.max() - c.min(), 1), "For [[0.1, 0.3]]"),
        (lambda c: c.max(), "the single value"),
        (lambda c: ((c - c.min()) / max(c.max() - c.min(), 1e-9)).astype(c.dtype), "holds whole numbers only"),
    ],
    "patch": [
        (lambda *a: _cut(*a).swapaxes(0, 1), "exchanged rows and columns in what you return"),
        (lambda i, r, c, *a: _cut(i, c, r, *a), "exchanged row and column"),
        (lambda *a: _cut(*a, top=lambda row, step, start: row * step), "You left `start` out"),
        (lambda *a: _cut(*a, top=lambda row, step, start: row + start), "You left `step` out"),
        (
            lambda i, r, c, s, t, b: (
                _cut(i, r - 3, c - 5 + 2, s, t, b + 3) if t == 2 and r == 3 else _cut(i, r, c, s, t, b)
            ),
            "begins with the value",
        ),
        (lambda *a: _cut(*a, top=lambda row, step, start: row * step - start), "You subtracted `start`"),
        (lambda *a: _cut(*a, end=lambda begin, size: begin + size - 1), "7 pixels high and wide"),
        (lambda *a: _cut(*a, end=lambda begin, size: 18), "yours has the shape (15, 11, 3)."),
        (lambda *a: _cut(*a, end=lambda begin, size: size), "You"),
        (lambda *a: _cut(*a, end=lambda begin, size: begin + size + 1), "9 pixels high and wide"),
        (
            lambda i, r, c, s, t, b: i[b + r * t : b + r * t + s, b + c * t : b + c * t + s],
            "A negative index counts from the end",
        ),
        (
            lambda i, r, c, s, t, b: np.pad(i, ((9, 9), (9, 9), (0, 0)))[9 + b + r * t :, 9 + b + c * t :][:s, :s],
            "What lies outside is left out",
        ),
        (lambda i, r, c, s, t, b: i[max(b + r * t, 0) :][:s, max(b + c * t, 0) :][:, :s], "reaches over the border"),
        (lambda *a: _cut(*a)[..., 0], "a part of the image"),
    ],
    "occlusion-map": [
        (lambda *a: _drops(*a, sign=-1), "the wrong sign"),
        (lambda *a: _drops(*a, only_covered=True), "You return the scores of the covered images"),
        (lambda *a: _drops(*a, gray=0), "You cover with black"),
        (lambda *a: _drops(*a, gray=1), "You cover with white"),
        (lambda *a: _drops(*a, gray=128), "You cover with 128. Gray is 0.5"),
        (lambda score, image, size, *a: _drops(score, image, size, *a, last=size), "would reach over the border"),
        (lambda *a: _drops(*a, copy=False), "pile up"),
        (_left_covered, "changes `image` itself"),
        (lambda *a: np.zeros_like(occlusion_map(*a)), "Your map is 0 everywhere"),
        (
            lambda score, *a: _drops(score, *a) + np.eye(*_drops(score, *a).shape, 1),
            "For the square at row 0, column 3",
        ),
        (lambda *a: _drops(*a, last=0), "last row and column of squares is missing"),
        (lambda *a: _drops(*a, swap=True), "3 rows and 2 columns"),
        (lambda *a: _drops(*a, move=1), "you move by one pixel"),
        (lambda *a: occlusion_map(*a).ravel(), "a list of six numbers"),
        (lambda *a: occlusion_map(*a) / occlusion_map(*a).max(), "divided the map by its largest value"),
        (lambda *a: np.maximum(occlusion_map(*a), 0), "Below 0 means that the score rises"),
        (lambda *a: np.abs(occlusion_map(*a)), "Below 0 means that the score rises"),
    ],
}
