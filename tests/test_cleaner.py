"""What looks wrong in a folder of images, found on images whose faults are known; and the widget's answers."""

from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from helpers.images import cleaning
from helpers.images.own_images import OwnImages, OwnSet
from helpers.widgets import Cleaner
from tests.widget_parts import send_message


def a_set(images, labels, groups=None):
    count = len(images)
    groups = np.arange(count) if groups is None else np.array(groups)
    files = [Path(f"{number}.jpg") for number in range(count)]
    return OwnSet(np.array(images), np.array(labels), ["a", "b"], groups, np.zeros(count, bool), files)


def noise(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (24, 24, 3), dtype=np.uint8)


def test_dark_and_blurred_images_are_found_and_sharp_ones_are_not():
    ramp = np.repeat(np.linspace(60, 200, 24).astype(np.uint8)[:, None, None], 24, axis=1).repeat(3, axis=2)
    found = cleaning.dark_or_blurred(np.array([noise(), noise() // 10, ramp]))
    assert [(one.kind, one.index) for one in found] == [("dark", 1), ("blurred", 2)]


def test_near_duplicates_are_found_across_series_only():
    features = np.array([[1, 0, 0], [1, 0.01, 0], [0, 1, 0], [0, 1, 0.02]])
    data = a_set([noise(i) for i in range(4)], [0, 0, 0, 1], groups=[7, 7, 8, 9])
    (found,) = cleaning.near_duplicates(data, features)
    assert (found.index, found.why) == (3, "Nearly the same as 2.jpg, which is in a.")


def test_doubtful_labels_come_first_and_an_image_comes_once():
    answers = np.array([[0.9, 0.1], [0.1, 0.9], [0.05, 0.95], [0.2, 0.8]])
    data = a_set([noise(), noise(1) // 20, noise(2), noise(3)], [0, 0, 0, 1])
    found = cleaning.findings(data, np.eye(4), answers)
    assert [(one.kind, one.index) for one in found] == [("label", 2), ("label", 1)]
    assert "Is this a?" in found[0].why
    assert "say b (0.95)" in found[0].why
    assert [one.kind for one in cleaning.findings(data, np.eye(4))] == ["dark"]
    assert len(cleaning.findings(data, np.eye(4), answers, most=1)) == 1


@pytest.fixture
def cleaner(tmp_path):
    own = OwnImages(tmp_path / "my_images", ["dark", "light"])
    rng = np.random.default_rng(0)
    for number in range(8):
        for label, level in (("dark", 50), ("light", 180)):
            level = 180 if label == "dark" and number == 5 else level
            own.keep(label, Image.fromarray((rng.integers(-30, 30, (40, 40, 3)) + level).astype(np.uint8)))
    (own.folder / "dark" / "diary.jpg").write_text("Dear diary")
    layers = [keras.Input((32, 32, 3)), keras.layers.AveragePooling2D(16), keras.layers.Flatten()]
    return Cleaner(own, keras.Sequential(layers))


def ask(cleaner, **content):
    answers = []
    cleaner.send = lambda content, buffers=None: answers.append(content)
    send_message(cleaner, {"upload": "u", **content}, [])
    (answer,) = [answer for answer in answers if "upload" in answer]
    return answer


def test_an_image_in_the_wrong_class_is_found_moved_and_brought_back(cleaner):
    (wrong,) = [item for item in cleaner._items if item["why"].startswith("Is this")]
    assert wrong["class"] == "dark"
    assert cleaner._notes == ['"diary.jpg" is text, not an image.']
    assert ask(cleaner, do="move", name=wrong["name"], **{"from": "dark", "class": "light"})["count"] == 1
    assert wrong["name"] in cleaner.own.names("light")
    assert cleaner._undo == "move to light"
    assert ask(cleaner, do="undo")["count"] == 1
    assert ask(cleaner, do="delete", name=wrong["name"], **{"from": "dark"})["count"] == 1
    assert ask(cleaner, do="delete", name=wrong["name"], **{"from": "dark"})["count"] == 0
    assert wrong["name"] in cleaner.fallback()["text/plain"]
    assert set(cleaner.fallback()) == {"text/html", "text/plain"}


@pytest.mark.parametrize(
    "content", [{"do": "fly"}, {"do": "move"}, {"do": "delete", "from": "dark", "name": "../x.jpg"}, {"do": 7}], ids=str
)
def test_whatever_comes_is_answered_by_a_sentence(cleaner, content):
    assert ask(cleaner, **content)["stop"].endswith(".")


def test_an_image_can_be_moved_to_a_class_that_has_none_yet(cleaner):
    cleaner.own.add_class("nothing")
    cleaner.look(keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten()]))
    assert cleaner._names == ["dark", "light", "nothing"]


def test_an_empty_folder_and_a_class_with_one_series_are_said(tmp_path):
    layers = [keras.Input((32, 32, 3)), keras.layers.Flatten()]
    own = OwnImages(tmp_path / "new", ["a", "b"])
    said = "The folder new has no images yet. Collect some, then run this cell again."
    assert Cleaner(own, keras.Sequential(layers)).fallback()["text/plain"] == said
    for label in ("a", "b"):
        for _ in range(3):
            own.keep(label, Image.fromarray(noise()), series="one")
    assert "has only one series" in Cleaner(own, keras.Sequential(layers))._notes[0]
