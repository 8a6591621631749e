"""Training in the background: one at a time, stopped within a step, faults told as sentences."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from helpers.training.background import BackgroundTraining, BusyError, busy, error_sentence
from tests.slowly import Slowly, small, until

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def trainer():
    made = BackgroundTraining()
    yield made
    made.stop()
    assert made.wait(30)


def test_it_trains_in_a_thread_and_keeps_the_history(trainer):
    trainer.start(small(), Slowly(3, 0), epochs=2)
    assert trainer.wait(60)
    assert not trainer.running
    assert trainer.error == ""
    assert set(trainer.standing.history) == {"loss", "accuracy"}
    assert [epoch for epoch, _ in trainer.standing.history["loss"]] == [1, 2]


def test_stop_in_mid_epoch_takes_a_step_and_keeps_weights_and_history(trainer):
    model = small()
    before = model.get_weights()[1].copy()
    trainer.start(model, Slowly(), epochs=3)
    until(lambda: trainer.standing.step >= 5)
    trainer.stop()
    asked = trainer.standing.step
    assert trainer.wait(20)
    assert trainer.standing.step <= asked + 3  # Keras looks once a step, and one was under way
    assert trainer.standing.stopping
    assert len(trainer.standing.history["loss"]) == 1
    assert np.abs(model.get_weights()[1] - before).max() > 0


def test_a_second_start_says_that_another_training_runs_and_disturbs_nothing(trainer):
    trainer.start(small(), Slowly(), epochs=3)
    until(lambda: trainer.standing.step >= 1)
    for other in (trainer, BackgroundTraining()):
        with pytest.raises(BusyError, match=r"Another training is running \(epoch 1 of 3\)"):
            other.start(small(), Slowly(), epochs=1)
    assert trainer.running
    trainer.stop()
    trainer.wait(20)
    other = BackgroundTraining()
    other.start(small(), Slowly(1, 0), epochs=1)
    assert other.wait(60)
    assert busy() == ""


def test_a_fault_is_kept_as_one_sentence_and_the_next_training_may_start(trainer):
    trainer.start(small(), np.zeros((8, 5), "float32"), np.zeros(8), epochs=1)
    assert trainer.wait(60)
    assert "incompatible" in trainer.error
    assert "\n" not in trainer.error
    trainer.start(small(), Slowly(1, 0), epochs=1)
    assert trainer.wait(60)
    assert trainer.error == ""


def test_a_fault_in_what_shows_the_training_does_not_block_the_next_one():
    def broken(_):
        raise KeyError("no such widget")

    for fault in ({"changed": broken}, {"ended": broken}):
        trainer = BackgroundTraining(**fault)
        trainer.start(small(), Slowly(1, 0), epochs=1)
        assert trainer.wait(60)
        assert "no such widget" in trainer.error
        assert busy() == ""


def test_who_watches_is_told_in_that_thread_and_the_end_comes_last():
    told = []
    trainer = BackgroundTraining(
        lambda standing: told.append((threading.current_thread().name, standing.epoch)),
        lambda trainer: told.append(("end", trainer.standing.epoch)),
    )
    trainer.start(small(), Slowly(2, 0), epochs=2)
    trainer.wait(60)
    assert {name for name, _ in told[:-1]} == {"training"}
    assert told[-1] == ("end", 2)


def test_other_networks_predict_while_it_trains(trainer):
    model = small()
    trainer.start(small(), Slowly(), epochs=1)
    until(lambda: trainer.standing.step >= 1)
    assert model.predict(np.zeros((2, 4), "float32"), verbose=0).shape == (2, 2)
    assert keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).count_params() == 15
    assert trainer.running


def test_waiting_has_an_end_when_told_so(trainer):
    trainer.start(small(), Slowly(), epochs=1)
    begin = time.monotonic()
    assert trainer.wait(0.2) is False
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (MemoryError(), "There was not enough memory. Try a smaller network or a smaller batch."),
        (ValueError("Exception encountered when calling Dense.call().\n\n\x1b[1mToo small.\x1b[0m\n"), "Too small."),
        (KeyError(), "KeyError"),
    ],
)
def test_faults_are_told_in_one_line(error, text):
    assert error_sentence(error) == text


def test_python_ends_quietly_while_a_training_runs():
    code = (
        "from helpers.training.background import BackgroundTraining; from slowly import Slowly, small, until\n"
        "trainer = BackgroundTraining(); trainer.start(small(), Slowly(), epochs=9); until(lambda: trainer.standing.step > 2)"
    )
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
