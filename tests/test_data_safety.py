"""Killed, out of room, unwritable, or twice at once: prepared data are whole or not there."""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from data_scripts import atomic, mnist, tfds_folder
from tests import tiny_digits
from tests.tiny_digits import run, same

pytest_plugins = "tests.tiny_digits"
pytestmark = pytest.mark.usefixtures("own_home")

ROOT = Path(__file__).parents[1]

KILLER = """
import shutil, sys
from pathlib import Path
from tests import tiny_digits
from tests.killing import in_child
from data_scripts import mnist

tmp, again = Path(sys.argv[1]), sys.argv[2] == "again"
splits = tiny_digits.install(tmp)
home = tmp / "home" / "data" / "official"

def prepare():
    mnist.prepare("mnist", "official", tmp / "published", again=again)

def is_right():
    found = mnist.arrays("mnist", "official")
    return all((found[s][i] == splits[s][i]).all() for s in splits for i in (0, 1))

def remove():
    shutil.rmtree(home / "mnist")

in_child(prepare)
if not again:
    remove()
last = in_child(prepare)
assert last > 1000 and is_right()
killed = 0
moments = [1 + i * last // 25 for i in range(25)] + [last - i for i in range(15)]  # also each of the last calls
for moment in moments:
    ready = mnist.state("mnist", "official") == "ready"
    if ready and not again:
        remove()
    if again and not ready:
        in_child(prepare)
    killed += in_child(prepare, at=moment) is None  # a run may take a few calls less than the one that was counted
    state = mnist.state("mnist", "official")
    assert state == "absent" or (state == "ready" and is_right()), state
assert in_child(prepare) and is_right()
assert sorted(p.name for p in home.iterdir()) == [".mnist.lock", "mnist"], "something was left behind"
assert killed > 34, f"only {killed} were killed"
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("mode", ["new", "again"])
def test_killed_at_any_moment_it_is_whole_or_absent_and_the_next_call_goes_on(mode, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", KILLER, tmp_path, mode],
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_without_locks_the_slower_process_does_no_harm(tiny, monkeypatch, own_home):
    monkeypatch.setattr(atomic, "_lock", lambda file, name: False)
    write = tfds_folder.write

    def overtaken(*arguments):
        monkeypatch.setattr(tfds_folder, "write", write)
        mnist.prepare("mnist", "offline")  # another process comes and goes in the meantime
        write(*arguments)

    monkeypatch.setattr(tfds_folder, "write", overtaken)
    mnist.prepare("mnist", "offline")
    mnist.check("mnist", "offline")
    assert sorted(path.name for path in (own_home / "data/offline").iterdir()) == [".mnist.lock", "mnist"]


@pytest.mark.parametrize("after", range(5))
def test_a_disk_that_fills_up_leaves_what_was_there(tiny, tmp_path, monkeypatch, capsys, own_home, after):
    mnist.prepare("mnist", "offline")
    before = mnist.arrays("mnist", "offline")
    framed, calls = tfds_folder._framed, []

    def full(examples):
        calls.append(0)
        if len(calls) > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return framed(examples)

    monkeypatch.setattr(tfds_folder, "_framed", full)
    code, _, err = run(capsys, "get", "mnist", "--source", "offline", "--again")
    assert code == 1 and err.startswith("The disk is full") and err.count("\n") == 1
    assert same(mnist.arrays("mnist", "offline"), before, tiny_digits.COUNTS["offline"])
    assert sorted(path.name for path in (own_home / "data/offline").iterdir()) == [".mnist.lock", "mnist"]


def test_control_c_leaves_nothing(tiny, monkeypatch, capsys, own_home):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(tfds_folder, "_framed", interrupted)
    code, _, err = run(capsys, "get", "mnist", "--source", "offline")
    assert code == 130 and "Call again" in err
    assert [path.name for path in (own_home / "data/offline").iterdir()] == [".mnist.lock"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_is_really_full(tmp_path):
    (tmp_path / "disk").mkdir()
    script = f"mount -t tmpfs -o size=3m none {tmp_path}/disk || exit 77; {sys.executable} -m data_scripts setup"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script + f"; code=$?; ls -A {tmp_path}/disk/data/offline; exit $code"],
        cwd=ROOT,
        env=os.environ | {"COURSE_HOME": f"{tmp_path}/disk"},
        capture_output=True,
        text=True,
    )
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("mounting is not allowed here")
    assert done.returncode == 1 and done.stdout.split() == [".mnist.lock"]
    assert done.stderr.startswith("The disk is full") and done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_written_to(capsys, monkeypatch):
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("COURSE_HOME", folder)
        os.chmod(folder, 0o555)
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        try:
            if root:
                os.seteuid(65534)
            code, _, err = run(capsys, "setup")
        finally:
            if root:
                os.seteuid(0)
            os.chmod(folder, 0o755)
    assert code == 1 and "cannot be written to. Set COURSE_HOME" in err and err.count("\n") == 1


def test_a_home_that_is_a_file(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    code, _, err = run(capsys, "setup")
    assert code == 1 and "Set COURSE_HOME to another folder" in err and err.count("\n") == 1
