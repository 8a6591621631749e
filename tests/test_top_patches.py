"""The patches that excite a channel most: helpers/models/top_patches.py."""

import keras
import numpy as np
import pytest
from keras import layers

from helpers.models import cut_patch, layer_outputs, receptive_fields, top_patches
from helpers.models.top_patches import OUTSIDE


@pytest.fixture(scope="module")
def model() -> keras.Model:
    keras.utils.set_random_seed(3)
    network = [
        keras.Input((20, 24, 3)),
        layers.Conv2D(2, 3, padding="same", activation="relu", name="first"),
        layers.MaxPooling2D(2),
        layers.Conv2D(3, 3, padding="same", activation="relu", name="second"),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ]
    model = keras.Sequential(network)
    kernel = np.zeros((3, 3, 3, 2), "float32")
    kernel[1, 1, 0, 0], kernel[1, 1, :, 1] = 1, -1  # channel 0 finds red, channel 1 is dead
    model.get_layer("first").set_weights([kernel, np.array([0, -0.5], "float32")])
    return model


def images() -> np.ndarray:
    """Gray images, each with one red pixel: the redder, the later; the last is in a corner."""
    made = np.full((12, 20, 24, 3), 0.2, "float32")
    for number in range(12):
        made[number, 5, number, 0] = 0.4 + number / 20
    made[11, 5, 11, 0], made[11, 0, 0, 0] = 0.2, 0.95
    return made


def test_the_strongest_come_first_each_from_another_image_with_what_the_value_saw(model):
    found = top_patches(model, images())
    assert list(found) == ["first", "second"]
    first = found["first"]
    assert first.pixels.shape == (2, 9, 3, 3, 3)
    assert first.pixels.dtype == np.uint8
    assert first.indices[0].tolist() == list(range(11, 2, -1))
    np.testing.assert_allclose(first.strengths[0], [0.95, *(0.4 + n / 20 for n in range(10, 2, -1))], rtol=1e-6)
    assert first.pixels[0, 1, 1, 1].tolist() == [round(255 * 0.9), 51, 51], "the pixel is in the middle of its field"
    assert first.pixels[0, 0, 0].tolist() == [[OUTSIDE] * 3] * 3, "gray beyond the border"
    assert not first.strengths[1].any(), "a dead channel has nothing that excites it"


def test_a_patch_is_where_the_layer_has_its_largest_value(model):
    pictures = np.random.default_rng(0).random((5, 20, 24, 3)).astype("float32")
    found, field = top_patches(model, pictures, count=2)["second"], receptive_fields(model)["second"]
    for channel in range(3):
        largest = [layer_outputs(model, picture)["second"][..., channel].max() for picture in pictures]
        best = int(np.argmax(largest))
        assert found.indices[channel, 0] == best
        maps = layer_outputs(model, pictures[best])["second"][..., channel]
        row, column = np.unravel_index(maps.argmax(), maps.shape)
        shown = np.rint(255 * pictures[best]).astype(np.uint8)
        np.testing.assert_array_equal(found.pixels[channel, 0], cut_patch(shown, field, row, column))


def test_fewer_images_than_patches_gray_images_and_no_image(model):
    assert top_patches(model, images()[:4])["first"].pixels.shape[1] == 4
    gray = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="conv"), layers.Flatten()])
    assert top_patches(gray, np.zeros((2, 8, 8, 1)))["conv"].pixels.shape == (2, 2, 3, 3, 1)
    with pytest.raises(ValueError, match="at least one"):
        top_patches(model, images()[:0])


def test_a_convolution_that_sees_too_much_is_left_out():
    wide = keras.Sequential(
        [keras.Input((80, 80, 1)), layers.Conv2D(1, 70, name="wide"), layers.Conv2D(1, 3, name="wider")]
    )
    assert top_patches(wide, np.zeros((1, 80, 80, 1))) == {}


def test_a_network_that_diverged_has_patches_whose_strengths_are_numbers(model):
    broken = keras.models.clone_model(model)
    broken.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    assert np.isfinite(top_patches(broken, images()[:2])["first"].strengths).all()
