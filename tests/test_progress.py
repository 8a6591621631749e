"""Training progress: the history, the time left, how often it is reported, and its texts."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.training import EpochSnapshots
from helpers.training import progress as module
from helpers.training.callbacks import live_html
from helpers.training.progress import ProgressCallback, TrainingProgress, format_duration
from tests.slowly import small

IMAGES = np.random.default_rng(0).random((320, 4)).astype("float32")
LABELS = (IMAGES.mean(1) > 0.5).astype("int64")


def test_the_history_is_that_of_keras():
    callback = ProgressCallback()
    fitted = small().fit(IMAGES, LABELS, epochs=3, verbose=0, callbacks=[callback], validation_split=0.2)
    history = fitted.history
    assert callback.progress.history == {
        name: [(epoch, value) for epoch, value in enumerate(values, 1)] for name, values in history.items()
    }
    assert callback.progress.finished == 1
    assert callback.progress.seconds_left == 0


@pytest.mark.filterwarnings("ignore:Your input ran out of data")  # Keras says so whenever a length is unknown
def test_data_of_unknown_length_without_metrics_and_validation():
    seen = []
    callback = ProgressCallback(seen.append, rate=1000)
    source = tf.data.Dataset.from_generator(
        lambda: iter([(IMAGES[:32], LABELS[:32])] * 5),
        output_signature=(tf.TensorSpec((32, 4), tf.float32), tf.TensorSpec((32,), tf.int64)),
    )
    small(metrics=()).fit(source, epochs=2, verbose=0, callbacks=[callback], shuffle=False)
    assert seen[0].steps is None
    assert callback.progress.steps == 5
    assert list(callback.progress.history) == ["loss"]


def test_a_metric_with_a_value_for_every_class_has_no_curve():
    reported, snapshots = [], EpochSnapshots()
    callback = ProgressCallback(lambda progress: reported.append(live_html(progress)), rate=1000)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=[keras.metrics.F1Score()])
    model.fit(IMAGES, np.eye(2, dtype="float32")[LABELS], verbose=0, callbacks=[callback, snapshots])
    assert list(callback.progress.history) == list(snapshots.kept[-1].logs) == ["loss"]
    assert "loss" in reported[-2]


def test_it_may_be_passed_to_evaluate_too():
    callback = ProgressCallback()
    small().evaluate(IMAGES, LABELS, verbose=0, callbacks=[callback])
    assert callback.progress.history == {}


def test_the_status_and_the_summary():
    history = {"accuracy": [(1, 0.5)], "loss": [(1, 0.7)], "val_loss": [(1, 0.8)]}
    progress = TrainingProgress(2, 4, 3, 10, 65, 130.2, history=history, latest={"loss": 0.6})
    assert progress.status() == "Epoch 2 of 4 · step 3 of 10 · 1 min 5 s so far, about 2 min 10 s left"
    assert progress.results() == "Training: loss 0.700, accuracy 0.500; validation: loss 0.800."
    assert TrainingProgress().status() == "Getting ready …"
    assert progress.history_so_far()["loss"] == [(1, 0.7), (1.3, 0.6)]
    assert format_duration(3599.7) == "1 h 0 min"


@pytest.mark.parametrize(
    ("epoch", "losses", "how", "sentence"),
    [
        (10, [9, 8, 7, 6, 5, 4, 3, 4, 5, 6], {}, "Ten epochs in 5 s. Lowest validation loss in epoch 7."),
        (1, [9], {"epochs": 1}, "One epoch in 5 s."),
        (12, range(12), {"epochs": 12}, "12 epochs in 5 s. Lowest validation loss in epoch 1."),
        (5, [], {"stopping": True}, "Stopped by you in epoch 5 of 10, after 5 s. Kept: all five epochs."),
        (2, [], {"stopping": True}, "Stopped by you in epoch 2 of 10, after 5 s. Kept: both epochs."),
        (1, [], {"stopping": True}, "Stopped by you in epoch 1 of 10, after 5 s. Kept: one epoch."),
        (3, [2, 1, 2], {}, "Stopped in epoch 3 of 10, after 5 s. Kept: all three epochs. Lowest validation loss in epoch 2."),
        (2, None, {"ended": False}, "Broke off in epoch 2 of 10, after 5 s. No epoch was finished."),
    ],
)  # fmt: skip
def test_how_a_run_ended_is_a_sentence(epoch, losses, how, sentence):
    history = {} if losses is None else {"loss": [(number, 1.0) for number in range(1, epoch + 1)]}
    history |= {"val_loss": list(enumerate(losses, 1))} if losses else {}
    progress = TrainingProgress(**{"epoch": epoch, "epochs": 10, "seconds": 5, "history": history, "ended": True} | how)
    assert progress.outcome() == sentence
    assert progress.summary().startswith(sentence)


def drive(callback, monkeypatch, step_seconds=0.1) -> None:
    """Two epochs of ten steps under a clock of our own; the first step takes five seconds more."""
    clock = SimpleNamespace(now=100.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(module, "time", clock)
    callback.set_params({"epochs": 2, "steps": 10})
    callback.set_model(SimpleNamespace(stop_training=False))
    callback.on_train_begin()
    for epoch in range(2):
        callback.on_epoch_begin(epoch)
        for step in range(10):
            clock.now += step_seconds + 5 * (epoch == step == 0)
            callback.on_train_batch_end(step, {"loss": 1.0})
        callback.on_epoch_end(epoch, {"loss": 1.0})
    callback.on_train_end()


def test_the_time_left_is_that_of_the_steps_to_go_without_the_slow_first_one(monkeypatch):
    reports = []
    drive(ProgressCallback(reports.append, rate=1e9), monkeypatch)
    assert [report.seconds_left for report in reports[:2]] == [None, None]
    for report in reports[2:-1]:
        assert report.seconds_left == pytest.approx(0.1 * 20 * (1 - report.finished), abs=1e-9)
    assert (reports[-1].seconds_left, reports[-1].finished) == (0, 1)


def test_it_reports_at_most_four_times_a_second_and_once_at_the_end(monkeypatch):
    reports = []
    drive(ProgressCallback(reports.append), monkeypatch)
    moments = [report.seconds for report in reports]
    assert min(np.diff(moments[:-1])) >= 0.25
    assert moments[-1] == pytest.approx(7)
    assert 6 <= len(moments) <= 9


def test_stop_ends_fit_at_the_next_step_and_is_seen_in_the_status():
    callback = ProgressCallback()
    callback.set_params({"epochs": 1})
    callback.set_model(SimpleNamespace(stop_training=False))
    callback.on_train_begin()
    callback.on_epoch_begin(0)
    callback.on_train_batch_end(0)
    assert not callback.model.stop_training
    callback.stop()
    callback.on_train_batch_end(1)
    assert callback.model.stop_training
    assert "stopping · step 2" in callback.progress.status()
