"""The feature map grid: three images through every convolution and pooling layer, one filter at a time."""

import re

import keras
import numpy as np
import pytest

from helpers.models.layers import convolutions_and_pools
from helpers.widgets import FeatureMapGrid
from tests.widget_parts import pixels

NAMES = ["0", "23", "28"]


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(1).random((3, 28, 28), "float32")


def tiles(grid: FeatureMapGrid) -> list[np.ndarray]:
    """Row by row, the image and what each layer makes of it."""
    return [pixels(address) for address in re.findall(r'src="(data:image/png;base64,[^"]+)"', grid.html)]


def test_every_convolution_and_pool_is_shown_with_what_it_passes_on(network, images):
    layers = convolutions_and_pools(network, images[..., None])
    assert [name for name, _ in layers] == ["Conv2D", "MaxPooling2D"] * 2
    assert [values.shape for _, values in layers] == [(3, 26, 26, 6), (3, 13, 13, 6), (3, 11, 11, 8), (3, 5, 5, 8)]
    expected = network.layers[1](network.layers[0](images[..., None]))
    np.testing.assert_allclose(layers[1][1], expected, atol=1e-6)


def test_a_tile_holds_the_values_of_the_chosen_filter(network, images):
    grid = FeatureMapGrid(network, images, NAMES, filter_index=4)
    first = convolutions_and_pools(network, images[..., None])[0][1][..., 4]
    np.testing.assert_allclose(tiles(grid)[2 * 5 + 1], first[2] / first.max() * 255, atol=1)


def test_the_slider_changes_image_and_words(network, images):
    grid = FeatureMapGrid(network, images, NAMES)
    before, words = grid.fallback()["image/png"], grid.text
    grid.filter_index = 5
    assert grid.fallback()["image/png"] != before
    assert words.startswith("Filter 0, ")
    assert grid.text.startswith("Filter 5, ")
    assert grid.text in grid.html
    assert grid.fallback()["text/plain"] == grid.text


def test_the_page_has_names_as_text_and_each_tile_in_its_own_size(network, images):
    grid = FeatureMapGrid(network, images, NAMES)
    assert [tile.shape for tile in tiles(grid)] == 3 * [(28, 28), (26, 26), (13, 13), (11, 11), (5, 5)]
    assert "<b>MaxPooling2D</b><br>13 × 13" in grid.html
    assert grid.fallback()["text/html"] == grid.html


def test_the_slider_ends_where_the_smallest_layer_does(network, images):
    assert FeatureMapGrid(network, images, NAMES).children[0].max == 5


def test_names_are_text_not_html(network, images):
    html = FeatureMapGrid(network, images, ["<u>", "23", "28"]).html
    assert "<u>" not in html
    assert "&lt;u&gt;" in html


def test_a_dead_filter_is_black_and_no_error(network, images):
    dead = keras.models.clone_model(network)
    dead.layers[0].set_weights([np.zeros((3, 3, 1, 6)), -np.ones(6)])
    grid = FeatureMapGrid(dead, images, NAMES)
    assert not tiles(grid)[1].any()
    assert "Conv2D 0%, 0%, 0%" in grid.text


def test_what_makes_no_sense_is_refused(network, images):
    with pytest.raises(ValueError, match="2 names for 3 images"):
        FeatureMapGrid(network, images, NAMES[:2])
    with pytest.raises(ValueError, match="filters 0 to 5; 6"):
        FeatureMapGrid(network, images, NAMES, filter_index=6)
    dense = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="no convolution"):
        FeatureMapGrid(dense, images, NAMES)
