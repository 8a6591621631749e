"""Layer outputs, grids, blank channels and Grad-CAM, against networks small enough to be computed by hand."""

import gc
import warnings
import weakref

import keras
import numpy as np
import pytest
from keras import layers

from helpers.models import image_architectures
from helpers.models.layers import (
    ReceptiveField,
    batch_outputs,
    channel_grid,
    convolutions_and_pools,
    filter_grid,
    grad_cam,
    layer_outputs,
    receptive_fields,
    silent_channel_share,
)

IMAGE = np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]], "float32")[..., None]


def tiny_layers() -> list:
    return [
        layers.Conv2D(2, 1, activation="relu", name="conv"),
        layers.MaxPooling2D(2, name="pool"),
        layers.Dropout(0.5, name="drop"),
        layers.Flatten(name="flat"),
        layers.Dense(1, activation="sigmoid", name="out"),
    ]


def sequential():
    return keras.Sequential([keras.Input((4, 4, 1)), *tiny_layers()])


def without_input():
    return keras.Sequential(tiny_layers())


def functional():
    x = inputs = keras.Input((4, 4, 1))
    for layer in tiny_layers():
        x = layer(x)
    return keras.Model(inputs, x)


def fitted():
    model = without_input()
    model.compile("sgd", "binary_crossentropy")
    model.fit(np.zeros((4, 4, 4, 1)), np.zeros(4), verbose=0)
    return model


def loaded(make):
    def load(folder):
        model = with_weights(make())
        model.save(folder / "model.keras")
        return keras.saving.load_model(folder / "model.keras")

    return load


def with_weights(model):
    """Channel 0 is the image itself, channel 1 always below 0 and so dead; the answer is sigmoid(pooled sum − 40)."""
    if not model.built:
        model.build((None, 4, 4, 1))
    conv, out = model.get_layer("conv"), model.get_layer("out")
    conv.set_weights([np.array([1, -1], "float32").reshape(1, 1, 1, 2), np.array([0, -1], "float32")])
    out.set_weights([np.tile([1, 0], 4).reshape(8, 1), np.array([-40])])
    return model


WAYS = {
    "sequential": lambda folder: with_weights(sequential()),
    "without an Input": lambda folder: with_weights(without_input()),
    "functional": lambda folder: with_weights(functional()),
    "fitted": lambda folder: with_weights(fitted()),
    "sequential, loaded": loaded(sequential),
    "without an Input, loaded": loaded(without_input),
    "functional, loaded": loaded(functional),
    "fitted, loaded": loaded(fitted),
}


@pytest.fixture(params=WAYS)
def model(request, tmp_path):
    return WAYS[request.param](tmp_path)


def test_every_layer_has_the_output_that_was_computed_by_hand(model):
    found = layer_outputs(model, IMAGE)
    assert list(found) == ["conv", "pool", "drop", "flat", "out"]
    assert {name: values.shape for name, values in found.items()} == {
        "conv": (4, 4, 2),
        "pool": (2, 2, 2),
        "drop": (2, 2, 2),
        "flat": (8,),
        "out": (1,),
    }
    np.testing.assert_array_equal(found["conv"][..., 0], IMAGE[..., 0])
    assert not found["conv"][..., 1].any()
    np.testing.assert_array_equal(found["pool"][..., 0], [[6, 8], [14, 16]])
    np.testing.assert_array_equal(found["drop"], found["pool"])
    np.testing.assert_allclose(found["out"], 1 / (1 + np.exp(-4)), rtol=1e-5)  # 6 + 8 + 14 + 16 = 44
    assert all(values.dtype == np.float32 for values in found.values())


def test_grad_cam_lies_where_the_image_is_bright(model):
    image = np.zeros((4, 4, 1), "float32")
    image[0, 3] = 50
    heat = grad_cam(model, image)
    assert heat.shape == (4, 4) and heat.dtype == np.float32
    assert heat.max() == 1 and heat.min() == 0
    assert np.unravel_index(heat.argmax(), heat.shape) == (0, 3)
    assert not grad_cam(model, image, class_index=0).any(), "nothing speaks for class 0"


def test_nothing_of_it_warns(model):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        layer_outputs(model, IMAGE)
        grad_cam(model, IMAGE)
        silent_channel_share(model, [IMAGE])


def test_a_network_that_was_never_called_is_built_on_the_way():
    assert list(layer_outputs(without_input(), IMAGE)) == ["conv", "pool", "drop", "flat", "out"]
    assert grad_cam(without_input(), IMAGE).shape == (4, 4)


def test_a_image_may_come_with_a_batch_axis_or_without_channels():
    model = with_weights(sequential())
    for image in (IMAGE[None], IMAGE[..., 0], IMAGE.astype("uint8")):
        np.testing.assert_array_equal(layer_outputs(model, image)["conv"][..., 0], IMAGE[..., 0])


def test_a_image_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"takes images of the shape \(4, 4, 1\); this one has \(5, 5, 1\)"):
        layer_outputs(sequential(), np.zeros((5, 5, 1)))
    with pytest.raises(ValueError, match="takes images"):
        layer_outputs(sequential(), np.zeros((2, 4, 4, 1)))


def test_the_answers_follow_further_training_and_new_layers():
    model = with_weights(sequential())
    layer_outputs(model, IMAGE)
    model.get_layer("conv").set_weights([np.full((1, 1, 1, 2), 2.0), np.zeros(2)])
    np.testing.assert_array_equal(layer_outputs(model, IMAGE)["conv"][..., 1], 2 * IMAGE[..., 0])
    model.add(layers.Dense(3, name="late"))
    assert list(layer_outputs(model, IMAGE))[-1] == "late"


def test_looking_inside_keeps_no_network_alive():
    model = with_weights(sequential())
    layer_outputs(model, IMAGE)
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


def test_looking_inside_changes_nothing_in_the_network():
    model = with_weights(sequential())
    before = model.to_json(), len(model.layers[0]._inbound_nodes)
    layer_outputs(model, IMAGE), grad_cam(model, IMAGE), receptive_fields(model)
    assert (model.to_json(), len(model.layers[0]._inbound_nodes)) == before


@pytest.mark.parametrize("outer", ["sequential", "functional"])
@pytest.mark.parametrize("is_loaded", [False, True])
def test_a_network_in_a_network_shows_its_layers(outer, is_loaded, tmp_path):
    inner = keras.Sequential([keras.Input((4, 4, 1)), *tiny_layers()[:2]], name="inner")
    if outer == "sequential":
        model = keras.Sequential([keras.Input((4, 4, 1)), inner, *tiny_layers()[3:]])
    else:
        inputs = keras.Input((4, 4, 1))
        x = inner(inputs)
        model = keras.Model(inputs, layers.Dense(1, name="out")(layers.Flatten(name="flat")(x)))
    if is_loaded:
        model.save(tmp_path / "nested.keras")
        model = keras.saving.load_model(tmp_path / "nested.keras")
    found = layer_outputs(model, IMAGE)
    assert list(found) == ["inner/conv", "inner/pool", "flat", "out"]
    np.testing.assert_allclose(found["out"], model(IMAGE[None])[0], rtol=1e-5)
    assert grad_cam(model, IMAGE, layer="conv").shape == (4, 4)


def test_ways_that_part_and_meet_again_are_shown_in_order():
    inputs = keras.Input((4, 4, 1))
    shared = layers.Conv2D(1, 1, name="shared")
    left, right = shared(inputs), layers.Conv2D(1, 3, padding="same", name="wide")(inputs)
    both = shared(layers.Add(name="both")([left, right]))
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(both)))
    found = layer_outputs(model, IMAGE)
    assert {"shared", "wide", "both", "shared (2)"} < set(found)
    np.testing.assert_allclose(found["both"], found["shared"] + found["wide"], rtol=1e-5)
    assert receptive_fields(model)["both"] == (ReceptiveField(3, 1, -1), ReceptiveField(3, 1, -1))


def test_a_class_of_its_own_gets_a_sentence():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x):
            return self.dense(x)

    for look in (layer_outputs, grad_cam):
        with pytest.raises(ValueError, match="Own is a class of its own, and only its code knows"):
            look(Own(), IMAGE)
    with pytest.raises(ValueError, match="Own is a class"):
        silent_channel_share(Own(), [IMAGE])
    inputs = [keras.Input((4, 4, 1)), keras.Input((4, 4, 1))]
    two = keras.Model(inputs, layers.Add()(inputs))
    with pytest.raises(ValueError, match="has 2 inputs"):
        layer_outputs(two, IMAGE)


def test_the_cats_and_dogs_network_has_eight_outputs_that_are_images():
    found = layer_outputs(image_architectures.cats_dogs(dropout=True), np.zeros((150, 150, 3)))
    shapes = [values.shape for values in found.values()]
    assert shapes[0] == (150, 150, 16)
    assert sum(len(shape) == 3 for shape in shapes) == 8
    kinds = ["conv2d", "max_pooling2d", "dropout", "conv2d", "max_pooling2d", "conv2d", "max_pooling2d", "dropout"]
    assert [name.rstrip("_0123456789") for name in list(found)[:8]] == kinds


def test_changes_by_chance_stay_out():
    model = keras.Sequential([keras.Input((4, 4, 1)), layers.RandomFlip(seed=1), layers.Rescaling(2.0)])
    for _ in range(4):
        np.testing.assert_array_equal(list(layer_outputs(model, IMAGE).values())[-1], 2 * IMAGE)


# grids


def test_a_grid_holds_every_channel_stretched_for_itself():
    array = np.stack([IMAGE[..., 0], 100 * IMAGE[..., 0], np.zeros((4, 4)), np.full((4, 4), 7)], axis=2)
    grid, dead = channel_grid(array, columns=3)
    assert grid.shape == (4 + 1 + 4, 3 * 5 - 1) and grid.dtype == np.float32
    np.testing.assert_allclose(grid[:4, :4], (IMAGE[..., 0] - 1) / 15, rtol=1e-6)
    np.testing.assert_allclose(grid[:4, 5:9], grid[:4, :4], rtol=1e-6)
    assert not grid[:4, 10:14].any()
    assert (grid[5:, :4] == 0.5).all()
    assert (grid[:, 4] == 1).all() and (grid[5:, 5:] == 1).all(), "gaps and empty places"
    assert dead.tolist() == [False, False, True, False]


def test_what_is_no_number_is_drawn_as_0():
    array = np.full((2, 2, 2), np.nan, "float32")
    array[0, 0, 1], array[1, 1, 1] = np.inf, 3
    grid, dead = channel_grid(array)
    assert np.isfinite(grid).all() and dead.tolist() == [True, False]


def test_a_flat_layer_becomes_rows_of_single_pixels():
    grid, dead = channel_grid(np.array([0, 1, 2, 4, 0]), columns=3)
    np.testing.assert_array_equal(grid, [[0, 0.25, 0.5], [1, 0, 0]])
    assert dead.tolist() == [True, False, False, False, True]


def test_a_grid_refuses_what_is_no_layer():
    with pytest.raises(ValueError, match=r"\(1, 4, 4, 2\)"):
        channel_grid(np.zeros((1, 4, 4, 2)))
    with pytest.raises(ValueError, match="columns is 0"):
        channel_grid(np.zeros((4, 4, 2)), columns=0)


def test_blank_channels_are_counted_over_images():
    model = with_weights(sequential())
    shares = silent_channel_share(model, [IMAGE, np.zeros_like(IMAGE)], batch=1)
    assert shares["conv"] == shares["pool"] == (0.5 + 1) / 2
    assert shares["flat"] == 0.75 and shares["out"] == 0
    with pytest.raises(ValueError, match="no image"):
        silent_channel_share(model, [])


def test_filters_are_dark_below_0_and_light_above():
    layer = layers.Conv2D(2, 1)
    layer.build((None, 4, 4, 3))
    layer.set_weights([np.array([[1, -2], [0, 0.5], [-1, 2]], "float32").reshape(1, 1, 3, 2), np.zeros(2)])
    grid = filter_grid(layer)
    np.testing.assert_allclose(grid[::2, ::2], [[0.75, 0], [0.5, 0.625], [0.25, 1]])
    np.testing.assert_array_equal(filter_grid(layer.get_weights()[0]), grid)
    assert (filter_grid(np.zeros((3, 3, 1, 1))) == 0.5).all()
    with pytest.raises(ValueError, match="has no filters: it is MaxPooling2D"):
        filter_grid(layers.MaxPooling2D(name="pool"))


# Grad-CAM


@pytest.mark.parametrize("head", ["sigmoid", "softmax", "logits", "one logit", "activation layer"])
def test_grad_cam_finds_the_only_region_that_tells_anything(head):
    """Channel 0 finds red, channel 1 green; only red speaks for class 1. The image is full of green."""
    units = 1 if head in ("sigmoid", "one logit") else 2
    activation = {"sigmoid": "sigmoid", "softmax": "softmax"}.get(head)
    model = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(2, 3, padding="same"), layers.MaxPooling2D(2)])
    model.add(layers.Flatten())
    model.add(layers.Dense(units, activation=activation))
    if head == "activation layer":
        model.add(layers.Activation("softmax"))
    kernel = np.zeros((3, 3, 3, 2))
    kernel[1, 1, 0, 0] = kernel[1, 1, 1, 1] = 1
    model.layers[0].set_weights([kernel, np.zeros(2)])
    weights = np.zeros((512, units))
    weights[0::2, -1] = 40  # so sure that a sigmoid's own gradient vanishes
    model.layers[3].set_weights([weights, np.zeros(units)])
    image = np.zeros((32, 32, 3))
    image[:, :16, 1] = 1
    image[20:26, 22:30, 0] = 1
    heat = grad_cam(model, image)
    assert heat[20:26, 22:30].min() == 1
    outside = heat.copy()
    outside[20:26, 22:30] = 0
    assert not outside.any()
    np.testing.assert_array_equal(grad_cam(model, image, class_index=1), heat)
    assert not grad_cam(model, image, class_index=0).any()


def test_grad_cam_is_the_same_after_loading(tmp_path):
    keras.utils.set_random_seed(3)
    model = image_architectures.cats_dogs(size=32, dropout=True)
    model.optimizer.build(model.trainable_variables)
    image = np.random.default_rng(1).random((32, 32, 3), "float32")
    heat = grad_cam(model, image)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert heat.max() == 1
    np.testing.assert_allclose(grad_cam(again, image), heat, atol=1e-5)


def test_grad_cam_refuses_what_it_cannot_do():
    model = sequential()
    with pytest.raises(ValueError, match="no layer 'other'.*There are: conv, pool, drop"):
        grad_cam(model, IMAGE, layer="other")
    with pytest.raises(ValueError, match="classes 0 to 1"):
        grad_cam(model, IMAGE, class_index=2)
    dense = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(ValueError, match="this network has none"):
        grad_cam(dense, IMAGE)
    with pytest.raises(ValueError, match="no list of classes"):
        grad_cam(keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(1, 1)]), IMAGE)


def test_grad_cam_of_a_layer_given_itself_or_by_name():
    model = with_weights(sequential())
    np.testing.assert_array_equal(grad_cam(model, IMAGE, layer=model.layers[1]), grad_cam(model, IMAGE, layer="pool"))


# receptive fields


def test_receptive_fields_against_what_values_really_depend_on():
    model = keras.Sequential(
        [
            keras.Input((30, 30, 1)),
            layers.Conv2D(1, 3, padding="same", name="a"),
            layers.MaxPooling2D(2, name="b"),
            layers.Dropout(0.1, name="c"),
            layers.Conv2D(1, 5, strides=2, name="d"),
            layers.AveragePooling2D(2, padding="same", name="e"),
            layers.Flatten(name="f"),
        ]
    )
    for layer in (model.layers[0], model.layers[3]):
        layer.set_weights([np.ones_like(layer.get_weights()[0]), np.zeros(1)])
    fields, ground = receptive_fields(model), np.ones((1, 30, 30, 1), "float32")
    assert fields["f"] is None
    before = batch_outputs(model, ground)
    for name, place in (("a", 7), ("b", 5), ("c", 3), ("d", 1), ("e", 1)):
        field = fields[name][0]
        first = field.start + place * field.step
        changed = []
        for row in range(30):
            image = ground.copy()
            image[0, row] = 100
            if (batch_outputs(model, image)[name] != before[name])[0, place].any():
                changed.append(row)
        assert changed == [row for row in range(first, first + field.size) if 0 <= row < 30], name


def test_convolutions_and_pools_are_picked_out():
    found = convolutions_and_pools(with_weights(sequential()), np.stack([IMAGE, IMAGE]))
    assert [(kind, values.shape) for kind, values in found] == [
        ("Conv2D", (2, 4, 4, 2)),
        ("MaxPooling2D", (2, 2, 2, 2)),
    ]
    with pytest.raises(ValueError, match="no convolution"):
        convolutions_and_pools(keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten()]), IMAGE[None])
