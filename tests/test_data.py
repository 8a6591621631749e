"""What lessons see of the data sets: one line, the chosen source, and a held-out test set."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts import image_folders, mnist, registry
from data_scripts.errors import DataError
from data_scripts.render import draw_sets
from helpers import data
from tests.tiny_mnist import run

pytest_plugins = "tests.tiny_mnist", "tests.tiny_images"
pytestmark = pytest.mark.usefixtures("own_home")


def test_lessons_get_the_sample_until_the_official_data_are_here(tiny, tmp_path, capsys, own_home):
    (train, labels), (test, _) = data.arrays("mnist")
    assert train.shape == (20, 28, 28)
    assert labels.dtype == np.int64
    assert test.shape == (8, 28, 28)
    assert capsys.readouterr().out == "mnist: offline, 20 + 8 images (all of them: python -m data_scripts get mnist)\n"
    mnist.prepare("mnist", "official", from_folder=tmp_path / "published")
    assert data.tfds_dir("mnist") == str(own_home / "data/official")
    assert capsys.readouterr().out == "mnist: official, 60 + 20 images\n"
    assert len(data.arrays("mnist")[0][1]) == 60


def test_course_source_decides(tiny, tmp_path, monkeypatch, own_home):
    monkeypatch.setenv("COURSE_SOURCE", "official")
    with pytest.raises(DataError, match="`python -m data_scripts get mnist`"):
        data.tfds_dir("mnist")
    mnist.prepare("mnist", "official", from_folder=tmp_path / "published")
    assert data.source("mnist") == "official"
    monkeypatch.setenv("COURSE_SOURCE", "offline")
    assert data.tfds_dir("mnist") == str(mnist.SAMPLES)
    monkeypatch.setenv("COURSE_SOURCE", "online")
    with pytest.raises(DataError, match="COURSE_SOURCE is 'online'; it can be offline, official or auto"):
        data.source("mnist")


def test_what_is_prepared_for_everyone_is_read_by_those_who_have_none_and_never_written(
    tiny, tiny_sets, tmp_path, monkeypatch, own_home
):
    everyone = tmp_path / "everyone"
    monkeypatch.setenv("COURSE_HOME", str(everyone))
    mnist.prepare("mnist", "official", from_folder=tmp_path / "published")
    image_folders.prepare("horses_or_humans", "offline", small=True)
    before = {path: path.stat().st_mtime_ns for path in everyone.rglob("*")}
    monkeypatch.setenv("COURSE_HOME", str(own_home))
    assert image_folders.state("horses_or_humans", "offline") == mnist.state("mnist", "official") == "absent"
    monkeypatch.setenv("COURSE_DATA", str(everyone / "data"))
    assert data.tfds_dir("mnist") == str(everyone / "data/official")
    assert data.image_folder("horses_or_humans").is_relative_to(everyone)
    assert not own_home.exists()
    mnist.prepare("mnist", "official", from_folder=tmp_path / "published", again=True)
    image_folders.prepare("horses_or_humans", "offline", small=True, again=True)
    assert data.tfds_dir("mnist") == str(own_home / "data/official")
    assert image_folders.folder("horses_or_humans", "offline", small=True).is_relative_to(own_home)
    assert {path: path.stat().st_mtime_ns for path in everyone.rglob("*")} == before


def test_each_kind_of_set_is_asked_for_in_its_own_way():
    with pytest.raises(DataError, match="mnist, fashion_mnist"):
        data.tfds_dir("minst")
    with pytest.raises(DataError, match=r"data.image_folder\(.cats_vs_dogs.\)"):
        data.tfds_dir("cats_vs_dogs")
    with pytest.raises(DataError, match=r"data.tfds_dir\(.mnist.\)"):
        data.image_folder("mnist")
    with pytest.raises(DataError, match="horses_or_humans, cats_vs_dogs"):
        data.image_folder("horses")


def test_every_set_has_the_same_functions():
    for module in registry.MODULES.values():
        assert all(callable(getattr(module, function)) for function in ("state", "about", "prepare", "check"))


def test_in_a_notebook_an_error_is_its_sentence_alone():
    script = "from helpers import data; data.tfds_dir('minst')"
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--no-term-title", "-c", script],
        cwd=Path(__file__).parents[1],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.stdout + done.stderr).strip() == (
        "There is no data set called 'minst'; the course has mnist, fashion_mnist, horses_or_humans, cats_vs_dogs."
    )


# --- status --------------------------------------------------------------------------------------------------


def test_status_tells_what_is_here_and_what_lessons_use(tiny, capsys):
    code, out, _ = run(capsys, "status")
    lines = [line.split() for line in out.splitlines()]
    assert code == 0
    assert ["mnist", "official", "absent", "60", "+", "20", "images"] in lines
    assert any(line[:3] == ["mnist", "offline", "ready"] and "←" in line for line in lines)


def test_check_of_nothing_names_the_command(capsys):
    code, _, err = run(capsys, "check", "mnist", "--source", "official")
    assert code == 1
    assert "`python -m data_scripts get mnist`" in err


# --- the held-out test set -----------------------------------------------------------------------------------


def names(folder) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*"))


@pytest.mark.parametrize(
    ("name", "each", "sentence"),
    [
        ("mnist", 5, "mnist is not a folder of images"),
        ("minst", 5, "There is no data set called 'minst'"),
        (None, 5, "There is no data set called 'None'"),
        ([], 5, r"There is no data set called '\[\]'"),
        ("cats_vs_dogs", 0, "The count is 0; it can be from 1"),
        ("cats_vs_dogs", -1, "The count is -1; it can be from 1"),
        ("cats_vs_dogs", 2.5, "The count is 2.5, no whole number; it can be from 1"),
        ("cats_vs_dogs", "5", "The count is '5', no whole number; it can be from 1"),
    ],
)
def test_a_held_out_set_that_cannot_be_is_a_sentence(name, each, sentence, own_home):
    with pytest.raises(DataError, match=sentence):
        data.held_out_folder(name, each)
    assert not own_home.exists()


def leave_over(count: int) -> None:
    """Put an official set here that has `count` more images of each class than lessons use."""
    for kind in ("cat", "dog"):
        rest = image_folders.folder("cats_vs_dogs", "official") / "test" / f"{kind}s"
        rest.mkdir(parents=True)
        for number in range(1000, 1000 + count):
            Image.new("RGB", (9, 9)).save(rest / f"{kind}.{number}.jpg")
        (rest / ".DS_Store").touch()  # of a system, and no image


def test_rendered_ones_are_in_no_set_and_only_missing_ones_are_drawn_again(monkeypatch, capsys):
    monkeypatch.setattr(data, "source", lambda name: "offline")
    folder = data.held_out_folder("cats_vs_dogs", each=2)
    assert names(folder) == ["cats/cat.200000.jpg", "cats/cat.200001.jpg", "dogs/dog.200000.jpg", "dogs/dog.200001.jpg"]
    assert "2 + 2 newly drawn images that no network has seen" in capsys.readouterr().out
    kept = (folder / "cats/cat.200001.jpg").stat().st_mtime_ns
    (folder / "cats/cat.200000.jpg").unlink()
    assert data.held_out_folder("cats_vs_dogs", each=2) == folder
    assert len(names(folder)) == 4
    assert (folder / "cats/cat.200001.jpg").stat().st_mtime_ns == kept, "an image that was there is drawn again"
    monkeypatch.setattr(draw_sets, "_worker", lambda *_: pytest.fail("they are there already"))
    data.held_out_folder("cats_vs_dogs", each=2)


def test_official_ones_are_those_left_over_and_counted(monkeypatch, capsys):
    monkeypatch.setattr(data, "source", lambda name: "official")
    assert data.held_out_folder("cats_vs_dogs") is None
    assert "--all" in capsys.readouterr().out
    leave_over(3)
    for _ in range(2):
        folder = data.held_out_folder("cats_vs_dogs", each=2)
        assert names(folder) == ["cats/cat.1000.jpg", "cats/cat.1001.jpg", "dogs/dog.1000.jpg", "dogs/dog.1001.jpg"]
    capsys.readouterr()
    assert len(names(data.held_out_folder("cats_vs_dogs", each=500))) == 6
    assert "cats_vs_dogs: 3 + 3 official images" in capsys.readouterr().out


def test_without_hard_links_official_ones_are_copied_and_a_full_disk_gets_a_sentence(monkeypatch):
    def no_link(file, target):
        raise OSError(errno.EPERM, "Operation not permitted")

    def full(file, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(data, "source", lambda name: "official")
    monkeypatch.setattr(os, "link", no_link)
    leave_over(2)
    assert len(names(data.held_out_folder("cats_vs_dogs", each=1))) == 2
    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DataError, match="The disk is full"):
        data.held_out_folder("cats_vs_dogs", each=2)
