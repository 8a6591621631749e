"""The set-up cell's call: quiet, and clear about what is missing."""

import logging
import os
import subprocess
import sys

import pytest

from helpers import tensorflow_import
from tests.conftest import ROOT


def _run(code, **environment):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=120)


def test_start_says_what_it_runs_on_and_writes_nothing_to_stderr(course_home):
    code = "import helpers; helpers.start('01'); import tensorflow as tf; print(float(tf.reduce_sum(tf.ones((2, 2)))))"
    done = _run(code)
    assert done.returncode == 0 and done.stderr == ""
    assert "lesson 01" in done.stdout and "Keras 3" in done.stdout
    assert "Budget: quick" in done.stdout
    assert "Lesson 01: 0 of 4 exercises done" in done.stdout


def test_the_full_budget_is_not_announced(course_home):
    assert "Budget" not in _run("import helpers; helpers.start('01')", COURSE_BUDGET="full").stdout


def test_without_tensorflow_the_mend_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(ImportError, match="TensorFlow is not installed here.*make setup"):
        tensorflow_import.tensorflow()


def test_importing_helpers_loads_nothing_heavy():
    done = _run("import sys, helpers; print([m for m in ('tensorflow', 'keras', 'numpy') if m in sys.modules])")
    assert done.stdout.strip() == "[]"


def test_what_c_code_writes_is_dropped_inside_the_block_only(capfd):
    os.write(2, b"before ")
    with tensorflow_import.silent_stderr():
        os.write(2, b"inside ")
    os.write(2, b"after")
    assert capfd.readouterr().err == "before after"


def test_only_the_sentence_about_retracing_is_kept_from_the_log():
    logger = tensorflow_import.tensorflow().get_logger()
    assert not logger.filter(_record("5 out of the last 5 calls triggered tf.function retracing"))
    assert logger.filter(_record("something else is wrong"))


def _record(message):
    return logging.LogRecord("tensorflow", logging.WARNING, "", 0, message, None, None)
