"""The lessons as an nbgrader course: `make class` writes it to class/, one assignment for each lesson.

    class/nbgrader_config.py
    class/source/01_handwritten_digits/01_handwritten_digits.ipynb, …

Everything comes from notebooks/ and helpers/exercises/. An answer cell holds the reference solution between nbgrader's
marks; without it, it is the lesson's own stub. A check cell is locked and has the exercise's points. Around the visible
check is a hidden test with other inputs. It lets another process judge, and uses no name of the notebook but the answer's;
still, it runs in the student's kernel, and code that takes the kernel over can have any points. `--isolated` (`make class
ISOLATED=1`) has nbgrader run no kernel: see `helpers.exercises.grading.judge_notebook`, and docs/teaching.md for the limits.
"""

import argparse
import shutil
import sys
import zlib
from pathlib import Path
from typing import Any

import nbformat

from data_scripts.errors import exit_code
from data_scripts.paths import CHECKOUT
from helpers import exercises, tensorflow_import
from helpers.exercises.core import Exercise, function_bodies
from tools import notebooks, shared_cells

FOLDER = CHECKOUT / "class"
SEEDS = 2  # how many times the hidden test draws other inputs
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
CONFIG = '''"""Settings of nbgrader 0.9.6 for the course, written by `make class`."""

c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.course_id = "learning_to_see"
# What a learner finds instead of a solution, as in the lessons. nbgrader's own stub raises, and stops Run All.
c.ClearSolutions.code_stub = {"python": "..."}
# A cell has 30 s by default; rendering images and importing TensorFlow on a busy machine take longer.
c.Execute.timeout = 300
c.ExecutePreprocessor.startup_timeout = 180
# Any line on stderr would cost a check cell its points; these are TensorFlow's, and say nothing about the answer.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"oneDNN|TF_ENABLE|absl::|cpu_feature_guard|computation_placer|[Cc][Uu][Dd][Aa]|[IWE]0000 "
'''
ISOLATED = '''
# For certainty: no notebook is run. Each answer is judged on its own, in new processes.
import nbformat  # noqa: E402
from nbconvert.preprocessors import ClearMetadataPreprocessor  # noqa: E402
from nbgrader.preprocessors import (  # noqa: E402
    AssignLatePenalties,
    CheckCellMetadata,
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
)

from helpers.exercises.grading import judge_notebook  # noqa: E402


class JudgeAnswers(NbGraderPreprocessor):
    """Puts the verdict below each check cell, as if it had run."""

    def preprocess(self, notebook, resources):
        """Judge a submission."""
        judge_notebook(notebook)
        return nbformat.from_dict(notebook), resources


c.Autograde.autograde_preprocessors = [
    JudgeAnswers,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
'''
HIDDEN = """### BEGIN HIDDEN TESTS
import builtins as _python
import sys as _sys

# Of the notebook only {answer} is used, not its other names, nor what it has made of Python's names or of the course.
_sys.settrace(None)
_mine, _names, _modules = (lambda: 0).__globals__.get("exercises"), {{**_python.__dict__}}, {{**_sys.modules}}
_python.__dict__.update(_modules["helpers.exercises"].BUILTINS)
for _name in _modules:
    if _name.startswith(("helpers", "data_scripts", "subprocess", "json")):
        del _sys.modules[_name]
try:
    from helpers.exercises.grading import judged as _judged

    exercises = _judged("{lesson}", "{exercise}", {seeds}, {answer})
finally:
    _sys.modules.update(_modules)
### END HIDDEN TESTS
{check}
### BEGIN HIDDEN TESTS
exercises = _mine
_python.__dict__.update(_names)
### END HIDDEN TESTS"""


def marked_solution(source: str) -> str:
    """Return a reference solution with nbgrader's marks around every body, below its docstring."""
    lines = source.splitlines()
    for column, first, end in function_bodies(source):
        lines[first:end] = [" " * column + BEGIN, *lines[first:end], " " * column + END]
    return "\n".join(lines)


def hidden_seeds(exercise: Exercise, seed: int) -> list[int]:
    """Return the seeds of the hidden test; `seed` is that of the whole class edition."""
    return [zlib.crc32(f"{exercise.name} {seed} {number}".encode()) for number in range(SEEDS)]


def graded_check(exercise: Exercise, check: str, seed: int) -> str:
    """Return the source of a check cell for grading: around the visible `check`, whose inputs have seed 0, the hidden test."""
    parts = {"lesson": exercise.lesson, "exercise": exercise.name, "answer": exercise.solution.__name__}
    return HIDDEN.format(**parts, check=check, seeds=[0, *hidden_seeds(exercise, seed)])


def assignment(lesson: nbformat.NotebookNode, seed: int = 1) -> nbformat.NotebookNode:
    """Return a lesson as the source of an nbgrader assignment; the lesson itself stays as it is.

    Raises ValueError where an answer cell is not the exercise's stub: `make test` says more.
    """
    made = nbformat.from_dict(exercises.solved_notebook(lesson))
    made.cells = [
        cell for cell in made.cells if cell.id not in (shared_cells.TOP, shared_cells.BOTTOM)
    ]  # it has no neighbors
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    for exercise, answer in exercises.answer_cells(made):
        check = next(cell for cell in made.cells if cell.source.startswith(exercise.check_cell))
        answer["source"] = marked_solution(exercise.source)
        answer["metadata"]["nbgrader"] = _metadata(f"{exercise.name}-answer", solution=True)
        check.source = graded_check(exercise, check.source, seed)
        check.metadata["nbgrader"] = _metadata(exercise.name, grade=True, locked=True, points=exercise.points)
    return made


def _metadata(grade_id: str, **settings: bool | int) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell: everything is off unless `settings` say otherwise."""
    off = {"grade": False, "solution": False, "locked": False, "task": False}
    return {"schema_version": 3, "grade_id": grade_id, **off, **settings}


def build(
    folder: Path = FOLDER, lessons: list[Path] | None = None, seed: int = 1, isolated: bool = False
) -> list[Path]:
    """Write the course folder and return the paths of its assignments.

    isolated: whether nbgrader judges each answer in processes of its own, and runs no notebook.
    The configuration and `source/` are replaced; what nbgrader made there stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(CONFIG + ISOLATED * isolated, encoding="utf-8")
    shutil.rmtree(folder / "source", ignore_errors=True)
    assignments = []
    for path in lessons or notebooks.lessons():
        target = folder / "source" / path.stem / path.name
        target.parent.mkdir(parents=True)
        nbformat.write(assignment(notebooks.read(path), seed), target)
        assignments.append(target)
    return assignments


def main(arguments: list[str] | None = None) -> int:
    """Write class/ from all lessons: `python -m tools.class_edition`."""
    parser = argparse.ArgumentParser(prog="python -m tools.class_edition", description=main.__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to (default: class/)")
    parser.add_argument("--seed", type=int, default=1, help="another number draws other inputs for the hidden tests")
    parser.add_argument("--isolated", action="store_true", help="judge each answer in a process of its own")
    options = parser.parse_args(arguments)
    tensorflow_import.tensorflow()
    for path in build(options.folder, seed=options.seed, isolated=options.isolated):
        asked = [exercise for exercise, _ in exercises.answer_cells(notebooks.read(path))]
        print(f"{path.stem}: {len(asked)} exercises, {sum(exercise.points for exercise in asked)} points")
    print(f"Now, in {options.folder.name}/: nbgrader generate_assignment LESSON. See docs/teaching.md for the rest.")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))
