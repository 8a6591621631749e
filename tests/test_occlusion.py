"""Occlusion maps: helpers/models/occlusion.py, and the overlay that shows them: helpers/plots/heat.py."""

import keras
import numpy as np
import pytest
from keras import layers

from helpers.exercises.lesson_09 import occlusion_map
from helpers.models import occlusion_drops, spread_drops
from helpers.plots import heat_overlay
from helpers.plots.heat import HEAT


def network(units: int = 1) -> keras.Model:
    keras.utils.set_random_seed(4)
    model = keras.Sequential(
        [
            keras.Input((12, 16, 3)),
            layers.Flatten(),
            layers.Dense(units, activation="sigmoid" if units == 1 else "softmax"),
        ]
    )
    kernel, bias = model.layers[-1].get_weights()
    model.layers[-1].set_weights([kernel / 5, bias + 0.3])
    return model


IMAGE = np.random.default_rng(5).random((12, 16, 3)).astype("float32")


def test_it_is_the_map_of_the_learners_loop_for_the_class_that_is_answered():
    model = network()

    def score(image):
        share = float(model(image[None])[0, 0])
        return np.log(share / (1 - share))

    sign = 1 if score(IMAGE) > 0 else -1
    drops = occlusion_drops(model, IMAGE, 4, 4)
    np.testing.assert_allclose(drops, sign * occlusion_map(score, IMAGE, 4, 4), atol=1e-4)
    np.testing.assert_allclose(
        occlusion_drops(model, IMAGE, 4, 4, class_index=0), occlusion_map(lambda i: -score(i), IMAGE, 4, 4), atol=1e-4
    )
    assert occlusion_drops(model, IMAGE, 5, 3).shape == (3, 4), "squares that do not fit are left out"


def test_logits_have_the_map_of_their_softmax():
    model = network(3)
    kernel, logits = model.layers[-1], keras.Sequential([keras.Input((12, 16, 3)), layers.Flatten(), layers.Dense(3)])
    logits.layers[-1].set_weights(kernel.get_weights())
    np.testing.assert_allclose(occlusion_drops(logits, IMAGE, 6, 6), occlusion_drops(model, IMAGE, 6, 6), atol=1e-4)
    kernel.set_weights([np.full_like(weights, np.nan) for weights in kernel.get_weights()])
    with pytest.raises(ValueError, match="weights diverged"):
        occlusion_drops(model, IMAGE, 6, 6)


def test_of_several_classes_one_is_asked_for():
    model = network(3)
    drops = [occlusion_drops(model, IMAGE, 6, 6, class_index=number) for number in range(3)]
    best = int(np.argmax(model(IMAGE[None])))
    np.testing.assert_array_equal(occlusion_drops(model, IMAGE, 6, 6), drops[best])
    assert not np.allclose(drops[0], drops[1])


def test_a_network_that_takes_0_to_255_gets_the_same_gray():
    inner = network()
    outer = keras.Sequential([keras.Input((12, 16, 3)), layers.Rescaling(1 / 255), inner])
    np.testing.assert_allclose(occlusion_drops(outer, IMAGE, 4, 4), occlusion_drops(inner, IMAGE, 4, 4), atol=1e-3)


def test_the_image_stays_and_what_cannot_be_is_refused():
    model, image = network(), IMAGE.copy()
    occlusion_drops(model, image, 4, 4)
    np.testing.assert_array_equal(image, IMAGE)
    for size, step in ((13, 1), (0, 1), (4, 0)):
        with pytest.raises(ValueError, match=f"A square of {size} with step {step} doesn't fit into 12 × 16"):
            occlusion_drops(model, IMAGE, size, step)
    with pytest.raises(ValueError, match="class_index is 2; the network has the classes 0 to 1"):
        occlusion_drops(model, IMAGE, 4, 4, class_index=2)


def test_each_pixel_gets_the_mean_of_the_squares_that_covered_it():
    spread = spread_drops(np.array([[1.0, 3.0]]), size=4, step=2)
    assert spread.shape == (4, 6)
    assert spread[0].tolist() == [1, 1, 2, 2, 3, 3]
    assert spread_drops(np.ones((2, 2)), size=1, step=3)[0].tolist() == [1, 0, 0, 1], "what no square reached is 0"


def test_where_a_map_is_0_or_below_the_image_stays_and_its_largest_value_is_brightest():
    heat = np.zeros((12, 16))
    heat[0, 0], heat[5, 5] = -3, 7
    shown = heat_overlay(IMAGE, heat, opacity=1)
    assert shown[5, 5].tolist() == HEAT[255].tolist()
    rest = np.ones((12, 16), bool)
    rest[5, 5] = False
    np.testing.assert_array_equal(shown[rest], np.rint(IMAGE * 255).astype(np.uint8)[rest])
    assert heat_overlay(IMAGE, np.zeros((3, 4))).tolist() == np.rint(IMAGE * 255).astype(np.uint8).tolist()
    assert heat_overlay(IMAGE, np.ones((3, 4))).shape == IMAGE.shape, "a smaller map is enlarged"
