"""Storing lessons: the meter sees what a process below this one takes, and in which cell; progress is left out."""

import json
import subprocess
import sys

import nbformat

from tests.conftest import ROOT
from tools import lesson_costs, notebooks
from tools.lesson_costs import Meter

TAKES = (
    "import time; block = b'x' * (400 << 20); end = time.process_time() + 0.6\nwhile time.process_time() < end: pass"
)
# In a process of its own: a browser and a server that other tests share are children of this one.
METERED = f"""
import json, subprocess, sys
from tools.lesson_costs import Meter

meter = Meter()
with meter.running():
    meter.cell({{"id": "small"}})
    subprocess.run([sys.executable, "-c", "import time; time.sleep(0.4)"], check=True)
    meter.cell({{"id": "large"}})
    subprocess.run([sys.executable, "-c", {TAKES!r}], check=True)
print(json.dumps([meter.peaks, meter.cpu, meter.seconds, str(meter)]))
"""


def test_memory_and_processor_time_belong_to_the_cell_that_ran():
    done = subprocess.run([sys.executable, "-c", METERED], cwd=ROOT, capture_output=True, text=True, check=True)
    peaks, cpu, seconds, text = json.loads(done.stdout)
    assert 0 < peaks["small"] < 0.2
    assert 0.4 < peaks["large"] < 0.6
    assert 0.5 < cpu < 10
    assert seconds > 1
    assert text.endswith("GB (in cell large)")


def test_a_run_too_short_to_look_at_says_its_time():
    assert str(Meter()) == "0 s"


def test_what_the_first_run_only_prints_is_not_stored():
    drawing = "cats_vs_dogs: rendering 3,000 images, once … 10 % 20 % 100 %\nrendering 500 of cat … 50 % 100 %\nrendering 90 of dog …\n"
    cells = [
        nbformat.v4.new_code_cell("", outputs=[nbformat.v4.new_output("stream", text=drawing + one)])
        for one in ("", "Found 3\n")
    ]
    done = notebooks.tidy(nbformat.v4.new_notebook(cells=cells))
    assert done.cells[0].outputs == []
    assert done.cells[1].outputs[0].text == "Found 3\n"


def test_a_lesson_that_takes_too_much_memory_is_not_stored(tmp_path, monkeypatch, capsys):
    path = tmp_path / "11_large.ipynb"
    cells = [nbformat.v4.new_code_cell("import time; time.sleep(0.5); print('done')")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    costs = tmp_path / "costs.json"
    costs.write_text('{"12": {"seconds": 1, "cpu": 1, "gb": 0.1}}')
    monkeypatch.setattr(lesson_costs, "COSTS", costs)
    monkeypatch.setattr(notebooks, "MOST_GB", 0.01)
    assert not notebooks.store(path, tmp_path)
    assert "GB of memory; 0.01 is the most" in capsys.readouterr().out
    assert not notebooks.read(path).cells[0].outputs
    assert list(lesson_costs.load()) == ["12"]
    monkeypatch.setattr(notebooks, "MOST_GB", 2.0)
    assert notebooks.store(path, tmp_path)
    assert notebooks.read(path).cells[0].outputs[0].text == "done\n"
    assert list(lesson_costs.load()) == ["11", "12"]
    assert 0 < lesson_costs.load()["11"]["gb"] < 2
    rows = lesson_costs.table(["05", "11", "12"]).splitlines()
    assert rows[-1] == "| 12 | 1 | 1 | 0.1 |"
    assert "| 05 | not measured since it was rewritten | | |" in rows
