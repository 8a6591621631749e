"""The contents page: every lesson as a card with its question, its minutes and what of it is done on this machine.

    contents.show()                     in lesson 00
    contents.page(folder)               the same as HTML; `helpers.fresh_contents` puts it into lesson 00 whenever it is opened

Everything on a card is read from the lesson's notebook and from the progress file, so a new lesson has a card at once.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from data_scripts import atomic
from data_scripts.errors import DataError
from data_scripts.paths import CHECKOUT, home

PARTS = Path(__file__).with_name("cards")  # the pictures, the style, and what moves
LESSON = re.compile(r"\d\d_\w+\.ipynb")  # not a copy (01_…-Copy1.ipynb), and not a file that `make fresh` keeps
START = "00"
ELSEWHERE = "The other lessons aren't next to this notebook. You find them where you got this one."
CHECK = re.compile(r"""^\s*exercises\.check\(\s*["']([^"']+)""", re.MULTILINE)
QUIZ = re.compile(r"^\s*exercises\.quiz\(", re.MULTILINE)


@dataclass(frozen=True)
class Lesson:
    """What a card says of a lesson; `exercises` are their names, `questions` is how many its quiz has."""

    file: str
    title: str
    question: str
    minutes: int
    exercises: tuple[str, ...]
    questions: int

    @property
    def number(self) -> str:
        """The number in the file's name, such as "01"."""
        return self.file[:2]

    def sentence(self, progress: Mapping[str, Any]) -> str:
        """Return its minutes and what of it is done: "75 minutes · 2 of 4 exercises done"."""
        done, answered = self.done(progress), _answered(self.number, progress)
        said = [f"{self.minutes} minutes"] if self.minutes else []
        if self.exercises:
            said.append(f"{done} of {len(self.exercises)} exercises done")
        if self.questions and answered:
            said.append(f"{min(answered, self.questions)} of {self.questions} quiz questions answered")
        return " · ".join(said)

    def done(self, progress: Mapping[str, Any]) -> int:
        """Return how many of its exercises are done."""
        return len(set(self.exercises) & set(progress["done"]))


def lessons(folder: Path) -> list[Lesson]:
    """Return the lessons of a folder in reading order, lesson 00 first; a file that isn't a notebook is left out."""
    found = [_lesson(file) for file in sorted(folder.glob("[0-9][0-9]_*.ipynb")) if LESSON.fullmatch(file.name)]
    return [lesson for lesson in found if lesson]


def _lesson(file: Path) -> Lesson | None:
    try:
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(file.read_text("utf-8"))["cells"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    text = "\n".join(source for kind, source in cells if kind == "markdown")
    code = "\n".join(source for kind, source in cells if kind == "code")
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    question = re.search(r"^> (.+(?:\n> .+)*)", text, re.MULTILINE)
    minutes = re.search(r"About (\d+) minutes", text)
    return Lesson(
        file.name,
        _plain(title[1]) if title else file.stem,
        _plain(question[1].replace("\n> ", " ")) if question else "",
        int(minutes[1]) if minutes else 0,
        tuple(dict.fromkeys(CHECK.findall(code))),
        len(QUIZ.findall(code)),
    )


def _plain(markdown: str) -> str:
    return re.sub(r"[*`_]{1,2}(\S[^*`_]*)[*`_]{1,2}", r"\1", markdown).strip()


def note_lesson(number: str) -> None:
    """Note that the learner is in lesson "03", for *Continue*; nothing happens where it can't be noted."""
    try:
        if number != START and last_lesson() != number:
            atomic.write(_place(), json.dumps({"lesson": number}))
    except (DataError, OSError):
        pass


def last_lesson() -> str:
    """Return the lesson that the learner was in last, or "" if that isn't known."""
    try:
        number = atomic.read_json(_place())["lesson"]
        return number if isinstance(number, str) else ""
    except (DataError, OSError, ValueError, LookupError, TypeError):
        return ""


def read_progress() -> dict[str, Any]:
    """Return {"done": names of exercises, "quiz": {"05/1": …}}; both empty without a progress file that can be read."""
    try:
        stored = atomic.read_json(home() / "progress.json")
        done, quiz = stored.get("done"), stored.get("quiz")
    except (DataError, OSError, ValueError, AttributeError):
        done = quiz = None
    names = [name for name in done if isinstance(name, str)] if isinstance(done, list) else []
    return {"done": names, "quiz": quiz if isinstance(quiz, dict) else {}}


def next_step(all_of_them: list[Lesson], progress: Mapping[str, Any], last: str) -> tuple[str, Lesson | None]:
    """Return what the first link says and the lesson it leads to: the last one, the one after it, or the first."""
    chapters = [lesson for lesson in all_of_them if lesson.number != START]
    place = next((i for i, lesson in enumerate(chapters) if lesson.number == last), None)
    if place is None:
        return "Begin", chapters[0] if chapters else None
    lesson = chapters[place]
    is_done = lesson.exercises and lesson.done(progress) == len(lesson.exercises)
    if is_done and place + 1 < len(chapters):
        return "Go on with the next lesson", chapters[place + 1]
    return "Continue where you left off", lesson


def page(folder: Path | None = None, links: bool = True) -> str:
    """Return the page for the lessons in `folder` (by default the published ones) as HTML that needs nothing else."""
    all_of_them, progress = lessons(folder or CHECKOUT / "notebooks"), read_progress()
    words, lesson = next_step(all_of_them, progress, last_lesson())
    first = f"<p>{ELSEWHERE}</p>"
    if lesson:
        target = _linked(lesson, f"<strong>{words}:</strong> {escape(lesson.title)}", links)
        first = f'<p class="lts-next">{target}<span>{escape(lesson.sentence(progress))}</span></p>'
    cards = "".join(_card(lesson, progress, links) for lesson in all_of_them if lesson.number != START)
    return (
        f'<div class="lts-front"><style>{_part("front.css")}</style>{_part("front.svg")}{first}'
        f'<ul class="lts-cards">{cards}</ul></div>'
    )


def _card(lesson: Lesson, progress: Mapping[str, Any], links: bool) -> str:
    share = lesson.done(progress) / len(lesson.exercises) if lesson.exercises else 0
    body = (
        f"{_picture(lesson.number)}<strong>{escape(lesson.title)}</strong><br>"
        f"<em>{escape(lesson.question)}</em><br><small>{escape(lesson.sentence(progress))}</small>"
        f'<span class="lts-share" aria-hidden="true"><span style="width: {share:.0%}"></span></span>'
    )
    return f"<li>{_linked(lesson, body, links)}</li>"


def _linked(lesson: Lesson, body: str, links: bool) -> str:
    return f'<a href="{escape(lesson.file)}">{body}</a>' if links else f"<span>{body}</span>"


def _picture(number: str) -> str:
    return _part(f"{number}.svg") or _part("other.svg")


@cache
def _part(name: str) -> str:
    file = PARTS / name
    return file.read_text("utf-8").strip() if file.is_file() else ""


def text(folder: Path | None = None) -> str:
    """Return the page as plain text, a line for each lesson."""
    progress = read_progress()
    return "\n".join(
        f"{lesson.title}: {lesson.sentence(progress)}" for lesson in lessons(folder or CHECKOUT / "notebooks")
    )


def show() -> None:
    """Show the contents page of the lessons next to this notebook, or of the published ones where there are none."""
    from IPython.display import display

    folder = Path.cwd() if len(lessons(Path.cwd())) > 1 else CHECKOUT / "notebooks"
    links = "google.colab" not in sys.modules  # where a notebook has no neighbors
    display({"text/html": page(folder, links), "text/plain": text(folder) or ELSEWHERE}, raw=True)


def _answered(number: str, progress: Mapping[str, Any]) -> int:
    return sum(str(question).startswith(f"{number}/") for question in progress["quiz"])


def _place() -> Path:
    return home() / "last_lesson.json"
