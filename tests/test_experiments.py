"""Experiments: settings that are checked, runs in the background, an interrupt that keeps the run."""

import math
import re
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.models import architectures
from helpers.training import report
from helpers.training.background import BusyError, busy
from helpers.training.experiments import Experiment, ExperimentError
from helpers.training.runs import Run, Runs
from tests.slowly import Slowly, until

IMAGES = np.random.default_rng(0).random((192, 28, 28, 1)).astype("float32")
LABELS = (IMAGES.mean((1, 2, 3)) > 0.5).astype("int64")
DATA = IMAGES, LABELS


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    yield
    assert busy() == ""


def tiny(hidden=2) -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(hidden), keras.layers.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_run_has_its_settings_parameters_and_curves_and_is_kept():
    experiment = Experiment("digits", architectures.digits_dense, {"hidden": [4], "epochs": [2]}, DATA, DATA)
    run = experiment.run({"hidden": np.int64(6), "epochs": 2})
    assert run.settings == {"hidden": 6, "epochs": 2}
    assert run.parameters == 784 * 6 + 6 + 6 * 6 + 6 + 6 * 10 + 10
    assert (run.images, run.stopped, len(run.curves["val_loss"])) == (192, False, 2)
    assert [kept.settings for kept in Runs("digits")] == [run.settings]


def test_batch_size_and_learning_rate_reach_fit():
    rates, steps = [], []

    def build(learning_rate):
        model = architectures.digits_dense(2, learning_rate)
        rates.append(float(model.optimizer.learning_rate.value))
        return model

    settings = {"learning_rate": [0.5], "batch_size": [96], "epochs": [1]}
    experiment = Experiment("digits", build, settings, DATA, on_progress=lambda progress: steps.append(progress.steps))
    experiment.run({"learning_rate": 0.5, "batch_size": 96, "epochs": 1})
    assert (rates[-1], steps[-1]) == (0.5, 2)


@pytest.mark.parametrize("make", [Slowly, lambda *_: tf.data.Dataset.from_tensors((np.zeros((8, 4)), np.zeros(8)))])
def test_data_that_come_in_batches(make, recwarn):
    experiment = Experiment("batches", tiny, {"hidden": [2]}, make(2, 0), make(1, 0))
    assert experiment.run({"epochs": 1}).images is None
    assert [str(warning.message) for warning in recwarn if "shuffle" in str(warning.message)] == []
    with pytest.raises(ValueError, match="batches already"):
        Experiment("batches", tiny, {"batch_size": [2]}, make(2, 0))


def test_images_and_labels_of_different_number_are_refused():
    with pytest.raises(ValueError, match="192 images do not go with 191 labels"):
        Experiment("digits", architectures.digits_dense, {"hidden": [4]}, (IMAGES, LABELS[1:]))


@pytest.mark.parametrize(
    ("train", "text"),
    [
        (None, "train is None"),
        ((IMAGES, None), "train has to be (images, labels), two arrays."),
        ((None, LABELS), "train has to be (images, labels), two arrays."),
        ((IMAGES,), "train has to be (images, labels), two arrays."),
        ((IMAGES, LABELS, LABELS), "train has to be (images, labels), two arrays."),
        ((IMAGES, 3), "train has to be (images, labels), two arrays."),
        ((IMAGES[:0], LABELS[:0]), "train has no images."),
    ],
)
def test_data_that_cannot_work_are_refused_at_once(train, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        Experiment("digits", architectures.digits_dense, {"hidden": [4]}, train)
    if train is not None:
        with pytest.raises(ValueError, match=re.escape(text.replace("train", "validation"))):
            Experiment("digits", architectures.digits_dense, {"hidden": [4]}, (IMAGES, LABELS), train)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "The setting 'lr' has no value to choose from."),
        (0.1, "The setting 'lr' is 0.1; give a list of values to choose from."),
        ("adam", "The setting 'lr' is 'adam'; give a list of values to choose from."),
        ([np.array([0.1, 0.2])], "lr is [0.1 0.2]; it has to be one number or one word."),
        ([math.nan], "lr is nan; it has to be one number or one word."),
        ([[1, 2]], "lr is [1, 2]; it has to be one number or one word."),
    ],
)
def test_a_setting_that_is_no_number_is_refused_at_once(values, text):
    with pytest.raises((ValueError, ExperimentError), match=re.escape(text)):
        Experiment("digits", architectures.digits_dense, {"lr": values}, (IMAGES, LABELS))


def test_a_loss_that_became_nan_is_kept_and_shown():
    experiment = Experiment("nan", tiny, {"hidden": [4]}, Slowly(1, 0))
    experiment.runs.add(Run({"hidden": 4}, 1, None, 1.0, {"loss": [(1, math.nan)], "accuracy": [(1, math.inf)]}))
    (again,) = Runs("nan")
    assert math.isnan(again.training)
    assert "nan" in report.table([again])
    assert "nan" not in report.chart([again], [1]).split("aria-label")[0]


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"hidden": np.array([1, 2])}, "hidden is [1 2]; it has to be one number or one word."),
        ({"epochs": -1}, "epochs is -1; it has to be a whole number from 1."),
        ({"epochs": True}, "epochs is True; it has to be a whole number from 1."),
        ({"hiden": 4}, "'hiden' is not a setting here; these are: hidden, epochs."),
        ({"epochs": 0}, "epochs is 0; it has to be a whole number from 1."),
        ({"batch_size": 2.5}, "batch_size is 2.5; it has to be a whole number from 1."),
    ],
)
def test_an_impossible_setting_is_refused(settings, text):
    with pytest.raises(ExperimentError) as error:
        Experiment("digits", tiny, {"hidden": [4], "epochs": [1]}, Slowly(1, 0)).run(settings)
    assert str(error.value) == text


def blocks(size, blocks, filters) -> keras.Model:
    model = keras.Sequential([keras.Input((size, size, 3))])
    for _ in range(blocks):
        model.add(keras.layers.Conv2D(filters, 3))
        model.add(keras.layers.MaxPooling2D(2))
    return model


def fussy(hidden):
    raise ValueError("hidden has to be a square number")


@pytest.mark.parametrize(
    ("build", "settings", "text"),
    [
        (blocks, {"size": 40, "blocks": 5, "filters": 4}, "with blocks 3 the image is down to 3 × 3 pixels"),
        (blocks, {"size": 8, "blocks": 2, "filters": 16}, "with blocks 1 the image is down to 3 × 3 pixels"),
        (lambda hidden: None, {"hidden": 5}, "`build` returns None; it has to return a compiled network."),
        (fussy, {"hidden": 5}, "These settings do not fit together (hidden 5): hidden has to be a square number"),
        (lambda hidden: keras.Sequential([keras.layers.Dense(hidden)]), {"hidden": 2}, "keras.Input"),
    ],
)
def test_settings_that_make_no_network_get_a_sentence(build, settings, text):
    with pytest.raises(ExperimentError) as error:
        Experiment("digits", build, dict.fromkeys(settings, [1]), DATA).run(settings)
    assert text in str(error.value)


def test_a_run_that_fails_raises_and_is_not_kept():
    experiment = Experiment("digits", tiny, {"hidden": [2]}, (np.zeros((8, 5)), np.zeros(8)))
    with pytest.raises(ExperimentError, match="incompatible"):
        experiment.run({"hidden": 2})
    assert len(experiment.runs) == 0


@pytest.mark.usefixtures("own_signal")
def test_an_interrupt_stops_the_run_and_keeps_it():
    pressed = []

    def press(progress):
        if progress.step >= 3 and not pressed:
            pressed.append(progress.step)
            signal.raise_signal(signal.SIGINT)

    experiment = Experiment("slow", tiny, {"hidden": [3]}, Slowly(), on_progress=press)
    assert experiment.run({"hidden": 3}).stopped
    assert len(experiment.runs) == 1


def test_a_second_start_raises_busy_error():
    experiment = Experiment("slow", tiny, {"hidden": [3]}, Slowly())
    experiment.start({"hidden": 3})
    until(lambda: experiment.training.progress.step >= 1)
    with pytest.raises(BusyError, match="Another training"):
        Experiment("other", tiny, {"hidden": [3]}, Slowly()).start({})
    experiment.training.stop()
    assert experiment.training.wait(30)
