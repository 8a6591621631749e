"""Out-of-distribution detection on a network whose features can be worked out by hand."""

import keras
import numpy as np
import pytest

from helpers.models.outliers import KNNOutlierDetector


def network():
    """Its two features are how red and how green an image is, on average; then one sigmoid."""
    mean = keras.layers.GlobalAveragePooling2D()
    return keras.Sequential([keras.Input((4, 4, 2)), mean, keras.layers.Dense(1, "sigmoid")])


def images(*angles):
    """One image for each direction of (red, green), in degrees."""
    colors = np.stack([np.cos(np.deg2rad(angles)), np.sin(np.deg2rad(angles))], axis=1).astype("float32")
    return np.tile(colors[:, None, None], (1, 4, 4, 1))


def test_distance_is_that_of_the_tenth_nearest_on_the_unit_circle():
    in_distribution = KNNOutlierDetector(network(), images(*range(10)), images(5))
    # From 0° the tenth nearest lies at 9°; a chord of the unit circle is twice the sine of half the angle.
    np.testing.assert_allclose(in_distribution.distance(images(0, 90)), 2 * np.sin(np.deg2rad([4.5, 45])), atol=1e-4)


def test_brightness_alone_changes_no_distance():
    in_distribution = KNNOutlierDetector(network(), images(*range(10)), images(5))
    np.testing.assert_allclose(in_distribution.distance(images(3) / 4), in_distribution.distance(images(3)), atol=1e-4)


def test_the_limit_lets_95_of_100_other_images_of_the_classes_pass():
    random = np.random.default_rng(0)
    in_distribution = KNNOutlierDetector(
        network(), images(*random.uniform(0, 40, 500)), images(*random.uniform(0, 40, 400))
    )
    assert in_distribution(images(*random.uniform(0, 40, 400))).mean() == pytest.approx(0.95, abs=0.04)
    assert not in_distribution(images(*random.uniform(60, 90, 50))).any()


def test_black_images_and_many_batches_are_no_trouble():
    in_distribution = KNNOutlierDetector(network(), images(*range(300)), images(*range(300)))
    assert np.isfinite(in_distribution.distance(np.zeros((2, 4, 4, 2), np.float32))).all()
    assert in_distribution(images(*range(300))).shape == (300,)


def test_too_few_images_to_compare_with():
    with pytest.raises(ValueError, match="3 known and 1 other"):
        KNNOutlierDetector(network(), images(1, 2, 3), images(1))
    with pytest.raises(ValueError, match="0 other"):
        KNNOutlierDetector(network(), images(*range(10)), images(1)[:0])


@pytest.mark.parametrize("ending", ["functional", "activation layer", "nested"])
def test_features_are_what_reaches_the_last_dense_layer(ending):
    model = network()
    if ending == "functional":
        inputs = keras.Input((4, 4, 2))
        mean = keras.layers.GlobalAveragePooling2D()
        both = keras.layers.Concatenate()([mean(inputs), mean(inputs)])  # twice the features, the same angles
        model = keras.Model(inputs, keras.layers.Dense(1)(both))
    elif ending == "activation layer":
        model.add(keras.layers.Activation("tanh"))
    else:
        model = keras.Sequential([keras.Input((4, 4, 2)), model])
    detector = KNNOutlierDetector(model, images(*range(10)), images(5))
    np.testing.assert_allclose(detector.distance(images(0, 90)), 2 * np.sin(np.deg2rad([4.5, 45])), atol=1e-4)


def test_a_network_without_a_dense_layer_has_no_features():
    model = keras.Sequential([keras.Input((4, 4, 2)), keras.layers.GlobalAveragePooling2D()])
    with pytest.raises(ValueError, match="has no Dense layer"):
        KNNOutlierDetector(model, images(*range(10)), images(5))
