"""The answer cells of a lesson, and a lesson with its exercises solved.

Notebooks are nbformat's nodes or the plain dictionaries of their JSON; cells are dictionaries in both.
"""

import copy
import re
from typing import Any

from helpers.exercises.core import Exercise, find_exercise

CHECK_CALL = re.compile(r"""^exercises\.check\(\s*["']([^"']*)["']""", re.MULTILINE)


def answer_cells(notebook: dict[str, Any]) -> list[tuple[Exercise, dict[str, Any]]]:
    """Return the exercises of a notebook, each with the cell of its answer: the code cell before its check.

    Raises LookupError for an unknown name, ValueError for a check with no code cell before it.
    """
    answers: list[tuple[Exercise, dict[str, Any]]] = []
    code_before = None
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        for name in CHECK_CALL.findall(source_of(cell)):
            if code_before is None:
                raise ValueError(f'No code cell comes before exercises.check("{name}").')
            answers.append((find_exercise(name), code_before))
        code_before = cell
    return answers


def solved_notebook(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the notebook in which every stub is replaced by the reference solution.

    Raises ValueError where the cell before a check is not the exercise's stub: the two have drifted apart.
    """
    solved = copy.deepcopy(notebook)
    for exercise, cell in answer_cells(solved):
        if source_of(cell).strip() != exercise.stub:
            raise ValueError(f'The cell before exercises.check("{exercise.name}") is not the stub of that exercise.')
        cell["source"] = exercise.source
    return solved


def source_of(cell: dict[str, Any]) -> str:
    """Return a cell's source as one text; JSON on disk may hold it as a list of lines."""
    return "".join(cell["source"])
