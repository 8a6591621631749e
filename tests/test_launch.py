"""The learner's copy of the lessons is theirs: made once, added to, never overwritten."""

import errno
import json
import os
import stat
import subprocess
import sys

import pytest
from traitlets.utils.importstring import import_item

from helpers import launch
from tests.conftest import ROOT


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    monkeypatch.setattr(launch, "LESSONS", folder)
    _publish(folder / "01_first.ipynb", "1 + 1")
    _publish(folder / "02_second.ipynb", "2 + 2")
    return folder


def _publish(path, source):
    output = {"output_type": "stream", "name": "stdout", "text": "old"}
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": source, "outputs": [output], "execution_count": 3}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def _cell(path):
    return json.loads(path.read_text())["cells"][0]


def test_every_lesson_is_copied_without_its_outputs(lessons, tmp_path):
    added, changed = launch.copy_lessons(tmp_path / "mine")
    assert (added, changed) == (["01_first.ipynb", "02_second.ipynb"], [])
    cell = _cell(tmp_path / "mine" / "01_first.ipynb")
    assert (cell["source"], cell["outputs"], cell["execution_count"]) == ("1 + 1", [], None)


def test_what_the_learner_wrote_is_never_overwritten_and_new_lessons_are_added(lessons, tmp_path):
    mine = tmp_path / "mine"
    launch.copy_lessons(mine)
    (mine / "01_first.ipynb").write_text("my own work")
    _publish(lessons / "01_first.ipynb", "1 + 1 + 1")
    _publish(lessons / "03_third.ipynb", "3 + 3")
    added, changed = launch.copy_lessons(mine)
    assert (added, changed) == (["03_third.ipynb"], ["01_first.ipynb"])
    assert (mine / "01_first.ipynb").read_text() == "my own work"


def test_fresh_sets_a_lesson_back_and_keeps_the_old_file_each_time(lessons, tmp_path):
    mine = tmp_path / "mine"
    launch.copy_lessons(mine)
    for work in ("first try", "second try"):
        (mine / "02_second.ipynb").write_text(work)
        target, kept = launch.reset("2", mine)
        assert _cell(target)["source"] == "2 + 2"
        assert kept.read_text() == work
    assert len(list(mine.glob("02_second-kept-*.ipynb"))) == 2


@pytest.mark.parametrize("step", [1, 2, 3], ids=["the learner's file is kept", "the lesson", "the record"])
def test_when_the_disk_is_full_fresh_has_moved_nothing(lessons, tmp_path, monkeypatch, capsys, step):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    mine = launch.course_folder()
    launch.copy_lessons(mine)
    (mine / "02_second.ipynb").write_text("my own work")
    before = {path.name: path.read_bytes() for path in mine.iterdir()}
    replace, calls = os.replace, []

    def replace_until_full(*arguments):
        calls.append(arguments)
        if len(calls) == step:
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(*arguments)

    monkeypatch.setattr(os, "replace", replace_until_full)
    assert launch.main(["fresh", "02"]) == 1
    assert {path.name: path.read_bytes() for path in mine.iterdir()} == before
    printed = capsys.readouterr().out
    assert "No space left on device" in printed
    assert "Your own files are as they were" in printed


def test_after_fresh_a_newer_edition_is_no_longer_announced(lessons, tmp_path):
    mine = tmp_path / "mine"
    launch.copy_lessons(mine)
    _publish(lessons / "01_first.ipynb", "changed")
    launch.reset("01", mine)
    assert launch.copy_lessons(mine) == ([], [])


def test_without_lessons_there_is_nothing_to_open(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(launch, "LESSONS", tmp_path)
    monkeypatch.setattr(launch.data, "main", lambda words: 0)
    assert launch.main(["open"]) == 1
    assert capsys.readouterr().out == f"There are no lessons in {tmp_path}. Download the course again.\n"


@pytest.mark.parametrize("number", ["", "7", "first", "../01"])
def test_fresh_asks_which_lesson_when_there_is_none_of_that_number(lessons, tmp_path, number):
    with pytest.raises(ValueError, match="There are 01, 02"):
        launch.reset(number, tmp_path / "mine")


def test_jupyterlab_opens_on_the_first_lesson_with_its_token_on_and_asks_nothing_of_the_network(lessons, tmp_path):
    launch.copy_lessons(tmp_path / "mine")
    (tmp_path / "mine" / "01_first-Copy1.ipynb").write_text("a copy made in JupyterLab")
    launch.reset("01", tmp_path / "mine")  # keeps the old file next to it
    command = launch.jupyter_command(tmp_path / "mine")
    assert "--LabApp.default_url=/lab/tree/01_first.ipynb" in command
    assert not any("token" in option for option in command)
    assert "--LabApp.news_url=None" in command
    assert "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate" in command


def test_jupyterlab_sends_every_message_of_a_kernel_at_once(lessons, tmp_path, monkeypatch):
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    launch.copy_lessons(tmp_path / "mine")
    option = next(word for word in launch.jupyter_command(tmp_path / "mine") if "websocket_connection_class" in word)
    kind = import_item(option.partition("=")[2])
    connection = kind.__new__(kind)  # without the kernel that it would need
    done = []
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: done.append("connect"))
    connection.websocket_handler = KernelWebsocketHandler.__new__(KernelWebsocketHandler)
    monkeypatch.setattr(KernelWebsocketHandler, "set_nodelay", lambda self, on: done.append(("no delay", on)))
    connection.connect()
    assert done == [("no delay", True), "connect"]


def test_without_a_display_no_browser_is_started(lessons, tmp_path, monkeypatch):
    launch.copy_lessons(tmp_path / "mine")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert "--no-browser" in launch.jupyter_command(tmp_path / "mine")
    monkeypatch.setenv("DISPLAY", ":0")
    assert "--no-browser" not in launch.jupyter_command(tmp_path / "mine")


def test_as_root_jupyterlab_is_told_so(lessons, tmp_path, monkeypatch):
    launch.copy_lessons(tmp_path / "mine")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    assert "--allow-root" in launch.jupyter_command(tmp_path / "mine")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    assert "--allow-root" not in launch.jupyter_command(tmp_path / "mine")


def test_the_copies_follow_course_home(tmp_path, monkeypatch):
    assert launch.course_folder() == ROOT / "my_course"
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    assert launch.course_folder() == tmp_path.resolve() / "my_course"


def test_a_folder_that_cannot_be_written_gets_a_sentence(course_home):
    (course_home / "my_course").write_text("a file in the way")
    command = [sys.executable, "-m", "helpers.launch", "open"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "could not be written" in done.stdout
    assert "COURSE_HOME" in done.stdout
    assert "Traceback" not in done.stderr


def test_copies_can_be_written_although_the_lessons_are_read_only(lessons, tmp_path):
    for lesson in lessons.iterdir():
        lesson.chmod(stat.S_IREAD)
    launch.copy_lessons(tmp_path / "mine")
    assert os.access(tmp_path / "mine" / "01_first.ipynb", os.W_OK)


def test_jupyterlab_starts_with_this_python_and_what_is_set_already_stays(lessons, course_home, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(launch.data, "main", lambda words: 0)
    monkeypatch.delenv("JUPYTER_PREFER_ENV_PATH", raising=False)
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    started = []
    monkeypatch.setattr(os, "execve", lambda program, command, environment: started.append((program, environment)))
    launch.main(["open"])
    ((program, environment),) = started
    assert program == sys.executable
    assert (environment["JUPYTER_PREFER_ENV_PATH"], environment["TF_NUM_INTRAOP_THREADS"]) == ("1", "1")
