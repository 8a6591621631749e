"""The doctor names each fault with its mend, and breaks at none."""

import subprocess
import sys
from collections import namedtuple

import pytest

from helpers import doctor
from tests.conftest import ROOT


def _about(what):
    return [one for one in doctor.findings() if one.what == what]


def test_all_is_well_in_the_courses_own_environment(course_home):
    done = subprocess.run(
        [sys.executable, "-m", "helpers.doctor"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    assert done.stdout.rstrip().endswith("All is well.")


def test_a_missing_package_is_named_with_its_mend(monkeypatch):
    real = doctor._version
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "pillow" else real(name))
    (found,) = _about("pillow")
    assert found.says == "missing" and "pip install pillow" in found.mend


def test_a_scipy_that_is_too_new_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda name: "2.0.1" if name == "scipy" else "1.0")
    (found,) = doctor._scipy()
    assert "scipy<2" in found.mend


def test_two_tensorflows_are_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "_version", lambda name: "2.21.0" if name in ("tensorflow", "tensorflow-cpu") else None)
    (found,) = doctor._tensorflow()
    assert "installed twice" in found.says and "pip uninstall" in found.mend


def test_a_full_disk_is_a_fault(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: usage(10**12, 10**12, 10**8))
    (found,) = _about("Disk")
    assert "COURSE_HOME" in found.mend


def test_a_folder_that_cannot_be_written_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor.os, "access", lambda folder, mode: False)
    (found,) = doctor._writable()
    assert "COURSE_HOME" in found.mend


def test_data_that_are_not_here_are_a_fault_with_the_command_that_gets_them(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    for found in doctor._data():
        assert "absent" in found.says and "python -m data_scripts get" in found.mend


def test_a_source_that_does_not_exist_is_no_reason_to_install_anew(monkeypatch):
    monkeypatch.setenv("COURSE_SOURCE", "offical")
    for found in doctor._data():
        assert "offline, official or auto" in found.says and "unset COURSE_SOURCE" in found.mend


def test_a_missing_opencv_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda name: None)
    (found,) = doctor._opencv()
    assert found.says.startswith("missing") and "pip install opencv" in found.mend


def test_a_look_that_breaks_is_a_fault_of_its_own_and_the_others_go_on(monkeypatch):
    def broken():
        raise RuntimeError("torn")
        yield

    monkeypatch.setattr(doctor, "_scipy", broken)
    found = list(doctor.findings())
    assert any("RuntimeError: torn" in one.says and one.mend for one in found)
    assert found[-1].what.startswith("Data")


@pytest.mark.parametrize(("mend", "ends"), [("", "All is well."), ("turn it off and on", "1 thing to mend.")])
def test_a_lesson_can_ask_the_doctor(monkeypatch, capsys, mend, ends):
    monkeypatch.setattr(doctor, "findings", lambda: [doctor.Finding("Clock", "ticks", mend)])
    assert doctor.examine() is (not mend)
    printed = capsys.readouterr().out
    assert printed.rstrip().endswith(ends) and mend in printed
