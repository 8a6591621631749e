"""The contents page: every lesson as a card with its question, its minutes and what of it is done on this machine.

    contents.show()                     in lesson 00
    contents.mime_bundle(folder)        the same as HTML and as text; `helpers.server.fresh_contents` puts it into lesson 00
                                        whenever that is opened

Everything on a card is read from the lesson's notebook and from the progress file, so a new lesson has a card at once.
"""

import sys
from functools import cache
from html import escape
from pathlib import Path

from data_scripts.paths import CHECKOUT
from helpers.contents.lessons import Lesson, lessons
from helpers.contents.progress import START, Progress, last_lesson, read_progress

# The pictures and the style. What moves, front.svg, has three test digits of MNIST, the edges that lesson 03's filter finds in
# them, and the probabilities that the network of lesson 01 gave.
PARTS = Path(__file__).with_name("pictures")
ELSEWHERE = "The other lessons aren't next to this notebook. You find them where you got this one."


def next_step(all_of_them: list[Lesson], progress: Progress, last: str) -> tuple[str, Lesson | None]:
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


def mime_bundle(folder: Path, links: bool = True) -> dict[str, str]:
    """Return the page for the lessons in `folder` as HTML that needs nothing else, and as plain text, a line for each lesson."""
    all_of_them, progress = lessons(folder), read_progress()
    words, lesson = next_step(all_of_them, progress, last_lesson())
    first = f"<p>{ELSEWHERE}</p>"
    if lesson:
        target = _linked(lesson, f"<strong>{words}:</strong> {escape(lesson.title)}", links)
        first = f'<p class="lts-next">{target}<span>{escape(lesson.sentence(progress))}</span></p>'
    cards = "".join(_card(lesson, progress, links) for lesson in all_of_them if lesson.number != START)
    html = (
        f'<div class="lts-front"><style>{_part("front.css")}</style>{_part("front.svg")}{first}'
        f'<ul class="lts-cards">{cards}</ul></div>'
    )
    text = "\n".join(f"{lesson.title}: {lesson.sentence(progress)}" for lesson in all_of_them)
    return {"text/html": html, "text/plain": text or ELSEWHERE}


def _card(lesson: Lesson, progress: Progress, links: bool) -> str:
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


def show() -> None:
    """Show the contents page of the lessons next to this notebook, or of those in the course's repository where there are none."""
    from IPython.display import display

    folder = Path.cwd() if len(lessons(Path.cwd())) > 1 else CHECKOUT / "notebooks"
    links = "google.colab" not in sys.modules  # where a notebook has no neighbors
    display(mime_bundle(folder, links), raw=True)
