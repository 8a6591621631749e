"""Known wrong answers to the exercises: one file per lesson, found by its name."""

import importlib
from typing import Any

from helpers.exercises.core import lessons

WRONG_ANSWERS: dict[str, list[tuple[Any, str]]] = {
    name: answers
    for lesson in lessons()
    for name, answers in importlib.import_module(f"{__package__}.lesson_{lesson}").WRONG.items()
}
"""Exercise → its wrong answers, each with a part of the sentence that it must get."""
