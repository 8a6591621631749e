"""Under nbgrader a training is one batch an epoch, and the lesson says so."""

import keras
import numpy as np
import pytest

import helpers
from helpers import grading


@pytest.fixture
def shortened(monkeypatch):
    monkeypatch.setattr(keras.Model, "fit", keras.Model.fit)  # put back at the end
    grading.limit_training()


class Count(keras.callbacks.Callback):
    batches = 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1


def trained(*arguments, **named):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    count = Count()
    history = model.fit(*arguments, verbose=0, callbacks=[count], **named)
    return count.batches, history.history


def test_a_training_takes_one_batch_an_epoch(shortened):
    x, y = np.zeros((640, 2), np.float32), np.zeros(640, np.float32)
    assert trained(x, y)[0] == 1
    batches, history = trained(x, y, 32, 3, validation_data=(x, y))
    assert batches == 3 and len(history["val_loss"]) == 3
    batches, history = trained(x=x, y=y, steps_per_epoch=4, validation_split=0.5)
    assert batches == 1 and "val_loss" in history


def test_shortening_twice_is_shortening_once(shortened):
    once = keras.Model.fit
    grading.limit_training()
    assert keras.Model.fit is once


@pytest.mark.parametrize("is_graded", [True, False])
def test_the_set_up_cell_shortens_only_what_is_graded(monkeypatch, capsys, course_home, is_graded):
    monkeypatch.setattr(keras.Model, "fit", keras.Model.fit)
    if is_graded:
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    helpers.start("10")
    assert getattr(keras.Model.fit, "one_batch", False) is is_graded
    assert ("Graded by nbgrader" in capsys.readouterr().out) is is_graded
