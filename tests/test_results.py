"""Reference results: shown next to what a learner got, honest about their source, and measured by today's recipes."""

import json
import socket

import numpy as np
import pytest

from helpers import data, results
from helpers.results import reference
from helpers.results.recipes import RECIPES, ImageTrainingConfig, TrainingConfig
from tools import measure, measure_photographs


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


def test_the_learners_value_is_next_to_the_range(file, capsys):
    seeds = [{"test_accuracy": accuracy, "epochs": 3} for accuracy in (0.91, 0.95, 0.93)]
    file.write_text(json.dumps({"digits_dense": {"offline": an_entry(*seeds)}}))
    results.compare("digits_dense", test_accuracy=np.float32(0.955), epochs=4, validation_accuracy=1.0)
    assert capsys.readouterr().out.splitlines() == [
        "test accuracy: you got .955; over three seeds .910–.950 (offline sample)",
        "epochs: you got 4; over three seeds 3–3 (offline sample)",
        "validation accuracy: you got 1.000; nothing was measured beforehand (offline sample)",
    ]


def test_a_single_seed_is_no_range(file, capsys):
    file.write_text(json.dumps({"digits_dense": {"offline": an_entry({"test_accuracy": 0.91})}}))
    results.compare("digits_dense", test_accuracy=0.9)
    assert capsys.readouterr().out == "test accuracy: you got .900; another run .910 (offline sample, one seed)\n"


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


@pytest.mark.parametrize(("value", "text"), [(0.9575, ".958"), (1.0, "1.000"), (0.0, ".000"), (12, "12"), (12.4, "12")])
def test_numbers_are_short(value, text):
    assert results.format_number(value) == text


def test_curves_are_those_of_every_seed_of_the_source_in_use(file):
    assert results.seed_curves("cats_dogs_plain") == {}
    seeds = [{"curves": {"loss": [3, seed], "val_loss": [4, seed]}} for seed in (1, 2)]
    file.write_text(json.dumps({"cats_dogs_plain": {"offline": an_entry(*seeds), "official": an_entry(seeds[0])}}))
    assert results.seed_curves("cats_dogs_plain") == {"loss": [[3, 1], [3, 2]], "val_loss": [[4, 1], [4, 2]]}
    assert results.seed_curves("cats_dogs_plain", "official") == {"loss": [[3, 1]], "val_loss": [[4, 1]]}


def test_seeds_are_printed_with_their_median_and_cost(file, capsys):
    results.print_seeds("strong_baseline")
    assert "Nothing has been measured yet: python -m tools.measure" in capsys.readouterr().out
    seeds = [{"validation_accuracy": value, "seconds": 10 * value, "cpu_seconds": 20.0} for value in (0.5, 0.7, 0.6)]
    file.write_text(json.dumps({"strong_baseline": {"official": an_entry(*seeds)}}))
    results.print_seeds("strong_baseline")
    assert capsys.readouterr().out == (
        "official: 3 seed(s), validation 0.500, 0.700, 0.600; median 0.600 in 6 seconds, 20 of processor time\n"
    )


def test_the_table_of_photographs_has_medians_and_what_each_network_was_trained_on(file, capsys):
    results.print_photographs_table()
    assert "Nothing has been measured yet" in capsys.readouterr().out
    names = ("validation_accuracy", "photographs_horses", "photographs_humans", "photographs_balanced")
    entry = an_entry(*({name: value for name in names} for value in (0.5, 0.75)))
    entry["images"] = {"photographs": {"horse": 15, "human": 13}}
    file.write_text(json.dumps({"photographs_varied_both": {"official": entry}}))
    results.print_photographs_table()
    lines = capsys.readouterr().out
    assert "28 photographs" in lines
    assert lines.splitlines()[-3].split() == ["varied*", "official", "+", "rendered", "2", "0.625", "|", *["0.62"] * 3]


# --- the results that ship -------------------------------------------------------------------------------------------

SHIPPED = results.load()
CONFIGS = measure.RECIPES | measure_photographs.configs(measure.reference.FILE.parent)
ENTRIES = [pytest.param(name, source, id=f"{name}-{source}") for name in SHIPPED for source in SHIPPED[name]]


@pytest.mark.parametrize(("name", "source"), ENTRIES)
def test_shipped_results_are_of_todays_recipe_and_agree_with_their_seeds(name, source):
    entry, config = SHIPPED[name][source], CONFIGS[name]
    assert list(entry["seeds"]) == ["1", "2", "3", "4", "5"][: len(entry["seeds"])]
    recipe = measure.recipe_of(config)
    assert entry["recipe"] in (recipe, recipe | {"edition": 1})
    for value in set(entry["seeds"]["1"]) - {"curves"}:
        assert entry[value] == measure.min_median_max([seed[value] for seed in entry["seeds"].values()])
    assert entry["command"] == measure.command_of(name, source)
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
        if isinstance(config, TrainingConfig)
    }
    assert official["digits_dense"] >= 0.965
    assert official["clothes_dense"] >= 0.87
    assert SHIPPED["strong_baseline"]["official"]["validation_accuracy"]["min"] >= 0.85


def test_shipped_results_name_no_machine():
    assert socket.gethostname() not in reference.FILE.read_text("utf-8")
