"""Exercises that say what is wrong with an answer.

In a lesson:

    exercises.check("one-hot", one_hot)   right, wrong and why, or not attempted yet
    exercises.hint("one-hot")             one more hint with every call
    exercises.solution("one-hot")         the source of a solution
    exercises.progress("01")              how many exercises of lesson 01 are done
    exercises.quiz(1)                     the first question of its quiz, as choices

To add an exercise, add a record to `EXERCISES` in the lesson's file (`lesson_01.py` shows how), and its known wrong
answers to tests/wrong_answers/. A new file `lesson_NN.py` is found by its name.

    core        the record, the registry, progress     checking     calling a learner's function
    display     how results look                       callbacks    calling a learner's callback
    quiz        the questions of a lesson, from questions/NN.md
    cells       whether the answer's cell failed       running      while the learner's function runs
    notebooks   the answer cells of a lesson, its solved edition, the code that one answer needs
    grading     judging for points; judge, answering: the processes it starts, wire: what they tell each other
"""

import builtins
import threading
from typing import Any

from helpers import budget
from helpers.contents import progress as noted
from helpers.exercises import checking, core, display, running
from helpers.exercises.cells import CellLog
from helpers.exercises.core import Exercise, Incorrect, NotAttempted, Stopped
from helpers.exercises.notebooks import answer_cells, solved_notebook
from helpers.exercises.quiz import score, show_question

__all__ = ["answer_cells", "begin", "check", "hint", "progress", "quiz", "solution", "solved_notebook"]

BUILTINS = {**vars(builtins)}  # as they are in the set-up cell; hidden tests put them back while they judge
_lesson = ""  # the one that has begun in this kernel
_cells = CellLog()
_hints_shown: dict[str, int] = {}
_unsolved: dict[str, Any] = {}  # the answer of the last check, by exercise, if it wasn't right
_buttons: dict[str, Any] = {}  # below the last check of an exercise


def begin(lesson: str) -> None:
    """Print how many exercises of a lesson are done, and follow the cells that define its answers from now on."""
    global _lesson
    _lesson = lesson
    if not budget.graded():
        noted.note_lesson(lesson)
    names = [exercise.solution.__name__ for exercise in core.exercises_of(lesson)]
    _cells.follow(display.shell(), names, lambda *sentences: display.show_box("!", "Not checked", *sentences))
    progress(lesson)


def check(name: str, answer: Any) -> None:
    """Show whether an answer is right, and if not, what is wrong with it.

    Nothing is raised, so that Run All goes on; but under nbgrader (`NBGRADER_EXECUTION`) a wrong or blank answer
    raises `Incorrect` or `NotAttempted`, an unknown name LookupError, and nothing is noted as done.
    """
    exercise = _find(name)
    if exercise is None:
        return
    if budget.graded():
        try:
            exercise.judge(answer)
        except (NotAttempted, Incorrect) as outcome:
            raise outcome from None
        display.show_box("✓", f"Right: {exercise.title}", exercise.takeaway)
    elif trouble := _cells.trouble(exercise.solution.__name__, answer):
        display.show_box("!", f"Not checked: {exercise.title}", *trouble)
    else:
        noted.note_lesson(exercise.lesson)
        threads = set(threading.enumerate())
        with running.Notice(display.show_late if display.is_live() else None) as notice, running.short_output():
            mark, title, *sentences = _outcome(exercise, answer)
        sentences += running.threads_left(threads)
        if not display.is_live() and mark != "✓":
            sentences.append(f'Stuck? `exercises.hint("{name}")`')
        display.show_box(mark, f"{title}: {exercise.title}", *sentences, display_id=notice.display_id)
        if display.is_live():
            _show_buttons(exercise, mark)


def _outcome(exercise: Exercise, answer: Any) -> list[str]:
    """Judge an answer; return a mark, what it means, and sentences."""
    again = display.shell() and exercise.name in _unsolved and _unsolved[exercise.name] is answer
    _unsolved[exercise.name] = answer
    function = exercise.solution.__name__
    unchanged = [f"`{function}` is the same as in your last check. If you have changed its cell, run that cell first."]
    try:
        exercise.judge(answer)
    except NotAttempted:
        todo = "Replace the `...` in the cell above with your code and run it. Then run this cell again."
        return ["○", "Not attempted yet", *(unchanged if again else [todo, *_cells.elsewhere(function, answer)])]
    except (Stopped, KeyboardInterrupt) as outcome:  # ■ may come while the check itself is at work
        return ["!", "Stopped", str(outcome) if isinstance(outcome, Stopped) else checking.stopped(outcome)]
    except Incorrect as outcome:
        more = unchanged if again else _cells.elsewhere(function, answer)
        return ["✗", "Not right yet", str(outcome), *more]
    del _unsolved[exercise.name]
    return ["✓", "Right", exercise.takeaway, *(_what_next(exercise) if noted.mark_done(exercise.name) else [])]


def _what_next(exercise: Exercise) -> list[str]:
    """Say how many exercises of the lesson are done, and which one is next."""
    following = core.next_exercise(exercise)
    next_one = f" Next: {following.title}" if following else ""
    count = _progress_line(exercise.lesson).partition(": ")[2].replace(" done", " of this lesson are done")
    return [f"{count}.{next_one}"]


def _show_buttons(exercise: Exercise, mark: str) -> None:
    """Show Hint, Solution and Next below a check; those below an earlier check of the exercise go."""
    from helpers.widgets.exercise_buttons import ExerciseButtons  # needs ipywidgets, which a plain script does without

    name, following = exercise.name, core.next_exercise(exercise)
    if name in _buttons:
        _buttons.pop(name).close()
    buttons = _buttons[name] = ExerciseButtons(
        name, exercise.hints if mark != "✓" else [], exercise.source, following.title if following else ""
    )
    buttons.shown = min(_hints_shown.get(name, 0), len(buttons.hints))
    buttons.observe(lambda change: _hints_shown.__setitem__(name, change["new"]), "shown")
    display.show(buttons)


def hint(name: str) -> None:
    """Show the next hint of an exercise; after the last one, all of them."""
    exercise = _find(name)
    if exercise is None:
        return
    count, shown = len(exercise.hints), _hints_shown.get(name, 0)
    if shown < count:
        shown = _hints_shown[name] = shown + 1
        lines, title = exercise.hints[shown - 1 : shown], f"Hint {shown} of {count}"
    else:
        lines, title = [f"{number}. {text}" for number, text in enumerate(exercise.hints, 1)], "All hints"
    if shown == count:
        lines = [*lines, f'There are no more hints. `exercises.solution("{name}")` shows a solution.']
    if name in _buttons:
        _buttons[name].shown = min(shown, len(_buttons[name].hints))
    display.show_box("?", f"{title}: {exercise.title}", *lines)


def solution(name: str) -> None:
    """Show the source of the reference solution."""
    exercise = _find(name)
    if exercise is not None:
        display.show_code(exercise.source)


def quiz(number: int) -> None:
    """Show a question of the lesson's quiz, counted from 1, as choices that answer at once."""
    show_question(_lesson, number)


def progress(lesson: str | None = None) -> None:
    """Print one line, "Lesson 01: 2 of 4 exercises done", for one lesson or for each; with the quiz once it has begun."""
    for number in [lesson] if lesson else core.lessons():
        print(", ".join(filter(None, [_progress_line(number), score(number)])))
    if damage := noted.read_progress().damage:
        print(damage)


def _progress_line(lesson: str) -> str:
    exercises, done = core.exercises_of(lesson), noted.read_progress().done
    return f"Lesson {lesson}: {sum(item.name in done for item in exercises)} of {len(exercises)} exercises done"


def _find(name: str) -> Exercise | None:
    """Return the exercise; show a sentence and return None for an unknown name."""
    try:
        return core.find_exercise(name, _lesson)
    except LookupError as error:
        if budget.graded():
            raise
        display.show_box("✗", str(error))
        return None
