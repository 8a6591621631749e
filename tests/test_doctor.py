"""The doctor gives every fault its fix, and breaks at none."""

import subprocess
import sys
from collections import namedtuple

import pytest

from helpers import doctor
from tests.conftest import ROOT


def fixes(what: str) -> dict[str, str]:
    """What the doctor says of one thing, with the fix."""
    return {state: fix for name, state, fix in doctor.findings() if name == what}


def test_all_is_well_in_the_courses_own_environment(course_home):
    done = subprocess.run(
        [sys.executable, "-m", "helpers.doctor"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    assert done.stdout.rstrip().endswith("All is well.")


@pytest.fixture
def versions(monkeypatch):
    """Versions of packages that the test makes up; None is a missing one."""
    made_up = {}
    real = doctor.importlib.metadata.version

    def version(name):
        if name in made_up and made_up[name] is None:
            raise doctor.importlib.metadata.PackageNotFoundError(name)
        return made_up.get(name) or real(name)

    monkeypatch.setattr(doctor.importlib.metadata, "version", version)
    return made_up


def test_a_missing_package_and_one_that_is_too_new_are_named_with_their_fixes(versions):
    versions.update(pillow=None, scipy="2.0.1")
    assert "pip install" in fixes("pillow")["missing"]
    assert "<2" in fixes("scipy")["2.0.1"]


def test_two_tensorflows_are_a_fault(versions):
    versions.update({"tensorflow": "2.21.0", "tensorflow-cpu": "2.21.0"})
    [(state, fix)] = fixes("TensorFlow").items()
    assert "more than once" in state
    assert "pip uninstall -y tensorflow tensorflow-cpu" in fix


def test_a_missing_tensorflow_is_a_fault_and_the_others_go_on(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    [(state, fix)] = fixes("tensorflow").items()
    assert "TensorFlow is not installed here" in state
    assert fix
    assert fixes("Disk")


def test_a_full_disk_and_a_folder_that_cannot_be_written_are_faults(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: usage(10**12, 10**12, 10**8))
    monkeypatch.setattr(doctor.os, "access", lambda folder, mode: False)
    assert "COURSE_HOME" in fixes("Disk")["0 GB free"]
    assert all("COURSE_HOME" in fix for fix in fixes("Folder for data and models").values())


def test_data_that_are_not_here_are_a_fault_with_the_command_that_gets_them(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    [(state, fix)] = fixes("Data cats_vs_dogs").items()
    assert "absent" in state
    assert "python -m data_scripts get cats_vs_dogs" in fix


def test_a_source_that_does_not_exist_is_no_reason_to_install_again(monkeypatch):
    monkeypatch.setenv("COURSE_SOURCE", "offical")
    [(state, fix)] = fixes("Data mnist").items()
    assert "offline, official or auto" in state
    assert "unset COURSE_SOURCE" in fix


def test_a_missing_opencv_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    [(state, fix)] = fixes("OpenCV").items()
    assert state.startswith("missing")
    assert "pip install opencv" in fix


@pytest.mark.parametrize(("fix", "ends"), [("", "All is well."), ("turn it off and on", "1 thing to fix.")])
def test_a_lesson_can_ask_the_doctor(monkeypatch, capsys, fix, ends):
    monkeypatch.setattr(doctor, "findings", lambda: [("Clock", "ticks", fix)])
    assert doctor.examine() is (not fix)
    printed = capsys.readouterr().out
    assert printed.rstrip().endswith(ends)
    assert fix in printed
