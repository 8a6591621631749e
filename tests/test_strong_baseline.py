"""The moonshot: mixup keeps what it should, the rate goes up and down, and the command measures and keeps."""

import keras
import numpy as np
import pytest
from PIL import Image

from helpers import data
from helpers.results import strong_baseline


def test_mixup_mixes_images_and_labels_by_the_same_share():
    images, labels = np.ones((2, 4, 4, 3), "float32"), np.array([1.0, 0.0], "float32")
    mixed, targets = strong_baseline.mix(images, labels, 0 * images, 1 - labels, 0.75)
    assert (mixed == 0.75).all() and targets.tolist() == [0.75, 0.25]


def test_the_rate_rises_falls_and_ends_at_nothing():
    rate = strong_baseline.OneCycle(0.004, 100)
    values = [float(rate(step)) for step in (0, 25, 60, 100)]
    assert values[0] == pytest.approx(0.0004) and values[1] == pytest.approx(0.004)
    assert values[1] > values[2] > values[3] == pytest.approx(0, abs=1e-7)


def test_the_network_is_small():
    assert strong_baseline.strong_baseline(96).count_params() == 390_113
    assert strong_baseline.strong_baseline(96).output_shape == (None, 1)


def test_the_network_can_be_saved_with_its_rate(tmp_path):
    model = strong_baseline.strong_baseline(16, steps=50, filters=(2,))
    model.fit(np.zeros((2, 16, 16, 3)), np.zeros(2), verbose=0)
    model.save(tmp_path / "own.keras")
    rate = keras.models.load_model(tmp_path / "own.keras", safe_mode=True).optimizer._learning_rate
    assert (rate.peak, rate.steps) == (strong_baseline.PEAK, 50)


def test_the_command_trains_measures_and_keeps(tmp_path, monkeypatch, capsys):
    rng = np.random.default_rng(0)
    for split in ("train", "validation"):
        for number, label in enumerate(("cats", "dogs")):
            (tmp_path / split / label).mkdir(parents=True)
            for i in range(3):
                pixels = rng.integers(0, 100, (20, 20, 3), "uint8") + np.uint8(120 * number)
                Image.fromarray(pixels).save(tmp_path / split / label / f"{i}.png")
    monkeypatch.setattr(data, "image_folder", lambda name: tmp_path)
    monkeypatch.setattr(data, "source", lambda name: "offline")
    monkeypatch.setattr(strong_baseline, "STAGES", ((16, 1), (32, 1)))
    monkeypatch.setattr(strong_baseline, "FILE", tmp_path / "moonshot.json")
    strong_baseline.print_summary()
    assert "Nothing has been measured yet" in capsys.readouterr().out
    assert strong_baseline.main(["--seeds", "1", "2", "--file", str(strong_baseline.FILE)]) == 0
    found = strong_baseline.load()["offline"]
    assert list(found) == ["1", "2"] and found["1"]["epochs"] == 2
    assert 0 <= found["1"]["validation_accuracy"] <= 1 and found["1"]["cpu_seconds"] > 0
    capsys.readouterr()
    strong_baseline.print_summary()
    assert capsys.readouterr().out.startswith("offline: 2 seed(s), validation ")
