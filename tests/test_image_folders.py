"""The rendered sets: complete or not there, the same by any number of processes, and what lessons get of them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from data_scripts import image_folders, image_sets, manifest, render, sort_images
from data_scripts.errors import DataError
from data_scripts.render import draw_sets
from helpers import data, doctor
from tests.tiny_images import contents, write
from tests.tiny_mnist import run

pytest_plugins = ("tests.tiny_mnist", "tests.tiny_images")
pytestmark = pytest.mark.usefixtures("own_home")

ROOT = Path(__file__).parents[1]
NAMES = ("horses_or_humans", "cats_vs_dogs")

KILLER = """
import os, sys
from pathlib import Path
from tests import tiny_images
from tests.killing import in_child
from data_scripts import image_folders
from data_scripts.render import draw_sets

tiny_images.install(dict.__setitem__)
base, target = Path(sys.argv[1]), None

def afresh():
    "An empty home: a worker of a killed call may still finish its image in the old one."
    global base, target
    base = base.with_name(base.name + "i")
    os.environ["COURSE_HOME"] = str(base)
    target = image_folders.folder("cats_vs_dogs", "offline")

def draw():
    image_folders.prepare("cats_vs_dogs", "offline")

def finished():
    "The images that are kept for the next call: name -> when they were drawn."
    return {p.relative_to(q).as_posix(): p.stat().st_mtime_ns
            for q in target.parent.glob(".*.drawing-*") for p in q.glob("*/*/*.jpg")}

for _ in range(2):
    afresh()
    last = in_child(draw)
    right = tiny_images.contents(target)
    assert image_folders.state("cats_vs_dogs", "offline") == "ready" and not finished()
assert last > 100 and len(right) == 10
killed = kept_some = 0
late = int(sys.argv[2])
for i in range(8 + late):
    afresh()
    calls = in_child(draw, 1 + i * last // 8 if i < 8 else last - 60 - 480 // late * (i - 8))
    killed += calls is None
    last = calls or last  # it was not killed: a run takes fewer calls than the one that was counted
    if image_folders.state("cats_vs_dogs", "offline") == "ready":
        assert tiny_images.contents(target) == right
        continue
    assert not target.exists()
    kept = finished()
    if kept and i % 2 == 0:
        kept_some += 1
        in_child(draw)
        assert tiny_images.contents(target) == right
        for path, drawn in kept.items():
            assert (target / path).stat().st_mtime_ns == drawn, f"{path} was finished, and was drawn again"
        left = sorted(p.name for p in target.parent.iterdir())
        assert left == [".cats_vs_dogs.lock", "cats_vs_dogs"], left
        assert not list(target.glob("*/*/.*"))
print(killed, kept_some)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("late", [3, pytest.param(12, marks=pytest.mark.slow)])
def test_killed_at_many_moments_a_set_is_whole_or_absent_and_the_next_call_goes_on(late, own_home):
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", KILLER, own_home, str(late)],
        env=os.environ | {"PYTHONPATH": path},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    killed, kept_some = map(int, done.stdout.split()[-2:])
    assert killed >= (8 + late) * 3 / 4
    assert kept_some >= 2


def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path):
    script = (
        "from pathlib import Path\nfrom data_scripts.render import draw_sets\n"
        f"draw_sets.draw_files([(f'{{i}}.jpg', 'horse', 0, i, 300) for i in range(5000)], Path({str(tmp_path)!r}), 'drawing')"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    for _ in range(3000):
        if any(tmp_path.glob("[0-9]*.jpg")):
            break
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.communicate()
    count = -1
    for _ in range(20):  # an image or two may still be finished
        before, count = count, len(list(tmp_path.glob("[0-9]*.jpg")))
        if before == count:
            break
        time.sleep(0.3)
    assert before == count
    assert 0 < count < 1000


def test_any_number_of_processes_draws_the_same_and_the_studios_own_images(tmp_path):
    jobs = [(f"{kind}/{i}.jpg", kind, 3, i, 48) for i in range(3) for kind in ("dog", "human")]
    for workers in (1, 3):
        draw_sets.draw_files(jobs[::-1] if workers == 3 else jobs, tmp_path / str(workers), "drawing", workers)
    for file, kind, seed, number, size in jobs:
        one, three = ((tmp_path / workers / file).read_bytes() for workers in "13")
        assert one == three == render.jpeg(kind, seed, number, size)


def test_rendered_sets_have_the_official_counts_folders_and_names():
    for name, one in image_sets.SETS.items():
        jobs = draw_sets._jobs(one, one.counts)
        files = [job[0] for job in jobs]
        assert len(set(files)) == len(files)
        assert sort_images.count_files(files) == one.counts
        assert len({job[1:4] for job in jobs}) == len(jobs), "an image is in the set twice"
        small = draw_sets._jobs(one, one.small_counts())
        assert set(small) < set(jobs), f"{name}: the small set is a part of the full one"
        for file in files:
            split, label, _ = file.split("/")
            assert one.belongs(file)[:2] == (split, label), "the name is in the official manner"
            assert Path(file).suffix == ".jpg"
    assert image_sets.SETS["horses_or_humans"].rendered_size == 300
    assert image_sets.SETS["cats_vs_dogs"].rendered_size is None  # varied: 150 to 375
    assert image_sets.KINDS == render.KINDS


@pytest.mark.parametrize("name", NAMES)
def test_lessons_get_a_rendered_set_and_one_line(name, tiny_sets, capfd, monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "full")
    folder = data.image_folder(name)
    out, err = capfd.readouterr()
    one = image_sets.SETS[name]
    assert sort_images.count_files(contents(folder)) == one.counts
    assert err == ""
    total = sum(sum(labels.values()) for labels in one.counts.values())
    first, second = out.splitlines()
    assert first.startswith(f"{name}: rendering {total} images, once")
    assert second == (
        f"{name}: offline, {image_folders.format_counts(one.counts)}, rendered by the course "
        f"(the official ones: python -m data_scripts get {name})"
    )
    assert data.image_folder(name) == folder
    assert capfd.readouterr().out == second + "\n"
    assert run(capfd, "check", name)[0] == 0


def test_get_draws_where_offline_is_chosen(tiny_sets, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_SOURCE", "offline")
    code, out, err = run(capsys, "get", "cats_vs_dogs")
    assert (code, err) == (0, "")
    assert "cats_vs_dogs, offline: 6 + 4 images, ready" in out
    place = write(tiny_sets["cats_vs_dogs"], tmp_path / "in")
    assert "cats_vs_dogs, official: 6 + 4" in run(capsys, "get", "cats_vs_dogs", "--from", place)[1]


@pytest.mark.usefixtures("drawn_here")
def test_the_quick_budget_gets_the_small_set_and_the_full_one_is_not_drawn(tiny_sets, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_BUDGET", "quick")
    folder = data.image_folder("cats_vs_dogs")
    assert sort_images.count_files(contents(folder)) == {
        "train": {"cats": 2, "dogs": 2},
        "validation": {"cats": 1, "dogs": 1},
    }
    assert "4 + 2 images" in capsys.readouterr().out
    assert image_folders.state("cats_vs_dogs", "offline") == "small"
    monkeypatch.setenv("COURSE_BUDGET", "full")
    full = contents(data.image_folder("cats_vs_dogs"))
    assert contents(folder).items() < full.items()
    assert image_folders.state("cats_vs_dogs", "offline") == "ready"


@pytest.mark.usefixtures("drawn_here")
def test_official_images_are_used_once_they_are_here(tiny_sets, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_SOURCE", "official")
    with pytest.raises(DataError, match="`python -m data_scripts get cats_vs_dogs`"):
        data.image_folder("cats_vs_dogs")
    run(capsys, "get", "cats_vs_dogs", "--from", write(tiny_sets["cats_vs_dogs"], tmp_path / "in"))
    monkeypatch.delenv("COURSE_SOURCE")
    assert contents(data.image_folder("cats_vs_dogs")) == tiny_sets["cats_vs_dogs"]
    assert capsys.readouterr().out == "cats_vs_dogs: official, 6 + 4 images\n"
    monkeypatch.setenv("COURSE_SOURCE", "offline")
    assert data.image_folder("cats_vs_dogs") != image_folders.folder("cats_vs_dogs", "official")


@pytest.mark.usefixtures("drawn_here")
def test_setup_draws_the_small_sets_and_the_doctor_is_content(tiny_sets, capsys):
    assert run(capsys, "setup")[0] == 0
    for name in NAMES:
        assert image_folders.state(name, "offline") == "small"
    assert [fix for what, _, fix in doctor.findings() if what.startswith("Data") and fix] == []
    assert run(capsys, "setup")[1].count("already here") == 4
    out = run(capsys, "status")[1]
    assert any(line.split()[:3] == ["cats_vs_dogs", "offline", "small"] for line in out.splitlines())
    assert run(capsys, "check", "cats_vs_dogs")[0] == 0


@pytest.mark.usefixtures("drawn_here")
def test_another_edition_of_the_studio_draws_anew(tiny_sets, monkeypatch):
    image_folders.prepare("cats_vs_dogs", "offline")
    folder = image_folders.folder("cats_vs_dogs", "offline")
    begun = folder.with_name(".cats_vs_dogs.drawing-of-old")
    begun.mkdir()
    monkeypatch.setattr(draw_sets, "studio_edition", lambda: "another")
    assert image_folders.state("cats_vs_dogs", "offline") == "absent"
    image_folders.prepare("cats_vs_dogs", "offline")
    assert image_folders.state("cats_vs_dogs", "offline") == "ready"
    assert manifest.read(folder).recipe == "another"
    assert not begun.exists()
    assert not list(folder.parent.glob(".*-old"))


@pytest.mark.usefixtures("drawn_here")
def test_an_image_that_lost_its_end_in_a_power_cut_is_drawn_again(tiny_sets):
    image_folders.prepare("cats_vs_dogs", "offline")
    folder = image_folders.folder("cats_vs_dogs", "offline")
    right = contents(folder)
    work = folder.rename(folder.with_name(f".cats_vs_dogs.drawing-{draw_sets.studio_edition()}"))
    os.truncate(work / "train/cats/cat.0.jpg", 100)
    image_folders.prepare("cats_vs_dogs", "offline")
    assert contents(folder) == right


@pytest.mark.usefixtures("drawn_here")
def test_a_shortened_image_is_never_loaded(tiny_sets):
    image_folders.prepare("cats_vs_dogs", "offline")
    folder = image_folders.folder("cats_vs_dogs", "offline")
    right = contents(folder)
    os.truncate(folder / "train/cats/cat.0.jpg", 100)
    assert image_folders.state("cats_vs_dogs", "offline") == "damaged"
    image_folders.prepare("cats_vs_dogs", "offline")
    assert contents(folder) == right


def test_a_worker_that_cannot_write_says_so_in_one_sentence(tiny_sets, capsys):
    folder = image_folders.folder("cats_vs_dogs", "offline")
    in_the_way = folder.with_name(f".cats_vs_dogs.drawing-{draw_sets.studio_edition()}") / "train/cats/cat.0.jpg"
    in_the_way.mkdir(parents=True)
    code, _, err = run(capsys, "get", "cats_vs_dogs", "--source", "offline")
    assert code == 1
    assert err.count("\n") == 1
    assert "Set COURSE_HOME to another folder" in err
    assert image_folders.state("cats_vs_dogs", "offline") == "absent"


def test_a_worker_that_dies_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(draw_sets, "ONE_THREAD", {"PYTHONHOME": str(tmp_path)})  # no Python starts with that
    with pytest.raises(DataError, match=r"Drawing stopped before 0.jpg. Call again"):
        draw_sets.draw_files([("0.jpg", "cat", 0, 0, 48)], tmp_path, "drawing")


@pytest.mark.usefixtures("drawn_here")
def test_fresh_images_are_in_no_set(tmp_path, capsys):
    code, out, _ = run(capsys, "draw", "--class", "cat", "--count", "3", "--size", "48", "--to", tmp_path / "new")
    assert code == 0
    assert "cat.200000.jpg to cat.200002.jpg" in out
    made = sorted((tmp_path / "new").iterdir())
    assert [path.read_bytes() for path in made] == [render.jpeg("cat", 0, 200_000 + i, 48) for i in range(3)]
    numbers = {job[3] for one in image_sets.SETS.values() for job in draw_sets._jobs(one, one.counts)}
    assert max(numbers) < 200_000


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("--count 0", "The count is 0; it can be from 1 to 100,000."),
        ("--count -3", "The count is -3; it can be from 1 to 100,000."),
        ("--count 1000000000", "The count is 1,000,000,000; it can be from 1 to 100,000."),
        ("--seed -5", "The seed is -5; it can be from 0 to 4,294,967,295."),
        (f"--seed {10**30}", "it can be from 0 to 4,294,967,295."),
        ("--size 0", "The size is 0; it can be from 32 to 2,000."),
        ("--size -1", "The size is -1; it can be from 32 to 2,000."),
        ("--size 100000", "The size is 100,000; it can be from 32 to 2,000."),
    ],
)
def test_numbers_that_make_no_sense_are_refused_before_anything_is_made(words, sentence, tmp_path, capsys):
    code, out, err = run(capsys, "draw", "--class", "cat", "--to", tmp_path / "new", *words.split())
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert sentence in err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("kind", ["a folder with a file", "a file", "in a file", "a link to nowhere", "read only"])
def test_a_target_that_cannot_be_is_refused_before_anything_is_drawn(kind, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(draw_sets, "_worker", lambda *_: pytest.fail("it draws"))
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "loop")
    (tmp_path / "loop").symlink_to(tmp_path / "nowhere")
    place, sentence = {
        "a folder with a file": ("full", "has files in it already. Name a new folder, or an empty one."),
        "a file": ("full/mine.txt", "failed: File exists. Name another folder"),
        "in a file": ("full/mine.txt/new", "failed: Not a directory. Name another folder"),
        "a link to nowhere": ("nowhere", "Name another folder"),
        "read only": ("/proc/new", "Name "),
    }[kind]
    code, out, err = run(capsys, "draw", "--class", "cat", "--to", tmp_path / place)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert sentence in err
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("drawn_here")
def test_drawing_that_is_interrupted_leaves_nothing_and_can_be_called_again(tmp_path, capsys, monkeypatch):
    drawn = draw_sets.draw_files

    def interrupted(jobs, folder, doing):
        drawn(jobs[:1], folder, doing)
        (folder / ".cat.200001.jpg.4711").touch()  # of a worker that was ended while it wrote
        raise KeyboardInterrupt

    monkeypatch.setenv("HOME", str(tmp_path))
    words = ["draw", "--class", "cat", "--count", 2, "--size", 48, "--to", "~/new"]
    monkeypatch.setattr(draw_sets, "draw_files", interrupted)
    assert run(capsys, *words)[0] == 130
    assert list((tmp_path / "new").iterdir()) == []
    monkeypatch.setattr(draw_sets, "draw_files", drawn)
    assert run(capsys, *words)[0] == 0
    assert len(list((tmp_path / "new").iterdir())) == 2


def test_a_folder_of_your_own_is_sent_to_the_reader(tmp_path):
    for path in (tmp_path, str(tmp_path)):
        with pytest.raises(DataError, match="folder of your own is for ImageFolderReader"):
            data.image_folder(path)
