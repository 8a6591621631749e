"""Exercises of lesson 11: preprocessing, what learns and what stays, frozen batch normalization, standardization."""
# mypy: allow-untyped-defs

import numpy as np

from helpers.exercises.checking import array, as_list, call, close, kind, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect


def preprocess(images):
    """Turn images into the values that EfficientNet-Lite0 was trained on: (pixel - 127) / 128, pixels being 0 to 255.

    images: floats from 0 to 1, of shape (N, height, width, 3).
    Returns floats of the same shape.

    Example: preprocess(np.array([[[[1.0, 1.0, 0.0]]]])) is [[[[1.0, 1.0, -0.9921875]]]].
    """
    return (images * 255 - 127) / 128


def _check_preprocess(answer, seed=0):
    random = np.random.default_rng(seed)
    drawn = random.random((2, 4, 5, 3)).astype("float32")
    for images in (np.array([[[[0.0, 0.5, 1.0]]]], "float32"), drawn):
        right = preprocess(images)
        got = array(call(answer, images), right.shape)
        mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
        rule_out(
            got,
            (images, "You gave the images as they are, 0 to 1. The network expects values from about -1 to 1."),
            (images * 255, "You made pixels of them, 0 to 255. Now take 127 away and divide by 128."),
            (images / 255, "You divided by 255. The images are 0 to 1 already: *multiply*, to get pixels."),
            (
                (images - 127) / 128,
                "You took 127 from values 0 to 1, so all are near -0.99. Make pixels of them first: * 255.",
            ),
            (images * 255 - 127 / 128, "Only 127 is divided by 128. Put the subtraction in parentheses."),
            (
                ((images * 255).astype("uint8") - np.uint8(127)) / 128,
                "You made bytes of the pixels. A byte can't be negative: 0 - 127 becomes 129. Keep the floats.",
            ),
            (
                images * 2 - 1,
                "That is another network's preprocessing, x * 2 - 1 (MobileNet's). Close, but not the values "
                "that this one was trained on.",
            ),
            (
                images[..., ::-1] * 255 / 128 - 127 / 128,
                "You changed the order of the colors. Leave it: red, green, blue.",
            ),
            (
                (images - mean) / deviation,
                "That is the mean and deviation of ImageNet, which other networks take. This one takes (pixel - 127) / 128.",
            ),
        )
        if not close(got, right):
            place = tuple(np.argwhere(~np.isclose(got, right, atol=1e-3))[0])
            raise Incorrect(f"For {shown(images[place])} you gave {shown(got[place])}; {shown(right[place])} is right.")


def trainable_layers(layers, first):
    """Name the layers that learn when a network is fine-tuned from one layer on.

    layers: a list of pairs (name, kind) in order, such as ("block1", "Conv2D").
    first: the name of the first layer that learns; what comes before it is frozen.
    Returns a list of names: those from `first` on, but no layer of the kind "BatchNormalization".

    Example: trainable_layers([("stem", "Conv2D"), ("norm", "BatchNormalization"), ("head", "Dense")], "head") is ["head"].
    """
    names = [name for name, _ in layers]
    last_part = layers[names.index(first) :]
    return [name for name, kind in last_part if kind != "BatchNormalization"]


def _check_trainable_layers(answer, seed=0):
    random = np.random.default_rng(seed)
    for blocks in (2, *random.integers(3, 7, 2).tolist()):
        number = int(random.integers(100))
        layers = []
        for block in range(number, number + blocks):
            layers += [
                (f"block{block}", "Conv2D"),
                (f"block{block}_norm", "BatchNormalization"),
                (f"block{block}_relu", "ReLU"),
                (f"bn{block}", "BatchNormalization"),  # a name needn't say what a layer is
            ]
        layers += [("pool", "GlobalAveragePooling2D"), ("head", "Dense")]
        for first in ("head", f"block{number + 1}"):
            _agree_on_layers(answer, layers, first)


def _agree_on_layers(answer, layers, first):
    right = trainable_layers(layers, first)
    got = as_list(call(answer, layers, first), "a list of names")
    names = [name for name, _ in layers]
    place = names.index(first)
    norms = [name for name, kind in layers[place:] if kind == "BatchNormalization"]
    if got and not all(isinstance(name, str) for name in got):
        raise Incorrect(f"Your list begins with {kind(got[0])}; it should hold names only.")
    if kinds := [name for name in got if name in {kind_of for _, kind_of in layers}]:
        raise Incorrect(f'"{kinds[0]}" is the kind of a layer. Give the names.')
    if frozen := [name for name in got if name in names[:place]]:
        raise Incorrect(
            f'With first="{first}" your list has {len(got)} names, "{frozen[0]}" among them: the base isn\'t frozen. A head that knows '
            "nothing yet sends large gradients back, and spoils what was borrowed."
        )
    if [name for name in got if name in norms]:
        raise Incorrect(
            f'"{next(name for name in got if name in norms)}" is a BatchNormalization. If it learns, `fit` runs it in training mode: '
            "it takes the mean of your small batches and forgets that of 1.2 million images."
        )
    if first not in got:
        raise Incorrect(f'"{first}" is missing. It is the first layer that learns, not the last frozen one.')
    if got != right:
        raise Incorrect(f'With first="{first}" {right} learn; you gave {shown(got)}.')


def batch_norm(values, mean, variance):
    """Normalize a batch as a *frozen* BatchNormalization does: with what it has learned, whatever is in the batch.

    values: floats of shape (N, channels).
    mean, variance: the layer's moving mean and variance, of shape (channels,).
    Returns (values - mean) / square root of (variance + 0.001).

    Example: batch_norm(np.array([[5.0], [1.0]]), np.array([1.0]), np.array([3.999])) is [[2.0], [0.0]].
    """
    return (values - mean) / np.sqrt(variance + 0.001)


def _check_batch_norm(answer, seed=0):
    random = np.random.default_rng(seed)
    drawn = random.normal(3, 2, (6, 4)), random.normal(0, 1, 4), random.uniform(0.05, 1, 4)
    one = random.normal(3, 2, (1, 4)), random.normal(0, 1, 4), random.uniform(0.05, 1, 4)
    for values, mean, variance in (drawn, (np.array([[5.0], [1.0]]), np.array([1.0]), np.array([3.999])), one):
        right = batch_norm(values, mean, variance)
        got = array(call(answer, values, mean, variance), right.shape)
        if close(got, right):
            continue
        rule_out(
            got,
            (
                batch_norm(values, values.mean(axis=0), values.var(axis=0)),
                "You used the mean and variance of this batch: that is training mode. A prediction would depend on the "
                "other images in the batch. Use the `mean` and `variance` that you are given.",
            ),
            (
                batch_norm(values, values.mean(axis=0), variance),
                "You used the mean of this batch: that is training mode. Use the `mean` that you are given.",
            ),
            (
                batch_norm(values, mean, values.var(axis=0)),
                "You used the variance of this batch: that is training mode. Use the `variance` that you are given.",
            ),
            ((values - mean) / (variance + 0.001), "You divided by the variance. Divide by its square root."),
            (values - mean, "The mean is gone. Now divide by the square root of the variance + 0.001."),
            (
                values - mean / np.sqrt(variance + 0.001),
                "Only the mean is divided. Put the subtraction in parentheses.",
            ),
            (values / np.sqrt(variance + 0.001), "You forgot to take the mean away."),
            ((values - mean) / np.sqrt(variance), "You left out the 0.001, which is added to the variance."),
            (
                (values - mean) / (np.sqrt(variance) + 0.001),
                "You added 0.001 to the root. Add it to the variance, then take the root.",
            ),
        )
        raise Incorrect(f"For {shown(values[0])} you gave {shown(got[0])}; {shown(right[0])} is right.")


def standardize(train, test):
    """Shift and scale features so that all numbers of the *training* images together have mean 0 and standard deviation 1.

    train, test: floats of shape (images, features).
    Returns a pair: both, changed with the same mean and the same deviation, one of each for all features.

    Example: standardize(np.array([[1.0], [3.0]]), np.array([[5.0], [1.0]])) is ([[-1.0], [1.0]], [[3.0], [-1.0]]).
    """
    mean, deviation = train.mean(), train.std()
    return (train - mean) / deviation, (test - mean) / deviation


def _check_standardize(answer, seed=0):
    random = np.random.default_rng(seed)
    fixed = np.array([[1.0, 4.0], [3.0, 2.0], [5.0, 9.0]]), np.array([[5.0, 6.0], [9.0, 4.0]])
    for train, test in (fixed, (random.normal(2, 3, (9, 4)), random.normal(5, 1, (6, 4)))):
        pair = as_list(call(answer, train, test), "a pair: `return train, test`", length=2)
        got = [array(values, given.shape) for values, given in zip(pair, (train, test), strict=True)]
        right = standardize(train, test)
        if _is_pair(got, *right):
            continue
        both = np.concatenate([train, test])
        for mistake, sentence in (
            (
                (_scaled(train, both), _scaled(test, both)),
                "Your mean is that of training and test images together. Test images must not help to prepare the "
                "answer: take mean and deviation of `train` alone.",
            ),
            (
                (right[0], _scaled(test, test)),
                "You scaled the test images with their own mean. The neuron learned with the scale of `train`: use that.",
            ),
            (
                (right[0], test),
                "You left the test images as they were. The neuron was trained on scaled features: scale them, too.",
            ),
            ((train - train.mean(), test - train.mean()), "The mean is gone. Now divide by the standard deviation."),
            (
                ((train - train.mean()) / train.var(), (test - train.mean()) / train.var()),
                "You divided by the variance. Divide by its square root, the standard deviation: `train.std()`.",
            ),
            (
                (_scaled(train, train, 0), _scaled(test, train, 0)),
                "You took a mean and a deviation for each feature. With ten images these are guesses: take one for all, "
                "`train.mean()`.",
            ),
        ):
            if _is_pair(got, *mistake):
                raise Incorrect(sentence)
        if not np.allclose((got[0].mean(), got[0].std()), (0, 1), atol=1e-3):
            raise Incorrect(
                f"All numbers of your training features together have the mean {shown(got[0].mean())} and the standard "
                f"deviation {shown(got[0].std())}; these should be 0 and 1."
            )
        for which, values, wanted in zip(("training", "test"), got, right, strict=True):
            if not close(values, wanted):
                raise Incorrect(f"The first {which} row should be {shown(wanted[0])}; yours is {shown(values[0])}.")


def _scaled(values, reference, axis=None):
    return (values - reference.mean(axis=axis)) / reference.std(axis=axis)


def _is_pair(got, train, test):
    return close(got[0], train) and close(got[1], test)


EXERCISES = [
    Exercise(
        name="preprocess",
        title="The values it was trained on",
        task="Every pretrained network comes with a recipe for its input, and it isn't in the weights. That of EfficientNet-Lite0 "
        "is short. Write it for images from 0 to 1.",
        solution=preprocess,
        check=_check_preprocess,
        hints=[
            "The recipe speaks of pixels, 0 to 255. What do you multiply values from 0 to 1 by to get pixels?",
            "A black pixel becomes (0 - 127) / 128, which is about -0.99; a white one (255 - 127) / 128 = 1.",
            "`(images * 255 - 127) / 128`",
        ],
        takeaway="For networks from `keras.applications` look for their `preprocess_input`: each family has its own.",
    ),
    Exercise(
        name="standardize",
        title="Features on one scale",
        task="A neuron learns best from numbers around 0 that are neither huge nor tiny. So you shift and scale the features first. But "
        "whose mean do you take?",
        solution=standardize,
        check=_check_standardize,
        hints=[
            "Mean and deviation are something that you learn. From which images may you learn?",
            "`train.mean()` and `train.std()`, without an axis, are of all numbers in the array.",
            "Use these two for both: `(test - mean) / deviation`.",
        ],
        takeaway="`keras.layers.Normalization(axis=None)` does this: `adapt(train)`, and it becomes part of the network.",
    ),
    Exercise(
        name="trainable-layers",
        title="What learns, and what stays",
        task="Before you fine-tune the end of a network, say exactly which layers may learn: all from one layer on, but no batch normalization.",
        solution=trainable_layers,
        check=_check_trainable_layers,
        hints=[
            "Everything before `first` is frozen. At which place in the list is `first`?",
            "`names.index(first)` is that place, if `names` are the names alone; `layers[place:]` is the rest.",
            'From the rest, keep the names whose kind isn\'t `"BatchNormalization"`.',
        ],
        takeaway="`network.trainable_weights` shows what would learn. Look at it before every `fit`: two arrays for one neuron.",
    ),
    Exercise(
        name="batch-norm",
        title="Batch normalization that stays put",
        task="While a network trains, its batch normalization uses the mean and variance of the batch at hand. Afterwards, or frozen, it "
        "uses the moving mean and variance that it has gathered. Write this second way. (The layer then multiplies each channel by "
        "a number that it has learned and adds another one. Leave these two out.)",
        solution=batch_norm,
        check=_check_batch_norm,
        hints=[
            "One image alone has to get the same answer as in a large batch. So what must not be in your formula?",
            "All you need is in the parameters: `values.mean(...)` has no place here.",
            "`np.sqrt(variance + 0.001)`; NumPy applies the four means to the four columns by itself.",
        ],
        takeaway="In Keras a frozen BatchNormalization does this in `fit` as well. Its two other numbers for each channel are called gamma and "
        "beta.",
    ),
]
