"""Quiz questions: those of a lesson, in questions/NN.md, and which choices are made on this machine.

A question is a heading, and its choices are a task list, each with the reason why it is right or wrong below it:

    ## A batch has the labels `[0 1 1]`. Which loss goes with it?

    - [ ] `categorical_crossentropy`
      It wants one-hot labels, and these are whole numbers.
    - [x] `sparse_categorical_crossentropy`
      It takes one whole number for each image.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from helpers import budget
from helpers.contents.progress import note_choice, read_progress
from helpers.exercises import display

FOLDER = Path(__file__).parent / "questions"


class Choice(NamedTuple):
    """One of a question's choices. In the texts `backticks` are code and **stars** bold.

    why: the reason why it is right or wrong, without the words "Right" or "Wrong": they are shown in front of it.
    """

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Question:
    """Record of one question, without its number. ValueError unless one choice is right, and each has its own text and a reason."""

    text: str
    choices: Sequence[Choice]

    def __post_init__(self) -> None:
        right, texts = sum(choice.right for choice in self.choices), {choice.text for choice in self.choices}
        if right != 1 or len(texts) != len(self.choices) or not all(choice.why for choice in self.choices):
            raise ValueError(
                f"{self.text!r} needs one right choice (it has {right}), no two choices alike, and a reason for each."
            )


def questions_of(lesson: str) -> list[Question]:
    """Return the questions of lesson "01"; none for a lesson without a quiz."""
    path = FOLDER / f"{lesson}.md"
    return read_questions(path) if path.exists() else []


def read_questions(path: Path) -> list[Question]:
    """Return the questions of a Markdown file. ValueError, with its line, for anything else in it."""
    found: list[tuple[int, str, list[list[str]]]] = []  # line, text; of each choice: mark, text, reason …
    for place, line in enumerate(map(str.rstrip, path.read_text("utf-8").splitlines()), 1):
        choice = re.fullmatch(r"- \[([ x])\] (.+)", line)
        if line.startswith("## "):
            found.append((place, line[3:], []))
        elif choice and found:
            found[-1][2].append([*choice.groups()])
        elif line.startswith("  ") and found and found[-1][2]:
            found[-1][2][-1].append(line.strip())
        elif line:
            raise ValueError(
                f"{path}, line {place}: {line!r} is neither a question (## …) nor a choice (- [ ] … or - [x] …) nor a "
                "reason, indented below its choice."
            )
    questions = []
    for place, text, lines in found:
        choices = tuple(Choice(name, mark == "x", " ".join(why)) for mark, name, *why in lines)
        try:
            questions.append(Question(text, choices))
        except ValueError as error:
            raise ValueError(f"{path}, line {place}: {error}") from None
    return questions


def score(lesson: str) -> str:
    """Return "1 of 3 quiz questions right", counting the choices made last; "" before any is made."""
    questions, made = questions_of(lesson), read_progress().choices
    chosen = [_chosen(question, made.get(f"{lesson}/{number}")) for number, question in enumerate(questions, 1)]
    if all(place < 0 for place in chosen):
        return ""
    right = sum(place >= 0 and item.choices[place].right for item, place in zip(questions, chosen, strict=True))
    return f"{right} of {len(questions)} quiz questions right"


def show_question(lesson: str, number: int) -> None:
    """Show a question of a lesson as choices; what is chosen is noted on this machine. Counts nothing under nbgrader."""
    questions = questions_of(lesson)
    if not lesson:
        return display.show_box("!", "Run the set-up cell at the top of the lesson first, then this one again.")
    if not isinstance(number, int) or not 1 <= number <= len(questions):
        count = (
            f"The quiz of lesson {lesson} has {len(questions)} questions"
            if questions
            else f"Lesson {lesson} has no quiz"
        )
        call = f" `exercises.quiz({len(questions)})` shows the last one." if questions else ""
        return display.show_box("✗", f"{count}, and none of them is {str(number)[:40]!r}.{call}")
    question, place = questions[number - 1], f"{lesson}/{number}"
    if not display.shell():
        print(
            question.text,
            *[f"  {letter} · {choice.text}" for letter, choice in zip("ABCDEFGH", question.choices, strict=False)],
            sep="\n",
        )
        return None
    from helpers.widgets.quiz_question import QuizQuestion  # needs ipywidgets, which a plain script does without

    chosen = _chosen(question, read_progress().choices.get(place))
    widget = QuizQuestion(number, question.text, question.choices, chosen)
    if not budget.graded():
        widget.observe(lambda change: note_choice(place, question.choices[change["new"]].text), "chosen")
    return display.show(widget)


def _chosen(question: Question, text: str | None) -> int:
    """Return the place of a choice that was made earlier; -1 for none, or one that the question no longer has."""
    return next((place for place, choice in enumerate(question.choices) if choice.text == text), -1)
