"""The contents page: cards made of the lessons themselves, what is done, and the link that comes first."""

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers import contents, exercises, launch
from helpers.contents import front_page
from helpers.contents.lessons import lessons
from helpers.contents.progress import last_lesson, note_lesson
from helpers.exercises import core
from helpers.server import fresh_contents
from helpers.server.contents_manager import CourseContents
from tests.conftest import ROOT
from tests.test_contents_browser import make_lab
from tools import notebooks

PUBLISHED = ROOT / "notebooks"


def write_lesson(folder, file, title, minutes=10, checks=(), questions=0):
    first = f"# {title}\n\n> Why does *this* work,\n> and when?\n\nAbout {minutes} minutes to read and try."
    cells = [{"cell_type": "markdown", "source": first}]
    cells += [{"cell_type": "code", "source": [f'exercises.check("{name}", answer)\n']} for name in checks]
    cells += [{"cell_type": "code", "source": f"exercises.quiz({number})"} for number in range(1, questions + 1)]
    (folder / file).write_text(json.dumps({"cells": cells}), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "lessons"
    place.mkdir()
    write_lesson(place, "00_start_here.ipynb", "00 · Start here")
    write_lesson(place, "01_first.ipynb", "01 · First", 60, ("one-hot", "softmax"), questions=2)
    write_lesson(place, "02_second.ipynb", "02 · Second & last", 75, ("max-pool",))
    return place


def progress(home, **values):
    (home / "progress.json").write_text(json.dumps(values), encoding="utf-8")


def test_every_published_lesson_has_a_card_with_what_its_notebook_says():
    found = lessons(PUBLISHED)
    assert [lesson.file for lesson in found] == [path.name for path in notebooks.lessons()]
    for lesson in found:
        assert list(lesson.exercises) == [exercise.name for exercise in core.exercises_of(lesson.number)]
        assert lesson.title.startswith(f"{lesson.number} · ")
        assert lesson.question.endswith("?")
        assert lesson.minutes >= 20
    page = contents.mime_bundle(PUBLISHED)["text/html"]
    for lesson in found[1:]:
        assert page.count(f'href="{lesson.file}"') >= 1
        assert front_page._picture(lesson.number) in page


def test_a_lesson_that_is_added_has_a_card_without_a_list_that_names_it(folder, course_home):
    write_lesson(folder, "13_later.ipynb", "13 · Later <b>", 45, ("deep",), questions=3)
    page = contents.mime_bundle(folder)["text/html"]
    assert 'href="13_later.ipynb"' in page
    assert "13 · Later &lt;b&gt;" in page
    assert "45 minutes · 0 of 1 exercises done" in page
    assert "Why does this work, and when?" in page


def test_copies_kept_files_and_what_is_no_notebook_have_no_card(folder):
    for name in ("01_first-Copy1.ipynb", "01_first-kept-20270101-101010.ipynb"):
        write_lesson(folder, name, "01 · First")
    for number, text in enumerate(("", "[]", '{"cells": 3}', '{"cells": [{}]}', "\x00", "[" * 100_000)):
        (folder / f"2{number}_broken.ipynb").write_text(text)
    (folder / "30_folder.ipynb").mkdir()
    os.mkfifo(folder / "31_pipe.ipynb")
    assert [lesson.number for lesson in lessons(folder)] == ["00", "01", "02"]


def test_exercises_and_quiz_are_counted_from_the_progress_file(folder, course_home):
    progress(course_home, done=["one-hot", "max-pool", "of a lesson that is gone"], quiz={"01/1": "a", "02/9": "b"})
    text = contents.mime_bundle(folder)["text/plain"]
    assert "01 · First: 60 minutes · 1 of 2 exercises done · 1 of 2 quiz questions answered" in text
    assert "02 · Second & last: 75 minutes · 1 of 1 exercises done" in text
    assert 'style="width: 50%"' in contents.mime_bundle(folder)["text/html"]


def test_a_progress_file_from_before_there_were_quizzes_counts(folder, course_home):
    progress(course_home, done=["one-hot"])
    assert "1 of 2 exercises done" in contents.mime_bundle(folder)["text/plain"]


@pytest.mark.parametrize(
    "text", ["", "[]", "3", '{"done": 7}', '{"done": [[1]], "quiz": [2]}', '{"quiz": {"01/1": 1}}', "\x80", None]
)
def test_a_progress_file_that_is_damaged_or_missing_counts_nothing(folder, course_home, text):
    if text is not None:
        (course_home / "progress.json").write_bytes(text.encode("latin-1"))
    assert "0 of 2 exercises done" in contents.mime_bundle(folder)["text/plain"]


def test_the_first_link_begins_then_continues_then_goes_on(folder, course_home):
    def first():
        return re.search(r'<a href="([^"]+)"><strong>([^<]+):', contents.mime_bundle(folder)["text/html"]).groups()

    assert first() == ("01_first.ipynb", "Begin")
    note_lesson("01")
    assert first() == ("01_first.ipynb", "Continue where you left off")
    progress(course_home, done=["one-hot", "softmax"])
    assert first() == ("02_second.ipynb", "Go on with the next lesson")
    note_lesson("02")
    progress(course_home, done=["max-pool"])
    assert first() == ("02_second.ipynb", "Continue where you left off")
    note_lesson("99")
    assert first() == ("01_first.ipynb", "Begin")


def test_the_set_up_cell_notes_the_lesson_and_lesson_00_does_not_count(folder, course_home, capsys):
    exercises.begin("02")
    exercises.begin("00")
    assert last_lesson() == "02"
    exercises.check("signed-scale", None)
    assert last_lesson() == "01", "of two lessons that are open, the one that is worked on"


def test_grading_notes_no_lesson(course_home, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    exercises.begin("02")
    assert last_lesson() == ""


@pytest.mark.parametrize("text", ["", "[]", '{"lesson": 3}', '{"lesson": "../.."}', "\xff"])
def test_a_note_that_is_damaged_begins_at_the_beginning(folder, course_home, text):
    (course_home / "last_lesson.json").write_bytes(text.encode("latin-1"))
    assert "<strong>Begin:" in contents.mime_bundle(folder)["text/html"]


def test_a_home_that_cannot_be_written_stops_nothing(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    note_lesson("01")
    assert "<strong>Begin:" in contents.mime_bundle(folder)["text/html"]


def test_the_page_needs_nothing_from_elsewhere_and_rests_where_less_motion_is_asked_for():
    page = contents.mime_bundle(PUBLISHED)["text/html"]
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "<script" not in page
    style = front_page._part("front.svg")
    moving = style.index("prefers-reduced-motion: no-preference")
    assert "animation" not in style[:moving]
    assert len(page) < 100_000


def test_on_colab_cards_have_no_links(folder):
    assert "<a " not in contents.mime_bundle(folder, links=False)["text/html"]


def test_without_lessons_the_page_says_where_they_are(tmp_path, monkeypatch):
    monkeypatch.setattr(front_page, "CHECKOUT", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert lessons(tmp_path) == []
    page = contents.mime_bundle(tmp_path)["text/html"]
    assert front_page.ELSEWHERE in page
    assert "<li>" not in page


def test_lesson_00_needs_no_tensorflow(course_home):
    code = (
        "import sys, helpers; helpers.start('00')\nfrom helpers import contents, exercises, plots\n"
        "from helpers.images import assets\nassert assets.digits().shape == (10, 28, 28)\n"
        "exercises.check('pixel-count', lambda height, width: height * width); contents.show()\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=120
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "[]"
    assert "Right: How many pixels?" in done.stdout


# ---- fresh whenever it is opened ----


def model(folder, name="00_start_here.ipynb"):
    cell = {"cell_type": "code", "id": "contents", "metadata": {}, "outputs": [], "source": "contents.show()"}
    return {"type": "notebook", "name": name, "path": name, "content": {"cells": [cell]}}


def test_when_lesson_00_is_opened_its_cell_has_todays_page_and_is_trusted(folder, course_home):
    progress(course_home, done=["one-hot", "softmax"])
    written = model(folder)["content"] | {"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    written["cells"][0]["execution_count"] = None
    (folder / "00_start_here.ipynb").write_text(json.dumps(written))
    manager = CourseContents(root_dir=str(folder))
    with ThreadPoolExecutor(1) as pool:  # the browser of other tests leaves a loop running in this thread
        answer = pool.submit(asyncio.run, manager.get("00_start_here.ipynb", content=True)).result()
    (cell,) = answer["content"]["cells"]
    assert "2 of 2 exercises done" in cell["outputs"][0]["data"]["text/html"]
    assert cell["metadata"]["trusted"] is True
    assert json.loads((folder / "00_start_here.ipynb").read_text()) == written


@pytest.mark.parametrize(
    "other",
    [
        {"type": "directory", "name": "00_x", "content": []},
        {"type": "notebook", "name": "00_start_here.ipynb", "content": None},
        {"type": "notebook", "name": "00_start_here.ipynb", "content": {"cells": [{"id": "contents"}]}},
        {"type": "notebook", "name": "00_start_here.ipynb", "content": {"cells": "odd"}},
        None,
    ],
)
def test_whatever_else_is_opened_stays_as_it_is(folder, other):
    before = json.dumps(other)
    assert json.dumps(fresh_contents.with_contents(other, folder)) == before


def test_another_notebook_is_neither_changed_nor_trusted(folder):
    found = fresh_contents.with_contents(model(folder, "mine.ipynb"), folder)
    assert found["content"]["cells"][0]["metadata"] == {}
    assert found["content"]["cells"][0]["outputs"] == []


def test_the_server_of_make_lab_leads_to_the_page_of_today(course_home, tmp_path):
    copies = tmp_path / "my_course"
    launch.copy_lessons(copies)
    note_lesson("03")
    with make_lab(copies, course_home) as address:
        with urllib.request.urlopen(address, timeout=30) as answer:
            assert urllib.parse.urlsplit(answer.url).path == "/lab/tree/00_start_here.ipynb"
        with urllib.request.urlopen(address.replace("/?", "/api/contents/00_start_here.ipynb?"), timeout=30) as answer:
            cells = json.load(answer)["content"]["cells"]
    (cell,) = (cell for cell in cells if cell["id"] == "contents")
    assert "Continue where you left off:</strong> 03 · " in cell["outputs"][0]["data"]["text/html"]
    assert [one["id"] for one in cells if one["metadata"].get("trusted")] == ["contents"]
