"""Exercises that say what is wrong.

In a lesson:

    exercises.check("one-hot", one_hot)   right, wrong and why, or not attempted yet
    exercises.hint("one-hot")             one more hint with every call
    exercises.solution("one-hot")         the source of a solution
    exercises.progress("01")              how many exercises of lesson 01 are done

To add an exercise, add a record to `EXERCISES` in the lesson's file (`lesson_01.py` shows how); a new file
`lesson_NN.py` is found by its name. The tests then try its solution, its stub and its wrong answers.

    core        what an exercise is           catalog   which exercises there are
    answers     asking a learner's function   done        which of them are done
    driving     asking a learner's callback   editions    cells of a lesson, solved lessons
    show        how results look
"""

import os
from typing import Any

from helpers.exercises import completed, display, registry
from helpers.exercises.core import Exercise, Incorrect, NotAttempted
from helpers.exercises.notebooks import blank_notebook, exercise_cells, solved_notebook

__all__ = ["blank_notebook", "check", "exercise_cells", "hint", "progress", "solution", "solved_notebook"]

_hints_shown: dict[str, int] = {}


def check(id: str, answer: Any) -> None:
    """Shows whether an answer is right, and if not, what is wrong with it.

    Returns nothing and raises nothing, so that Run All goes on; but under nbgrader (`NBGRADER_EXECUTION`) a wrong or
    blank answer raises `Incorrect` or `NotAttempted`, an unknown id LookupError, and nothing is noted as done.
    """
    exercise = _find(id)
    if exercise is None:
        return
    try:
        exercise.judge(answer)
    except NotAttempted as outcome:
        if _graded():
            raise outcome from None
        todo = f'Put your code in place of `...` in the cell above. Stuck? `exercises.hint("{id}")`'
        display.box("○", f"Not attempted yet: {exercise.title}", todo)
    except Incorrect as outcome:
        if _graded():
            raise outcome from None
        display.box("✗", f"Not right yet: {exercise.title}", str(outcome), f'Stuck? `exercises.hint("{id}")`')
    else:
        noted = not _graded() and completed.mark_done(id)
        display.box(
            "✓", f"Right: {exercise.title}", exercise.takeaway, *([_progress(exercise.lesson)] if noted else [])
        )


def hint(id: str) -> None:
    """Shows the hints of an exercise, one more with every call."""
    exercise = _find(id)
    if exercise is None:
        return
    count = len(exercise.hints)
    shown = _hints_shown[id] = min(_hints_shown.get(id, 0) + 1, count)
    lines = [f"{number}. {text}" for number, text in enumerate(exercise.hints[:shown], 1)]
    if shown == count:
        lines.append(f'That was the last hint. `exercises.solution("{id}")` shows a solution.')
    display.box("?", f"Hint {shown} of {count}: {exercise.title}", *lines)


def solution(id: str) -> None:
    """Shows the source of the reference solution."""
    exercise = _find(id)
    if exercise is not None:
        display.code(exercise.source)


def progress(lesson: str | None = None) -> None:
    """Prints one line, "Lesson 01: 2 of 4 exercises done", for one lesson or for each."""
    for one in [lesson] if lesson else registry.lessons():
        print(_progress(one))


def _progress(lesson: str) -> str:
    exercises, known = registry.of_lesson(lesson), completed.done_ids()
    return f"Lesson {lesson}: {sum(one.id in known for one in exercises)} of {len(exercises)} exercises done"


def _graded() -> bool:
    return bool(os.environ.get("NBGRADER_EXECUTION"))


def _find(id: str) -> Exercise | None:
    """The exercise; None, and a sentence shown, for an unknown id."""
    try:
        return registry.find(id)
    except LookupError as error:
        if _graded():
            raise
        display.box("✗", str(error))
