"""Every lesson runs as its reader runs it: with blank exercises (by nbval) and with the solutions filled in (by nbclient)."""

import json
import re
import subprocess
import sys

import pytest

from helpers import exercises
from helpers.exercises import core
from tests.conftest import ROOT
from tools import notebooks

LESSONS = notebooks.lessons()
by_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
NOT_COMPARED = "def pytest_collectstart(collector):\n    if hasattr(collector, 'skip_compare'):\n"
NOT_COMPARED += "        collector.skip_compare += ('image/png', 'image/jpeg', 'text/html')\n"


@by_lesson
def test_a_lesson_runs_and_its_compared_cells_agree_with_what_is_stored(path, course_home, tmp_path):
    (tmp_path / "conftest.py").write_text(NOT_COMPARED)
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=180"]
    command += ["--nbval-kernel-startup-timeout=120", "-p", "no:cacheprovider", "-q", copy.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout), done.stdout


@by_lesson
def test_a_solved_lesson_runs_without_a_fault_in_its_outputs(path, course_home):
    notebook = exercises.solved_notebook(notebooks.read(path))
    # The blank lesson has trained already; here `fit` takes one batch an epoch, as it does for nbgrader.
    done = notebooks.run(
        notebook, course_home, timeout=180, first="from helpers import budget; budget.limit_training()"
    )
    views = sum(
        notebooks.WIDGET in (output.get("data") or {}) for cell in done.cells for output in cell.get("outputs", [])
    )
    assert notebooks.faults(notebooks.tidy(done)) == []
    number = path.name[:2]
    ids = {one.name for one in core.exercises_of(number)}
    assert set(json.loads((course_home / "progress.json").read_text())["done"]) == ids
    assert views > 0


@by_lesson
def test_what_is_stored_of_a_lesson_has_no_fault(path):
    assert notebooks.faults(notebooks.read(path)) == []


@by_lesson
def test_enough_cells_of_a_lesson_are_compared(path):
    marked = [cell for cell in notebooks.read(path).cells if "nbval-check-output" in cell.metadata.get("tags", [])]
    assert len(marked) >= 4
    assert all(cell.outputs for cell in marked)


@by_lesson
def test_the_exercises_of_a_lesson_are_those_of_its_records(path):
    notebook = notebooks.read(path)
    asked = exercises.answer_cells(notebook)
    assert sorted(one.name for one, _ in asked) == sorted(one.name for one in core.exercises_of(path.name[:2]))
    assert len(asked) >= 3
    for one, cell in asked:
        assert cell["source"] == one.stub


@by_lesson
def test_a_lesson_has_the_anatomy_of_all_lessons(path):
    cells = notebooks.read(path).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    first = cells[0].source
    assert re.match(rf"# {path.name[:2]} · \S", first)
    assert f"/blob/main/notebooks/{path.name}" in text
    assert "[![Open in Colab]" in text
    assert re.search(r"\d+ minutes", text)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    for wanted in ("What you saw", "Quiz"):
        assert wanted in headings
    quiz = text.split("## Quiz")[1]
    questions = re.split(r"\n\*\*\d", quiz)[1:]
    assert len(questions) == 3
    assert all(question.count("<details>") == question.count("</details>") >= 3 for question in questions)


def test_every_lesson_has_the_same_set_up_cell():
    starts = []
    for path in LESSONS:
        cell = next(cell for cell in notebooks.read(path).cells if cell.cell_type == "code")
        starts.append(cell.source.replace(f'helpers.start("{path.name[:2]}")', "START"))
    assert "START" in starts[0]
    assert set(starts) == {starts[0]}


def test_cell_ids_are_unique_and_stay_short():
    for path in LESSONS:
        ids = [cell.id for cell in notebooks.read(path).cells]
        assert len(set(ids)) == len(ids)


def test_lessons_speak_of_the_course_alone():
    for path in LESSONS:
        assert str(ROOT) not in path.read_text(encoding="utf-8")
