"""The activation browser, the epoch scrubber and Grad-CAM over images: what they send to the browser, and their static fallbacks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from matplotlib import colormaps

from helpers.models import grad_cam, layer_outputs, top_patches
from helpers.plots.heat import HEAT
from helpers.training.snapshots import EpochSnapshots
from helpers.widgets import ActivationBrowser, EpochScrubber, GradCam
from helpers.widgets.grad_cam import looked_at
from helpers.widgets.payload import atlases, layer_tiles, to_rgb
from tests.tiny_networks import colored
from tests.widget_parts import choose_files, pixels, said

NAMES = ["cats", "dogs"]


def network(size=12, units=1, channels=3) -> keras.Model:
    keras.utils.set_random_seed(2)
    model = keras.Sequential(
        [
            keras.Input((size, size, channels)),
            layers.Conv2D(4, 3, padding="same", activation="relu", name="conv"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Dropout(0.3, name="drop"),
            layers.Flatten(name="flat"),
            layers.Dense(units, activation="sigmoid" if units == 1 else "softmax", name="out"),
        ]
    )
    weights, biases = model.layers[0].get_weights()
    weights[..., 2], biases[2] = -1, -1  # a dead channel
    model.layers[0].set_weights([weights, biases])
    model.compile(
        "adam", "binary_crossentropy" if units == 1 else "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return network()


IMAGES = np.random.default_rng(1).random((5, 12, 12, 3)).astype("float32")


# what is sent


def test_every_value_is_sent_once_as_a_byte(model):
    tiles, data = layer_tiles(model, IMAGES[0])
    assert [layer["name"] for layer in tiles] == ["conv", "pool", "drop", "out"]
    assert len(data) == 12 * 12 * 4 + 2 * 6 * 6 * 4 + 1
    conv = tiles[0]
    assert conv["dead"] == [2]
    assert conv["share"] == 0.25
    assert conv["shape"] == [12, 12, 4]
    assert conv["field"] == [[3, 1, -1], [3, 1, -1]]
    assert tiles[-1]["field"] is None
    outputs = layer_outputs(model, IMAGES[0])["conv"]
    sent = np.frombuffer(data, np.uint8)[: 12 * 12 * 4].reshape(4, 12, 12)
    for channel in (0, 1, 3):
        values = conv["low"][channel] + sent[channel] / 255 * (conv["top"][channel] - conv["low"][channel])
        np.testing.assert_allclose(values, outputs[..., channel], atol=conv["top"][channel] / 400)
    assert not sent[2].any()


def test_the_images_for_a_page_hold_nearly_the_same_and_no_layer_twice(model):
    tiles, data = layer_tiles(model, IMAGES[0])
    files = atlases(tiles, data, quality=95)
    assert files[2] is None, "dropout passes on what it got"
    sheet = pixels(files[0])[..., 0].astype(int)
    assert sheet.shape == (24, 24)
    first = np.frombuffer(data, np.uint8)[:144].reshape(12, 12)
    assert abs(sheet[:12, :12] - first).mean() < 12


def test_layers_without_channels_and_of_odd_shapes_are_shown():
    model = keras.Sequential([keras.Input((8, 8)), layers.Rescaling(1 / 255), layers.Reshape((4, 4, 2, 2))])
    model.add(layers.Flatten())
    model.add(layers.Dense(2, "softmax"))
    browser = ActivationBrowser(model, np.eye(8))
    assert [(layer["rows"], layer["columns"], layer["count"]) for layer in browser._layers] == [
        (8, 8, 1),
        (2, 32, 1),
        (1, 2, 1),
    ]
    for browser.layer in range(3):
        assert "image/jpeg" in browser.fallback()


@pytest.mark.parametrize("name", ["$x_$", r"a$\frac{$", "日本", "a\udcff", ""])
def test_any_class_name_can_be_in_a_fallback(model, snapshots, name):
    names, validation = [name, "b"], (IMAGES, [0, 1, 0, 1, 0])
    for widget in (
        GradCam(model, IMAGES[:2], [0, 1], names),
        ActivationBrowser(model, IMAGES[0], names),
        EpochScrubber(snapshots, IMAGES[0], validation, names),
    ):
        assert "image/jpeg" in widget.fallback()


def test_images_of_every_usual_kind_become_colors():
    assert to_rgb(np.ones((2, 2))).tolist() == np.full((2, 2, 3), 255).tolist()
    assert to_rgb(np.full((2, 2, 1), 1.0001))[0, 0].tolist() == [255] * 3, "as resizing makes it, above 1"
    with pytest.raises(ValueError, match=r"\(1, 2, 2, 3\)"):
        to_rgb(np.zeros((1, 2, 2, 3)))


# the browser


def test_layers_and_channels_can_be_set_and_wrong_ones_are_refused(model):
    browser = ActivationBrowser(model, IMAGES[0], NAMES, channel=3)
    browser.layer = 1
    assert (browser.layer, browser.channel) == (1, 3)
    browser.layer = 0
    with pytest.raises(ValueError, match="layer goes from 0 to 3; it cannot be 4"):
        browser.layer = 4
    with pytest.raises(ValueError, match="channel goes from 0 to 3"):
        browser.channel = 9
    with pytest.raises(ValueError, match="2 classes apart, but there are 3 class names"):
        ActivationBrowser(model, IMAGES[0], ["a", "b", "c"])


def test_a_file_from_the_browser_becomes_the_image(model):
    browser = ActivationBrowser(model, IMAGES[0], NAMES)
    before, serial = browser._tiles, browser._serial
    answers = choose_files(browser, [("me.png", colored("red"))])
    np.testing.assert_allclose(browser.image, np.broadcast_to([1, 0, 0], (12, 12, 3)), atol=0.01)
    assert browser._tiles != before
    assert browser._serial == serial + 1
    assert said(answers).startswith("Your image, as the network sees it")
    assert said(choose_files(browser, [("me.txt", b"no image")])) == '"me.txt" is text, not an image.'
    assert browser._serial == serial + 1


def test_the_browsers_fallback_is_image_page_and_sentence(model):
    fallback = ActivationBrowser(model, IMAGES[0], NAMES).fallback()
    assert fallback["image/jpeg"].startswith(b"\xff\xd8")
    assert "conv 12 × 12 × 4 (25% silent)" in fallback["text/plain"]
    assert "The network says" in fallback["text/plain"]
    assert "<script>" in fallback["text/html"]
    assert "_atlases" in fallback["text/html"]


def test_patches_are_sent_as_sheets_with_a_row_for_each_channel(model):
    patches = top_patches(model, IMAGES, count=3)
    browser = ActivationBrowser(model, IMAGES[0], NAMES, patches=patches)
    (spec,) = browser._patches
    assert {name: spec[name] for name in ("layer", "channels", "count", "rows", "columns")} == {
        "layer": "conv", "channels": 4, "count": 3, "rows": 3, "columns": 3,
    }  # fmt: skip
    sheet = pixels(spec["sheet"])
    assert sheet.shape == (4 * 3, 3 * 3, 3)
    np.testing.assert_array_equal(sheet[3:6, 6:9], patches["conv"].pixels[1, 2])
    assert spec["strengths"][2] == [0, 0, 0], "the dead channel"
    assert spec["sheet"] in browser.fallback()["text/html"]
    assert ActivationBrowser(model, IMAGES[0])._patches == []
    with pytest.raises(ValueError, match="This network has no layer elsewhere: the patches are of another one"):
        ActivationBrowser(model, IMAGES[0], NAMES, patches={"elsewhere": patches["conv"]})


def test_the_fallback_names_the_channel_that_it_shows(model):
    browser = ActivationBrowser(model, IMAGES[0], NAMES)
    titles = []
    for layer in (0, len(browser._layers) - 1):
        browser.layer, browser.channel = layer, 2
        titles.append(browser._figure().axes[1].get_title())
    assert titles[0] == "conv, channel 2"
    assert titles[1].endswith(", all units")


def test_whatever_goes_wrong_with_an_own_image_is_said_and_the_same_file_can_come_again(model, monkeypatch):
    browser = ActivationBrowser(model, IMAGES[0], NAMES)
    with monkeypatch.context() as broken:
        broken.setattr(ActivationBrowser, "look", lambda *_: {}["a layer"])
        answers = choose_files(browser, [("me.png", colored("red"))])
        assert said(answers) == "That did not work. KeyError: 'a layer'."
        assert "stop" in answers[-1], "the browser waits for an answer"
    assert said(choose_files(browser, [("me.png", colored("red"))])).startswith("Your image")


# Grad-CAM


def test_maps_are_those_of_grad_cam_and_the_cards_say_right_or_wrong(model):
    view = GradCam(model, IMAGES[:2], [0, 1], NAMES)
    np.testing.assert_array_equal(view.heats[1], grad_cam(model, IMAGES[1]))
    said = [card["title"] for card in view._cards]
    answers = model(IMAGES[:2]).numpy().ravel() > 0.5
    assert [title[0] for title in said] == [
        "✓" if answer == truth else "✗" for answer, truth in zip(answers, [0, 1], strict=True)
    ]
    np.testing.assert_array_equal(pixels(view._cards[1]["image"]), to_rgb(IMAGES[1]))
    heat, seen = grad_cam(model, IMAGES[1]), pixels(view._cards[1]["heat"])
    np.testing.assert_allclose(seen[..., 3], 255 * heat**0.6, atol=1)
    np.testing.assert_array_equal(seen[heat > 0.1, :3], HEAT[np.rint(255 * heat[heat > 0.1]).astype(int)])
    assert all(card["text"] in view.fallback()["text/plain"] for card in view._cards)
    with pytest.raises(ValueError, match="1 labels for 2 images"):
        GradCam(model, IMAGES[:2], [0], NAMES)


def test_right_and_wrong_are_groups_and_the_truth_is_said_of_mistakes_alone(model):
    answers = (model(IMAGES[:4]).numpy().ravel() > 0.5).astype(int)
    truths = [answers[0], 1 - answers[1], answers[2], 1 - answers[3]]
    cards = GradCam(model, IMAGES[:4], truths, NAMES)._cards
    assert [card["group"] for card in cards] == ["right", "wrong", "right", "wrong"]
    assert cards[1]["words"].startswith(f"Really: {NAMES[truths[1]]}. ")
    assert "Really" not in cards[0]["words"]
    assert GradCam(model, IMAGES[:1], None, NAMES)._cards[0]["group"] == "yours"


def test_an_own_image_comes_first(model):
    view = GradCam(model, IMAGES[:2], [0, 1], NAMES)
    for count in (3, 4):  # the same file twice
        assert said(choose_files(view, [("me.jpg", colored("red", kind="jpeg"))])) == "Your image is the first."
        assert len(view._cards) == count
    assert "It is" not in view._cards[0]["words"]


def test_the_colors_are_matplotlibs():
    np.testing.assert_allclose(HEAT / 255, colormaps["inferno"](np.arange(256))[:, :3], atol=0.002)


def test_a_map_in_words():
    heat = np.zeros((9, 9))
    assert looked_at(heat) == "No evidence"
    heat[0:3, 6:9] = 1
    assert looked_at(heat) == "Most evidence at the top right (100%)"
    assert looked_at(heat + 1) == "Evidence all over, a little more at the top right (20%)"


# the epochs


@pytest.fixture(scope="module")
def snapshots() -> EpochSnapshots:
    snapshots, model = EpochSnapshots(), network()
    model.fit(IMAGES, np.array([0, 1, 0, 1, 0]), epochs=3, verbose=0, callbacks=[snapshots])
    return snapshots


def test_every_epoch_has_its_answer_its_confusion_and_its_images(snapshots):
    scrubber = EpochScrubber(snapshots, IMAGES[0], (IMAGES, [0, 1, 0, 1, 0]), NAMES)
    plan = scrubber._plan
    assert scrubber.epochs == [0, 1, 2, 3]
    assert scrubber.step == 3
    for step, (_, model) in enumerate(snapshots.networks()):
        answers = model(IMAGES).numpy().ravel()
        np.testing.assert_allclose(plan["chances"][step], [1 - answers[0], answers[0]], atol=1e-3)
        counts = np.zeros((2, 2), int)
        np.add.at(counts, ([0, 1, 0, 1, 0], (answers > 0.5).astype(int)), 1)
        assert scrubber._confusions[step] == counts.tolist()
        assert f"{np.trace(counts)} of 5 validation images are right" in plan["sentences"][step]
    assert [f'data-x="{epoch}"' in plan["curve"] for epoch in range(5)] == [False, True, True, True, False]
    assert 'aria-label="accuracy over 3 epochs: ' in plan["curve"]
    filters, conv = (pixels(section["sheet"]) for section in plan["sections"])
    assert conv.shape[:2] == (4 * 12, 4 * 13 - 1), "one below the other"
    assert filters.shape[0] % 4 == 0
    for sheet, gap, side in ((filters, 12, 4), (conv, 12, 1)):  # what is between the tiles is not covered
        assert not sheet[:, gap : gap + side, 3].any()
        assert sheet[0, gap - 1, 3] == sheet[0, gap + side, 3] == 255
    titles = [section["title"].split(":")[0] for section in plan["sections"]]
    assert titles == ["filters of the first convolution, rows red, green and blue", "conv"]
    assert [section["tiles"][1] for section in plan["sections"]] == ["filter 1, red", "conv, channel 1"]
    assert [(len(section["tiles"]), section["columns"]) for section in plan["sections"]] == [(12, 4), (4, 4)]


def test_an_own_image_goes_through_the_epochs_and_the_validation_stays(snapshots):
    scrubber = EpochScrubber(snapshots, IMAGES[0], (IMAGES, [0, 1, 0, 1, 0]), NAMES)
    scrubber.step = 0
    before = scrubber._plan
    answers = choose_files(scrubber, [("me.png", colored("red"))])
    assert scrubber._plan["chances"] != before["chances"]
    assert scrubber._plan["tables"] == before["tables"]
    assert answers[0]["said"].startswith("Looking at epoch"), "a long computation shows how far it is"
    assert said(answers) == "Your image, through all epochs."
    with pytest.raises(ValueError, match="step goes from 0 to 3"):
        scrubber.step = 4
    assert "Before training" in scrubber.fallback()["text/plain"]


def test_gray_images_of_ten_classes_work_too():
    snapshots, model = EpochSnapshots(), network(28, 10, 1)
    images = np.random.default_rng(1).random((20, 28, 28, 1), "float32")
    model.fit(images, np.arange(20) % 10, epochs=1, verbose=0, callbacks=[snapshots], validation_split=0.5)
    scrubber = EpochScrubber(snapshots, images[0], (images, np.arange(20) % 10))
    assert np.shape(scrubber._confusions) == (2, 10, 10)
    assert scrubber._plan["sections"][0]["title"] == "filters of the first convolution: dark below 0, light above"
    assert scrubber._plan["sections"][0]["tiles"][:2] == ["filter 0", "filter 1"]
    assert ActivationBrowser(model, images[0])._answer.split()[0] in "0123456789"


@pytest.mark.parametrize(
    "validation", [None, IMAGES, (IMAGES,), (IMAGES, None), tf.data.Dataset.from_tensors((IMAGES, [0, 1, 0, 1, 0]))]
)
def test_validation_is_images_and_labels(validation, snapshots):
    with pytest.raises(ValueError, match=r"validation has to be \(images, labels\), two arrays"):
        EpochScrubber(snapshots, IMAGES[0], validation, NAMES)


def test_without_a_convolution_there_is_nothing_to_scrub():
    model, kept = keras.Sequential([keras.Input((12, 12, 3)), layers.Flatten(), layers.Dense(2)]), EpochSnapshots()
    kept.set_model(model)
    kept.on_train_begin()
    with pytest.raises(ValueError, match="has no convolution"):
        EpochScrubber(kept, IMAGES[0], (IMAGES, [0, 1, 0, 1, 0]), NAMES)


def test_without_an_epoch_there_is_nothing_to_scrub():
    with pytest.raises(ValueError, match="no epoch was kept"):
        EpochScrubber(EpochSnapshots(), IMAGES[0], (IMAGES, [0] * 5))
