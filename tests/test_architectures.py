"""The lessons' networks have the parameters that the lessons work out by hand, and steps and rates as they should."""

import keras
import numpy as np
import pytest

from helpers.models import architectures

IMAGES = np.random.default_rng(0).random((2, 28, 28, 1)).astype("float32")


@pytest.mark.parametrize(
    ("size", "blocks", "parameters", "flat"), [(300, 5, 1_704_097, 7 * 7 * 64), (150, 3, 9_494_561, 17 * 17 * 64)]
)
def test_horses_humans_has_the_published_parameters(size, blocks, parameters, flat):
    model = architectures.horses_humans(size, blocks)
    assert model.count_params() == parameters
    flatten = next(layer for layer in model.layers if isinstance(layer, keras.layers.Flatten))
    assert flatten.output.shape == (None, flat)
    assert isinstance(model.optimizer, keras.optimizers.RMSprop)


def test_cats_dogs_has_the_published_parameters():
    assert architectures.cats_dogs().count_params() == 10_641_441


def test_dropout_adds_no_parameters_and_stands_where_the_lesson_puts_it():
    model = architectures.cats_dogs(dropout=True)
    assert model.count_params() == 10_641_441
    kinds = [type(layer).__name__ for layer in model.layers[:8]]
    assert kinds == ["Conv2D", "MaxPooling2D", "Dropout", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Dropout"]
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.3, 0.3, 0.1]


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        (architectures.digits_dense, 784 * 50 + 50 + 50 * 50 + 50 + 50 * 10 + 10),
        (architectures.clothes_dense, 784 * 128 + 128 + 128 * 10 + 10),
        (architectures.clothes_convolutional, 640 + 36_928 + 1600 * 128 + 128 + 128 * 10 + 10),
    ],
)
def test_networks_for_gray_images_have_the_parameters_of_their_lessons(build, parameters):
    model = build()
    assert model.count_params() == parameters
    history = model.fit(np.zeros((2, 28, 28)), np.array([0, 9]), verbose=0).history
    assert history["loss"][0] == pytest.approx(np.log(10), rel=1e-3)  # black images: every class alike


def test_the_strong_baseline_is_small_and_takes_images_of_any_size():
    model = architectures.strong_baseline()
    assert model.count_params() == 390_113
    assert model(np.zeros((1, 64, 64, 3))).shape == model(np.zeros((1, 96, 96, 3))).shape == (1, 1)


def test_the_rate_of_the_strong_baseline_is_one_cycle_and_can_be_saved(tmp_path):
    model = architectures.strong_baseline(16, steps=100, filters=(2,), peak=0.004)
    model.fit(np.zeros((2, 16, 16, 3)), np.zeros(2), verbose=0)
    model.save(tmp_path / "own.keras")
    loaded = keras.models.load_model(tmp_path / "own.keras", safe_mode=True)
    config = loaded.optimizer.get_config()["learning_rate"]
    rate = keras.optimizers.schedules.deserialize(config)
    done = np.linspace(0, 1, 21)
    falling = 0.002 * (1 + np.cos(np.pi * (done - 0.25) / 0.75))
    expected = np.where(done < 0.25, 0.004 * (0.1 + 3.6 * done), falling)
    np.testing.assert_allclose([rate(100 * share) for share in done], expected, atol=1e-7)


def test_a_layer_table_says_what_summary_says():
    rows = architectures.layer_table(architectures.clothes_dense())
    assert rows == [("Flatten", "784", 0), ("Dense 128", "128", 100_480), ("Dense 10", "10", 1_290)]
    with pytest.raises(ValueError, match="keras.Input"):
        architectures.layer_table(keras.Sequential([keras.layers.Dense(1)]))


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        (architectures.digits_dense, 42_310),
        (architectures.clothes_dense, 101_770),
        (architectures.clothes_convolutional, 243_786),
    ],
)
def test_the_lessons_networks_have_their_parameters_and_their_rows_add_up(build, parameters):
    model = build()
    assert model.count_params() == parameters == sum(row[2] for row in architectures.layer_table(model))
    assert model(IMAGES[:2]).shape == (2, 10)
    assert model.predict(IMAGES[:2, ..., 0], verbose=0).shape == (2, 10)  # (N, 28, 28) as well


def test_shapes_are_those_of_the_lesson():
    rows = architectures.layer_table(architectures.clothes_convolutional())
    assert [shape for _, shape, _ in rows] == [
        "26 × 26 × 64", "13 × 13 × 64", "11 × 11 × 64", "5 × 5 × 64", "1600", "128", "10",
    ]  # fmt: skip
    assert ("Flatten", "1600", 0) in architectures.layer_table(architectures.clothes_convolutional())


def test_a_network_without_an_input_is_told_what_it_lacks():
    with pytest.raises(ValueError, match=r"keras\.Input"):
        architectures.layer_table(keras.Sequential([keras.layers.Dense(2)]))


def test_frozen_filters_stay_random_and_the_dense_layers_learn():
    model = architectures.clothes_convolutional(filters=4, frozen=True)
    before = model.get_weights()
    model.fit(IMAGES, np.array([3, 5]), epochs=2, verbose=0)
    moved = [not np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True)]
    assert moved == [False] * 4 + [True] * 4
    assert model.count_params() == architectures.clothes_convolutional(filters=4).count_params()
