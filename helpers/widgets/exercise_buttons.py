"""The buttons below the check of an exercise: Hint, Solution and Next. They need no kernel, so they work while it trains."""

from collections.abc import Sequence
from html import escape

import traitlets

from helpers.widgets.base import BrowserWidget, Formats, script


class ExerciseButtons(BrowserWidget):
    """A row of buttons for one exercise.

    name    what `exercises.hint(name)` calls it; the static fallback says so
    hints   from vague to precise; each press shows one more. Without hints there is no such button
    source  Python source of the solution
    following  the title of the next exercise: its heading in the notebook is "Exercise: TITLE"; "" for none

    `shown` is how many hints are shown.
    """

    _esm = script("exercise_buttons.js")
    name = traitlets.Unicode()
    hints = traitlets.List(traitlets.Unicode()).tag(sync=True)
    source = traitlets.Unicode().tag(sync=True)
    following = traitlets.Unicode().tag(sync=True)
    shown = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, name: str, hints: Sequence[str], source: str, following: str = ""):
        super().__init__(name=name, hints=list(hints), source=source, following=following)

    def fallback(self) -> Formats:
        """Return a sentence with the call that does the same: for a hint, or after a right answer for the solution."""
        what = "hint" if self.hints else "solution"
        question, call = "Stuck?" if self.hints else "To compare:", f'exercises.{what}("{self.name}")'
        page = f"<p>{question} <code>{escape(call)}</code> shows a {what}.</p>"
        return {"text/plain": f"{question} `{call}` shows a {what}.", "text/html": page}
