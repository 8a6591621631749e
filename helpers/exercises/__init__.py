"""Exercises that say what is wrong with an answer.

In a lesson:

    exercises.check("one-hot", one_hot)   right, wrong and why, or not attempted yet
    exercises.hint("one-hot")             one more hint with every call
    exercises.solution("one-hot")         the source of a solution
    exercises.progress("01")              how many exercises of lesson 01 are done

To add an exercise, add a record to `EXERCISES` in the lesson's file (`lesson_01.py` shows how), and its known wrong
answers to tests/wrong_answers/. A new file `lesson_NN.py` is found by its name.

    core        the record, the registry, progress     checking     calling a learner's function
    display     how results look                       callbacks    calling a learner's callback
    notebooks   the answer cells of a lesson, its solved edition
"""

from typing import Any

from helpers import budget
from helpers.exercises import core, display
from helpers.exercises.core import Exercise, Incorrect, NotAttempted
from helpers.exercises.notebooks import answer_cells, solved_notebook

__all__ = ["answer_cells", "check", "hint", "progress", "solution", "solved_notebook"]

_hints_shown: dict[str, int] = {}


def check(name: str, answer: Any) -> None:
    """Show whether an answer is right, and if not, what is wrong with it.

    Nothing is raised, so that Run All goes on; but under nbgrader (`NBGRADER_EXECUTION`) a wrong or blank answer
    raises `Incorrect` or `NotAttempted`, an unknown name LookupError, and nothing is noted as done.
    """
    exercise = _find(name)
    if exercise is None:
        return
    stuck = f'Stuck? `exercises.hint("{name}")`'
    try:
        exercise.judge(answer)
    except (NotAttempted, Incorrect) as outcome:
        if budget.graded():
            raise outcome from None
        if isinstance(outcome, NotAttempted):
            todo = f"Replace the `...` in the cell above with your code. {stuck}"
            display.show_box("○", f"Not attempted yet: {exercise.title}", todo)
        else:
            display.show_box("✗", f"Not right yet: {exercise.title}", str(outcome), stuck)
    else:
        noted = not budget.graded() and core.mark_done(name)
        count = [_progress_line(exercise.lesson)] if noted else []
        display.show_box("✓", f"Right: {exercise.title}", exercise.takeaway, *count)


def hint(name: str) -> None:
    """Show the hints of an exercise, one more with every call."""
    exercise = _find(name)
    if exercise is None:
        return
    count = len(exercise.hints)
    shown = _hints_shown[name] = min(_hints_shown.get(name, 0) + 1, count)
    lines = [f"{number}. {text}" for number, text in enumerate(exercise.hints[:shown], 1)]
    if shown == count:
        lines.append(f'That was the last hint. `exercises.solution("{name}")` shows a solution.')
    display.show_box("?", f"Hint {shown} of {count}: {exercise.title}", *lines)


def solution(name: str) -> None:
    """Show the source of the reference solution."""
    exercise = _find(name)
    if exercise is not None:
        display.show_code(exercise.source)


def progress(lesson: str | None = None) -> None:
    """Print one line, "Lesson 01: 2 of 4 exercises done", for one lesson or for each."""
    for number in [lesson] if lesson else core.lessons():
        print(_progress_line(number))
    if damage := core.read_progress()[1]:
        print(damage)


def _progress_line(lesson: str) -> str:
    exercises, (done, _) = core.exercises_of(lesson), core.read_progress()
    return f"Lesson {lesson}: {sum(item.name in done for item in exercises)} of {len(exercises)} exercises done"


def _find(name: str) -> Exercise | None:
    """Return the exercise; show a sentence and return None for an unknown name."""
    try:
        return core.find_exercise(name)
    except LookupError as error:
        if budget.graded():
            raise
        display.show_box("✗", str(error))
        return None
