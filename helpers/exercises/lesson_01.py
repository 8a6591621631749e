"""Exercises of lesson 01: scaling bytes, parameters of a dense network, one-hot labels, the confusion matrix.

Each is a solution, whose signature and docstring are the learner's stub, a check, and a record in `EXERCISES`.
"""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import agree, array, call, number, rule_out
from helpers.exercises.core import Exercise, Incorrect


def signed_scale(image):
    """Scale the bytes of an image to numbers from -1 to 1.

    image: an array of uint8, from 0 (black) to 255 (white).
    Returns an array of floats of the same shape, from -1.0 (black) to 1.0 (white).

    Example: signed_scale(np.array([0, 51, 255])) is [-1.0, -0.6, 1.0].
    """
    return image.astype("float32") / 255 * 2 - 1


def _check_signed_scale(answer, seed=0):
    image = np.array([[0, 100, 200], [50, 255, 150]], np.uint8)
    got = array(call(answer, image), image.shape)
    if got.dtype.kind in "iu":
        raise Incorrect(
            f"Your function returns whole numbers ({got.dtype}), which cannot hold -0.6. Divide with `/`, and keep the floats."
        )
    black, light, white = got[0, 0], got[0, 2], got[1, 1]
    cast = 'Turn the image into floats first: `image.astype("float32")`.'
    wrapped = (
        f"The light gray 200 became {light:.3f}, darker than middle gray: 200 * 2 = 400, but a uint8 ends at 255 and "
        f"starts again, 400 - 256 = 144. {cast}"
    )
    rule_out(
        got,
        (
            image / 255,
            "Black (0) became 0, so your numbers go from 0 to 1. Stretch them to twice that, then move them down.",
        ),
        (
            image / 255 - 1,
            "Your numbers go from -1 to 0. From 0 to 1 is a range of 1, from -1 to 1 one of 2: stretch first, then move.",
        ),
        (
            image - 1.0,
            "White became 254: Python divides before it subtracts. Put the difference in parentheses: `(image - 127.5) / 127.5`.",
        ),
        (1 - image / 127.5, "Black became 1 and white -1. It should be the other way round."),
    )
    rule_out(
        black,
        (1, f"Black (0) became 1. A uint8 has nothing below 0: 0 - 128 starts again from the top, at 128. {cast}"),
        (129 / 127, f"Black (0) became 1.016. A uint8 has nothing below 0: 0 - 127 starts again at 129. {cast}"),
    )
    rule_out(light, (144 / 255 - 1, wrapped), (144 / 256 - 1, wrapped))
    rule_out(white, (255 / 128 - 1, f"White (255) became {white:.4f}. The largest byte is 255, so divide by 255."))
    dark = np.array([[0, 40], [100, 20]], np.uint8)
    if np.isclose(array(call(answer, dark), dark.shape)[1, 0], 1):
        raise Incorrect(
            "In a dark image 100 became 1.0, as if it were white. Divide by 255 and not by the image's own "
            "maximum, or dark and light images look the same to the network."
        )
    drawn = np.random.default_rng(seed).integers(0, 256, (2, 3), np.uint8)
    agree(answer, signed_scale, (image,), (dark,), (drawn,))


def parameters(sizes):
    """Count the parameters of a dense network: the numbers that it learns.

    sizes: a list of whole numbers: how many inputs, then how many neurons in each layer.
    Returns an int: for every neuron, one weight for each value that comes in, and one bias.

    Example: parameters([3, 2]) is 8: one layer of 2 neurons with 3 inputs has 2 * (3 + 1).
    """
    total = 0
    for layer in range(1, len(sizes)):
        total += sizes[layer] * (sizes[layer - 1] + 1)
    return total


def _check_parameters(answer, seed=0):
    sizes = [784, 50, 50, 10]
    rule_out(
        number(call(answer, sizes)),
        (42_200, "Your function gave 42,200. Those are the weights; every neuron has a bias, too: 50 + 50 + 10 = 110."),
        (42_203, "Your function gave 42,203, one bias for each layer. Every neuron has its own: 50 + 50 + 10 = 110."),
        (43_084, "Your function gave 43,084, a bias for every input. The biases belong to the neurons."),
        (
            39_250,
            "Your function gave 39,250. That's the first layer: 50 * (784 + 1). Do the same for the other two, then add.",
        ),
        (
            894,
            "Your function gave 894, the sizes added up. Count what is learned: each neuron has a weight for every input, and a bias.",
        ),
        (41_800, "Your function gave 41,800: the last layer's 10 * (50 + 1) = 510 are missing."),
        (3_060, "Your function gave 3,060: the first layer's 50 * (784 + 1) = 39,250 are missing."),
        (19_600_000, "Your function gave 19,600,000, all sizes multiplied. Count layer by layer, then add."),
    )
    random = np.random.default_rng(seed)
    drawn = [(random.integers(2, 100, count).tolist(),) for count in (2, 3, 5)]
    agree(answer, parameters, (sizes,), *drawn)


def one_hot(labels, classes):
    """Turn labels into rows with a single 1, as categorical cross-entropy wants them.

    labels: an array of whole numbers from 0 to classes - 1.
    classes: how many classes there are.
    Returns an array of shape (number of labels, classes):
    in each row a 1 in the label's column, and 0 elsewhere.

    Example: one_hot(np.array([2, 0]), 3) is [[0, 0, 1], [1, 0, 0]].
    """
    return np.eye(classes)[labels]


def _check_one_hot(answer, seed=0):
    labels, right = np.array([3, 0, 2]), one_hot([3, 0, 2], 5)
    off = "The label 3 put its 1 in column {}. Classes count from 0, so the label itself is the number of the column."
    got = array(
        call(answer, labels, 5),
        (3, 5),
        (
            (5, 3),
            "The shape is (5, 3): your rows are the classes. Each of the 3 labels needs a row of its own: (3, 5).",
        ),
        (
            (3, 4),
            "The shape is (3, 4), only as many columns as these labels need. There are 5 classes, whether they occur or not.",
        ),
        ((3,), "Your function returns 3 numbers. Each label needs a whole row, with a column for each of 5 classes."),
    )
    rule_out(
        got,
        (np.roll(right, -1, axis=1), off.format(2)),
        (np.roll(right, 1, axis=1), off.format(4)),
        (
            np.tile(right.max(axis=0), (3, 1)),
            "All your rows are the same, with 3 ones each. `matrix[:, labels] = 1` means every row and all these columns; "
            "give each label its row, too.",
        ),
        (right * labels[:, None], "Your row for label 3 holds a 3. The column says which class; the value there is 1."),
    )
    random = np.random.default_rng(seed)
    agree(answer, one_hot, (labels, 5), (random.integers(0, 4, 5), 4), (random.integers(0, 7, 2), 7))


def confusion(true, predicted, classes):
    """Count the confusion matrix: which class was taken for which.

    true, predicted: two arrays of labels of the same length, whole numbers from 0 to classes - 1.
    classes: how many classes there are.
    Returns an array of whole numbers of shape (classes, classes): row t and column p
    say how many images of class t were predicted to be p.

    Example: confusion(np.array([0, 1, 1]), np.array([0, 0, 0]), 2) is [[1, 0], [2, 0]].
    """
    matrix = np.zeros((classes, classes), dtype=int)
    for image in range(len(true)):
        matrix[true[image], predicted[image]] += 1
    return matrix


def _check_confusion(answer, seed=0):
    true, predicted = np.array([0, 0, 1, 1, 2, 2, 2]), np.array([0, 0, 2, 2, 2, 2, 0])
    right = confusion(true, predicted, 4)
    hits = np.diag(np.diag(right))
    missing = "The shape is (3, 3), but there are 4 classes: a class that doesn't occur gets a row and a column, too."
    got = array(call(answer, true, predicted, 4), (4, 4), ((3, 3), missing))
    rule_out(
        got,
        (
            right.T,
            "Two images of class 1 were taken for 2; your matrix says two of class 2 were taken for 1. The rows are "
            "the true classes, the columns the predicted ones.",
        ),
        (
            right > 0,
            "Your matrix counts 4 images instead of 7: a pair that occurs again must add 1 again. `= 1` doesn't, nor does "
            "`matrix[true, predicted] += 1` for all pairs at once. Go through the images one by one, with `+= 1`.",
        ),
        (hits, "Your matrix has only the hits. Mistakes count, too: class 1 was taken for 2 twice."),
        (right - hits, "Your matrix has only the mistakes. The hits belong on its diagonal."),
        (right / 7, f"All of your matrix adds up to {got.sum():.3g}: those are fractions. Count the images, 7 in all."),
    )
    random = np.random.default_rng(seed)
    drawn = [(*random.integers(0, classes, (2, 9)), classes) for classes in (2, 3)]
    agree(answer, confusion, (true, predicted, 4), *drawn)


EXERCISES = [
    Exercise(
        name="signed-scale",
        title="Bytes from -1 to 1",
        task="Some networks want their images not from 0 to 1 but from -1 to 1, with middle gray at 0. Write a "
        "function that scales the bytes of an image this way. Keep in mind what a byte can hold.",
        solution=signed_scale,
        check=_check_signed_scale,
        hints=[
            "You know how to get from 0–255 to 0–1. What takes 0–1 to -1–1?",
            "Stretch to twice the range, then move down by one: `* 2 - 1`.",
            'Bytes overflow, so make floats first: `image.astype("float32") / 255`, then stretch and move.',
        ],
        takeaway="Arithmetic on uint8 wraps around without warning, so always cast to float first.",
    ),
    Exercise(
        name="parameters",
        title="What does a dense network learn?",
        task="`summary()` prints how many parameters a network has. Count them yourself, for any list of layer sizes; "
        "the network of this lesson is `[784, 50, 50, 10]`.",
        solution=parameters,
        check=_check_parameters,
        hints=[
            "Take one layer at a time. What does one of its neurons learn?",
            "A neuron learns one weight for each value that comes in, and one bias: inputs + 1.",
            "Add `sizes[layer] * (sizes[layer - 1] + 1)` for each layer from 1 to the last.",
        ],
        takeaway="50 * 785 + 50 * 51 + 10 * 51 = 42,310, nearly all of them between the image and the first layer.",
    ),
    Exercise(
        name="one-hot",
        title="Labels with a single 1",
        task="Categorical cross-entropy wants each label as a row of zeros with a single 1. Write a function that "
        "turns whole-number labels into such rows, in plain NumPy.",
        solution=one_hot,
        check=_check_one_hot,
        hints=[
            "Start from zeros in the right shape. Which row and which column gets the 1 of the first label?",
            "Label number `i` puts its 1 in row `i` and column `labels[i]`.",
            "A loop over the labels does it. Shorter: `np.eye(classes)` holds each class's row; pick one per label.",
        ],
        takeaway="`sparse_categorical_crossentropy` saves you these rows: it reads whole-number labels.",
    ),
    Exercise(
        name="confusion",
        title="Which class is taken for which?",
        task="Count a confusion matrix yourself, with a row for each true class and a column for each predicted one.",
        solution=confusion,
        check=_check_confusion,
        points=2,
        hints=[
            "Start from a square of zeros. Every image adds 1 to one of its cells.",
            "Image `i` belongs in row `true[i]` and column `predicted[i]`.",
            "`for i in range(len(true)):` add 1 to `matrix[true[i], predicted[i]]`.",
        ],
        takeaway="The diagonal holds the hits; its sum divided by the number of images is the accuracy.",
    ),
]
