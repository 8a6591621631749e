"""Lesson 11's variant of `keras.applications`: the lines work, and nothing is fetched unasked."""

import re
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers

from helpers import budget
from tools import notebooks

LESSON = {cell.id: cell.source for cell in notebooks.read(notebooks.lessons("11")[0]).cells}
MOBILE = keras.applications.MobileNetV2


def test_without_the_weights_it_says_so_and_fetches_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setattr(keras.applications, "MobileNetV2", lambda *_, **__: pytest.fail("it was asked for"))
    exec(LESSON["online"], {"Path": Path, "keras": keras})
    assert capsys.readouterr().out.startswith("MobileNetV2's weights aren't on this computer.")


def test_the_three_lines_build_a_network_whose_head_alone_learns(monkeypatch):
    [lines] = re.findall(r"```python\n(.*?)```", LESSON["online-say"], re.DOTALL)
    monkeypatch.setattr(keras.applications, "MobileNetV2", partial(MOBILE, weights=None))
    scale = layers.Normalization(axis=None, mean=0.0, variance=1.0)
    names = {"keras": keras, "layers": layers, "scale": scale, "neuron": layers.Dense(1, activation="sigmoid")}
    exec(lines, names)
    answer = np.asarray(names["model"](np.zeros((2, 160, 160, 3), "float32")))
    assert answer.shape == (2, 1)
    assert len(names["model"].trainable_weights) == 2


def test_at_a_rate_of_0_a_frozen_base_and_its_head_answer_as_before(capsys):
    def base(size):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((8, 8, 3))
        maps = layers.Conv2D(4, 3, name="block16_expand")(layers.Conv2D(4, 3)(inputs))
        return keras.Model(inputs, layers.GlobalMaxPooling2D()(layers.BatchNormalization()(maps)))

    images = np.random.default_rng(0).random((6, 8, 8, 3)).astype("float32") * 9
    features = np.asarray(base(160)(images))
    scale = layers.Normalization(axis=None)
    scale.adapt(features)
    head = keras.Sequential([keras.Input((4,)), scale, layers.Dense(1, activation="sigmoid")])
    names = {"keras": keras, "layers": layers, "np": np, "budget": budget, "pretrained": SimpleNamespace(base=base)}
    names |= {"few_head": head, "small": images, "small_labels": np.repeat([0.0, 1.0], 3), "asked": images}
    names["base"] = base(160)
    names["before"] = np.asarray(head(features))[:, 0]
    thaw = LESSON["tune"].split("def read_all")[0]
    split = re.search("(?ms)^learns_from.*(?=^few_head)", LESSON["tune"]).group()
    exec(thaw + split + LESSON["rates"].split("for rate in")[0], names)
    names["fine_tune"](0.0)
    assert capsys.readouterr().out.endswith("largest change of an answer 0.000\n")
    names["fine_tune"](0.0, norms_too=True)
    assert not capsys.readouterr().out.endswith("0.000\n")
