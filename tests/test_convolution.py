"""helpers.images.convolution against tf.nn, against the loop a learner writes, and against nonsense."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.images.convolution import FILTERS, average_pool2d, convolve2d, max_pool2d

tf = pytest.importorskip("tensorflow")

PROPERTY = settings(max_examples=150, deadline=None, derandomize=True)


@st.composite
def arrays(draw, smallest=1, largest=20, dimensions=(2, 3), whole=False):
    """A small image or filter, its numbers drawn from one seed: fast, and any failure can be repeated."""
    side = st.integers(smallest, largest)
    shape = (draw(side), draw(side), draw(st.integers(1, 3)))[: draw(st.sampled_from(dimensions))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.integers(-255, 256, shape) if whole else rng.normal(0, 100, shape).astype(np.float32)


def by_tensorflow(operation, image, *arguments):
    """The channels become a batch of gray images, because every channel meets the same filter."""
    channels = np.atleast_3d(image).astype(np.float32).transpose(2, 0, 1)[..., None]
    result = operation(channels, *arguments).numpy()[..., 0].transpose(1, 2, 0)
    return result[..., 0] if image.ndim == 2 else result


def conv2d(kernel, stride, padding):
    weights = kernel.astype(np.float32)[:, :, None, None]
    return lambda channels: tf.nn.conv2d(channels, weights, stride, padding.upper())


@PROPERTY
@given(arrays(), arrays(1, 7, (2,)), st.integers(1, 5), st.sampled_from(["valid", "same"]))
def test_any_image_and_filter_give_what_tensorflow_gives(image, kernel, stride, padding):
    if padding == "valid" and (kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]):
        with pytest.raises(ValueError, match="does not fit"):
            convolve2d(image, kernel, stride, padding)
        return
    ours, theirs = convolve2d(image, kernel, stride, padding), by_tensorflow(conv2d(kernel, stride, padding), image)
    assert ours.dtype == np.float32
    assert ours.shape == theirs.shape
    # Sums are added up in another order: the error allowed is some units in the last place of the largest sum.
    largest_sum = np.abs(image).max() * np.abs(kernel).sum()
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6 * largest_sum)


@PROPERTY
@given(arrays(whole=True), arrays(1, 5, (2,), whole=True), st.integers(1, 4))
def test_whole_numbers_agree_with_tensorflow_to_the_last_digit(image, kernel, stride):
    np.testing.assert_array_equal(
        convolve2d(image, kernel, stride, "same"), by_tensorflow(conv2d(kernel, stride, "same"), image)
    )


@PROPERTY
@given(arrays(2))
def test_pooling_gives_what_tensorflow_gives(image):
    np.testing.assert_array_equal(max_pool2d(image), by_tensorflow(tf.nn.max_pool2d, image, 2, 2, "VALID"))
    np.testing.assert_allclose(
        average_pool2d(image), by_tensorflow(tf.nn.avg_pool2d, image, 2, 2, "VALID"), rtol=1e-4, atol=1e-3
    )


def test_the_filter_is_not_flipped():
    point = np.zeros((5, 5))
    point[2, 2] = 1
    kernel = np.arange(1, 10).reshape(3, 3)
    np.testing.assert_array_equal(convolve2d(point, kernel), kernel[::-1, ::-1])  # a flipping one would give `kernel`
    assert convolve2d(kernel, kernel)[0, 0] == (kernel * kernel).sum()


def test_same_puts_the_odd_row_below_and_the_odd_column_on_the_right():
    kernel = np.arange(1, 5).reshape(2, 2)
    np.testing.assert_array_equal(convolve2d(np.ones((2, 2)), kernel, padding="same"), [[10, 4], [3, 1]])


@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int8", "int16", "uint16", "int64", "float16", "float32", "float64"]
)
def test_any_numeric_dtype_comes_out_as_float32(dtype):
    image = np.ones((4, 6), dtype)
    for result in (convolve2d(image, FILTERS["blur"]), max_pool2d(image), average_pool2d(image)):
        assert result.dtype == np.float32
        assert len(np.unique(result)) == 1
    assert image.dtype == dtype
    assert (image == 1).all()


def test_bytes_do_not_overflow():
    bright = np.full((3, 3), 200, np.uint8)
    assert convolve2d(bright, np.full((3, 3), 2, np.uint8)) == 3600
    assert average_pool2d(bright) == 200
    assert np.full(1, 200, np.uint8) * np.uint8(2) == 144


def test_what_float32_cannot_hold_is_refused_rather_than_infinite():
    huge = np.full((3, 3), 1e38)
    assert np.isfinite(convolve2d(huge, FILTERS["identity"])).all()
    for refused in (lambda: convolve2d(huge, FILTERS["blur"]), lambda: average_pool2d(huge * 3)):
        with pytest.raises(ValueError, match="float32 cannot hold"):
            refused()
    with pytest.raises(ValueError, match="too large for float32"):
        convolve2d(huge * 100, FILTERS["identity"])


def test_two_by_two_max_pooling_of_one_to_four_is_four_and_an_odd_margin_is_dropped():
    assert max_pool2d([[1, 2], [3, 4]]) == [[4]]
    assert average_pool2d([[1, 2], [3, 4]]) == [[2.5]]
    image = np.arange(25).reshape(5, 5)
    np.testing.assert_array_equal(max_pool2d(image), [[6, 8], [16, 18]])


def test_named_filters_are_three_by_three_and_cannot_be_changed_by_accident():
    assert {kernel.shape for kernel in FILTERS.values()} == {(3, 3)}
    np.testing.assert_array_equal(FILTERS["vertical lines"], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    np.testing.assert_array_equal(FILTERS["vertical lines, Prewitt"], [[-1, 0, 1]] * 3)
    for name in ("vertical lines", "vertical lines, Prewitt"):
        np.testing.assert_array_equal(FILTERS[name.replace("vertical", "horizontal")], FILTERS[name].T)
    with pytest.raises(ValueError, match="read-only"):
        FILTERS["blur"][0, 0] = 7


def test_named_filters_do_what_their_names_say():
    image = np.zeros((9, 9))
    image[:, 5:] = 100  # one vertical line
    assert np.abs(convolve2d(image, FILTERS["vertical lines"])).max() == 400
    assert np.abs(convolve2d(image, FILTERS["horizontal lines"])).max() == 0
    assert np.abs(convolve2d(image.T, FILTERS["horizontal lines"])).max() == 400
    np.testing.assert_array_equal(convolve2d(image, FILTERS["identity"]), image[1:-1, 1:-1])
    even = np.full((5, 5), 50)
    expected = {"blur": 450, "sharpen": 50, "emboss": 50, "edge": 0, "identity": 50}
    assert {name: convolve2d(even, FILTERS[name])[0, 0] for name in expected} == expected


NINE = np.ones((3, 3))
NONSENSE = {
    "image is empty": lambda: convolve2d(np.ones((0, 5)), NINE),
    "filter is empty": lambda: convolve2d(NINE, []),
    "image holds NaN": lambda: convolve2d([[1, 2], [3, np.nan]], [[1]]),
    "filter holds NaN, infinity": lambda: convolve2d(NINE, [[np.inf]]),
    "window 4 pixels wide does not fit on 3": lambda: convolve2d(NINE, np.ones((4, 1))),
    "window 2 pixels wide does not fit on 1": lambda: max_pool2d(NINE[:1]),
    r"image is \(rows, columns\)": lambda: convolve2d(np.ones((2, 3, 3, 1)), NINE),
    "filter has two dimensions": lambda: convolve2d(NINE, np.ones((3, 3, 1))),
    "must consist of numbers": lambda: convolve2d([["a", "b"]], [[1]]),
    "of the type complex": lambda: convolve2d(NINE * 1j, NINE),
    "not all of the same length": lambda: convolve2d([[1, 2], [3]], [[1]]),
    "stride must be a whole number, 1 or more; you gave 0": lambda: convolve2d(NINE, NINE, 0),
    "you gave 1.5": lambda: convolve2d(NINE, NINE, 1.5),
    "you gave True": lambda: convolve2d(NINE, NINE, True),
    "you gave -2": lambda: convolve2d(NINE, NINE, -2),
    "'valid' or 'same'; you gave 'full'": lambda: convolve2d(NINE, NINE, padding="full"),
    "'valid' or 'same'; you gave 1": lambda: convolve2d(NINE, NINE, 1, 1),
}


@pytest.mark.parametrize("message", NONSENSE)
def test_nonsense_gets_one_clear_sentence(message):
    with pytest.raises(ValueError, match=message) as refusal:
        NONSENSE[message]()
    assert len(str(refusal.value)) < 150
    assert "\n" not in str(refusal.value)
