"""Grad-CAM lies where the image has what a class is read from: with every head, built, frozen, nested and loaded."""

import keras
import numpy as np
import pytest
from keras import layers

from helpers.models import architectures, grad_cam
from tests.tiny_networks import IMAGE, WAYS, head, reloaded, residual_base, sequential, squeezing_base


@pytest.mark.parametrize("way", WAYS)
def test_it_lies_where_the_image_is_bright(way, tmp_path):
    model, image = WAYS[way](tmp_path), np.zeros((4, 4, 1), "float32")
    image[0, 3] = 50
    heat = grad_cam(model, image)
    assert heat.shape == (4, 4)
    assert heat.dtype == np.float32
    assert heat.max() == 1
    assert heat.min() == 0
    assert np.unravel_index(heat.argmax(), heat.shape) == (0, 3)
    assert not grad_cam(model, image, class_index=0).any(), "nothing speaks for class 0"


@pytest.mark.parametrize(
    "activation",
    ["sigmoid", "softmax", "logits", "one logit", "activation layer", "in mixed precision", "frozen, of bytes"],
)
def test_it_finds_the_only_region_that_tells_anything(activation):
    """Channel 0 finds red, channel 1 green; only red speaks for class 1. The image is full of green."""
    units = 1 if activation in ("sigmoid", "one logit") else 2
    dtype = "mixed_float16" if activation == "in mixed precision" else "float32"
    model = keras.Sequential([layers.Conv2D(2, 3, padding="same", dtype=dtype), layers.MaxPooling2D(2, dtype=dtype)])
    model.add(layers.Flatten(dtype=dtype))
    model.add(layers.Dense(units, activation=activation if activation in ("sigmoid", "softmax") else None, dtype=dtype))
    model.build((None, 32, 32, 3))
    if activation == "activation layer":
        model.add(layers.Activation("softmax"))
    kernel = np.zeros((3, 3, 3, 2))
    kernel[1, 1, 0, 0] = kernel[1, 1, 1, 1] = 1
    model.layers[0].set_weights([kernel, np.zeros(2)])
    weights = np.zeros((512, units))
    weights[0::2, -1] = 40  # so sure that a sigmoid's own gradient vanishes
    model.layers[3].set_weights([weights, np.zeros(units)])
    if activation == "frozen, of bytes":
        model.trainable = False
        inputs = keras.Input((32, 32, 3), dtype="uint8")
        model = keras.Model(inputs, model(layers.Rescaling(1 / 255)(inputs)))
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


ENDS = {
    "reshaped": [layers.Flatten(), layers.Dense(1, "sigmoid"), layers.Reshape((1, 1))],
    "an operation": [layers.Flatten(), layers.Dense(1), keras.ops.sigmoid],
    "a Lambda": [layers.Flatten(), layers.Dense(1), layers.Lambda(keras.ops.sigmoid)],
    "a convolution": [layers.Conv2D(1, 4, activation="sigmoid"), layers.Dropout(0.5)],
}


@pytest.mark.parametrize("end", ENDS)
def test_a_single_probability_below_a_half_is_class_0(end):
    x = inputs = keras.Input((4, 4, 1))
    for layer in (layers.Conv2D(1, 1, name="first"), *ENDS[end]):
        x = layer(x)
    model = keras.Model(inputs, x)
    for layer in model.layers:
        layer.set_weights([np.full_like(w, 0.1) if w.ndim > 1 else w - 1 for w in layer.get_weights()])
    for light, answer in ((0.2, 0), (1.0, 1)):
        image = np.full((4, 4, 1), 30 * light, "float32")
        np.testing.assert_array_equal(grad_cam(model, image), grad_cam(model, image, answer))
        assert grad_cam(model, image, 1).any() != grad_cam(model, image, 0).any()


@pytest.mark.parametrize("is_loaded", [False, True])
@pytest.mark.parametrize("kind", ["sequential", "functional"])
@pytest.mark.parametrize("make_base", [squeezing_base, residual_base])
def test_a_frozen_base_under_a_head_against_the_whole_written_out(make_base, kind, is_loaded, tmp_path):
    """The gradient of a logit through pooling and Dense is the Dense weight, divided by the number of places."""
    keras.utils.set_random_seed(2)
    base, image = make_base(), np.random.default_rng(1).random((32, 32, 3), "float32")
    last = [layer for layer in base.layers if isinstance(layer, layers.Conv2D)][-1]
    model = head(base, kind)
    model = reloaded(model, tmp_path) if is_loaded else model
    channels = keras.Model(base.inputs[0], last.output)(image[None])[0].numpy()
    for class_index in (0, 1):
        weights = model.layers[-1].get_weights()[0][:, class_index]
        weights = weights[-channels.shape[-1] :]  # of the concatenated ones, the last are those of the last convolution
        if base.name == "residual":  # ReLU6 follows
            weights = weights * ((channels > 0) & (channels < 6)).mean(axis=(0, 1))
        expected = np.maximum((channels * weights).sum(axis=2), 0)
        heat = grad_cam(model, image, class_index)
        if not expected.any():
            assert not heat.any()
            continue
        small = keras.ops.image.resize(expected[..., None] / expected.max(), (32, 32)).numpy()[..., 0]
        np.testing.assert_allclose(heat, small / small.max(), atol=1e-4)


def test_it_is_the_same_after_loading(tmp_path):
    keras.utils.set_random_seed(3)
    model = architectures.cats_dogs(size=32, dropout=True)
    model.optimizer.build(model.trainable_variables)
    image = np.random.default_rng(1).random((32, 32, 3), "float32")
    heat = grad_cam(model, image)
    assert heat.max() == 1
    np.testing.assert_allclose(grad_cam(reloaded(model, tmp_path), image), heat, atol=1e-5)


def test_it_refuses_what_it_cannot_do():
    with pytest.raises(ValueError, match="class_index is 2; the network has the classes 0 to 1"):
        grad_cam(sequential(), IMAGE, class_index=2)
    dense = keras.Sequential([keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(ValueError, match="this network has none"):
        grad_cam(dense, IMAGE)
    with pytest.raises(ValueError, match="not one number for each class"):
        grad_cam(keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(1, 1)]), IMAGE)
