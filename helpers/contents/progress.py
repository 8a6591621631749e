"""What is done on this machine: exercises, quiz questions, and the lesson that the learner was in last.

Progress is a convenience: without files that can be read and written, lessons and exercises work all the same.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

from data_scripts import atomic
from data_scripts.errors import DataError
from data_scripts.paths import home

START = "00"  # the contents page, which isn't a lesson to go on with


class Progress(NamedTuple):
    """Names of the exercises that are done, the text of the choice made last in each quiz question, {"05/1": "…"}, and a
    sentence about the file if it is damaged, else "".
    """

    done: frozenset[str] = frozenset()
    choices: dict[str, str] = {}
    damage: str = ""


def read_progress() -> Progress:
    """Return what is noted; nothing where there is no file."""
    try:
        path = _file()
        content = atomic.read_json(path)
        done, quiz = content["done"], content.get("quiz")
        if not (isinstance(done, list) and all(isinstance(name, str) for name in done)):
            raise ValueError("not a list of names")
        choices = quiz.items() if isinstance(quiz, dict) else ()
        return Progress(frozenset(done), {question: text for question, text in choices if isinstance(text, str)})
    except (DataError, OSError):
        return Progress()
    except (ValueError, LookupError, TypeError, AttributeError):
        return Progress(damage=f"{path} is damaged, so the exercises count from 0 again.")


def mark_done(name: str) -> bool:
    """Note that an exercise is done, together with what other kernels note meanwhile; False if it can't be noted."""
    return _note({name}, {})


def note_choice(question: str, text: str) -> bool:
    """Note the choice made in a quiz question, "05/1"; False if it can't be noted."""
    return _note(set(), {question: text})


def note_lesson(number: str) -> None:
    """Note that the learner is in lesson "03", for *Continue*; nothing happens where it can't be noted."""
    try:
        if number != START and last_lesson() != number:
            atomic.write(_last_lesson_file(), json.dumps({"lesson": number}))
    except (DataError, OSError):
        pass


def last_lesson() -> str:
    """Return the lesson that the learner was in last, or "" if that isn't known."""
    try:
        number = atomic.read_json(_last_lesson_file())["lesson"]
        return number if isinstance(number, str) else ""
    except (DataError, OSError, ValueError, LookupError, TypeError):
        return ""


def _note(done: set[str], choices: dict[str, str]) -> bool:
    try:
        path = _file()
        with atomic.lock(path):
            before = read_progress()
            if before.damage or not (done <= before.done and choices.items() <= before.choices.items()):
                content: dict[str, Any] = {"done": sorted(before.done | done)}
                if made := before.choices | choices:
                    content["quiz"] = made
                atomic.write(path, json.dumps(content, indent=1))
        return True
    except (DataError, OSError):
        return False


def _file() -> Path:
    return home() / "progress.json"


def _last_lesson_file() -> Path:
    return home() / "last_lesson.json"
