"""The outputs of every layer, against networks that are computed by hand, built, nested and loaded in every way."""

import gc
import warnings
import weakref

import keras
import numpy as np
import pytest
from keras import layers

from helpers.models import batch_outputs, grad_cam, layer_outputs, receptive_fields, top_patches
from helpers.models.layer_graph import layer_graph, layers_by_name
from helpers.models.layers import convolutions_and_pools
from tests.tiny_networks import (
    IMAGE,
    WAYS,
    functional,
    head,
    reloaded,
    residual_base,
    sequential,
    squeezing_base,
    tiny_layers,
    with_weights,
    without_input,
)

NAMES = ["conv", "pool", "drop", "flat", "out"]


@pytest.mark.parametrize("way", WAYS)
def test_every_layer_has_the_output_that_was_computed_by_hand(way, tmp_path):
    model = WAYS[way](tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outputs = layer_outputs(model, IMAGE)
    shapes = [(4, 4, 2), (2, 2, 2), (2, 2, 2), (8,), (1,)]
    assert {name: values.shape for name, values in outputs.items()} == dict(zip(NAMES, shapes, strict=True))
    assert list(outputs) == NAMES == list(layers_by_name(model))[-5:]
    np.testing.assert_array_equal(outputs["conv"][..., 0], IMAGE[..., 0])
    assert not outputs["conv"][..., 1].any()
    np.testing.assert_array_equal(outputs["pool"][..., 0], [[6, 8], [14, 16]])
    np.testing.assert_array_equal(outputs["drop"], outputs["pool"])
    np.testing.assert_allclose(outputs["out"], 1 / (1 + np.exp(-4)), rtol=1e-5)  # 6 + 8 + 14 + 16 = 44
    assert all(values.dtype == np.float32 for values in outputs.values())


def test_a_network_that_was_never_called_is_built_on_the_way_and_stays_usable():
    model = without_input()
    assert list(layer_outputs(model, IMAGE)) == NAMES
    chollet = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
    np.testing.assert_allclose(chollet(IMAGE[None])[-1][0], layer_outputs(model, IMAGE)["out"], rtol=1e-6)
    with pytest.raises(ValueError, match=r"Begin it with keras.Input"):
        receptive_fields(without_input())


def test_an_image_may_come_with_a_batch_axis_or_without_channels():
    model = with_weights(sequential())
    for image in (IMAGE[None], IMAGE[..., 0], IMAGE[None, ..., 0]):
        np.testing.assert_array_equal(layer_outputs(model, image)["conv"][..., 0], IMAGE[..., 0])
    pixels = layer_outputs(model, IMAGE.astype("uint8"))["conv"][..., 0]
    np.testing.assert_allclose(pixels, IMAGE[..., 0] / 255, rtol=1e-6)
    for wrong in (np.zeros((5, 5, 1)), np.zeros((2, 4, 4, 1))):
        with pytest.raises(ValueError, match=r"takes images of the shape \(4, 4, 1\); this one has \("):
            layer_outputs(model, wrong)


def test_outputs_follow_further_training_and_new_layers():
    model = with_weights(sequential())
    layer_outputs(model, IMAGE)
    model.get_layer("conv").set_weights([np.full((1, 1, 1, 2), 2.0), np.zeros(2)])
    np.testing.assert_array_equal(layer_outputs(model, IMAGE)["conv"][..., 1], 2 * IMAGE[..., 0])
    model.add(layers.Dense(3, name="late"))
    assert list(layer_outputs(model, IMAGE))[-1] == "late"


@pytest.mark.parametrize("make", [sequential, functional, lambda: head(residual_base(), "functional")])
def test_looking_inside_keeps_no_network_alive_and_says_nothing(make, capfd):
    model = make()
    image = np.zeros(model.input_shape[1:])
    layer_outputs(model, image), grad_cam(model, image), receptive_fields(model)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
    assert "AutoGraph" not in capfd.readouterr().err


@pytest.mark.parametrize("make", [sequential, functional, lambda: head(squeezing_base(), "sequential")])
def test_looking_inside_changes_nothing_in_the_network(make, tmp_path):
    model = make()
    image, before = np.zeros(model.input_shape[1:]), model.to_json()
    for _ in range(2):
        layer_outputs(model, image), grad_cam(model, image), receptive_fields(model)
    assert model.to_json() == before
    assert layer_graph(model) is layer_graph(model)
    np.testing.assert_array_equal(reloaded(model, tmp_path)(image[None]), model(image[None]))


@pytest.mark.parametrize("is_loaded", [False, True])
@pytest.mark.parametrize("kind", ["sequential", "functional"])
@pytest.mark.parametrize("make_base", [squeezing_base, residual_base])
def test_a_borrowed_base_under_a_head_shows_all_its_layers(make_base, kind, is_loaded, tmp_path):
    base, image = make_base(), np.random.default_rng(1).random((32, 32, 3), "float32")
    expected = layer_outputs(base, image)
    model = head(base, kind)
    model = reloaded(model, tmp_path) if is_loaded else model
    outputs = layer_outputs(model, image)
    inner = {name.partition("/")[2]: values for name, values in outputs.items() if name.startswith(f"{base.name}/")}
    assert list(inner) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(inner[name], values, atol=1e-5)
    np.testing.assert_allclose(outputs["conv1"], model(image[None])[0], atol=1e-5)
    assert isinstance(layers_by_name(model)[f"{base.name}/{base.layers[-1].name}"], type(base.layers[-1]))


def test_networks_nested_twice_and_used_twice_have_names_of_their_own():
    inner = keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(1, 3, padding="same", name="conv")], name="inner")
    middle = keras.Sequential([keras.Input((4, 4, 1)), inner, layers.ReLU(name="conv")], name="middle")
    inputs = keras.Input((4, 4, 1))
    model = keras.Model(inputs, layers.Add(name="sum")([middle(inputs), middle(middle(inputs))]))
    outputs = layer_outputs(model, IMAGE)
    names = [f"middle/inner/conv{number}" for number in ("", " (2)", " (3)")]
    assert set(names) < set(outputs)
    assert len(outputs) == 7
    np.testing.assert_allclose(outputs["sum"], model(IMAGE[None])[0], rtol=1e-5)
    assert {receptive_fields(model)[name][0].size for name in names} == {3, 5}


def test_a_network_of_unknown_structure_gets_a_sentence():
    class Own(keras.Model):
        def call(self, x):
            return x

    for look in (layer_outputs, grad_cam, batch_outputs, top_patches):
        with pytest.raises(ValueError, match="Own is a class of its own, and only its code knows"):
            look(Own(), IMAGE[None])
    inputs = [keras.Input((4, 4, 1)), keras.Input((4, 4, 1))]
    with pytest.raises(ValueError, match="has 2 inputs"):
        layer_outputs(keras.Model(inputs, layers.Add()(inputs)), IMAGE)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("model.keras", "A network is a Keras model, not str"),
        (None, "A network is a Keras model, not NoneType"),
        (keras.Sequential([keras.Input((4, 4, 1))], name="bare"), "bare has no layers yet"),
        (
            keras.Sequential([keras.Input((1, 4, 4)), layers.Conv2D(1, 1, data_format="channels_first")]),
            "has its channels first",
        ),
    ],
)
def test_what_cannot_be_looked_into_is_a_sentence(model, said):
    for look in (layer_outputs, grad_cam, batch_outputs, top_patches):
        with pytest.raises(ValueError, match=said):
            look(model, IMAGE[None])


def test_a_single_layer_has_an_output_for_each_image():
    model = keras.Sequential([keras.Input((4, 4, 1)), layers.Rescaling(2.0, name="only")])
    images = np.stack([IMAGE, 3 * IMAGE]) / 50
    np.testing.assert_allclose(batch_outputs(model, images)["only"], 2 * images, rtol=1e-6)


def test_random_augmentation_is_off():
    model = keras.Sequential([keras.Input((4, 4, 1)), layers.RandomFlip(seed=1), layers.Rescaling(2.0)])
    for _ in range(4):
        np.testing.assert_array_equal(list(layer_outputs(model, IMAGE).values())[-1], 2 * IMAGE)


def test_convolutions_and_pools_are_picked_out():
    shown = convolutions_and_pools(with_weights(sequential()), np.stack([IMAGE, IMAGE]))
    assert [(kind, values.shape) for kind, values in shown] == [
        ("Conv2D", (2, 4, 4, 2)),
        ("MaxPooling2D", (2, 2, 2, 2)),
    ]
    with pytest.raises(ValueError, match="no convolution"):
        convolutions_and_pools(keras.Sequential([keras.Input((4, 4, 1)), *tiny_layers()[3:]]), IMAGE[None])
