"""Exercises of lesson 05: labels from folders, an image resized by hand, cache and shuffle buffer, the endings of files."""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, array, as_list, call, close, kind, numbers, rule_out, whole
from helpers.exercises.core import Exercise, Incorrect


def class_numbers(paths):
    """Give every image the number of its class, as image_dataset_from_directory does.

    paths: a list of texts such as "humans/human01-00.png". The first folder is the class; there may be
    more folders below it. The classes are numbered from 0, in alphabetical order.
    Returns a list of ints, one for each path.

    Example: class_numbers(["humans/a.png", "horses/b.png"]) is [1, 0].
    """
    folders = [path.split("/")[0] for path in paths]
    names = sorted(set(folders))
    return [names.index(folder) for folder in folders]


LESSON = ["humans/human01-00.png", "horses/horse01-0.png", "humans/human01-01.png"]
TWO_CATS = ["cats/cat.0.jpg", "cats/cat.1.jpg", "dogs/dog.0.jpg"]
NESTED = ["birds/summer/1.jpg", "birds/winter/2.jpg", "cats/3.jpg"]


def _check_class_numbers(answer, seed=0):
    rule_out(
        _numbers(answer, LESSON),
        ([0, 1, 0], "For humans, horses, humans you gave [0, 1, 0]. Alphabetical order counts: horses 0, humans 1."),
        ([2, 1, 2], "You gave [2, 1, 2]. The numbers begin with 0, so horses are 0 and humans are 1."),
        ([1, 0, 2], "You gave [1, 0, 2], every image its own number. The first and the last are of one class."),
        ([0, 0, 0], "You gave [0, 0, 0], one class for all. Which folder is different?"),
    )
    rule_out(
        _numbers(answer, TWO_CATS),
        ([0, 0, 2], "For cats, cats, dogs you gave [0, 0, 2]. Every name should be in your list of classes only once."),
    )
    rule_out(
        _numbers(answer, NESTED),
        (
            [1, 2, 0],
            'For "birds/summer/1.jpg" you took "summer" as the class. The class is the first folder, "birds".',
        ),
    )
    random = np.random.default_rng(seed)
    drawn = [
        [f"{name}/{i}.jpg" for i, name in enumerate(random.choice(["oak", "ash", "elm", "fir", "yew"], 6).tolist())]
        for _ in range(3)
    ]
    agree(answer, class_numbers, (LESSON,), (TWO_CATS,), (NESTED,), *((paths,) for paths in drawn), ask=_numbers)


def _numbers(answer, paths):
    got = as_list(call(answer, paths), "a list, one number for each image")
    if any(isinstance(value, str) for value in got):
        raise Incorrect(f"Your list holds texts, {got[0]!r} first. A network needs numbers: which place has the name?")
    if any(isinstance(value, list | tuple) for value in got):
        raise Incorrect(f"Your list holds lists, {got[0]} first. It should be one number for each image, not one-hot.")
    if len(got) != len(paths):
        raise Incorrect(f"For {len(paths)} images your list has {len(got)} numbers; each image needs one.")
    return numbers(got, "a list, one number for each image")


def prepare(image, height, width):
    """Turn a decoded image into what a network takes: resized, float, and between 0 and 1.

    image: an array of shape (rows, columns, 3), whole numbers 0…255.
    height, width: the new size. Resize by "nearest": row i of the result is row
    (i + 0.5) * rows / height of the image, rounded down. Columns likewise.
    Returns an array of shape (height, width, 3), the values divided by 255.

    Example: prepare(np.array([[[0] * 3], [[51] * 3], [[102] * 3], [[255] * 3]]), 2, 1) is
    [[[0.2, 0.2, 0.2]], [[1, 1, 1]]]: of 4 rows, rows 1 and 3 are taken.
    """
    rows = ((np.arange(height) + 0.5) * image.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * image.shape[1] / width).astype(int)
    return image[rows][:, columns] / 255


def _check_prepare(answer, seed=0):
    random = np.random.default_rng(seed)
    image = random.integers(1, 255, (12, 16, 3)).astype(np.uint8)
    height, width = 3, 8
    swapped = "Your result is 8 × 3; it should be 3 × 8. As everywhere in Keras the height comes first."
    channels = f"Your result is {height} × {width} and has no colors. Keep all three channels."
    got = array(
        call(answer, image, height, width),
        (height, width, 3),
        ((width, height, 3), swapped),
        ((height, width), channels),
        ((12, 16, 3), "Your result still has 12 × 16 pixels; it is not resized to 3 × 8."),
    )
    right = prepare(image, height, width)
    _not_rescaled(got, right)
    rule_out(
        got,
        (
            _taken(image, height, width, 0),
            "You took the first row of every block, i * rows / height. Its middle is better: (i + 0.5) * rows / height.",
        ),
        (_taken(image, height, width, 1), "You took the last row of every block. (i + 0.5) is its middle."),
        (image[:height, :width] / 255, "You cut out the corner at the top left. The whole image should be there."),
        (
            image.reshape(3, 4, 8, 2, 3).mean(axis=(1, 3)) / 255,
            'You took the mean of each block. That works, too, but it is another method ("box"): "nearest" takes one pixel.',
        ),
        (right[..., ::-1], "Your colors are in the order blue, green, red. Leave the channels as they are."),
        (right * 255 / image.max(), f"You divided by the largest value, {image.max()}. Divide by 255, always."),
        (right * 255 / 256, "You divided by 256. The largest value is 255, and it should become 1."),
    )
    image = random.integers(0, 256, (12, 16, 3)).astype(np.uint8)
    for size in ((3, 8), (12, 16), (5, 7), (24, 20)):
        got, right = array(call(answer, image, *size), (*size, 3)), prepare(image, *size)
        if not close(got, right):
            row, column, _ = np.unravel_index(np.abs(got - right).argmax(), got.shape)
            raise Incorrect(
                f"Of 12 × 16 pixels made {size[0]} × {size[1]}, row {row}, column {column} is "
                f"{np.round(got[row, column], 3).tolist()} in your result; "
                f"{np.round(right[row, column], 3).tolist()} is right."
            )


def _not_rescaled(got, right):
    if close(got, right * 255):
        raise Incorrect(f"Your values go up to {got.max():.0f}. Divide them by 255, so that they lie between 0 and 1.")
    if got.dtype.kind in "iu" or not np.any(got % 1):
        raise Incorrect(
            f"Your result holds whole numbers only, such as {got.flat[0]}. Of uint8, `/ 255` makes floats; `// 255` or a "
            "uint8 array afterwards cuts them off."
        )


def _taken(image, height, width, where):
    """Take the first (`where` 0) or the last (1) row and column of every block."""
    rows, columns = image.shape[0] // height, image.shape[1] // width
    return image[where * (rows - 1) :: rows, where * (columns - 1) :: columns] / 255


def how_often(stages, epochs):
    """Count how many times each stage of a pipeline goes through the images.

    stages: a list of texts, in their order, such as ["read", "resize", "cache", "augment"]. "cache" is in it once or not
    at all. What comes before it runs in the first epoch only, because the cache keeps the result. All else runs in
    every epoch.
    epochs: how many there are.
    Returns a dict: for each stage, without "cache", how many times it goes through the images.

    Example: how_often(["read", "cache", "augment"], 10) is {"read": 1, "augment": 10}.
    """
    once = stages.index("cache") if "cache" in stages else 0
    return {stage: 1 if place < once else epochs for place, stage in enumerate(stages) if stage != "cache"}


def _check_how_often(answer, seed=0):
    stages = ["read", "resize", "cache", "shuffle", "augment"]
    rule_out(
        _counts(answer, stages, 7),
        (
            {"read": 7, "resize": 7, "shuffle": 7, "augment": 7},
            "You let every stage run in all 7 epochs. The cache saves some of them that.",
        ),
        (
            {"read": 1, "resize": 1, "shuffle": 1, "augment": 1},
            "You let every stage run once. What comes after the cache runs in every epoch.",
        ),
        (
            {"read": 7, "resize": 7, "shuffle": 1, "augment": 1},
            "You have it the other way round: what comes *before* the cache runs once.",
        ),
        ({"read": 1, "resize": 1, "cache": 7, "shuffle": 7, "augment": 7}, '"cache" itself should not be in the dict.'),
        ({"read": 1, "resize": 1, "cache": 1, "shuffle": 7, "augment": 7}, '"cache" itself should not be in the dict.'),
        (
            {"read": 1, "resize": 1, "shuffle": 6, "augment": 6},
            "You gave 6 for the stages after the cache. They run in the first epoch, too, so in all 7.",
        ),
    )
    rule_out(
        _counts(answer, ["read", "augment"], 3),
        (
            {"read": 1, "augment": 1},
            "Without a cache nothing is kept, so in 3 epochs every stage runs 3 times. You gave 1.",
        ),
        (
            {"read": 1, "augment": 3},
            "Without a cache even the files are read again in every epoch. You let that happen once.",
        ),
    )
    random = np.random.default_rng(seed)
    names = ["read", "decode", "resize", "shuffle", "batch", "augment"]
    cases = [
        (stages, 7),
        (["read", "augment"], 3),
        (["read", "augment", "cache"], 4),
        (["cache", "read"], 5),
        (["read"], 1),
    ]
    for _ in range(4):
        chosen = random.permutation(names)[: random.integers(2, 6)].tolist()
        chosen.insert(int(random.integers(len(chosen) + 1)), "cache")
        cases.append((chosen, int(random.integers(2, 500))))
    agree(answer, how_often, *cases, ask=_counts)


def _counts(answer, *arguments):
    """Return the answer's dict with plain ints as values, or a sentence about what it is instead."""
    got = call(answer, *arguments)
    if not isinstance(got, dict):
        raise Incorrect(f"Your function returns {kind(got)}; it should return a dict.")
    return {key: whole(value) for key, value in got.items()}


def first_batch_classes(labels, buffer, batch_size):
    """Find the classes that can be in the first batch after a shuffle.

    labels: the class of each image, a list of ints in the order of the files.
    buffer: how many images the shuffle holds at a time. It hands out one of them at random, fills the gap with the
    next image, hands out the next one, and so on.
    batch_size: how many images are in a batch.
    Returns the classes as a sorted list, each once.

    Example: first_batch_classes([0, 0, 0, 0, 1, 1], 2, 3) is [0]: for the third image of the batch, the buffer has been
    filled up twice, so only the first four images have been in it.
    """
    return sorted(set(labels[: buffer + batch_size - 1]))


def _check_first_batch_classes(answer, seed=0):
    labels = [0, 0, 0, 0, 1, 1, 2, 2]
    rule_out(
        _classes(answer, labels, 4, 2),
        (
            [0],
            "With a buffer of 4 and a batch of 2 you gave [0]. After the first image the gap is filled with the fifth, and that is of class 1.",
        ),
        (
            [0, 1, 2],
            "You gave [0, 1, 2]. The images of class 2 come too late: they can't be handed out before they have entered the buffer.",
        ),
        ([0, 0, 0, 0, 1], "You gave [0, 0, 0, 0, 1]. Each class should be in your list only once."),
    )
    rule_out(
        _classes(answer, labels, 3, 2),
        (
            [0, 1],
            "With a buffer of 3 and a batch of 2 you gave [0, 1]. When the second image is handed out, only the first four have been in the buffer: the gap after it is filled too late.",
        ),
    )
    rule_out(
        _classes(answer, [2, 2, 0, 1], 2, 2),
        ([2, 0], "You gave [2, 0]. Sort the classes: [0, 2]."),
        (
            [2],
            "With a buffer of 2 and a batch of 2 you gave [2] for the labels 2, 2, 0, 1. The third image enters the buffer before the second is handed out.",
        ),
    )
    random = np.random.default_rng(seed)
    cases = [(labels, 4, 2), (labels, 3, 2), ([2, 2, 0, 1], 2, 2), (labels, 1, 1), (labels, 100, 32), ([3, 3], 1, 5)]
    for _ in range(5):
        count = int(random.integers(20, 60))
        drawn = np.sort(random.integers(0, 12, count)).tolist()
        cases.append((drawn, int(random.integers(1, count // 2)), int(random.integers(1, count // 3))))
    agree(answer, first_batch_classes, *cases, ask=_classes)


def _classes(answer, *arguments):
    got = call(answer, *arguments)
    if isinstance(got, set | frozenset):
        raise Incorrect("Your function returns a set; `sorted(...)` makes a sorted list of it.")
    return numbers(got, "a list of classes")


def count_endings(paths):
    """Count the files of each ending, so that an odd one stands out.

    paths: a list of texts such as "cats/IMG_1.JPG". Folders are separated by "/".
    Returns a dict: the ending in lower case, with its dot, and how many files have it. The ending begins at the last
    dot of the file's name. A name without a dot has the ending "". Dots in the names of folders don't count.

    Example: count_endings(["cats/1.jpg", "cats/IMG_2.JPG", "dogs/3.webp"]) is {".jpg": 2, ".webp": 1}.
    """
    counts = {}
    for path in paths:
        name = path.split("/")[-1]
        ending = "." + name.split(".")[-1].lower() if "." in name else ""
        counts[ending] = counts.get(ending, 0) + 1
    return counts


UPPER = ["cats/1.jpg", "cats/2.JPG", "dogs/3.png"]
TWO_DOTS = ["cats/photo.2024.jpg", "cats/a.b.jpg"]
NO_DOT = ["cats/README", "cats.old/notes", "dogs/1.jpg"]


def _check_count_endings(answer, seed=0):
    rule_out(
        _counts(answer, UPPER),
        (
            {".jpg": 1, ".JPG": 1, ".png": 1},
            "You count .jpg and .JPG apart. They are the same ending: `lower()` makes all letters small.",
        ),
        ({"jpg": 2, "png": 1}, 'Your endings have no dot. Keep it: ".jpg".'),
        ({"jpg": 1, "JPG": 1, "png": 1}, "Your endings have no dot, and .jpg and .JPG are the same ending."),
        ({"cats": 2, "dogs": 1}, "You counted the folders. Count the endings of the files."),
        ({".jpg": 1, ".png": 1}, "You gave 1 for .jpg, and there are two: 1.jpg and 2.JPG."),
    )
    first_dot = "{} photo.2024.jpg. The ending begins at the last one."
    rule_out(
        _counts(answer, TWO_DOTS),
        ({".2024": 1, ".b": 1}, first_dot.format("You took the first dot of")),
        ({".2024.jpg": 1, ".b.jpg": 1}, first_dot.format("You took everything after the first dot of")),
    )
    rule_out(
        _counts(answer, NO_DOT),
        ({".jpg": 1}, 'Two files have no ending, and your dict is without them. Count them under "".'),
        (
            {"": 1, ".old/notes": 1, ".jpg": 1},
            "You took the dot in the name of the folder cats.old. Look for a dot in the file's name alone.",
        ),
        (
            {".readme": 1, ".notes": 1, ".jpg": 1},
            'You gave ".readme" for cats/README, which has no dot. The ending of such a name is "".',
        ),
        (
            {".cats/readme": 1, ".old/notes": 1, ".jpg": 1},
            'You gave ".cats/readme" for cats/README. Take the file\'s name alone, and look whether there is a dot in it.',
        ),
    )
    random = np.random.default_rng(seed)
    endings = [".jpg", ".JPG", ".jpeg", ".png", ".webp", ".HEIC", ".gif", ""]
    cases = [UPPER, TWO_DOTS, NO_DOT, []]
    cases += [[f"class.{i % 3}/{i}{random.choice(endings)}" for i in range(length)] for length in (6, 12, 20)]
    agree(answer, count_endings, *((paths,) for paths in cases), ask=_counts)


EXERCISES = [
    Exercise(
        name="class-numbers",
        title="Labels from folders",
        task="Keras found the labels in the names of the folders. Do the same.",
        solution=class_numbers,
        check=_check_class_numbers,
        hints=[
            'What does `"humans/human01-00.png".split("/")` give, and which part of it is the class?',
            "Collect the first folder of every path. `set` keeps each name once, `sorted` puts them in order.",
            "`names = sorted(set(folders))`; then `names.index(folder)` is the number of a folder. "
            '`exercises.solution("class-numbers")` shows it all.',
        ],
        takeaway="So renaming a folder can change all labels: with `ponies` instead of `horses`, humans would come first.",
    ),
    Exercise(
        name="prepare",
        title="By hand, without a library",
        task="Above, TensorFlow did the resizing. Do it yourself, with no library but NumPy, by the simplest method: *nearest*. It "
        "should work for any size, larger ones too. Divide by 255 as well.",
        solution=prepare,
        check=_check_prepare,
        points=2,
        hints=[
            "Which rows of the image do you need? Write them down for 4 rows that become 2, and for 12 that become 3.",
            "`np.arange(height)` gives every i at once; `.astype(int)` rounds down. `image[rows]` takes these rows.",
            "`image[rows][:, columns]` takes first the rows and then the columns; `image[rows, columns]` would pair them up. Divide by 255 at the end. "
            '`exercises.solution("prepare")` shows it all.',
        ],
        takeaway="Decode, resize, float, divide by 255: that is all that happens to a file on its way to a network.",
    ),
    Exercise(
        name="how-often",
        title="What does a cache save?",
        task="Go through the stages of a pipeline and count how often each of them runs during training.",
        solution=how_often,
        check=_check_how_often,
        hints=[
            'Where is "cache" in the list? `stages.index("cache")` says so, if it is there at all.',
            "`enumerate(stages)` gives each stage with its place. A place before that of the cache means 1, any other `epochs`.",
            'Without a cache, let its place be 0: then no stage comes before it. `exercises.solution("how-often")` shows it all.',
        ],
        takeaway='Such a dict shows two mistakes: augment before cache gives {"augment": 1}, the same images forever; and without a '
        "cache every file is decoded in every epoch.",
    ),
    Exercise(
        name="first-batch-classes",
        title="How far does a shuffle reach?",
        task="Files come sorted by class, and a shuffle buffer mixes only what it holds. Which classes can the first batch contain?",
        solution=first_batch_classes,
        check=_check_first_batch_classes,
        points=2,
        hints=[
            "Take paper: labels 0 0 0 0 1 1, a buffer of 2. Which images are in the buffer when the first one is handed out? And the second?",
            "At first the buffer holds `buffer` images. With each one that is handed out, one more gets in, but the one that gets in "
            "after the last image of the batch is too late.",
            "So the first `buffer + batch_size - 1` images can be in the batch. A slice takes them, `set` keeps each class once. "
            '`exercises.solution("first-batch-classes")` shows it all.',
        ],
        takeaway="2,000 images in four classes of 500, a buffer of 100 and batches of 32: only the first 131 images can be in the first batch, "
        "and they are all cats.",
    ),
    Exercise(
        name="count-endings",
        title="The odd one out",
        task="The reader silently leaves out files whose endings it doesn't know. You can find them by counting the endings. Write "
        "the tool for that; it works for any folder.",
        solution=count_endings,
        check=_check_count_endings,
        hints=[
            'First the file\'s name alone: the last part of `path.split("/")`.',
            '`name.split(".")[-1]` is what comes after the last dot, and `"." in name` says whether there is a dot at all.',
            "`counts[ending] = counts.get(ending, 0) + 1` counts, beginning with 0 for a new ending. "
            '`exercises.solution("count-endings")` shows it all.',
        ],
        takeaway="Run it on the names in your own folder before you train: `image_dataset_from_directory` passes over whatever isn't "
        ".bmp, .gif, .jpeg, .jpg or .png.",
    ),
]
