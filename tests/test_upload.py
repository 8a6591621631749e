"""Asking a network about one's own images: every kind of head, every way to hand over files, bad files among good."""

import io
import os
import re
import sys
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import ipywidgets
import keras
import numpy as np
import pytest
from PIL import Image

from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.read import ImageError
from helpers.models import predict
from helpers.models.predict import Prediction, image_shape, predict_files, probabilities
from helpers.widgets import upload
from helpers.widgets.upload import Upload, as_html, as_text, upload_and_predict, uploaded
from tools import render_upload_samples


def png(color, size=(30, 20)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "PNG")
    return file.getvalue()


RED, BLUE = ("red.png", png("red")), ("blue.png", png("blue"))


def network(units, activation, shape=(4, 6, 3), before=()):
    """Tells how red an image is: the first units get large negative, the last large positive scores for red."""
    head = keras.layers.Dense(units, activation)
    model = keras.Sequential([keras.Input(shape), *before, keras.layers.Flatten(), head])
    pixels = int(np.prod(shape))
    weights = np.zeros((pixels, units), np.float32)
    weights[0 :: shape[-1], -1] = 4 / (shape[0] * shape[1])  # red adds 4
    head.set_weights([weights, np.array([*[0.0] * (units - 1), -2.0], np.float32)])  # so red 2, others −2
    return model


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def expected(z, units):
    """The probability of the last of `units` classes whose scores are 0, …, 0, z."""
    return sigmoid(z) if units < 3 else np.exp(z) / (units - 1 + np.exp(z))


@pytest.mark.parametrize(
    ("units", "activation"), [(1, "sigmoid"), (1, None), (2, "softmax"), (2, None), (3, "softmax"), (3, None)]
)
def test_sigmoid_softmax_and_logits_give_the_same_probabilities(units, activation):
    names = ["not red", "gray", "red"] if units == 3 else ["not red", "red"]
    red, blue = predict_files(network(units, activation), names, [RED, BLUE])
    assert red.class_name == "red" and red.probability == pytest.approx(expected(2, units), abs=1e-5)
    assert blue.class_name == "not red"
    assert blue.probability == pytest.approx(1 - expected(-2, units) if units < 3 else 1 / (2 + np.exp(-2)), abs=1e-5)


@pytest.mark.parametrize("last", [keras.layers.Softmax(), keras.layers.Activation("softmax")])
def test_softmax_as_a_layer_of_its_own(last):
    model = keras.Sequential([network(3, None), last])
    model.build((None, 4, 6, 3))
    red = predict_files(model, ["a", "b", "red"], [RED])[0]
    assert red.probability == pytest.approx(expected(2, 3), abs=1e-5)


def test_without_a_known_activation_the_numbers_tell():
    model = types.SimpleNamespace(layers=[])
    np.testing.assert_allclose(probabilities(model, np.array([[0.2, 0.8]])), [[0.2, 0.8]])
    np.testing.assert_allclose(probabilities(model, np.array([[0.2, 0.9]])), [[0.331812, 0.668188]], atol=1e-5)
    np.testing.assert_allclose(probabilities(model, np.array([[0.3]])), [[0.7, 0.3]])
    np.testing.assert_allclose(probabilities(model, np.array([[3.0], [-800.0]])).sum(axis=1), 1)


def test_a_network_that_rescales_by_itself_gets_0_to_255():
    plain = predict_files(network(1, "sigmoid"), ["a", "b"], [RED])[0]
    rescaling = predict_files(network(1, "sigmoid", before=[keras.layers.Rescaling(1 / 255)]), ["a", "b"], [RED])[0]
    assert rescaling.probability == pytest.approx(plain.probability, abs=1e-5)


def test_gray_networks_with_and_without_a_channel_axis():
    assert image_shape(network(2, "softmax", (8, 9, 1))) == (8, 9, 1)
    flat = keras.Sequential([keras.Input((8, 9)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
    assert image_shape(flat) == (8, 9, 1)
    assert predict_files(flat, ["a", "b"], [RED])[0].seen.shape == (8, 9, 1)


def test_class_indices_of_a_reader_do_as_names():
    red = predict_files(network(1, "sigmoid"), {"red": 1, "other": 0}, [RED])[0]
    assert red.class_name == "red"


def test_an_unsure_answer_comes_with_a_caution():
    model = network(1, "sigmoid")
    sure = predict_files(model, ["a", "b"], [RED])[0]
    unsure = predict_files(model, ["a", "b"], [("gray.png", png((140, 0, 0)))])[0]
    assert unsure.probability < predict.SURE < sure.probability
    for show in (as_html, as_text):
        assert "unsure" in show([unsure]) and "unsure" not in show([sure])


def test_a_bad_file_gets_its_sentence_and_the_others_go_on():
    results = predict_files(network(1, "sigmoid"), ["a", "b"], [RED, ("diary.txt", b"Dear diary"), BLUE])
    assert [type(item) for item in results] == [Prediction, ImageError, Prediction]
    assert str(results[1]) == '"diary.txt" is text, not an image.'
    assert [item.name for item in results[::2]] == ["red.png", "blue.png"]
    assert as_text(results).count("\n") == 2 and "diary.txt" in as_html(results)


def test_only_bad_files_need_no_prediction():
    assert isinstance(predict_files(network(1, "sigmoid"), ["a", "b"], [("x", b"")])[0], ImageError)


def test_names_that_do_not_fit_the_network():
    with pytest.raises(ValueError, match="tells 2 classes apart, but there are 3"):
        predict_files(network(1, "sigmoid"), ["a", "b", "c"], [])
    with pytest.raises(ValueError, match="not images"):
        predict_files(keras.Sequential([keras.Input((7,)), keras.layers.Dense(2)]), ["a", "b"], [])


def test_a_network_whose_weights_are_no_numbers():
    model = network(1, "sigmoid")
    model.layers[-1].set_weights([np.full_like(w, np.nan) for w in model.layers[-1].get_weights()])
    with pytest.raises(ValueError, match="not a number"):
        predict_files(model, ["a", "b"], [RED])


def test_images_as_given_and_as_the_network_sees_them():
    deep = io.BytesIO()
    Image.fromarray(np.full((900, 700), 40000, np.uint16)).save(deep, "PNG")
    item = predict_files(network(1, "sigmoid"), ["a", "b"], [("deep.png", deep.getvalue())])[0]
    assert item.image.size == (249, 320) and item.image.getpixel((5, 5)) == round(40000 / 257)
    assert item.seen.shape == (4, 6, 3)


def test_the_page_is_safe_and_has_words_for_every_image():
    name = '<script>alert("x")</script>.png'
    page = as_html(predict_files(network(1, "sigmoid"), ["a", "<b>"], [(name, png("red")), (name, b"no")]))
    assert "<script" not in page and "&lt;b&gt;" in page
    assert len(re.findall(r"<img ", page)) == len(re.findall(r'<img alt="[^"]+"', page)) == 2


def test_values_of_both_versions_of_the_button():
    seven = {"red.png": {"metadata": {"size": 3}, "content": b"abc"}}
    eight = ({"name": "red.png", "type": "image/png", "size": 3, "content": memoryview(b"abc")},)
    assert uploaded(seven) == uploaded(eight) == [("red.png", b"abc")]
    assert uploaded({}) == uploaded(()) == []


def choose(button, files):
    """What the browser sends when somebody chooses these files."""
    if int(ipywidgets.__version__.split(".")[0]) < 8:
        metadata = [{"name": name} for name, _ in files]
        button.set_state({"metadata": metadata, "data": [memoryview(content) for _, content in files]})
        button._counter += 1
    else:
        about = {"type": "image/png", "last_modified": 0}
        button.set_state({"value": [{"name": n, "size": len(c), "content": memoryview(c), **about} for n, c in files]})


def test_choosing_files_shows_them_in_place_of_the_samples():
    shown = Upload(network(1, "sigmoid"), ["other", "red"], [BLUE])
    assert "blue.png" in shown.answers.value
    choose(shown.button, [RED, ("diary.txt", b"Dear diary")])
    assert "red.png" in shown.answers.value and "diary.txt" in shown.answers.value
    assert "blue.png" not in shown.answers.value
    assert "red.png" in shown.fallback()["text/plain"]


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr(upload, "display", lambda what, **_: calls.append(what))
    return calls


def test_paths_are_shown_without_a_button(displayed, tmp_path):
    (tmp_path / "red.png").write_bytes(RED[1])
    for paths in (tmp_path / "red.png", str(tmp_path / "red.png"), [tmp_path / "red.png"]):
        assert upload_and_predict(network(1, "sigmoid"), ["other", "red"], paths) is None
    assert [bundle["text/plain"] for bundle in displayed] == ["red.png: red, probability 0.88."] * 3


def test_the_button_shows_samples_and_has_a_stand_in(displayed, tmp_path):
    (tmp_path / "red.png").write_bytes(RED[1])
    upload_and_predict(network(1, "sigmoid"), ["other", "red"], samples=[tmp_path / "red.png"])
    bundle, _ = displayed[0]._repr_mimebundle_()
    assert bundle["text/plain"].startswith("red.png: red") and "<img" in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_images_that_ship_are_shown_where_nobody_has_chosen(displayed):
    upload_and_predict(network(1, "sigmoid"), ["other", "red"])
    names = [item.name for item in displayed[0].results]
    assert names == ["cat.jpg", "dog.jpg", "horse.jpg", "human.jpg", "nobody.jpg", "rider.jpg"]
    assert all(isinstance(item, Prediction) for item in displayed[0].results)


def test_images_that_ship_are_small_drawn_here_and_free():
    assert {path.stem for path in upload.SHIPPED.iterdir()} == render_upload_samples.IMAGES.keys()
    assert "upload/" in (SAMPLE_IMAGES / "LICENSE.txt").read_text()
    for path in upload.SHIPPED.iterdir():
        assert path.stat().st_size < 25_000
        stored, drawn = Image.open(path), render_upload_samples.draw(path.stem)
        assert np.abs(np.subtract(stored, drawn, dtype=np.float32)).mean() < 12  # JPEG smooths the grain


def colab(monkeypatch, answer):
    files = types.ModuleType("google.colab.files")
    files.upload = answer
    package = types.ModuleType("google.colab")
    package.files = files
    monkeypatch.setitem(sys.modules, "google.colab", package)
    monkeypatch.setitem(sys.modules, "google.colab.files", files)
    monkeypatch.delenv("COURSE_BUDGET", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


def test_colabs_dialogue(displayed, monkeypatch):
    colab(monkeypatch, lambda: dict([RED]))
    upload_and_predict(network(1, "sigmoid"), ["other", "red"], samples=[])
    assert displayed[0]["text/plain"].startswith("red.png: red")


@pytest.mark.parametrize("budget", ["full", "quick"])
def test_where_colabs_dialogue_fails_or_nobody_is_there_samples_are_shown(displayed, monkeypatch, tmp_path, budget):
    def no_dialogue():
        if budget == "quick":
            pytest.fail("asked, though nobody is there")
        raise RuntimeError("the cell was not run by hand")

    colab(monkeypatch, no_dialogue)
    monkeypatch.setenv("COURSE_BUDGET", budget)
    (tmp_path / "blue.png").write_bytes(BLUE[1])
    upload_and_predict(network(1, "sigmoid"), ["other", "red"], samples=[tmp_path / "blue.png"])
    assert displayed[0]["text/plain"].startswith("blue.png: other")


def test_a_image_unlike_the_training_gets_a_caution_of_its_own():
    def in_distribution(images):
        return images[..., 0].mean(axis=(1, 2)) > 0.5  # red ones

    items = predict_files(network(1, "sigmoid"), ["a", "b"], [RED, BLUE, ("x", b"no")], in_distribution)
    assert [items[0].in_distribution, items[1].in_distribution] == [True, False]
    assert "perhaps no class fits" in items[1].sentence and "perhaps no class fits" in as_html(items)
    assert items[0].caution == "" and isinstance(items[2], ImageError)


def test_the_button_knows_what_is_familiar(displayed):
    upload_and_predict(
        network(1, "sigmoid"), ["a", "b"], samples=[], in_distribution=lambda images: np.zeros(len(images))
    )
    choose(displayed[0].button, [RED])
    assert "perhaps no class fits" in displayed[0].answers.value
