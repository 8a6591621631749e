"""MNIST and Fashion-MNIST: the right images in the official order, as `tfds.load` and as arrays; wrong files refused."""

import gzip
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from data_scripts import mnist, mnist_files
from data_scripts.errors import DataError
from helpers import data
from tests import tiny_mnist
from tests.tiny_mnist import first, run, same

pytest_plugins = "tests.tiny_mnist"
pytestmark = pytest.mark.usefixtures("own_home")

ROOT = Path(__file__).parents[1]
FACTS = {  # some labels of the official order
    "mnist": {"train": [5, 7], "test": [7, 5, 0], "classes": ["8", "9"], "version": "3.0.1"},
    "fashion_mnist": {"train": [9, 9], "test": [9, 9, 9], "classes": ["Bag", "Ankle boot"], "version": "3.0.1"},
}
LESSON = """
import json, socket, sys
tried = []
def refused(*where, **_):
    tried.append(str(where))
    raise OSError("no network")
socket.socket.connect = socket.getaddrinfo = refused

from helpers import data, tensorflow_import
tensorflow_import.tensorflow()
import tensorflow_datasets as tfds

for name in sys.argv[1:]:
    ds, info = tfds.load(name, data_dir=data.tfds_dir(name), as_supervised=True, with_info=True)
    train, test = data.arrays(name)
    for split, (images, labels) in {"train": train, "test": test}.items():
        for image, label, (i, j) in zip(images, labels, ds[split].take(20)):
            assert (i.numpy()[..., 0] == image).all() and j.numpy() == label
        assert i.dtype == "uint8" and i.shape == (28, 28, 1) and j.dtype == "int64"
    assert tried == [], tried
    print(json.dumps({
        "counts": [info.splits[split].num_examples for split in ("train", "test")],
        "train": [int(train[1][i]) for i in (0, 42)],
        "test": [int(test[1][i]) for i in (0, 23, 28)],
        "classes": info.features["label"].names[8:],
        "version": str(info.version),
    }))
"""


def python(*words, **environment) -> subprocess.CompletedProcess:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])} | environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done


def look(source: str, *names: str) -> list[dict]:
    """What a lesson sees of each set without a network, compared with `data.arrays`."""
    lines = python("-c", LESSON, *names, COURSE_SOURCE=source).stdout.splitlines()
    assert len(lines) == 3 * len(names)
    for place, name in enumerate(names):
        assert all(line.startswith(f"{name}: {source}, ") for line in lines[3 * place : 3 * place + 2])
    return [json.loads(facts) for facts in lines[2::3]]


# --- the sample ----------------------------------------------------------------------------------------------


def test_lessons_load_the_samples_in_silence_without_a_network_and_in_the_official_order():
    assert look("offline", *mnist_files.SETS) == [
        {"counts": [20_000, 4_000], **FACTS[name]} for name in mnist_files.SETS
    ]
    for name in mnist_files.SETS:
        mnist.check(name, "offline")


def test_check_imports_tensorflow_in_silence():
    out = python("-m", "data_scripts", "check", "mnist", "--source", "offline").stdout
    assert out == "✓ mnist, offline: 20,000 + 4,000 images, all as they should be.\n"


def test_samples_are_small_and_have_their_licenses_next_to_them():
    files = {path.name: path for path in mnist.SAMPLES.rglob("*") if path.is_file()}
    assert sum(path.stat().st_size for path in files.values()) < 22e6
    assert "creativecommons.org/licenses/by-sa/3.0" in files["mnist-LICENSE.txt"].read_text("utf-8")
    fashion = files["fashion_mnist-LICENSE.txt"].read_text("utf-8")
    assert "Copyright © 2017 Zalando SE" in fashion
    assert "Permission is hereby granted, free of charge" in fashion


def test_a_sample_needs_no_preparing_and_may_be_read_only(tiny, own_home, capsys):
    for path in (mnist.SAMPLES, *mnist.SAMPLES.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert "already here" in run(capsys, "get", "mnist", "--source", "offline")[1]
    assert same(mnist.arrays("mnist", "offline"), first(tiny, "offline"))
    assert not own_home.exists()


# --- the official files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("old_names", [False, True])
@pytest.mark.parametrize("inside", [".", "mnist", "raw", "Tinymnist/raw"])
def test_files_from_a_folder_in_any_of_their_forms(tiny, tmp_path, ending, old_names, inside):
    tiny_mnist.publish(tiny, tmp_path / "mine" / inside, ending, old_names)
    assert same(mnist_files.read_published(mnist_files.SETS["mnist"], tmp_path / "mine"), tiny)


def packed_forms() -> dict:
    """What each makes of the published splits in a folder; returns what goes after --from."""

    def kaggle(splits, folder):
        files = tiny_mnist.publish(splits, folder / "in").iterdir()
        with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
            for path in files:
                archive.write(path, f"MNIST/raw/{path.name}")
        return folder / "archive.zip"

    def keras(splits, folder):
        arrays = {f"{axis}_{split}": pair[at] for split, pair in splits.items() for at, axis in enumerate("xy")}
        np.savez_compressed(folder / "mnist.npz", **arrays)
        return folder / "mnist.npz"

    def both_sets(splits, folder):
        with zipfile.ZipFile(folder / "data.zip", "w") as archive:
            for name, made in (
                ("Another", tiny_mnist.images(3)),
                ("Tinymnist", splits),
                ("Zanother", tiny_mnist.images(4)),
            ):
                for path in tiny_mnist.publish(made, folder / name).iterdir():
                    archive.write(path, f"data/{name}/raw/{path.name}")
        return folder / "data.zip"

    def among_others(splits, folder):
        with zipfile.ZipFile(folder / "another.zip", "w") as archive:
            archive.writestr("readme.txt", "hello")
        os.mkfifo(folder / "aside.zip")
        return keras(splits, folder).parent

    return {
        "a zip": kaggle,
        "a zip of both sets": both_sets,
        "a folder with other archives, too": among_others,
        "a folder with the zip": lambda splits, folder: kaggle(splits, folder).parent,
        "Keras's mnist.npz": keras,
        "one of the four files": lambda splits, folder: next(tiny_mnist.publish(splits, folder).iterdir()),
    }


@pytest.mark.parametrize("form", packed_forms())
def test_files_in_an_archive(form, tiny, tmp_path):
    (tmp_path / "mine").mkdir()
    place = packed_forms()[form](tiny, tmp_path / "mine")
    assert same(mnist_files.read_published(mnist_files.SETS["mnist"], place), tiny)


class Evil:
    def __reduce__(self):
        return os.mkdir, ("unpickled",)


@pytest.mark.parametrize(
    "array",
    [np.array([Evil()], object), np.zeros(3, np.uint8), np.zeros((60, 28, 28), np.float32), np.zeros(0, np.uint8)],
)
def test_an_npz_of_something_else_is_a_sentence_and_nothing_is_unpickled(array, tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "mnist.npz", x_train=array, y_train=array, x_test=array, y_test=array)
    with pytest.raises(DataError, match=r"x_train is not an array of 60 × 28 × 28 bytes"):
        mnist_files.read_published(mnist_files.SETS["mnist"], tmp_path / "mnist.npz")
    assert not (tmp_path / "unpickled").exists()


@pytest.mark.parametrize(
    "header",
    [
        "(((\n",
        '"""\n',
        "[" * 9000,
        "  x\n y\n",
        "\0",
        "{'descr': 'a4', 'fortran_order': False, 'shape': (1,)}\n",
        "1" * 9000,
    ],
)
def test_a_header_that_is_no_header_is_a_sentence(header, tiny, tmp_path):
    content = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode()
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w") as archive:
        archive.writestr("x_train.npy", content)
    with pytest.raises(DataError, match="x_train is not an array"):
        mnist_files.read_published(mnist_files.SETS["mnist"], tmp_path / "mnist.npz")


@pytest.mark.parametrize("kind", ["a pipe", "a device", "nothing", "a name that is too long"])
def test_what_is_neither_file_nor_folder_is_not_waited_for(kind, tmp_path, capsys, own_home):
    os.mkfifo(tmp_path / "pipe")
    place = {"a pipe": tmp_path / "pipe", "a device": "/dev/zero"}.get(
        kind, tmp_path / ("x" * 5000 * ("long" in kind) + "y")
    )
    assert run(capsys, "get", "mnist", "--from", place) == (1, "", f"There is no file or folder {place}.\n")


def test_an_array_that_claims_to_be_huge_is_never_made(tiny, tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"shape": (10**9, 28, 28), "fortran_order": False, "descr": "|u1"})
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w") as archive:
        archive.writestr("x_train.npy", header.getvalue())
    with pytest.raises(DataError, match="x_train is not an array"):
        mnist_files.read_published(mnist_files.SETS["mnist"], tmp_path / "mnist.npz")


@pytest.mark.parametrize("place", [".", "mnist.npz"])
def test_an_npz_that_is_no_archive_is_said_to_be_damaged_or_of_no_use(place, tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"no archive")
    with pytest.raises(DataError, match="mnist.npz is not a whole zip file"):
        mnist_files.read_published(mnist_files.SETS["mnist"], tmp_path / place)


def test_official_files_become_what_lessons_read(tiny, tmp_path, capsys):
    assert run(capsys, "get", "mnist", "--from", tmp_path / "published")[0] == 0
    prepared = mnist.arrays("mnist", "official")
    assert same(prepared, tiny)
    for images, labels in prepared.values():
        assert images.dtype == np.uint8
        assert labels.dtype == np.int64
        images[0], labels[0] = 0, 0  # a learner may change them
    assert run(capsys, "check", "mnist", "--source", "official")[0] == 0


def broken_folders() -> dict[str, tuple]:
    def other_set(folder, splits):
        tiny_mnist.publish(tiny_mnist.images(seed=1), folder)

    def missing(folder, splits):
        (folder / "t10k-labels-idx1-ubyte.gz").unlink()

    def cut(folder, splits):
        path = folder / "train-images-idx3-ubyte.gz"
        path.write_bytes(path.read_bytes()[:-100])

    def one_pixel(folder, splits):
        images = splits["test"][0].copy()
        images[3, 4, 5] ^= 1
        tiny_mnist.publish({"test": (images, splits["test"][1])}, folder)

    return {
        "the other set": (other_set, "the train images are not Tiny-mnist's but Fashion"),
        "a file is missing": (missing, "has no t10k-labels-idx1-ubyte"),
        "cut short": (cut, "cut short"),
        "one pixel": (one_pixel, "the test images are not"),
    }


@pytest.mark.parametrize("kind", broken_folders())
def test_wrong_files_leave_nothing_and_say_what_is_wrong(kind, tiny, tmp_path, monkeypatch, capsys, own_home):
    fashion = tiny_mnist.described(tiny_mnist.images(seed=1), "fashion_mnist")
    fashion = mnist_files.MnistSet("fashion_mnist", "Fashion", fashion.parts)
    monkeypatch.setitem(mnist_files.SETS, "fashion_mnist", fashion)
    spoil, message = broken_folders()[kind]
    spoil(tmp_path / "published", tiny)
    code, out, err = run(capsys, "get", "mnist", "--from", tmp_path / "published")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert message in err
    assert mnist.state("mnist", "official") == "absent"
    assert [path.name for path in (own_home / "data/official").iterdir()] == [".mnist.lock"]


def idx(array: np.ndarray) -> bytes:
    return mnist_files.idx_header(array.shape) + array.tobytes()


def bad_idx_files() -> dict[str, tuple[bytes, str]]:
    good = idx(np.arange(12, dtype=np.uint8).reshape(3, 2, 2))
    packed = gzip.compress(good)
    bomb = zlib.compressobj(wbits=31)
    huge = bomb.compress(struct.pack(">HBB3I", 0, 8, 3, 60_000, 60_000, 60_000) + bytes(10_000_000)) + bomb.flush()
    not_it = "is not an IDX file of 3 × 2 × 2 numbers"
    return {
        "empty": (b"", not_it),
        "cut short": (good[:-1], not_it),
        "too long": (good + b"x", not_it),
        "gzip cut short": (packed[:-9], "damaged or cut short"),
        "gzip damaged": (packed[:14] + b"\xff\xff\xff" + packed[17:], f"damaged|{not_it}"),
        "a web page": (b"<!DOCTYPE html><title>404</title>", not_it),
        "another shape": (idx(np.zeros((3, 4), np.uint8)), not_it),
        "other numbers": (struct.pack(">HBB3I", 0, 0x0D, 3, 3, 2, 2) + bytes(48), not_it),
        "a bomb": (huge, not_it),
    }


@pytest.mark.parametrize("kind", bad_idx_files())
def test_a_bad_idx_file_is_one_clear_sentence(kind):
    content, message = bad_idx_files()[kind]
    with pytest.raises(DataError, match=message) as caught:
        mnist_files.read_idx(content, (3, 2, 2), "my/file")
    assert str(caught.value).startswith("my/file ")
    assert "\n" not in str(caught.value)


# --- damage --------------------------------------------------------------------------------------------------


def test_check_finds_a_swapped_image_and_get_again_fixes_it(tiny, tmp_path, capsys, own_home):
    published = tmp_path / "published"
    mnist.prepare("mnist", "official", from_folder=published)
    tiny["test"][0][[2, 3]] = tiny["test"][0][[3, 2]]
    (own_home / "data/official/mnist").rename(tmp_path / "right")
    mnist.write_prepared("mnist", tiny, own_home / "data/official/mnist")
    code, out, _ = run(capsys, "check", "mnist", "--source", "official")
    assert code == 1
    assert "the test images are not" in out
    assert "get mnist --source official --again" in out
    assert run(capsys, "get", "mnist", "--again", "--from", published)[0] == 0
    assert run(capsys, "check", "mnist", "--source", "official")[0] == 0


def test_a_shortened_file_is_damaged_and_never_loaded(tiny, capsys):
    (path,) = mnist.SAMPLES.rglob("*train.tfrecord*")
    os.truncate(path, path.stat().st_size - 1)
    assert mnist.state("mnist", "offline") == "damaged"
    assert run(capsys, "check", "mnist")[0] == 1
    code, _, err = run(capsys, "get", "mnist", "--source", "offline")
    assert code == 1
    assert "The course's own files" in err


@pytest.mark.parametrize("at", [0, 9, 13, 100, 1000, -1])
def test_a_flipped_byte_is_noticed(tiny, at, capfd):
    (path,) = mnist.SAMPLES.rglob("*test.tfrecord*")
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    assert mnist.state("mnist", "offline") == "ready"  # its length is right
    with pytest.raises(DataError, match="damaged"):
        mnist.arrays("mnist", "offline")


@pytest.mark.parametrize("damage", ['"evil": 1,', '"version": "x",', '"name": 5,'])
def test_a_description_that_tfds_cannot_read_is_one_sentence(damage, tiny, capsys):
    (path,) = mnist.SAMPLES.rglob("dataset_info.json")
    path.write_text(path.read_text().replace("{", "{" + damage, 1))
    for ask in (data.tfds_dir, data.arrays):
        with pytest.raises(DataError, match="mnist is damaged or incomplete. Get the course again") as caught:
            ask("mnist")
        assert "\n" not in str(caught.value)


INFINITE = '{"splits": [{"name": "train", "numBytes": Infinity, "shardLengths": [1]}]}'


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"splits": {}}', '{"splits": [1]}', "[" * 100_000, "\0", INFINITE]
)
def test_a_damaged_description_makes_a_set_damaged(text, tiny):
    (path,) = mnist.SAMPLES.rglob("dataset_info.json")
    path.write_text(text)
    assert mnist.state("mnist", "offline") == "damaged"
    with pytest.raises(DataError, match="Get the course again"):
        data.tfds_dir("mnist")


FULL = """
import sys; from pathlib import Path
from data_scripts import mnist; from data_scripts.errors import as_data_error; from tests import tiny_mnist
import numpy as np
noise = np.random.default_rng(0).integers(0, 256, (3000, 28, 28), np.uint8), np.zeros(3000, np.uint8)
folder = Path(sys.argv[1])
with as_data_error(folder):
    mnist.write_prepared("mnist", {"train": noise}, folder / "new")
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_is_said_as_such(tmp_path):
    script = f'mount -t tmpfs -o size=1m none {tmp_path} || exit 77; exec {sys.executable} -c "$0" {tmp_path}'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, FULL], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("mounting is not allowed here")
    assert "DataError: The disk is full" in done.stderr.splitlines()[-1]


# --- the official data ---------------------------------------------------------------------------------------


OFFICIAL = os.environ.get("COURSE_OFFICIAL", "")


@pytest.mark.skipif(not OFFICIAL, reason="COURSE_OFFICIAL names no folder with the official data")
@pytest.mark.parametrize("name", mnist_files.SETS)
def test_the_official_data_are_loaded_in_their_order(name):
    if not Path(OFFICIAL, name).is_dir():
        pytest.skip(f"{OFFICIAL} has no {name}")
    python("-m", "data_scripts", "get", name, "--from", OFFICIAL)
    assert look("official", name) == [{"counts": [60_000, 10_000], **FACTS[name]}]
    mnist.check(name, "official")
