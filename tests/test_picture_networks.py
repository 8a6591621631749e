"""The colour networks have the shapes that the lessons work out by hand."""

import keras
import pytest

from helpers import picture_networks


@pytest.mark.parametrize(
    ("size", "blocks", "parameters", "flat"), [(300, 5, 1_704_097, 7 * 7 * 64), (150, 3, 9_494_561, 17 * 17 * 64)]
)
def test_horses_humans_has_the_published_parameters(size, blocks, parameters, flat):
    model = picture_networks.horses_humans(size, blocks)
    assert model.count_params() == parameters
    flatten = next(layer for layer in model.layers if isinstance(layer, keras.layers.Flatten))
    assert flatten.output.shape == (None, flat)
    assert isinstance(model.optimizer, keras.optimizers.RMSprop)


def test_cats_dogs_has_the_published_parameters():
    assert picture_networks.cats_dogs().count_params() == 10_641_441


def test_dropout_adds_no_parameters_and_stands_where_the_lesson_puts_it():
    model = picture_networks.cats_dogs(dropout=True)
    assert model.count_params() == 10_641_441
    kinds = [type(layer).__name__ for layer in model.layers[:8]]
    assert kinds == ["Conv2D", "MaxPooling2D", "Dropout", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Dropout"]
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.3, 0.3, 0.1]
