"""Exercises: every reference is right, every known wrong answer gets its message, every stub is not attempted yet."""

import json
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import exercises
from helpers.exercises import completed, core, display, registry
from helpers.exercises.checking import call, run
from helpers.exercises.core import Incorrect, NotAttempted

ALL = [exercise for lesson in registry.lessons() for exercise in registry.of_lesson(lesson)]
WRONG = [
    pytest.param(exercise, answer, fragment, id=f"{exercise.id}: {fragment}")
    for exercise in ALL
    for answer, fragment in exercise.wrong
]
each = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)
FUNCTIONS = [exercise for exercise in ALL if not isinstance(exercise.solution, type)]


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Each test has its own progress file, no hints shown yet, and is not graded unless it says so."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(exercises, "_hints_shown", {})
    return tmp_path / "home"


@pytest.fixture
def notebook_display(monkeypatch):
    """What a notebook would get to show, as MIME bundles."""
    bundles = []
    monkeypatch.setattr(display, "_display", bundles.append)
    return bundles


def defined(source):
    """The last function or class that a cell defines, in the names a lesson has at that point."""
    import keras

    names = {"np": np, "keras": keras}
    exec(compile(source, "cell.py", "exec"), names)
    return list(names.values())[-1]


def notebook(lesson):
    """A lesson of nothing but its exercises."""
    cells = [cell for exercise in registry.of_lesson(lesson) for cell in exercises.exercise_cells(exercise.id)]
    return {"cells": [{"cell_type": kind, "source": source, "metadata": {}} for kind, source in cells]}


# The records


@each
def test_the_reference_is_right(exercise, capfd):
    assert exercises.check(exercise.id, exercise.solution) is None
    out, err = capfd.readouterr()
    assert out.startswith(f"✓ Right: {exercise.title}\n") and exercise.takeaway in out
    assert err == ""


@pytest.mark.parametrize(("exercise", "answer", "fragment"), WRONG)
def test_a_known_wrong_answer_gets_its_message(exercise, answer, fragment, capfd):
    with pytest.raises(Incorrect) as outcome:
        exercise.check(answer)
    assert fragment in str(outcome.value)
    assert exercises.check(exercise.id, answer) is None
    out, err = capfd.readouterr()
    assert out.startswith(f"✗ Not right yet: {exercise.title}\n") and fragment in out
    assert err == ""


@each
def test_the_stub_is_not_attempted_and_the_source_is_right(exercise, capfd):
    assert exercise.stub.endswith("    ...")
    assert exercises.check(exercise.id, defined(exercise.stub)) is None
    assert capfd.readouterr().out.startswith(f"○ Not attempted yet: {exercise.title}\n")
    exercise.judge(defined(exercise.source))


@each
def test_the_stub_gives_nothing_of_the_solution_away(exercise):
    signature_and_docstring, body = exercise.stub.rsplit("...", 1)
    assert exercise.source.startswith(signature_and_docstring.rstrip()) and body == ""
    assert len(exercise.source) > len(exercise.stub)


@each
def test_a_record_is_complete(exercise):
    assert len(exercise.wrong) >= 3 and len(exercise.hints) >= 2 and exercise.points >= 1
    assert "Example:" in exercise.stub or exercise.stub.startswith("class")
    for text in (exercise.title, exercise.task, exercise.takeaway, *exercise.hints):
        assert text.strip() == text != ""
    assert exercise.lesson in registry.lessons() and exercise in registry.of_lesson(exercise.lesson)


def test_every_lesson_has_at_least_three_exercises_and_ids_are_unique():
    assert {"01", "02"} <= set(registry.lessons())
    assert all(len(registry.of_lesson(lesson)) >= 3 for lesson in registry.lessons())
    assert len({exercise.id for exercise in ALL}) == len(ALL)


def test_cells_are_formatted_as_ruff_would():
    pytest.importorskip("ruff")
    cells = "\n\n\n".join(source for exercise in ALL for source in (exercise.stub, exercise.source))
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "120", "--isolated", "-"]
    ruff = subprocess.run(command, input=cells + "\n", capture_output=True, text=True, encoding="utf-8", check=True)
    assert ruff.stdout == cells + "\n"


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_any_seed_judges_alike(seed):
    """Hidden tests draw other inputs from another seed: right stays right, wrong stays wrong in the same way."""
    for exercise in ALL:
        exercise.judge(exercise.solution, seed)
        for answer, fragment in exercise.wrong:
            with pytest.raises(Incorrect) as outcome:
                exercise.judge(answer, seed)
            assert fragment in str(outcome.value)


def test_the_examples_in_the_docstrings_hold():
    solution = {exercise.id: exercise.solution for exercise in ALL}
    np.testing.assert_allclose(solution["signed-scale"](np.array([0, 51, 255], np.uint8)), [-1, -0.6, 1], atol=1e-6)
    assert solution["parameters"]([3, 2]) == 8 and solution["parameters"]([784, 50, 50, 10]) == 42_310
    assert solution["one-hot"](np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert solution["confusion"](np.array([0, 1, 1]), np.array([0, 0, 0]), 2).tolist() == [[1, 0], [2, 0]]
    assert solution["steps-per-epoch"](10, 4) == 3 and solution["steps-per-epoch"](60_000, 32) == 1_875
    assert solution["softmax"](np.array([[0.0, 0.0], [1000.0, 1000.0]])).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    names = ["bag", "coat", "shirt"]
    assert solution["read-prediction"](np.array([0.1, 0.7, 0.2]), names) == "coat"
    assert solution["read-prediction"](np.array([0.4, 0.35, 0.25]), names) == "not sure"
    assert solution["convolve"](np.array([[10, 20, 40, 80]]), np.array([[-1, 1]]), 2).tolist() == [[10, 40]]
    assert solution["output-size"](7, 3, 2, "valid") == 3 and solution["output-size"](7, 3, 2, "same") == 4
    assert solution["max-pool"](np.array([[1, 2, 7], [3, 4, 8]]), 2, 2).tolist() == [[4]]
    assert solution["true-comment"](4, 3, 1) == "4 filters, 3×3, 40 parameters"


def test_keras_agrees_with_the_references():
    import keras

    rng = np.random.default_rng(0)
    solution = {exercise.id: exercise.solution for exercise in ALL}
    network = keras.Sequential([keras.Input((7,)), keras.layers.Dense(5), keras.layers.Dense(3)])
    assert solution["parameters"]([7, 5, 3]) == network.count_params()
    labels = rng.integers(0, 6, 20)
    np.testing.assert_array_equal(solution["one-hot"](labels, 6), keras.utils.to_categorical(labels, 6))
    scores = rng.normal(0, 300, (4, 5)).astype("float32")
    np.testing.assert_allclose(solution["softmax"](scores), keras.ops.softmax(scores), atol=1e-6)


def test_fit_is_stopped_by_the_reference_callback():
    import keras

    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    network.compile(loss="binary_crossentropy", metrics=["accuracy"])
    network.set_weights([np.array([[9.0]]), np.array([0.0])])
    x, y = np.array([[-1.0], [1.0]]), np.array([[0.0], [1.0]])
    history = network.fit(x, y, epochs=3, verbose=0, callbacks=[registry.find("stop-at-accuracy").solution()])
    assert history.history["accuracy"] == [1.0]


def test_tensorflow_answers_count_as_well():
    import tensorflow as tf

    registry.find("signed-scale").judge(lambda image: tf.cast(image, tf.float32) / 127.5 - 1)
    registry.find("one-hot").judge(lambda labels, classes: tf.one_hot(labels, classes))
    registry.find("softmax").judge(lambda scores: tf.nn.softmax(scores))
    registry.find("confusion").judge(lambda true, predicted, n: tf.math.confusion_matrix(true, predicted, n))
    registry.find("parameters").judge(lambda sizes: tf.constant(registry.find("parameters").solution(sizes)))


# Blank or not


@pytest.mark.parametrize("blank", [None, ..., lambda: None, lambda x: ..., defined("def f(x):\n    pass")])
def test_blank_is_not_attempted(blank):
    assert core.is_blank(blank)


def test_another_usual_stub_is_not_attempted():
    with pytest.raises(NotAttempted):
        registry.find("softmax").judge(defined("def softmax(scores):\n    raise NotImplementedError"))


@pytest.mark.parametrize("body", ["image / 255", "image = image * 2", "print(end='')", "y = 3\n    ..."])
def test_a_forgotten_return_is_told_from_a_blank_answer(body):
    with pytest.raises(Incorrect, match="returns nothing for .* `return`"):
        registry.find("signed-scale").judge(defined(f"def signed_scale(image):\n    {body}"))


@pytest.mark.parametrize("body", ["return 3", "return x", "return 'text'", "return {}", "yield"])
def test_a_function_that_does_something_is_not_blank(body):
    assert not core.is_blank(defined(f"def f(x):\n    {body}"))


# Whatever a learner's function does


def refused(answer, id="signed-scale"):
    """The message that a wrong answer gets from the check itself, not from the net below it."""
    with pytest.raises(Incorrect) as outcome:
        registry.find(id).check(answer)
    return str(outcome.value)


def test_an_exception_is_explained_with_its_line():
    source = "def signed_scale(image):\n    image = image / 255\n    return imag * 2 - 1"
    assert refused(defined(source)) == "Your code stopped in line 3: NameError, name 'imag' is not defined."


def test_an_exception_in_a_library_is_told_by_the_learners_own_line():
    source = "def helper(image):\n    return np.stack([])\n\ndef signed_scale(image):\n    return helper(image)"
    assert refused(defined(source)).startswith("Your code stopped in line 2: ValueError, need at least one array")


def test_wrong_parameters_are_explained():
    assert "TypeError" in refused(lambda: 3) and "positional argument" in refused(lambda: 3)


def test_infinite_recursion_is_explained():
    assert refused(defined("def f(image):\n    return f(image)")) == "Your function calls itself without end."


def test_exit_is_caught_and_the_kernels_stop_is_not():
    assert "SystemExit" in refused(lambda image: sys.exit(3))
    with pytest.raises(KeyboardInterrupt):
        run(defined("def f():\n    raise KeyboardInterrupt"))


def test_a_value_instead_of_the_function_is_explained():
    assert "the function itself, without brackets" in refused(np.zeros((2, 3)))
    assert refused("softmax").startswith("The check was given the text 'softmax'.")


def test_inputs_survive_an_answer_that_changes_them():
    sizes = [1, [2, 3]]

    def spoil(values):
        values[1].clear()
        return values.pop()

    assert call(spoil, sizes) == [] and sizes == [1, [2, 3]]
    registry.find("softmax").judge(
        defined(
            "def softmax(s):\n s -= s.max(axis=1, keepdims=True)\n np.exp(s, out=s)\n"
            " s /= s.sum(axis=1, keepdims=True)\n return s"
        )
    )


def test_warnings_of_an_answer_stay_out_of_sight(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exercises.check("softmax", lambda scores: np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("nothing", [np.nan, np.inf])
def test_nan_and_infinity_are_never_right(nothing):
    assert "your function gave [[nan" in refused(lambda image: image * np.nan)
    assert "not a number to count with" in refused(lambda sizes: nothing, "parameters")


class Odd:
    """Refuses to become an array, a number or a comparison."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = None


odd_numbers = st.integers(-5, 5) | st.floats() | st.booleans() | st.complex_numbers()
odd_lists = st.lists(st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=3), max_size=4)
odd_arrays = st.builds(
    lambda shape, dtype: np.ones(shape, dtype),
    st.sampled_from([(), (0,), (3,), (2, 3), (3, 5), (4, 4)]),
    st.sampled_from(["uint8", "int64", "float16", "float32", "bool", "complex64", "U3", "O", "M8[s]"]),
)
odd_things = [Odd(), {}, {"a": 1}, set(), (1, 2), (np.ones(3), 7), len, int, object(), iter(()), ["coat"], "coat", b"x"]
odd_values = odd_numbers | odd_lists | odd_arrays | st.text(max_size=3) | st.sampled_from(odd_things)


@given(value=odd_values)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_back_ends_in_a_sentence(value):
    for exercise in FUNCTIONS:
        with pytest.raises(Incorrect) as outcome:
            exercise.check(lambda *arguments: value)
        assert str(outcome.value).endswith((".", "?"))


@given(value=odd_values)
@settings(max_examples=50, deadline=None)
def test_whatever_is_given_to_check_ends_in_an_outcome(value):
    for exercise in ALL:
        with pytest.raises((Incorrect, NotAttempted)):
            exercise.judge(value)


def test_a_check_that_stumbles_does_not_stop_run_all(monkeypatch, capfd):
    def stumbling(answer, seed):
        raise KeyError("a fault of ours")

    exercise = core.Exercise(**{**vars(registry.find("softmax")), "check": stumbling})
    monkeypatch.setattr(registry, "find", lambda id: exercise)
    exercises.check("softmax", np.exp)
    assert "The check cannot make sense of your answer (KeyError: 'a fault of ours')." in capfd.readouterr().out


# Under nbgrader


@each
def test_graded_wrong_and_blank_raise_and_right_does_not(exercise, monkeypatch, own_home):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert exercises.check(exercise.id, exercise.solution) is None
    answer, fragment = exercise.wrong[0]
    with pytest.raises(Incorrect) as outcome:
        exercises.check(exercise.id, answer)
    assert fragment in str(outcome.value)
    with pytest.raises(NotAttempted):
        exercises.check(exercise.id, defined(exercise.stub))
    assert not own_home.exists(), "grading notes no progress"


def test_graded_an_unknown_id_raises(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(LookupError, match="one-hot"):
        exercises.check("onehot", np.eye)


# What a learner sees


def test_an_unknown_id_is_a_sentence_with_the_nearest(capfd):
    for ask in (exercises.hint, exercises.solution, lambda id: exercises.check(id, None)):
        ask("onehot")
        assert capfd.readouterr().out == "✗ There is no exercise called 'onehot'. Did you mean 'one-hot'?\n"
    exercises.check(np.eye, "one-hot")
    assert "There is no exercise called <function eye" in capfd.readouterr().out


@each
def test_hints_come_one_by_one_and_end_with_the_solution(exercise, capfd):
    for count in range(1, len(exercise.hints) + 2):
        exercises.hint(exercise.id)
        out = capfd.readouterr().out
        assert [hint in out for hint in exercise.hints] == [number < count for number in range(len(exercise.hints))]
        assert ("exercises.solution" in out) == (count >= len(exercise.hints))


@each
def test_solution_shows_source_that_works(exercise, capfd):
    exercises.solution(exercise.id)
    exercise.judge(defined(capfd.readouterr().out))


def test_the_box_is_escaped_html_with_the_same_words_as_its_text(notebook_display):
    display.box("✗", "Not <right>", "`a < b` & c", "two\nlines")
    [bundle] = notebook_display
    assert bundle["text/plain"] == "✗ Not <right>\n`a < b` & c\ntwo\nlines"
    page = bundle["text/html"]
    assert "Not &lt;right&gt;" in page and "<code>a &lt; b</code> &amp; c" in page and "two<br>lines" in page
    assert "role='status'" in page and "<span aria-hidden='true'>✗</span>" in page


def luminance(color):
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mark", display.BAR)
def test_bars_stand_out_from_light_and_from_dark(mark, notebook_display):
    """3 : 1 is what WCAG asks of graphics; #111111 is JupyterLab's dark ground. Text keeps the theme's own color."""
    bar = luminance(display.BAR[mark])
    assert 1.05 / (bar + 0.05) >= 3 and (bar + 0.05) / (luminance("#111111") + 0.05) >= 3
    display.box(mark, "title")
    assert "color:" not in notebook_display[0]["text/html"] and "background" not in notebook_display[0]["text/html"]


NOTEBOOK_SESSION = """
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
with capture_output() as shown:
    for cell in [
        "import numpy as np\\nfrom helpers import exercises",
        "def parameters(sizes):\\n    ...",
        "exercises.check('parameters', parameters)",
        "def parameters(sizes):\\n    total = 0\\n    return totl",
        "exercises.check('parameters', parameters)",
        "exercises.solution('parameters')",
    ]:
        shell.run_cell(cell, store_history=True).raise_error()
print([sorted(output.data) for output in shown.outputs])
print(shown.outputs[0].data["text/plain"])
print(shown.outputs[1].data["text/plain"])
assert not shown.stderr, shown.stderr
"""


def test_in_a_notebook_it_shows_html_and_names_the_line_of_the_cell():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", NOTEBOOK_SESSION]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment)
    assert run.returncode == 0 and run.stderr == "", run.stderr
    assert run.stdout.splitlines()[0] == str([["text/html", "text/plain"]] * 2 + [["text/markdown", "text/plain"]])
    assert "○ Not attempted yet" in run.stdout
    assert "Your code stopped in line 3, `return totl`: NameError, name 'totl' is not defined." in run.stdout


def test_the_engine_does_not_import_tensorflow():
    code = "import sys; from helpers import exercises; exercises.progress('01'); sys.exit('keras' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True).returncode == 0


# Progress


def test_progress_counts_what_was_answered_right(own_home, capfd):
    exercises.check("one-hot", registry.find("one-hot").solution)
    exercises.check("one-hot", registry.find("one-hot").solution)
    exercises.check("confusion", registry.find("confusion").solution)
    assert capfd.readouterr().out.endswith("Lesson 01: 2 of 4 exercises done\n")
    exercises.check("parameters", None)
    exercises.check("one-hot", None)
    capfd.readouterr()
    exercises.progress("01")
    assert capfd.readouterr().out == "Lesson 01: 2 of 4 exercises done\n"
    exercises.progress()
    assert "Lesson 02: 0 of 4 exercises done\n" in capfd.readouterr().out
    assert [file.name for file in own_home.iterdir()] == ["progress.json"]
    assert json.loads((own_home / "progress.json").read_text()) == {"done": ["confusion", "one-hot"]}


@given(content=st.one_of(st.binary(), st.sampled_from([b"", b"{", b"[]", b"3", b'{"done": 3}', b'{"done": [[], 1]}'])))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_broken_progress_file_counts_as_empty_and_is_mended(content, own_home):
    own_home.mkdir(exist_ok=True)
    (own_home / "progress.json").write_bytes(content)
    assert completed.done_ids() == set()
    assert completed.mark_done("one-hot") and completed.done_ids() == {"one-hot"}


def test_progress_that_cannot_be_written_is_done_without(own_home, capfd):
    (own_home / "progress.json").mkdir(parents=True)  # in the file's place, so that it cannot be replaced
    exercises.check("one-hot", registry.find("one-hot").solution)
    out, err = capfd.readouterr()
    assert "✓ Right" in out and "exercises done" not in out and err == ""
    assert [file.name for file in own_home.iterdir()] == ["progress.json"], "no draft is left behind"


def test_a_home_that_cannot_be_made_is_done_without(tmp_path, monkeypatch, capfd):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file" / "home"))
    exercises.check("one-hot", registry.find("one-hot").solution)
    exercises.progress("01")
    out, err = capfd.readouterr()
    assert "✓ Right" in out and out.endswith("Lesson 01: 0 of 4 exercises done\n") and err == ""


def test_a_full_disk_keeps_the_progress_there_was(own_home, monkeypatch):
    assert completed.mark_done("one-hot")

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dump", full)
    assert not completed.mark_done("confusion")
    assert completed.done_ids() == {"one-hot"} and [file.name for file in own_home.iterdir()] == ["progress.json"]


# Notebooks


@pytest.mark.parametrize("lesson", registry.lessons())
def test_the_solved_lesson_is_all_right_and_the_blank_one_not_attempted(lesson, capfd):
    import keras

    blank = notebook(lesson)
    before = json.dumps(blank)
    for edition, mark in ((blank, "○ Not attempted yet"), (exercises.solved_notebook(blank), "✓ Right")):
        names = {"np": np, "keras": keras, "exercises": exercises}
        for cell in edition["cells"]:
            if cell["cell_type"] == "code":
                exec(cell["source"], names)
        assert capfd.readouterr().out.count(mark) == len(registry.of_lesson(lesson))
    assert json.dumps(blank) == before


def test_asked_pairs_each_check_with_the_cell_before_it():
    book = notebook("01")
    assert [exercise.id for exercise, _ in exercises.blank_notebook(book)] == [
        one.id for one in registry.of_lesson("01")
    ]
    assert all(cell["source"] == exercise.stub for exercise, cell in exercises.blank_notebook(book))


def test_sources_kept_as_lists_of_lines_are_solved_too():
    book = notebook("01")
    for cell in book["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    assert exercises.solved_notebook(book)["cells"][1]["source"] == registry.find("signed-scale").source


def test_a_stub_that_drifted_is_refused():
    book = notebook("01")
    book["cells"][1]["source"] += "\n# changed"
    with pytest.raises(ValueError, match='before exercises.check."signed-scale". is not the stub'):
        exercises.solved_notebook(book)
    with pytest.raises(ValueError, match="No code cell stands before"):
        exercises.blank_notebook({"cells": book["cells"][2:]})
