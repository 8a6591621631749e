"""Callbacks: live curves, StopAt, and the kernel's ■ as a Stop button."""

import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from xml.etree import ElementTree

import keras
import nbclient
import nbformat
import numpy as np
import pytest
import tensorflow as tf

from helpers.plots import curves
from helpers.training import callbacks
from helpers.training.callbacks import LiveCurves, StopAt
from helpers.training.interrupt import Interrupt
from helpers.training.progress import ProgressCallback, TrainingProgress, format_duration

ROOT = Path(__file__).resolve().parents[1]
IMAGES = np.random.default_rng(0).random((320, 4)).astype("float32")
LABELS = (IMAGES.mean(1) > 0.5).astype("int64")


def small(metrics=("accuracy",)) -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=list(metrics))
    return model


def fit(callback, epochs=3, **how):
    return small().fit(IMAGES, LABELS, epochs=epochs, verbose=0, callbacks=[callback], **how)


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
    history = fit(StopAt("loss", 100.0), epochs=5)
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


def test_stop_at_refuses_a_threshold_that_is_no_number():
    with pytest.raises(ValueError, match="nan"):
        StopAt("accuracy", math.nan)


# --- where a training stands -----------------------------------------------------------------------------------------


def test_the_history_is_that_of_keras():
    watch = ProgressCallback()
    history = fit(watch, validation_split=0.2).history
    assert watch.standing.history == {
        name: [(epoch, value) for epoch, value in enumerate(values, 1)] for name, values in history.items()
    }
    assert watch.standing.finished == 1
    assert watch.standing.seconds_left == 0


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # Keras says so whenever a length is unknown
def test_data_of_unknown_length_without_metrics_and_validation():
    seen = []
    watch = ProgressCallback(seen.append, rate=1000)
    source = tf.data.Dataset.from_generator(
        lambda: iter([(IMAGES[:32], LABELS[:32])] * 5),
        output_signature=(tf.TensorSpec((32, 4), tf.float32), tf.TensorSpec((32,), tf.int64)),
    )
    small(metrics=()).fit(source, epochs=2, verbose=0, callbacks=[watch], shuffle=False)
    assert seen[0].steps is None
    assert watch.standing.steps == 5
    assert list(watch.standing.history) == ["loss"]


def test_the_time_left_is_told_from_the_second_step_on_and_shrinks():
    seen = []
    watch = ProgressCallback(seen.append, rate=1e9)
    fit(watch, epochs=4)
    left = [standing.seconds_left for standing in seen if standing.seconds_left is not None]
    assert seen[0].seconds_left is None
    assert len(left) > 20
    assert 0 < left[len(left) // 2] < 60
    assert left[-1] == 0


def test_it_tells_no_more_than_four_times_a_second_and_once_at_the_end():
    moments = []

    class Slow(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            time.sleep(0.01)

    watch = ProgressCallback(lambda standing: moments.append(standing.seconds))
    small().fit(IMAGES, LABELS, epochs=10, batch_size=32, verbose=0, callbacks=[watch, Slow()])
    assert min(np.diff(moments[:-1])) >= 0.2499
    assert 3 <= len(moments) <= 4 * moments[-1] + 2


def test_a_metric_with_a_value_for_every_class_has_no_curve():
    watch = ProgressCallback()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.F1Score()])
    model.fit(IMAGES, np.eye(2, dtype="float32")[LABELS], verbose=0, callbacks=[watch])
    assert list(watch.standing.history) == ["loss"]


def test_it_may_be_passed_to_evaluate_too():
    watch = ProgressCallback()
    small().evaluate(IMAGES, LABELS, verbose=0, callbacks=[watch])
    assert watch.standing.history == {}


def test_the_words_for_a_training_under_way_and_for_its_end():
    history = {"accuracy": [(1, 0.5)], "loss": [(1, 0.7)], "val_loss": [(1, 0.8)]}
    standing = TrainingProgress(2, 4, 3, 10, 65, 130.2, history=history, latest={"loss": 0.6})
    assert standing.now() == "Epoch 2 of 4 · step 3 of 10 · 1 min 5 s so far, about 2 min 10 s left"
    assert standing.summary() == (
        "Stopped in epoch 2 of 4 in 1 min 5 s; training: loss 0.700, accuracy 0.500; validation: loss 0.800."
    )
    assert standing.growing()["loss"] == [(1, 0.7), (1.3, 0.6)]
    assert format_duration(3599.7) == "1 h 0 min"


# --- the drawing -----------------------------------------------------------------------------------------------------


def test_the_drawing_is_well_formed_and_tells_training_from_validation_by_more_than_color():
    history = {"loss": [(1, 2.0), (2, math.nan), (3, 1.0)], "val_loss": [(1, 2.5), (2, 2.0)], "learning_rate": [(1, 1)]}
    image = curves.svg(curves.panels(history, 10), 'loss <falls> & "more"')
    lines = ElementTree.fromstring(image).findall(".//{*}polyline")
    assert [line.get("stroke-dasharray") for line in lines] == [None, "6 4"]
    assert len(lines[0].get("points").split()) == 2
    assert ElementTree.fromstring(image).get("aria-label") == 'loss <falls> & "more"'


def test_every_line_color_has_a_contrast_of_three_to_one_on_white_and_on_near_black():
    def light(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for color in curves.RUN_COLORS:
        assert 1.05 / (light(color) + 0.05) >= 3, color
        assert (light(color) + 0.05) / (light("#111111") + 0.05) >= 3, color


@pytest.mark.parametrize("range_", [(0, 1), (0.95, 0.97), (-3, 1e5), (0, 7), (2.0, 2.0000001)])
def test_ticks_are_few_round_and_inside(range_):
    found = curves.ticks(*range_)
    assert 1 <= len(found) <= 7
    assert all(range_[0] - 1e-9 <= tick <= range_[1] + 1e-9 for tick in found)


def test_a_live_update_costs_less_than_two_milliseconds():
    points = [(epoch, 1 / epoch) for epoch in range(1, 51)]
    standing = TrainingProgress(
        51, 100, 3, 10, history=dict.fromkeys(("loss", "accuracy", "val_loss", "val_accuracy"), points)
    )
    begin = time.process_time()
    for _ in range(50):
        callbacks.live_html(standing)
    assert (time.process_time() - begin) / 50 < 0.002


# --- ■ ---------------------------------------------------------------------------------------------------------------

PRESS = """
import signal, sys, keras, numpy as np
from helpers.training.callbacks import LiveCurves
images, labels = np.random.rand(640, 4).astype("float32"), np.zeros(640, "int64")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
steps = 0

class Press(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        global steps
        steps += 1
        if steps in PRESSES:
            signal.raise_signal(signal.SIGINT)
        if steps == FAIL:
            raise ValueError("a fault in the training")
"""


def run(code: str, **names) -> str:
    values = {"PRESSES": (), "FAIL": None} | names
    code = "\n".join(f"{name} = {value!r}" for name, value in values.items()) + PRESS + code
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_interrupt_ends_fit_normally_within_a_step_and_a_failure_leaves_nothing_behind():
    said = run(
        PRESSES=(32,),
        FAIL=40,
        code="""
before = signal.getsignal(signal.SIGINT)
history = model.fit(images, labels, epochs=9, batch_size=32, verbose=0, callbacks=[LiveCurves(), Press()]).history
print("epochs", len(history["loss"]), "steps", steps, "restored", signal.getsignal(signal.SIGINT) is before)
try:
    model.fit(images, labels, epochs=9, batch_size=32, verbose=0, callbacks=[LiveCurves(), Press()])
except ValueError as error:
    print(error)
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupt as before", signal.getsignal(signal.SIGINT) is before)
""",
    )
    assert "Stopped in epoch 2 of 9" in said
    assert "epochs 2 steps 33 restored True" in said  # Keras looks after the step that follows
    assert "a fault in the training\ninterrupt as before True" in said


@pytest.fixture
def own_signal():
    before = signal.getsignal(signal.SIGINT)
    yield before
    signal.signal(signal.SIGINT, before)


def test_a_handler_that_a_failed_training_left_behind_is_taken_out_by_the_next_one(own_signal):
    class Fault(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise ValueError("fault")

    with pytest.raises(ValueError, match="fault"):
        small().fit(IMAGES, LABELS, verbose=0, callbacks=[LiveCurves(), Fault()])
    fit(LiveCurves(), epochs=1)
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


# --- in a notebook ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def notebook():
    cells = [
        PRESS.replace("PRESSES", "(200,)").replace("FAIL", "300"),
        "history = model.fit(images, labels, epochs=3, validation_split=.1, verbose=0, callbacks=[LiveCurves()])",
        "history = model.fit(images, labels, epochs=999, batch_size=32, verbose=0, callbacks=[LiveCurves(), Press()])",
        "model.fit(images, labels, epochs=999, batch_size=32, verbose=0, callbacks=[LiveCurves(), Press()])",
        "print(signal.getsignal(signal.SIGINT))",
    ]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    nbclient.NotebookClient(made, timeout=120, allow_errors=True).execute(env=environment)
    return made


one_run = pytest.mark.xdist_group("live_notebook")  # the notebook is run once for all that look at it


def figures(cell) -> list:
    return [output for output in cell.outputs if "image/png" in output.get("data", {})]


@one_run
def test_a_stored_notebook_keeps_one_figure_and_its_values_in_words(notebook):
    (output,) = notebook.cells[1].outputs  # no progress bar, no dead widget, nothing on stderr
    assert set(output.data) == {"image/png", "text/plain"}
    assert output.data["text/plain"].startswith("Trained 3 epochs in ")
    assert "; validation: loss" in output.data["text/plain"]
    assert output.metadata["image/png"]["alt"] == output.data["text/plain"]


@one_run
def test_an_interrupted_cell_ends_normally_with_its_figure(notebook):
    (output,) = notebook.cells[2].outputs
    assert output.data["text/plain"].startswith("Stopped in epoch 10 of 999")


@one_run
def test_a_cell_whose_training_fails_keeps_what_was_measured_and_gives_the_signal_back(notebook):
    outputs = notebook.cells[3].outputs
    assert [output.get("ename") for output in outputs if output.output_type == "error"] == ["ValueError"]
    assert len(figures(notebook.cells[3])) == 1
    assert not any("widget" in kind for output in outputs for kind in output.get("data", {}))
    assert "default_int_handler" in notebook.cells[4].outputs[0].text
