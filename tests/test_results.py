"""Measured ranges: resumable, honest about their source, and shown beside what a learner got."""

import json
import socket
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from helpers import data
from helpers.results import reference
from helpers.results.image_recipes import ImageTrainingConfig
from helpers.results.reference import RECIPES, compare, format_number, load, main, measure, measure_missing

HERE = {"machine": "a machine, 2 cores", "versions": {"keras": "3"}}


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A place for figures, tiny data, and a recipe that takes no time."""
    images = np.random.default_rng(0).integers(0, 256, (60, 28, 28), "uint8")
    labels = np.arange(60) % 10
    monkeypatch.setattr(data, "arrays", lambda name: ((images, labels), (images[:20], labels[:20])))
    monkeypatch.setattr(data, "source", lambda name: "offline")
    monkeypatch.setattr(reference, "environment", lambda: HERE)
    monkeypatch.setitem(RECIPES, "digits_dense", replace(RECIPES["digits_dense"], epochs=1, settings={"hidden": 2}))
    monkeypatch.setenv("COURSE_SOURCE", "offline")  # `complete` changes it
    monkeypatch.setenv("COURSE_BUDGET", "full")
    return tmp_path / "results.json"


def counted(monkeypatch, stop_after=None):
    """Puts a quick stand-in for `measure` in place; returns the list of seeds it was asked for."""
    seeds = []

    def instead(recipe, arrays, seed):
        if stop_after is not None and len(seeds) == stop_after:
            raise KeyboardInterrupt
        seeds.append(seed)
        return {"test_accuracy": round(0.9 + seed / 100, 2), "epochs": 3}

    monkeypatch.setattr(reference, "measure", instead)
    return seeds


def test_one_seed_is_really_trained_and_the_same_seed_gives_the_same(file):
    arrays = data.arrays("mnist")
    first, again = (measure(RECIPES["digits_dense"], arrays, seed=3) for _ in range(2))
    assert set(first) == {
        "test_accuracy", "validation_accuracy", "training_accuracy", "epochs", "seconds", "cpu_seconds",
    }  # fmt: skip
    assert first["test_accuracy"] == again["test_accuracy"]
    assert first["epochs"] == 1


def test_the_figures_are_those_of_the_epoch_whose_weights_are_kept(file, monkeypatch):
    recipe = replace(RECIPES["digits_dense"], epochs=12, batch=10, patience=1, settings={"hidden": 64})
    found = measure(recipe, data.arrays("mnist"), seed=1)
    assert 2 <= found["epochs"] < 12  # noise cannot be learned: it stops early, and has gone one epoch too far
    assert found["training_accuracy"] < 0.9


def test_a_killed_measurement_goes_on_with_the_missing_seeds(file, monkeypatch):
    counted(monkeypatch, stop_after=2)
    assert main(["--network", "digits_dense", "--source", "offline", "--file", str(file)]) == 130
    half = load(file)["digits_dense"]["offline"]
    assert list(half["seeds"]) == ["1", "2"]
    assert half["test_accuracy"] == {"min": 0.91, "median": 0.915, "max": 0.92}
    seeds = counted(monkeypatch)
    assert main(["--network", "digits_dense", "--source", "offline", "--file", str(file)]) == 0
    assert seeds == [3, 4, 5]
    whole = load(file)["digits_dense"]["offline"]
    assert whole["test_accuracy"] == {"min": 0.91, "median": 0.93, "max": 0.95}
    assert whole["epochs"] == {"min": 3, "median": 3, "max": 3}
    assert whole["images"] == {"training and validation": 60, "test": 20}


def test_what_is_complete_is_left_alone_unless_asked_for_again(file, monkeypatch, capsys):
    counted(monkeypatch)
    measure_missing("digits_dense", "offline", file)
    monkeypatch.setattr(reference, "environment", lambda: HERE | {"machine": "another"})
    seeds = counted(monkeypatch)
    measure_missing("digits_dense", "offline", file)
    assert seeds == []
    assert "all there" in capsys.readouterr().out
    measure_missing("digits_dense", "offline", file, again=True)
    assert seeds == [1, 2, 3, 4, 5]
    assert load(file)["digits_dense"]["offline"]["machine"] == "another"


def test_seeds_from_another_machine_count_and_both_machines_are_named(file, monkeypatch):
    counted(monkeypatch)
    measure_missing("digits_dense", "offline", file, seeds=(1, 2))
    monkeypatch.setattr(reference, "environment", lambda: HERE | {"machine": "another"})
    seeds = counted(monkeypatch)
    measure_missing("digits_dense", "offline", file)
    kept = load(file)["digits_dense"]["offline"]
    assert seeds == [3, 4, 5] and list(kept["seeds"]) == ["1", "2", "3", "4", "5"]
    assert kept["machine"] == "a machine, 2 cores; another"


@pytest.mark.parametrize("change", ["recipe", "versions"])
def test_seeds_of_another_recipe_or_version_are_never_mixed_in(file, monkeypatch, change):
    counted(monkeypatch)
    measure_missing("digits_dense", "offline", file, seeds=(1, 2))
    if change == "recipe":
        monkeypatch.setitem(RECIPES, "digits_dense", replace(RECIPES["digits_dense"], batch=7))
    else:
        monkeypatch.setattr(reference, "environment", lambda: HERE | {"versions": {"keras": "4"}})
    seeds = counted(monkeypatch)
    measure_missing("digits_dense", "offline", file)
    assert seeds == [1, 2, 3, 4, 5]


def test_other_networks_and_sources_in_the_file_stay(file, monkeypatch):
    counted(monkeypatch)
    measure_missing("digits_dense", "offline", file)
    measure_missing("digits_dense", "official", file)
    measure_missing("clothes_dense", "offline", file)
    found = load(file)
    assert {name: list(sources) for name, sources in found.items()} == {
        "digits_dense": ["offline", "official"],
        "clothes_dense": ["offline"],
    }


def test_a_file_that_cannot_be_written_gets_one_sentence(file, monkeypatch, capsys):
    counted(monkeypatch)
    file.mkdir()
    (file / "in the way").touch()
    assert main(["--network", "digits_dense", "--source", "offline", "--file", str(file)]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_learners_value_stands_beside_the_range(file, monkeypatch, capsys):
    counted(monkeypatch)
    measure_missing("digits_dense", "offline", file)
    monkeypatch.setattr(reference, "FILE", file)
    capsys.readouterr()
    compare("digits_dense", test_accuracy=np.float32(0.955))
    assert capsys.readouterr().out == "test accuracy: you got .955; over five seeds .910–.950 (offline sample)\n"
    compare("digits_dense", epochs=4, validation_accuracy=1.0)
    assert capsys.readouterr().out.splitlines() == [
        "epochs: you got 4; over five seeds 3–3 (offline sample)",
        "validation accuracy: you got 1.000; nothing was measured beforehand (offline sample)",
    ]


def test_a_single_seed_is_no_range(file, monkeypatch, capsys):
    counted(monkeypatch)
    measure_missing("digits_dense", "offline", file, seeds=(1,))
    monkeypatch.setattr(reference, "FILE", file)
    capsys.readouterr()
    compare("digits_dense", test_accuracy=0.9)
    assert capsys.readouterr().out == "test accuracy: you got .900; another run .910 (offline sample, one seed)\n"


def test_drawn_images_are_not_called_a_sample(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(reference, "FILE", tmp_path / "nothing.json")
    monkeypatch.setattr(data, "source", lambda name: "offline")
    compare("cats_dogs_plain", validation_accuracy=0.7)
    assert "nothing was measured beforehand (offline images)" in capsys.readouterr().out


def test_a_source_without_figures_and_a_quick_run_are_named(file, monkeypatch, capsys):
    monkeypatch.setattr(reference, "FILE", file)
    monkeypatch.setattr(data, "source", lambda name: "official")
    monkeypatch.setenv("COURSE_BUDGET", "quick")
    compare("digits_dense", test_accuracy=0.5)
    assert capsys.readouterr().out == (
        "test accuracy: you got .500; this was a quick run; nothing was measured beforehand (official data)\n"
    )


@pytest.fixture
def folder_of_images(tmp_path):
    """Eight small images for training and eight for validation."""
    rng = np.random.default_rng(0)
    for split in ("train", "validation"):
        for number, label in enumerate(("cats", "dogs")):
            (tmp_path / split / label).mkdir(parents=True)
            for i in range(4):
                pixels = rng.integers(0, 100, (20, 20, 3), "uint8") + np.uint8(120 * number)
                Image.fromarray(pixels).save(tmp_path / split / label / f"{i}.png")
    return tmp_path


def test_a_network_for_folders_is_trained_and_its_curves_are_kept(folder_of_images, tmp_path, monkeypatch, capsys):
    tiny = ImageTrainingConfig(
        "cats_dogs", "cats_vs_dogs", epochs=2, batch=4, size=16, augmentation={"horizontal_flip": True}
    )
    monkeypatch.setitem(RECIPES, "cats_dogs_plain", tiny)
    monkeypatch.setattr(data, "image_folder", lambda name: folder_of_images)
    monkeypatch.setattr(data, "source", lambda name: "offline")
    monkeypatch.setattr(reference, "environment", lambda: HERE)
    monkeypatch.setattr(reference, "FILE", tmp_path / "results.json")
    monkeypatch.setenv("COURSE_SOURCE", "offline")
    assert reference.seed_curves("cats_dogs_plain") == {}
    measure_missing("cats_dogs_plain", "offline", reference.FILE, seeds=(1, 2))
    kept = load()["cats_dogs_plain"]["offline"]
    assert kept["images"] == {"train": 8, "validation": 8}
    assert list(kept["seeds"]) == ["1", "2"] and "curves" not in kept
    found = reference.seed_curves("cats_dogs_plain")
    assert set(found) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert [len(values) for values in found["val_loss"]] == [2, 2]
    assert "curves" not in capsys.readouterr().out
    measure_missing("cats_dogs_plain", "offline", tmp_path / "pieces.json", seeds=(1,), pieces=2)
    in_pieces = load(tmp_path / "pieces.json")["cats_dogs_plain"]["offline"]
    assert (kept["recipe"]["pieces"], in_pieces["recipe"]["pieces"]) == (1, 2)


def test_a_batch_is_handed_over_in_pieces_of_one_size(folder_of_images):
    recipe = ImageTrainingConfig("cats_dogs", "cats_vs_dogs", epochs=1, batch=4, pieces=2, size=16)
    train, validation = recipe.batches(folder_of_images, seed=1)
    assert train.batch_size == validation.batch_size == 2 and len(train) == 4
    with pytest.raises(ValueError, match="128 cannot be learned in 3 pieces"):
        ImageTrainingConfig("cats_dogs", "cats_vs_dogs", epochs=1, batch=128, pieces=3)


def test_an_unknown_network_is_a_key_error(file):
    with pytest.raises(KeyError):
        compare("no_such_network", test_accuracy=0.5)


@pytest.mark.parametrize(("value", "text"), [(0.9575, ".958"), (1.0, "1.000"), (0.0, ".000"), (12, "12"), (12.4, "12")])
def test_numbers_are_short(value, text):
    assert format_number(value) == text


# --- the figures that ship -------------------------------------------------------------------------------------------

SHIPPED = load()
# Every network that lessons 01 and 02 quote, and whatever else has been measured.
FROM_FOLDERS = sorted(name for name in SHIPPED if isinstance(RECIPES[name], ImageTrainingConfig))
MEASURED = ("clothes_dense", "digits_best", "digits_dense")
SETS = [(name, source) for name in MEASURED for source in ("offline", "official")]
OTHERS = [
    (name, source) for name in sorted(SHIPPED) if name not in (*MEASURED, *FROM_FOLDERS) for source in SHIPPED[name]
]


@pytest.mark.parametrize(("name", "source"), SETS + OTHERS)
def test_shipped_figures_are_of_five_seeds_and_of_todays_recipe(name, source):
    kept = SHIPPED[name][source]
    assert list(kept["seeds"]) == ["1", "2", "3", "4", "5"][: len(kept["seeds"])]
    assert len(kept["seeds"]) == 5 or name not in MEASURED  # the others say how many seeds they are of
    assert kept["recipe"] == json.loads(json.dumps(reference.asdict(RECIPES[name])))
    for measured in kept["seeds"]["1"]:
        values = sorted(seed[measured] for seed in kept["seeds"].values())
        assert kept[measured] == reference.min_median_max(values)
    assert kept["command"] == f"python -m helpers.results.reference --network {name} --source {source}"
    assert {"machine", "versions", "date", "images"} <= set(kept)


@pytest.mark.parametrize("name", FROM_FOLDERS)
def test_shipped_figures_from_folders_have_a_curve_for_every_seed(name):
    """Those take minutes a seed, so there may be fewer than five; how many stands beside each figure."""
    for kept in SHIPPED[name].values():
        assert 1 <= len(kept["seeds"]) <= 5
        assert kept["recipe"] == json.loads(json.dumps(reference.asdict(RECIPES[name])))
        for seed in kept["seeds"].values():
            assert {len(values) for values in seed["curves"].values()} == {RECIPES[name].epochs}
            assert seed["validation_accuracy"] == seed["curves"]["val_accuracy"][-1]
        values = [seed["validation_accuracy"] for seed in kept["seeds"].values()]
        assert (kept["validation_accuracy"]["min"], kept["validation_accuracy"]["max"]) == (min(values), max(values))


def test_shipped_figures_hold_what_the_course_promises():
    official = {name: SHIPPED[name]["official"]["test_accuracy"] for name in MEASURED}
    assert official["digits_dense"]["median"] >= 0.965
    assert official["digits_best"]["median"] >= 0.98
    assert official["clothes_dense"]["median"] >= 0.87


def test_shipped_figures_name_no_machine():
    assert socket.gethostname() not in reference.FILE.read_text("utf-8")
