"""Samples and official files become what lessons read: the right images, in the official order."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data_scripts import mnist, mnist_checksums, mnist_sample, registry, tfds_folder
from data_scripts.errors import DataError
from helpers import data
from tests import tiny_digits
from tests.tiny_digits import run, same

pytest_plugins = "tests.tiny_digits"
pytestmark = pytest.mark.usefixtures("own_home")


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_the_shipped_sample_is_the_known_one(name):
    splits = mnist_sample.arrays(mnist_checksums.SETS[name])
    assert {split: images.shape for split, (images, _) in splits.items()} == {
        "train": (20_000, 28, 28),
        "test": (4_000, 28, 28),
    }
    assert set(splits["train"][1].tolist()) == set(range(10))


def test_the_fashion_sample_is_in_the_official_order():
    splits = mnist_sample.arrays(mnist_checksums.SETS["fashion_mnist"])
    assert [splits["train"][1][i] for i in (0, 42)] == [9, 9]
    assert [splits["test"][1][i] for i in (0, 23, 28)] == [9, 9, 9]


def test_samples_are_small_and_have_their_licenses_beside_them():
    files = {path.name: path for path in mnist_sample.SAMPLES.iterdir()}
    assert sum(path.stat().st_size for path in files.values()) < 13e6
    assert "creativecommons.org/licenses/by-sa/3.0" in files["mnist-LICENSE.txt"].read_text("utf-8")
    license = files["fashion_mnist-LICENSE.txt"].read_text("utf-8")
    assert "Copyright © 2017 Zalando SE" in license and "Permission is hereby granted, free of charge" in license


def test_a_sample_is_made_with_the_same_bytes_each_time(tiny, tmp_path):
    made = [
        mnist_sample.make(mnist_checksums.SETS["mnist"], tmp_path / "published", tmp_path / to) for to in ("a", "b")
    ]
    assert [path.read_bytes() for path in made[0]] == [path.read_bytes() for path in made[1]]
    assert same(mnist_sample.arrays(mnist_checksums.SETS["mnist"]), tiny, tiny_digits.COUNTS["offline"])


# --- the official files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("old_names", [False, True])
@pytest.mark.parametrize("inside", [".", "mnist", "raw", "Tinymnist/raw"])
def test_files_from_a_folder_in_any_of_their_forms(tiny, tmp_path, capsys, ending, old_names, inside):
    tiny_digits.publish(tiny, tmp_path / "mine" / inside, ending, old_names)
    assert run(capsys, "get", "mnist", "--from", tmp_path / "mine")[0] == 0
    assert same(mnist.arrays("mnist", "official"), tiny, tiny_digits.COUNTS["official"])
    assert run(capsys, "check", "mnist")[0] == 0


def broken_folders() -> dict[str, tuple]:
    def other_set(folder, splits):
        tiny_digits.publish(tiny_digits.images(seed=1), folder)

    def missing(folder, splits):
        (folder / "t10k-labels-idx1-ubyte.gz").unlink()

    def cut(folder, splits):
        path = folder / "train-images-idx3-ubyte.gz"
        path.write_bytes(path.read_bytes()[:-100])

    def one_pixel(folder, splits):
        images = splits["test"][0].copy()
        images[3, 4, 5] ^= 1
        tiny_digits.publish({"test": (images, splits["test"][1])}, folder)

    def label_17(folder, splits):
        labels = splits["train"][1].copy()
        labels[5] = 17
        tiny_digits.publish({"train": (splits["train"][0], labels)}, folder)

    return {
        "the other set": (other_set, "the train images are not Tiny-mnist's but Fashion"),
        "a file is missing": (missing, "has no t10k-labels-idx1-ubyte"),
        "cut short": (cut, "cut short"),
        "one pixel": (one_pixel, "the test images are not"),
        "label 17": (label_17, "label 17 at number 5 of train"),
    }


@pytest.mark.parametrize("kind", broken_folders())
def test_wrong_files_leave_nothing_and_say_what_is_wrong(kind, tiny, tmp_path, monkeypatch, capsys, own_home):
    fashion = tiny_digits.described(tiny_digits.images(seed=1), "fashion_mnist")
    monkeypatch.setitem(
        mnist_checksums.SETS, "fashion_mnist", mnist_checksums.DigitSet("fashion_mnist", "Fashion", (), fashion.parts)
    )
    spoil, message = broken_folders()[kind]
    spoil(tmp_path / "published", tiny)
    code, out, err = run(capsys, "get", "mnist", "--from", tmp_path / "published")
    assert code == 1 and message in err and err.count("\n") == 1 and out == ""
    assert mnist.state("mnist", "official") == "absent"
    assert [path.name for path in (own_home / "data/official").iterdir()] == [".mnist.lock"]


# --- status and check ----------------------------------------------------------------------------------------


def test_status_tells_what_is_here_and_what_lessons_use(tiny, tmp_path, capsys):
    run(capsys, "get", "mnist", "--source", "offline")
    code, out, _ = run(capsys, "status")
    lines = [line.split() for line in out.splitlines()]
    assert code == 0 and ["mnist", "official", "absent", "60", "+", "20", "images"] in lines
    assert any(line[:3] == ["mnist", "offline", "ready"] and "←" in line for line in lines)


def test_check_of_nothing_names_the_command(capsys):
    code, _, err = run(capsys, "check", "mnist")
    assert code == 1 and "`python -m data_scripts get mnist`" in err


def test_check_finds_a_swapped_image_and_get_again_mends_it(tiny, capsys, own_home):
    mnist.prepare("mnist", "offline")
    splits = mnist.arrays("mnist", "offline")
    splits["test"][0][[2, 3]] = splits["test"][0][[3, 2]]
    digits_folder = own_home / "data/offline/mnist/3.0.1"
    for path in digits_folder.iterdir():
        path.unlink()
    digits_folder.rmdir()
    tfds_folder.write(digits_folder, "mnist", "3.0.1", tuple("0123456789"), splits)
    code, out, _ = run(capsys, "check", "mnist")
    assert code == 1 and "the test images are not" in out and "get mnist --source offline --again" in out
    assert run(capsys, "get", "mnist", "--source", "offline", "--again")[0] == 0
    assert run(capsys, "check", "mnist")[0] == 0


def test_a_shortened_file_is_never_loaded(tiny, capsys, own_home):
    mnist.prepare("mnist", "offline")
    path = own_home / "data/offline/mnist/3.0.1/mnist-train.tfrecord-00000-of-00001"
    os.truncate(path, path.stat().st_size - 1)
    assert mnist.state("mnist", "offline") == "damaged" and run(capsys, "check", "mnist")[0] == 1
    data.arrays("mnist")  # prepares it anew
    assert mnist.state("mnist", "offline") == "ready"


# --- what lessons see ----------------------------------------------------------------------------------------


def test_lessons_get_the_sample_until_the_official_data_are_here(tiny, tmp_path, capsys, own_home):
    (train, labels), (test, _) = data.arrays("mnist")
    assert train.shape == (20, 28, 28) and labels.dtype == np.int64 and test.shape == (8, 28, 28)
    assert capsys.readouterr().out == "mnist: offline, 20 + 8 images (all of them: python -m data_scripts get mnist)\n"
    mnist.prepare("mnist", "official", tmp_path / "published")
    assert data.tfds_dir("mnist") == str(own_home / "data/official")
    assert capsys.readouterr().out == "mnist: official, 60 + 20 images\n"
    assert len(data.arrays("mnist")[0][1]) == 60


def test_course_source_decides(tiny, tmp_path, monkeypatch, own_home):
    monkeypatch.setenv("COURSE_SOURCE", "official")
    with pytest.raises(DataError, match="`python -m data_scripts get mnist`"):
        data.tfds_dir("mnist")
    mnist.prepare("mnist", "official", tmp_path / "published")
    assert data.source("mnist") == "official"
    monkeypatch.setenv("COURSE_SOURCE", "offline")
    assert data.tfds_dir("mnist") == str(own_home / "data/offline")
    monkeypatch.setenv("COURSE_SOURCE", "online")
    with pytest.raises(DataError, match="COURSE_SOURCE is 'online'; it can be offline, official or auto"):
        data.source("mnist")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DataError, match="mnist, fashion_mnist"):
        data.tfds_dir("minst")


def test_every_set_has_the_same_functions():
    assert all(
        callable(getattr(m, f)) for m in registry.MODULES.values() for f in ("state", "about", "prepare", "check")
    )


def test_in_a_notebook_an_error_is_its_sentence_alone():
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "IPython",
            "--no-banner",
            "--no-term-title",
            "-c",
            "from helpers import data; data.tfds_dir('minst')",
        ],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
    )
    assert (done.stdout + done.stderr).strip() == (
        "There is no data set called 'minst'; the course has mnist, fashion_mnist, horses_or_humans, cats_vs_dogs."
    )
