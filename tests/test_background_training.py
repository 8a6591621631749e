"""Background training: one run at a time, stopped within a step, faults as sentences."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import keras
import numpy as np
import pytest

from helpers.training.background import BackgroundTraining, BusyError, busy, error_sentence
from tests.slowly import Slowly, small, until

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def training():
    made = BackgroundTraining()
    yield made
    made.stop()
    assert made.wait(30)


def test_it_trains_in_a_thread_and_keeps_the_history(training):
    training.start(small(), Slowly(3, 0), epochs=2)
    assert training.wait(60)
    assert not training.running
    assert training.error == ""
    assert set(training.progress.history) == {"loss", "accuracy"}
    assert [epoch for epoch, _ in training.progress.history["loss"]] == [1, 2]


def test_stop_in_mid_epoch_takes_a_step_and_keeps_weights_and_history(training):
    model = small()
    before = model.get_weights()[1].copy()
    training.start(model, Slowly(), epochs=3)
    until(lambda: training.progress.step >= 5)
    training.stop()
    asked = training.progress.step
    assert training.wait(20)
    assert training.progress.step <= asked + 3  # Keras looks once a step, and one was under way
    assert training.progress.stopping
    assert len(training.progress.history["loss"]) == 1
    assert np.abs(model.get_weights()[1] - before).max() > 0


def test_a_second_start_raises_busy_error_and_disturbs_nothing(training):
    training.start(small(), Slowly(), epochs=3)
    until(lambda: training.progress.step >= 1)
    for other in (training, BackgroundTraining()):
        with pytest.raises(BusyError, match=r"Another training is running \(epoch 1 of 3\)"):
            other.start(small(), Slowly(), epochs=1)
    assert training.running
    training.stop()
    training.wait(20)
    other = BackgroundTraining()
    other.start(small(), Slowly(1, 0), epochs=1)
    assert other.wait(60)
    assert busy() == ""


def test_a_fault_is_kept_as_one_sentence_and_the_next_training_may_start(training):
    training.start(small(), np.zeros((8, 5), "float32"), np.zeros(8), epochs=1)
    assert training.wait(60)
    assert "incompatible" in training.error
    assert "\n" not in training.error
    training.start(small(), Slowly(1, 0), epochs=1)
    assert training.wait(60)
    assert training.error == ""


class Raise(keras.callbacks.Callback):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def on_train_batch_end(self, batch, logs=None):
        raise self.error


def ends(**options) -> BackgroundTraining:
    """A run that has ended and left the way free for the next one."""
    training = BackgroundTraining(**options.pop("of", {}))
    training.start(small(), Slowly(1, 0), epochs=1, **options)
    assert training.wait(60)
    assert not training.running
    assert busy() == ""
    return training


@pytest.mark.parametrize("callbacks", [None, keras.callbacks.Callback()])
def test_callbacks_may_be_none_or_a_single_one(callbacks):
    assert ends(callbacks=callbacks).error == ""


ERRORS = [SystemExit(), KeyboardInterrupt(), GeneratorExit(), RecursionError(), Exception("\n\n")]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_whatever_a_callback_raises_ends_the_run_with_a_sentence_and_the_next_may_start(error):
    assert type(error).__name__ in ends(callbacks=[Raise(error)]).error
    assert ends().error == ""


@pytest.mark.parametrize("error", [KeyError("no such widget"), SystemExit("no such widget")])
@pytest.mark.parametrize("moment", ["on_progress", "on_end"])
def test_a_fault_in_what_shows_the_progress_ends_the_run(moment, error):
    def fail(_):
        raise error

    assert ends(of={moment: fail}).error != ""


def test_a_thread_that_cannot_start_leaves_the_way_free(training, monkeypatch):
    def no_thread(_):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(RuntimeError, match="new thread"):
            training.start(small(), Slowly(1, 0), epochs=1)
    assert not training.running
    assert busy() == ""
    assert ends().error == ""


def test_progress_is_reported_in_that_thread_and_the_end_comes_last():
    reports = []
    training = BackgroundTraining(
        lambda progress: reports.append((threading.current_thread().name, progress.epoch)),
        lambda training: reports.append(("end", training.progress.epoch)),
    )
    training.start(small(), Slowly(2, 0), epochs=2)
    training.wait(60)
    assert {name for name, _ in reports[:-1]} == {"training"}
    assert reports[-1] == ("end", 2)


def test_other_networks_predict_while_it_trains(training):
    model = small()
    training.start(small(), Slowly(), epochs=1)
    until(lambda: training.progress.step >= 1)
    assert model.predict(np.zeros((2, 4), "float32"), verbose=0).shape == (2, 2)
    assert keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).count_params() == 15
    assert training.running


def test_wait_ends_after_its_timeout(training):
    training.start(small(), Slowly(), epochs=1)
    assert training.wait(0.2) is False
    assert training.running


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (MemoryError(), "There was not enough memory. Try a smaller network or a smaller batch."),
        (ValueError("Exception encountered when calling Dense.call().\n\n\x1b[1mToo small.\x1b[0m\n"), "Too small."),
        (KeyError(), "KeyError"),
    ],
)
def test_an_error_becomes_one_line(error, text):
    assert error_sentence(error) == text


def test_python_ends_quietly_while_a_training_runs():
    code = (
        "from helpers.training.background import BackgroundTraining; from slowly import Slowly, small, until\n"
        "training = BackgroundTraining(); training.start(small(), Slowly(), epochs=9); until(lambda: training.progress.step > 2)"
    )
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=ROOT, env=environment, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
