"""The set-up cell's call: quiet, and clear about what is missing."""

import os
import subprocess
import sys

import keras
import pytest

import helpers
from tests.conftest import ROOT


def _run(code):
    command = [sys.executable, "-c", code]
    environment = os.environ.copy()
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)  # the tests set it; a learner's kernel does not
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def test_start_says_what_it_runs_on_and_writes_nothing_to_stderr(course_home):
    code = "import helpers; helpers.start('01'); import tensorflow as tf; print(float(tf.reduce_sum(tf.ones((2, 2)))))"
    done = _run(code)
    assert done.returncode == 0
    assert done.stderr == ""
    assert "lesson 01" in done.stdout
    assert "Keras 3" in done.stdout
    assert "Budget: quick" in done.stdout
    assert "Lesson 01: 0 of 4 exercises done" in done.stdout


def test_importing_helpers_loads_nothing_heavy():
    done = _run("import sys, helpers; print([m for m in ('tensorflow', 'keras', 'numpy') if m in sys.modules])")
    assert done.stdout.strip() == "[]"


def test_the_full_budget_is_not_announced(course_home, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_BUDGET", "full")
    helpers.start("01")
    said = capsys.readouterr().out
    assert "lesson 01" in said
    assert "Budget" not in said


@pytest.mark.parametrize("is_graded", [True, False])
def test_the_set_up_cell_shortens_only_what_is_graded(monkeypatch, capsys, course_home, is_graded):
    monkeypatch.setattr(keras.Model, "fit", keras.Model.fit)
    if is_graded:
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    helpers.start("10")
    assert getattr(keras.Model.fit, "takes_one_batch", False) is is_graded
    assert ("Graded by nbgrader" in capsys.readouterr().out) is is_graded
