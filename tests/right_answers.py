"""Right answers in other styles than the solutions: loops, other dtypes and containers, rounding noise, work in place."""

import itertools
import math
from collections import Counter
from pathlib import PurePosixPath

import numpy as np
from PIL import Image

from helpers.exercises import (
    lesson_00,
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_07,
    lesson_08,
    lesson_09,
    lesson_10,
    lesson_11,
    lesson_12,
)


def _as(form, solution):
    """The solution's result in another form."""
    return lambda *arguments: form(solution(*arguments))


def _each(form, solution, container=list):
    """The elements of the solution's result in another form."""
    return lambda *arguments: container(form(value) for value in solution(*arguments))


def _noisy(solution):
    return lambda *arguments: (solution(*arguments) + 1e-7).astype("float32")


def _slice_from_both_ends(image, margin):
    return image[margin : -margin or None, margin : -margin or None]


def _parameters_by_taking_apart(sizes):
    total = 0
    while len(sizes) > 1:
        inputs = sizes.pop(0)
        total += (inputs + 1) * sizes[0]
    return total


def _one_by_one(true, predicted, classes):
    rows = [[0] * classes for _ in range(classes)]
    for row, column in zip(true, predicted, strict=True):
        rows[row][column] += 1
    return np.array(rows, np.uint8)


def _softmax_in_place(scores):
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _without_floats(image, kernel, stride):
    """Nothing is converted: a product of uint8 and int64 is an int64, and one of floats a float."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    return (windows * kernel).sum(axis=(2, 3))


def _pool_in_the_images_dtype(image, size, stride):
    return np.lib.stride_tricks.sliding_window_view(image, (size, size))[::stride, ::stride].max(axis=(2, 3))


def _sides_by_recursion(side, layers):
    if not layers:
        return (side,)
    return side, *_sides_by_recursion(side - 2 if layers[0] == "conv" else side // 2, layers[1:])


def _backwards(layers):
    seen = 1
    for size, stride in reversed(layers):
        seen = (seen - 1) * stride + size
    return np.int64(seen)


def _whole_rows(image, height, width):
    rows = [(2 * row + 1) * len(image) // (2 * height) for row in range(height)]
    columns = [(2 * column + 1) * len(image[0]) // (2 * width) for column in range(width)]
    return (image[np.ix_(rows, columns)] / 255).astype("float32")


def _doubling(shapes, gigabytes):
    bytes_of_one, batch = 8 * sum(map(math.prod, shapes)), 1
    while 2 * batch * bytes_of_one <= gigabytes * 1e9:
        batch *= 2
    return batch if bytes_of_one <= gigabytes * 1e9 else 0


def _on_a_canvas(figure, background, top, left):
    canvas = np.zeros((*background.shape[:2], 4), "float32")
    canvas[top : top + len(figure), left : left + figure.shape[1]] = figure
    return canvas[..., :3] + (1 - canvas[..., 3:]) * background


def _bad_paths(folder):
    bad, learned = [], []
    for path in sorted(folder.glob("*/*/*")):  # "train" sorts before "validation"
        try:
            np.asarray(Image.open(path))
        except Exception:
            bad.append(path.relative_to(folder))
            continue
        if "validation" in path.parts and path.read_bytes() in learned:
            bad.append(path.relative_to(folder))
        elif "train" in path.parts:
            learned.append(path.read_bytes())
    return bad


def _adding_up(labels, probabilities, price_of_alarm, price_of_miss):
    """The last of the best thresholds; added up, 1 becomes 1.0000000000000007."""
    threshold, best, cheapest = 0.0, 0.0, math.inf
    for _ in range(101):
        called = probabilities >= threshold
        price = price_of_alarm * sum(called & (labels == 0)) + price_of_miss * sum(~called & (labels == 1))
        if price <= cheapest:
            best, cheapest = threshold, price
        threshold += 0.01
    return best


def _drop_in_place(values, keep, rate):
    values[~keep] = 0
    return values / (1 - rate)


def _covered_and_put_back(score, image, size, step):
    drops = []
    for top in range(0, image.shape[0] - size + 1, step):
        drops.append([])
        for left in range(0, image.shape[1] - size + 1, step):
            square = np.s_[top : top + size, left : left + size]
            before, kept = score(image), image[square].copy()
            image[square] = 0.5
            drops[-1].append(before - score(image))
            image[square] = kept
    return np.array(drops, "float32")


def _distance_from_half(output, class_names, sure=0.75):
    probability = 0.5 + abs(output - 0.5)
    return ["unsure" if probability < sure else np.str_(class_names[output > 0.5]), np.float64(probability)]


def _by_counting(features, known, limit, k=10):
    return [np.bool_((np.linalg.norm(known - one, axis=1) <= limit).sum() < k) for one in features]


def _standardize_in_place(train, test):
    mean, deviation = train.mean(), train.std()
    for values in (train, test):
        values -= mean
        values /= deviation + 1e-7
    return [train, test]


RIGHT = {
    "pixel-count": [_as(np.int64, lesson_00.pixel_count), lambda height, width: sum([width] * height)],
    "without-border": [_slice_from_both_ends, _noisy(lesson_00.without_border)],
    "row-with-most-ink": [_as(np.array, lesson_00.row_with_most_ink), lambda image: np.argmax(image.mean(axis=1))],
    "batch-of-one": [_noisy(lesson_00.batch_of_one), lambda image: image.reshape(1, *image.shape, 1) * (1 / 255)],
    "signed-scale": [_noisy(lesson_01.signed_scale), lambda image: (image.astype(int) * 2 - 255) / 255],
    "parameters": [_parameters_by_taking_apart, lambda sizes: np.dot(np.add(sizes[:-1], 1), sizes[1:])],
    "one-hot": [lambda labels, classes: (labels[:, None] == np.arange(classes)).astype("uint8")],
    "confusion": [_one_by_one, _as(np.float32, lesson_01.confusion)],
    "steps-per-epoch": [lambda images, size: math.ceil(images / size), lambda *sizes: -(-np.int64(sizes[0]) // sizes[1])],
    "softmax": [_softmax_in_place, _noisy(lesson_02.softmax)],
    "read-prediction": [_as(np.str_, lesson_02.read_prediction)],
    "convolve": [_without_floats, _noisy(lesson_03.convolve)],
    "output-size": [lambda n, kernel, stride, padding: len(range(0, n if padding == "same" else n - kernel + 1, stride))],
    "max-pool": [_pool_in_the_images_dtype, _noisy(lesson_03.max_pool)],
    "true-comment": [lambda *layer: lesson_03.true_comment(*layer).replace("×", "x") + "\n"],
    "conv-parameters": [lambda f, s, c, use_bias=True: np.ones((f, s, s, c)).size + (f if use_bias else 0)],
    "sides": [_sides_by_recursion, _as(np.array, lesson_04.sides)],
    "receptive-field": [_backwards],
    "class-numbers": [lambda paths: np.unique([path.split("/")[0] for path in paths], return_inverse=True)[1]],
    "prepare": [_whole_rows, _noisy(lesson_05.prepare)],
    "how-often": [_as(Counter, lesson_05.how_often)],
    "first-batch-classes": [lambda labels, buffer, size: np.unique(labels[: buffer + size - 1])],
    "count-endings": [lambda paths: Counter(PurePosixPath(path).suffix.lower() for path in paths)],
    "one-neuron": [lambda outputs, names: np.where(outputs[:, 0] >= 0.5, *names[::-1])],
    "largest-batch": [_doubling, _as(np.int32, lesson_06.largest_batch)],
    "surest-mistakes": [_each(np.int32, lesson_06.surest_mistakes, tuple), _as(np.array, lesson_06.surest_mistakes)],
    "balanced-accuracy": [lambda labels, guesses: np.float32((guesses[labels == 1].mean() + 1 - guesses[labels == 0].mean()) / 2)],
    "paste-at": [_on_a_canvas, _noisy(lesson_06.paste_at)],
    "bad-files": [_bad_paths, _as(np.array, lesson_07.bad_files)],
    "loss-by-outcome": [_each(np.float32, lesson_07.loss_by_outcome), _as(np.array, lesson_07.loss_by_outcome)],
    "precision-recall": [_each(np.float32, lesson_07.precision_recall, tuple)],
    "cheapest-threshold": [_adding_up, _as(np.float32, lesson_07.cheapest_threshold)],
    "safe-changes": [_as(sorted, lesson_08.safe_changes), _as(frozenset, lesson_08.safe_changes)],
    "steady-validation": [_as(np.array, lesson_08.is_steady), _as(np.bool_, lesson_08.is_steady)],
    "right-epoch": [_as(np.array, lesson_08.right_epoch)],
    "drop-out": [_drop_in_place, _noisy(lesson_08.drop_out)],
    "compare-networks": [_each(np.array, lesson_08.compare_networks)],
    "dead-channels": [lambda outputs: np.flatnonzero(~outputs.any(axis=(0, 1, 2)))],
    "as-image": [lambda channel: (channel - channel.min()) / max(np.ptp(channel), 1e-9), _noisy(lesson_09.as_image)],
    "patch": [lambda *field: lesson_09.patch_of(*field).tolist()],
    "occlusion-map": [_covered_and_put_back],
    "verdict": [_distance_from_half],
    "on-white": [_noisy(lesson_10.on_white), lambda pixels: 1 - (1 - pixels[..., :3] / 255) * (pixels[..., 3:] / 255)],
    "unfamiliar": [_by_counting],
    "success-rate": [lambda truths, before, after: np.sum((truths == before) & (after != truths)) / max(1, sum(truths == before))],
    "accuracy-by-group": [lambda *lists: {group: np.float32(share) for group, share in lesson_10.accuracy_by_group(*lists).items()}],
    "preprocess": [_noisy(lesson_11.preprocess), lambda images: images * (255 / 128) - 127 / 128],
    "trainable-layers": [_as(tuple, lesson_11.trainable_layers), _as(np.array, lesson_11.trainable_layers)],
    "batch-norm": [_noisy(lesson_11.batch_norm)],
    "standardize": [_standardize_in_place],
    "folds-by-series": [_as(np.array, lesson_12.folds_by_series), _each(np.int64, lesson_12.folds_by_series, tuple)],
    "near-duplicates": [
        lambda features, limit: np.argwhere(np.triu(np.linalg.norm(features[:, None] - features, axis=2) <= limit, 1)),
        lambda features, limit: [[*pair] for pair in itertools.compress(*_pairs_and_distances(features, limit))],
    ],
    "accuracy-range": [_as(np.array, lesson_12.accuracy_range), _each(np.float32, lesson_12.accuracy_range)],
}  # fmt: skip
"""Exercise → right answers that aren't the solution's."""


def _pairs_and_distances(features, limit):
    pairs = list(itertools.combinations(range(len(features)), 2))
    return pairs, [math.dist(features[one], features[other]) <= limit for one, other in pairs]
