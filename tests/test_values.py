"""What a network takes, found in it: rescaling in every place and form, and one answer for a file in every tool."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from helpers.models import KNNOutlierDetector, grad_cam, layer_outputs, predict_files
from helpers.models.values import input_range, network_input, unit_images
from helpers.training import EpochSnapshots
from helpers.widgets import ActivationBrowser, EpochScrubber, GradCam
from tests.tiny_networks import colored, reloaded
from tests.widget_parts import choose_files

SHAPE = (8, 8, 3)
RANDOM = np.random.default_rng(0)
PHOTOGRAPHS = np.clip(RANDOM.normal(0.45, 0.25, (64, *SHAPE)), 0, 1).astype("float32")
APPLICATIONS = keras.applications


def head(x):
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(3, 1, name="conv")(x))
    return layers.Dense(1, "sigmoid", name="out")(x)


def chain(*before, dtype=None):
    inputs = x = keras.Input(SHAPE, dtype=dtype)
    for layer in before:
        x = layer(x)
    return keras.Model(inputs, head(x))


def nested(*inner):
    return chain(keras.Sequential(list(inner)))


def normalized(low, high, **options):
    layer = layers.Normalization(**options)
    layer.adapt(low + (high - low) * PHOTOGRAPHS)
    return layer


def with_statistics(model, mean, variance):
    """What a first BatchNormalization has noted of the values it saw."""
    layer = next(one for one in model.layers if isinstance(one, layers.BatchNormalization))
    gamma, beta, *_ = layer.get_weights()
    layer.set_weights([gamma, beta, np.full_like(beta, mean), np.full_like(beta, variance)])
    return model


AUGMENTING = (layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomZoom(0.1), layers.RandomContrast(0.1))
NETWORKS = {
    "none": (chain, (0, 1)),
    "first": (lambda: chain(layers.Rescaling(1 / 255)), (0, 255)),
    "fifth": (lambda: chain(*AUGMENTING, layers.Rescaling(1 / 255)), (0, 255)),
    "in an augmentation network": (lambda: nested(*AUGMENTING, layers.Rescaling(1 / 255)), (0, 255)),
    "in a preprocessing network": (lambda: nested(layers.Resizing(9, 9), layers.Rescaling(1 / 127.5, -1)), (0, 255)),
    "twice inside": (lambda: nested(keras.Sequential([layers.Rescaling(1 / 255)])), (0, 255)),
    "padded and clipped": (lambda: chain(layers.ZeroPadding2D(1), lambda x: ops.clip(x / 255, 0, 1)), (0, 255)),
    "trained on 0…1": (lambda: chain(layers.Rescaling(2.0, offset=-1)), (0, 1)),
    "1/255 less a half": (lambda: chain(layers.Rescaling(1 / 255, offset=-0.5)), (0, 255)),
    "less the mean": (lambda: chain(layers.Rescaling(1.0, offset=-0.1307)), (0, 1)),
    "to a borrowed network's 0…255": (lambda: chain(layers.Rescaling(255.0)), (0, 1)),
    "up and down again": (lambda: chain(layers.Rescaling(255.0), layers.Rescaling(1 / 255)), (0, 1)),
    "from −1…1": (lambda: chain(layers.Rescaling(0.5, offset=0.5)), (-1, 1)),
    "of 16 bits": (lambda: chain(layers.Rescaling(1 / 65535)), (0, 65535)),
    "inverted": (lambda: chain(lambda x: 1 - x / 255), (0, 255)),
    "Normalization of 0…1": (lambda: chain(normalized(0, 1)), (0, 1)),
    "Normalization of 0…255": (lambda: chain(normalized(0, 255)), (0, 255)),
    "Normalization of −1…1": (lambda: chain(normalized(-1, 1)), (-1, 1)),
    "Normalization of each pixel": (lambda: chain(normalized(0, 255, axis=(1, 2, 3))), (0, 255)),
    "Normalization that is given": (lambda: chain(layers.Normalization(mean=0.485, variance=0.229**2)), (0, 1)),
    "both": (lambda: chain(layers.Rescaling(1 / 255), normalized(0, 1)), (0, 255)),
    "x / 255": (lambda: chain(lambda x: x / 255.0), (0, 255)),
    "divide": (lambda: chain(lambda x: ops.divide(x, 255.0)), (0, 255)),
    "multiply and subtract": (lambda: chain(lambda x: ops.subtract(ops.multiply(x, 2 / 255), 1)), (0, 255)),
    "Lambda": (lambda: chain(layers.Lambda(lambda x: x / 255)), (0, 255)),
    "Lambda inside": (lambda: nested(layers.Lambda(lambda x: x / 127.5 - 1)), (0, 255)),
    "preprocess_input, −1…1": (lambda: chain(APPLICATIONS.mobilenet_v2.preprocess_input), (0, 255)),
    "preprocess_input, less the means": (lambda: chain(APPLICATIONS.vgg16.preprocess_input), (0, 255)),
    "preprocess_input, standardized": (lambda: chain(APPLICATIONS.densenet.preprocess_input), (0, 255)),
    "each channel by itself, given": (
        lambda: chain(layers.Normalization(mean=[115.0] * 3, variance=[4096.0, 2500.0, 5000.0])),
        (0, 255),
    ),
    "after a branch": (lambda: chain(lambda x: layers.Concatenate()([x, x]), layers.Rescaling(1 / 255)), (0, 255)),
    "an unadapted Normalization": (lambda: chain(layers.Normalization()), (0, 1)),
    "each image by itself": (lambda: chain(lambda x: x / (ops.max(x, axis=(1, 2, 3), keepdims=True) + 1e-9)), (0, 1)),
    "whole numbers": (lambda: chain(layers.Rescaling(1 / 255), dtype="uint8"), (0, 255)),
    "a borrowed network": (lambda: APPLICATIONS.MobileNetV3Small((32, 32, 3), weights=None), (0, 255)),
    "BatchNormalization": (lambda: chain(layers.BatchNormalization()), (0, 1)),
    "BatchNormalization of 0…1": (lambda: with_statistics(chain(layers.BatchNormalization()), 0.45, 0.06), (0, 1)),
    "BatchNormalization of 0…255": (lambda: with_statistics(chain(layers.BatchNormalization()), 115, 4096), (0, 255)),
    "a convolution, then BatchNormalization": (
        lambda: with_statistics(chain(layers.Conv2D(4, 3, use_bias=False), layers.BatchNormalization()), 0.1, 0.02),
        (0, 1),
    ),
    "a convolution of 0…255, then BatchNormalization": (
        lambda: with_statistics(chain(layers.Conv2D(4, 3, use_bias=False), layers.BatchNormalization()), 60, 2500),
        (0, 255),
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_range_is_found_wherever_a_network_rescales(name):
    make, wanted = NETWORKS[name]
    assert input_range(make()) == wanted


@pytest.mark.parametrize("name", ["in an augmentation network", "Normalization of 0…255", "multiply and subtract"])
def test_it_is_found_in_a_loaded_network_too(name, tmp_path):
    make, wanted = NETWORKS[name]
    assert input_range(reloaded(make(), tmp_path)) == wanted


def test_a_range_that_is_not_told_is_a_sentence_and_can_be_stated():
    model = chain(layers.Rescaling(1 / 4095))
    with pytest.raises(ValueError, match=r"rescales its images, but not from.*for example values=\(0, 255\)"):
        network_input(model, PHOTOGRAPHS)
    np.testing.assert_allclose(network_input(model, PHOTOGRAPHS, (0, 4095)), 4095 * PHOTOGRAPHS, rtol=1e-6)

    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.rescale, self.conv = layers.Rescaling(1 / 255), layers.Conv2D(2, 1)

        def call(self, x):
            return self.conv(self.rescale(x))

    with pytest.raises(ValueError, match="values="):
        network_input(chain(Own()), PHOTOGRAPHS)


@pytest.mark.parametrize("values", [(1, 0), (0, np.nan), (0, 1, 2), "0…255", 255, (0, None)])
def test_values_that_are_no_range_are_refused(values):
    with pytest.raises(ValueError, match=r"values is .*; give \(darkest, lightest\)"):
        network_input(chain(), PHOTOGRAPHS, values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((-1, 1), lambda x: 2 * x - 1),
        (lambda x: (x * 255 - 127) / 128, lambda x: (255 * x - 127) / 128),
        (APPLICATIONS.mobilenet_v2.preprocess_input, lambda x: 2 * x - 1),  # a function of 0…255
    ],
)
def test_a_borrowed_networks_values_can_be_stated(values, expected):
    given = PHOTOGRAPHS.copy()
    np.testing.assert_allclose(network_input(chain(), given, values), expected(PHOTOGRAPHS), atol=1e-5)
    np.testing.assert_array_equal(given, PHOTOGRAPHS)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (lambda x: x[:, :4], "has to keep their shape"),
        (lambda x: None, "has to keep their shape"),
        (lambda x: x * np.nan, "is not a number"),
    ],
)
def test_a_function_that_makes_no_images_is_refused(values, said):
    with pytest.raises(ValueError, match=said):
        network_input(chain(), PHOTOGRAPHS, values)


def test_pixels_and_the_networks_own_values_are_known_as_such():
    model = chain(layers.Rescaling(1 / 255))
    pixels = np.rint(PHOTOGRAPHS * 255)
    for given in (pixels / 255, pixels.astype("uint8"), pixels, pixels.astype("float64").tolist()):
        np.testing.assert_allclose(network_input(model, given), pixels, atol=1e-4)
        np.testing.assert_allclose(unit_images(model, given), pixels / 255, atol=1e-6)
    whole = network_input(chain(layers.Rescaling(1 / 255), dtype="uint8"), PHOTOGRAPHS)
    assert whole.dtype == np.uint8
    np.testing.assert_array_equal(whole, pixels)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (PHOTOGRAPHS * 255, "values 0…255; this network takes 0…1, and every tool 0…1. Divide"),
        (PHOTOGRAPHS * np.nan, "not numbers"),
        (PHOTOGRAPHS > 0.5, "arrays of numbers; these have the type bool"),
        (PHOTOGRAPHS[:, :4], r"takes images of the shape \(8, 8, 3\); this one has \(4, 8, 3\)"),
    ],
)
def test_images_that_cannot_be_meant_are_a_sentence(images, said):
    with pytest.raises(ValueError, match=said):
        unit_images(chain(), images)


def bright_or_dark(*before):
    """Says class 1 where the mean of red, green and blue is above 0.5; 0…1 reaches the convolution."""
    model = chain(*before)
    model.get_layer("conv").set_weights([np.eye(3)[None, None], np.zeros(3)])
    model.get_layer("out").set_weights([np.full((3, 1), 4.0), np.array([-6.0])])
    return model


@pytest.mark.parametrize(
    ("before", "values"),
    [
        ([], None),
        ([keras.Sequential([layers.RandomFlip(), layers.Rescaling(1 / 255)])], None),
        ([lambda x: x / 255.0], (0, 255)),
        ([layers.Rescaling(1 / 4095)], (0, 4095)),
        ([], lambda x: x),
    ],
)
def test_every_tool_gives_the_same_answer_for_the_same_file(before, values):
    model, file, start = bright_or_dark(*before), colored((220,) * 3, (16, 16)), np.zeros(SHAPE, "float32")
    expected = 1 / (1 + np.exp(-(12 * 220 / 255 - 6)))
    asked = predict_files(model, ["a", "b"], [("x", file)], values=values)[0]
    assert asked.class_name == "b"
    assert asked.probability == pytest.approx(expected, abs=1e-4)
    np.testing.assert_allclose(asked.seen, 220 / 255, atol=1e-5)
    outputs = layer_outputs(model, asked.seen, values)
    assert outputs["out"] == pytest.approx(expected, abs=1e-4)
    np.testing.assert_allclose(outputs["conv"], 220 / 255, atol=1e-4)
    browser, cam = (
        ActivationBrowser(model, start, ["a", "b"], values=values),
        GradCam(model, [start], None, ["a", "b"], values),
    )
    for widget in (browser, cam):
        choose_files(widget, [("x.png", file)])
    assert browser._answer == cam._cards[0]["title"] == f"b {expected:.2f}"
    np.testing.assert_allclose(cam.heats[0], grad_cam(model, asked.seen, values=values))
    snapshots = EpochSnapshots()
    snapshots.set_model(model)
    snapshots.on_train_begin()
    tests = np.stack([start, np.ones(SHAPE)]), [[0], [1]]
    scrubber = EpochScrubber(snapshots, start, tests, ["a", "b"], values)
    choose_files(scrubber, [("x.png", file)])
    assert scrubber._plan["chances"][0][1] == pytest.approx(expected, abs=2e-3)
    np.testing.assert_array_equal(scrubber._confusions, [[[1, 0], [0, 1]]])


def test_the_outlier_detector_sees_a_file_as_it_saw_the_training_images():
    keras.utils.set_random_seed(1)
    model = chain(keras.Sequential([layers.RandomFlip(), layers.Rescaling(1 / 127.5, offset=-1)]))
    pixels = np.rint(PHOTOGRAPHS * 255)
    detector = KNNOutlierDetector(model, pixels[:40], pixels[40:])
    np.testing.assert_allclose(detector.distance(pixels[:5] / 255), detector.distance(pixels[:5]), atol=1e-3)
    assert detector(PHOTOGRAPHS[:40]).mean() > 0.9
    assert detector(PHOTOGRAPHS[:0]).shape == (0,)
