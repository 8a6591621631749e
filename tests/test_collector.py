"""The collector without a browser: what it answers, and what it keeps."""

import pytest
from PIL import Image

from data_scripts import atomic
from data_scripts.errors import DataError
from helpers.images.encode import encode
from helpers.widgets import Collector
from tests.widget_parts import choose_files, said, send_message


def jpeg(color="red"):
    return encode(Image.new("RGB", (224, 224), color), "jpeg")


@pytest.fixture
def collector(tmp_path):
    return Collector(tmp_path / "my_images", ["rock", "paper"])


def ask(collector, buffers=(), **content):
    """What the browser is answered."""
    answers = []
    collector.send = lambda content, buffers=None: answers.append(content)
    send_message(collector, {"upload": "u", **content}, list(buffers))
    (answer,) = [answer for answer in answers if "upload" in answer]
    assert answer.pop("upload") == "u"
    return answer


def take(collector, label="rock", series="s"):
    return ask(collector, [jpeg()], **{"do": "keep", "class": label, "series": series})


def test_a_picture_is_answered_when_it_is_on_the_disk(collector):
    answer = take(collector)
    assert (collector.own.folder / "rock" / answer["kept"]).stat().st_size > 500
    assert collector.counts == {"paper": 0, "rock": 1}
    assert collector._classes == [{"name": "paper", "train": 0, "test": 0}, {"name": "rock", "train": 1, "test": 0}]
    assert collector.own.load(160).images.shape == (1, 160, 160, 3)


def test_thumbnails_come_in_pages_the_newest_first(collector):
    kept = [take(collector)["kept"] for _ in range(7)]
    page = ask(collector, do="thumbs", **{"class": "rock", "from": 0, "count": 3})
    assert [name for name, _ in page["thumbs"]] == kept[:-4:-1]
    assert page["total"] == 7
    rest = ask(collector, do="thumbs", **{"class": "rock", "from": 3, "count": 10**9})
    assert [name for name, _ in rest["thumbs"]] == kept[3::-1]
    assert all(len(image) < 4000 for _, image in rest["thumbs"])


def test_a_file_goes_into_its_class_and_what_is_none_gets_a_sentence(collector):
    receiver, handle = collector, collector._handle_custom_msg
    receiver._handle_custom_msg = lambda content, buffers: handle(content | {"class": "paper"}, buffers)
    answers = choose_files(
        receiver, [("a.jpg", jpeg()), ("diary.txt", b"Dear diary"), ("b.png", encode(Image.new("L", (9, 4))))]
    )
    assert said(answers) == '"diary.txt" is text, not an image.'
    assert collector.counts == {"paper": 2, "rock": 0}


def test_the_files_of_one_choice_are_undone_together(collector):
    handle = collector._handle_custom_msg
    collector._handle_custom_msg = lambda content, buffers: handle(content | {"class": "rock"}, buffers)
    choose_files(collector, [("a.jpg", jpeg()), ("b.jpg", jpeg("blue"))])
    choose_files(collector, [("diary.txt", b"Dear diary"), ("c.jpg", jpeg()), ("d.jpg", jpeg()), ("e.jpg", jpeg())])
    assert collector.own.undo() == 3
    assert collector.own.undo() == 2
    assert collector.counts == {"paper": 0, "rock": 0}


def test_changes_are_made_and_undone(collector):
    kept = [take(collector, series=f"s{i}")["kept"] for i in range(3)]
    assert ask(collector, do="move", images=[["rock", kept[0]]], **{"class": "paper"}) == {"count": 1}
    assert ask(collector, do="delete", images=[["rock", kept[1]]]) == {"count": 1}
    assert collector.counts == {"paper": 1, "rock": 1}
    assert collector._undo == "delete"
    ask(collector, do="undo")
    ask(collector, do="undo")
    assert collector.counts == {"paper": 0, "rock": 3}
    assert ask(collector, do="add", name="scissors") == {"name": "scissors"}
    assert ask(collector, do="rename", name="stone", **{"class": "rock"}) == {"name": "stone"}
    assert list(collector.counts) == ["paper", "scissors", "stone"]
    assert ask(collector, do="wipe")["text"] == "3 images deleted for good."
    assert not collector.own.folder.exists()


NONSENSE = [
    {"do": "fly"},
    {"do": 7},
    {"do": "keep", "class": "rock"},
    {"do": "keep", "class": "../rock"},
    {"do": "move", "images": [["rock", "../x.jpg"]], "class": "paper"},
    {"do": "move", "images": [["rock"]], "class": "paper"},
    {"do": "move", "images": 3, "class": "paper"},
    {"do": "delete", "images": [[None, None]]},
    {"do": "thumbs", "class": "rock"},
    {"do": "thumbs", "class": "rock", "from": "x", "count": None},
    {"do": "add"},
    {"do": "add", "name": "rock"},
    {"do": "rename", "class": "gone", "name": "x"},
    {"do": "thumbs", "class": ["rock"], "from": 0, "count": 1},
]


@pytest.mark.parametrize("content", NONSENSE, ids=str)
def test_whatever_comes_is_answered_by_a_sentence(collector, content):
    take(collector)
    assert ask(collector, **content)["stop"].rstrip().endswith(".")
    assert collector.counts == {"paper": 0, "rock": 1}


@pytest.mark.parametrize("data", [b"", b"no image", jpeg()[:300]])
def test_a_picture_that_is_none_is_not_shown_as_kept(collector, data):
    answer = ask(collector, [data], **{"do": "keep", "class": "rock"})
    assert "kept" not in answer
    assert answer["stop"].endswith(".")
    assert collector.counts["rock"] == 0


def test_a_full_disk_is_said_to_the_browser(collector, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "replace", full)
    assert "The disk is full" in take(collector)["stop"]
    assert collector.counts["rock"] == 0


def test_the_fallback_holds_counts_and_no_image(collector):
    take(collector)
    fallback = collector.fallback()
    assert fallback["text/plain"] == "A collector of images. paper: 0; rock: 1."
    assert set(fallback) == {"text/html", "text/plain"}


def test_a_class_that_can_be_none_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(DataError, match="can't be the name of a class"):
        Collector(tmp_path / "new", ["rock", "a/b"])
    assert not (tmp_path / "new").exists()
