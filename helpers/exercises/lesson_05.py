"""Exercises of lesson 05: labels from folders, batch sizes, an image resized and rescaled.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import array, as_list, call, close, rule_out, whole
from helpers.exercises.core import Exercise, Incorrect
from helpers.exercises.quiz import Choice, Question


def class_numbers(paths):
    """Give every image the number of its class, as flow_from_directory does.

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
    for paths in (LESSON, TWO_CATS, NESTED, *drawn):
        got, right = _numbers(answer, paths), class_numbers(paths)
        if got != right:
            raise Incorrect(f"For {paths} your function gave {got}; {right} is right.")


def _numbers(answer, paths):
    got = as_list(call(answer, paths), "a list, one number for each image")
    if any(isinstance(value, str) for value in got):
        raise Incorrect(f"Your list holds names, {got[0]!r} first. A network needs numbers: which place has the name?")
    if any(isinstance(value, list | tuple) for value in got):
        raise Incorrect(f"Your list holds lists, {got[0]} first. It should be one number for each image, not one-hot.")
    if len(got) != len(paths):
        raise Incorrect(f"For {len(paths)} images your list has {len(got)} numbers; each image needs one.")
    return [whole(value) for value in got]


def batch_sizes(images, batch_size):
    """Return the batch sizes of an epoch in which every image comes exactly once.

    Returns a list of ints, one for each batch. The last batch may be smaller; none is empty.

    Example: batch_sizes(10, 4) is [4, 4, 2].
    """
    full, rest = divmod(images, batch_size)
    return [batch_size] * full + ([rest] if rest else [])


def _check_batch_sizes(answer, seed=0):
    rule_out(
        _sizes(answer, 1027, 128),
        ([128] * 8, "For 1,027 images you gave 8 batches of 128, which are 1,024. Three images never come."),
        ([128] * 9, "For 1,027 images you gave 9 batches of 128, which are 1,152, more than there are."),
        ([3] + [128] * 8, "You gave the small batch first. It is what is left at the end."),
        ([128, 3], "You gave [128, 3]. How many times does 128 fit into 1,027?"),
        ([8, 3], "You gave [8, 3]: 8 full batches and 3 left over. The list should have one number for each batch."),
    )
    rule_out(
        _sizes(answer, 1024, 128),
        ([128] * 8 + [0], "For 1,024 images you gave 8 full batches and an empty one. Nothing is left over here."),
        ([128] * 9, "For 1,024 images you gave 9 batches. 1,024 / 128 is 8, and nothing is left over."),
    )
    rule_out(
        _sizes(answer, 5, 8),
        ([8], "For 5 images in batches of 8 you gave [8]. There are no more than 5."),
        ([], "For 5 images in batches of 8 you gave no batch. There should be one of 5."),
    )
    random = np.random.default_rng(seed)
    drawn = [(int(random.integers(1, 500)), int(random.integers(1, 40))) for _ in range(4)]
    for images, batch_size in ((1027, 128), (1024, 128), (10, 4), (5, 8), *drawn):
        got, right = _sizes(answer, images, batch_size), batch_sizes(images, batch_size)
        if got != right:
            raise Incorrect(
                f"For {images:,} images in batches of {batch_size} your function gave {_brief(got)} "
                f"(together {sum(got):,}); {_brief(right)} is right."
            )


def _sizes(answer, images, batch_size):
    got = as_list(call(answer, images, batch_size), "a list, with one number for each batch")
    return [whole(value) for value in got]


def _brief(sizes):
    return (
        str(sizes) if len(sizes) < 12 else f"{len(sizes)} batches, {sizes[0]} in the first and {sizes[-1]} in the last"
    )


def prepare(image, height, width):
    """Turn a decoded image into what the generator hands on: resized, float, and between 0 and 1.

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


EXERCISES = [
    Exercise(
        name="class-numbers",
        title="Labels from folders",
        task="The generator found its labels in the names of the folders. Do the same.",
        solution=class_numbers,
        check=_check_class_numbers,
        hints=[
            'What does `"humans/human01-00.png".split("/")` give, and which part of it is the class?',
            "Collect the first folder of every path. `set` keeps each name once, `sorted` puts them in order.",
            "`names = sorted(set(folders))`; then `names.index(folder)` is the number of a folder.",
        ],
        takeaway="So renaming a folder can change all labels: with `ponies` instead of `horses`, humans become 0.",
    ),
    Exercise(
        name="prepare",
        title="By hand, without a library",
        task="Section 4 left the resizing to Pillow. Do it yourself, with NumPy alone. "
        "(It should work for any size, larger ones too.)",
        solution=prepare,
        check=_check_prepare,
        points=2,
        hints=[
            "Which rows of the image do you need? Write them down for 4 rows made 2, and for 12 made 3.",
            "`np.arange(height)` gives every i at once; `.astype(int)` rounds down. `image[rows]` takes these rows.",
            "`image[rows][:, columns]` takes first the rows and then the columns. Divide by 255 at the end.",
        ],
        takeaway="Decode, resize, float, divide by 255: that is all that happens to a file on its way to a network.",
    ),
    Exercise(
        name="batch-sizes",
        title="1,027 images in batches of 128",
        task="Count before you train: how many batches does an epoch have, and how large is each?",
        solution=batch_sizes,
        check=_check_batch_sizes,
        hints=[
            "How many full batches are there in 1,027, and how many images are left over then? And in 1,024?",
            "`divmod(1027, 128)` gives both numbers at once. If nothing is left over, you are done.",
            "`[batch_size] * full` is a list of the full batches; `+ [rest]` adds one, only `if rest`.",
        ],
        takeaway="Eight batches of 128 and one of 3. Keras counts like that by itself, if you leave `steps_per_epoch` out.",
    ),
]

QUESTIONS = (
    Question(
        "`train/` holds the folders `dogs`, `cats` and `old`. In `old` are images that you sorted out. What does "
        '`flow_from_directory("train")` do?',
        (
            Choice(
                "It reads cats and dogs, because `old` isn't an animal.",
                False,
                "It can't know that. Every folder is a class.",
            ),
            Choice(
                "It finds three classes: cats 0, dogs 1, old 2.",
                True,
                'Move `old` somewhere else, or say `classes=["cats", "dogs"]`.',
            ),
            Choice(
                "It finds three classes: dogs 0, cats 1, old 2.",
                False,
                "There are three, but they are numbered in alphabetical order, not in the order in which you name them.",
            ),
        ),
    ),
    Question(
        "A batch has the labels `[[1. 0.] [0. 1.] [0. 1.]]`. Which `class_mode` was it, and which loss goes with it?",
        (
            Choice(
                '`"categorical"`, and `categorical_crossentropy`.',
                True,
                "These labels are one-hot: one place for each class, and a 1 in the place of the image's own class.",
            ),
            Choice('`"sparse"`, and `sparse_categorical_crossentropy`.', False, "Then the labels would be 0, 1, 1."),
            Choice(
                '`"binary"`, and `binary_crossentropy`, because there are two classes.',
                False,
                "There are two classes, but binary labels are single numbers: 0, 1, 1.",
            ),
        ),
    ),
    Question(
        "You have 2,000 images, batches of 128, and `steps_per_epoch=15`. What does your second epoch train on?",
        (
            Choice(
                "On 15 batches, like the first.",
                False,
                "The set has 16 batches, and the first epoch has taken 15 of them.",
            ),
            Choice(
                "On one batch, of 80 images.",
                True,
                "15 · 128 = 1,920, so 80 are left over. Keras starts the set again in the third epoch.",
            ),
            Choice("On all 2,000.", False, "It would if you left `steps_per_epoch` out."),
        ),
    ),
)
