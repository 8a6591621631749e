"""The learner's own images: nothing is lost, nothing is overwritten, and everything can be deleted."""

import errno
import io
import os
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from data_scripts import atomic
from data_scripts.errors import DataError
from helpers.images import own_images
from helpers.images.own_images import SIDE, OwnImages
from helpers.images.own_names import ClassNameError, class_name, is_test, series_of
from helpers.images.own_samples import own_or_samples


def picture(color="red", size=(60, 40)):
    return Image.new("RGB", size, color)


@pytest.fixture
def own(tmp_path):
    return OwnImages(tmp_path / "my_images", ["rock", "paper"])


def keep(own, label, count=1, series=""):
    return [(label, own.keep(label, picture(), series).name) for _ in range(count)]


def test_a_kept_image_is_a_square_jpeg_without_what_a_phone_notes(own, tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x8825] = 6, {1: "N", 2: (48.0, 51.0, 29.9)}
    tall = Image.new("RGB", (400, 300), "blue")
    tall.paste("red", (0, 0, 400, 60))  # at the right once it is upright
    tall.save(tmp_path / "phone.jpg", exif=exif, comment=b"at home")
    path = own.keep("rock", own_images.open_image(tmp_path / "phone.jpg"))
    with Image.open(path) as kept:
        assert (kept.format, kept.size, kept.mode) == ("JPEG", (SIDE, SIDE), "RGB")
        assert not kept.getexif()
        assert "comment" not in kept.info
        red, _, blue = kept.getpixel((SIDE - 3, SIDE // 2))
        assert red > 200 > 60 > blue
    assert path.parent == own.folder / "rock"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "I;16", "F", "1"])
def test_every_kind_of_image_is_kept(own, mode):
    image = Image.fromarray(np.full((9, 30), 0.5, "float32")) if mode == "F" else Image.new(mode, (30, 9))
    if mode != "F":
        file = io.BytesIO()
        image.save(file, "TIFF")
        image = own_images.open_image(file.getvalue())
    with Image.open(own.keep("rock", image)) as kept:
        assert (kept.size, kept.mode) == ((SIDE, SIDE), "RGB")


def test_images_are_moved_deleted_and_brought_back(own):
    first = keep(own, "rock", 3)
    assert own.move(first[:2], "paper") == 2
    assert {label: sum(pair) for label, pair in own.counts().items()} == {"paper": 2, "rock": 1}
    assert own.delete(first[2:]) == 1
    assert own.undoable == "delete"
    assert own.undo() == 1
    assert own.undoable == "move to paper"
    assert own.undo() == 2
    assert own.names("rock") == sorted(name for _, name in first)
    own.undo(), own.undo(), own.undo()
    assert own.names("rock") == []
    assert (own.undo(), own.undoable) == (0, "")


def test_a_series_is_undone_as_a_whole(own):
    keep(own, "rock", 2)
    keep(own, "rock", 5, series="hold")
    assert own.undo() == 5
    assert len(own.names("rock")) == 2


def test_a_moved_image_never_takes_the_place_of_another(own):
    (one,) = keep(own, "rock")
    copy = own.folder / "paper" / one[1]
    copy.write_bytes(b"another")
    assert own.move([one], "paper") == 1
    assert copy.read_bytes() == b"another"
    assert len(own.names("paper")) == 2
    assert own.undo() == 1
    assert own.names("rock") == [one[1]]
    assert series_of(own.names("rock")[0]) == series_of(one[1])


def test_the_split_is_kept_by_series_and_by_moving(own):
    for number in range(6):
        keep(own, "rock", 8, series=f"hold {number}")
    train, test = own.counts()["rock"]
    assert (train, test) == (40, 8), "the first series is for training, one of five for testing"
    data = own.load(size=8)
    for group in set(data.groups):
        assert len(set(data.is_test[data.groups == group])) == 1
    assert len(set(data.groups)) == 6
    before = {name: is_test(name) for name in own.names("rock")}
    own.move([("rock", name) for name in before], "paper")
    assert {name: is_test(name) for name in own.names("paper")} == before


def test_files_are_split_one_in_five(own):
    keep(own, "rock", 20)
    assert own.counts()["rock"] == (16, 4)


def test_loading_gives_arrays_and_says_what_is_left_out(own):
    keep(own, "rock", 2)
    (own.folder / "paper" / "diary.jpg").write_text("Dear diary")
    picture("blue").save(own.folder / "paper" / "mine.png")
    (own.folder / "paper" / "notes.txt").write_text("not an image")
    data = own.load(size=32)
    assert (data.images.shape, data.images.dtype) == ((3, 32, 32, 3), np.uint8)
    assert data.labels.tolist() == [0, 1, 1]
    assert data.class_names == ["paper", "rock"]
    assert tuple(data.images[0, 5, 5]) == (0, 0, 255)
    assert data.left_out == ['"diary.jpg" is text, not an image.']
    picture().save(own.folder / "loose.png")
    picture().save(own.folder / "rock" / "cat.jpg_large", "JPEG")
    (own.folder / "rock" / "more").mkdir()
    picture().save(own.folder / "rock" / "more" / "deep.png")
    names = ("loose.png", os.path.join("rock", "cat.jpg_large"), os.path.join("rock", "more", "deep.png"))
    assert own.load(size=32).left_out[1].startswith("Left out 3 images (not in the folder of a class itself")
    assert all(name in own.load(size=32).left_out[1] for name in names)
    with pytest.raises(ValueError, match="size is"):
        own.load(size=0)
    empty = OwnImages(own.folder.parent / "empty", ["a", "b"]).load()
    assert empty.images.shape == (0, 160, 160, 3)


def test_a_class_without_images_is_no_output_of_a_network(own):
    own.add_class("nothing")
    own.add_class("🐴")
    keep(own, "rock", 2)
    keep(own, "🐴")
    (own.folder / "nothing" / "diary.jpg").write_text("Dear diary")
    data = own.load(size=8)
    assert data.class_names == ["rock", "🐴"]
    assert data.labels.tolist() == [0, 0, 1]
    assert own.classes == ["nothing", "paper", "rock", "🐴"]


def test_classes_are_added_renamed_and_removed(own):
    kept = keep(own, "rock", 3)
    assert own.add_class("  two   words ") == "two words"
    assert own.rename_class("rock", "stone") == "stone"
    assert own.names("stone") == sorted(name for _, name in kept)
    own.undo()
    assert own.classes == ["paper", "rock", "two words"]
    assert own.rename_class("rock", "Rock") == "Rock"
    assert own.classes == ["Rock", "paper", "two words"]


ODD = ["", "  ", "a/b", "..", ".hidden", "a\\b", "a:b", "what?", "CON", "nul.txt", "a.", "x" * 41, "a\0b", "a\u202eb"]
ODD += ["~x", "~$x", "__pycache__", "Thumbs.db", "x-checkpoint", "\ud800", 7, None, "$RECYCLE.BIN", "@eaDir"]


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_a_name_that_no_folder_may_have_gets_a_sentence(own, name):
    for call in (own.add_class, lambda name: own.rename_class("rock", name)):
        with pytest.raises(ClassNameError, match=r"\.$"):
            call(name)
    assert own.classes == ["paper", "rock"]


@pytest.mark.parametrize("name", ["Äpfel", "日本", "schön & gut", "it's", "50 %", "👍", "-rf", "a.b"])
def test_usual_names_are_classes(own, name):
    assert own.add_class(name) == class_name(name)
    assert keep(own, class_name(name), 2)
    assert own.counts()[class_name(name)] == (1, 1)


@pytest.mark.parametrize("name", ["rock", "ROCK", "Ｒock"])
def test_a_name_that_is_taken_gets_a_sentence(own, name):
    with pytest.raises(ClassNameError, match="There is a class 'rock' already"):
        own.add_class(name)
    with pytest.raises(ClassNameError, match="already"):
        own.rename_class("paper", name)


def test_no_more_classes_than_fit(own):
    for number in range(18):
        own.add_class(f"class {number}")
    with pytest.raises(ClassNameError, match="20 classes already"):
        own.add_class("one more")


@pytest.mark.parametrize("name", ["../rock/x.jpg", "/etc/passwd", "..", "", ".deleted", "a\\b.jpg", None])
def test_no_name_leads_out_of_the_folder(own, name):
    with pytest.raises(DataError):
        own.delete([("rock", name)])
    with pytest.raises(DataError):
        own.thumbnail("rock", name)
    with pytest.raises(DataError, match="no class"):
        own.move([("rock", "x.jpg")], "../paper")


def test_a_full_disk_gets_a_sentence_and_leaves_nothing(own, monkeypatch):
    (before,) = keep(own, "rock")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic.os, "replace", full)
    with pytest.raises(DataError, match="The disk is full"):
        own.keep("rock", picture())
    assert os.listdir(own.folder / "rock") == [before[1]]
    assert own.undoable == "rock: take"


def test_a_move_that_fails_halfway_moves_nothing(own, monkeypatch):
    images, rename, calls = keep(own, "rock", 3), os.rename, []

    def third_fails(before, after):
        calls.append(before)
        if len(calls) == 3:
            raise OSError(errno.EACCES, "Permission denied")
        rename(before, after)

    monkeypatch.setattr(own_images.os, "rename", third_fails)
    with pytest.raises(DataError, match="cannot be written"):
        own.move(images, "paper")
    monkeypatch.undo()
    assert own.names("rock") == sorted(name for _, name in images)
    assert own.names("paper") == []


def test_an_undo_that_fails_can_be_tried_again(own, monkeypatch):
    own.delete(keep(own, "rock", 2))
    with monkeypatch.context() as broken:
        broken.setattr(
            own_images.os, "rename", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error"))
        )
        with pytest.raises(DataError, match="Input/output error"):
            own.undo()
    assert own.undo() == 2


def test_two_notebooks_on_one_folder_lose_nothing(own):
    other = OwnImages(own.folder)
    threads = [threading.Thread(target=keep, args=(one, "rock", 20, "hold")) for one in (own, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    images = [("rock", name) for name in own.names("rock")]
    assert len(images) == 40
    assert other.delete(images[:10]) == 10
    assert own.move(images, "paper") == 30, "those that are gone are passed over"
    assert other.undo() == 10
    assert sum(map(sum, own.counts().values())) == 40
    shutil.rmtree(own.folder / "rock")
    with pytest.raises(ClassNameError, match="no class 'rock' any more"):
        own.keep("rock", picture())


def test_a_killed_process_keeps_what_it_said_was_kept(own):
    code = f"""import os, signal
from PIL import Image
from helpers.images.own_images import OwnImages
own = OwnImages({str(own.folder)!r})
for i in range(10**6):
    print(own.keep("rock", Image.new("RGB", (30, 30))).name, flush=True)"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    said = [process.stdout.readline().strip() for _ in range(20)]
    process.kill()
    process.wait()
    process.stdout.close()
    assert set(said) <= set(own.names("rock"))
    data = own.load()
    assert data.left_out == []
    assert len(data.images) >= 20


def test_everything_is_deleted_with_one_call_and_only_what_was_taken(own):
    own.delete(keep(own, "rock", 3)[:2])
    keep(own, "paper", 2)
    (own.folder / "rock" / "holiday.jpg").write_bytes(b"my own file")
    (own.folder / "rock" / f".{own.names('paper')[0]}.123").write_bytes(b"half")
    (own.folder / "diary.txt").write_text("mine")
    assert own.delete_everything() == (6, 1)
    assert sorted(str(path.relative_to(own.folder)) for path in own.folder.rglob("*")) == [
        "diary.txt",
        "rock",
        "rock/holiday.jpg",
    ]
    assert own.undo() == 0


def test_nothing_is_left_where_nothing_else_was(own):
    own.delete(keep(own, "rock", 3))
    assert own.delete_everything() == (3, 0)
    assert not own.folder.exists()
    assert own.classes == []
    assert own.counts() == {}


def test_a_folder_that_is_none_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("text")
    for folder in (tmp_path / "file", tmp_path / "file" / "in", "", "a\0b", "~nobody-of-this-name/x", None, ["a"]):
        with pytest.raises(DataError, match=r"\.$|here$"):
            OwnImages(folder)
    for classes in ("rock", None, 5):
        with pytest.raises(ClassNameError, match=r"\['rock', 'paper'\]"):
            OwnImages(tmp_path, classes)


def test_samples_stand_in_until_there_are_enough_images(own, course_home, capsys):
    keep(own, "rock", 8)
    samples = own_or_samples(own)
    assert "You don't have two classes with images yet" in capsys.readouterr().out
    assert samples.counts() == dict.fromkeys(("cat", "dog", "horse", "human"), (8, 2))
    data = samples.load(32)
    assert data.images.std(axis=(1, 2, 3)).min() > 10
    assert len(set(data.groups)) == 40
    keep(own, "paper", 3)
    own_or_samples(own)
    assert "There are only 3 of paper" in capsys.readouterr().out
    keep(own, "paper", 5)
    assert own_or_samples(own) is own
    assert "Your own images: 8 of paper, 8 of rock" in capsys.readouterr().out


def test_a_class_of_one_series_is_not_enough(own, course_home, capsys):
    for label, series in (("rock", "a"), ("paper", "a")):
        keep(own, label, 9, series)
    keep(own, "rock", 1, "b")
    assert own_or_samples(own) is not own
    said = capsys.readouterr().out
    assert "There are only 9 of paper in one series, so these are samples" in said
    assert "at least 8 for each class, in two series or more, then run this cell again." in said
    keep(own, "paper", 1, "b")
    own.add_class("nothing")
    assert own_or_samples(own) is own
    assert "Left out, without an image so far: nothing" in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_link_that_leads_nowhere_is_no_class(own):
    (own.folder / "loop").symlink_to("loop")
    assert own.classes == ["paper", "rock"]
