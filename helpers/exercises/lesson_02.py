"""Exercises of lesson 02: steps per epoch, softmax, reading a prediction, a callback that stops training.

Keras is imported at the top, as the solution of the last exercise is one of its callbacks.
"""
# mypy: allow-untyped-defs

import keras
import numpy as np

from helpers.exercises.callbacks import drive_callback, stopping_epoch
from helpers.exercises.checking import agree, array, call, kind, number, rule_out, shown
from helpers.exercises.core import Exercise, Incorrect


def steps_per_epoch(images, batch_size):
    """Count the steps of an epoch: the batches that show every image to the network once.

    images, batch_size: whole numbers of 1 or more.
    Returns an int. The last batch may be smaller than the others.

    Example: steps_per_epoch(10, 4) is 3: batches of 4, 4 and 2 images.
    """
    steps = images // batch_size
    if images % batch_size > 0:
        steps = steps + 1
    return steps


def _check_steps_per_epoch(answer, seed=0):
    got, exact = number(call(answer, 1_000, 300)), number(call(answer, 60_000, 32))
    asked = f"For 1,000 images in batches of 300 your function gave {got:.4g}"
    rule_out(
        got,
        (3, f"{asked}. Those are 900 images; the 100 that are left need a batch, too."),
        (1_000 / 300, f"{asked}. A step can't be split: 3 full batches and a smaller one."),
        (100, f"{asked}: that many are left over after the full batches. How many batches are there?"),
        (1, f"{asked}. Is your division the wrong way round?"),
    )
    rule_out(
        exact,
        (1_876, "For 60,000 images in batches of 32 you gave 1,876, but 1,875 * 32 = 60,000: none is left over."),
    )
    random = np.random.default_rng(seed)
    drawn = [(size * int(random.integers(1, 9)) + rest, size) for size in (7, 64) for rest in (0, 1, size - 1)]
    agree(answer, steps_per_epoch, (1_000, 300), (60_000, 32), (5, 8), *drawn)


def softmax(scores):
    """Turn the scores of a batch of images into probabilities.

    scores: an array of floats of shape (images, classes), any numbers.
    Returns an array of that shape: in each row exp(score) / (sum of exp over that row).
    Stays right for large scores, where exp itself is too large for a float.

    Example: softmax(np.array([[0.0, 0.0], [1000.0, 1000.0]])) is [[0.5, 0.5], [0.5, 0.5]].
    """
    scores = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


def _check_softmax(answer, seed=0):
    scores = np.array([[0.0, 1.0, 2.0], [3.0, 1.0, -1.0]])
    got, powers = array(call(answer, scores), scores.shape), np.exp(scores)
    total = f"Your first row adds up to {got[0].sum():.3f}"
    rule_out(
        got,
        (powers / powers.sum(), f"{total}, the whole batch to 1. A row is an image: `sum(axis=1, keepdims=True)`."),
        (powers / powers.sum(axis=0), f"{total}, each column to 1. A row is an image, so take the sum over axis 1."),
        (powers, f"{total}. Divide each row by the sum of its powers."),
        (scores / scores.sum(axis=1, keepdims=True), "You divided the scores. First take `np.exp` of them."),
        (
            softmax(scores / scores.max(axis=1, keepdims=True)),
            "You divided the scores by the largest one, which changes the differences between them. Subtract it instead.",
        ),
        (np.log(softmax(scores)), "Those are the logarithms of the probabilities. Leave the logarithm out."),
    )
    agree(answer, softmax, (scores,))
    large = np.array([[1000.0, 1001.0, 1002.0], [0.0, 1.0, 2.0]])
    got = array(call(answer, large), large.shape)
    if np.isnan(got[0]).any():
        raise Incorrect(
            f"For the scores [1000, 1001, 1002] your function gave {shown(got[0])}: exp(1000) is too large for floats. "
            "Subtract the row's largest score first; the probabilities stay the same."
        )
    if np.isnan(got[1]).any():
        raise Incorrect(
            f"Next to a row with scores near 1000 the row [0, 1, 2] became {shown(got[1])}. Subtract each row's own "
            "largest score, not the largest of the batch: `max(axis=1, keepdims=True)`."
        )
    spread = np.array([[-1000.0, 0.0, 1000.0], [0.0, 1.0, 2.0]])
    got = array(call(answer, spread), spread.shape)
    if np.isnan(got).any():
        raise Incorrect(
            f"For the scores [-1000, 0, 1000] your function gave {shown(got[0])}: a power is still too large for floats. "
            "Subtract the row's *largest* score: then no power is above 1."
        )
    random = np.random.default_rng(seed)
    agree(
        answer, softmax, (spread,), (large,), (-large,), (random.normal(0, 3, (2, 4)),), (random.normal(0, 3, (3, 3)),)
    )


def read_prediction(probabilities, class_names):
    """Name the class that a network predicts, if it is sure enough.

    probabilities: an array of floats of shape (classes,) that add up to 1.
    class_names: a list with a name for each class.
    Returns the name of the class with the largest probability,
    or "not sure" if that probability is below 0.5.

    Example: read_prediction(np.array([0.1, 0.9]), ["bag", "coat"]) is "coat", and
    read_prediction(np.array([0.4, 0.3, 0.3]), ["bag", "coat", "shirt"]) is "not sure".
    """
    best = np.argmax(probabilities)
    if probabilities[best] < 0.5:
        return "not sure"
    return class_names[best]


def _check_read_prediction(answer, seed=0):
    names = ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]
    sure = np.array([0.02, 0, 0.11, 0.03, 0.72, 0, 0.1, 0, 0.02, 0])
    unsure = np.array([0.3, 0, 0.2, 0.05, 0.1, 0, 0.35, 0, 0, 0])
    half = np.array([0.5, 0.3, 0.2, 0, 0, 0, 0, 0, 0, 0])
    got = call(answer, sure, names)
    if not isinstance(got, str):
        if isinstance(got, int | float | np.number):
            rule_out(
                got,
                (4, f"Your function returns the index {got}. Return the name at this place in the list."),
                (0.72, f"Your function returns the probability {got}. Return the name of its class."),
            )
        raise Incorrect(f"Your function returns {kind(got)}. Return one name, as a text.")
    largest = f"Index 4 has the largest probability, 0.72, and is the coat; your function says {got!r}"
    rule_out(
        names.index(got) if got in names else -1,
        (1, f"{largest}, which has the smallest."),
        (3, f"{largest}, one place before it. Indices count from 0."),
        (5, f"{largest}, one place after it. Indices count from 0."),
    )
    if got != "coat":
        raise Incorrect(f"{largest}.")
    if call(answer, unsure, names) == "shirt":
        raise Incorrect("With the largest probability at 0.35 your function says 'shirt'. Below 0.5 it is 'not sure'.")
    if call(answer, half, names) == "not sure":
        raise Incorrect(
            "With the largest probability at 0.5 your function is not sure. Only *below* 0.5 is it 'not sure'."
        )
    random = np.random.default_rng(seed)
    animals = ["zebra", "horse", "ant"]
    drawn = [(random.dirichlet(np.full(3, 0.8)).round(4), animals) for _ in range(12)]
    agree(answer, read_prediction, (unsure, names), (half, names), (np.array([0.1, 0.45, 0.45]), animals), *drawn)


class StopAtAccuracy(keras.callbacks.Callback):
    """Ends training as soon as the accuracy of an epoch is above 0.99."""

    def on_epoch_end(self, epoch, logs=None):
        """End training if the accuracy is high enough; fit calls this after every epoch.

        logs: a dictionary such as {"accuracy": 0.97, "loss": 0.1}, or None. It has an
        "accuracy" only if the model was compiled with that metric; without it, train on.
        To end training, set self.model.stop_training to True.
        """
        accuracy = (logs or {}).get("accuracy")
        if accuracy is not None and accuracy > 0.99:
            self.model.stop_training = True


def _check_stop_at_accuracy(answer, seed=0):
    if isinstance(answer, keras.callbacks.Callback):
        answer = type(answer)
    if not (isinstance(answer, type) and issubclass(answer, keras.callbacks.Callback)):
        raise Incorrect("`fit` takes callbacks only. Begin with `class StopAtAccuracy(keras.callbacks.Callback):`.")
    if stopping_epoch(answer, 0.5) == 1:
        raise Incorrect("Your callback stops at an accuracy of 0.5. Is it the accuracy, and which way does `>` point?")
    if stopping_epoch(answer, 0.97, in_batches=0.999) > stopping_epoch(answer, 0.97):
        raise Incorrect(
            "After an epoch with an accuracy of 0.97 your callback stopped, as one batch had 0.999. Batches go up and "
            "down; wait for the end of the epoch: `on_epoch_end`."
        )
    got = stopping_epoch(answer, 0.6, 0.98, 0.995, 0.999)
    if got != 3:
        raise Incorrect(
            f"The accuracies were 0.6, 0.98, 0.995, 0.999. Epoch 3 should be the last, and yours {_ended(got)}. Compare "
            '`logs["accuracy"]` in `on_epoch_end`, and set `self.model.stop_training`.'
        )
    if stopping_epoch(answer, 0.99) == 1:
        raise Incorrect("Your callback stops at an accuracy of exactly 0.99. It should wait until it is *above* that.")
    for logs, case in ((None, "without logs"), ({"loss": 0.3}, "of a model compiled without accuracy")):
        try:
            got = drive_callback(answer, [logs])
        except Incorrect as error:
            raise Incorrect(f"At the end of an epoch {case}: {error}") from None
        if got == 1:
            raise Incorrect(f"At the end of an epoch {case} your callback stops training.")
    if drive_callback(answer, [{"accuracy": 0.5}], stopping=True) == 0:
        raise Incorrect(
            "Something else had asked to stop, and your callback set `stop_training` back to False. Set it to True "
            "when it is time, and otherwise leave it alone."
        )
    climb = [*np.sort(np.random.default_rng(seed).uniform(0.9, 1, 8)), 0.999]
    if stopping_epoch(answer, *climb) != stopping_epoch(StopAtAccuracy, *climb):
        raise Incorrect(
            f"For the accuracies {shown(np.array(climb))} your run {_ended(stopping_epoch(answer, *climb))}; a right one "
            f"{_ended(stopping_epoch(StopAtAccuracy, *climb))}."
        )


def _ended(epoch):
    return f"ended after epoch {epoch}" if epoch else "never ended"


EXERCISES = [
    Exercise(
        name="softmax",
        title="Softmax, also for large scores",
        task="Write softmax for a whole batch in NumPy. The formula alone breaks for large scores, because exp(1000) "
        "is more than a float can hold. Find a way around that.",
        solution=softmax,
        check=_check_softmax,
        points=2,
        hints=[
            "First for one row: `np.exp` of each score, divided by the sum of them all.",
            "For a batch each row has its own sum: `sum(axis=1, keepdims=True)` has the shape (images, 1).",
            "Subtracting a number from all scores of a row changes no probability. Subtract the row's largest, "
            "`scores.max(axis=1, keepdims=True)`, and no power is above 1.",
        ],
        takeaway="Softmax looks only at differences between scores, so adding 1000 to all of them changes nothing.",
    ),
    Exercise(
        name="steps-per-epoch",
        title="How many steps does an epoch have?",
        task="60,000 images in batches of 32 make 1,875 steps. Work it out for any number of images and any batch size.",
        solution=steps_per_epoch,
        check=_check_steps_per_epoch,
        hints=[
            "How many full batches are there, and is anything left over?",
            "`//` counts the full batches, `%` what is left over.",
            "One step more than `images // batch_size` if `images % batch_size` is above 0.",
        ],
        takeaway="`fit` has an argument of this name. With arrays you don't need it: Keras counts as you just did.",
    ),
    Exercise(
        name="stop-at-accuracy",
        title="Stop when it is good enough",
        task="Write a callback that ends training as soon as an epoch's accuracy is above 0.99. Be prepared "
        "for `logs` that are None, and for models compiled without accuracy.",
        solution=StopAtAccuracy,
        check=_check_stop_at_accuracy,
        points=2,
        hints=[
            "What does `logs` hold at the end of an epoch, and what may be missing?",
            '`logs.get("accuracy")` is None where the accuracy is missing; `(logs or {})` is a dictionary even for None.',
            "If the accuracy is not None and above 0.99: `self.model.stop_training = True`.",
        ],
        takeaway="`helpers.training.StopAt` is this callback for any metric and any value.",
    ),
    Exercise(
        name="read-prediction",
        title="Read a prediction",
        task="`predict` returns ten probabilities for each image. Turn the ten of one image into a word, and say "
        "so when the network is not sure.",
        solution=read_prediction,
        check=_check_read_prediction,
        hints=[
            "You need two things from the array: where its largest value is, and how large it is.",
            "`np.argmax(probabilities)` is the index of the largest; `class_names[index]` is its name.",
            'Find the index first. If `probabilities[index] < 0.5`, return "not sure", otherwise the name.',
        ],
        takeaway="One of the probabilities is always the largest, even if the image shows nothing that the network knows. "
        "So look how large it is.",
    ),
]
