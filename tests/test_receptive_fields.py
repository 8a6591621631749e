"""Receptive fields against what the values of a layer really depend on."""

import keras
import numpy as np
import pytest
from keras import layers

from helpers.models import batch_outputs, receptive_fields
from helpers.models.receptive_fields import ReceptiveField
from tests.tiny_networks import WAYS, head, residual_base, squeezing_base


def positive(model):
    """Make all weights positive, so that every dependence shows, and small, so that ReLU6 isn't saturated."""
    for layer in model.layers:
        layer.set_weights([np.full_like(values, 0.15) for values in layer.get_weights()])
    return model


def chain():
    convolution = {"kernel_initializer": "ones"}
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(1, 3, padding="same", name="a", **convolution),
            layers.AveragePooling2D(2, name="b"),
            layers.Dropout(0.1, name="c"),
            layers.Conv2D(1, 5, strides=2, name="d", **convolution),
            layers.AveragePooling2D(2, padding="same", name="e"),
            layers.ZeroPadding2D(1, name="f"),
            layers.Conv2D(1, 2, dilation_rate=2, name="g", **convolution),
            layers.Flatten(name="whole"),
        ]
    )


@pytest.mark.parametrize("make", [chain, squeezing_base, residual_base])
def test_they_are_the_rows_that_change_a_value(make):
    model, gray = positive(make()), np.full((1, 32, 32, 3), 0.6, "float32")
    fields = {name: field for name, field in receptive_fields(model).items() if field is not None}
    assert len(fields) >= 7
    rows = np.repeat(gray, 32, axis=0)
    rows[range(32), range(32)] = 0.8
    before, after = batch_outputs(model, gray), batch_outputs(model, rows)
    for name, (down, across) in fields.items():
        assert down == across
        if "pool" in name:
            continue  # the maximum of equal values shows only one of them, and only when it grows
        place = before[name].shape[1] // 2
        first = down.start + place * down.step
        changed = np.flatnonzero((after[name] != before[name])[:, place].any(axis=(1, 2)))
        expected = [row for row in range(first, first + down.size) if 0 <= row < 32]
        assert changed.tolist() == expected, name


def test_whole_images_and_unknown_layers_have_none():
    assert receptive_fields(chain())["whole"] is None
    assert receptive_fields(residual_base())["pooled"] is None
    unknown = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.UpSampling2D(name="up"), layers.Conv2D(1, 1, name="conv")]
    )
    assert receptive_fields(unknown) == {"up": None, "conv": None}


def test_branches_see_together_what_each_of_them_sees():
    inputs = keras.Input((4, 4, 1))
    shared = layers.Conv2D(1, 1, name="shared")
    wide = layers.Conv2D(1, 3, padding="same", name="wide")(inputs)
    both = shared(layers.Add(name="both")([shared(inputs), wide]))
    strided = layers.Conv2D(1, 1, 2, name="strided")(layers.ZeroPadding2D(2)(inputs))
    unequal = layers.Concatenate(name="unequal")([both, strided])
    fields = receptive_fields(keras.Model(inputs, unequal))
    assert fields["both"] == fields["shared (2)"] == (ReceptiveField(3, 1, -1), ReceptiveField(3, 1, -1))
    assert fields["unequal"] is None, "its values move at two different steps"


@pytest.mark.parametrize("way", WAYS)
def test_in_every_way_a_network_is_built(way, tmp_path):
    fields = receptive_fields(WAYS[way](tmp_path))
    assert fields["conv"][0] == ReceptiveField()
    assert fields["pool"][1] == ReceptiveField(2, 2, 0)
    assert fields["flat"] is fields["out"] is None


@pytest.mark.parametrize("kind", ["sequential", "functional"])
def test_a_base_under_a_head_has_those_of_the_base(kind):
    base = squeezing_base()
    fields = receptive_fields(base)
    nested = receptive_fields(head(base, kind))
    assert {name: nested[f"squeezing/{name}"] for name in fields} == fields
