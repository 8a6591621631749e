"""A lesson's exercises as notebook cells, and the solved edition of a lesson.

Notebooks are nbformat's nodes or the plain dictionaries of their JSON; cells are dictionaries in both.
"""

import copy
import re

from helpers.exercises.core import Exercise
from helpers.exercises.registry import find

CHECK = re.compile(r"""^exercises\.check\(\s*["']([^"']*)["']""", re.MULTILINE)


def exercise_cells(id: str) -> list[tuple[str, str]]:
    """The three cells of an exercise, as ("markdown" or "code", source): its task, its stub, its check."""
    exercise = find(id)
    task = f"### Exercise: {exercise.title}\n\n{exercise.task}"
    return [("markdown", task), ("code", exercise.stub), ("code", exercise.check_cell)]


def blank_notebook(notebook: dict) -> list[tuple[Exercise, dict]]:
    """The exercises that a notebook asks, each with the cell of its answer: the code cell before its check.

    Raises LookupError for an unknown id, ValueError for a check with no code cell before it.
    """
    found, before = [], None
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        for id in CHECK.findall(source_of(cell)):
            if before is None:
                raise ValueError(f'No code cell stands before exercises.check("{id}").')
            found.append((find(id), before))
        before = cell
    return found


def solved_notebook(notebook: dict) -> dict:
    """A copy of the notebook in which every stub is replaced by the reference solution.

    Raises ValueError where the cell before a check is not the exercise's stub: the two have drifted apart.
    """
    solved = copy.deepcopy(notebook)
    for exercise, cell in blank_notebook(solved):
        if source_of(cell).strip() != exercise.stub:
            raise ValueError(f'The cell before exercises.check("{exercise.id}") is not the stub of that exercise.')
        cell["source"] = exercise.source
    return solved


def source_of(cell: dict) -> str:
    """A cell's source as one text; JSON on disk may hold it as a list of lines."""
    return "".join(cell["source"])
