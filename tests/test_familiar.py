"""Is a picture like those of the training? On a network whose numbers can be worked out by hand."""

import keras
import numpy as np
import pytest

from helpers.familiar import Familiar


def network():
    """Its two numbers are how red and how green a picture is, on average; then one sigmoid."""
    mean = keras.layers.GlobalAveragePooling2D()
    return keras.Sequential([keras.Input((4, 4, 2)), mean, keras.layers.Dense(1, "sigmoid")])


def pictures(*angles):
    """One picture for each direction of (red, green), in degrees."""
    colours = np.stack([np.cos(np.deg2rad(angles)), np.sin(np.deg2rad(angles))], axis=1).astype("float32")
    return np.tile(colours[:, None, None], (1, 4, 4, 1))


def test_distance_is_that_of_the_tenth_nearest_on_the_unit_circle():
    familiar = Familiar(network(), pictures(*range(10)), pictures(5))
    # From 0° the tenth nearest lies at 9°; a chord of the unit circle is twice the sine of half the angle.
    np.testing.assert_allclose(familiar.distance(pictures(0, 90)), 2 * np.sin(np.deg2rad([4.5, 45])), atol=1e-4)


def test_brightness_alone_makes_nothing_unfamiliar():
    familiar = Familiar(network(), pictures(*range(10)), pictures(5))
    np.testing.assert_allclose(familiar.distance(pictures(3) / 4), familiar.distance(pictures(3)), atol=1e-4)


def test_the_limit_lets_95_of_100_other_pictures_of_the_classes_pass():
    random = np.random.default_rng(0)
    familiar = Familiar(network(), pictures(*random.uniform(0, 40, 500)), pictures(*random.uniform(0, 40, 400)))
    assert familiar(pictures(*random.uniform(0, 40, 400))).mean() == pytest.approx(0.95, abs=0.04)
    assert not familiar(pictures(*random.uniform(60, 90, 50))).any()


def test_black_pictures_and_many_batches_are_no_trouble():
    familiar = Familiar(network(), pictures(*range(300)), pictures(*range(300)))
    assert np.isfinite(familiar.distance(np.zeros((2, 4, 4, 2), np.float32))).all()
    assert familiar(pictures(*range(300))).shape == (300,)


def test_too_few_pictures_to_compare_with():
    with pytest.raises(ValueError, match="3 known and 1 other"):
        Familiar(network(), pictures(1, 2, 3), pictures(1))
    with pytest.raises(ValueError, match="0 other"):
        Familiar(network(), pictures(*range(10)), pictures(1)[:0])
