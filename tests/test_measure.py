"""Measuring: seed by seed, resumable, and never one recipe, version or edition of the studio mixed with another."""

import json
import os
from dataclasses import dataclass, replace

import numpy as np
import pytest
from PIL import Image

from helpers import data
from helpers.images.assets import SAMPLE_IMAGES, samples_to_ask
from helpers.results import load
from helpers.results.recipes import RECIPES, HorsesHumansConfig, ImageTrainingConfig
from tools import measure
from tools.measure import main, measure_missing

HERE = {"machine": "a machine, 2 cores", "versions": {"keras": "3"}}


@dataclass(frozen=True)
class Counted:
    """A configuration that takes no time and notes the seeds it was asked for."""

    asked: tuple = ()
    epochs: int = 3
    stop_after: int | None = None
    rendered: bool = False
    dataset: str = "mnist"
    sources = ("offline",)

    def is_rendered(self, source):
        return self.rendered

    def load(self):
        return os.environ["COURSE_SOURCE"], os.environ["COURSE_BUDGET"]

    def count_images(self, images):
        return {"test": 20}

    def train(self, images, seed):
        if len(SEEDS) == self.stop_after:
            raise KeyboardInterrupt
        SEEDS.append(seed)
        return {"test_accuracy": round(0.9 + seed / 100, 2), "epochs": self.epochs, "curves": {"loss": [1, 0]}}


SEEDS: list[int] = []


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A place for results; the machine, the versions and the edition of the studio are made up."""
    SEEDS.clear()
    monkeypatch.setattr(measure, "environment", lambda: json.loads(json.dumps(HERE)))
    monkeypatch.setattr(measure, "studio_edition", lambda: "today")
    return tmp_path / "reference.json"


def measured(config, file, **options) -> list[int]:
    """The seeds that a call really trains."""
    SEEDS.clear()
    measure_missing("digits_dense", config, "offline", file, **options)
    return list(SEEDS)


def test_a_killed_measurement_goes_on_with_the_missing_seeds(file, monkeypatch):
    command = ["--network", "digits_dense", "--source", "offline", "--file", str(file)]
    monkeypatch.setitem(measure.RECIPES, "digits_dense", Counted(stop_after=2))
    assert main(command) == 130
    half = load(file)["digits_dense"]["offline"]
    assert list(half["seeds"]) == ["1", "2"]
    assert half["test_accuracy"] == {"min": 0.91, "median": 0.915, "max": 0.92}
    monkeypatch.setitem(measure.RECIPES, "digits_dense", Counted(stop_after=2))
    SEEDS[:] = [0, 0, 0]  # past the stop
    assert main(command) == 0
    assert SEEDS == [0, 0, 0, 3, 4, 5]
    whole = load(file)["digits_dense"]["offline"]
    assert whole["test_accuracy"] == {"min": 0.91, "median": 0.93, "max": 0.95}
    assert whole["images"] == {"test": 20}
    assert "curves" not in whole
    assert "studio" not in whole
    assert whole["command"] == "python -m tools.measure --network digits_dense --source offline"


def test_what_is_complete_is_left_alone_unless_asked_for_again(file, monkeypatch, capsys):
    assert measured(Counted(), file) == [1, 2, 3, 4, 5]
    monkeypatch.setattr(measure, "environment", lambda: HERE | {"machine": "another", "versions": {"keras": "4"}})
    assert measured(Counted(), file) == []
    assert "all there" in capsys.readouterr().out
    assert measured(Counted(), file, again=True) == [1, 2, 3, 4, 5]
    assert load(file)["digits_dense"]["offline"]["machine"] == "another"


def test_seeds_from_another_machine_count_and_every_machine_is_named_once(file, monkeypatch):
    measured(Counted(), file, seeds=(1,))
    for seeds in ((1, 2), (1, 2, 3)):
        monkeypatch.setattr(measure, "environment", lambda: HERE | {"machine": "another"})
        assert measured(Counted(), file, seeds=seeds) == [seeds[-1]]
    entry = load(file)["digits_dense"]["offline"]
    assert list(entry["seeds"]) == ["1", "2", "3"]
    assert entry["machine"] == "a machine, 2 cores; another"


@pytest.mark.parametrize("change", ["recipe", "versions"])
def test_seeds_of_another_recipe_or_version_are_never_mixed_in(file, monkeypatch, change):
    measured(Counted(), file, seeds=(1, 2))
    if change == "versions":
        monkeypatch.setattr(measure, "environment", lambda: HERE | {"versions": {"keras": "4"}})
    assert measured(Counted(epochs=4 if change == "recipe" else 3), file) == [1, 2, 3, 4, 5]


def test_images_of_another_edition_of_the_studio_are_measured_again(file, monkeypatch):
    assert measured(Counted(rendered=True), file) == [1, 2, 3, 4, 5]
    assert load(file)["digits_dense"]["offline"]["studio"] == "today"
    assert measured(Counted(rendered=True), file) == []
    monkeypatch.setattr(measure, "studio_edition", lambda: "tomorrow")
    assert measured(Counted(rendered=True), file) == [1, 2, 3, 4, 5]
    assert load(file)["digits_dense"]["offline"]["studio"] == "tomorrow"


def test_an_edition_that_was_not_recorded_stays_while_complete_and_is_never_filled_up(file):
    measured(Counted(rendered=True), file, seeds=(1, 2, 3))
    contents = load(file)
    contents["digits_dense"]["offline"]["studio"] = None
    file.write_text(json.dumps(contents))
    assert measured(Counted(rendered=True), file, seeds=(1, 2, 3)) == []
    assert measured(Counted(rendered=True), file, seeds=(1, 2, 3, 4)) == [1, 2, 3, 4]
    assert load(file)["digits_dense"]["offline"]["studio"] == "today"


def test_other_networks_and_sources_in_the_file_stay(file):
    for network, source in (("a", "offline"), ("a", "official"), ("b", "offline")):
        measure_missing(network, Counted(), source, file, seeds=(1,))
    assert {name: list(sources) for name, sources in load(file).items()} == {
        "a": ["offline", "official"],
        "b": ["offline"],
    }


def test_the_environment_is_as_before_a_measurement(file, monkeypatch):
    monkeypatch.delenv("COURSE_SOURCE", raising=False)
    monkeypatch.setenv("COURSE_BUDGET", "quick")
    sources = []
    monkeypatch.setattr(Counted, "count_images", lambda config, images: sources.append(images))
    measure_missing("a", Counted(), "official", file, seeds=(1,))
    assert sources == [("official", "full")]
    assert measure.prepared_sources(Counted()) == ["offline"]
    assert "COURSE_SOURCE" not in os.environ
    assert os.environ["COURSE_BUDGET"] == "quick"


def test_a_file_that_cannot_be_written_gets_one_sentence(file, monkeypatch, capsys):
    monkeypatch.setitem(measure.RECIPES, "digits_dense", Counted())
    file.mkdir()
    (file / "in the way").touch()
    assert main(["--network", "digits_dense", "--source", "offline", "--file", str(file)]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_a_network_for_photographs_needs_a_folder(capsys):
    with pytest.raises(SystemExit):
        main(["--network", "photographs_varied_both"])
    assert "photographs_varied_both: add --photographs FOLDER" in capsys.readouterr().err


# --- training once ---------------------------------------------------------------------------------------------------


def noise():
    """Images with labels that nothing tells, for training and test."""
    images = np.random.default_rng(0).integers(0, 256, (60, 28, 28), "uint8")
    labels = np.arange(60) % 10
    return (images, labels), (images[:20], labels[:20])


def test_the_same_seed_trains_the_same_network(tmp_path):
    config = replace(RECIPES["digits_dense"], epochs=1, settings={"hidden": 2})
    assert config.count_images(noise()) == {"training and validation": 60, "test": 20}
    first, again = (config.train(noise(), seed=3) for _ in range(2))
    accuracies = {"test_accuracy", "validation_accuracy", "training_accuracy"}
    assert set(first) == accuracies | {"epochs", "seconds", "cpu_seconds"}
    assert {name: first[name] for name in accuracies} == {name: again[name] for name in accuracies}


def test_the_results_are_those_of_the_epoch_whose_weights_the_model_has():
    config = replace(RECIPES["digits_dense"], epochs=12, batch_size=10, patience=1, settings={"hidden": 64})
    result = config.train(noise(), seed=1)
    assert 2 <= result["epochs"] < 12  # noise can't be learned: it stops early, and has gone one epoch too far
    assert result["training_accuracy"] < 0.9


def folder_of_images(tmp_path):
    """Eight small images for training and eight for validation, dark cats and bright dogs."""
    rng = np.random.default_rng(0)
    for split in ("train", "validation"):
        for number, label in enumerate(("cats", "dogs")):
            (tmp_path / split / label).mkdir(parents=True)
            for i in range(4):
                pixels = rng.integers(0, 100, (20, 20, 3), "uint8") + np.uint8(120 * number)
                Image.fromarray(pixels).save(tmp_path / split / label / f"{i}.png")
    return tmp_path


def test_a_network_for_folders_keeps_its_curves(tmp_path, file, monkeypatch, capsys):
    folder = folder_of_images(tmp_path)
    monkeypatch.setattr(data, "image_folder", lambda name: folder)
    config = ImageTrainingConfig(
        "cats_dogs", "cats_vs_dogs", epochs=2, batch_size=4, size=16, augmentation={"horizontal_flip": True}
    )
    measure_missing("cats_dogs_plain", config, "offline", file, seeds=(1,))
    entry = load(file)["cats_dogs_plain"]["offline"]
    assert entry["images"] == {"train": 8, "validation": 8}
    assert entry["studio"] == "today"
    curves = entry["seeds"]["1"]["curves"]
    assert {name: len(values) for name, values in curves.items()} == dict.fromkeys(
        ("accuracy", "loss", "val_accuracy", "val_loss"), 2
    )
    assert entry["seeds"]["1"]["best_epoch"] == 1 + np.argmin(curves["val_loss"])
    assert "curves" not in capsys.readouterr().out


def test_lesson_06s_networks_are_also_asked_about_the_images_that_ship(tmp_path):
    config = HorsesHumansConfig("horses_humans", "horses_or_humans", 2, 4, size=16, settings={"blocks": 1})
    result = config.train(folder_of_images(tmp_path), seed=1)
    assert len(result["curves"]["val_humans_found"]) == 2
    answers = {name: value for name, value in result.items() if name.startswith("human_")}
    assert list(answers) == [f"human_{file.stem}" for file in samples_to_ask()]
    assert len(set(answers.values())) > 1
    assert all(0 <= answer <= 1 for answer in answers.values())


def test_every_photograph_that_ships_is_asked_about_and_has_its_license():
    shipped = sorted(path.name for path in (SAMPLE_IMAGES / "photographs").iterdir())
    licenses = (SAMPLE_IMAGES / "LICENSE.txt").read_text("utf-8").splitlines()
    assert shipped == sorted(file.name for file in samples_to_ask() if file.parent.name == "photographs")
    for name in shipped:
        [line] = [line for line in licenses if line.startswith(f"{name} ")]
        assert "CC0" in line or "public domain" in line
