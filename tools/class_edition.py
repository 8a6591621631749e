"""The lessons as an nbgrader course: `make class` writes it to class/, one assignment for each lesson.

    class/nbgrader_config.py
    class/source/01_handwritten_digits/01_handwritten_digits.ipynb, …

Everything comes from notebooks/ and helpers/exercises/. An answer cell holds the reference solution between nbgrader's
marks; without it, it is the lesson's own stub. A check cell is locked, has the exercise's points, and below the visible check
a hidden one with other inputs, which does not use anything that the notebook may have overwritten.
"""

import argparse
import shutil
import sys
import zlib
from pathlib import Path

import nbformat

from data_scripts.paths import CHECKOUT
from helpers import exercises, tensorflow_import
from helpers.exercises.core import Exercise, functions
from tools import notebooks

FOLDER = CHECKOUT / "class"
SEEDS = 2  # how many other inputs the hidden tests draw
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
CONFIG = '''"""Settings of nbgrader 0.9.6 for the course, written by `make class`."""

c = get_config()  # noqa: F821 - nbgrader defines it

c.CourseDirectory.course_id = "learning_to_see"
# What a learner finds in place of a solution, as in the lessons. nbgrader's own stub raises, and stops Run All.
c.ClearSolutions.code_stub = {"python": "..."}
# A cell has 30 s by default; drawing images and importing TensorFlow on a busy machine take longer.
c.Execute.timeout = 300
c.ExecutePreprocessor.startup_timeout = 180
# Any line on stderr would cost a check cell its points; these are TensorFlow's, and say nothing about the answer.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = r"oneDNN|TF_ENABLE|absl::|cpu_feature_guard|computation_placer|[Cc][Uu][Dd][Aa]|[IWE]0000 "
'''
HIDDEN = """### BEGIN HIDDEN TESTS
import importlib
import sys

# The checks as they are on disk, whatever the notebook has made of those in memory.
_before = {{name: sys.modules.pop(name) for name in list(sys.modules) if name.startswith("helpers.exercises")}}
try:
    _records = importlib.import_module("helpers.exercises.registry").of_lesson("{lesson}")
    for _seed in {seeds}:
        next(one for one in _records if one.id == "{id}").judge({name}, _seed)
finally:
    sys.modules.update(_before)
### END HIDDEN TESTS"""


def marked(source: str) -> str:
    """A reference solution with nbgrader's marks around every body, below its docstring."""
    lines = source.splitlines()
    for function in functions(source):
        docstring = function.body[0]
        indent = " " * docstring.col_offset
        lines.insert(function.end_lineno, indent + END)
        lines.insert(docstring.end_lineno, indent + BEGIN)
    return "\n".join(lines)


def hidden(exercise: Exercise, seed: int) -> str:
    """The hidden part of a check cell."""
    seeds = [zlib.crc32(f"{exercise.id} {seed} {number}".encode()) for number in range(SEEDS)]
    return HIDDEN.format(lesson=exercise.lesson, id=exercise.id, name=exercise.solution.__name__, seeds=seeds)


def assignment(lesson: nbformat.NotebookNode, seed: int = 1) -> nbformat.NotebookNode:
    """A lesson as the source of an nbgrader assignment; the lesson itself stays as it is.

    Raises ValueError where an answer cell is not the exercise's stub: `make test` says more.
    """
    made = nbformat.from_dict(exercises.solved_notebook(lesson))
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    for exercise, answer in exercises.blank_notebook(made):
        check = next(cell for cell in made.cells if cell.source.startswith(exercise.check_cell))
        answer.source = marked(exercise.source)
        answer.metadata["nbgrader"] = _metadata(f"{exercise.id}-answer", solution=True)
        check.source = f"{check.source}\n{hidden(exercise, seed)}"
        check.metadata["nbgrader"] = _metadata(exercise.id, grade=True, locked=True, points=exercise.points)
    return made


def _metadata(grade_id: str, grade=False, solution=False, locked=False, **more) -> dict:
    kind = {"grade": grade, "solution": solution, "locked": locked, "task": False}
    return {"schema_version": 3, "grade_id": grade_id, **kind, **more}


def build(folder: Path = FOLDER, lessons: list[Path] | None = None, seed: int = 1) -> list[Path]:
    """Writes the course folder: the configuration and `source/`, which is replaced; what nbgrader made there stays."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    shutil.rmtree(folder / "source", ignore_errors=True)
    made = []
    for path in lessons or notebooks.lessons():
        target = folder / "source" / path.stem / path.name
        target.parent.mkdir(parents=True)
        nbformat.write(assignment(notebooks.read(path), seed), target)
        made.append(target)
    return made


def main(words: list[str] | None = None) -> int:
    """`python -m tools.class_edition`: class/ from all lessons."""
    parser = argparse.ArgumentParser(prog="python -m tools.class_edition", description=main.__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to (default: class/)")
    parser.add_argument("--seed", type=int, default=1, help="another number draws other inputs for the hidden tests")
    chosen = parser.parse_args(words)
    tensorflow_import.tensorflow()
    for path in build(chosen.folder, seed=chosen.seed):
        asked = exercises.blank_notebook(notebooks.read(path))
        print(f"{path.stem}: {len(asked)} exercises, {sum(one.points for one, _ in asked)} points")
    print(f"Now, in {chosen.folder.name}/: nbgrader generate_assignment LESSON. docs/teaching.md tells the rest.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
