"""Callbacks: live curves, StopAt, and the kernel's ■ as a Stop button."""

import gc
import math
import os
import re
import signal
import threading
import time
from pathlib import Path

import keras
import nbclient
import nbformat
import numpy as np
import pytest

from helpers.training import callbacks
from helpers.training.callbacks import LiveCurves, StopAt
from helpers.training.interrupt import Interrupt
from helpers.training.progress import TrainingProgress
from helpers.widgets.base import VIEW
from tests.slowly import small

ROOT = Path(__file__).resolve().parents[1]
IMAGES = np.random.default_rng(0).random((320, 4)).astype("float32")
LABELS = (IMAGES.mean(1) > 0.5).astype("int64")


def fit_with(*callbacks, epochs=3):
    return small().fit(IMAGES, LABELS, epochs=epochs, verbose=0, callbacks=list(callbacks))


# --- StopAt ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "threshold", "value", "stops"),
    [
        ("accuracy", 0.99, 0.991, True),
        ("accuracy", 0.99, 0.99, False),
        ("val_accuracy", 0.5, 0.4, False),
        ("loss", 0.4, 0.39, True),
        ("loss", 0.4, 0.4, False),
        ("val_loss", 0.4, 0.5, False),
        ("mean_absolute_error", 1, 0.5, True),
        ("loss", 0.4, math.nan, False),
    ],
)
def test_stop_at_waits_until_the_value_has_passed_the_threshold(metric, threshold, value, stops):
    callback = StopAt(metric, threshold)
    callback.set_model(small())
    callback.model.stop_training = False
    callback.on_epoch_end(0, {metric: value})
    assert callback.model.stop_training is stops


def test_stop_at_ends_fit_and_says_after_which_epoch(capsys):
    history = fit_with(StopAt("loss", 100.0), epochs=5)
    assert history.epoch == [0]
    assert "Stopped after epoch 1: loss is" in capsys.readouterr().out


@pytest.mark.parametrize("logs", [None, {}, {"loss": 0.2}])
def test_stop_at_names_once_what_the_training_reports_instead(logs, capsys):
    callback = StopAt("accuracy", 0.9)
    for epoch in range(3):
        callback.on_epoch_end(epoch, logs)
    said = capsys.readouterr().out
    assert said.count("does not report") == 1
    assert ("It reports: loss." if logs else "It reports: nothing.") in said


@pytest.mark.parametrize("threshold", [math.nan, "0.99", None, [0.9]])
def test_stop_at_refuses_a_threshold_that_is_no_number(threshold):
    with pytest.raises(ValueError, match="it has to be a number such as 0.99"):
        StopAt("accuracy", threshold)


# --- ■ ---------------------------------------------------------------------------------------------------------------


def test_an_interrupt_ends_fit_normally_within_a_step_and_a_failure_leaves_nothing_behind(own_signal, capsys):
    class Press(keras.callbacks.Callback):
        steps = 0

        def on_train_batch_end(self, batch, logs=None):
            self.steps += 1
            if self.steps == 12:
                signal.raise_signal(signal.SIGINT)
            if self.steps == 20:
                raise ValueError("a fault in the training")

    press = Press()
    assert len(fit_with(LiveCurves(), press, epochs=9).epoch) == 2
    assert press.steps == 13  # Keras looks after the step that follows
    assert "Stopped by you in epoch 2 of 9" in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is own_signal
    with pytest.raises(ValueError, match="a fault in the training"):
        fit_with(LiveCurves(), press, epochs=9)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is own_signal


def test_a_handler_that_a_failed_training_left_behind_is_taken_out_by_the_next_one(own_signal):
    class Fault(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise ValueError("fault")

    with pytest.raises(ValueError, match="fault"):
        small().fit(IMAGES, LABELS, verbose=0, callbacks=[LiveCurves(), Fault()])
    fit_with(LiveCurves(), epochs=1)
    assert signal.getsignal(signal.SIGINT) is own_signal


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("error", [ValueError("fault"), KeyboardInterrupt(), SystemExit()])
def test_a_training_that_fails_leaves_no_handler(error, count, own_signal):
    class Fault(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise error

    def fails() -> bool:
        try:
            fit_with(*(LiveCurves() for _ in range(count)), Fault())
        except BaseException:
            return True
        return False

    assert fails()
    error.__traceback__ = None  # this test keeps the exception, and with it the frames of `fit`
    gc.collect()
    assert signal.getsignal(signal.SIGINT) is own_signal


def test_live_curves_twice_in_one_list_leave_no_handler_and_both_stop(own_signal, capsys):
    class Press(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            signal.raise_signal(signal.SIGINT)

    model = small()
    model.fit(IMAGES, LABELS, epochs=5, verbose=0, callbacks=[LiveCurves(), LiveCurves(), Press()])
    assert signal.getsignal(signal.SIGINT) is own_signal
    # Only the callback that took the signal over knows who stopped it.
    assert len(re.findall("Stopped (?:by you )?in epoch 1 of 5", capsys.readouterr().out)) == 2


def test_an_inner_fit_gives_the_signal_back_to_the_outer_one(own_signal):
    class Inner(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            fit_with(LiveCurves(), epochs=1)

        def on_train_batch_end(self, batch, logs=None):
            if self.params["epochs"] == 9 and batch == 1:
                signal.raise_signal(signal.SIGINT)

    assert len(fit_with(LiveCurves(), Inner(), epochs=9).epoch) == 1
    assert signal.getsignal(signal.SIGINT) is own_signal


def test_a_second_press_after_a_while_ends_a_training_that_hangs(own_signal, monkeypatch):
    class Hang(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            for _ in range(3):  # three quick presses are one
                signal.raise_signal(signal.SIGINT)
            monkeypatch.setattr(Interrupt, "PATIENCE", 0.0)
            time.sleep(0.01)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        small().fit(IMAGES, LABELS, verbose=0, callbacks=[LiveCurves(), Hang()])
    assert signal.getsignal(signal.SIGINT) is own_signal


def test_off_the_main_thread_it_trains_without_touching_the_signal(own_signal):
    handlers, faults = [], []

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            handlers.append(signal.getsignal(signal.SIGINT))

    def train():
        try:
            small().fit(IMAGES, LABELS, epochs=2, verbose=0, callbacks=[LiveCurves(), Look()])
        except Exception as error:
            faults.append(error)

    thread = threading.Thread(target=train)
    thread.start()
    thread.join(60)
    assert (faults, handlers) == ([], [own_signal] * 2)


def test_live_and_final_curves_are_one_chart_of_one_size():
    history = {"loss": [(1, 0.9), (2, 0.5)], "val_loss": [(1, 0.8), (2, 0.6)]}
    running = TrainingProgress(epoch=3, epochs=9, step=1, steps=4, history=history, latest={"loss": 0.4})
    pages = [
        callbacks.live_html(TrainingProgress(epochs=9)),
        callbacks.live_html(running),
        callbacks.final_html(running),
    ]
    assert len({re.search(r'viewBox="[^"]*"', page).group() for page in pages}) == 1
    assert {tuple(re.findall("<(p|progress|svg)[ >]", page)) for page in pages} == {("p", "progress", "svg", "p")}
    assert "Broke off in epoch 3 of 9" in pages[2]
    assert "<polyline" not in pages[0]
    assert pages[1].count('data-x="2.25"') == 1
    assert pages[2].count('data-x="2.25"') == 0


# --- in a notebook ---------------------------------------------------------------------------------------------------

TRAINING = """
import signal, keras, numpy as np
from helpers.training.callbacks import LiveCurves
images, labels = np.random.rand(640, 4).astype("float32"), np.zeros(640, "int64")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
steps = 0

class Press(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        global steps
        steps += 1
        if steps == 200:
            signal.raise_signal(signal.SIGINT)
        if steps == 300:
            raise ValueError("a fault in the training")
"""

TWO_PRESSES = """
from helpers.training import callbacks
formats, steps = callbacks.final_formats, 0

def pressed_again(progress):
    signal.raise_signal(signal.SIGINT)
    return formats(progress)

callbacks.final_formats = pressed_again
history = model.fit(images, labels, epochs=999, batch_size=32, verbose=0, callbacks=[LiveCurves(), Press()])
print(len(history.epoch), signal.getsignal(signal.SIGINT))
"""


@pytest.fixture(scope="module")
def notebook():
    cells = [
        TRAINING,
        "history = model.fit(images, labels, epochs=3, validation_split=.1, verbose=0, callbacks=[LiveCurves()])",
        "history = model.fit(images, labels, epochs=999, batch_size=32, verbose=0, callbacks=[LiveCurves(), Press()])",
        "model.fit(images, labels, epochs=999, batch_size=32, verbose=0, callbacks=[LiveCurves(), Press()])",
        "print(signal.getsignal(signal.SIGINT))",
        TWO_PRESSES,
    ]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    nbclient.NotebookClient(made, timeout=120, allow_errors=True).execute(env=environment)
    return made


def figures(cell) -> list:
    return [output for output in cell.outputs if "image/png" in output.get("data", {})]


def test_a_stored_notebook_keeps_one_figure_and_its_values_in_words(notebook):
    (output,) = notebook.cells[1].outputs  # no progress bar, no dead widget, nothing on stderr
    assert set(output.data) == {VIEW, "image/png", "text/plain"}
    assert output.data["text/plain"].startswith("Three epochs in ")
    assert "; validation: loss" in output.data["text/plain"]
    assert output.metadata["image/png"]["alt"] == output.data["text/plain"]


def test_an_interrupted_cell_ends_normally_with_its_figure(notebook):
    (output,) = notebook.cells[2].outputs
    assert output.data["text/plain"].startswith("Stopped by you in epoch 10 of 999")


def test_a_cell_whose_training_fails_keeps_what_was_measured_and_gives_the_signal_back(notebook):
    outputs = notebook.cells[3].outputs
    assert [output.get("ename") for output in outputs if output.output_type == "error"] == ["ValueError"]
    assert len(figures(notebook.cells[3])) == 1
    assert figures(notebook.cells[3])[0].data["text/plain"].startswith("Broke off in epoch ")
    assert "default_int_handler" in notebook.cells[4].outputs[0].text


def test_a_second_press_while_the_last_curves_are_made_keeps_the_history(notebook):
    last, printed = notebook.cells[5].outputs
    assert last.data["text/plain"].startswith("Stopped by you in epoch 10 of 999")
    assert printed.text.startswith("10 <built-in function default_int_handler>")
