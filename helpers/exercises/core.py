"""Exercises: the record of one, and which ones there are."""

import ast
import difflib
import dis
import importlib
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.contents.progress import read_progress


class Incorrect(Exception):  # noqa: N818 - an outcome, not a fault
    """The answer is wrong; the message says what is wrong, with the learner's own number. A very long one is cut."""

    def __init__(self, sentence: str):
        super().__init__(sentence if len(sentence) <= 1000 else f"{sentence[:1000]} …")


class Stopped(Incorrect):
    """The learner pressed ■ while the answer was running."""


class NotAttempted(Exception):  # noqa: N818
    """The answer is still blank."""


@dataclass(frozen=True)
class Exercise:
    """Record of one exercise. The stub is made from the solution, so that the two cannot disagree.

    name       what the lesson calls it: `exercises.check("one-hot", one_hot)`
    task       Markdown that introduces it, without a heading
    solution   the reference: a function or a class with a docstring; learners are shown its source
    check      `check(answer, seed=0)` raises `Incorrect`; another seed draws other inputs, for hidden tests
    hints      from vague to precise
    takeaway   what a learner reads after a right answer
    """

    name: str
    title: str
    task: str
    solution: Callable
    check: Callable[..., None]
    hints: list[str]
    takeaway: str
    points: int = 1

    @property
    def lesson(self) -> str:
        """The lesson, "01", by the name of the file that defines the solution: lesson_01.py."""
        return self.solution.__module__.rpartition("lesson_")[2]

    @property
    def source(self) -> str:
        """The source of the reference solution."""
        return textwrap.dedent(inspect.getsource(self.solution)).rstrip()

    @property
    def stub(self) -> str:
        """The cell that the learner fills in: the solution's signature and docstring, then `...`."""
        lines = self.source.splitlines()
        for column, first, last in function_bodies(self.source):
            lines[first:last] = [" " * column + "..."]
        return "\n".join(lines)

    @property
    def check_cell(self) -> str:
        """The cell after the stub."""
        return f'exercises.check("{self.name}", {self.solution.__name__})'

    def judge(self, answer: Any, seed: int = 0) -> None:
        """Return for a right answer; raise `NotAttempted` for a blank and `Incorrect` for a wrong one."""
        try:
            if is_blank(answer):
                raise NotAttempted("Not attempted yet.")
            self.check(answer, seed)
        except (Incorrect, NotAttempted):
            raise
        except Exception as error:  # an answer so odd that the check itself stumbles must not stop Run All
            raise Incorrect(f"The check cannot make sense of your answer ({type(error).__name__}: {error}).") from error


def function_bodies(source: str) -> list[tuple[int, int, int]]:
    """Return (indentation, first line, end line) of every function body below its docstring, the last one first.

    source: one function, or one class with methods; each has a docstring. Lines count from 0, so
    `lines[first:end]` is the body. The last comes first so that lines can be replaced one body after the other.
    """
    definition = ast.parse(source).body[0]
    members = definition.body if isinstance(definition, ast.ClassDef) else [definition]
    functions = [member for member in reversed(members) if isinstance(member, ast.FunctionDef)]
    return [
        (function.body[0].col_offset, function.body[0].end_lineno or 0, function.end_lineno or 0)
        for function in functions
    ]


def is_blank(answer: Any) -> bool:
    """Return True for `None`, `...`, a function that does nothing and a class whose methods all do nothing."""
    if answer is None or answer is ...:
        return True
    if inspect.isclass(answer):
        methods = [member for member in vars(answer).values() if inspect.isfunction(member)]
        return all(map(_does_nothing, methods))
    return inspect.isfunction(answer) and _does_nothing(answer)


def _does_nothing(function: Callable) -> bool:
    """Return True for a body of a docstring, `...`, `pass` or `return`; a forgotten `return` does something.

    The bytecode is asked and not the source, which is not always at hand.
    """
    idle = {"RESUME", "NOP", "CACHE", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    steps = list(dis.get_instructions(function))
    constants = [step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    return {step.opname for step in steps} <= idle and all(value is None or value is ... for value in constants)


def lessons() -> list[str]:
    """Return the lessons that have exercises: ["01", "02", ...], one for each file lesson_NN.py in this folder."""
    return sorted(file.stem.removeprefix("lesson_") for file in Path(__file__).parent.glob("lesson_*.py"))


def exercises_of(lesson: str) -> list[Exercise]:
    """Return the exercises of lesson "01", in their order there; none for a lesson without exercises.

    A lesson's file is imported only when asked for, as some of them import Keras, which takes seconds.
    """
    if lesson not in lessons():
        return []
    return importlib.import_module(f"{__package__}.lesson_{lesson}").EXERCISES


def find_exercise(name: str, lesson: str = "") -> Exercise:
    """Return the exercise with this name.

    Raises LookupError with a sentence that suggests the nearest names: those of `lesson`, or of all lessons if it is "".
    """
    if not isinstance(name, str):
        raise LookupError('The name of the exercise comes first: `exercises.check("one-hot", one_hot)`.')
    for each in sorted(lessons(), key=lambda number: number != lesson):  # this lesson's first: others may import Keras
        for exercise in exercises_of(each):
            if exercise.name == name:
                return exercise
    names = [exercise.name for each in ([lesson] if lesson else lessons()) for exercise in exercises_of(each)]
    nearest = difflib.get_close_matches(name.lower().replace("_", "-").replace(" ", "-"), names)
    hint = f" Did you mean {' or '.join(map(repr, nearest))}?" if nearest else ""
    here = f" This lesson has {', '.join(map(repr, names))}." if lesson and names else ""
    raise LookupError(f"No exercise is called {name[:60]!r}.{hint}{here}")


def next_exercise(exercise: Exercise) -> Exercise | None:
    """Return the next exercise of the lesson that isn't done: those after this one, then those before it."""
    all_of_it, done = exercises_of(exercise.lesson), read_progress().done
    place = [one.name for one in all_of_it].index(exercise.name)
    return next((one for one in all_of_it[place + 1 :] + all_of_it[:place] if one.name not in done), None)
