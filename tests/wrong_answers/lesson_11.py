"""Wrong answers to the exercises of lesson 11, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_11 import batch_norm, preprocess, standardize, trainable_layers


def _names(layers):
    return [name for name, _ in layers]


def _norms_too(layers, first):
    return _names(layers)[_names(layers).index(first) :]


def _everything_but_norms(layers, first):
    return trainable_layers(layers, layers[0][0])


def _weights_only(layers, first):
    names = trainable_layers(layers, first)
    return [name for name, kind in layers if name in names and kind in ("Conv2D", "Dense")]


def _with_both(train, test):
    return np.split(standardize(np.concatenate([train, test]), test)[0], [len(train)])


def _each_its_own(train, test):
    return standardize(train, train)[0], standardize(test, test)[0]


def _each_feature(train, test):
    return (train - train.mean(0)) / train.std(0), (test - train.mean(0)) / train.std(0)


WRONG = {
    "preprocess": [
        (lambda images: images, "as they are, 0 to 1"),
        (lambda images: images * 255, "Now take 127 away"),
        (lambda images: images / 255, "0 to 1 already"),
        (lambda images: (images - 127) / 128, "Make pixels of them first"),
        (lambda images: images * 255 - 127 / 128, "in parentheses"),
        (lambda images: images * 2 - 1, "(MobileNet's)"),
        (lambda images: ((images * 255).astype("uint8") - np.uint8(127)) / 128, "A byte can't be negative"),
        (lambda images: preprocess(images)[..., ::-1], "order of the colors"),
        (lambda images: (images - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225], "which other networks take"),
        (lambda images: preprocess(images).mean(axis=3), "it should return an array of shape"),
        (lambda images: preprocess(images) + 1, "is right"),
    ],
    "trainable-layers": [
        (lambda layers, first: _names(layers), "the base isn't frozen"),
        (_everything_but_norms, "the base isn't frozen"),
        (lambda layers, first: [first], "learn; you gave"),
        (_norms_too, "in training mode"),
        (lambda layers, first: _names(layers)[::-1], '"pool" among them'),
        (lambda layers, first: trainable_layers(layers, first)[1:], "not the last frozen one"),
        (_weights_only, "learn; you gave"),
        (lambda layers, first: [("head", "Dense")], "names only"),
        (lambda layers, first: [kind for _, kind in layers[_names(layers).index(first) :]], "the kind of a layer"),
        (lambda layers, first: [name for name in _norms_too(layers, first) if "norm" not in name], "in training mode"),
        (lambda layers, first: len(layers), "it should return a list of names"),
    ],
    "batch-norm": [
        (lambda v, mean, variance: batch_norm(v, v.mean(axis=0), v.var(axis=0)), "that is training mode"),
        (lambda v, mean, variance: batch_norm(v, v.mean(axis=0), variance), "that is training mode"),
        (lambda v, mean, variance: batch_norm(v, mean, v.var(axis=0)), "the variance of this batch"),
        (lambda v, mean, variance: (v - mean) / (variance + 0.001), "its square root"),
        (lambda v, mean, variance: v - mean / np.sqrt(variance + 0.001), "Only the mean is divided"),
        (lambda v, mean, variance: (v - mean) / np.sqrt(variance), "left out the 0.001"),
        (lambda v, mean, variance: (v - mean) / (np.sqrt(variance) + 0.001), "added 0.001 to the root"),
        (lambda v, mean, variance: v - mean, "The mean is gone"),
        (lambda v, mean, variance: v / np.sqrt(variance + 0.001), "forgot to take the mean away"),
        (lambda v, mean, variance: batch_norm(v, mean, variance) + 1, "is right"),
        (lambda v, mean, variance: batch_norm(v, mean, variance).clip(-1, 1), "is right"),
        (lambda v, mean, variance: batch_norm(v, mean, variance).tolist(), "turns it into an array"),
    ],
    "standardize": [
        (_with_both, "Test images must not help"),
        (_each_its_own, "with their own mean"),
        (lambda train, test: (standardize(train, test)[0], test), "left the test images as they were"),
        (lambda train, test: (train - train.mean(), test - train.mean()), "Now divide"),
        (_each_feature, "for each feature"),
        (
            lambda train, test: [(part - train.mean()) / train.var() for part in (train, test)],
            "Divide by its square root",
        ),
        (lambda train, test: [part / train.max() for part in (train, test)], "these should be 0 and 1"),
        (lambda train, test: (standardize(train, test)[0], test * 0), "The first test row"),
        (lambda train, test: standardize(train, test)[0], "it should return a pair"),
        (lambda train, test: standardize(train, test)[::-1], "it should return an array of shape"),
    ],
}
