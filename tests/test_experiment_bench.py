"""The experiment bench: exact parameters first, training in the background, runs that are kept."""

import json
import re
import signal
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
from ipywidgets import Checkbox

from helpers.models import architectures
from helpers.training import report
from helpers.training.background import BusyError, busy
from helpers.training.experiments import ExperimentError
from helpers.training.runs import Runs
from helpers.widgets import ExperimentBench
from tests.slowly import Slowly, until
from tests.widget_parts import control, parts, shown_html, shown_text

IMAGES = np.random.default_rng(0).random((192, 28, 28, 1)).astype("float32")
LABELS = (IMAGES.mean((1, 2, 3)) > 0.5).astype("int64")
SETTINGS = {"hidden": [4, 8], "learning_rate": [0.001, 0.01], "epochs": [1, 2], "batch_size": [32, 64]}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path / "home"
    assert busy() == ""


@pytest.fixture
def bench():
    return ExperimentBench("digits", architectures.digits_dense, SETTINGS, (IMAGES, LABELS), (IMAGES[:64], LABELS[:64]))


def tiny(hidden=2, **_) -> keras.Model:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(hidden), keras.layers.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def slow():
    made = ExperimentBench("slow", tiny, {"hidden": [2, 3], "epochs": [3]}, Slowly(), Slowly(2, 0))
    yield made
    made.stop()
    assert made.experiment.training.wait(30)


def test_layers_and_exact_parameters_are_shown_before_training_and_follow_the_sliders(bench):
    assert f"{784 * 4 + 4 + 4 * 4 + 4 + 4 * 10 + 10:,}" in shown_html(bench)
    control(bench, "hidden").value = 8
    assert f"{784 * 8 + 8 + 8 * 8 + 8 + 8 * 10 + 10:,}" in shown_html(bench)
    assert len(bench.runs) == 0


def test_every_control_has_a_label(bench):
    labels = [
        part.description for part in parts(bench) if hasattr(part, "description") and not hasattr(part, "placeholder")
    ]
    assert labels == ["hidden", "learning rate", "epochs", "batch size", "Start", "Clear runs", "Export CSV"]


def test_sliders_begin_where_they_are_told_to(home):
    made = ExperimentBench("slow", tiny, {"hidden": [2, 3]}, Slowly(1, 0), start={"hidden": 3})
    assert control(made, "hidden").value == 3
    for start in ({"hidden": 4}, {"hiden": 2}):
        with pytest.raises(ValueError, match="not among the settings"):
            ExperimentBench("slow", tiny, {"hidden": [2, 3]}, Slowly(1, 0), start=start)


def test_without_clicking(bench):
    done = bench.run(hidden=6, epochs=2)
    assert done.settings == {"hidden": 6, "learning_rate": 0.001, "epochs": 2, "batch_size": 32}
    assert done.parameters == 784 * 6 + 6 + 6 * 6 + 6 + 6 * 10 + 10
    assert (done.images, done.stopped, len(done.curves["val_loss"])) == (192, False, 2)
    assert 0 <= done.validation <= 1
    assert done.seconds > 0
    assert f"{done.validation:.3f}" in shown_html(bench)


def test_batch_size_and_learning_rate_reach_the_training(home, monkeypatch):
    learning_rates, batch_sizes = [], []

    def build(learning_rate):
        learning_rates.append(learning_rate)
        return architectures.digits_dense(2, learning_rate)

    def fit(model, *arguments, **options):
        batch_sizes.append(options["batch_size"])
        return real_fit(model, *arguments, **options)

    real_fit = keras.Model.fit
    monkeypatch.setattr(keras.Model, "fit", fit)
    settings = {"learning_rate": [0.5], "batch_size": [96], "epochs": [1]}
    ExperimentBench("digits", build, settings, (IMAGES, LABELS)).run()
    assert learning_rates[-1] == 0.5
    assert batch_sizes == [96]


def test_start_leaves_the_kernel_free_and_stop_keeps_the_run(slow):
    control(slow, "Start").click()
    until(lambda: "Epoch 1 of 3" in shown_text(slow))
    assert len(slow.runs) == 0, "the training has not ended, and Start has returned"
    assert not control(slow, "Stop").disabled
    control(slow, "Stop").click()
    assert slow.experiment.training.wait(20)
    (run,) = slow.runs
    assert run.stopped
    assert run.validation is not None
    assert not control(slow, "Start").disabled, "Stop has become Start again"
    assert "Run 1: Stopped by you in epoch 1 of 3" in slow.status
    assert "stopped" in shown_html(slow)
    assert Runs("slow")[0].settings == {"hidden": 2, "epochs": 3}


def test_a_second_start_says_so_on_any_bench(slow, bench):
    control(slow, "Start").click()
    until(lambda: "Epoch 1 of 3" in shown_text(slow))
    slow._start()  # as a click does that comes before the button says Stop
    assert "Another training is running" in slow.status
    assert control(slow, "Stop")
    with pytest.raises(BusyError, match="Another training"):
        bench.run()
    control(bench, "Start").click()
    assert "Another training is running" in bench.status
    assert control(bench, "Start")
    assert slow.experiment.training.running


def test_the_interrupt_stops_a_run_by_hand_and_keeps_it(slow, own_signal):
    def interrupt():
        until(lambda: "Epoch 1 of 3" in shown_text(slow))
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=interrupt).start()
    done = slow.run(hidden=3)
    assert done.stopped
    assert list(slow.runs) == [done]


def test_settings_that_do_not_fit_together_get_a_sentence(home):
    made = ExperimentBench(
        "clothes", architectures.clothes_convolutional, {"filters": [4], "convolutions": [4, 1]}, (IMAGES, LABELS)
    )
    text = "filters 4, convolutions 4): with convolutions 3 the image is down to 1 × 1 pixel"
    assert text in shown_text(made)
    control(made, "Start").click()
    assert text in made.status
    with pytest.raises(ExperimentError, match="too small"):
        made.run()
    assert made.run(convolutions=1, epochs=1).curves


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"hiden": 4}, "'hiden' is not a setting here; these are: hidden, learning_rate, epochs, batch_size."),
        ({"epochs": 0}, "epochs is 0; it has to be a whole number from 1."),
        ({"batch_size": 2.5}, "batch_size is 2.5; it has to be a whole number from 1."),
    ],
)
def test_a_setting_that_cannot_be_is_refused(bench, settings, text):
    with pytest.raises(ExperimentError) as error:
        bench.run(**settings)
    assert str(error.value) == text


def test_a_network_that_does_not_know_its_images_gets_a_sentence(home):
    made = ExperimentBench(
        "digits", lambda hidden: keras.Sequential([keras.layers.Dense(hidden)]), {"hidden": [2]}, (IMAGES, LABELS)
    )
    assert "keras.Input" in shown_text(made)
    with pytest.raises(ExperimentError, match=r"keras\.Input"):
        made.run()


def test_a_training_that_fails_is_told_and_leaves_no_run(home):
    made = ExperimentBench("digits", tiny, {"hidden": [2]}, (np.zeros((8, 5)), np.zeros(8)))
    with pytest.raises(ExperimentError, match="incompatible"):
        made.run()
    assert "The training failed" in made.status
    assert len(made.runs) == 0


@pytest.mark.parametrize("make", [Slowly, lambda *_: tf.data.Dataset.from_tensors((np.zeros((8, 4)), np.zeros(8)))])
def test_data_that_come_in_batches(make, recwarn):
    made = ExperimentBench("batches", tiny, {"hidden": [2], "epochs": [1]}, make(2, 0), make(1, 0))
    assert made.run().images is None
    assert [str(one.message) for one in recwarn if "shuffle" in str(one.message)] == []
    with pytest.raises(ValueError, match="batches already"):
        ExperimentBench("batches", tiny, {"batch_size": [2]}, make(2, 0))


def test_images_and_labels_of_different_number_are_refused():
    with pytest.raises(ValueError, match="192 images do not go with 191 labels"):
        ExperimentBench("digits", architectures.digits_dense, {"hidden": [4]}, (IMAGES, LABELS[1:]))


def test_a_new_kernel_finds_the_runs_as_rows_and_lines(bench):
    bench.run(epochs=1)
    again = ExperimentBench("digits", architectures.digits_dense, SETTINGS, (IMAGES, LABELS))
    assert list(again.runs) == list(bench.runs)
    assert control(again, "run 1").value
    assert shown_html(again).count("<tr") == shown_html(bench).count("<tr")


def test_which_lines_to_see_is_chosen_run_by_run(bench):
    for hidden in (4, 5):
        bench.run(hidden=hidden, epochs=1)
    both = shown_html(bench).count("<polyline")
    control(bench, "run 1").value = False
    assert shown_html(bench).count("<polyline") == both / 2


def test_every_row_has_the_color_of_its_line_and_the_best_run_is_marked(bench):
    for hidden in (4, 5):
        bench.run(hidden=hidden, epochs=1)
    best = max((1, 2), key=lambda number: bench.runs[number - 1].validation)
    rows = report.table(bench.runs).split("<tr ")[1:]
    for number, row in enumerate(rows, 1):
        assert f"background:{report.run_color(number)}22" in row
        assert (">best<" in row) is (number == best)
        assert f'stroke="{report.run_color(number)}"' in report.chart(bench.runs, [number])
    chart = report.chart(bench.runs, [1, 2])
    assert chart.count("<ellipse") == 1
    assert f"run {best}, best" in chart


def test_the_table_has_no_column_that_is_empty_in_every_row(home):
    made = ExperimentBench("batches", tiny, {"hidden": [2], "epochs": [1]}, Slowly(2, 0))
    made.run()
    head = re.findall(r'<th scope="col"[^>]*>([^<]*)', report.table(made.runs))
    assert head == ["run", "hidden", "epochs", "parameters", "seconds", "training"]


def test_clearing_asks_first(bench):
    bench.run(epochs=1)
    control(bench, "Clear runs").click()
    assert len(bench.runs) == 1
    question = control(bench, "Really clear 1?")
    bench.run(epochs=1)
    assert question.description == "Clear runs", "the question was about one run"
    question.click()
    assert question.description == "Really clear 2?"
    question.click()
    assert list(bench.runs) == list(Runs("digits")) == []
    assert not any(isinstance(part, Checkbox) for part in parts(bench))


def test_export_writes_a_csv_next_to_the_notebook_and_offers_it(bench, tmp_path):
    bench.run(epochs=1)
    control(bench, "Export CSV").click()
    assert bench.status == "Written to digits-runs.csv, next to this notebook."
    assert "data:text/csv" in shown_html(bench)
    assert (tmp_path / "digits-runs.csv").read_text().startswith("run,hidden,learning_rate,epochs,batch_size,")
    (tmp_path / "digits-runs.csv").unlink()
    (tmp_path / "digits-runs.csv").mkdir()
    control(bench, "Export CSV").click()
    assert "failed" in bench.status
    assert "data:text/csv" in shown_html(bench)


@pytest.mark.parametrize("broken", ["table", "chart"])
def test_whatever_goes_wrong_in_the_thread_or_a_button_is_said(bench, monkeypatch, broken):
    monkeypatch.setattr(report, broken, lambda *_: 1 / 0)
    bench.run(epochs=1)
    assert "division by zero" in bench.status
    assert len(bench.runs) == 1


def test_the_static_fallback_shows_the_runs(bench):
    assert "No run yet" in bench.text
    bench.run(epochs=1)
    page = bench.fallback()["text/html"]
    assert "<svg" in page
    assert "<table" in page
    assert "1 run." in bench.fallback()["text/plain"]


def test_kept_files_hold_no_path_and_no_name_of_a_machine(bench, home):
    bench.run(epochs=1)
    (file,) = (home / "runs" / "digits").glob("*.json")
    assert set(json.loads(file.read_text())) == {
        "settings", "parameters", "images", "seconds", "curves", "stopped", "date",
    }  # fmt: skip
