"""Calling a learner's Keras callback as `fit` would, without a training run."""

from collections.abc import Sequence
from types import SimpleNamespace

from helpers.exercises.checking import run
from helpers.exercises.core import Incorrect


def stopping_epoch(callback_class: type, *accuracies: float, in_batches: float | None = None) -> int:
    """Return the epoch after which the callback stops, with these accuracies by epoch; 0 if it never does.

    in_batches: the accuracy that `on_train_batch_end` gets in every epoch; None leaves these calls out.
    """
    batch = {"accuracy": in_batches, "loss": 1.5} if in_batches else None
    return drive_callback(callback_class, [{"accuracy": accuracy, "loss": 1.5} for accuracy in accuracies], batch)


def drive_callback(
    callback_class: type, epochs: Sequence[dict | None], batch: dict | None = None, stopping: bool = False
) -> int:
    """Return the epoch after which the callback stops, counted from 1; 0 if it never does.

    epochs     what `on_epoch_end` gets as `logs`, epoch by epoch
    batch      what `on_train_batch_end` gets, once an epoch; None leaves these calls out
    stopping   True when something else, such as another callback, has asked to stop already

    Raises Incorrect, with the logs, where the callback raises.
    """
    logs: dict | None = {}

    def fit() -> int:
        nonlocal logs
        callback, model = callback_class(), SimpleNamespace(stop_training=False)
        callback.set_model(model)
        callback.on_train_begin({})
        for epoch, logs in enumerate(epochs):
            callback.on_epoch_begin(epoch, {})
            if batch:
                callback.on_train_batch_end(0, batch)
            model.stop_training = model.stop_training or stopping
            callback.on_epoch_end(epoch, logs and dict(logs))
            if model.stop_training:
                return epoch + 1
        return 0

    try:
        return run(fit)
    except Incorrect as error:
        raise Incorrect(f"{error} The `logs` were {logs}.") from None
