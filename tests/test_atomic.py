"""Killed, out of room, unwritable, or twice at once: files and folders are whole or not there."""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from data_scripts import atomic
from data_scripts.errors import DataError
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

in_child(prepare)
if not replaces:
    shutil.rmtree(target)
last = in_child(prepare)
assert last > 200 and state() == "whole"
killed = 0
for i in range(60):
    if replaces and state() == "absent":
        in_child(prepare)
    if not replaces and state() == "whole":
        shutil.rmtree(target)
    moment = 1 + i * last // 45 if i < 45 else last + 45 - i  # also each of the last calls
    killed += in_child(prepare, at=moment) is None  # a run may take a few calls less than the one that was counted
    assert state() in ("whole", "absent"), f"{state()} after {moment} of {last} calls"
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


def test_a_folder_that_cannot_be_written_to(capsys, monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("COURSE_HOME", folder)
        os.chmod(folder, 0o555)
        is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        try:
            if is_root:
                os.seteuid(65534)
            code, _, err = run(capsys, "setup")
        finally:
            if is_root:
                os.seteuid(0)
            os.chmod(folder, 0o755)
    assert code == 1
    assert "cannot be written to. Set COURSE_HOME" in err
    assert err.count("\n") == 1


def test_a_home_that_is_a_file(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    code, _, err = run(capsys, "setup")
    assert code == 1
    assert "Set COURSE_HOME to another folder" in err
    assert err.count("\n") == 1
