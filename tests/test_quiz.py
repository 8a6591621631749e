"""The quiz: its records, what is noted of an answer, and the widget that asks."""

import json
import re
import sys

import pytest
import traitlets

from helpers import exercises
from helpers.contents import progress
from helpers.exercises import core
from helpers.exercises.quiz import Choice, Question, questions_of, read_questions
from helpers.widgets.base import VIEW
from helpers.widgets.quiz_question import QuizQuestion, verdict

TWO = Question("Is `1 * 1` **one**?", (Choice("Yes", True, "As `1 ** 1` is."), Choice("No & <never>", False, "Count.")))
THREE = Question("Which?", (Choice("A", False, "x"), Choice("B", True, "y"), Choice("C", False, "z")))
MARKDOWN = """## Is `1 * 1` **one**?

- [x] Yes
  As `1 ** 1`
  is.
- [ ] No & <never>

  Count.

## Which?
- [ ] A
  x
- [x] B
  y
- [ ] C
  z
"""


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return tmp_path / "home"


@pytest.fixture
def lesson(monkeypatch, own_home, tmp_path):
    """Lesson 01, begun in a notebook, with a quiz of two questions; the list of what was shown."""
    shown = []
    (tmp_path / "01.md").write_text(MARKDOWN, encoding="utf-8")
    monkeypatch.setattr(sys.modules[questions_of.__module__], "FOLDER", tmp_path)
    monkeypatch.setattr(exercises, "_lesson", "01")
    monkeypatch.setattr("helpers.exercises.display.shell", object)
    monkeypatch.setattr("helpers.exercises.display.show", shown.append)
    return shown


@pytest.fixture
def boxes(monkeypatch):
    said = []
    monkeypatch.setattr("helpers.exercises.display.show_box", lambda mark, *texts: said.append(" ".join(texts)))
    return said


@pytest.mark.parametrize("number", core.lessons())
def test_the_questions_of_a_lesson_have_three_choices_whose_reasons_stand_alone(number):
    questions = questions_of(number)
    assert len(questions) == 3
    for question in questions:
        assert len(question.choices) == 3
        for choice in question.choices:
            assert choice.why.strip().endswith((".", "?", ")"))
            assert not choice.why.lower().startswith(("right", "wrong", "no.", "not this"))


def test_a_question_has_one_right_choice():
    yes, no = Choice("a", True, "."), Choice("b", False, ".")
    for choices in (
        (no,),
        (yes, Choice("c", True, ".")),
        (),
        (yes, Choice("a", False, ".")),
        (yes, Choice("b", False, "")),
    ):
        with pytest.raises(ValueError, match="needs one right choice"):
            Question("Which?", choices)
    assert Question("Which?", [yes, no]).choices


def test_questions_are_read_from_markdown(lesson):
    assert questions_of("01") == [TWO, THREE]
    assert questions_of("02") == questions_of("") == []


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("## Is", "Is", 1, "neither a question"),
        ("## Is", "# Is", 1, "neither a question"),
        ("## Is `1 * 1` **one**?", "", 3, "neither a question"),
        ("  Count.", "Count.", 8, "nor a choice"),
        ("- [ ] No", "- [X] No", 6, "nor a choice"),
        ("- [ ] A", "  A", 11, "nor a choice"),
        ("- [ ] A", "- [x] A", 10, "needs one right choice (it has 2)"),
        ("- [x] Yes", "- [ ] Yes", 1, "needs one right choice (it has 0)"),
        ("- [ ] A", "- [ ] B", 10, "no two choices alike"),
        ("  z\n", "", 10, "a reason for each"),
    ],
)
def test_anything_else_in_the_file_is_named_with_its_line(old, new, line, sentence, tmp_path):
    path = tmp_path / "01.md"
    path.write_text(MARKDOWN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(sentence)) as error:
        read_questions(path)
    assert str(error.value).startswith(f"{path}, line {line}: ")


def test_an_answer_is_noted_next_to_the_exercises_and_restored(lesson, own_home, capfd):
    progress.mark_done("one-hot")
    exercises.progress("01")
    assert capfd.readouterr().out == "Lesson 01: 1 of 4 exercises done\n"
    exercises.quiz(1)
    exercises.quiz(2)
    lesson[0].chosen, lesson[1].chosen = 1, 1
    exercises.progress("01")
    assert capfd.readouterr().out == "Lesson 01: 1 of 4 exercises done, 1 of 2 quiz questions right\n"
    lesson[0].chosen = 0
    progress.mark_done("confusion")
    exercises.progress("01")
    assert capfd.readouterr().out == "Lesson 01: 2 of 4 exercises done, 2 of 2 quiz questions right\n"
    assert json.loads((own_home / "progress.json").read_text()) == {
        "done": ["confusion", "one-hot"],
        "quiz": {"01/1": "Yes", "01/2": "B"},
    }
    exercises.quiz(1)
    assert lesson[2].chosen == 0


def test_a_choice_that_the_question_no_longer_has_is_not_restored(lesson, capfd):
    progress.note_choice("01/1", "Maybe")
    exercises.quiz(1)
    assert lesson[0].chosen == -1
    exercises.progress("01")
    assert "quiz" not in capfd.readouterr().out


@pytest.mark.parametrize("damage", ['{"done": ["one-hot"], "quiz": 3}', '{"done": ["one-hot"], "quiz": {"01/1": [0]}}'])
def test_damaged_answers_cost_no_exercise(damage, lesson, own_home):
    own_home.mkdir(exist_ok=True)
    (own_home / "progress.json").write_text(damage)
    exercises.quiz(1)
    lesson[0].chosen = 0
    assert progress.read_progress() == ({"one-hot"}, {"01/1": "Yes"}, "")


def test_under_nbgrader_nothing_is_noted(lesson, own_home, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    exercises.quiz(1)
    lesson[0].chosen = 0
    assert progress.read_progress().choices == {}


@pytest.mark.parametrize("number", [0, 3, -1, "1", None, 1.0])
def test_a_number_that_no_question_has_gets_a_sentence(number, lesson, boxes):
    exercises.quiz(number)
    assert lesson == []
    assert "The quiz of lesson 01 has 2 questions" in boxes[0]
    assert "`exercises.quiz(2)`" in boxes[0]


def test_before_a_lesson_has_begun_and_without_a_quiz_there_is_a_sentence(boxes, monkeypatch):
    monkeypatch.setattr(exercises, "_lesson", "")
    exercises.quiz(1)
    assert "Run the set-up cell" in boxes[0]
    monkeypatch.setattr(exercises, "_lesson", "77")
    exercises.quiz(1)
    assert "Lesson 77 has no quiz" in boxes[1]


def test_in_a_script_the_question_is_printed(lesson, monkeypatch, capsys):
    monkeypatch.setattr("helpers.exercises.display.shell", lambda: None)
    exercises.quiz(2)
    assert capsys.readouterr().out == "Which?\n  A · A\n  B · B\n  C · C\n"


def test_where_no_script_runs_the_choices_are_fold_outs():
    data, _ = QuizQuestion(4, TWO.text, TWO.choices, 1)._repr_mimebundle_()
    page = data["text/html"]
    assert "<script" not in page
    assert "<strong>4.</strong> Is <code>1 * 1</code> <strong>one</strong>?" in page
    assert page.count("<details>") == page.count("</details>") == 2
    assert "<summary>B · No &amp; &lt;never&gt;</summary>" in page
    assert f"{verdict(True).strip('*')}</strong> As <code>1 ** 1</code> is." in page
    assert data["text/plain"] == "Question 4: Is `1 * 1` **one**?\nA · Yes\nB · No & <never>"
    assert VIEW in data


def test_the_browser_can_only_choose_what_there_is():
    question = QuizQuestion(1, TWO.text, TWO.choices)
    for place in (-2, 2, 10**9):
        with pytest.raises(traitlets.TraitError):
            question.chosen = place
    assert question.chosen == -1
