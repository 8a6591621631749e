"""The image slider: image, label and numbers follow the slider."""

import re

import numpy as np
import pytest

from helpers.widgets import ImageSlider
from helpers.widgets.image_slider import numbers_text
from tests.widget_parts import pixels

CLOTHES = np.random.default_rng(0).integers(0, 256, (50, 28, 28), dtype="uint8")
LABELS = np.arange(50) % 10
NAMES = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def test_the_slider_shows_image_label_class_and_numbers():
    slider = ImageSlider(CLOTHES, LABELS, NAMES, index=42)
    assert slider.text == "Image 42: label 2, Pullover"
    assert f'alt="{slider.text}"' in slider.html
    assert numbers_text(CLOTHES[42]) in slider.html
    slider.children[0].value = 9
    assert slider.index == 9
    assert "Image 9: label 9, Ankle boot" in slider.html
    assert numbers_text(CLOTHES[9]) in slider.html
    slider.index = 0
    assert slider.children[0].value == 0
    assert slider.fallback()["text/plain"] == "Image 0: label 0, T-shirt."


def test_numbers_stand_in_28_rows_and_columns():
    rows = numbers_text(CLOTHES[0]).split("\n")
    assert [list(map(int, row.split())) for row in rows] == CLOTHES[0].tolist()
    assert len({len(row) for row in rows}) == 1
    assert numbers_text(np.full((2, 2, 1), 0.5)) == "0.50 0.50\n0.50 0.50"


def test_only_small_gray_images_are_shown_as_numbers():
    assert numbers_text(np.zeros((300, 300))) == numbers_text(np.zeros((28, 28, 3))) == ""
    assert "<pre" not in ImageSlider(CLOTHES, numbers=False).html
    assert ImageSlider(CLOTHES, what="channel", index=2).text == "Channel 2"
    assert "<pre" not in ImageSlider(np.zeros((2, 28, 28, 3))).html


@pytest.mark.parametrize("image", [CLOTHES[0], CLOTHES[0][..., np.newaxis], CLOTHES[0] / 255])
def test_a_pixel_becomes_a_square(image):
    page = ImageSlider([image]).html
    assert 'style="width:224px"' in page
    np.testing.assert_array_equal(pixels(re.search('src="([^"]+)"', page).group(1)), CLOTHES[0])


def test_large_color_images_keep_their_size():
    page = ImageSlider(np.zeros((1, 300, 400, 3))).html
    assert 'style="width:400px"' in page
    assert pixels(re.search('src="([^"]+)"', page).group(1)).shape == (300, 400, 3)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (dict(images=[]), "images is empty"),
        (dict(images=CLOTHES, labels=[1]), "1 labels for 50 images"),
        (dict(images=CLOTHES, index=50), "the index is 50; there are the images 0 to 49"),
        (dict(images=CLOTHES, index=-1), "the index is -1"),
    ],
)
def test_a_slider_that_makes_no_sense_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        ImageSlider(**arguments)


def test_an_image_that_cannot_be_shown_gets_a_sentence():
    slider = ImageSlider([CLOTHES[0], np.full((28, 28), np.nan)])
    slider.index = 1
    assert "An image has values" in slider.html
    slider.index = 0
    assert "Image 0" in slider.html
