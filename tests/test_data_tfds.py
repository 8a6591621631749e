"""`tfds.load` reads the prepared folders: at once, offline, silently, in the official order."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LESSON = """
import json, socket
tried = []
def refused(*where, **_):
    tried.append(str(where))
    raise OSError("no network")
socket.socket.connect = socket.getaddrinfo = refused

from helpers import data, tensorflow_import
tensorflow_import.tensorflow()
import tensorflow_datasets as tfds

facts = {}
for name in ("mnist", "fashion_mnist"):
    ds, info = tfds.load(name, data_dir=data.tfds_dir(name), as_supervised=True, with_info=True)
    train, test = data.arrays(name)
    for split, (images, labels) in {"train": train, "test": test}.items():
        all_images, all_labels = tfds.load(
            name, split=split, data_dir=data.tfds_dir(name), as_supervised=True, batch_size=-1
        )
        assert (all_images.numpy()[..., 0] == images).all() and (all_labels.numpy() == labels).all()
        for image, label, (i, j) in zip(images, labels, ds[split].take(20)):
            assert (i.numpy()[..., 0] == image).all() and j.numpy() == label
        assert i.dtype == "uint8" and i.shape == (28, 28, 1) and j.dtype == "int64"
    facts[name] = {
        "counts": [info.splits[split].num_examples for split in ("train", "test")],
        "train": [int(train[1][i]) for i in (0, 42)],
        "test": [int(test[1][i]) for i in (0, 23, 28)],
        "classes": info.features["label"].names,
        "version": str(tfds.builder_cls(name).VERSION),
    }
    folder = data.tfds_dir(name) + f"/{name}/3.0.1"
    described = tfds.builder_from_directory(folder).info
    assert described.disable_shuffling and described.splits["test"].num_examples == len(test[1])
print(json.dumps({"tried": tried, "facts": facts}))
"""


def python(*words, **environment) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])} | environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> str:
    """A COURSE_HOME that two `setup`s have prepared at the same time."""
    home = str(tmp_path_factory.mktemp("home"))
    script = (
        "import sys; from data_scripts.__main__ import main; main(['setup']); assert 'tensorflow' not in sys.modules"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=os.environ | {"COURSE_HOME": home},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        out, err = process.communicate(timeout=300)
        assert (process.returncode, err) == (0, "") and out.count("20,000 + 4,000 images") == 2
    return home


def test_two_setups_at_once_leave_one_right_copy_of_each(home):
    assert sorted(os.listdir(f"{home}/data/offline")) == [
        ".fashion_mnist.lock",
        ".mnist.lock",
        "fashion_mnist",
        "mnist",
        "small",
    ]
    for name in ("mnist", "fashion_mnist"):
        assert python("-m", "data_scripts", "check", name, COURSE_HOME=home).stdout.startswith("✓")


def test_a_second_setup_has_nothing_to_do(home):
    assert python("-m", "data_scripts", "setup", COURSE_HOME=home).stdout.count("already here") == 4


def look(home: str, source: str) -> dict:
    """What a lesson sees, once everything it loads has been compared with `data.arrays`."""
    lines = python("-c", LESSON, COURSE_HOME=home, COURSE_SOURCE=source).stdout.splitlines()
    assert all(f"mnist: {source}," in line for line in lines[:-1])
    found = json.loads(lines[-1])
    assert found["tried"] == []  # no network
    facts = found["facts"]
    assert facts["fashion_mnist"]["train"] == [9, 9] and facts["fashion_mnist"]["test"] == [9, 9, 9]
    assert facts["mnist"]["train"] == [5, 7] and facts["mnist"]["test"] == [7, 5, 0]
    assert facts["mnist"]["classes"] == list("0123456789") and facts["fashion_mnist"]["classes"][9] == "Ankle boot"
    assert {fact["version"] for fact in facts.values()} == {"3.0.1"}
    return facts


def test_lessons_load_the_offline_sample(home):
    assert [fact["counts"] for fact in look(home, "offline").values()] == [[20_000, 4_000]] * 2


@pytest.mark.skipif(
    "COURSE_OFFICIAL" not in os.environ, reason="COURSE_OFFICIAL names no folder with the official data"
)
def test_lessons_load_the_official_data(home):
    for name in ("mnist", "fashion_mnist"):
        python("-m", "data_scripts", "get", name, "--from", os.environ["COURSE_OFFICIAL"], COURSE_HOME=home)
        out = python("-m", "data_scripts", "check", name, COURSE_HOME=home).stdout
        assert out.startswith(f"✓ {name}, official: 60,000 + 10,000 images")
    assert [fact["counts"] for fact in look(home, "official").values()] == [[60_000, 10_000]] * 2
