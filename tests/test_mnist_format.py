"""From a drawing to an image like MNIST's: helpers/images/mnist_format.py."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from data_scripts import mnist
from helpers.images.mnist_format import to_mnist

sizes = st.tuples(st.integers(1, 60), st.integers(1, 60))
drawings = arrays.arrays("uint8", sizes).filter(np.any)


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """(400, 28, 28) uint8, MNIST's own test images."""
    return mnist.arrays("mnist", "offline")["test"][0][:400]


@given(drawings)
def test_result_is_an_image_of_28_by_28_from_0_to_1(drawing):
    image = to_mnist(drawing)
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() == 1


@given(drawings)
def test_the_digit_fits_a_box_of_20_pixels_and_fills_it_one_way(drawing):
    rows, columns = np.nonzero(to_mnist(drawing))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20


@given(drawings, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_where_on_the_pad_it_is_drawn_does_not_matter(drawing, top, bottom, left, right):
    np.testing.assert_array_equal(to_mnist(np.pad(drawing, ((top, bottom), (left, right)))), to_mnist(drawing))


@given(drawings)
def test_floats_and_integers_give_the_same(drawing):
    np.testing.assert_allclose(to_mnist(drawing / 255), to_mnist(drawing), atol=1e-5)


@given(st.integers(1, 40), st.integers(1, 40))
def test_the_input_is_left_as_it_was(height, width):
    drawing = np.full((height, width), 7, "uint8")
    to_mnist(drawing)
    assert (drawing == 7).all()


@settings(deadline=None)
@given(st.integers(3, 12), st.integers(0, 30), st.integers(0, 30))
def test_center_of_mass_is_at_pixel_14_14(scale, top, left):
    cross = np.zeros((9, 9), "uint8")
    cross[4, :], cross[:, 3] = 255, 255
    drawing = np.zeros((9 * scale + 40, 9 * scale + 40), "uint8")
    drawing[top : top + 9 * scale, left : left + 9 * scale] = np.kron(cross, np.ones((scale, scale), "uint8"))
    image = to_mnist(drawing)
    for axis in (0, 1):
        center = (image.sum(axis=1 - axis) * np.arange(28)).sum() / image.sum()
        assert abs(center - 14) < 0.501


def test_proportions_are_kept():
    rows, columns = np.nonzero(to_mnist(np.full((100, 30), 255, "uint8")))
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 6)


def test_a_lopsided_digit_stays_inside_with_all_its_ink():
    drawing = np.zeros((200, 20), "uint8")
    drawing[:20], drawing[:, 9:11] = 255, 60  # the mass is at the top, with a long thin tail
    rows, _ = np.nonzero(to_mnist(drawing))
    assert np.ptp(rows) + 1 == 20


def test_a_dot_becomes_a_square_in_the_middle():
    dot = np.zeros((280, 280), "uint8")
    dot[5, 5] = 1
    image = to_mnist(dot)
    assert image.sum() == 400
    assert image[4:24, 4:24].all()


def test_mnists_own_digits_enlarged_and_shifted_come_back_as_they_were(digits):
    generator = np.random.default_rng(0)
    returned = 0
    for digit in digits:
        pad = np.zeros((400, 420), "uint8")
        top, left = generator.integers(0, 120, 2)
        pad[top : top + 280, left : left + 280] = np.kron(digit, np.ones((10, 10), "uint8"))
        returned += np.abs(to_mnist(pad) - digit / 255).max() < 0.01
    assert returned >= 0.99 * len(digits)  # a few of MNIST's digits are 19 pixels long


def test_an_empty_drawing_is_one_clear_sentence():
    with pytest.raises(ValueError, match="nothing is drawn yet"):
        to_mnist(np.zeros((28, 28)))


@pytest.mark.parametrize(
    ("drawing", "sentence"),
    [
        (np.ones((28, 28, 3)), r"one gray image.*\(28, 28, 3\)"),
        (np.ones(784), r"one gray image.*\(784,\)"),
    ],
)
def test_what_is_no_drawing_is_refused(drawing, sentence):
    with pytest.raises(ValueError, match=sentence):
        to_mnist(drawing)
