"""Published images in any layout become the same folders; what is wrong is refused, found, and moved aside."""

import errno
import io
import os
import re
import shutil
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts import archives, download, image_folders, image_sets, manifest, registry, sort_images
from data_scripts.errors import DataError
from tests import tiny_images
from tests.test_download import Server
from tests.tiny_images import contents, image, pack, write
from tests.tiny_mnist import run

pytest_plugins = ("tests.tiny_mnist", "tests.tiny_images")
pytestmark = pytest.mark.usefixtures("own_home", "drawn_here")


def renamed(files: dict, pattern: str, to: str) -> dict:
    return {re.sub(pattern, to, path): data for path, data in files.items()}


def horse_layouts() -> dict:
    """What each does with the published files in an empty folder; returns what goes after --from."""

    def parts(files):
        train = {path[6:]: data for path, data in files.items() if path.startswith("train/")}
        return train, {path[11:]: data for path, data in files.items() if not path.startswith("train/")}

    def two_folders(files, to):
        train, validation = parts(files)
        write(train, to / "horse-or-human")
        return write(validation, to / "validation-horse-or-human").parent

    def two_zips(files, to):
        train, validation = parts(files)
        pack(train, to / "horse-or-human.zip")
        return pack(validation, to / "validation-horse-or-human.zip").parent

    def as_webp(files, to):
        for path, data in files.items():
            (to / path).parent.mkdir(parents=True, exist_ok=True)
            Image.open(io.BytesIO(data)).convert("RGB").save((to / path).with_suffix(".webp"), lossless=True)
        return to

    def linked(files, to):
        write(files, to / "elsewhere")
        (to / "mine").mkdir()
        (to / "mine/train").symlink_to(to / "elsewhere/train")
        (to / "mine/validation").symlink_to(to / "elsewhere/validation")
        (to / "elsewhere/train/round").symlink_to(to / "elsewhere")
        return to / "mine"

    return {
        "two folders": two_folders,
        "train and validation": write,
        "inside another folder": lambda files, to: write(files, to / "data/horses").parent,
        "two zips": two_zips,
        "one zip": lambda files, to: pack(files, to / "all.zip"),
        "as lossless WebP": as_webp,
        "by links": linked,
    }


def cat_layouts() -> dict:
    def microsoft(files):
        named = renamed(files, r".*/(cat|dog)s/\w+\.(\d+)", lambda m: f"PetImages/{m[1].title()}/{m[2]}")
        return named | {"PetImages/Cat/Thumbs.db": b"thumbs", "readme[1].txt": b"hello"}

    def kaggle(files):
        return renamed(files, r".*/", "train/") | {"test1/1.jpg": image(99)}

    def among_others(files, to):
        pack(files, to / "cats_and_dogs_filtered (1).zip")
        pack({"../evil.jpg": b"mischief"}, to / "archive.zip")
        (to / "half.zip").write_bytes(b"PK\3\4")
        return to

    mac = {"__MACOSX/train/cats/._cat.0.jpg": b"\0", "train/cats/.DS_Store": b"\0"}
    left = {f"{name}/train/cats/cat.0.jpg": image(1) for name in ("#recycle", "$RECYCLE.BIN", "lost+found", "a/@eaDir")}
    return {
        "the filtered folder": lambda files, to: write(files, to / "cats_and_dogs_filtered").parent,
        "the filtered zip": lambda f, to: pack(renamed(f, "^", "cats_and_dogs_filtered/"), to / "filtered.zip"),
        "a zip among others that are none of ours": among_others,
        "packed on a Mac": lambda files, to: pack(mac | files, to / "Archive.zip"),
        "among leftovers": lambda files, to: write(left | files, to),
        "PetImages": lambda files, to: write(microsoft(files), to),
        "PetImages itself": lambda files, to: write(microsoft(files), to) / "PetImages",
        "PetImages in a zip": lambda files, to: pack(microsoft(files), to / "kagglecatsanddogs_5340.zip"),
        "Kaggle's flat folder": lambda files, to: write(kaggle(files), to),
        "Kaggle's zip in a zip": lambda f, to: pack(
            {"train.zip": pack(kaggle(f), to / "x/train.zip").read_bytes(), "sampleSubmission.csv": b"id,label"},
            to / "dogs-vs-cats.zip",
        ),
        "Kaggle's zip in a folder": lambda files, to: pack(kaggle(files), to / "train.zip").parent,
    }


@pytest.mark.parametrize("layout", horse_layouts())
def test_horses_and_humans_from_any_layout(layout, tiny_sets, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    place = horse_layouts()[layout](tiny_sets["horses_or_humans"], tmp_path / "in")
    code, out, err = run(capsys, "get", "horses_or_humans", "--from", place)
    assert (code, err) == (0, "")
    assert "official: 5 + 4 images, ready" in out
    found = contents(image_folders.folder("horses_or_humans", "official"))
    if "WebP" in layout:  # PNG again, with the same pixels
        assert found.keys() == tiny_sets["horses_or_humans"].keys()
        for path, data in tiny_sets["horses_or_humans"].items():
            one, other = (Image.open(io.BytesIO(d)) for d in (found[path], data))
            assert one.format == "PNG"
            assert one.mode == "RGBA"
            assert np.array_equal(one, other)
    else:
        assert found == tiny_sets["horses_or_humans"]
    assert run(capsys, "check", "horses_or_humans")[0] == 0


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("layout", cat_layouts())
def test_cats_and_dogs_from_any_layout(layout, everything, tiny_sets, tmp_path, capsys):
    place = cat_layouts()[layout](tiny_sets["all"], tmp_path / "in")
    code, out, err = run(capsys, "get", "cats_vs_dogs", "--from", place, *["--all"][: int(everything)])
    assert (code, err) == (0, "")
    assert out.count("Left out: ") == 2 * ("among others" in layout)
    assert f"official: 6 + 4{' + 4' if everything else ''} images, ready" in out
    found = contents(image_folders.folder("cats_vs_dogs", "official"))
    assert found == tiny_sets["all" if everything else "cats_vs_dogs"]
    assert run(capsys, "check", "cats_vs_dogs")[0] == 0


def test_all_of_it_can_be_had_after_the_subset(tiny_sets, tmp_path, capsys):
    place = write(tiny_sets["all"], tmp_path / "in")
    run(capsys, "get", "cats_vs_dogs", "--from", place)
    assert "already here" in run(capsys, "get", "cats_vs_dogs", "--from", place)[1]
    assert "6 + 4 + 4 images, ready" in run(capsys, "get", "cats_vs_dogs", "--from", place, "--all")[1]
    assert "already here" in run(capsys, "get", "cats_vs_dogs", "--all")[1]


# --- what is refused -----------------------------------------------------------------------------------------


def refused() -> dict:
    def leads_out(name):
        return lambda files, to: (pack(files | {name: b"mischief"}, to / "in.zip"), "leads out of the archive")

    def link(files, to):
        path = pack(files, to / "in.zip")
        with zipfile.ZipFile(path, "a") as archive:
            member = zipfile.ZipInfo("train/cats/cat.1.jpg")
            member.external_attr = 0o120777 << 16
            archive.writestr(member, "/etc/passwd")
        return path, "is a link"

    def bomb(files, to):
        path = to / "in.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("train/cats/cat.0.jpg", bytes(archives.MAX_FILE + 1))
        return path, "unpacks to 64 MB"

    def member(problem, **changes):
        def make(files, to):
            path = pack(files, to / "in.zip")
            with zipfile.ZipFile(path, "a") as archive:
                info = zipfile.ZipInfo("train/cats/cat.1.jpg")
                for name, value in changes.items():
                    setattr(info, name, value)
                archive.writestr(info, b"mischief")
            return path, problem

        return make

    def twice(files, to):
        path = pack(files, to / "in.zip")
        with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr("train/cats/cat.0.jpg", b"another")
        return path, "is in it twice"

    def patched(problem, offsets, value, data=b"mischief"):
        """A zip whose headers of one member say something else: at `offsets` of the local and the central one."""

        def make(files, to):
            path = pack(files | {"train/cats/cat.0.jpg": data}, to / "in.zip")
            content = bytearray(path.read_bytes())
            for signature, name_at, offset in ((b"PK\3\4", 30, offsets[0]), (b"PK\1\2", 46, offsets[1])):
                at = content.index(signature)
                while not content[at + name_at :].startswith(b"train/cats/cat.0.jpg"):
                    at = content.index(signature, at + 1)
                content[at + offset : at + offset + len(value)] = value
            path.write_bytes(content)
            return path, problem

        return make

    def lie(files, to):
        path = to / "in.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in (files | {"train/cats/cat.0.jpg": bytes(30 << 20)}).items():
                archive.writestr(name, data)
        length = struct.pack("<I", 30 << 20)
        path.write_bytes(path.read_bytes().replace(length, struct.pack("<I", 1000)))
        return path, "is damaged at 'train/cats/cat.0.jpg'"

    def quine(files, to):
        """One member's data under many names, as in a zip bomb without a nested zip."""
        path = to / "in.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(8):
                archive.writestr(f"train/cats/cat.{number}.jpg", bytes(20 << 20))
        return path, "would unpack to an absurd size"

    def nameless(files, to):
        path = pack(files | {"x": b"mischief"}, to / "in.zip")
        content = path.read_bytes()
        at = content.rindex(b"PK\1\2")
        assert content[at + 46 :].startswith(b"x")
        path.write_bytes(content[: at + 28] + bytes(2) + content[at + 30 :])  # the length of its name
        return path, "is not a whole zip file"

    def nested(files, to):
        with zipfile.ZipFile(to / "in.zip", "w") as archive:
            archive.writestr("train.zip", b"PK not a zip")
        return to / "in.zip", "train.zip is not a whole zip file"

    def nested_evil(files, to):
        inner = pack(files | {"../evil.jpg": b"mischief"}, to / "inner.zip").read_bytes()
        return pack({"train.zip": inner}, to / "in.zip"), "leads out of the archive"

    def cut(files, to):
        path = pack(files, to / "in.zip")
        os.truncate(path, path.stat().st_size - 30)
        return path, "is not a whole zip file"

    def flipped(files, to):
        path = pack(files, to / "in.zip")
        data = bytearray(path.read_bytes())
        data[data.index(files["train/cats/cat.0.jpg"]) + 200] ^= 1
        path.write_bytes(data)
        return path, "is damaged at 'train/cats/cat.0.jpg'"

    def one_missing(files, to):
        return write({p: d for p, d in files.items() if "dog.12." not in p}, to), "has 2 images of dogs for train"

    def many_cut(files, to):
        return write({p: d[:200] for p, d in files.items()}, to), "10 of 10 images cannot be read"

    return {
        "a path upwards": leads_out("../../evil.jpg"),
        "a path upwards inside": leads_out("train/cats/../../../evil.jpg"),
        "a path upwards in Windows' way": leads_out("..\\evil.jpg"),
        "an absolute path": leads_out("/tmp/evil.jpg"),
        "a drive": leads_out("C:\\evil.jpg"),
        "a link": link,
        "a device": member("is a device", external_attr=0o020666 << 16),
        "a pipe": member("is a device", external_attr=0o010666 << 16),
        "the same name twice": twice,
        "encrypted": patched("is encrypted", (6, 8), b"\1"),
        "compressed as bz2": patched("is compressed in a way", (8, 10), b"\x0c\0"),
        "compressed as LZMA": patched("is compressed in a way", (8, 10), b"\x0e\0"),
        "a header that lies": lie,
        "far too much altogether": quine,
        "a member without a name": nameless,
        "a zip in it that is none": nested,
        "a zip in it that leads out": nested_evil,
        "an absurd size": bomb,
        "a zip cut short": cut,
        "a changed byte": flipped,
        "an image missing": one_missing,
        "every image cut short": many_cut,
        "the other set": lambda files, to: (write({"horse01-0.png": b""}, to), "has no image of Cats and Dogs"),
        "an empty folder": lambda files, to: (write({}, to), "has no image of Cats and Dogs"),
        "no such place": lambda files, to: (to / "nowhere", "There is no file or folder"),
        "a name that is too long": lambda files, to: (to / ("x" * 5000), "There is no file or folder"),
        "a place that is a device": lambda files, to: ("/dev/zero", "There is no file or folder"),
    }


@pytest.mark.parametrize("kind", refused())
def test_wrong_sources_are_refused_in_one_sentence_and_leave_nothing(kind, tiny_sets, tmp_path, capsys, own_home):
    (tmp_path / "in").mkdir()
    place, message = refused()[kind](tiny_sets["cats_vs_dogs"], tmp_path / "in")
    code, out, err = run(capsys, "get", "cats_vs_dogs", "--from", place)
    assert code == 1
    assert message in err
    assert err.count("\n") == 1
    assert out == ""
    assert [path.name for path in (own_home / "data/official").iterdir()] == [".cats_vs_dogs.lock"]
    assert not list(tmp_path.rglob("evil*"))
    assert not Path("/tmp/evil.jpg").exists()
    assert image_folders.state("cats_vs_dogs", "official") == "absent"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT], ids=["disk", "quota"])
def test_where_a_zip_in_a_zip_finds_no_room_it_is_not_called_damaged(number, tiny_sets, tmp_path, capsys, monkeypatch):
    def fill(*_):
        raise OSError(number, os.strerror(number))

    inner = pack(tiny_sets["cats_vs_dogs"], tmp_path / "inner.zip").read_bytes()
    place = pack({"train.zip": inner}, tmp_path / "in.zip")
    monkeypatch.setattr("data_scripts.archives.shutil.copyfileobj", fill)
    code, out, err = run(capsys, "get", "cats_vs_dogs", "--from", place)
    assert (code, out) == (1, "")
    assert err.startswith("The disk is full: no room left in ")
    assert image_folders.state("cats_vs_dogs", "official") == "absent"


def test_a_header_that_lies_costs_no_memory(tiny_sets, tmp_path):
    (tmp_path / "in").mkdir()
    place, _ = refused()["a header that lies"](tiny_sets["cats_vs_dogs"], tmp_path / "in")
    with archives.opened(place) as files:
        tracemalloc.start()
        try:
            with pytest.raises(DataError, match="is damaged"):
                files["train/cats/cat.0.jpg"]()
            assert tracemalloc.get_traced_memory()[1] < 1 << 20
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("name", ["horse-or-human.zip", "horse-or-human (1).zip"])
def test_one_of_two_archives_names_the_other(name, tiny_sets, tmp_path, capsys):
    train = {path[6:]: data for path, data in tiny_sets["horses_or_humans"].items() if path.startswith("train/")}
    code, _, err = run(capsys, "get", "horses_or_humans", "--from", pack(train, tmp_path / "in" / name))
    assert code == 1
    assert f"{name} has no image for validation; validation-horse-or-human.zip has them. Put both" in err


def test_a_file_that_the_disk_does_not_give_is_named(tmp_path, monkeypatch):
    (tmp_path / "cat.0.jpg").write_bytes(b"an image")

    def broken(path):
        raise OSError(errno.EIO, "Input/output error")

    with archives.opened(tmp_path) as files:
        monkeypatch.setattr(Path, "read_bytes", broken)
        with pytest.raises(DataError, match=r"cat\.0\.jpg cannot be read: Input/output error"):
            files["cat.0.jpg"]()


def test_rendered_images_are_never_taken_for_official_ones(tiny_sets, own_home, capsys):
    assert run(capsys, "get", "cats_vs_dogs", "--source", "offline")[0] == 0
    for place in (own_home, own_home / "data/offline/cats_vs_dogs/train"):
        code, _, err = run(capsys, "get", "cats_vs_dogs", "--from", place)
        assert code == 1
        assert "has no image of Cats and Dogs" in err


def test_too_large_altogether_is_refused(tiny_sets, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(archives, "MAX_ALL", 1000)
    place = pack(tiny_sets["cats_vs_dogs"], tmp_path / "in.zip")
    assert "absurd size" in run(capsys, "get", "cats_vs_dogs", "--from", place)[2]


def test_what_was_here_stays_when_its_successor_is_wrong(tiny_sets, tmp_path, capsys):
    run(capsys, "get", "cats_vs_dogs", "--from", write(tiny_sets["cats_vs_dogs"], tmp_path / "in"))
    shutil.rmtree(tmp_path / "in/train/cats")
    assert run(capsys, "get", "cats_vs_dogs", "--from", tmp_path / "in", "--again")[0] == 1
    assert contents(image_folders.folder("cats_vs_dogs", "official")) == tiny_sets["cats_vs_dogs"]


def test_a_single_unreadable_image_is_left_out_and_told(tiny_sets, tmp_path, capsys):
    place = write(tiny_sets["cats_vs_dogs"] | {"train/cats/cat.7.jpg": b""}, tmp_path / "in")
    assert run(capsys, "get", "cats_vs_dogs", "--from", place)[0] == 0
    code, out, _ = run(capsys, "check", "cats_vs_dogs")
    assert code == 0
    assert "Left out: train/cats/cat.7.jpg is empty." in out
    assert "2 of 2" in out


def test_what_is_saved_in_another_format_is_upright_and_on_white(tiny_sets, tmp_path, capsys):
    exif = Image.Exif()
    exif[0x0112] = 6
    tall, clear = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (60, 40)).save(tall, "WEBP", exif=exif)
    Image.new("RGBA", (60, 40)).save(clear, "PNG")
    files = {path: data for path, data in tiny_sets["cats_vs_dogs"].items() if not re.search(r"cat\.[07]\.", path)}
    assert len(files) == len(tiny_sets["cats_vs_dogs"]) - 2
    place = write(
        files | {"train/cats/cat.0.webp": tall.getvalue(), "train/cats/cat.7.png": clear.getvalue()}, tmp_path / "in"
    )
    assert run(capsys, "get", "cats_vs_dogs", "--from", place)[0] == 0
    folder = image_folders.folder("cats_vs_dogs", "official") / "train" / "cats"
    with Image.open(folder / "cat.0.jpg") as upright, Image.open(folder / "cat.7.jpg") as white:
        assert upright.size == (40, 60)
        assert np.asarray(white).min() > 250


def test_what_systems_leave_in_a_set_is_no_image_of_it(prepared, capsys):
    for name in ("Thumbs.db", ".DS_Store", "@eaDir/cat.0.jpg"):
        left = prepared / "train" / "cats" / name
        left.parent.mkdir(exist_ok=True)
        left.write_bytes(b"left")
    for folder in (".ipynb_checkpoints", "__MACOSX"):
        (prepared / "train" / folder).mkdir()
        (prepared / "train" / folder / "cat.0.jpg").write_bytes(b"left")
    code, out, _ = run(capsys, "check", "cats_vs_dogs")
    assert code == 0, out


# --- the network ---------------------------------------------------------------------------------------------


@pytest.fixture
def server(tiny_sets, tmp_path, monkeypatch):
    """A server of the made-up archives, in the place of the published addresses."""
    archive = tmp_path / "published/cats_and_dogs_filtered.zip"
    pack(renamed(tiny_sets["cats_vs_dogs"], "^", "cats_and_dogs_filtered/"), archive)
    whole = renamed(tiny_sets["all"], r".*/(cat|dog)s/\w+\.(\d+)", lambda m: f"PetImages/{m[1].title()}/{m[2]}")
    pack(whole, tmp_path / "published/kagglecatsanddogs_5340.zip")
    with Server(tmp_path / "published") as server:
        monkeypatch.setattr(image_folders, "FILTERED", server.table(archive)[0][:2])
        table = server.table(tmp_path / "published/kagglecatsanddogs_5340.zip")
        monkeypatch.setattr(download, "addresses", lambda name: table)
        yield server


def test_the_small_archive_comes_first_and_is_removed_after_use(server, tiny_sets, capsys):
    assert run(capsys, "get", "cats_vs_dogs")[0] == 0
    assert server.asked == ["cats_and_dogs_filtered.zip"]
    assert contents(image_folders.folder("cats_vs_dogs", "official")) == tiny_sets["cats_vs_dogs"]
    assert not download.folder("cats_vs_dogs").exists()


def test_a_dead_link_is_said_and_the_other_source_used(server, tiny_sets, capsys):
    (server.folder / "cats_and_dogs_filtered.zip").unlink()
    code, out, err = run(capsys, "get", "cats_vs_dogs")
    assert (code, err) == (0, "")
    assert "404" in out
    assert "Trying the whole set" in out
    assert contents(image_folders.folder("cats_vs_dogs", "official")) == tiny_sets["cats_vs_dogs"]


def test_two_dead_links_are_a_sentence_with_the_command_for_a_copy(server, capsys, own_home):
    for path in server.folder.iterdir():
        path.unlink()
    code, _, err = run(capsys, "get", "cats_vs_dogs")
    assert code == 1
    assert err.count("\n") == 1
    assert "`python -m data_scripts get cats_vs_dogs --from " in err
    assert [path.name for path in (own_home / "data/official").iterdir()] == [".cats_vs_dogs.lock"]


def test_another_archive_of_the_same_size_is_found_out_by_its_images(server, tiny_sets, capsys, monkeypatch):
    changed = tiny_sets["cats_vs_dogs"] | {"train/cats/cat.0.jpg": tiny_sets["cats_vs_dogs"]["train/dogs/dog.0.jpg"]}
    path = pack(changed, server.folder / "cats_and_dogs_filtered.zip")
    monkeypatch.setattr(image_folders, "FILTERED", server.table(path)[0][:2])
    code, _, err = run(capsys, "get", "cats_vs_dogs")
    assert code == 1
    assert "does not hold the published images" in err
    assert image_folders.state("cats_vs_dogs", "official") == "absent"
    assert not download.folder("cats_vs_dogs").exists()


def test_all_comes_from_the_whole_archive(server, tiny_sets, capsys):
    assert run(capsys, "get", "cats_vs_dogs", "--all")[0] == 0
    assert contents(image_folders.folder("cats_vs_dogs", "official")) == tiny_sets["all"]


# --- check and clean -----------------------------------------------------------------------------------------


@pytest.fixture
def prepared(tiny_sets, tmp_path, capsys) -> Path:
    run(capsys, "get", "cats_vs_dogs", "--from", write(tiny_sets["cats_vs_dogs"], tmp_path / "in"))
    return image_folders.folder("cats_vs_dogs", "official")


def _cut(folder):
    os.truncate(folder / "train/cats/cat.0.jpg", 400)


def _no_image(folder):
    (folder / "train/cats/cat.0.jpg").write_text("<html>404</html>")


def _renamed(folder):
    (folder / "train/cats/cat.0.jpg").write_bytes(image(0, "PNG"))


def _twin(folder):
    shutil.copy(folder / "train/dogs/dog.12.jpg", folder / "validation/dogs/dog.2000.jpg")


def _twin_in_other_bytes(folder):
    data = (folder / "train/dogs/dog.12.jpg").read_bytes()
    (folder / "validation/dogs/dog.2000.jpg").write_bytes(data + b"a few bytes more")


FAULTS = [
    (_cut, "train/cats/cat.0.jpg", "is damaged or cut short"),
    (_no_image, "train/cats/cat.0.jpg", "is not an image"),
    (_renamed, "train/cats/cat.0.jpg", "is a PNG file"),
    (_twin, "validation/dogs/dog.2000.jpg", "is the same image as train/dogs/dog.12.jpg"),
    (_twin_in_other_bytes, "validation/dogs/dog.2000.jpg", "is the same image as train/dogs/dog.12.jpg"),
]


@pytest.mark.parametrize(("spoil", "path", "why"), FAULTS)
def test_check_finds_it_clean_moves_it_aside_and_check_is_content(spoil, path, why, prepared, capsys, tiny_sets):
    spoil(prepared)
    spoilt = (prepared / path).read_bytes()
    code, out, _ = run(capsys, "check", "cats_vs_dogs", "--source", "official")
    assert code == 1
    assert f"✗ {path} {why}" in out
    assert "clean cats_vs_dogs --source official` moves the bad files aside" in out
    code, out, _ = run(capsys, "clean", "cats_vs_dogs", "--source", "official")
    assert code == 0
    assert f"moved: {path} {why}" in out
    assert not (prepared / path).exists()
    assert (prepared.parent / "cats_vs_dogs-set-aside" / path).read_bytes() == spoilt
    assert len(contents(prepared)) == len(tiny_sets["cats_vs_dogs"]) - 1
    code, out, _ = run(capsys, "check", "cats_vs_dogs", "--source", "official")
    assert code == 0
    assert f"Left out: {path}" in out
    assert "Nothing is bad" in run(capsys, "clean", "cats_vs_dogs", "--source", "official")[1]


def test_clean_never_overwrites_what_it_set_aside_before(prepared, capsys):
    for content in ("one", "two"):
        (prepared / "train/cats/cat.0.jpg").write_text(content)
        assert run(capsys, "clean", "cats_vs_dogs", "--source", "official")[0] == 0
        image_folders.folder("cats_vs_dogs", "official")
    aside = prepared.parent / "cats_vs_dogs-set-aside/train/cats"
    assert sorted(path.read_text() for path in aside.iterdir()) == ["one", "two"]


def test_a_file_that_is_far_too_large_is_not_read_and_set_aside_on_another_disk(prepared, capsys, monkeypatch):
    def one_disk_only(source, to):
        if "set-aside" in str(to):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        replace(source, to)

    replace, huge = os.replace, prepared / "train/cats/extra.jpg"
    huge.touch()
    os.truncate(huge, archives.MAX_FILE + 1)
    assert "✗ train/cats/extra.jpg is larger than 64 MB." in run(capsys, "check", "cats_vs_dogs")[1]
    huge.write_text("not an image")
    monkeypatch.setattr(os, "replace", one_disk_only)
    monkeypatch.setattr(os, "rename", one_disk_only)
    assert run(capsys, "clean", "cats_vs_dogs", "--source", "official")[0] == 0
    assert (prepared.parent / "cats_vs_dogs-set-aside/train/cats/extra.jpg").read_text() == "not an image"
    assert not huge.exists()


def test_a_missing_image_is_a_fault_and_not_loaded(prepared, capsys):
    (prepared / "validation/cats/cat.2499.jpg").unlink()
    code, out, _ = run(capsys, "check", "cats_vs_dogs")
    assert code == 1
    assert "1 missing or changed (validation/cats/cat.2499.jpg is missing)" in out
    assert "1 of 2" in out
    assert image_folders.state("cats_vs_dogs", "official") == "damaged"


def test_an_extra_image_is_a_fault(prepared, capsys):
    (prepared / "train/cats/cat.5.jpg").write_bytes(image(55))
    assert "other counts than expected" in run(capsys, "check", "cats_vs_dogs")[1]


def test_an_extra_image_that_is_set_aside_leaves_the_set_as_it_was(prepared, capsys):
    (prepared / "train/cats/extra.jpg").write_text("not an image")
    assert run(capsys, "clean", "cats_vs_dogs", "--source", "official")[0] == 0
    assert image_folders.state("cats_vs_dogs", "official") == "ready"
    assert run(capsys, "check", "cats_vs_dogs")[0] == 0


MANIFESTS = {
    "no image": '{"files": {}}',
    "one image of ten": '{"files": {"train/cats/cat.0.jpg": 1}}',
    "a list": "[1, 2]",
    "null": "null",
    "files are a list": '{"files": ["train/cats/cat.0.jpg"]}',
    "no number": '{"files": {"train/cats/cat.0.jpg": "long"}}',
    "a path that leads out": '{"files": {"../../../etc/passwd": 1}}',
    "no path": '{"files": {"": 1, "\\u0000/a/b": 1}}',
    "left out for no reason": '{"files": {"train/cats/cat.0.jpg": 1}, "left_out": [1]}',
    "another field": '{"files": {}, "evil": 1}',
    "nested deeply": "[" * 100_000,
    "cut short": '{"files": {"train/ca',
    "NUL bytes": "\0" * 50,
    "not UTF-8": b"\xff\xfe",
    "too large": b" " * (17 << 20),
}


@pytest.mark.parametrize("kind", MANIFESTS)
@pytest.mark.parametrize("source", ["official", "offline"])
def test_a_damaged_record_makes_a_set_damaged_and_never_ready(kind, source, prepared, capsys):
    if source == "offline":
        run(capsys, "setup")
        prepared = image_folders.folder("cats_vs_dogs", "offline", small=True)
    content = MANIFESTS[kind]
    (prepared / manifest.NAME).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert image_folders.state("cats_vs_dogs", source) == "damaged"
    assert registry.chosen_source("cats_vs_dogs") == ("offline" if source == "official" else "official")
    assert run(capsys, "status")[0] == 0
    code, out, err = run(capsys, "check", "cats_vs_dogs", "--source", source)
    assert (code, err) == (1, "")
    assert f"✗ cats_vs_dogs, {source}: " in out
    assert "pictures.json is damaged" in out or "missing or changed" in out
    assert run(capsys, "clean", "cats_vs_dogs", "--source", source)[0] == 0


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_record_that_is_a_pipe_or_a_device_is_not_waited_for(prepared):
    for spoil in (os.mkfifo, lambda path: os.symlink("/dev/zero", path)):
        (prepared / manifest.NAME).unlink()
        spoil(prepared / manifest.NAME)
        assert image_folders.state("cats_vs_dogs", "official") == "damaged"


def test_a_damaged_rendered_set_is_named_checked_cleaned_and_made_again(tiny_sets, capsys):
    run(capsys, "setup")
    place = image_folders.folder("cats_vs_dogs", "offline", small=True)
    (place / "train/cats/cat.0.jpg").write_text("not an image")
    line = next(line for line in run(capsys, "status")[1].splitlines() if line.startswith("cats_vs_dogs      offline"))
    assert line.split()[2:6] == ["damaged", "4", "+", "2"]
    code, out, _ = run(capsys, "check", "cats_vs_dogs")
    assert code == 1
    assert "✗ cats_vs_dogs, offline: 1 cannot be read." in out
    assert "Fix it: python -m data_scripts setup" in out
    assert "1 of 2" not in out  # the counts are those of the small set, and right
    code, out, _ = run(capsys, "clean", "cats_vs_dogs")
    assert code == 0
    assert "moved: train/cats/cat.0.jpg is not an image." in out
    assert image_folders.state("cats_vs_dogs", "offline") == "small"
    (place / "train/dogs/dog.0.jpg").unlink()
    assert run(capsys, "setup")[0] == 0
    assert image_folders.state("cats_vs_dogs", "offline") == "small"
    assert len(contents(place)) == 6


def test_near_duplicates_are_a_note_and_no_fault(prepared, capsys):
    brighter = Image.open(prepared / "train/dogs/dog.12.jpg").point(lambda value: value * 0.9 + 20)
    path = prepared / "validation/dogs/dog.2000.jpg"
    brighter.save(path)
    known = manifest.read(prepared)
    known.files["validation/dogs/dog.2000.jpg"] = path.stat().st_size
    known.write(prepared)
    code, out, _ = run(capsys, "check", "cats_vs_dogs")
    assert code == 0
    assert (
        "nearly alike are 1 pairs across splits, such as train/dogs/dog.12.jpg and validation/dogs/dog.2000.jpg" in out
    )


def test_clean_and_all_are_for_image_sets_only(capsys):
    assert "not a folder of images" in run(capsys, "clean", "mnist")[2]
    assert "--all goes with cats_vs_dogs" in run(capsys, "get", "horses_or_humans", "--all")[2]
    assert "go with the official data" in run(capsys, "get", "cats_vs_dogs", "--all", "--source", "offline")[2]


# --- the official sets ---------------------------------------------------------------------------------------

OFFICIAL = os.environ.get("COURSE_OFFICIAL")
SETS = {
    "horses_or_humans": ((500, 527, 128, 128), ("horse-or-human.rgb-sha256", "horse-or-human.file-sha256")),
    "cats_vs_dogs": ((1000, 1000, 500, 500), ("cats_and_dogs_filtered.file-sha256",)),
}


@pytest.mark.skipif(not OFFICIAL, reason="COURSE_OFFICIAL names no folder with the official sets")
@pytest.mark.parametrize("name", SETS)
def test_the_official_sets_have_their_counts_names_and_pixels(name, capsys):
    expected, manifests = SETS[name]
    assert run(capsys, "get", name, "--from", OFFICIAL)[0] == 0
    folder = image_folders.folder(name, "official")
    found = sort_images.count_files(manifest.of_folder(folder).files)
    assert tuple(count for labels in found.values() for count in labels.values()) == expected
    assert found == image_sets.SETS[name].counts
    known = dict(line.split()[::-1] for line in Path(OFFICIAL, "manifests", manifests[0]).read_text().splitlines())
    assert known.keys() == contents(folder).keys()
    for path, data in contents(folder).items():
        if ".rgb-" in manifests[0]:  # the archive's PNG may have been packed again, so its pixels are compared
            data = Image.open(io.BytesIO(data)).convert("RGB").tobytes()
        assert tiny_images.sha256(data).hexdigest() == known[path], path
    code, out, _ = run(capsys, "check", name, "--source", "official")
    assert code == 0
    assert "✗" not in out
