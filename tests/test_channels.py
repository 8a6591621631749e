"""Channels and filters as one image, and the share of silent ones, computed by hand."""

import numpy as np
import pytest
from keras import layers

from helpers.models import channel_grid, filter_grid
from tests.tiny_networks import IMAGE


def test_a_grid_holds_every_channel_stretched_by_itself():
    array = np.stack([IMAGE[..., 0], 100 * IMAGE[..., 0], np.zeros((4, 4)), np.full((4, 4), 7)], axis=2)
    grid, silent = channel_grid(array, columns=3)
    assert grid.shape == (4 + 1 + 4, 3 * 5 - 1)
    assert grid.dtype == np.float32
    np.testing.assert_allclose(grid[:4, :4], (IMAGE[..., 0] - 1) / 15, rtol=1e-6)
    np.testing.assert_allclose(grid[:4, 5:9], grid[:4, :4], rtol=1e-6)
    assert not grid[:4, 10:14].any()
    assert (grid[5:, :4] == 0.5).all()
    assert (grid[:, 4] == 1).all()
    assert (grid[5:, 5:] == 1).all()
    assert silent.tolist() == [False, False, True, False]


def test_nan_and_infinity_count_as_0():
    array = np.full((2, 2, 2), np.nan, "float32")
    array[0, 0, 1], array[1, 1, 1] = np.inf, 3
    grid, silent = channel_grid(array)
    np.testing.assert_array_equal(grid, [[0, 0, 1, 0, 0], [0, 0, 1, 0, 1]])
    assert silent.tolist() == [True, False]


def test_a_flat_layer_becomes_rows_of_single_pixels():
    grid, silent = channel_grid(np.array([0, 1, 2, 4, 0]), columns=3)
    np.testing.assert_array_equal(grid, [[0, 0.25, 0.5], [1, 0, 0]])
    assert silent.tolist() == [True, False, False, False, True]


def test_a_grid_refuses_what_is_not_one_layer():
    with pytest.raises(ValueError, match=r"\(1, 4, 4, 2\)"):
        channel_grid(np.zeros((1, 4, 4, 2)))
    with pytest.raises(ValueError, match="columns is 0"):
        channel_grid(np.zeros((4, 4, 2)), columns=0)


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
