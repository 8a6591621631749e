"""Random augmentation compared with ImageDataGenerator: the same image for the same transform, the same distribution."""

import cv2
import numpy as np
import pytest
from scipy.stats import ks_2samp

from helpers.images.augment import FILL_MODES, Augmentation
from helpers.images.generator import ImageDataGenerator, ReaderAsGenerator

needs_keras_generator = pytest.mark.skipif(ImageDataGenerator is ReaderAsGenerator, reason="Keras has none anymore")
# OpenCV 4 reads at coordinates rounded to 1/32 of a pixel, OpenCV 5 at the very place.
EXACT = int(cv2.__version__.split(".")[0]) >= 5
EVERYTHING = {
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 15.0,
    "zoom_range": 0.3,
    "horizontal_flip": True,
    "vertical_flip": True,
}


def blurred(rng, height: int, width: int) -> np.ndarray:
    noise = cv2.GaussianBlur(rng.normal(size=(height, width, 3)), (0, 0), 2)
    return np.uint8(255 * (noise - noise.min()) / np.ptp(noise))


@needs_keras_generator
@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("more", [{}, {"channel_shift_range": 40.0}, {"brightness_range": (0.5, 1.5)}])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.filterwarnings("ignore:Please import `affine_transform`")
def test_same_image_for_the_same_transform(fill_mode, more, channels):
    rng = np.random.default_rng(3)
    options = {**EVERYTHING, **more, "fill_mode": fill_mode, "cval": 100.0, "rescale": 1 / 255}
    ours, theirs = Augmentation(**options), ImageDataGenerator(**options)
    images = np.stack([blurred(rng, 60, 60)[..., :channels] for _ in range(12)])
    transforms = ours.draw(rng, len(images), (60, 60))
    result = np.empty(images.shape, np.float32)
    ours.apply(images, transforms, result)
    for i, image in enumerate(images):
        transform = {name: values[i] for name, values in transforms.items()}
        transform |= {} if "brightness_range" in more else {"brightness": None}
        transform |= {} if "channel_shift_range" in more else {"channel_shift_intensity": None}
        expected = theirs.standardize(theirs.apply_transform(image.astype(np.float32), transform))
        difference = 255 * np.abs(result[i] - expected)
        allowed = 2.01 if "brightness_range" in more else 0.501
        assert difference.max() <= (allowed if EXACT else allowed + 6)
        assert difference.mean() <= (allowed if EXACT else allowed + 0.5)


@needs_keras_generator
@pytest.mark.parametrize("shift", [0.2, 3.0, 5, [0.1, 0.3], [2, 4, 6]])
def test_same_distribution_of_transforms(shift):
    options = {**EVERYTHING, "width_shift_range": shift, "height_shift_range": shift}
    options |= {"brightness_range": (0.5, 1.5), "channel_shift_range": 30.0, "zoom_range": (0.7, 1.1)}
    np.random.seed(0)
    generator = ImageDataGenerator(**options)
    theirs = [generator.get_random_transform((50, 50, 3)) for _ in range(3000)]
    ours = Augmentation(**options).draw(np.random.default_rng(0), 3000, (50, 50))
    assert ours.keys() == theirs[0].keys()
    for name, values in ours.items():
        expected = np.array([transform[name] for transform in theirs], float)
        assert ks_2samp(values.astype(float), expected).pvalue > 1e-3, name
        assert abs(values.min() - expected.min()) <= 0.02 * np.ptp(expected) >= abs(values.max() - expected.max())


def changed(image: np.ndarray, **ranges) -> np.ndarray:
    """`image` (height, width) changed with the seed 1."""
    augmentation = Augmentation(**ranges)
    result = np.empty((1, *image.shape, 1), np.float32)
    augmentation.apply(image[None, ..., None], augmentation.draw(np.random.default_rng(1), 1, image.shape), result)
    return result[0, ..., 0]


def test_faults_of_imagedatagenerator_are_not_copied():
    dot = np.zeros((21, 31), np.uint8)
    dot[10, 15] = 255
    assert np.ptp(changed(dot, width_shift_range=[4])[10]) == 255  # sideways
    assert np.ptp(changed(dot, height_shift_range=[4])[:, 15]) == 255  # up or down
    assert changed(dot, rotation_range=170)[10, 15] > 250  # around the center, although it is not square
    assert changed(dot, zoom_range=(0.5, 0.5))[10, 15] > 250


def test_flips_are_exact():
    rng = np.random.default_rng(0)
    images = np.stack([blurred(rng, 64, 64) for _ in range(12)])
    augmentation = Augmentation(horizontal_flip=True)
    transforms = augmentation.draw(rng, 12, (64, 64))
    result = np.empty(images.shape, np.float32)
    augmentation.apply(images, transforms, result)
    flips = transforms["flip_horizontal"]
    np.testing.assert_array_equal(result, np.where(flips[:, None, None, None], images[:, :, ::-1], images))
    assert 0 < flips.sum() < 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"fill_mode": "mirror"},
        {"zoom_range": (1, 2, 3)},
        {"brightness_range": 0.5},
        {"rotation_range": "45"},
        {"rotation_range": -10},
        {"shear_range": None},
        {"channel_shift_range": float("nan")},
        {"zoom_range": -0.2},
        {"zoom_range": 10},
        {"zoom_range": "0.2"},
    ],
)
def test_wrong_values_are_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Augmentation(**wrong)


@pytest.mark.parametrize("name", ["featurewise_center", "zca_whitening", "preprocessing_function", "data_format"])
def test_other_parameters_of_imagedatagenerator_are_named(name):
    with pytest.raises(TypeError, match=name):
        Augmentation(**{name: None})
