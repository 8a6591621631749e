"""The augmentation playground: five samples follow the sliders, chances stay until new ones are asked for."""

import io

import numpy as np
import pytest
from PIL import Image

from helpers.reader import PictureReader
from helpers.widgets import AugmentationPlayground
from helpers.widgets.augmentation_playground import SAMPLES, SIDE, as_square

rng = np.random.default_rng(0)
PICTURE = rng.integers(0, 256, (60, 80, 3), np.uint8)


def a_file(size=(40, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, "PNG")
    return file.getvalue()


def test_without_a_range_all_samples_are_the_picture():
    playground = AugmentationPlayground(PICTURE)
    assert playground.samples.shape == (SAMPLES, SIDE, SIDE, 3)
    assert (playground.samples == as_square(PICTURE)).all()


def test_a_slider_changes_the_samples_and_keeps_the_chances():
    playground = AugmentationPlayground(PICTURE)
    before = playground._image.value
    playground._sliders["rotation_range"].value = 45
    assert playground._image.value != before
    turned = playground.samples
    assert not (turned == as_square(PICTURE)).all(axis=(1, 2, 3)).any()
    assert (playground.samples == turned).all()
    playground.new_samples()
    assert (playground.samples != turned).any()


def test_angles_grow_with_their_range():
    one, two = (
        AugmentationPlayground(PICTURE, rotation_range=reach).augmentation.draw(np.random.default_rng(1), 5, (9, 9))
        for reach in (10, 20)
    )
    assert np.allclose(two["theta"], 2 * one["theta"])


@pytest.mark.parametrize(
    "ranges",
    [{"width_shift_range": 0.15}, {"height_shift_range": 0.15}, {"zoom_range": 0.5}, {"shear_range": 20},
     {"brightness": 0.4}, {"horizontal_flip": True}, {"vertical_flip": True}],
)  # fmt: skip
def test_every_control_does_something(ranges):
    assert (AugmentationPlayground(PICTURE, **ranges).samples != as_square(PICTURE)).any()


def test_the_code_shown_is_the_readers():
    playground = AugmentationPlayground(PICTURE, rotation_range=45, brightness=0.3, horizontal_flip=True)
    said = "rotation_range=45.0, brightness_range=(0.7, 1.3), horizontal_flip=True"
    assert playground.code == f"PictureReader(rescale=1 / 255, {said})"
    assert eval(playground.code, {"PictureReader": PictureReader}).rotation_range == 45
    assert playground.code in playground.stand_in()["text/plain"]
    assert Image.open(io.BytesIO(playground.stand_in()["image/jpeg"])).height == SIDE


def test_several_controls_can_be_moved_at_once():
    playground = AugmentationPlayground(PICTURE)
    playground.set(rotation_range=30, vertical_flip=True)
    assert playground.code.endswith("rotation_range=30.0, vertical_flip=True)")


def test_an_own_picture_takes_the_place_and_a_bad_file_gets_a_sentence():
    playground = AugmentationPlayground(PICTURE)
    playground._chosen({"new": ({"name": "own.png", "content": memoryview(a_file())},)})
    assert (playground.samples == playground.samples[0, 0, 0]).all()
    own = playground.samples
    playground._chosen({"new": {"<i>.txt": {"content": b"no picture"}}})
    assert "✗" in playground._words.value and "<i>" not in playground._words.value
    assert (playground.samples == own).all()


@pytest.mark.parametrize("picture", [PICTURE, PICTURE / 255, PICTURE[..., 0], PICTURE[..., :1], a_file()])
def test_any_picture_becomes_a_square(picture):
    square = as_square(picture)
    assert square.shape == (SIDE, SIDE, 3) and square.dtype == np.uint8


def test_a_shipped_picture_is_shown_where_none_is_given():
    assert AugmentationPlayground().samples.std() > 10


def test_what_has_no_slider_is_named():
    with pytest.raises(ValueError, match=r"no slider for 'rotation'.*rotation_range"):
        AugmentationPlayground(PICTURE, rotation=3)
    with pytest.raises(ValueError, match="shape"):
        AugmentationPlayground(np.zeros((3, 4, 5, 6)))
