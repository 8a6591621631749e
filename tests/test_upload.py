"""Asking a network about one's own images: every kind of head, every way to hand over files, bad files among good."""

import io
import os
import re
import sys
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import pytest
from PIL import Image

from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.read import ImageError
from helpers.models import predict
from helpers.models.predict import Prediction, predict_files
from helpers.widgets import upload
from helpers.widgets.compat import uploaded_files
from helpers.widgets.upload import Upload, as_html, as_text, upload_and_predict
from tests.widget_parts import choose_files, control
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


def test_an_unsure_answer_comes_with_a_caution():
    model = network(1, "sigmoid")
    sure = predict_files(model, ["a", "b"], [RED])[0]
    unsure = predict_files(model, ["a", "b"], [("gray.png", png((140, 0, 0)))])[0]
    assert unsure.probability < predict.SURE < sure.probability
    for show in (as_html, as_text):
        assert "unsure" in show([unsure])
        assert "unsure" not in show([sure])


def test_a_bad_file_gets_its_sentence_and_the_others_go_on():
    results = predict_files(network(1, "sigmoid"), ["a", "b"], [RED, ("diary.txt", b"Dear diary"), BLUE])
    assert [type(item) for item in results] == [Prediction, ImageError, Prediction]
    assert str(results[1]) == '"diary.txt" is text, not an image.'
    assert [item.name for item in results[::2]] == ["red.png", "blue.png"]
    assert as_text(results).count("\n") == 2
    assert "diary.txt" in as_html(results)


def test_the_page_is_safe_and_has_words_for_every_image():
    name = '<script>alert("x")</script>.png'
    page = as_html(predict_files(network(1, "sigmoid"), ["a", "<b>"], [(name, png("red")), (name, b"no")]))
    assert "<script" not in page
    assert "&lt;b&gt;" in page
    assert len(re.findall(r"<img ", page)) == len(re.findall(r'<img alt="[^"]+"', page)) == 2


def test_values_of_both_versions_of_the_button():
    seven = {"red.png": {"metadata": {"size": 3}, "content": b"abc"}}
    eight = ({"name": "red.png", "type": "image/png", "size": 3, "content": memoryview(b"abc")},)
    assert uploaded_files(seven) == uploaded_files(eight) == [("red.png", b"abc")]
    assert uploaded_files({}) == uploaded_files(()) == []


def choose(shown, files):
    choose_files(control(shown, "Choose images"), files)


def test_choosing_files_shows_them_in_place_of_the_samples():
    shown = Upload(network(1, "sigmoid"), ["other", "red"], [BLUE])
    assert "blue.png" in shown.html
    choose(shown, [RED, ("diary.txt", b"Dear diary")])
    assert "red.png" in shown.html
    assert "diary.txt" in shown.html
    assert "blue.png" not in shown.html
    assert "red.png" in shown.fallback()["text/plain"]


def test_whatever_goes_wrong_is_said_and_old_answers_go():
    model = network(1, "sigmoid")
    shown = Upload(model, ["other", "red"], [BLUE])
    weights = model.layers[-1].get_weights()
    model.layers[-1].set_weights([np.full_like(w, np.nan) for w in weights])
    choose(shown, [RED])
    assert "not a number" in shown.html
    assert "blue.png" not in shown.html
    assert "blue.png" not in shown.fallback()["text/plain"]
    model.layers[-1].set_weights(weights)
    choose(shown, [BLUE])
    assert "blue.png" in shown.html


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


def test_the_button_shows_samples_and_has_a_static_fallback(displayed, tmp_path):
    (tmp_path / "red.png").write_bytes(RED[1])
    upload_and_predict(network(1, "sigmoid"), ["other", "red"], samples=[tmp_path / "red.png"])
    bundle, _ = displayed[0]._repr_mimebundle_()
    assert bundle["text/plain"].startswith("red.png: red")
    assert "<img" in bundle["text/html"]
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
    assert "perhaps no class fits" in items[1].sentence
    assert "perhaps no class fits" in as_html(items)
    assert items[0].caution == ""
    assert isinstance(items[2], ImageError)


def test_the_button_knows_what_is_familiar(displayed):
    upload_and_predict(
        network(1, "sigmoid"), ["a", "b"], samples=[], in_distribution=lambda images: np.zeros(len(images))
    )
    choose(displayed[0], [RED])
    assert "perhaps no class fits" in displayed[0].html
