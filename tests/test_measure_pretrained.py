"""Lesson 11's measurements: which images are learned from, which are asked, and what comes out, on images as easy as black and white."""

import numpy as np
import pytest
from PIL import Image

from helpers.models import pretrained
from tools import measure_pretrained
from tools.measure_pretrained import HeadConfig, HeadOnPhotographsConfig, ScratchConfig


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Dark and bright images, and features that are their brightness."""
    random = np.random.default_rng(1)
    for split, names in (("train", ("cats", "dogs")), ("validation", ("cats", "dogs")), (".", ("horse", "human"))):
        for name, level in zip(names, (40, 200), strict=True):
            (tmp_path / split / name).mkdir(parents=True)
            for number in range(6):
                pixels = random.integers(level, level + 40, (20, 20, 3)).astype("uint8")
                Image.fromarray(pixels).save(tmp_path / split / name / f"{number}.png")

    def brightness(files):
        means = [np.asarray(Image.open(file)).mean() for file in files]
        return np.array(means, "float32")[:, None] + np.zeros(1280, "float32")

    monkeypatch.setattr(pretrained, "features", brightness)
    measure_pretrained.labeled_features.cache_clear()
    return tmp_path


def test_a_head_and_a_network_from_scratch_are_trained_on_ever_more_images(folder):
    head = HeadConfig(counts=(2, 5), epochs=30).train(folder, seed=1)
    scratch = ScratchConfig(counts=(2, 5), epochs=1, images=32, size=16, filters=(4,)).train(folder, seed=1)
    assert set(scratch) == set(head)
    assert head["validation_accuracy_2"] == head["validation_accuracy_5"] == 1.0
    assert head["curves"]["val_accuracy"] == [1.0, 1.0]


def test_the_few_images_are_among_the_many_and_half_of_each_class(folder, monkeypatch):
    learned, fit = [], measure_pretrained.fit_head

    def fit_head(features, labels, *options):
        learned.append((features, labels))
        return fit(features, labels, *options)

    monkeypatch.setattr(measure_pretrained, "fit_head", fit_head)
    HeadConfig(counts=(2, 5), epochs=1).train(folder, seed=1)
    (few, labels), (many, _) = learned
    assert labels.tolist() == [0, 0, 1, 1]
    assert set(few[:, 0]) < set(many[:, 0])


def test_photographs_are_asked_that_were_not_learned_from(folder, monkeypatch):
    asked = []

    def balanced(self, train, labels, others, truth, seed):
        asked.append((len(train), len(others), set(train[:, 0]) & set(others[:, 0])))
        return 0.9

    monkeypatch.setattr(HeadOnPhotographsConfig, "balanced", balanced)
    config = HeadOnPhotographsConfig(folder, each=4, draws=3)
    result = config.train(folder, seed=1)
    assert asked == [(12, 12, set()), *[(8, 4, set())] * 3]
    assert (result["from_rendered"], result["from_photographs"], result["from_photographs_worst"]) == (0.9, 0.9, 0.9)
    assert config.count_images(folder) == {"train": 12, "photographs": {"horse": 6, "human": 6}}
