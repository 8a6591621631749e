"""Every lesson runs as its reader runs it, each exercise first blank and then solved; nbval executes and compares."""

import json
import re
import subprocess
import sys

import nbformat
import pytest

from helpers import exercises
from helpers.exercises import core
from helpers.exercises.notebooks import CHECK_CALL
from helpers.exercises.quiz import questions_of
from tests.conftest import ROOT
from tools import notebooks, shared_cells

LESSONS = notebooks.lessons()
by_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
# Put next to the lesson: figures differ from machine to machine, and what each cell printed is kept for the test.
BESIDE = """import json, pathlib
OUTPUTS = {}
def pytest_collectstart(collector):
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += ("image/png", "image/jpeg", "text/html")
def pytest_runtest_teardown(item):
    OUTPUTS[item.cell_num] = item.test_outputs
def pytest_sessionfinish():
    pathlib.Path("outputs.json").write_text(json.dumps(OUTPUTS))
"""


def answered(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The lesson as a learner leaves it: each blank exercise and its check, then the solution and the check again."""
    solutions = {exercise.name: exercise.source for exercise, _ in exercises.answer_cells(notebook)}
    for place, cell in reversed(list(enumerate(notebook.cells))):
        name = next(iter(CHECK_CALL.findall(cell.source)), "") if cell.cell_type == "code" else ""
        if name:
            notebook.cells[place + 1 : place + 1] = map(nbformat.v4.new_code_cell, (solutions[name], cell.source))
    return notebook


@by_lesson
def test_a_lesson_runs_blank_and_solved_and_its_compared_cells_agree_with_what_is_stored(path, course_home, tmp_path):
    (tmp_path / "conftest.py").write_text(BESIDE)
    notebook = answered(notebooks.read(path))
    nbformat.write(notebook, tmp_path / path.name)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=180"]
    command += ["--nbval-kernel-startup-timeout=120", "-p", "no:cacheprovider", "-q", path.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout), done.stdout

    printed = json.loads((tmp_path / "outputs.json").read_text())
    for number, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        cell.outputs, cell.execution_count = [nbformat.from_dict(one) for one in printed[str(number)]], 1
    assert any(
        notebooks.WIDGET in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])
    )
    # What a lesson keeps is another test's: nbval does not see that a display is replaced by a later one.
    assert [fault for fault in notebooks.faults(notebooks.tidy(notebook)) if " keeps " not in fault] == []
    ids = {one.name for one in core.exercises_of(path.name[:2])}
    assert set(json.loads((course_home / "progress.json").read_text())["done"]) == ids


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
    first = shared_cells.title_cell(notebooks.read(path)).source
    assert re.match(rf"# {path.name[:2]} · \S", first)
    assert re.search(r"\d+ minutes", text)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    for wanted in ("What you saw", "Quiz"):
        assert wanted in headings
    asked = [cell.source for cell in cells if cell.source.startswith("exercises.quiz(")]
    assert len(asked) == len(questions_of(path.name[:2])) == 3
    assert asked == [f"exercises.quiz({number})" for number in (1, 2, 3)]


def test_cell_ids_are_unique_and_stay_short():
    for path in LESSONS:
        ids = [cell.id for cell in notebooks.read(path).cells]
        assert len(set(ids)) == len(ids)


def test_lessons_speak_of_the_course_alone():
    for path in LESSONS:
        assert str(ROOT) not in path.read_text(encoding="utf-8")
