"""A digit on a page, as people bring it: every ink, place and pen comes back as MNIST would have it, or gets a sentence."""

import cv2
import keras
import numpy as np
import pytest
from PIL import Image

from data_scripts import mnist
from helpers.images import ImageError
from helpers.images.encode import encode
from helpers.images.find_digit import NOTHING, SEVERAL, find_digit
from helpers.images.mnist_format import to_mnist
from helpers.models.digits import DIGITS, reads_light_ink
from helpers.models.predict import predict_files
from helpers.widgets import ActivationBrowser
from tests.widget_parts import choose_files

RANDOM = np.random.default_rng(3)
DOWN, ACROSS = np.mgrid[0:1:400j, 0:1:400j]


@pytest.fixture(scope="module")
def digits():
    """(12, 28, 28) uint8 and their labels, from MNIST's test images."""
    images, labels = mnist.arrays("mnist", "offline")["test"]
    return images[:12], labels[:12]


def ink_of(digit, size=150):
    return np.asarray(Image.fromarray(digit).resize((size, size), Image.Resampling.BICUBIC), "float32") / 255


def page(digit, ink=0.1, paper=0.95, top=200, left=30, shape=(400, 400)):
    """A digit of 150 × 150 on a page; ink and paper are gray or (red, green, blue)."""
    share = np.zeros((*shape, 1), "float32")
    share[top : top + 150, left : left + 150, 0] = ink_of(digit)
    return (1 - share) * np.float32(paper) + share * np.float32(ink)


def lined(digit):
    sheet = page(digit)
    sheet[15::40] = np.minimum(sheet[15::40], 0.65)
    return sheet


def thin_pen(digit):
    core = cv2.erode((ink_of(digit) > 0.4).astype(np.uint8), np.ones((5, 5), np.uint8))
    return page(np.asarray(Image.fromarray(core * 255).resize((28, 28), Image.Resampling.BOX)))


CONDITIONS = {
    "dark on light": page,
    "light on dark": lambda digit: 1 - page(digit),
    "filling the image": lambda digit: 1 - ink_of(digit),
    "as MNIST stores it": lambda digit: digit / 255,
    "on a wide page": lambda digit: page(digit, top=100, left=400, shape=(300, 900)),
    "small on a large page": lambda digit: page(digit, top=900, left=1500, shape=(1500, 2200)),
    "pencil": lambda digit: page(digit, ink=0.65) + RANDOM.normal(0, 0.01, (400, 400, 1)),
    "in a shadow": lambda digit: page(digit) * (0.4 + 0.6 * ACROSS[..., None]) * (1 - 0.25 * (DOWN[..., None] > 0.8)),
    "lined paper": lined,
    "red ink": lambda digit: page(digit, ink=(0.8, 0.1, 0.1)),
    "yellow ink": lambda digit: page(digit, ink=(0.95, 0.85, 0.1)),
    "chalk on a green board": lambda digit: page(digit, ink=0.95, paper=(0.1, 0.35, 0.2)),
    "grainy": lambda digit: page(digit) + RANDOM.normal(0, 0.03, (400, 400, 1)),
}


def alike(image, other) -> float:
    """The correlation of two images, up to a shift of one pixel."""
    moves = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    return max(np.corrcoef(np.roll(image, move, (0, 1)).ravel(), other.ravel())[0, 1] for move in moves)


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_digit_comes_back_as_in_mnist(name, digits):
    likeness = []
    for digit in digits[0]:
        drawing, caution = find_digit(np.clip(CONDITIONS[name](digit), 0, 1))
        assert caution == ""
        likeness.append(alike(to_mnist(drawing), to_mnist(digit)))
    assert np.mean(likeness) > 0.9
    assert min(likeness) > 0.7


def test_a_thin_pen_gets_the_strokes_of_mnist(digits):
    thin, usual = (to_mnist(find_digit(make(digits[0][0]))[0]).sum() for make in (thin_pen, page))
    assert thin > 0.6 * usual


@pytest.mark.parametrize(
    "blank",
    [
        np.full((300, 200), 0.9),
        np.zeros((50, 50, 3)),
        np.clip(RANDOM.normal(0.9, 0.03, (300, 300)), 0, 1),
        np.tile(np.linspace(0.4, 0.95, 300), (300, 1)),
        np.where((np.arange(400) % 40 < 2)[:, None], 0.6, 0.95) * np.ones((1, 300)),
        RANDOM.random((100, 100)),
        np.ones((1, 1)),
        np.ones((2, 900)),
        np.full((50, 50), np.nan),
        np.zeros((0, 9)),
    ],
)
def test_a_page_without_a_digit_is_a_sentence(blank):
    with pytest.raises(ValueError, match=NOTHING):
        find_digit(blank)


@pytest.mark.parametrize("shape", [(), (28,), (28, 28, 4), (1, 28, 28, 1)])
def test_what_is_not_one_image_is_a_sentence(shape):
    with pytest.raises(ValueError, match=r"one image is \(height, width\)"):
        find_digit(np.zeros(shape))


@pytest.mark.parametrize("left", [200, 185])  # apart, and nearly touching
def test_several_digits_get_a_caution(left, digits):
    both = np.minimum(page(digits[0][0]), page(digits[0][2], left=left))
    assert find_digit(both)[1] == SEVERAL
    assert find_digit(page(digits[0][0]))[1] == ""


def reader(is_light: bool) -> keras.Model:
    """A network that reads digits by their likeness to printed ones, in the ink that it is said to want."""
    from helpers.models.digits import _printed_digits

    templates = _printed_digits().reshape(30, 784)[10:20].T
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    templates = (templates - templates.mean(axis=0)) / np.linalg.norm(templates - templates.mean(axis=0), axis=0)
    model.layers[-1].set_weights([templates if is_light else -templates, np.zeros(10)])
    return model


@pytest.mark.parametrize("is_light", [True, False])
def test_a_network_shows_in_which_ink_it_reads(is_light):
    model = reader(is_light)
    assert reads_light_ink(model, DIGITS) is is_light
    assert reads_light_ink(model, ["T-shirt", *DIGITS[1:]]) is None, "other classes are no digits"


def test_a_network_that_reads_no_digits_gets_its_images_as_they_are():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    assert reads_light_ink(model, DIGITS) is None


def png(image) -> bytes:
    return encode(np.clip(image, 0, 1))


@pytest.mark.parametrize("is_light", [True, False])
def test_files_and_own_images_are_prepared_in_the_networks_ink(is_light, digits):
    model, digit = reader(is_light), digits[0][0]
    expected = to_mnist(digit)[..., None] if is_light else 1 - to_mnist(digit)[..., None]
    files = [("dark.png", png(page(digit))), ("light.png", png(1 - page(digit))), ("blank.png", png(np.ones((90, 90))))]
    dark, light, blank = predict_files(model, DIGITS, files)
    for item in (dark, light):
        assert np.corrcoef(item.seen.ravel(), expected.ravel())[0, 1] > 0.9
        assert item.seen.shape == (28, 28, 1)
    assert isinstance(blank, ImageError)
    assert str(blank) == f'"blank.png" {NOTHING}.'
    browser = ActivationBrowser(model, np.zeros((28, 28, 1)), DIGITS)
    choose_files(browser, [files[1]])
    np.testing.assert_allclose(browser.image, light.seen, atol=1e-6)
    answers = choose_files(browser, [files[2]])
    assert {"said": f'"blank.png" {NOTHING}.'} in answers


def test_several_digits_are_said_with_the_answer(digits):
    both = np.minimum(page(digits[0][0]), page(digits[0][2], left=200))
    assert SEVERAL in predict_files(reader(True), DIGITS, [("two.png", png(both))])[0].sentence
