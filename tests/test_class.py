"""The class edition, through the real nbgrader: blank, solved, half solved, and with the check overwritten."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest

from helpers import exercises
from helpers.exercises import core
from tests.wrong_answers import WRONG_ANSWERS
from tools import class_edition, notebooks

LESSONS = {path.name[:2]: path for path in notebooks.lessons()}
EXERCISES = [exercise for number in LESSONS for exercise in core.exercises_of(number)]
QUICK = ("03", "10")  # one of arrays alone, one that trains networks; `make test-all` does all
ASIDE = Path(sys.prefix) / "class"  # where the Makefile puts nbgrader, away from everybody's JupyterLab
needs_nbgrader = pytest.mark.skipif(
    find_spec("nbgrader") is None and not (ASIDE / "nbgrader").is_dir(),
    reason="nbgrader is missing: make .venv/class/ready",
)
OVERWRITTEN = """exercises.check = lambda *anything: print("Right!")
exercises.core.Exercise.judge = lambda *anything: None
exercises.core.exercises_of = exercises.core.find_exercise = lambda *anything: None
list = next = map = [3]"""
by_lesson = pytest.mark.parametrize(
    "number", [number if number in QUICK else pytest.param(number, marks=pytest.mark.slow) for number in LESSONS]
)


def nbgrader(folder: Path, *words: str) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ASIDE), os.environ["PYTHONPATH"]])}
    environment["PATH"] = os.pathsep.join([str(ASIDE / "bin"), os.environ["PATH"]])  # nbgrader calls alembic
    environment |= {name: str(folder / ".jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    environment.pop("COURSE_BUDGET", None)  # a teacher sets none
    command = [sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(
        command, check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=1800
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]


def scores(folder: Path, student: str) -> dict[str, float]:
    """Points by exercise, out of nbgrader's database."""
    query = """select base_cell.name, grade.auto_score from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        where submitted_assignment.student_id = ?"""
    with closing(sqlite3.connect(folder / "gradebook.db")) as database:
        return dict(database.execute(query, [student]).fetchall())


def submissions(released: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    """What four students hand in. `half` has every other exercise; `overwritten` turns the checks off."""
    half = exercises.solved_notebook(released)
    for place, (exercise, cell) in enumerate(exercises.answer_cells(half)):
        if place % 2:
            cell["source"] = exercise.stub
    overwritten = nbformat.from_dict(released.copy())
    first = next(cell for cell in overwritten.cells if cell.source.startswith("exercises.check("))
    overwritten.cells.insert(overwritten.cells.index(first), nbformat.v4.new_code_cell(OVERWRITTEN))
    solved = exercises.solved_notebook(released)
    return {"blank": nbformat.from_dict(released.copy()), "solved": solved, "half": half, "overwritten": overwritten}


@needs_nbgrader
@by_lesson
def test_four_submissions_get_what_they_deserve(number, course_home, tmp_path):
    path, folder = LESSONS[number], tmp_path / "class"
    lesson = path.stem
    class_edition.build(folder, [path])
    nbgrader(folder, "generate_assignment", lesson)
    released = notebooks.read(folder / "release" / lesson / path.name)
    assert "SOLUTION" not in (folder / "release" / lesson / path.name).read_text(encoding="utf-8")
    for exercise, cell in exercises.answer_cells(released):
        assert cell["source"] == exercise.stub
    for student, notebook in submissions(released).items():
        target = folder / "submitted" / student / lesson / path.name
        target.parent.mkdir(parents=True)
        nbformat.write(nbformat.from_dict(notebook), target)
    nbgrader(folder, "autograde", lesson)
    points = {exercise.name: float(exercise.points) for exercise in core.exercises_of(number)}
    order = [exercise.name for exercise, _ in exercises.answer_cells(released)]
    assert scores(folder, "solved") == points
    assert scores(folder, "half") == {name: points[name] * (order.index(name) % 2 == 0) for name in points}
    for student in ("blank", "overwritten"):
        assert scores(folder, student) == dict.fromkeys(points, 0.0)
    nbgrader(folder, "generate_feedback", lesson)
    for student in ("blank", "solved", "half", "overwritten"):
        page = (folder / "feedback" / student / lesson / f"{path.stem}.html").read_text(encoding="utf-8")
        assert "Score:" in page
    assert not (course_home / "progress.json").exists()


@pytest.mark.parametrize("number", LESSONS)
def test_an_assignment_is_made_of_a_lesson_and_its_records(number):
    lesson = notebooks.read(LESSONS[number])
    before = nbformat.writes(lesson)
    made = class_edition.assignment(lesson)
    nbformat.validate(made)
    assert nbformat.writes(lesson) == before
    graded = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert {cell.metadata.nbgrader.grade_id for cell in graded} == {
        exercise.name for exercise in core.exercises_of(number)
    }
    assert all(cell.metadata.nbgrader.locked and cell.metadata.nbgrader.points > 0 for cell in graded)
    assert all(not cell.outputs for cell in made.cells if cell.cell_type == "code")
    again = class_edition.assignment(lesson, seed=2)
    assert again != made
    assert class_edition.assignment(lesson) == made


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_a_solution_between_marks_is_the_stub_without_them_and_passes_the_hidden_tests(exercise, capsys):
    lines, inside, released = class_edition.marked_solution(exercise.source).splitlines(), False, []
    for line in lines:
        if class_edition.BEGIN in line:
            inside = True
            released.append(line[: len(line) - len(line.lstrip())] + "...")
        elif class_edition.END in line:
            inside = False
        elif not inside:
            released.append(line)
    assert "\n".join(released) == exercise.stub
    hidden = compile(class_edition.hidden_test(exercise, seed=1), "hidden", "exec")
    name = exercise.solution.__name__
    overwritten = {"list": [3], "next": 3, "map": 3, "print": 3, "range": 3}
    exec(hidden, {name: exercise.solution, **overwritten})
    with pytest.raises(Exception, match="Not attempted"):  # its class is that of the checks as read from disk again
        exec(hidden, {name: None})
    wrong, fragment = WRONG_ANSWERS[exercise.name][0]
    with pytest.raises(Exception, match=re.escape(fragment)):
        exec(hidden, {name: wrong})
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_another_edition_hides_another_test(exercise):
    seeds = [0, *(seed for edition in (1, 2, 3) for seed in class_edition.hidden_seeds(exercise, edition))]
    assert len(set(seeds)) == 1 + 3 * class_edition.SEEDS
    tests = [class_edition.hidden_test(exercise, edition) for edition in (1, 2, 3)]
    assert len(set(tests)) == 3
