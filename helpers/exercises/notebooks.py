"""The answer cells of a lesson, a lesson with its exercises solved, and the code that one answer needs.

Notebooks are nbformat's nodes or the plain dictionaries of their JSON; cells are dictionaries in both.
"""

import ast
import copy
import dis
import re
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any

from helpers.exercises.core import Exercise, find_exercise

CHECK_CALL = re.compile(r"""^exercises\.check\(\s*["']([^"']*)["']""", re.MULTILINE)
IPYTHON_LINE = re.compile(r"^([ \t]*)(?:[%!?].*|.*\?)$", re.MULTILINE)


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


def needed_code(cells: Sequence[dict[str, Any]], name: str) -> list[str]:
    """Return the statements of the cells that `name` needs to have its value at their end, in their order.

    A statement is needed if it sets a name that is asked for, or one that a later needed statement uses. Above its lines
    are as many empty ones as in its cell, so that messages name the right line. A cell that is not Python is left out,
    or kept as it is where it mentions the name.
    """
    needed, names = [], {name}
    for cell in [cell for cell in reversed(cells) if cell["cell_type"] == "code"]:
        source = source_of(cell)
        try:
            source, tree = _as_python(source)
        except (SyntaxError, ValueError, RecursionError):
            needed += [source] if name in source else []
            continue
        for statement in reversed(tree.body):
            try:
                used = list(_names(compile(ast.Module([statement], []), "cell", "exec")))
            except (SyntaxError, ValueError):  # a `return` outside of a function
                continue
            if any(opcode.startswith("STORE") and bound in names for opcode, bound in used) or _is_star(statement):
                first = min(part.lineno for part in [statement, *getattr(statement, "decorator_list", [])])
                lines = source.splitlines()[first - 1 : statement.end_lineno]
                needed.append("\n" * (first - 1) + "\n".join(lines))
                names.update(read for opcode, read in used if opcode.startswith("LOAD"))
    return needed[::-1]


def _as_python(source: str) -> tuple[str, ast.Module]:
    """Return a cell's source and its tree, without IPython's lines (`%time`, `!ls`, `help?`) where it has some."""
    try:
        return source, ast.parse(source)
    except SyntaxError:
        source = IPYTHON_LINE.sub(r"\1pass", source)
        return source, ast.parse(source)


def _names(code: CodeType) -> Iterator[tuple[str, str]]:
    """Yield which names of the notebook the code reads (LOAD_…) and sets (STORE_…)."""
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS", "STORE_NAME", "STORE_GLOBAL"):
            yield step.opname, step.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):  # a function, or the body of a class: what it sets is its own
            yield from (pair for pair in _names(constant) if pair[0].startswith("LOAD"))


def _is_star(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*"
