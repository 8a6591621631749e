"""The augmentation playground: five samples follow the sliders, chances stay until new ones are asked for."""

import io

import numpy as np
import pytest
from PIL import Image

from helpers.images.folders import ImageFolderReader
from helpers.widgets import AugmentationPlayground, augmentation_playground
from helpers.widgets.augmentation_playground import SAMPLES, SIDE, as_square
from tests.tiny_networks import colored
from tests.widget_parts import choose_files, control, said

rng = np.random.default_rng(0)
IMAGE = rng.integers(0, 256, (60, 80, 3), np.uint8)


def choose(playground: AugmentationPlayground, name: str, data: bytes) -> str:
    return said(choose_files(playground, [(name, data)]))


def test_without_a_range_all_samples_are_the_image():
    playground = AugmentationPlayground(IMAGE)
    assert playground.samples.shape == (SAMPLES, SIDE, SIDE, 3)
    assert (playground.samples == as_square(IMAGE)).all()


def test_a_slider_changes_the_samples_and_keeps_the_chances():
    playground = AugmentationPlayground(IMAGE)
    before = playground.strip
    control(playground, "rotation").value = 45
    assert playground.strip != before
    turned = playground.samples
    assert not (turned == as_square(IMAGE)).all(axis=(1, 2, 3)).any()
    assert (playground.samples == turned).all()
    control(playground, "New samples").click()
    assert (playground.samples != turned).any()


def test_angles_grow_with_their_range():
    one, two = (
        AugmentationPlayground(IMAGE, rotation_range=reach).augmentation.draw(np.random.default_rng(1), 5, (9, 9))
        for reach in (10, 20)
    )
    assert np.allclose(two["theta"], 2 * one["theta"])


@pytest.mark.parametrize(
    "ranges",
    [{"width_shift_range": 0.15}, {"height_shift_range": 0.15}, {"zoom_range": 0.5}, {"shear_range": 20},
     {"brightness": 0.4}, {"horizontal_flip": True}, {"vertical_flip": True}],
)  # fmt: skip
def test_every_control_does_something(ranges):
    assert (AugmentationPlayground(IMAGE, **ranges).samples != as_square(IMAGE)).any()


def test_the_code_shown_is_the_readers():
    playground = AugmentationPlayground(IMAGE, rotation_range=45, brightness=0.3, horizontal_flip=True)
    ranges = "rotation_range=45.0, brightness_range=(0.7, 1.3), horizontal_flip=True"
    assert playground.code == f"ImageFolderReader(rescale=1 / 255, {ranges})"
    assert eval(playground.code, {"ImageFolderReader": ImageFolderReader}).rotation_range == 45
    assert playground.code in playground.fallback()["text/plain"]
    assert Image.open(io.BytesIO(playground.fallback()["image/jpeg"])).height == SIDE


def test_an_own_image_takes_the_place_and_a_bad_file_gets_a_sentence():
    playground = AugmentationPlayground(IMAGE)
    assert choose(playground, "own.png", colored("teal")) == "Your image is the first in the row."
    assert (playground.samples == playground.samples[0, 0, 0]).all()
    own = playground.samples
    assert choose(playground, "<i>.txt", b"no image") == '"<i>.txt" is text, not an image.'
    assert (playground.samples == own).all()


@pytest.mark.parametrize("image", [IMAGE, IMAGE / 255, IMAGE[..., 0], IMAGE[..., :1], colored("teal")])
def test_any_image_becomes_a_square(image):
    square = as_square(image)
    assert square.shape == (SIDE, SIDE, 3)
    assert square.dtype == np.uint8


def test_a_shipped_image_is_shown_where_none_is_given():
    assert AugmentationPlayground().samples.std() > 10


def test_what_has_no_slider_is_named():
    with pytest.raises(ValueError, match=r"isn't a slider for 'rotation'.*rotation_range"):
        AugmentationPlayground(IMAGE, rotation=3)
    with pytest.raises(ValueError, match="shape"):
        AugmentationPlayground(np.zeros((3, 4, 5, 6)))


def test_whatever_goes_wrong_is_said_and_the_next_move_works(monkeypatch):
    playground = AugmentationPlayground(IMAGE)
    with monkeypatch.context() as broken:
        broken.setattr(augmentation_playground, "as_square", lambda _: 1 / 0)
        answer = choose(playground, "own.png", colored("teal"))
        assert answer == "That did not work. ZeroDivisionError: division by zero."
        broken.setattr(augmentation_playground, "encode", lambda *_, **__: 1 / 0)
        control(playground, "New samples").click()
        assert "division by zero" in playground.status
        control(playground, "rotation").value = 30
        assert "division by zero" in playground.status
    control(playground, "rotation").value = 45
    assert "rotation_range=45.0" in playground.status
