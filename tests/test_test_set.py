"""Images that nothing was chosen on: drawn ones are in no set, official ones come from outside the lessons' 3,000."""

import errno
import os
import shutil

import pytest
from PIL import Image

from data_scripts import image_folders
from data_scripts.errors import DataError
from data_scripts.render import draw_sets
from helpers import data, test_set


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    return tmp_path


def test_drawn_ones_are_drawn_once(monkeypatch, capsys):
    monkeypatch.setattr(data, "source", lambda name: "offline")
    place = test_set.held_out_folder("cats_vs_dogs", each=2)
    assert sorted(path.name for path in place.glob("*/*")) == [
        "cat.200000.jpg", "cat.200001.jpg", "dog.200000.jpg", "dog.200001.jpg",
    ]  # fmt: skip
    for path in place.glob("*/*"):
        with Image.open(path) as image:
            assert min(image.size) > 20
    monkeypatch.setattr(draw_sets, "draw_new", lambda *all: pytest.fail("they are there already"))
    assert test_set.held_out_folder("cats_vs_dogs", each=2) == place
    assert "no network has seen" in capsys.readouterr().out


def test_official_ones_are_those_left_over(own_home, monkeypatch, capsys):
    monkeypatch.setattr(data, "source", lambda name: "official")
    assert test_set.held_out_folder("cats_vs_dogs") is None
    assert "--all" in capsys.readouterr().out
    for kind in ("cat", "dog"):
        rest = image_folders.folder("cats_vs_dogs", "official") / "test" / f"{kind}s"
        rest.mkdir(parents=True)
        for number in (1000, 1001, 1002):
            Image.new("RGB", (9, 9)).save(rest / f"{kind}.{number}.jpg")
    for _ in range(2):
        place = test_set.held_out_folder("cats_vs_dogs", each=2)
        assert sorted(path.name for path in place.glob("*/*")) == [
            "cat.1000.jpg", "cat.1001.jpg", "dog.1000.jpg", "dog.1001.jpg",
        ]  # fmt: skip


def test_without_hard_links_official_ones_are_copied_and_a_full_disk_gets_a_sentence(own_home, monkeypatch):
    def no_link(file, target):
        raise OSError(errno.EPERM, "Operation not permitted")

    def full(file, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(data, "source", lambda name: "official")
    monkeypatch.setattr(os, "link", no_link)
    for kind in ("cat", "dog"):
        rest = image_folders.folder("cats_vs_dogs", "official") / "test" / f"{kind}s"
        rest.mkdir(parents=True)
        Image.new("RGB", (9, 9)).save(rest / f"{kind}.1000.jpg")
    assert len(list(test_set.held_out_folder("cats_vs_dogs", each=1).glob("*/*.jpg"))) == 2
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DataError, match="The disk is full"):
        test_set.held_out_folder("cats_vs_dogs", each=2) and test_set.held_out_folder("cats_vs_dogs", each=3)
