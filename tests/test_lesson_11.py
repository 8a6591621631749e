"""Lesson 11's variant of `keras.applications`: the lines work, and nothing is fetched unasked."""

import re
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

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
