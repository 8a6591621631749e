"""Gradient × input: which pixels speak for the answer."""

import keras
import numpy as np
import pytest
from keras import layers

from helpers.models.saliency import gradient_times_input

IMAGE = np.array([[[0.0, 1.0], [0.5, 0.25]]], "float32")


def dense(weights, activation) -> keras.Model:
    model = keras.Sequential([keras.Input((2, 2)), layers.Flatten(), layers.Dense(weights.shape[1], activation)])
    model.layers[-1].set_weights([weights, np.zeros(weights.shape[1])])
    return model


@pytest.mark.parametrize("scale", [1, 300])  # so sure that a softmax's own gradient vanishes
def test_of_a_linear_score_it_is_the_weights_times_the_pixels(scale):
    weights = scale * np.array([[5.0, 0], [1, 0], [-1, 0], [2, 0]])
    evidence = gradient_times_input(dense(weights, "softmax"), IMAGE)
    np.testing.assert_allclose(evidence, scale * np.array([[0, 1], [-0.5, 0.5]]), rtol=1e-5)


def test_one_output_speaks_for_the_class_that_is_answered():
    weights = np.array([[1.0], [-2], [-1], [0]])
    np.testing.assert_allclose(gradient_times_input(dense(weights, "sigmoid"), IMAGE), [[0, 2], [0.5, 0]])


def test_a_network_that_takes_other_values_gets_them():
    model = keras.Sequential([keras.Input((2, 2)), layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(2)])
    model.layers[-1].set_weights([np.array([[1.0, 0], [1, 0], [1, 0], [1, 0]]), np.zeros(2)])
    evidence = gradient_times_input(model, IMAGE)
    np.testing.assert_allclose(evidence / evidence.max(), IMAGE[0], atol=1e-5)
