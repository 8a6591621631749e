"""A network to take with you: the same answers from the files, without the course."""

import re
import subprocess
import sys

import keras
import numpy as np
import pytest
from PIL import Image

from helpers.models import export
from helpers.models.model_card import model_card
from helpers.models.predict import predict_probabilities
from tools import notebooks

STRANGER = """import keras, sys
model = keras.saving.load_model(sys.argv[1])
answer = model(keras.ops.ones((2, 50, 70, 3)) * 200)
print([word.decode() for word in answer["class"].numpy()])
assert not [name for name in sys.modules if name.startswith(("helpers", "data_scripts"))]
"""


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    layers = [
        keras.Input((16, 16, 3)),
        keras.layers.Conv2D(4, 3),
        keras.layers.Flatten(),
        keras.layers.Dense(3, "softmax"),
    ]
    return keras.Sequential(layers)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)


def test_words_and_probabilities_are_those_of_the_network(model, images, tmp_path):
    names = ["Äpfel", "日本", "two words"]
    export.with_names(model, names).save(tmp_path / "own.keras")
    answer = keras.saving.load_model(tmp_path / "own.keras", safe_mode=True)(images.astype("float32"))
    wanted = np.asarray(model(images / np.float32(255)))
    assert np.allclose(answer["probabilities"], wanted, atol=1e-5)
    assert [word.decode() for word in answer["class"].numpy()] == [names[place] for place in wanted.argmax(axis=1)]


@pytest.mark.parametrize("ends", [(1, "sigmoid"), (1, None), (3, None)])
def test_a_network_of_any_range_and_end_gives_its_own_answer(ends, images):
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Rescaling(1 / 127.5, offset=-1), keras.layers.Flatten(), keras.layers.Dense(*ends)]
    network = keras.Sequential([keras.Input((16, 16, 3)), *layers])
    names = ["b", "a", "c"][: max(2, ends[0])]
    answer = export.with_names(network, {name: place for place, name in enumerate(names)})(images.astype("float32"))
    wanted = predict_probabilities(network, images)
    np.testing.assert_allclose(answer["probabilities"], wanted, atol=1e-5)
    assert [word.decode() for word in answer["class"].numpy()] == [names[place] for place in wanted.argmax(axis=1)]


def test_the_file_loads_without_the_course(model, tmp_path):
    export.with_names(model, ["a", "b", "c"]).save(tmp_path / "own.keras")
    command = [sys.executable, "-P", "-c", STRANGER, str(tmp_path / "own.keras")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().strip("[]").split(", ")[0].strip("'") in "abc"


def test_a_photo_of_any_shape_is_asked_about_as_the_collector_would_keep_it(model):
    rng = np.random.default_rng(2)
    photo = np.repeat(np.repeat(rng.integers(0, 256, (40, 64, 3), dtype=np.uint8), 20, axis=0), 20, axis=1)
    named = export.with_names(model, ["a", "b", "c"])
    for whole, square in ((photo, photo[:, 240:-240]), (photo.swapaxes(0, 1), photo[:, 240:-240].swapaxes(0, 1))):
        kept = Image.fromarray(square).resize((16, 16), Image.Resampling.BILINEAR)
        wanted = np.asarray(model(np.asarray(kept, "float32")[None] / 255))
        assert np.allclose(named(whole[None].astype("float32"))["probabilities"], wanted, atol=0.01)


@pytest.fixture(scope="module")
def lines():
    """What lesson 12 gives to a friend."""
    cells = {cell.id: cell.source for cell in notebooks.read(notebooks.lessons("12")[0]).cells}
    [found] = re.findall(r"```python\n(.*?)```", cells["load-say"], re.DOTALL)
    return found


def test_a_friends_photo_is_asked_about_as_it_is_seen(model, lines, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    export.with_names(model, ["a cup", "a pen", "nothing"]).save("my_network.keras")
    upright = Image.new("RGB", (90, 120), "black")
    upright.paste("white", (0, 0, 90, 40))
    upright.save("picture.jpg", quality=95)
    exec(lines, {})
    as_seen = capsys.readouterr().out
    turned = Image.Exif()
    turned[0x0112] = 6  # stored on its side, as phones do
    upright.transpose(Image.Transpose.ROTATE_90).save("picture.jpg", quality=95, exif=turned)
    exec(lines, {})
    assert capsys.readouterr().out == as_seen


def test_the_lines_that_the_lesson_gives_to_a_friend_work_without_the_course(model, lines, tmp_path):
    export.with_names(model, ["a cup", "a pen", "nothing"]).save(tmp_path / "my_network.keras")
    Image.new("RGB", (120, 90), "teal").save(tmp_path / "picture.jpg")
    done = subprocess.run(
        [sys.executable, "-P", "-c", lines], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(("a cup [[", "a pen [[", "nothing [["))


def test_a_phones_file_gives_the_same_answers(model, images, capfd):
    content = export.to_tflite(model)
    assert np.allclose(export.tflite_predict(content, images / 255), model(images / np.float32(255)), atol=1e-5)
    assert capfd.readouterr() == ("", "")


def test_a_phones_file_takes_gray_images_as_they_are():
    network = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    images = np.random.default_rng(3).random((2, 28, 28)).astype("float32")
    assert np.allclose(export.tflite_predict(export.to_tflite(network), images), network(images), atol=1e-5)


def test_names_that_do_not_fit_get_a_sentence(model):
    with pytest.raises(ValueError, match="3 classes apart, but there are 2"):
        export.with_names(model, ["a", "b"])


def test_a_model_card_has_counts_accuracy_and_what_is_missing():
    labels, groups = np.array([0, 0, 0, 1]), np.array([5, 5, 6, 7])
    answers = np.eye(3)[[0, 0, 1, 1]]
    card = model_card("Mine", ["a", "b", "none"], labels, groups, answers, "children")
    assert "| a | 3 | 2 | 2 of 3 | 21% to 94% |" in card
    assert "| none | 0 | 0 | – | – |" in card
    assert "| **all** | 4 | 3 | 3 of 4 | 30% to 95% |" in card
    assert card.endswith("children")
    assert "Not filled in yet" in model_card("Mine", ["a", "b"], labels, groups, answers, " ")
    assert "| a\\|b c | 3 | 2 |" in model_card("Mine", ["a|b\nc", "d"], np.eye(2)[labels], [5, 5, 6, 7], answers, "")
