"""What an exercise is, and the three things that an answer can be: right, `Incorrect` or `NotAttempted`."""

import ast
import dis
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class Incorrect(Exception):  # noqa: N818 - an outcome, not a fault
    """The answer is wrong; the message says what is wrong, with the learner's own number."""


class NotAttempted(Exception):  # noqa: N818
    """The answer is still blank."""


@dataclass(frozen=True)
class Exercise:
    """One exercise. The stub is made from the solution, so that the two cannot disagree.

    id         what the lesson calls it: `exercises.check("one-hot", one_hot)`
    task       Markdown that introduces it, without a heading
    solution   the reference: a function or a class with a docstring; learners are shown its source
    check      `check(answer, seed=0)` raises `Incorrect`; another seed draws other inputs, for hidden tests
    hints      from vague to precise
    wrong      known wrong answers, each with a part of the message that it must get
    takeaway   what a learner reads after a right answer
    """

    id: str
    lesson: str
    title: str
    task: str
    solution: Callable
    check: Callable[..., None]
    hints: list[str]
    wrong: list[tuple[Any, str]]
    takeaway: str
    points: int = 1

    @property
    def source(self) -> str:
        """The source of the reference solution."""
        return textwrap.dedent(inspect.getsource(self.solution)).rstrip()

    @property
    def stub(self) -> str:
        """The cell that the learner fills in: the solution's signature and docstring, then `...`."""
        return emptied(self.source)

    @property
    def check_cell(self) -> str:
        """The cell after the stub."""
        return f'exercises.check("{self.id}", {self.solution.__name__})'

    def judge(self, answer: Any, seed: int = 0) -> None:
        """Returns for a right answer; raises `NotAttempted` for a blank and `Incorrect` for a wrong one."""
        if is_blank(answer):
            raise NotAttempted("Not attempted yet.")
        try:
            self.check(answer, seed)
        except (Incorrect, NotAttempted):
            raise
        except Exception as error:  # an answer so odd that the check itself stumbles must not stop Run All
            raise Incorrect(f"The check cannot make sense of your answer ({type(error).__name__}: {error}).") from error


def functions(source: str) -> list[ast.FunctionDef]:
    """The function that `source` defines, or the methods of its class, the last first: lines change from below."""
    definition = ast.parse(source).body[0]
    members = definition.body if isinstance(definition, ast.ClassDef) else [definition]
    return [member for member in reversed(members) if isinstance(member, ast.FunctionDef)]


def emptied(source: str) -> str:
    """The source of one function, or of one class, with every body cut down to its docstring and `...`."""
    lines = source.splitlines()
    for function in functions(source):
        docstring = function.body[0]
        lines[docstring.end_lineno : function.end_lineno] = [" " * docstring.col_offset + "..."]
    return "\n".join(lines)


def is_blank(answer: Any) -> bool:
    """True for `None`, `...`, a function that does nothing and a class whose methods all do nothing."""
    if answer is None or answer is ...:
        return True
    if inspect.isclass(answer):
        methods = [member for member in vars(answer).values() if inspect.isfunction(member)]
        return all(map(_does_nothing, methods))
    return inspect.isfunction(answer) and _does_nothing(answer)


def _does_nothing(function: Callable) -> bool:
    """True for a body of a docstring, `...`, `pass` or `return`. One that works but forgot its `return` does something.

    The bytecode is asked and not the source, which is not always at hand.
    """
    idle = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = list(dis.get_instructions(function))
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in steps} <= idle and all(value is None or value is ... for value in constants)
