"""Networks measured on photographs: each class from its own folder, trained and counted as the recipe says."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tools import measure_photographs, varied_images
from tools.measure_photographs import RECIPES, class_accuracies


@pytest.fixture
def folders(tmp_path):
    """Dark horses and bright humans: an official set, and photographs."""
    for names in (("train/horses", "train/humans"), ("validation/horses", "validation/humans"), ("horse", "human")):
        for name, color in zip(names, ("black", "white"), strict=True):
            (tmp_path / name).mkdir(parents=True)
            for number in range(2):
                Image.new("RGB", (40, 40), color).save(tmp_path / name / f"{number}.png")
    return tmp_path


def test_the_accuracy_of_each_class_is_that_of_its_own_folder(folders):
    names = ("horse", "human")
    assert class_accuracies(lambda images: images.mean(axis=(1, 2, 3)), 8, folders, names) == [1.0, 1.0]
    assert class_accuracies(lambda images: np.full(len(images), 0.9), 8, folders, names) == [0.0, 1.0]


@pytest.mark.parametrize(
    ("name", "smaller"),
    [
        ("photographs_three_blocks_150", {"size": 24, "blocks": 1, "epochs": 1}),
        ("photographs_varied_rendered", {"size": 24, "stages": ((16, 1), (24, 1)), "images": 32}),
    ],
)
def test_a_network_is_trained_and_asked_about_both_kinds_of_images(folders, monkeypatch, name, smaller):
    source = varied_images.uncut(np.random.default_rng(0).integers(0, 256, (2, 2, 32, 32, 3), "uint8"))
    monkeypatch.setattr(measure_photographs, "varied_sources", lambda folder: [(1.0, source)])
    config = replace(RECIPES[name], photographs=folders, **smaller)
    assert config.count_images(folders) == {"validation": 4, "photographs": {"horse": 2, "human": 2}}
    result = config.train(folders, seed=1)
    assert result["photographs_balanced"] == (result["photographs_horses"] + result["photographs_humans"]) / 2
    assert result["validation_accuracy"] == result["photographs_balanced"]  # the same black and white images


def test_only_varied_networks_have_rendered_images():
    rendered = {name: config.is_rendered("official") for name, config in RECIPES.items()}
    assert rendered == {
        "photographs_five_blocks_300": False,
        "photographs_three_blocks_150": False,
        "photographs_varied_rendered": True,
        "photographs_varied_both": True,
    }
