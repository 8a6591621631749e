"""A quiz question as radio buttons that answer at once, in the browser: no choice waits for the kernel."""

import re
from collections.abc import Sequence
from html import escape

import traitlets

from helpers.widgets.base import BrowserWidget, Formats, script

LETTERS = "ABCDEFGH"


class QuizQuestion(BrowserWidget):
    """One question.

    number   shown in front of it
    question, and in `choices` (text, whether it is right, why): `backticks` are code, **stars** bold
    chosen   the place of the choice that is made, from 0; -1 before
    """

    _esm = script("quiz_question.js")
    number = traitlets.Int(1).tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    choices: traitlets.List = traitlets.List().tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)

    def __init__(self, number: int, question: str, choices: Sequence[tuple[str, bool, str]], chosen: int = -1):
        super().__init__(number=number, question=question, choices=[list(choice) for choice in choices], chosen=chosen)

    @traitlets.validate("chosen")
    def _only_a_choice(self, proposal: dict) -> int:
        if not -1 <= proposal["value"] < len(self.choices):
            raise traitlets.TraitError(
                f"chosen is one of {len(self.choices)} choices, from 0, and not {proposal['value']}."
            )
        return proposal["value"]

    def fallback(self) -> Formats:
        """Return the question with a fold-out for each choice: they answer at once, too, and need no script."""
        lines, folded = [f"Question {self.number}: {self.question}"], []
        for letter, (text, is_right, why) in zip(LETTERS, self.choices, strict=False):
            lines.append(f"{letter} · {text}")
            answer = f"<p>{_marked(f'{verdict(is_right)} {why}')}</p>"
            folded.append(f"<details><summary>{letter} · {_marked(text)}</summary>{answer}</details>")
        page = f"<p><strong>{self.number}.</strong> {_marked(self.question)}</p>{''.join(folded)}"
        return {"text/html": page, "text/plain": "\n".join(lines)}


def verdict(is_right: bool) -> str:
    """Return what is shown in front of a reason."""
    return "**Right.**" if is_right else "**Not this one.**"


def _marked(text: str) -> str:
    """Return HTML for text with code and bold."""
    parts = re.split(r"`([^`]+)`", escape(text, quote=False))  # every second one is code, in which stars are stars
    bold = [re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", part) for part in parts]
    return "".join(f"<code>{parts[at]}</code>" if at % 2 else part for at, part in enumerate(bold))
