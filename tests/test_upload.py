"""Asking a network about one's own images: every kind of head, every way to hand over files, bad files among good."""

import os
import re
import sys
import types

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import pytest
from PIL import Image

from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.read import ImageError
from helpers.models import predict
from helpers.models.predict import Prediction, predict_files
from helpers.widgets import upload
from helpers.widgets.upload import Upload, as_html, as_text, upload_and_predict
from tests.tiny_networks import BLUE, RED, colored, redness
from tests.widget_parts import choose_files, send_message
from tools import samples


def test_an_unsure_answer_comes_with_a_caution():
    model = redness(1, "sigmoid")
    sure = predict_files(model, ["a", "b"], [RED])[0]
    unsure = predict_files(model, ["a", "b"], [("gray.png", colored((140, 0, 0)))])[0]
    assert unsure.probability < predict.SURE < sure.probability
    for show in (as_html, as_text):
        assert "unsure" in show([unsure])
        assert "unsure" not in show([sure])


def test_a_bad_file_gets_its_sentence_and_the_others_go_on():
    results = predict_files(redness(1, "sigmoid"), ["a", "b"], [RED, ("diary.txt", b"Dear diary"), BLUE])
    assert [type(item) for item in results] == [Prediction, ImageError, Prediction]
    assert str(results[1]) == '"diary.txt" is text, not an image.'
    assert [item.name for item in results[::2]] == ["red.png", "blue.png"]
    assert as_text(results).count("\n") == 2
    assert "diary.txt" in as_html(results)


def test_the_page_is_safe_and_has_words_for_every_image():
    name = '<script>alert("x")</script>.png'
    page = as_html(predict_files(redness(1, "sigmoid"), ["a", "<b>"], [(name, colored("red")), (name, b"no")]))
    assert "<script" not in page
    assert "&lt;b&gt;" in page
    assert len(re.findall(r"<img ", page)) == len(re.findall(r'<img alt="[^"]+"', page)) == 2


choose = choose_files


def test_choosing_files_shows_them_in_place_of_the_samples():
    shown = Upload(redness(1, "sigmoid"), ["other", "red"], [BLUE])
    assert "blue.png" in shown.html
    choose(shown, [RED, ("diary.txt", b"Dear diary")])
    assert "red.png" in shown.html
    assert "diary.txt" in shown.html
    assert "blue.png" not in shown.html
    assert "red.png" in shown.fallback()["text/plain"]


def test_whatever_goes_wrong_is_said_and_old_answers_go():
    model = redness(1, "sigmoid")
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


def cards(page):
    return re.findall(r'<div role="listitem".*?(?=<div role="listitem"|$)', page)


def test_answers_are_cards_with_a_bar_for_each_of_the_likeliest_classes():
    model = redness(5, "softmax")
    page = as_html(predict_files(model, list("abcde"), [RED, ("diary.txt", b"Dear diary"), BLUE]))
    red, diary, blue = cards(page)
    shares = np.exp([2, 0, 0, 0, 0]) / np.exp([2, 0, 0, 0, 0]).sum()
    assert re.findall(r"<span[^>]*>(\w|\d\.\d+)</span>", red) == ["e", f"{shares[0]:.2f}", "a", "0.09", "b", "0.09"]
    assert re.findall(r"width:([\d.]+)%;background", red) == [f"{100 * shares[0]:.1f}", "8.8", "8.8"]
    assert "is text, not an image" in diary
    assert blue.count("<img") == 2
    assert page.count("the network sees: 4 × 6 pixels") == 1, "said once, not on every card"


def test_both_cautions_appear_on_one_card():
    items = predict_files(
        redness(1, "sigmoid"), ["a", "b"], [("gray.png", colored((140, 0, 0)))], lambda images: [False]
    )
    assert "perhaps no class fits" in items[0].sentence
    assert "unsure" in items[0].sentence
    (card,) = cards(as_html(items))
    assert card.count('role="note"') == len(items[0].cautions) == 2


def test_answers_of_many_files_come_in_steps_and_a_newer_choice_starts_over():
    shown = Upload(redness(1, "sigmoid"), ["other", "red"], [BLUE])
    seen = []
    shown.observe(lambda change: seen.append(len(cards(change["new"]))), "_html")
    answers = choose(shown, [RED] * 12)
    assert seen == [0, 1, 5, 10, 12]
    assert [answer["done"] for answer in answers if "done" in answer] == list(range(1, 13))
    assert len(shown.results) == 12
    choose(shown, [RED])
    assert len(shown.results) == 1


def test_a_file_that_did_not_come_is_a_card_and_a_late_piece_changes_nothing():
    shown = Upload(redness(1, "sigmoid"), ["other", "red"], [BLUE])
    about = {"upload": "x", "count": 2, "at": 0, "name": "holiday"}
    send_message(shown, about | {"number": 1, "size": 0, "problem": '"holiday" is <a> folder.'}, [])
    send_message(shown, about | {"number": 2, "size": len(RED[1]), "name": "red.png"}, [RED[1]])
    assert [type(item) for item in shown.results] == [ImageError, Prediction]
    assert "&lt;a&gt; folder" in shown.html
    before = shown.html
    send_message(shown, about | {"number": 1, "size": 9}, [b"late"])
    assert shown.html == before


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, SystemExit])
def test_the_browser_gets_an_answer_when_the_stop_button_ends_a_prediction(stopped, monkeypatch):
    shown, answers = Upload(redness(1, "sigmoid"), ["other", "red"], []), []
    shown.send = answers.append
    monkeypatch.setattr(shown, "_predict", lambda files: (_ for _ in ()).throw(stopped))
    about = {"upload": "x", "number": 1, "count": 1, "at": 0, "name": "red.png", "size": len(RED[1])}
    with pytest.raises(stopped):
        send_message(shown, about, [RED[1]])
    assert answers == [{"upload": "x", "stop": "It was interrupted. Choose the image again."}]


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr(upload, "display", lambda what, **_: calls.append(what))
    return calls


def test_paths_are_shown_without_a_button(displayed, tmp_path):
    (tmp_path / "red.png").write_bytes(RED[1])
    for paths in (tmp_path / "red.png", str(tmp_path / "red.png"), [tmp_path / "red.png"]):
        assert upload_and_predict(redness(1, "sigmoid"), ["other", "red"], paths) is None
    with open(tmp_path / "red.png", "rb") as file:
        upload_and_predict(redness(1, "sigmoid"), ["other", "red"], file)
    assert [bundle["text/plain"] for bundle in displayed] == ["red.png: red, probability 0.88."] * 4
    for data in (RED[1], [RED[1]]):
        upload_and_predict(redness(1, "sigmoid"), ["other", "red"], data)
        assert displayed[-1]["text/plain"] == "image 1: red, probability 0.88."
    (tmp_path / "caf\udce9.png").write_bytes(RED[1])
    upload_and_predict(redness(1, "sigmoid"), ["other", "red"], tmp_path / "caf\udce9.png")
    assert "caf?.png" in displayed[-1]["text/html"].encode().decode()  # a notebook with half a letter can't be saved


def test_the_button_shows_samples_and_has_a_static_fallback(displayed, tmp_path):
    (tmp_path / "red.png").write_bytes(RED[1])
    upload_and_predict(redness(1, "sigmoid"), ["other", "red"], samples=[tmp_path / "red.png"])
    bundle, _ = displayed[0]._repr_mimebundle_()
    assert bundle["text/plain"].startswith("red.png: red")
    assert "<img" in bundle["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_images_that_ship_are_shown_where_nobody_has_chosen(displayed):
    upload_and_predict(redness(1, "sigmoid"), ["other", "red"])
    names = [item.name for item in displayed[0].results]
    assert names == ["cat.jpg", "dog.jpg", "horse.jpg", "human.jpg", "nobody.jpg", "rider.jpg"]
    assert all(isinstance(item, Prediction) for item in displayed[0].results)


def test_images_that_ship_are_small_drawn_here_and_free():
    assert {path.stem for path in upload.SHIPPED.iterdir()} == samples.IMAGES.keys()
    assert "upload/" in (SAMPLE_IMAGES / "LICENSE.txt").read_text()
    for path in upload.SHIPPED.iterdir():
        assert path.stat().st_size < 25_000
        stored, drawn = Image.open(path), samples.draw(path.stem)
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
    upload_and_predict(redness(1, "sigmoid"), ["other", "red"], samples=[])
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
    upload_and_predict(redness(1, "sigmoid"), ["other", "red"], samples=[tmp_path / "blue.png"])
    assert displayed[0]["text/plain"].startswith("blue.png: other")


def test_a_image_unlike_the_training_gets_a_caution_of_its_own():
    def in_distribution(images):
        return images[..., 0].mean(axis=(1, 2)) > 0.5  # red ones

    items = predict_files(redness(1, "sigmoid"), ["a", "b"], [RED, BLUE, ("x", b"no")], in_distribution)
    assert [items[0].in_distribution, items[1].in_distribution] == [True, False]
    assert "perhaps no class fits" in items[1].sentence
    assert "perhaps no class fits" in as_html(items)
    assert items[0].caution == ""
    assert isinstance(items[2], ImageError)


def test_the_button_knows_what_is_familiar(displayed):
    upload_and_predict(
        redness(1, "sigmoid"), ["a", "b"], samples=[], in_distribution=lambda images: np.zeros(len(images))
    )
    choose(displayed[0], [RED])
    assert "perhaps no class fits" in displayed[0].html
