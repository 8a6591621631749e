"""The learner's copy of the lessons is theirs: made once, added to, never overwritten."""

import errno
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from ipykernel.ipkernel import IPythonKernel
from jupyter_server.serverapp import ServerApp

from helpers import launch
from tests.conftest import ROOT
from tools import notebooks, shared_cells

needs_users = pytest.mark.skipif(not hasattr(os, "getuid"), reason="users have no numbers here")


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


def test_a_learner_from_before_there_was_lesson_00_gets_it_and_lab_opens_on_it(lessons, tmp_path):
    mine = tmp_path / "mine"
    launch.copy_lessons(mine)
    (mine / "01_first.ipynb").write_text("my own work")
    _publish(lessons / "00_start_here.ipynb", "contents.show()")
    assert launch.copy_lessons(mine)[0] == ["00_start_here.ipynb"]
    assert (mine / "01_first.ipynb").read_text() == "my own work"
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in launch.jupyter_command(mine)


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


@pytest.mark.parametrize("text", ["", "\0", "[1]", '[[1, "a"], ["b", "c"]]', "[" * 100_000, "null", None])
def test_a_damaged_record_of_editions_stops_nothing(lessons, tmp_path, text):
    mine = tmp_path / "mine"
    launch.copy_lessons(mine)
    record = mine / launch._RECORD
    record.unlink()
    os.mkfifo(record) if text is None else record.write_text(text)
    assert launch.copy_lessons(mine) == ([], [])
    launch.reset("1", mine)
    assert list(json.loads(record.read_text())) == ["01_first.ipynb"]


@pytest.mark.parametrize(
    "text", ["", "<<<<<<< HEAD\n{", "[]", "{}", "[" * 100_000, '{"cells": null}', '{"cells": [{}]}', "\xff"]
)
def test_a_published_lesson_that_is_damaged_is_named_and_the_others_are_copied(lessons, tmp_path, capsys, text):
    (lessons / "01_first.ipynb").write_bytes(text.encode("latin-1"))
    sentence = f"{lessons / '01_first.ipynb'} is damaged. Download the course again; your own lessons stay."
    assert launch.copy_lessons(tmp_path / "mine") == (["02_second.ipynb"], [])
    assert capsys.readouterr().out == f"{sentence}\n"
    (tmp_path / "mine/01_first.ipynb").write_text("my own work")
    with pytest.raises(ValueError, match="is damaged"):
        launch.reset("1", tmp_path / "mine")
    assert [path.read_text() for path in (tmp_path / "mine").glob("01*")] == ["my own work"]


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


@pytest.mark.parametrize("number", ["", " ", "7", "first", "../01", "01 02", "01_first", "²", "٣", "-1", "[0-9]", "\0"])
def test_fresh_asks_which_lesson_when_there_is_none_of_that_number(lessons, tmp_path, number):
    _publish(lessons / "00_start_here.ipynb", "contents.show()")
    with pytest.raises(ValueError, match="There are 00, 01, 02"):
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


@pytest.fixture
def server(monkeypatch, tmp_path):
    """Jupyter's server with the settings that `make lab`, hubs and images have, as it reads them."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(launch.SETTINGS))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "none"))
    server = ServerApp()
    server.load_config_file(suppress_errors=False)
    return server


def test_a_message_from_the_browser_may_be_larger_than_any_photograph(server):
    assert server.tornado_settings == {"websocket_max_message_size": 256 * 2**20}


def test_jupyterlab_sends_every_message_of_a_kernel_at_once(server, monkeypatch):
    from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
    from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

    kind = server.kernel_websocket_connection_class
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
    monkeypatch.setattr(launch, "CHECKOUT", tmp_path / "checkout")
    assert launch.course_folder() == tmp_path / "checkout" / "my_course"
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    assert launch.course_folder() == tmp_path.resolve() / "my_course"


# ---- a copy is as JupyterLab saves it ----


def test_a_copy_of_every_lesson_is_as_nbformat_writes_it_and_asks_nothing_of_colab(tmp_path):
    launch.copy_lessons(tmp_path)
    copies = sorted(tmp_path.glob("*.ipynb"))
    assert [path.name for path in copies] == [path.name for path in notebooks.lessons()]
    for path in copies:
        text = path.read_text(encoding="utf-8")
        notebook = nbformat.read(path, 4)
        nbformat.validate(notebook)
        assert nbformat.writes(notebook) == text.rstrip("\n")
        assert "colab-badge" not in text
        assert notebook.metadata.language_info == IPythonKernel.language_info
        source = shared_cells.title_cell(notebook).source
        published = shared_cells.title_cell(nbformat.read(ROOT / "notebooks" / path.name, 4)).source
        assert source == published, "without an address to publish from there is no badge to take out"


def test_a_copy_has_everything_of_the_published_lesson_but_its_badge(tmp_path, monkeypatch):
    notebook = nbformat.read(min((ROOT / "notebooks").glob("01_*.ipynb")), 4)
    title = shared_cells.title_cell(notebook)
    plain = title.source
    badge = "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/x)\n\n"
    title.source = plain.replace("\n\nAbo", f"\n\n{badge}Abo", 1)
    assert title.source != plain
    (tmp_path / "lessons").mkdir()
    nbformat.write(notebook, tmp_path / "lessons" / "01_a.ipynb")
    monkeypatch.setattr(launch, "LESSONS", tmp_path / "lessons")
    launch.copy_lessons(tmp_path / "copies")
    assert shared_cells.title_cell(nbformat.read(tmp_path / "copies" / "01_a.ipynb", 4)).source == plain


def test_an_image_made_by_repo2docker_gets_the_same_settings(tmp_path):
    prefix = tmp_path / "prefix"
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\necho {prefix}\n")
    python.chmod(0o755)
    environment = os.environ | {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([ROOT / "postBuild"], cwd=ROOT, env=environment, check=True)
    copied = {str(path.relative_to(prefix / "etc" / "jupyter")) for path in prefix.rglob("*.json")}
    assert copied == {str(path.relative_to(launch.SETTINGS)) for path in launch.SETTINGS.rglob("*.json")}
    assert len(copied) == 2


# ---- several users ----


@pytest.fixture
def user(tmp_path, monkeypatch):
    """Makes this process a user: of a hub, of a machine, or at home elsewhere."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "shared"))

    def become(name, **variables):
        home = tmp_path / name
        home.mkdir(exist_ok=True)
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("USERPROFILE", str(home))
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        return launch.course_folder()

    return become


def test_two_users_of_one_course_home_never_touch_each_others_lessons(lessons, tmp_path, user, capsys):
    first = user("ann")
    launch.copy_lessons(first)
    (first / "02_second.ipynb").write_text("Ann's work")
    second = user("bob")
    assert second == tmp_path / "bob" / "learning-to-see" / "my_course"
    assert launch.main(["fresh", "02"]) == 0
    assert _cell(second / "02_second.ipynb")["source"] == "2 + 2"
    assert (first / "02_second.ipynb").read_text() == "Ann's work"
    assert [path.name for path in first.glob("*kept*")] == []
    assert user("ann") == first == tmp_path / "shared" / "my_course"
    assert user("bob") == second


def test_users_of_a_hub_are_told_apart_although_number_and_home_are_the_same(user):
    first = user("jovyan", JUPYTERHUB_USER="ann")
    assert user("jovyan", JUPYTERHUB_USER="bob") != first
    assert user("jovyan", JUPYTERHUB_USER="ann") == first


@needs_users
def test_users_of_a_machine_are_told_apart(user, monkeypatch):
    first = user("home")
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert user("home") != first


@needs_users
@pytest.mark.parametrize("uid", [0, 54321])
def test_copies_from_before_an_owner_was_written_down_belong_to_who_has_the_files(
    lessons, tmp_path, user, monkeypatch, uid
):
    mine = tmp_path / "shared" / "my_course"
    launch.copy_lessons(mine)
    monkeypatch.setattr(os, "getuid", lambda: (mine / "01_first.ipynb").stat().st_uid + uid)
    assert (user("ann") == mine) == (uid == 0)


def test_a_folder_that_may_not_be_written_is_left_for_ones_own(tmp_path, user, monkeypatch):
    def refuse(self, *_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    own = user("ann")
    shutil.rmtree(own)
    mkdir = Path.mkdir
    monkeypatch.setattr(
        Path, "mkdir", lambda self, *a, **k: refuse(self) if "shared" in self.parts else mkdir(self, *a, **k)
    )
    assert user("ann") == tmp_path / "ann" / "learning-to-see" / "my_course"


def test_on_a_disk_without_links_the_first_user_is_written_down_too(user, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    first = user("ann")
    assert user("bob") != first
    assert user("ann") == first


@pytest.mark.parametrize("content", [b"", bytes(20)])
def test_an_owner_that_a_power_cut_has_emptied_is_who_has_the_files(lessons, user, content):
    mine = user("ann")
    launch.copy_lessons(mine)
    (mine / launch._OWNER).write_bytes(content)
    assert user("ann") == mine
    assert user("bob") != mine


def test_a_user_without_a_home_has_the_shared_folder_or_a_sentence(lessons, user, monkeypatch, capsys):
    mine = user("ann")
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.delenv(variable)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert launch.main(["fresh", "1"]) == 1
    assert capsys.readouterr().out.startswith("Your copy of the lessons could not be written (~ isn't a user's folder")
    (mine / launch._OWNER).unlink()
    assert launch.main(["fresh", "1"]) == 0


def test_of_two_who_come_at_the_same_time_one_gets_the_folder(tmp_path, user, monkeypatch):
    link = os.link

    def another_is_faster(draft, owner):
        owner.write_text("another")
        link(draft, owner)

    monkeypatch.setattr(os, "link", another_is_faster)
    assert user("ann") == tmp_path / "ann" / "learning-to-see" / "my_course"
    assert sorted(path.name for path in (tmp_path / "shared" / "my_course").iterdir()) == [".owner"]


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
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    started = []
    monkeypatch.setattr(os, "execve", lambda program, command, environment: started.append((program, environment)))
    launch.main(["open"])
    ((program, environment),) = started
    assert program == sys.executable
    assert (environment["JUPYTER_PREFER_ENV_PATH"], environment["TF_NUM_INTRAOP_THREADS"]) == ("1", "1")
    assert environment["MALLOC_ARENA_MAX"] == "1"


def test_jupyterlab_gets_the_settings_that_ship(lessons, course_home, monkeypatch):
    from jupyter_core import paths
    from jupyterlab_server import settings_utils

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(launch.data, "main", lambda words: 0)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/of/the/learner")
    started = []
    monkeypatch.setattr(os, "execve", lambda program, command, environment: started.append(environment))
    launch.main(["open"])
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", started[0]["JUPYTER_CONFIG_PATH"])
    assert "/of/the/learner" in paths.jupyter_config_path()
    overrides, error = settings_utils._get_overrides(str(course_home))
    assert error == ""
    assert overrides["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"
