"""Wrong answers to the exercises of lesson 02, each with a part of the sentence that it must get."""

import keras
import numpy as np

from helpers.exercises.lesson_02 import StopAtAccuracy, softmax


def _batch_maximum(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum(axis=1, keepdims=True)


def _subtracting(part):
    def answer(scores):
        powers = np.exp(scores - part(scores, axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    return answer


def _stops_if(condition, method="on_epoch_end"):
    """A callback class that stops when condition(logs) is true."""

    def stop(self, number, logs=None):
        if condition(logs):
            self.model.stop_training = True

    return type("StopAtAccuracy", (keras.callbacks.Callback,), {method: stop})


class _SetsBack(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = (logs or {}).get("accuracy", 0) > 0.99


class _SetsItself(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.stop_training = True


WRONG = {
    "steps-per-epoch": [
        (lambda images, batch_size: images // batch_size, "the 100 that are left"),
        (lambda images, batch_size: round(images / batch_size), "the 100 that are left"),
        (lambda images, batch_size: images / batch_size, "gave 3.333. A step can't be split"),
        (lambda images, batch_size: images // batch_size + 1, "none is left over"),
        (lambda images, batch_size: images % batch_size, "How many batches"),
        (lambda images, batch_size: -(-batch_size // images), "wrong way round"),
        (lambda images, batch_size: np.ceil(images / batch_size), "gave 4.0, a float"),
        (lambda images, batch_size: {300: 4, 32: 1_875}[batch_size], "KeyError"),
    ],
    "softmax": [
        (lambda scores: np.exp(scores) / np.exp(scores).sum(), "the whole batch to 1"),
        (lambda scores: np.exp(scores) / np.exp(scores).sum(axis=0), "each column to 1"),
        (lambda scores: np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), "gave [nan, nan, nan]"),
        (_batch_maximum, "each row's own"),
        (lambda scores: scores / scores.sum(axis=1, keepdims=True), "divided the scores"),
        (lambda scores: 2**scores / (2**scores).sum(axis=1, keepdims=True), "is right"),
        (np.exp, "Divide each row by the sum of its powers"),
        (lambda scores: np.log(softmax(scores)), "Leave the logarithm out"),
        (lambda scores: np.exp(scores) / np.exp(scores).sum(axis=1), "ValueError"),
        (lambda scores: np.exp(scores) / np.exp(scores).sum(axis=1), "`keepdims=True` keeps an axis"),
        (lambda scores: softmax(scores / scores.max(axis=1, keepdims=True)), "Subtract it instead"),
        (_subtracting(np.mean), "Subtract the row's *largest* score"),
        (_subtracting(np.min), "Subtract the row's *largest* score"),
        (lambda scores: softmax(scores)[0], "it should return an array of shape (2, 3)"),
    ],
    "read-prediction": [
        (lambda probabilities, class_names: np.argmax(probabilities), "the index 4"),
        (lambda probabilities, class_names: probabilities.max(), "the probability 0.72"),
        (lambda probabilities, class_names: class_names[np.argmin(probabilities)], "which has the smallest"),
        (lambda probabilities, class_names: class_names[np.argmax(probabilities) + 1], "one place after it"),
        (lambda probabilities, class_names: class_names[np.argmax(probabilities) - 1], "one place before it"),
        (lambda probabilities, class_names: class_names[np.argmax(probabilities)], "Below 0.5 it is 'not sure'"),
        (
            lambda probabilities, class_names: (
                class_names[np.argmax(probabilities)] if max(probabilities) > 0.5 else "not sure"
            ),
            "Only *below* 0.5",
        ),
        (
            lambda probabilities, class_names: dict(zip(probabilities, class_names, strict=True)).get(0.72),
            "nothing",
        ),
        (
            lambda probabilities, class_names: (
                class_names[np.argmax(probabilities)] if max(probabilities) > 0.4 else "not sure"
            ),
            "'not sure' is right",
        ),
        (lambda probabilities, class_names: [class_names[np.argmax(probabilities)]], "a list. Return one name"),
    ],
    "stop-at-accuracy": [
        (_stops_if(lambda logs: logs["accuracy"] < 0.99), "which way does `>` point"),
        (_stops_if(lambda logs: logs["acc"] > 0.99), "KeyError, 'acc'. The `logs` were {'accuracy': 0.5"),
        (_stops_if(lambda logs: (logs or {}).get("acc", 0) > 0.99), "never ended"),
        (_stops_if(lambda logs: (logs or {}).get("accuracy", 0) > 0.9), "ended after epoch 2"),
        (_stops_if(lambda logs: (logs or {}).get("accuracy", 0) >= 0.99), "exactly 0.99"),
        (_stops_if(lambda logs: logs.get("accuracy", 0) > 0.99), "without logs: Your code stopped"),
        (_stops_if(lambda logs: logs and logs["accuracy"] > 0.99), "compiled without accuracy: Your code stopped"),
        (_stops_if(lambda logs: (logs or {}).get("accuracy", 1) > 0.99), "your callback stops training"),
        (_stops_if(lambda logs: logs["accuracy"] > 0.99, "on_train_batch_end"), "one batch had 0.999"),
        (_stops_if(lambda logs: (logs or {}).get("accuracy") == 0.995), "a right one ended after"),
        (_SetsBack, "set `stop_training` back to False"),
        (_SetsItself, "never ended"),
        (StopAtAccuracy.on_epoch_end, "Begin with `class StopAtAccuracy"),
    ],
}
