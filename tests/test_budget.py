"""The budget: full, quick, and one batch an epoch where nbgrader runs the lesson."""

import keras
import numpy as np
import pytest

from data_scripts.errors import DataError
from helpers import budget


def test_the_full_budget_is_the_default_and_takes_what_the_lesson_says(monkeypatch):
    monkeypatch.delenv("COURSE_BUDGET")
    assert (budget.name(), budget.epochs(15), budget.images(2000)) == ("full", 15, 2000)
    assert budget.first((5, 50, 512)) == [5, 50, 512]


def test_the_quick_budget_takes_less_and_never_more():
    assert budget.is_quick()
    assert (budget.epochs(15), budget.epochs(15, quick=3), budget.epochs(2, quick=3)) == (1, 3, 2)
    assert (budget.images(2000), budget.images(100)) == (512, 100)
    assert (budget.first((5, 50, 512)), budget.first((5, 50, 512), quick=2)) == ([5], [5, 50])


def test_under_nbgrader_the_budget_is_quick(monkeypatch):
    assert not budget.graded()
    monkeypatch.setenv("COURSE_BUDGET", "full")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert budget.graded()
    assert budget.is_quick()


def test_another_budget_is_refused_with_what_it_can_be(monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "huge")
    with pytest.raises(DataError, match="'quick' or 'full'"):
        budget.epochs(3)
    monkeypatch.setenv("COURSE_BUDGET", " Quick\n")
    assert budget.is_quick()


@pytest.fixture
def limited(monkeypatch):
    monkeypatch.setattr(keras.Model, "fit", keras.Model.fit)  # put back at the end
    budget.limit_training()


class Count(keras.callbacks.Callback):
    batches = 0

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1


def train(*arguments, **named):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", loss="mse")
    count = Count()
    history = model.fit(*arguments, verbose=0, callbacks=[count], **named)
    return count.batches, history.history


def test_a_training_run_takes_one_batch_an_epoch(limited):
    x, y = np.zeros((640, 2), np.float32), np.zeros(640, np.float32)
    assert train(x, y)[0] == 1
    batches, history = train(x, y, 32, 3, validation_data=(x, y))
    assert batches == 3
    assert len(history["val_loss"]) == 3
    batches, history = train(x=x, y=y, steps_per_epoch=4, validation_split=0.5)
    assert batches == 4, "steps that a lesson counts on purpose stay"
    assert "val_loss" in history


def test_limiting_twice_is_limiting_once(limited):
    once = keras.Model.fit
    budget.limit_training()
    assert keras.Model.fit is once
