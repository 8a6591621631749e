"""Wrong answers to the exercises of lesson 05, each with a part of the sentence that it must get."""

from pathlib import PurePosixPath

import numpy as np

from helpers.exercises.lesson_05 import (
    _taken,
    class_numbers,
    count_endings,
    first_batch_classes,
    how_often,
    prepare,
)


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


def _paired(image, height, width):
    rows = [int((i + 0.5) * image.shape[0] / height) for i in range(height)]
    columns = [int((i + 0.5) * image.shape[1] / width) for i in range(width)]
    return image[rows, columns] / 255


def _at_cache(stages, before, after):
    """Count `before` in front of the cache and `after` behind it; behind it is everything where there is none."""
    place = stages.index("cache") if "cache" in stages else 0
    return {stage: before if i < place else after for i, stage in enumerate(stages) if stage != "cache"}


def _counted(endings):
    counts = {}
    for ending in endings:
        counts[ending] = counts.get(ending, 0) + 1
    return counts


WRONG = {
    "class-numbers": [
        (_by_appearance, "Alphabetical order counts"),
        (lambda paths: [one + 1 for one in class_numbers(paths)], "begin with 0"),
        (lambda paths: [sorted(paths).index(path) for path in paths], "every image its own number"),
        (lambda paths: [0 for _ in paths], "one class for all"),
        (_without_set, "only once"),
        (_folder_above, 'you took "summer"'),
        (lambda paths: [path.split("/")[0] for path in paths], "holds texts"),
        (_one_hot, "not one-hot"),
        (lambda paths: sorted({path.split("/")[0]: 0 for path in paths}.values()), "each image needs one"),
        (lambda paths: {"horses": 0, "humans": 1}, "it should return a list"),
        (lambda paths: [int(path[0] in "hd") * int(path[1] in "uo") for path in paths], "is right"),
    ],
    "prepare": [
        (lambda image, height, width: prepare(image, width, height), "the height comes first"),
        (_paired, "then the columns: `image[rows][:, columns]`"),
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
    "how-often": [
        (lambda stages, epochs: {stage: epochs for stage in stages if stage != "cache"}, "The cache saves some"),
        (lambda stages, epochs: {stage: 1 for stage in stages if stage != "cache"}, "runs in every epoch"),
        (lambda stages, epochs: _at_cache(stages, epochs, 1), "the other way round"),
        (lambda stages, epochs: _at_cache(stages, 1, epochs) | {"cache": epochs}, "should not be in the dict"),
        (lambda stages, epochs: _at_cache(stages, 1, epochs) | {"cache": 1}, "should not be in the dict"),
        (lambda stages, epochs: _at_cache(stages, 1, epochs - 1), "so in all 7"),
        (lambda stages, epochs: _at_cache(stages, 1, epochs if "cache" in stages else 1), "nothing is kept"),
        (lambda stages, epochs: how_often(stages, epochs) | {"read": 1}, "read again in every epoch"),
        (lambda stages, epochs: list(how_often(stages, epochs).values()), "should return a dict"),
        (lambda stages, epochs: {stages[0]: 1, **_at_cache(stages, 1, epochs)}, "is right"),
        (lambda stages, epochs: how_often(stages, min(epochs, 7)), "is right"),
    ],
    "first-batch-classes": [
        (lambda labels, buffer, size: sorted(set(labels[:buffer])), "the gap is filled with the fifth"),
        (lambda labels, buffer, size: sorted(set(labels)), "come too late"),
        (lambda labels, buffer, size: labels[: buffer + size - 1], "only once"),
        (lambda labels, buffer, size: sorted(set(labels[: buffer + size])), "filled too late"),
        (lambda labels, buffer, size: list(dict.fromkeys(labels[: buffer + size - 1])), "Sort the classes"),
        (lambda labels, buffer, size: sorted(set(labels[: max(buffer, size) + buffer // 4])), "before the second"),
        (lambda labels, buffer, size: set(labels[: buffer + size - 1]), "returns a set"),
        (lambda labels, buffer, size: first_batch_classes(labels, min(buffer, 4), size), "is right"),
        (
            lambda labels, buffer, size: list(map(str, first_batch_classes(labels, buffer, size))),
            "with the text '0' in it",
        ),
        (lambda labels, buffer, size: max(labels[: buffer + size - 1]), "should return a list of classes"),
    ],
    "count-endings": [
        (lambda paths: _counted(PurePosixPath(path).suffix for path in paths), "count .jpg and .JPG apart"),
        (lambda paths: _counted(path.rsplit(".")[-1].lower() for path in paths), "have no dot. Keep it"),
        (lambda paths: _counted(path.rsplit(".")[-1] for path in paths), "have no dot, and"),
        (lambda paths: _counted(path.split("/")[0] for path in paths), "counted the folders"),
        (lambda paths: dict.fromkeys(count_endings(paths), 1), "there are two"),
        (lambda paths: _counted("." + path.lower().split(".")[1] for path in paths), "took the first dot"),
        (
            lambda paths: _counted("." + path.lower().split(".", 1)[1] for path in paths),
            "everything after the first dot",
        ),
        (lambda paths: {end: n for end, n in count_endings(paths).items() if end}, "have no ending"),
        (
            lambda paths: _counted("." + p.lower().split(".")[-1] if "." in p else "" for p in paths),
            "of the folder cats.old",
        ),
        (
            lambda paths: _counted("." + path.split("/")[-1].split(".")[-1].lower() for path in paths),
            'The ending of such a name is ""',
        ),
        (lambda paths: _counted("." + path.split(".")[-1].lower() for path in paths), "look whether there is a dot"),
        (lambda paths: len(count_endings(paths)), "should return a dict"),
        (lambda paths: {end or ".": n for end, n in count_endings(paths).items()}, "is right"),
        (lambda paths: {end: min(n, 2) for end, n in count_endings(paths).items()}, "is right"),
    ],
}
