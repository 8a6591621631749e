"""The class edition, through the real nbgrader and around it: what gets points, in the student's kernel and isolated."""

import json
import os
import sys
import threading
from pathlib import Path

import nbformat
import numpy as np
import pytest

from helpers import exercises
from helpers.exercises import core, grading, judge, wire
from helpers.exercises.notebooks import needed_code
from tests.benchmarks import attack_grading
from tests.nbgrader_commands import HAS_NBGRADER, nbgrader, scores
from tests.wrong_answers import WRONG_ANSWERS
from tools import class_edition, notebooks

LESSONS = {path.name[:2]: path for path in notebooks.lessons()}
EXERCISES = [exercise for number in LESSONS for exercise in core.exercises_of(number)]
SEVERAL = ["one-hot", "max-pool", "bad-files", "verdict"]  # of lessons without Keras
needs_nbgrader = pytest.mark.skipif(not HAS_NBGRADER, reason="nbgrader is missing: make .venv/class/ready")
OVERWRITTEN = """exercises.check = lambda *anything: print("Right!")
exercises.core.Exercise.judge = lambda *anything: None
exercises.core.exercises_of = exercises.core.find_exercise = lambda *anything: None
list = next = map = [3]"""
SHADOWED = """list = next = print = type = len = str = isinstance = map = np = tf = exercises = core = helpers = [3]
import builtins
builtins.sum = builtins.round = builtins.print = lambda *anything: None"""


def several_exercises() -> nbformat.NotebookNode:
    """A lesson of a few cells: exercises of several lessons, and nothing that takes time."""
    cells = [nbformat.v4.new_code_cell("import numpy as np\nfrom helpers import exercises")]
    for name in SEVERAL:
        exercise = core.find_exercise(name)
        cells += [nbformat.v4.new_code_cell(exercise.stub), nbformat.v4.new_code_cell(exercise.check_cell)]
    return nbformat.v4.new_notebook(cells=cells)


def submissions(released: nbformat.NotebookNode) -> dict[str, nbformat.NotebookNode]:
    """What five students hand in. `half` has every other exercise; `overwritten` turns the checks off."""
    solved, half = exercises.solved_notebook(released), exercises.solved_notebook(released)
    for place, (exercise, cell) in enumerate(exercises.answer_cells(half)):
        if place % 2:
            cell["source"] = exercise.stub
    shadowed = exercises.solved_notebook(released)
    shadowed["cells"].insert(1, nbformat.v4.new_code_cell(SHADOWED))
    for _, cell in exercises.answer_cells(shadowed):
        cell["source"] = f"import numpy as np\n{cell['source']}"
    overwritten = nbformat.from_dict(released.copy())
    first = next(cell for cell in overwritten.cells if cell.source.startswith("exercises.check("))
    overwritten.cells.insert(overwritten.cells.index(first), nbformat.v4.new_code_cell(OVERWRITTEN))
    blank = nbformat.from_dict(released.copy())
    return {"blank": blank, "solved": solved, "half": half, "overwritten": overwritten, "shadowed": shadowed}


def grade(folder: Path, path: Path, students: list[str], isolated: bool) -> dict[str, dict[str, float]]:
    """Hand out a lesson, hand in what `submissions` says for these students, and return their points by exercise."""
    lesson = path.stem
    class_edition.build(folder, [path], isolated=isolated)
    nbgrader(folder, "generate_assignment", lesson)
    released = notebooks.read(folder / "release" / lesson / path.name)
    text = (folder / "release" / lesson / path.name).read_text(encoding="utf-8")
    assert not [word for word in ("SOLUTION", "HIDDEN", "_judged", "_mine") if word in text]
    for exercise, cell in exercises.answer_cells(released):
        assert cell["source"] == exercise.stub
    for student in students:
        target = folder / "submitted" / student / lesson / path.name
        target.parent.mkdir(parents=True)
        nbformat.write(nbformat.from_dict(submissions(released)[student]), target)
    nbgrader(folder, "autograde", lesson)
    nbgrader(folder, "generate_feedback", lesson)
    for student in students:
        assert "Score:" in (folder / "feedback" / student / lesson / f"{lesson}.html").read_text(encoding="utf-8")
    return {student: scores(folder, student) for student in students}


def deserved(names: list[str], student: str) -> dict[str, float]:
    """What one of `submissions` should get."""
    points = {name: float(core.find_exercise(name).points) for name in names}
    shares = {"blank": 0, "overwritten": 0, "solved": 1, "shadowed": 1}
    return {name: points[name] * shares.get(student, place % 2 == 0) for place, name in enumerate(names)}


@needs_nbgrader
@pytest.mark.parametrize("isolated", [False, True])
def test_three_submissions_get_what_they_deserve(isolated, course_home, tmp_path):
    path = tmp_path / "several_exercises.ipynb"
    nbformat.write(several_exercises(), path)
    students = ["half", "overwritten", "shadowed"]
    got = grade(tmp_path / "class", path, students, isolated)
    assert got == {student: deserved(SEVERAL, student) for student in students}
    page = tmp_path / "class" / "feedback" / "half" / path.stem / f"{path.stem}.html"
    assert "Not attempted yet." in page.read_text(encoding="utf-8")
    assert not (course_home / "progress.json").exists()


@needs_nbgrader
@pytest.mark.parametrize(
    ("number", "students"),
    [("00", ["half"]), *(pytest.param(each, None, marks=pytest.mark.slow) for each in LESSONS)],
)
def test_whole_lessons_get_what_they_deserve(number, students, course_home, tmp_path):
    students = students or ["blank", "solved", "half", "overwritten", "shadowed"]
    order = [exercise.name for exercise, _ in exercises.answer_cells(notebooks.read(LESSONS[number]))]
    got = grade(tmp_path / "class", LESSONS[number], students, isolated=False)
    assert got == {student: deserved(order, student) for student in students}
    assert not (course_home / "progress.json").exists()


@pytest.mark.parametrize("number", LESSONS)
def test_an_assignment_is_made_of_a_lesson_and_its_records(number):
    lesson = notebooks.read(LESSONS[number])
    before = nbformat.writes(lesson)
    made = class_edition.assignment(lesson)
    nbformat.validate(made)
    assert nbformat.writes(lesson) == before
    graded = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert {cell.metadata.nbgrader.grade_id for cell in graded} == {
        exercise.name for exercise in core.exercises_of(number)
    }
    assert all(cell.metadata.nbgrader.locked and cell.metadata.nbgrader.points > 0 for cell in graded)
    assert all(not cell.outputs for cell in made.cells if cell.cell_type == "code")
    again = class_edition.assignment(lesson, seed=2)
    assert again != made
    assert class_edition.assignment(lesson) == made


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_a_solution_between_marks_is_the_stub_without_them(exercise):
    lines, inside, released = class_edition.marked_solution(exercise.source).splitlines(), False, []
    for line in lines:
        if class_edition.BEGIN in line:
            inside = True
            released.append(line[: len(line) - len(line.lstrip())] + "...")
        elif class_edition.END in line:
            inside = False
        elif not inside:
            released.append(line)
    assert "\n".join(released) == exercise.stub


def by_wire(exercise: core.Exercise, answer: object, seeds: list[int]) -> list[str]:
    """The verdict on an answer that is asked as from another process, here from another thread."""
    ends = [
        os.fdopen(end, mode) for pair in (os.pipe(), os.pipe()) for end, mode in zip(pair, ("rb", "wb"), strict=True)
    ]
    asked, asking, replied, replying = ends
    answering = wire.Channel(asked, replying)
    thread = threading.Thread(target=grading.serve, args=(answer, answering))
    thread.start()
    channel = wire.Channel(replied, asking)
    result = judge.verdict(exercise.lesson, exercise.name, seeds, judge.Remote(channel))
    channel.send("verdict", *result)
    thread.join()
    for end in ends:
        end.close()
    return result


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_process_that_judges_says_what_the_visible_check_says(exercise, capsys):
    seeds = [0, *class_edition.hidden_seeds(exercise, 1)]
    namespace = {"__name__": "lesson", **vars(sys.modules[exercise.solution.__module__])}
    exec(compile(exercise.source, "cell", "exec"), namespace)  # a function of the course itself is refused
    solution = namespace[exercise.solution.__name__]
    assert by_wire(exercise, solution, seeds) == ["right", f"Right: {exercise.title}", exercise.takeaway]
    assert by_wire(exercise, None, seeds)[0] == "not attempted"
    for wrong, fragment in WRONG_ANSWERS[exercise.name]:
        outcome, text = by_wire(exercise, wrong, [0])
        assert outcome != "right"
        assert fragment in text or outcome == "not attempted" or "the course's own function" in text
    if hasattr(exercise.solution, "__code__"):
        assert "the course's own function" in by_wire(exercise, exercise.solution, seeds)[1]
    assert capsys.readouterr().err == ""


def test_of_values_only_what_they_hold_is_sent():
    class Always(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    class Array(np.ndarray):
        def __array__(self, *arguments, **named):
            return np.ones(2)

    grid = np.arange(6, dtype=">i2").reshape(2, 3)
    values = [
        None,
        True,
        3,
        -0.5,
        "ä",
        ...,
        [1, (2, {3})],
        {"a": [grid], 4: None},
        Path("a"),
        np.float32(2),
        np.str_("x"),
    ]
    for value in [*values, grid, np.array(5), np.zeros((0, 2)), np.array(["a", "bc"]), np.bool_(True)]:
        back = wire.decode(json.loads(json.dumps(wire.encode(value))))
        assert type(back) is type(value) or isinstance(value, Path)
        np.testing.assert_equal(back, value)
    back = wire.decode(wire.encode(Always(3)))
    assert (type(back), back) == (float, 3)
    back = wire.decode(wire.encode(grid.view(Array)))
    assert type(back) is np.ndarray
    np.testing.assert_array_equal(back, grid)
    for odd in (Always, object(), np.array([object()]), (number for number in [1])):
        back = wire.decode(wire.encode(odd))
        assert not vars(type(back)).keys() - vars(type("Empty", (), {})).keys()
    with pytest.raises(wire.TooLargeError):
        wire.encode(np.broadcast_to(np.float64(1), (wire.LIMIT,)))


def test_the_code_that_an_answer_needs_is_what_defines_its_names():
    sources = [
        "import numpy as np, os\nimport keras",
        "%matplotlib inline\nmodel = keras.Sequential()\nmodel.fit()",
        "half a sentence",
        "SIZE = 3; other = 4\n\n@decorated\ndef helper(x):\n    return np.ones(SIZE) * x",
        "image = model.predict()",
        "return 3",
        "def answer(image):\n    total = helper(image)\n    return total",
    ]
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    assert needed_code([*cells, {"cell_type": "markdown", "source": "answer", "metadata": {}}], "answer") == [
        "import numpy as np, os",
        "SIZE = 3; other = 4",
        "\n\n@decorated\ndef helper(x):\n    return np.ones(SIZE) * x",
        sources[-1],
    ]
    broken = [{"cell_type": "code", "source": "def answer(:", "metadata": {}}]
    assert needed_code(cells + broken, "answer")[-1] == "def answer(:"
    assert needed_code([], "answer") == []


IN_TEST = ["own_next", "importlib", "modules_replaced", "grading_patched", "allclose_inside", "frames", "magic_array"]
RIGHT_IN_TEST = [
    "names_all",
    "builtins_overwritten",
    "uses_earlier_cells",
    "prints_to_stderr",
    "redefined_below",
    "magics",
]


def test_in_the_kernel_tricks_get_nothing_and_names_cost_nothing():
    cases = attack_grading.KEPT_OUT | attack_grading.RIGHT
    points = attack_grading.in_kernels({name: cases[name] for name in IN_TEST + RIGHT_IN_TEST})
    assert points == dict.fromkeys(IN_TEST, False) | dict.fromkeys(RIGHT_IN_TEST, True)


@pytest.mark.slow
def test_in_the_kernel_only_the_tricks_that_the_guide_names_get_points():
    expected = dict.fromkeys(attack_grading.KEPT_OUT, False) | dict.fromkeys(attack_grading.RIGHT, True)
    assert attack_grading.in_kernels(attack_grading.KEPT_OUT | attack_grading.RIGHT) == expected


ISOLATED_IN_TEST = [
    "transformer",
    "channel_on_the_stack",
    "channel_in_gc",
    "solution_wrapped",
    "executable",
    "solution_from_file",
    "process_ended",
    "ended_at_once",
]
ISOLATED_IN_TEST += ["kills_the_judge", "magic_float", "writes_to_the_gradebook", "deep", "writes_to_the_pipe"]


def test_isolated_no_trick_gets_anything(every_trick):
    tricks = attack_grading.KEPT_OUT | attack_grading.TAKES_OVER | attack_grading.ISOLATED_ONLY
    chosen = tricks if every_trick else ISOLATED_IN_TEST
    assert [name for name in chosen if attack_grading.isolated(tricks[name], seconds=20)] == []


def test_isolated_right_answers_get_their_points(every_trick):
    chosen = attack_grading.RIGHT if every_trick else RIGHT_IN_TEST
    assert [name for name in chosen if not attack_grading.isolated(attack_grading.RIGHT[name])] == []


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "all"])
def every_trick(request) -> bool:
    return request.param


@pytest.mark.parametrize(
    "number", [each if each == "07" else pytest.param(each, marks=pytest.mark.slow) for each in LESSONS]
)
def test_isolated_every_solution_of_a_lesson_gets_its_points(number):
    made = class_edition.assignment(notebooks.read(LESSONS[number]))
    grading.judge_notebook(made)
    graded = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(graded) == len(core.exercises_of(number))
    assert [cell.outputs[0].get("evalue") for cell in graded if cell.outputs[0]["output_type"] != "stream"] == []


def test_isolated_an_answer_that_never_ends_is_ended_and_the_next_is_judged():
    endless, right = attack_grading.ISOLATED_ONLY["never_ends"], attack_grading.RIGHT["right"]
    sources = [*attack_grading.cells(endless), *attack_grading.cells(right)]
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    for cell in cells:
        cell["metadata"] = {"nbgrader": {"grade": "_judged" in cell["source"]}}
    grading.judge_notebook({"cells": cells}, seconds=6)
    first, second = (cell["outputs"] for cell in cells if cell["metadata"]["nbgrader"]["grade"])
    assert first[0]["evalue"] == "Your answer took longer than 6 seconds."
    assert second[0]["text"].startswith("✓ Right: ")


def test_the_guide_names_what_a_kernel_cannot_prevent():
    guide = (notebooks.CHECKOUT / "docs" / "teaching.md").read_text(encoding="utf-8")
    named = [
        "transformers",
        "run_code",
        "sys.executable",
        "_posixsubprocess",
        "sys.meta_path",
        "builtins.__import__",
        "`gc`",
    ]
    assert [name for name in [*named, "`<script>`", "ISOLATED=1"] if name not in guide] == []


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_another_edition_hides_another_test(exercise):
    seeds = [0, *(seed for edition in (1, 2, 3) for seed in class_edition.hidden_seeds(exercise, edition))]
    assert len(set(seeds)) == 1 + 3 * class_edition.SEEDS
    tests = [class_edition.graded_check(exercise, exercise.check_cell, edition) for edition in (1, 2, 3)]
    assert len(set(tests)) == 3
