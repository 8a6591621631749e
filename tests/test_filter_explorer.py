"""The explorer's Python side: what it takes, what it computes, what it leaves where no widget can run."""

import base64
import io
import itertools
import json
import re

import numpy as np
import pytest
from PIL import Image

from helpers.images.assets import street
from helpers.images.convolution import FILTERS, average_pool2d, convolve2d, max_pool2d
from helpers.widgets.filter_explorer import FilterExplorer, to_gray

SMALL = np.random.default_rng(0).integers(0, 256, (17, 12), dtype=np.uint8)


def test_the_street_is_a_gray_image_with_all_tones_and_many_lines_of_both_kinds():
    image = street()
    assert image.shape == (512, 512)
    assert image.dtype == np.uint8
    assert np.percentile(image, 2) < 60
    assert np.percentile(image, 98) > 220
    for name in ("vertical lines", "horizontal lines"):
        assert (np.abs(convolve2d(image, FILTERS[name])) > 150).mean() > 0.08


def test_result_is_what_convolve2d_and_pooling_give_for_all_settings():
    choices = itertools.product([1, 2, 3], ["valid", "same"], [True, False], [True, False], ["none", "max", "average"])
    explorer = FilterExplorer(image=SMALL, kernel="sharpen")
    for stride, padding, divide, relu, pooling in choices:
        explorer.stride, explorer.padding, explorer.divide = stride, padding, divide
        explorer.relu, explorer.pooling, explorer.kernel = relu, pooling, [[1, -2, 1], [0, 3, 0.5], [-1, 0, 2]]
        expected = convolve2d(SMALL, explorer.kernel, stride, padding) / (4.5 if divide else 1)
        expected = np.maximum(expected, 0) if relu else expected
        expected = {"none": np.array, "max": max_pool2d, "average": average_pool2d}[pooling](expected)
        assert explorer.result.dtype == np.float32
        np.testing.assert_allclose(explorer.result, expected, rtol=1e-6)


def test_nothing_is_divided_by_a_sum_of_zero_not_even_nearly_zero():
    explorer = FilterExplorer(image=SMALL, kernel=[[0.1, 0.2, -0.3], [0, 0, 0], [0, 0, 0]], divide=True)
    np.testing.assert_array_equal(explorer.result, convolve2d(SMALL, explorer.kernel))


def test_a_result_of_one_pixel_is_not_pooled_away():
    assert FilterExplorer(image=SMALL[:3, :3], pooling="max").result.shape == (1, 1)


def test_a_kernel_may_be_an_array_lists_or_a_name_and_reads_as_lists():
    explorer = FilterExplorer()
    assert explorer.kernel == FILTERS["vertical lines"].tolist()
    for kernel in (FILTERS["blur"], "blur", [[1, 1, 1]] * 3):
        explorer.kernel = kernel
        assert explorer.kernel == [[1.0, 1.0, 1.0]] * 3
    assert FilterExplorer().kernel == FILTERS["vertical lines"].tolist()


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        ("blurr", "'blurr' isn't one of the filters: vertical lines;"),
        ([[1, 2], [3, 4]], r"shape \(3, 3\); yours has \(2, 2\)"),
        ([[1, 2, 3], [4, 5], [6]], "nine numbers, in three rows"),
        (None, "shape"),
        (np.full((3, 3), np.nan), "from −1000 to 1000"),
        (np.full((3, 3), 1001), "from −1000 to 1000"),
    ],
)
def test_a_kernel_that_is_none_is_refused_and_the_old_one_stays(kernel, message):
    explorer = FilterExplorer()
    with pytest.raises(ValueError, match=message):
        explorer.kernel = kernel
    assert explorer.kernel == FILTERS["vertical lines"].tolist()


def test_a_learners_image_is_shown_in_gray_and_not_wider_than_512():
    assert (to_gray(np.full((4, 5, 3), [255, 0, 0], np.uint8)) == 76).all()
    assert (to_gray(np.full((4, 5, 4), [10, 10, 10, 0], np.uint8)) == 10).all()
    assert (to_gray(np.full((4, 5, 1), 0.5)) == 128).all()
    assert (to_gray(np.full((4, 5), 200.4)) == 200).all()
    assert to_gray(np.ones((3, 3), bool)).max() == 255
    assert to_gray(np.zeros((1024, 300), np.uint8)).shape == (512, 150)
    assert to_gray(np.zeros((6000, 4), np.uint8)).shape == (512, 3)
    np.testing.assert_array_equal(to_gray(SMALL), SMALL)


def test_a_new_image_can_be_given_at_any_time():
    explorer = FilterExplorer()
    np.testing.assert_array_equal(explorer.image, street())
    explorer.image = SMALL
    np.testing.assert_array_equal(explorer.image, SMALL)
    assert explorer.result.shape == (15, 10)
    assert explorer.pixel == [8, 6]


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.zeros((2, 9), np.uint8), "at least 3 × 3 pixels; yours are 2 × 9"),
        (np.zeros((0, 0)), "at least 3 × 3"),
        (np.zeros((9, 9, 2), np.uint8), r"this one has \(9, 9, 2\)"),
        (np.zeros(9), r"this one has \(9,\)"),
        (np.array([["a"]]), "at least 3 × 3"),
        (np.full((9, 9), 256), "0…255; this one has 256"),
        (np.full((9, 9), -1), "0…255; this one has -1"),
        (np.full((9, 9), np.nan), "0…255; this one has nan"),
    ],
)
def test_what_is_no_image_is_refused(image, message):
    with pytest.raises(ValueError, match=message):
        FilterExplorer(image=image)


def test_where_no_widget_can_run_there_is_an_image_a_live_page_and_a_sentence():
    explorer = FilterExplorer(kernel="emboss", relu=True, pooling="max", stride=2)
    bundle, metadata = explorer._repr_mimebundle_()
    sentence = bundle["text/plain"]
    assert "512 × 512" in sentence
    assert "127 × 127" in sentence
    assert "−2, −1, 0; −1, 1, 1; 0, 1, 2" in sentence
    assert all(word in sentence for word in ("stride 2", "valid", "ReLU", "max pooling"))
    assert metadata["image/jpeg"]["alt"] == sentence
    assert sentence in bundle["text/html"]
    image = Image.open(io.BytesIO(base64.b64decode(bundle["image/jpeg"])))
    assert image.width > 600
    assert np.array(image.convert("L")).std() > 50
    assert sum(len(part) for part in bundle.values() if isinstance(part, str)) < 600_000


def test_the_live_page_carries_the_very_image_and_settings():
    page = FilterExplorer(image=SMALL, kernel="blur", divide=True, padding="same").fallback()["text/html"]
    state = json.loads(re.search(r"const \{ state, css \} = (.*);\n", page).group(1))["state"]
    assert state["kernel"] == FILTERS["blur"].tolist()
    assert state["divide"]
    assert state["padding"] == "same"
    png = Image.open(io.BytesIO(base64.b64decode(state["_png"])))
    np.testing.assert_array_equal(np.array(png), SMALL)


def test_settings_that_do_not_exist_are_refused():
    import traitlets

    for wrong in ({"stride": 4}, {"padding": "full"}, {"pooling": "min"}, {"pixel": [1, 2, 3]}, {"pixel": [-1, 0]}):
        with pytest.raises(traitlets.TraitError):
            FilterExplorer(image=SMALL, **wrong)
