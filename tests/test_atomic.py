"""Killed, out of room, unwritable, or twice at once: files and folders are whole or not there."""

import contextlib
import errno
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

import helpers
from data_scripts import atomic, paths
from data_scripts.errors import DataError
from helpers import doctor, launch
from tests.tiny_mnist import run

pytest_plugins = "tests.tiny_mnist"
pytestmark = pytest.mark.usefixtures("own_home")

ROOT = Path(__file__).parents[1]

KILLER = """
import shutil, sys
from pathlib import Path
from tests.killing import in_child
from data_scripts import atomic

home, replaces = Path(sys.argv[1]), sys.argv[2] == "again"
target = home / "set"

def prepare():
    with atomic.lock(target), atomic.atomic_folder(target) as new:
        for name in "abcd":
            atomic.write(new / name, name * 1000)

def state():
    if not target.exists():
        return "absent"
    return "whole" if [p.read_text() for p in sorted(target.iterdir())] == [n * 1000 for n in "abcd"] else "half"

prepare()  # here, so that caches are as warm as for all that follow
if not replaces:
    shutil.rmtree(target)
last = in_child(prepare)
assert last > 200 and state() == "whole"
killed = 0
for i in range(60):
    if not replaces and state() == "whole":
        shutil.rmtree(target)
    moment = 1 + i * last // 45 if i < 45 else last + 45 - i  # also each of the last calls
    killed += in_child(prepare, at=moment) is None  # a run may take a few calls less than the one that was counted
    if replaces:
        atomic.recover(target)
    assert state() == "whole" or not replaces and state() == "absent", f"{state()} after {moment} of {last} calls"
assert in_child(prepare) and state() == "whole"
assert sorted(p.name for p in home.iterdir()) == [".set.lock", "set"], "something was left behind"
assert killed > 45, f"only {killed} were killed"
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("mode", ["new", "again"])
def test_killed_at_any_moment_it_is_whole_or_absent_and_the_next_call_goes_on(mode, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", KILLER, tmp_path, mode],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_a_second_process_says_that_it_waits_and_goes_on_when_the_first_is_done(tmp_path):
    script = (
        "import sys; from pathlib import Path; from data_scripts import atomic\n"
        "with atomic.lock(Path(sys.argv[1])): print('inside', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, tmp_path / "set"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    with subprocess.Popen(command, **pipes) as first:
        assert first.stdout.readline() == "inside\n"
        with subprocess.Popen([command[0], "-u", *command[1:]], **pipes) as second:
            assert second.stdout.readline() == "set: another process is preparing it; waiting for that one.\n"
            first.communicate()
            assert second.communicate()[0] == "inside\n"


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EDQUOT, "The disk is full"),  # a quota
        (errno.EACCES, "cannot be written to. Name a folder of your own"),
        (errno.EIO, "Input/output error. Name another folder"),
    ],
)
def test_a_fault_while_writing_is_a_sentence_and_leaves_what_was_there(problem, sentence, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set/before").touch()

    def prepare():
        with atomic.lock(tmp_path / "set"), atomic.atomic_folder(tmp_path / "set") as new:
            (new / "half").touch()
            raise OSError(problem, os.strerror(problem))

    with pytest.raises(DataError, match=sentence):
        prepare()
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        ".set.lock",
        "set",
        "set/before",
    ]


@pytest.mark.parametrize("failing", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_what_was_there_is_back_when_its_successor_cannot_take_its_place(failing, tmp_path, monkeypatch):
    (tmp_path / "set").mkdir()
    (tmp_path / "set/before").touch()
    rename = os.rename

    def second_fails(source, target):
        if Path(source).name == "new":
            raise failing
        rename(source, target)

    monkeypatch.setattr(os, "rename", second_fails)
    with pytest.raises((DataError, KeyboardInterrupt)), atomic.atomic_folder(tmp_path / "set"):
        pass
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == ["set", "set/before"]


def test_control_c_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), atomic.atomic_folder(tmp_path / "set"):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_replaced_stays(tmp_path, monkeypatch):
    atomic.write(tmp_path / "new/file.txt", "grün")
    assert (tmp_path / "new/file.txt").read_bytes() == "grün".encode()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DataError, match="The disk is full"):
        atomic.write(tmp_path / "new/file.txt", "blue")
    assert [path.read_text("utf-8") for path in (tmp_path / "new").iterdir()] == ["grün"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_is_really_full(tmp_path):
    (tmp_path / "disk").mkdir()
    script = f"mount -t tmpfs -o size=300k none {tmp_path}/disk || exit 77; {sys.executable} -m data_scripts setup"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        cwd=ROOT,
        env=os.environ | {"COURSE_HOME": f"{tmp_path}/disk"},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("mounting is not allowed here")
    assert done.returncode == 1
    assert done.stderr.startswith("The disk is full")
    assert done.stderr.count("\n") == 1


@contextlib.contextmanager
def without_roots_rights():
    """In the block root is nobody, for whom a closed folder is closed."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_folder_that_cannot_be_written_to(capsys, monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("COURSE_HOME", folder)
        os.chmod(folder, 0o555)
        with without_roots_rights():
            code, _, err = run(capsys, "setup")
        os.chmod(folder, 0o755)
    assert code == 1
    assert "cannot be written to. Set COURSE_HOME" in err
    assert err.count("\n") == 1


# --- where things are kept -----------------------------------------------------------------------------------


def bad_homes(folder: Path) -> dict[str, tuple[str, str]]:
    """Return what COURSE_HOME is set to, and a part of the sentence."""
    (folder / "file").touch()
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "dangling").symlink_to(folder / "nowhere")
    return {
        "a file": (f"{folder}/file", "that is a file"),
        "in a file": (f"{folder}/file/inside", "Not a directory"),
        "a loop of links": (f"{folder}/loop", "Too many levels of symbolic links"),
        "in a loop of links": (f"{folder}/loop/inside", "Too many levels of symbolic links"),
        "a link to nowhere": (f"{folder}/dangling", "that is a link to"),
        "in a link to nowhere": (f"{folder}/dangling/inside", "dangling is a link to"),
        "too long": (f"{folder}/{'x' * 300}", "File name too long"),
        "too long altogether": (f"{folder}/{'x/' * 5000}", "File name too long"),
        "no such user": ("~nosuch/course", "~nosuch isn't a user's folder"),
        "relative": ("course", "begins wherever"),
        "a space": (" ", "begins wherever"),
        "a line break": (f"{folder}/a\nb", "has a line break in it"),
        "not UTF-8": (f"{folder}/a\udcffb", "another character that can't be printed"),
    }


@pytest.mark.parametrize("kind", bad_homes(Path(tempfile.mkdtemp())))
def test_a_home_that_cannot_be_is_one_sentence_everywhere_and_nothing_is_made(kind, capsys, monkeypatch, tmp_path):
    value, reason = bad_homes(tmp_path)[kind]
    monkeypatch.setenv("COURSE_HOME", value)
    before = sorted(tmp_path.rglob("*"))
    for command in ("setup", "status", "check mnist", "get cats_vs_dogs", "clean cats_vs_dogs"):
        code, out, err = run(capsys, *command.split())
        assert (code, out, err.count("\n")) == (1, "", 1), command
        assert err.startswith(f"COURSE_HOME is {value!r}: ")
        assert reason in err
        assert "Set COURSE_HOME to the full path of a folder of your own" in err
    for action in (["open"], ["fresh", "01"]):
        assert launch.main(action) == 1
        assert capsys.readouterr() == ("", err)
    with pytest.raises(DataError) as caught:
        helpers.start("01")
    assert f"{caught.value}\n" == err
    (fault,) = [text for _, text, fix in doctor.findings() if fix]
    assert f"{fault}\n" == err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs rights as Unix has them")
@pytest.mark.parametrize("inside", ["", "inside"])
def test_a_home_that_is_closed_is_one_sentence(inside, capsys, monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("COURSE_HOME", os.path.join(folder, inside))
        os.chmod(folder, 0o600)
        with without_roots_rights():
            code, _, err = run(capsys, "status")
    assert (code, err.count("\n")) == (1, 1)
    assert "Permission denied. Set COURSE_HOME" in err


def test_an_unset_or_empty_home_is_the_checkouts_and_a_tilde_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_HOME", "")
    assert paths.home() == ROOT / "var"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_HOME", "~/course")
    assert paths.home() == tmp_path / "course"


# --- whoever reads what is printed ---------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["data_scripts status", "helpers.doctor", "tools.repository"])
def test_a_reader_that_leaves_early_sees_no_traceback(module, tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", *module.split()],
        cwd=ROOT,
        env=os.environ | {"COURSE_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdout.close()  # before anything is printed
        assert process.stderr.read() == ""
        assert process.wait() == 141


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize("module", ["data_scripts status", "helpers.launch fresh 99", "tools.repository"])
def test_a_full_disk_below_what_is_printed_is_one_sentence(module, tmp_path):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", *module.split()],
            cwd=ROOT,
            env=os.environ | {"COURSE_HOME": str(tmp_path)},
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (done.returncode, done.stderr) == (1, "The system refused: No space left on device.\n")


@pytest.mark.parametrize("name", ["mnist", "cats_vs_dogs"])
def test_without_a_place_for_temporary_files_a_zip_gets_a_sentence(name, tmp_path, capsys, monkeypatch):
    def refuse():
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("inner.zip", b"")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "gettempdir", refuse)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_get_default_tempdir", refuse)
    assert run(capsys, "get", name, "--from", tmp_path / "in.zip") == (
        1,
        "",
        "The system refused: No usable temporary directory found.\n",
    )


def test_a_terminal_without_the_courses_letters_gets_others(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "data_scripts", "status"],
        cwd=ROOT,
        env=os.environ | {"COURSE_HOME": str(tmp_path), "PYTHONIOENCODING": "ascii"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u2190 lessons use this" in done.stdout
