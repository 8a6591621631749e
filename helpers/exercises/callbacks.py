"""Calling a learner's callback as `fit` would, without a training."""

from types import SimpleNamespace

from helpers.exercises.checking import run
from helpers.exercises.core import Incorrect


def stopping_epoch(callback_class: type, *accuracies: float, in_batches: float | None = None) -> int:
    """After how many epochs with these accuracies the callback stops the training; 0 if it never does."""
    batch = {"accuracy": in_batches, "loss": 1.5} if in_batches else None
    return drive_callback(callback_class, [{"accuracy": one, "loss": 1.5} for one in accuracies], batch)


def drive_callback(
    callback_class: type, epochs: list[dict | None], batch: dict | None = None, stopping: bool = False
) -> int:
    """After how many epochs the callback stops the training; 0 if it never does.

    epochs     what `on_epoch_end` gets as `logs`, epoch by epoch
    batch      what `on_train_batch_end` gets, once an epoch; None leaves these calls out
    stopping   True when something else, such as another callback, has asked to stop already

    Raises Incorrect, with the logs, where the callback raises.
    """
    logs = {}

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
