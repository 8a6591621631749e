"""Wrong answers to the exercises of lesson 01, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_01 import confusion, parameters


def _every_row(labels, classes):
    matrix = np.zeros((len(labels), classes))
    matrix[:, labels] = 1
    return matrix


def _pairs_once(true, predicted, classes):
    matrix = np.zeros((classes, classes))
    matrix[true, predicted] += 1
    return matrix


WRONG = {
    "signed-scale": [
        (lambda image: image * 2 / 255 - 1, "400 - 256 = 144"),
        (lambda image: image * 2 / 256 - 1, "400 - 256 = 144"),
        (lambda image: (image - 128) / 128, "0 - 128 starts again"),
        (lambda image: (image - 127) / 127, "0 - 127 starts again"),
        (lambda image: image / 255, "from 0 to 1"),
        (lambda image: image / 128 - 1, "White (255) became 0.9922"),
        (lambda image: image // 255 * 2 - 1, "whole numbers (uint8)"),
        (lambda image: image / image.max() * 2 - 1, "own maximum"),
        (lambda image: image.ravel() / 127.5 - 1, "it should return an array of shape (2, 3)"),
        (lambda image: image / 127.5 - 1 + 0.01, "is right"),
        (lambda image: image.astype(float) / 255 * 2, "your function gave [[0. , 0.7843, 1.5686]"),
        (lambda image: image / 255 - 1, "stretch first, then move"),
        (lambda image: image - 127.5 / 127.5, "Python divides before it subtracts"),
        (lambda image: 1 - image / 127.5, "the other way round"),
    ],
    "parameters": [
        (lambda sizes: sum(map(np.multiply, sizes, sizes[1:])), "50 + 50 + 10 = 110"),
        (lambda sizes: sum(map(np.multiply, sizes, sizes[1:])) + len(sizes) - 1, "one bias for each layer"),
        (lambda sizes: parameters(sizes) - sum(sizes[1:]) + sum(sizes[:-1]), "a bias for every input"),
        (lambda sizes: parameters(sizes[:-1]), "last layer"),
        (lambda sizes: parameters(sizes[1:]), "first layer"),
        (lambda sizes: parameters(sizes[:2]), "That's the first layer"),
        (sum, "the sizes added up"),
        (lambda sizes: int(np.prod(sizes)), "all sizes multiplied"),
        (lambda sizes: 42_310, "your function gave 42310"),
        (lambda sizes: sizes, "returns a list; it should return a single number"),
    ],
    "one-hot": [
        (lambda labels, classes: np.eye(classes)[labels].T, "your rows are the classes"),
        (lambda labels, classes: np.eye(labels.max() + 1)[labels], "as many columns as these labels need"),
        (lambda labels, classes: np.eye(classes)[labels - 1], "put its 1 in column 2"),
        (lambda labels, classes: np.eye(classes)[(labels + 1) % classes], "put its 1 in column 4"),
        (lambda labels, classes: labels[:, None] == np.arange(classes), "True and False"),
        (lambda labels, classes: np.zeros(len(labels), classes), "A shape goes into parentheses of its own"),
        (_every_row, "All your rows are the same"),
        (lambda labels, classes: np.eye(classes)[labels] * labels[:, None], "holds a 3"),
        (lambda labels, classes: np.eye(5)[labels], "it should return an array of shape (5, 4)"),
        (lambda labels, classes: labels, "returns 3 numbers"),
        (lambda labels, classes: np.eye(classes)[labels].tolist(), "`np.array(...)` turns it into an array"),
    ],
    "confusion": [
        (lambda true, predicted, classes: confusion(predicted, true, classes), "The rows are the true classes"),
        (_pairs_once, "counts 4 images instead of 7"),
        (lambda true, predicted, classes: confusion(true, predicted, true.max() + 1), "there are 4 classes"),
        (
            lambda true, predicted, classes: np.diag(np.bincount(true[true == predicted], minlength=classes)),
            "only the hits",
        ),
        (
            lambda true, predicted, classes: confusion(true, predicted, classes) * (1 - np.eye(classes)),
            "only the mistakes",
        ),
        (lambda true, predicted, classes: confusion(true, predicted, classes) / len(true), "those are fractions"),
        (lambda true, predicted, classes: confusion(true, predicted, 4), "it should return an array of shape (2, 2)"),
        (lambda true, predicted, classes: (true == predicted).mean(), "the single value 0.571"),
    ],
}
