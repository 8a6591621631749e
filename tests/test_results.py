"""Reference results: shown next to what a learner got, honest about their source, and measured by today's recipes."""

import json
import socket

import keras
import numpy as np
import pytest

from data_scripts.errors import DataError
from helpers import data, results
from helpers.results import reference, tables
from helpers.results.recipes import RECIPES, ImageTrainingConfig, TrainingConfig, first_filters, shifted_accuracy
from tools import measure


def an_entry(*seeds: dict) -> dict:
    """What the file has for a network and a source."""
    return {name: measure.min_median_max([seed[name] for seed in seeds]) for name in seeds[0] if name != "curves"} | {
        "seeds": {str(number): seed for number, seed in enumerate(seeds, 1)}
    }


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A place for results, in use instead of those that ship, with the offline source."""
    monkeypatch.setattr(reference, "FILE", tmp_path / "reference.json")
    monkeypatch.setattr(data, "source", lambda name: "offline")
    monkeypatch.setenv("COURSE_BUDGET", "full")
    return tmp_path / "reference.json"


@pytest.mark.parametrize("text", ["", "\0", "[]", "null", '"x"', "[" * 100_000])
def test_results_that_are_damaged_stop_no_lesson_and_are_never_written_over(file, capsys, text):
    file.write_text(text)
    results.compare("digits_dense", test_accuracy=0.9)
    results.print_photographs_table()
    printed = capsys.readouterr().out
    assert printed.count(f"{file} is damaged.") == 2
    assert "you got .900; nothing was measured beforehand" in printed
    with pytest.raises(DataError, match="is damaged"):
        results.load(file)


def test_the_learners_value_is_next_to_the_range(file, capsys):
    seeds = [{"test_accuracy": accuracy, "epochs": 3} for accuracy in (0.91, 0.95, 0.93)]
    file.write_text(json.dumps({"digits_dense": {"offline": an_entry(*seeds)}}))
    results.compare("digits_dense", test_accuracy=np.float32(0.955), epochs=4, validation_accuracy=1.0)
    assert capsys.readouterr().out.splitlines() == [
        "test accuracy: you got .955; three reference runs .930 ± .020, from .910 to .950 (offline sample)",
        "  Just above that range, and that's normal: a new run is outside in 50 % of cases.",
        "epochs: you got 4; three reference runs 3 ± 0, from 3 to 3 (offline sample)",
        "validation accuracy: you got 1.000; nothing was measured beforehand (offline sample)",
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.94, None), (0.9196, None), (0.96004, None), (0.92, None), (0.96, None), (0.915, "Just below"), (0.97, "Just above"), (0.8, "Well below"), (1.0, "Well above")],
)  # fmt: skip
def test_a_value_outside_the_range_gets_a_sentence_that_fits(file, capsys, monkeypatch, value, said):
    seeds = [{"test_accuracy": accuracy} for accuracy in (0.92, 0.93, 0.94, 0.95, 0.96)]
    file.write_text(json.dumps({"digits_dense": {"offline": an_entry(*seeds)}}))
    results.compare("digits_dense", test_accuracy=value)
    first, *more = capsys.readouterr().out.splitlines()
    assert first.endswith("; five reference runs .940 ± .016, from .920 to .960 (offline sample)")
    assert [line.strip()[: len(said or "")] for line in more] == [said] * bool(said)
    monkeypatch.setenv("COURSE_BUDGET", "quick")
    results.compare("digits_dense", test_accuracy=value)
    assert len(capsys.readouterr().out.splitlines()) == 1, "of a quick run nothing is to be expected"


def test_a_hairs_breadth_is_no_fault_where_all_runs_end_alike(file, capsys):
    file.write_text(json.dumps({"digits_dense": {"offline": an_entry(*[{"training_accuracy": 1.0}] * 3)}}))
    results.compare("digits_dense", training_accuracy=0.996)
    results.compare("digits_dense", training_accuracy=0.98)
    _, near, _, far = capsys.readouterr().out.splitlines()
    assert near.startswith("  Just below that range")
    assert far.startswith("  Well below that range")


def test_a_single_seed_is_no_range(file, capsys):
    file.write_text(json.dumps({"digits_dense": {"offline": an_entry({"test_accuracy": 0.91})}}))
    results.compare("digits_dense", test_accuracy=0.9)
    assert capsys.readouterr().out == "test accuracy: you got .900; one reference run .910 (offline sample)\n"


def test_rendered_images_are_not_called_a_sample(file, capsys):
    results.compare("cats_dogs_plain", validation_accuracy=0.7)
    assert "nothing was measured beforehand (offline images)" in capsys.readouterr().out


def test_a_quick_run_on_official_data_is_named(file, monkeypatch, capsys):
    monkeypatch.setattr(data, "source", lambda name: "official")
    monkeypatch.setenv("COURSE_BUDGET", "quick")
    results.compare("digits_dense", test_accuracy=0.5)
    assert capsys.readouterr().out == (
        "test accuracy: you got .500; this was a quick run; nothing was measured beforehand (official data)\n"
    )


def test_an_unknown_network_is_a_key_error():
    with pytest.raises(KeyError):
        results.compare("no_such_network", test_accuracy=0.5)


@pytest.mark.parametrize("value", [10**400, float("nan"), float("inf"), "high", None, [0.9, 0.8]])
def test_what_is_no_number_is_not_compared(value):
    with pytest.raises(ValueError, match=r"test_accuracy is .*; it is one number, such as 0\.95\."):
        results.compare("digits_dense", test_accuracy=value)


@pytest.mark.parametrize(("value", "text"), [(0.9575, ".958"), (1.0, "1.000"), (0.0, ".000"), (12, "12"), (12.4, "12")])
def test_numbers_are_short(value, text):
    assert results.format_number(value) == text


def test_curves_are_those_of_every_seed_of_the_source_in_use(file):
    assert results.seed_curves("cats_dogs_plain") == {}
    seeds = [{"curves": {"loss": [3, seed], "val_loss": [4, seed]}} for seed in (1, 2)]
    file.write_text(json.dumps({"cats_dogs_plain": {"offline": an_entry(*seeds), "official": an_entry(seeds[0])}}))
    assert results.seed_curves("cats_dogs_plain") == {"loss": [[3, 1], [3, 2]], "val_loss": [[4, 1], [4, 2]]}
    assert results.seed_curves("cats_dogs_plain", "official") == {"loss": [[3, 1]], "val_loss": [[4, 1]]}


def test_a_shorter_run_is_compared_with_the_curves_at_its_last_epoch(file, capsys):
    curves = {"accuracy": [0.5, 0.6, 0.9], "val_accuracy": [0.4, 0.7, 0.8], "val_loss": [0.7, 0.6, 0.5]}
    other = {"accuracy": [0.5, 0.7, 0.9], "val_accuracy": [0.4, 0.6, 0.8], "val_loss": [0.5, 0.6, 0.4]}
    seeds = [{"validation_accuracy": 0.8, "curves": curves}, {"validation_accuracy": 0.8, "curves": other}]
    file.write_text(json.dumps({"cats_dogs_plain": {"offline": an_entry(*seeds)}}))
    results.compare("cats_dogs_plain", at_epoch=2, training_accuracy=0.65, validation_accuracy=0.65, best_epoch=2)
    assert capsys.readouterr().out.splitlines() == [
        "training accuracy: you got .650; two reference runs .650 ± .071, from .600 to .700 (offline images)",
        "validation accuracy: you got .650; two reference runs .650 ± .071, from .600 to .700 (offline images)",
        "best epoch: you got 2; two reference runs 2 ± 1, from 1 to 2 (offline images)",
    ]
    results.compare("cats_dogs_plain", at_epoch=4, validation_accuracy=0.65)
    assert "nothing was measured beforehand" in capsys.readouterr().out, "no curve is that long"
    assert results.seed_curves("cats_dogs_plain", epochs=1)["val_loss"] == [[0.7], [0.5]]


def test_seeds_are_printed_with_their_median_and_cost(file, capsys):
    results.print_seeds("strong_baseline")
    assert "Nothing has been measured yet: python -m tools.measure" in capsys.readouterr().out
    seeds = [{"validation_accuracy": value, "seconds": 10 * value, "cpu_seconds": 20.0} for value in (0.5, 0.7, 0.6)]
    file.write_text(json.dumps({"strong_baseline": {"official": an_entry(*seeds)}}))
    results.print_seeds("strong_baseline")
    assert capsys.readouterr().out == (
        "official: 3 seed(s), validation 0.500, 0.700, 0.600; median 0.600 in 6 seconds, 20 of processor time\n"
    )


def test_the_table_of_photographs_adds_up_and_has_the_photographs_that_nothing_was_tuned_on(file, capsys):
    results.print_photographs_table()
    assert "Nothing has been measured yet" in capsys.readouterr().out
    seeds = [
        {"validation_accuracy": 0.5, "photographs_horses": 0.9, "photographs_humans": 0.1},
        {"validation_accuracy": 0.7, "photographs_horses": 0.5, "photographs_humans": 0.2},
        {"validation_accuracy": 0.9, "photographs_horses": 0.1, "photographs_humans": 0.3},
    ]
    entry = an_entry(*seeds) | {"images": {"photographs": {"horse": 15, "human": 13}}}
    file.write_text(json.dumps({"photographs_varied_both": {"official": entry}}))
    results.print_photographs_table()
    head, _, _, *rows = capsys.readouterr().out.splitlines()
    assert "28 photographs" in head
    assert [row.split("|")[1].split() for row in rows] == [["0.50", "0.20", "0.35"], ["0.83", "0.42", "0.62"]]
    assert rows[1].startswith("… on 27 others")


def test_answers_are_counted_over_the_seeds(file, capsys):
    results.print_answers("horses_humans_300", "horses_humans_150")
    assert "Nothing has been measured yet: python -m tools.measure --network horses" in capsys.readouterr().out
    seeds = [{"validation_accuracy": 0.9, "human_astronaut": value, "human_rider": 0.0} for value in (0.5, 0.4, 0.9)]
    entries = {"horses_humans_150": an_entry(seeds[0]), "horses_humans_300": an_entry(*seeds)}  # in the file's order
    file.write_text(json.dumps({name: {"offline": entry} for name, entry in entries.items()}))
    results.print_answers("horses_humans_300", "horses_humans_150")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        ["called", "human", "by", "horses_humans_300", "horses_humans_150"],
        ["astronaut", "2", "of", "3", "1", "of", "1"],
        ["rider", "0", "of", "3", "0", "of", "1"],
    ]


def test_accuracy_by_images_has_a_panel_for_each_source_and_says_the_same_in_words(file, capsys, monkeypatch):
    results.show_by_images()
    assert "Nothing has been measured yet" in capsys.readouterr().out
    seeds = [
        {"validation_accuracy_10": low, "validation_accuracy_1000": 0.98, "curves": {"val_accuracy": [low, 0.98]}}
        for low in (0.9, 0.95)
    ]
    entry = an_entry(*seeds) | {"recipe": {"counts": [10, 1000]}}
    file.write_text(json.dumps({"head_by_images": {"offline": entry, "official": entry}}))
    shown = []
    monkeypatch.setattr(tables.figures, "show", lambda figure, text: shown.append((figure, text)))
    results.show_by_images()
    [(figure, text)] = shown
    assert len(figure.axes) == 2
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["10", "1,000"]
    words = "head on borrowed features: .900 to .950 from 10, .980 from 1,000 (two seeds)."
    assert text == f"Rendered cats and dogs, {words} Photographs of cats and dogs, {words}"


def test_the_head_on_photographs_is_printed_with_its_worst_draw(file, capsys):
    results.print_head_on_photographs()
    assert "Nothing has been measured yet" in capsys.readouterr().out
    seeds = [{"from_rendered": 0.7, "from_photographs": value, "from_photographs_worst": 0.9} for value in (0.96, 1.0)]
    images = {"train": 1027, "photographs": {"horse": 15, "human": 13}}
    entry = an_entry(*seeds) | {"images": images, "recipe": {"each": 10, "draws": 10}}
    file.write_text(json.dumps({"head_on_photographs": {"offline": entry}}))
    results.print_head_on_photographs()
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "from 1,027 images rendered by the course → 28 photographs: .700"
    assert lines[2] == "from 10 photographs of each → the other 8: .980 (10 draws for each seed; the worst .900)"


# --- the results that ship -------------------------------------------------------------------------------------------

SHIPPED = results.load()
ENTRIES = [pytest.param(name, source, id=f"{name}-{source}") for name in SHIPPED for source in SHIPPED[name]]


@pytest.mark.parametrize(("name", "source"), ENTRIES)
def test_shipped_results_are_of_todays_recipe_and_agree_with_their_seeds(name, source):
    entry, config = SHIPPED[name][source], measure.RECIPES[name]
    assert list(entry["seeds"]) == ["1", "2", "3", "4", "5"][: len(entry["seeds"])]
    recipe = measure.recipe_of(config)
    assert entry["recipe"] in (recipe, recipe | {"edition": 1})
    for value in set(entry["seeds"]["1"]) - {"curves"}:
        assert entry[value] == measure.min_median_max([seed[value] for seed in entry["seeds"].values()])
    assert entry["command"] == measure.command_of(name, config, source)
    assert {"machine", "versions", "date", "images"} <= set(entry)
    assert ("studio" in entry) == config.is_rendered(source)  # null: of the first edition, which was not recorded
    if isinstance(config, ImageTrainingConfig):
        for seed in entry["seeds"].values():
            assert {len(values) for values in seed["curves"].values()} == {config.epochs}
            assert seed["validation_accuracy"] == seed["curves"]["val_accuracy"][-1]


def test_shipped_results_hold_what_the_course_promises():
    assert set(RECIPES) <= set(SHIPPED)
    for name in ("digits_dense", "clothes_dense"):  # lessons 01 and 02 quote five seeds of both sources
        assert [len(SHIPPED[name][source]["seeds"]) for source in ("offline", "official")] == [5, 5]
    official = {
        name: SHIPPED[name]["official"]["test_accuracy"]["median"]
        for name, config in RECIPES.items()
        if isinstance(config, TrainingConfig) and "official" in SHIPPED[name]
    }
    assert official["digits_dense"] >= 0.965
    assert official["clothes_dense"] >= 0.87
    assert SHIPPED["strong_baseline"]["official"]["validation_accuracy"]["min"] >= 0.85
    head = SHIPPED["head_by_images"]["official"]
    assert len(head["seeds"]) >= 3
    assert head["validation_accuracy_30"]["median"] >= 0.94
    assert head["validation_accuracy_1000"]["median"] >= 0.97
    assert SHIPPED["head_on_photographs"]["offline"]["from_photographs"]["median"] >= 0.95


def test_shipped_results_bear_out_what_lesson_04_says_of_every_seed():
    def of(network: str, name: str) -> list[float]:
        return [seed[name] for seed in SHIPPED[network]["offline"]["seeds"].values()]

    dense = [*of("clothes_dense_short", "validation_accuracy"), *of("clothes_dense_equal", "validation_accuracy")]
    frozen = of("clothes_convolutional_frozen", "validation_accuracy")
    trained = of("clothes_convolutional", "validation_accuracy")
    assert min(trained) > max(dense + frozen)
    assert min(dense) < max(frozen), "frozen filters are not clearly worse than a dense network"
    assert min(of("clothes_convolutional", "filter_cosine")) > 0.85
    assert set(of("clothes_convolutional_frozen", "filter_cosine")) == {1.0}
    for pixels in (2, 4):
        shifted = {name: of(name, f"shifted_{pixels}_accuracy") for name in SHIPPED if name.startswith("clothes_") and name != "clothes_dense"}  # fmt: skip
        convolutional = shifted["clothes_convolutional"] + shifted["clothes_convolutional_frozen"]
        assert min(convolutional) > max(shifted["clothes_dense_short"] + shifted["clothes_dense_equal"])


def test_shipped_results_bear_out_what_lesson_08_says_of_every_seed():
    def curves(network: str, metric: str, source: str = "offline") -> np.ndarray:
        return np.array([seed["curves"][metric] for seed in SHIPPED[network][source]["seeds"].values()])

    plain, augmented = (curves(f"cats_dogs_{name}_long", "val_accuracy") for name in ("plain", "augmented"))
    kept = curves("cats_dogs_augmented_long", "val_loss")[:, :16].argmin(axis=1)
    assert (augmented[np.arange(len(kept)), kept] > plain.max(axis=1)).all(), "16 epochs against the best of plain's 40"
    assert augmented[:, -1].min() > plain.max()
    assert np.abs(plain[:, 14:] - plain[:, 14:15]).max() < 0.02, "more epochs don't help plain"
    assert (curves("cats_dogs_augmented_long", "accuracy")[:, -1] < augmented[:, -1]).all()
    dropout, both = (curves(f"cats_dogs_{name}_long", "val_accuracy") for name in ("dropout", "both"))
    assert plain[:, -1].min() < dropout[:, -1].min() <= dropout[:, -1].max() < plain[:, -1].max()
    assert both[:, -1].max() < augmented[:, -1].min()
    assert (both[0, -10:].min(), both[0, -10:].max()) == (0.702, 0.863), "still jumping"
    assert curves("cats_dogs_dropout_long", "val_loss")[0].argmin() == 7
    for source in ("offline", "official"):  # 15 epochs in batches of 128: plain is ahead, both is last
        means = {name: curves(f"cats_dogs_{name}", "val_accuracy", source)[:, -1].mean() for name in ("plain", "dropout", "augmented", "both")}  # fmt: skip
        assert max(means, key=means.get) == "plain"
        assert min(means, key=means.get) == "both"


def test_filters_are_rows_and_shifts_fill_up_with_zeros():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(5, 3), keras.layers.Flatten()])
    rows = first_filters(model)
    assert rows.shape == (5, 9)
    assert np.array_equal(rows[2], model.layers[0].get_weights()[0][:, :, 0, 2].ravel())
    assert first_filters(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])) is None

    images = np.zeros((1, 4, 4), "float32")
    images[0, 0, 1] = 1
    seen = []
    flat = keras.Sequential([keras.Input((4, 4)), keras.layers.Flatten()])
    flat.predict = lambda moved, **_: seen.extend(moved) or np.eye(16)[[0, 1, 1, 1]]
    assert shifted_accuracy(flat, images, np.array([1]), 1) == 0.75
    places = [np.argwhere(image).tolist() for image in seen]
    assert places == [[[1, 1]], [], [[0, 2]], [[0, 0]]], "down, up (out of the image), right, left"


def test_shipped_results_name_no_machine():
    assert socket.gethostname() not in reference.FILE.read_text("utf-8")
