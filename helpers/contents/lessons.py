"""The lessons of a folder, each read from its notebook: title, question, minutes, exercises, and how much of it is done."""

import re
from dataclasses import dataclass
from pathlib import Path

from data_scripts import atomic
from helpers.contents.progress import Progress

LESSON = re.compile(r"\d\d_\w+\.ipynb")  # not a copy (01_…-Copy1.ipynb), and not a file that `make fresh` keeps
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

    def sentence(self, progress: Progress) -> str:
        """Return its minutes and what of it is done: "75 minutes · 2 of 4 exercises done"."""
        done, answered = (
            self.done(progress),
            sum(question.startswith(f"{self.number}/") for question in progress.choices),
        )
        said = [f"{self.minutes} minutes"] if self.minutes else []
        if self.exercises:
            said.append(f"{done} of {len(self.exercises)} exercises done")
        if self.questions and answered:
            said.append(f"{min(answered, self.questions)} of {self.questions} quiz questions answered")
        return " · ".join(said)

    def done(self, progress: Progress) -> int:
        """Return how many of its exercises are done."""
        return len(set(self.exercises) & set(progress.done))


def lessons(folder: Path) -> list[Lesson]:
    """Return the lessons of a folder in reading order, lesson 00 first; a file that isn't a notebook is left out."""
    found = [_lesson(file) for file in sorted(folder.glob("[0-9][0-9]_*.ipynb")) if LESSON.fullmatch(file.name)]
    return [lesson for lesson in found if lesson]


def _lesson(file: Path) -> Lesson | None:
    try:
        notebook = atomic.read_json(file, atomic.MAX_NOTEBOOK)
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    text = "\n".join(source for kind, source in cells if kind == "markdown")
    code = "\n".join(source for kind, source in cells if kind == "code")
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    question = re.search(r"^> (.+(?:\n> .+)*)", text, re.MULTILINE)
    minutes = re.search(r"About (\d{1,4}) minutes", text)
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
