"""Published images in any layout become the same folders; what is wrong is refused, found, and moved aside."""

import errno
import io
import os
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts import archives, download, image_folders, image_sets, manifest, sort_images
from data_scripts.errors import DataError
from tests import tiny_images
from tests.test_download import Server
from tests.tiny_images import contents, image, pack, write
from tests.tiny_mnist import run

pytest_plugins = ("tests.tiny_mnist", "tests.tiny_images")
pytestmark = pytest.mark.usefixtures("own_home")


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

    mac = {"__MACOSX/train/cats/._cat.0.jpg": b"\0", "train/cats/.DS_Store": b"\0"}
    return {
        "the filtered folder": lambda files, to: write(files, to / "cats_and_dogs_filtered").parent,
        "the filtered zip": lambda f, to: pack(renamed(f, "^", "cats_and_dogs_filtered/"), to / "filtered.zip"),
        "packed on a Mac": lambda files, to: pack(mac | files, to / "Archive.zip"),
        "PetImages": lambda files, to: write(microsoft(files), to),
        "PetImages itself": lambda files, to: write(microsoft(files), to) / "PetImages",
        "PetImages in a zip": lambda files, to: pack(microsoft(files), to / "kagglecatsanddogs_5340.zip"),
        "Kaggle's flat folder": lambda files, to: write(kaggle(files), to),
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
        "an absurd size": bomb,
        "a zip cut short": cut,
        "a changed byte": flipped,
        "an image missing": one_missing,
        "every image cut short": many_cut,
        "the other set": lambda files, to: (write({"horse01-0.png": b""}, to), "has no image of Cats and Dogs"),
        "an empty folder": lambda files, to: (write({}, to), "has no image of Cats and Dogs"),
        "no such place": lambda files, to: (to / "nowhere", "There is no file or folder"),
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


def test_a_file_that_the_disk_does_not_give_is_named(tmp_path, monkeypatch):
    (tmp_path / "cat.0.jpg").write_bytes(b"an image")

    def broken(path):
        raise OSError(errno.EIO, "Input/output error")

    with archives.opened(tmp_path) as files:
        monkeypatch.setattr(Path, "read_bytes", broken)
        with pytest.raises(DataError, match=r"cat\.0\.jpg cannot be read: Input/output error"):
            files["cat.0.jpg"]()


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
    assert "clean cats_vs_dogs` moves the bad files aside" in out
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


def test_a_missing_image_is_a_fault_and_not_loaded(prepared, capsys):
    (prepared / "validation/cats/cat.2499.jpg").unlink()
    code, out, _ = run(capsys, "check", "cats_vs_dogs")
    assert code == 1
    assert "1 missing (validation/cats/cat.2499.jpg)" in out
    assert "1 of 2" in out
    assert image_folders.state("cats_vs_dogs", "official") == "damaged"


def test_an_extra_image_is_a_fault(prepared, capsys):
    (prepared / "train/cats/cat.5.jpg").write_bytes(image(55))
    assert "other counts than expected" in run(capsys, "check", "cats_vs_dogs")[1]


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
