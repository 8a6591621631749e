"""Wrong answers to the exercises of lesson 05, each with a part of the sentence that it must get."""

import numpy as np

from helpers.exercises.lesson_05 import _taken, batch_sizes, class_numbers, prepare


def _by_appearance(paths):
    folders = [path.split("/")[0] for path in paths]
    return [list(dict.fromkeys(folders)).index(folder) for folder in folders]


def _without_set(paths):
    folders = [path.split("/")[0] for path in paths]
    return [sorted(folders).index(folder) for folder in folders]


def _folder_above(paths):
    folders = [path.split("/")[-2] for path in paths]
    return [sorted(set(folders)).index(folder) for folder in folders]


def _one_hot(paths):
    return np.eye(len(set(class_numbers(paths))))[class_numbers(paths)]


def _shrunk(offset, divide):
    def answer(image, height, width):
        rows = ((np.arange(height) + offset) * image.shape[0] / height).astype(int)
        columns = ((np.arange(width) + offset) * image.shape[1] / width).astype(int)
        return divide(image[rows][:, columns])

    return answer


WRONG = {
    "class-numbers": [
        (_by_appearance, "Alphabetical order counts"),
        (lambda paths: [one + 1 for one in class_numbers(paths)], "begin with 0"),
        (lambda paths: [sorted(paths).index(path) for path in paths], "every image its own number"),
        (lambda paths: [0 for _ in paths], "one class for all"),
        (_without_set, "only once"),
        (_folder_above, 'you took "summer"'),
        (lambda paths: [path.split("/")[0] for path in paths], "holds names"),
        (_one_hot, "not one-hot"),
        (lambda paths: sorted({path.split("/")[0]: 0 for path in paths}.values()), "each image needs one"),
        (lambda paths: {"horses": 0, "humans": 1}, "it should return a list"),
        (lambda paths: [int(path[0] in "hd") * int(path[1] in "uo") for path in paths], "is right"),
    ],
    "batch-sizes": [
        (lambda images, size: [size] * (images // size), "Three images never come"),
        (lambda images, size: [size] * -(-images // size), "which are 1,152"),
        (lambda images, size: batch_sizes(images, size)[::-1], "the small batch first"),
        (lambda images, size: [size, images % size], "How many times"),
        (lambda images, size: list(divmod(images, size)), "one number for each batch"),
        (lambda images, size: [size] * (images // size) + [images % size], "an empty one"),
        (lambda images, size: -(-images // size), "it should return a list"),
        (lambda images, size: [min(size, images)] * (images // size) or [size], "Three images"),
        (lambda images, size: [128] * (images // 128) + [images % 128] * (images % 128 > 0), "is right"),
        (lambda images, size: batch_sizes(images, size) if images > size else [size], "no more than 5"),
        (lambda images, size: batch_sizes(images, size) if images > size else [], "you gave no batch"),
    ],
    "prepare": [
        (lambda image, height, width: prepare(image, width, height), "the height comes first"),
        (_shrunk(0.5, lambda part: part), "Your values go up to"),
        (_shrunk(0.5, lambda part: part // 255), "whole numbers only"),
        (_shrunk(0.5, lambda part: (part / 255).astype("uint8")), "whole numbers only"),
        (_shrunk(0.5, lambda part: part[..., ::-1] / 255), "blue, green, red"),
        (_shrunk(0.5, lambda part: part[..., 0] / 255), "has no colors"),
        (_shrunk(0.5, lambda part: part / 256), "divided by 256"),
        (lambda image, height, width: prepare(image, height, width) * 255 / image.max(), "largest value"),
        (_shrunk(0, lambda part: part / 255), "the first row of every block"),
        (lambda image, height, width: _taken(image, height, width, 1), "the last row of every block"),
        (lambda image, height, width: image[:height, :width] / 255, "the corner at the top left"),
        (lambda image, height, width: image / 255, "not resized"),
        (
            lambda image, height, width: image.reshape(height, 4, width, 2, 3).mean(axis=(1, 3)) / 255,
            "the mean of each block",
        ),
        (
            lambda image, height, width: (
                image[np.arange(height) * image.shape[0] // height + image.shape[0] // height // 2][
                    :, np.arange(width) * image.shape[1] // width + image.shape[1] // width // 2
                ]
                / 255
            ),
            "is right",
        ),
        (lambda image, height, width: prepare(image, height, width).tolist(), "turns it into an array"),
    ],
}
