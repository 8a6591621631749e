"""The experiment bench: exact parameters first, training in the background, runs that are kept."""

import csv
import io
import json
import math
import signal
import threading
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.models import architectures
from helpers.plots import figures as plots
from helpers.training import report
from helpers.training.background import BusyError, busy
from helpers.training.experiments import ExperimentError
from helpers.training.progress import TrainingProgress
from helpers.training.runs import Run, Runs
from helpers.widgets.bench import ExperimentBench
from tests.slowly import Slowly, until

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
    assert made.experiment.trainer.wait(30)


def run(number=1, **changes) -> Run:
    curves = {
        "accuracy": [(1.0, 0.5), (2.0, 0.75)],
        "loss": [(1.0, 2.0), (2.0, math.nan)],
        "val_accuracy": [(2.0, 0.7)],
    }
    return Run(
        **{"settings": {"hidden": number}, "parameters": 10, "images": 60, "seconds": 1.25, "curves": curves} | changes
    )


# --- runs that are kept ----------------------------------------------------------------------------------------------


def test_runs_survive_with_all_they_hold():
    kept = Runs("digits")
    kept.add(run(1))
    kept.add(run(2, stopped=True, images=None))
    found = Runs("digits")
    assert [one.settings for one in found] == [{"hidden": 1}, {"hidden": 2}]
    assert found[1].stopped
    assert found[0].validation == 0.7
    assert math.isnan(found[0].curves["loss"][1][1])
    assert found[0].curves["accuracy"] == run().curves["accuracy"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"settings": {}}', '{"curves": {"accuracy": 3}}', "\x00"])
def test_a_broken_file_is_left_out_left_alone_and_named(text, home):
    Runs("digits").add(run())
    (home / "runs" / "digits" / "broken.json").write_text(text)
    found = Runs("digits")
    assert len(found) == 1
    assert "broken.json" in found.trouble
    assert (home / "runs" / "digits" / "broken.json").read_text() == text


def test_a_folder_that_cannot_be_written_keeps_the_runs_in_memory_and_says_so(home):
    home.write_text("a file where the folder should be")
    kept = Runs("digits")
    kept.add(run())
    assert len(kept) == 1
    assert "COURSE_HOME" in kept.trouble
    assert "only as long as this kernel runs" in kept.trouble


def test_a_write_that_is_cut_short_leaves_no_half_run(home, monkeypatch):
    def full_disk(self, *_):
        self.touch()
        raise OSError(28, "No space left on device")

    kept = Runs("digits")
    monkeypatch.setattr("pathlib.Path.write_bytes", full_disk)
    kept.add(run())
    assert "disk is full" in kept.trouble
    assert list((home / "runs" / "digits").iterdir()) == []


def test_clearing_forgets_them_on_disk_too():
    kept = Runs("digits")
    kept.add(run())
    kept.clear()
    assert (list(kept), list(Runs("digits"))) == ([], [])


@pytest.mark.parametrize("name", ["", "../elsewhere", "a b", "a/b"])
def test_a_name_that_is_no_folder_name_is_refused(name):
    with pytest.raises(ValueError, match="letters, digits"):
        Runs(name)


def test_the_table_as_csv_has_every_setting_that_any_run_had():
    kept = Runs("digits")
    kept.add(run())
    kept.add(run(settings={"filters": 8}, stopped=True))
    first, second = csv.DictReader(io.StringIO(kept.csv()))
    assert (first["hidden"], first["filters"], second["filters"]) == ("1", "", "8")
    assert (first["training"], first["validation"], first["seconds"]) == ("0.75", "0.7", "1.2")
    assert (first["stopped"], second["stopped"]) == ("no", "yes")


# --- networks and what is shown of them ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        (architectures.digits_dense, 42_310),
        (architectures.clothes_dense, 101_770),
        (architectures.clothes_convolutional, 243_786),
    ],
)
def test_the_lessons_networks_have_their_parameters_and_their_rows_add_up(build, parameters):
    model = build()
    assert model.count_params() == parameters == sum(row[2] for row in architectures.layer_table(model))
    assert model(IMAGES[:2]).shape == (2, 10)
    assert model.predict(IMAGES[:2, ..., 0], verbose=0).shape == (2, 10)  # (N, 28, 28) as well


def test_shapes_are_those_of_the_lesson():
    rows = architectures.layer_table(architectures.clothes_convolutional())
    assert [shape for _, shape, _ in rows] == [
        "26 × 26 × 64", "13 × 13 × 64", "11 × 11 × 64", "5 × 5 × 64", "1600", "128", "10",
    ]  # fmt: skip
    assert ("Flatten", "1600", 0) in architectures.layer_table(architectures.clothes_convolutional())


def test_a_network_without_an_input_is_told_what_it_lacks():
    with pytest.raises(ValueError, match=r"keras\.Input"):
        architectures.layer_table(keras.Sequential([keras.layers.Dense(2)]))


def test_the_chart_has_a_solid_and_a_dashed_line_for_every_chosen_run_and_for_the_one_under_way():
    now = TrainingProgress(2, 9, 1, 4, history={"accuracy": [(1, 0.5)], "loss": [(1, 0.5)]}, latest={"accuracy": 0.6})
    image = report.chart([run(1), run(2), run(3)], [1, 3], now)
    assert image.count("<polyline") == 2 + 2 + 1 + 2  # two runs by epoch, the one under way, two by time
    assert image.count("stroke-dasharray") == 2
    assert ">now<" in image
    assert report.run_color(2) not in image
    assert "Best on the validation data: run 1" in report.summary([run(1), run(2)])


@pytest.mark.parametrize(
    ("metric", "best"), [("accuracy", 2), ("val_loss", 1), ("mae", 1), ("mean_squared_error", 1), ("auc", 2)]
)
def test_less_is_better_where_an_error_is_measured(metric, best):
    assert plots.lower_is_better(metric) == (best == 1)
    assert f"best validation 0.{best}00" in plots._curve_text("", metric, [0, 0], [0.1, 0.2])


# --- the bench -------------------------------------------------------------------------------------------------------


def test_layers_and_exact_parameters_are_shown_before_training_and_follow_the_sliders(bench):
    assert f"{784 * 4 + 4 + 4 * 4 + 4 + 4 * 10 + 10:,}" in bench._layers.value
    bench._sliders["hidden"].value = 8
    assert f"{784 * 8 + 8 + 8 * 8 + 8 + 8 * 10 + 10:,}" in bench._layers.value
    assert len(bench.runs) == 0


def test_every_control_has_a_label(bench):
    assert [slider.description for slider in bench._sliders.values()] == [
        "hidden",
        "learning rate",
        "epochs",
        "batch size",
    ]
    assert all(button.description for button in (bench._go, bench._stop, bench._forget, bench._save))


def test_sliders_begin_where_they_are_told_to(home):
    made = ExperimentBench("slow", tiny, {"hidden": [2, 3]}, Slowly(1, 0), start={"hidden": 3})
    assert made._sliders["hidden"].value == 3
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
    assert f"{done.validation:.3f}" in bench._table.value


def test_batch_size_and_learning_rate_reach_the_training(home):
    seen = []

    def build(learning_rate):
        model = architectures.digits_dense(2, learning_rate)
        seen.append(float(model.optimizer.learning_rate.value))
        return model

    made = ExperimentBench(
        "digits", build, {"learning_rate": [0.5], "batch_size": [96], "epochs": [1]}, (IMAGES, LABELS)
    )
    steps = []
    made.experiment.trainer._changed = lambda standing: steps.append(standing.steps)
    made.run()
    assert seen[-1] == 0.5
    assert steps[-1] == 2


def test_start_leaves_the_kernel_free_and_stop_keeps_the_run(slow):
    begin = time.monotonic()
    slow._go.click()
    assert time.monotonic() - begin < 2
    until(lambda: slow.experiment.trainer.standing.step >= 3)
    until(lambda: "Epoch 1 of 3" in slow._live.value)
    assert not slow._stop.disabled
    slow._stop.click()
    assert slow.experiment.trainer.wait(20)
    (kept,) = slow.runs
    assert kept.stopped
    assert kept.validation is not None
    assert slow._stop.disabled
    assert "Run 1: Stopped in epoch 1 of 3" in slow._status.value
    assert "stopped" in slow._table.value
    assert Runs("slow")[0].settings == {"hidden": 2, "epochs": 3}


def test_a_second_start_says_so_on_any_bench(slow, bench):
    slow._go.click()
    until(lambda: slow.experiment.trainer.standing.step >= 1)
    slow._go.click()
    assert "Another training is running" in slow._status.value
    with pytest.raises(BusyError, match="Another training"):
        bench.run()
    assert bench._stop.disabled
    assert slow.experiment.trainer.running


@pytest.fixture
def interrupts():
    """SIGINT as a kernel has it: whoever starts the tests in the background of a shell has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_interrupt_stops_a_run_by_hand_and_keeps_it(slow, interrupts):
    threading.Timer(1.5, lambda: signal.raise_signal(signal.SIGINT)).start()
    done = slow.run(hidden=3)
    assert done.stopped
    assert slow.runs == [done]


def test_settings_that_do_not_fit_together_get_a_sentence(home):
    made = ExperimentBench(
        "clothes", architectures.clothes_convolutional, {"filters": [4], "convolutions": [4, 1]}, (IMAGES, LABELS)
    )
    text = "filters 4, convolutions 4): the image has become too small"
    assert text in made._layers.value
    made._go.click()
    assert text in made._status.value
    with pytest.raises(ExperimentError, match="too small"):
        made.run()
    assert made.run(convolutions=1, epochs=1).curves


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"hiden": 4}, "There is no setting 'hiden' here; there are: hidden, learning_rate, epochs, batch_size."),
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
    assert "keras.Input" in made._layers.value
    with pytest.raises(ExperimentError, match=r"keras\.Input"):
        made.run()


def test_a_training_that_fails_is_told_and_leaves_no_run(home):
    made = ExperimentBench("digits", tiny, {"hidden": [2]}, (np.zeros((8, 5)), np.zeros(8)))
    with pytest.raises(ExperimentError, match="incompatible"):
        made.run()
    assert "The training failed" in made._status.value
    assert made.runs == []


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
    assert again.runs == bench.runs
    assert [box.description for box in again._choice.children] == ["run 1"]
    assert again._table.value == bench._table.value


def test_which_lines_to_see_is_chosen_run_by_run(bench):
    for hidden in (4, 5):
        bench.run(hidden=hidden, epochs=1)
    both = bench._chart.value.count("<polyline")
    bench._choice.children[0].value = False
    assert bench._chart.value.count("<polyline") == both / 2


def test_clearing_asks_first(bench):
    bench.run(epochs=1)
    bench._forget.click()
    assert len(bench.runs) == 1
    assert bench._forget.description == "Really clear 1?"
    bench.run(epochs=1)
    assert bench._forget.description == "Clear runs", "the question was about one run"
    bench._forget.click()
    assert bench._forget.description == "Really clear 2?"
    bench._forget.click()
    assert bench.runs == Runs("digits") == []
    assert bench._choice.children == ()


def test_export_writes_a_csv_beside_the_notebook_and_offers_it(bench, tmp_path):
    bench.run(epochs=1)
    bench._save.click()
    assert "<code>digits-runs.csv</code>" in bench._status.value
    assert "data:text/csv" in bench._status.value
    assert str(tmp_path) not in bench._status.value
    assert (tmp_path / "digits-runs.csv").read_text().startswith("run,hidden,learning_rate,epochs,batch_size,")
    (tmp_path / "digits-runs.csv").unlink()
    (tmp_path / "digits-runs.csv").mkdir()
    bench._save.click()
    assert "failed" in bench._status.value
    assert "data:text/csv" in bench._status.value


def test_the_stand_in_shows_the_runs_without_a_kernel(bench):
    assert "No run yet" in bench.fallback()["text/plain"]
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
