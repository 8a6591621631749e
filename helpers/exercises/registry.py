"""Which exercises there are: the `EXERCISES` list of every file lesson_NN.py in this folder."""

import difflib
import importlib
from pathlib import Path

from helpers.exercises.core import Exercise


def lessons() -> list[str]:
    """The lessons that have exercises: ["01", "02", ...]."""
    return sorted(file.stem.removeprefix("lesson_") for file in Path(__file__).parent.glob("lesson_*.py"))


def of_lesson(lesson: str) -> list[Exercise]:
    """The exercises of lesson "01", in their order there; none for a lesson without exercises.

    A lesson's file is read only when asked for, as some of them import Keras, which takes seconds.
    """
    if lesson not in lessons():
        return []
    return importlib.import_module(f"{__package__}.lesson_{lesson}").EXERCISES


def find(id: str) -> Exercise:
    """The exercise with this id. Raises LookupError with a sentence that names the nearest ids."""
    known = []
    for lesson in lessons():
        for exercise in of_lesson(lesson):
            if exercise.id == id:
                return exercise
            known.append(exercise.id)
    near = difflib.get_close_matches(str(id).lower().replace("_", "-"), known) or known
    raise LookupError(f"There is no exercise called {id!r}. Did you mean {' or '.join(map(repr, near))}?")
