"""Exercises: the solution is right, every known wrong answer gets its sentence, a stub is not attempted, examples hold."""

import _thread
import ast
import builtins
import getpass
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import warnings
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers import exercises
from helpers.contents import progress
from helpers.exercises import checking, core, display, running
from helpers.exercises.core import Incorrect, NotAttempted, find_exercise
from helpers.widgets.exercise_buttons import ExerciseButtons
from tests.right_answers import RIGHT
from tests.wrong_answers import WRONG_ANSWERS
from tools import class_edition, notebooks

ALL = [exercise for lesson in core.lessons() for exercise in core.exercises_of(lesson)]
FUNCTIONS = [exercise for exercise in ALL if not isinstance(exercise.solution, type)]
SEEDS = st.integers(0, 2**32 - 1)
each = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)
each_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
each_wrong_answer = pytest.mark.parametrize(
    ("exercise", "answer", "fragment"),
    [
        pytest.param(exercise, answer, fragment, id=f"{exercise.name}: {fragment}")
        for exercise in ALL
        for answer, fragment in WRONG_ANSWERS[exercise.name]
    ],
)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Each test has its own progress file, no hints shown yet, and is not graded unless it says so."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    for name, value in {"_hints_shown": {}, "_unsolved": {}, "_lesson": ""}.items():
        monkeypatch.setattr(exercises, name, value)
    return tmp_path / "home"


@pytest.fixture
def notebook_display(monkeypatch):
    """What a notebook would get to show, as MIME bundles."""
    bundles = []
    monkeypatch.setattr(display, "_display", lambda bundle, *place, **options: bundles.append(bundle))
    return bundles


def defined(source):
    """The last function or class that a cell defines, in the names a lesson has at that point."""
    names = {"np": np, "keras": keras}
    exec(compile(source, "cell.py", "exec"), names)
    return list(names.values())[-1]


# The records


def test_every_lesson_has_at_least_three_exercises_and_names_are_unique():
    assert core.lessons() == [path.name[:2] for path in notebooks.lessons()]
    assert all(len(core.exercises_of(lesson)) >= 3 for lesson in core.lessons())
    assert sorted(WRONG_ANSWERS) == sorted({exercise.name for exercise in ALL})
    assert len(WRONG_ANSWERS) == len(ALL)


@each
def test_a_record_is_complete(exercise):
    assert len(WRONG_ANSWERS[exercise.name]) >= 2
    assert len(exercise.hints) >= 2
    assert exercise.points >= 1
    for text in (exercise.title, exercise.task, exercise.takeaway, *exercise.hints):
        assert text.strip() == text != ""
    signature_and_docstring, body = exercise.stub.rsplit("...", 1)
    assert exercise.source.startswith(signature_and_docstring.rstrip())
    assert body == ""
    assert len(exercise.source) > len(exercise.stub), "the stub gives the solution away"


@each
def test_the_solution_is_right_and_the_stub_not_attempted(exercise, capfd):
    assert exercises.check(exercise.name, defined(exercise.source)) is None
    out, err = capfd.readouterr()
    assert out.startswith(f"✓ Right: {exercise.title}\n")
    assert exercise.takeaway in out
    assert err == ""
    assert exercises.check(exercise.name, defined(exercise.stub)) is None
    assert capfd.readouterr().out.startswith(f"○ Not attempted yet: {exercise.title}\n")


@each_wrong_answer
def test_a_known_wrong_answer_gets_its_sentence(exercise, answer, fragment, capfd):
    with pytest.raises(Incorrect) as outcome:
        exercise.check(answer)
    assert fragment in str(outcome.value)
    assert exercises.check(exercise.name, answer) is None
    out, err = capfd.readouterr()
    assert out.startswith(f"✗ Not right yet: {exercise.title}\n")
    assert fragment in out
    assert err == ""


@given(seed=SEEDS)
@settings(max_examples=5, deadline=None)
def test_any_seed_judges_alike(seed):
    for exercise in ALL:
        exercise.judge(exercise.solution, seed)
        for answer, fragment in WRONG_ANSWERS[exercise.name]:
            with pytest.raises(Incorrect) as outcome:
                exercise.judge(answer, seed)
            assert fragment in str(outcome.value)


def test_cells_are_formatted_as_ruff_would():
    cells = "\n\n\n".join(source for exercise in ALL for source in (exercise.stub, exercise.source))
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "120", "--isolated", "-"]
    ruff = subprocess.run(command, input=cells + "\n", capture_output=True, text=True, encoding="utf-8", check=True)
    assert ruff.stdout == cells + "\n"


# Hidden tests: what a check asks with other seeds


def recorder(exercise):
    """The solution, and a list that gets every call of it: what was asked, and what was answered."""
    calls = []
    if exercise not in FUNCTIONS:

        class Recorder(exercise.solution):
            def on_epoch_end(self, epoch, logs=None):
                super().on_epoch_end(epoch, logs)
                calls.append((pickle.dumps((epoch, logs)), self.model.stop_training))

        return Recorder, calls

    def record(*arguments):
        asked = [
            {file.relative_to(argument): file.read_bytes() for file in sorted(argument.glob("*/*/*"))}
            if isinstance(argument, Path)
            else argument
            for argument in arguments
        ]
        calls.append((pickle.dumps(asked), exercise.solution(*arguments)))
        return calls[-1][1]

    return record, calls


def recorded(exercise, seed):
    answer, calls = recorder(exercise)
    exercise.judge(answer, seed)
    return calls


def memorized(exercise, calls):
    """An answer that looks at nothing and gives the recorded results, one after the other."""
    results = iter([result for _, result in calls])
    if exercise in FUNCTIONS:
        return lambda *arguments: next(results)

    class Memorized(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = next(results)

    return Memorized


@each
def test_another_seed_asks_something_else_and_no_new_question_twice(exercise):
    for edition in (1, 2):
        seeds = [0, *class_edition.hidden_seeds(exercise, edition)]
        asked = [[question for question, _ in recorded(exercise, seed)] for seed in seeds]
        assert all(first != second for first, second in combinations(asked, 2))
        for hidden in asked[1:]:
            new = [question for question in hidden if question not in asked[0]]
            assert len(new) == len(set(new))


@each
def test_an_answer_that_memorized_the_visible_test_fails_the_hidden_one(exercise):
    calls = recorded(exercise, 0)
    exercise.judge(memorized(exercise, calls), 0)

    def judge_hidden():
        for seed in class_edition.hidden_seeds(exercise, 1):
            exercise.judge(memorized(exercise, calls), seed)

    with pytest.raises(Incorrect):
        judge_hidden()


# Examples in docstrings: `Example: f(2) is 3` and `f(2) contains 3`


def parsed(text, ends):
    """The shortest beginning of `text` that is a Python expression and goes on with `ends`, and what follows it."""
    for end in re.finditer(ends, text):
        try:
            return ast.parse(text[: end.start()].strip(), mode="eval"), text[end.end() :], end.group().strip()
        except SyntaxError:
            continue
    raise AssertionError(f"no expression in {text!r}")


def examples(exercise):
    """(call, "is" or "contains", literal) of every example in a solution's docstring."""
    rest = " ".join(exercise.solution.__doc__.split("Example: ")[1].split())
    start = re.compile(rf"\b{exercise.solution.__name__}\(")
    while match := start.search(rest):
        expression, rest, relation = parsed(rest[match.start() :], r" is | contains ")
        literal, rest, _ = parsed(rest, r"[,.:](?= |$)| if |$")
        yield expression, relation, ast.literal_eval(literal)


@each_function
def test_the_examples_in_the_docstring_hold(exercise, tmp_path):
    for split in ("train", "validation"):
        (tmp_path / split / "cats").mkdir(parents=True)
        Image.new("RGB", (40, 50), split == "train" and "red").save(tmp_path / split / "cats" / "cat.0.jpg")
    whole = (tmp_path / "train/cats/cat.0.jpg").read_bytes()
    (tmp_path / "train/cats/cat.1.jpg").write_bytes(whole[: len(whole) // 2])
    names = {"np": np, exercise.solution.__name__: exercise.solution, "folder": tmp_path}
    found = list(examples(exercise))
    assert found, "no example that can be run"
    for expression, relation, expected in found:
        got = eval(compile(expression, "example", "eval"), names)
        if relation == "contains":
            assert expected in got
        elif isinstance(expected, dict) or "U" in np.asarray(expected).dtype.char:
            assert got == expected
        else:
            np.testing.assert_allclose(got, expected, atol=1e-6)


# The solutions compared with Keras and TensorFlow


def test_keras_agrees_with_the_solutions():
    random = np.random.default_rng(0)
    solution = {exercise.name: exercise.solution for exercise in ALL}
    network = keras.Sequential([keras.Input((7,)), keras.layers.Dense(5), keras.layers.Dense(3)])
    assert solution["parameters"]([7, 5, 3]) == network.count_params()
    labels = random.integers(0, 6, 20)
    np.testing.assert_array_equal(solution["one-hot"](labels, 6), keras.utils.to_categorical(labels, 6))
    scores = random.normal(0, 300, (4, 5)).astype("float32")
    np.testing.assert_allclose(solution["softmax"](scores), keras.ops.softmax(scores), atol=1e-6)


def test_fit_is_stopped_by_the_solution_callback():
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    network.compile(loss="binary_crossentropy", metrics=["accuracy"])
    network.set_weights([np.array([[9.0]]), np.array([0.0])])
    x, y = np.array([[-1.0], [1.0]]), np.array([[0.0], [1.0]])
    history = network.fit(x, y, epochs=3, verbose=0, callbacks=[find_exercise("stop-at-accuracy").solution()])
    assert history.history["accuracy"] == [1.0]


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_in_other_styles_are_right(name):
    exercise = find_exercise(name)
    for answer in RIGHT[name]:
        for seed in (0, 1, *class_edition.hidden_seeds(exercise, 1)):
            exercise.judge(answer, seed)


def test_tensorflow_answers_count_as_well():
    import tensorflow as tf

    find_exercise("signed-scale").judge(lambda image: tf.cast(image, tf.float32) / 127.5 - 1)
    find_exercise("one-hot").judge(tf.one_hot)
    find_exercise("softmax").judge(tf.nn.softmax)
    find_exercise("confusion").judge(tf.math.confusion_matrix)
    names = ["parameters", "dead-channels", "right-epoch", "near-duplicates", "accuracy-range", "precision-recall"]
    for exercise in map(find_exercise, [*names, "steady-validation"]):
        exercise.judge(lambda *case, right=exercise.solution: tf.constant(right(*case)))


# Blank or not


@pytest.mark.parametrize("blank", [None, ..., lambda: None, lambda x: ..., defined("def f(x):\n    pass")])
def test_blank_is_not_attempted(blank):
    assert core.is_blank(blank)


def test_another_usual_stub_is_not_attempted():
    with pytest.raises(NotAttempted):
        find_exercise("softmax").judge(defined("def softmax(scores):\n    raise NotImplementedError"))


@pytest.mark.parametrize("body", ["image / 255", "image = image * 2", "print(end='')", "y = 3\n    ..."])
def test_a_forgotten_return_is_told_from_a_blank_answer(body):
    with pytest.raises(Incorrect, match="returns nothing for .* `return`.*`print` shows a value"):
        find_exercise("signed-scale").judge(defined(f"def signed_scale(image):\n    {body}"))


@pytest.mark.parametrize("body", ["return 3", "return x", "return 'text'", "return {}", "yield"])
def test_a_function_that_does_something_is_not_blank(body):
    assert not core.is_blank(defined(f"def f(x):\n    {body}"))


# Whatever a learner's function does


def refused(answer, name="signed-scale"):
    """The message that a wrong answer gets from the check itself, not from the net below it."""
    with pytest.raises(Incorrect) as outcome:
        find_exercise(name).check(answer)
    return str(outcome.value)


def test_an_exception_is_explained_with_its_line():
    source = "def signed_scale(image):\n    image = image / 255\n    return imag * 2 - 1"
    assert refused(defined(source)) == "Your code stopped in line 3: NameError, name 'imag' is not defined."


def test_an_exception_in_a_library_is_told_by_the_learners_own_line():
    source = "def helper(image):\n    return np.stack([])\n\ndef signed_scale(image):\n    return helper(image)"
    assert refused(defined(source)).startswith("Your code stopped in line 2: ValueError, need at least one array")


def test_wrong_parameters_are_explained():
    assert "TypeError" in refused(lambda: 3)
    assert "positional argument" in refused(lambda: 3)


def test_infinite_recursion_is_explained():
    assert refused(defined("def f(image):\n    return f(image)")) == "Your function calls itself endlessly."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("sys.exit(3)", "Your code stopped in line 2: SystemExit, 3."),
        ("raise KeyboardInterrupt", "Your code stopped in line 2: KeyboardInterrupt."),
        ("raise GeneratorExit", "Your code stopped in line 2: GeneratorExit."),
        ("raise asyncio.CancelledError", "Your code stopped in line 2: CancelledError."),
        ("np.ones(10**15)", "Your code stopped in line 2: MemoryError, Unable to allocate 7.1"),
        ("[0] * 10**15", "Your code stopped in line 2: MemoryError."),
        ("input('Which?')", "Your code stopped in line 2: a check can't answer a question."),
        ("getpass.getpass()", "Your code stopped in line 2: a check can't answer a question."),
        ("breakpoint()", "Your code stopped in line 2: a check can't answer a question."),
        ("np.vectorize(lambda pixel: pixel.nope)(image)", "Your code stopped in line 2: AttributeError"),
        ("yield from itertools.count()", "Your function returns a generator; it should return an array"),
    ],
)
def test_whatever_ends_or_holds_up_a_program_is_one_sentence(body, said):
    before = builtins.input, getpass.getpass, sys.breakpointhook
    assert refused(defined(f"import asyncio, getpass, itertools, sys\n\ndef f(image): {body}")).startswith(
        said.replace("line 2", "line 3")
    )
    assert (builtins.input, getpass.getpass, sys.breakpointhook) == before


def test_an_error_inside_a_library_function_names_no_line_of_the_library():
    assert refused(np.linalg.inv).startswith("Your code stopped: LinAlgError, ")


@pytest.fixture
def press_stop(own_signal):
    """Presses ■ (SIGINT to this process) as soon as the answer runs; the answer asks for it with `ready()`."""
    return _thread.interrupt_main


def test_stop_is_one_sentence_with_the_learners_line(press_stop, capfd):
    source = "def signed_scale(image):\n    ready()\n    while True:\n        pass"
    names = {"ready": press_stop}
    exec(compile(source, "cell.py", "exec"), names)
    exercises.check("signed-scale", names["signed_scale"])
    out, err = capfd.readouterr()
    title, sentence, *_ = out.splitlines()
    assert title == "! Stopped: Bytes from -1 to 1"
    assert re.match(r"You stopped your function in line [234]\. If it would never have ended", sentence)
    assert "helpers" not in out
    assert err == ""


def test_stop_ends_a_loop_that_catches_everything(press_stop, capfd):
    source = "def signed_scale(image):\n    ready()\n    return 3\n"
    loop = "    for number in range(10**6):\n        try:\n            number or ready()\n        except:\n            pass\n"
    names = {"ready": press_stop}
    exec(compile(source.replace("    ready()\n", loop), "cell.py", "exec"), names)
    exercises.check("signed-scale", names["signed_scale"])
    assert re.search(r"You stopped your function in line [2-6]\.", capfd.readouterr().out)
    assert sys.gettrace() is None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_stop_while_the_check_itself_works_is_one_sentence_too(monkeypatch, capfd):
    def interrupted(answer, seed):
        raise KeyboardInterrupt

    exercise = core.Exercise(**{**vars(find_exercise("softmax")), "check": interrupted})
    monkeypatch.setattr(core, "find_exercise", lambda *names: exercise)
    exercises.check("softmax", np.exp)
    assert "! Stopped: Softmax" in capfd.readouterr().out


def test_a_line_comes_when_patience_is_over_and_never_after_the_end(monkeypatch):
    monkeypatch.setattr(running, "PATIENCE", 0)
    shown, came = [], threading.Event()

    def show(display_id):
        shown.append(display_id)
        came.set()

    with running.Notice(show) as notice:
        assert came.wait(timeout=60)
    assert shown == [notice.display_id]
    monkeypatch.setattr(running, "PATIENCE", 3600)
    with running.Notice(show) as notice:
        pass
    notice._late()  # the timer was about to show it as the answer came
    assert len(shown) == 1
    assert notice.display_id == ""
    notice.timer.join(timeout=60)
    assert not notice.timer.is_alive()


def test_no_line_where_stop_does_not_reach():
    given = []

    def elsewhere():
        with running.Notice(lambda display_id: None) as notice:
            given.append(notice)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    with running.Notice(None) as notice:
        given.append(notice)
    assert [notice.timer.ident for notice in given] == [None, None]


def test_a_million_lines_are_cut_short(capfd):
    def talkative(sizes):
        for number in range(100_000):
            print("line", number)
            print("line", number, file=sys.stderr)
        return 3

    exercises.check("parameters", talkative)
    out, err = capfd.readouterr()
    assert out.startswith("line 0\nline 1\n")
    assert len(out) < 3_000
    assert len(err) <= 2_000
    assert re.search(r"… [\d,]{9,} more characters that your code printed are left out\.\n✗ Not right yet", out)


def test_a_thread_that_goes_on_is_mentioned(capfd):
    over = threading.Event()

    def starts_one(sizes):
        threading.Thread(target=over.wait).start()
        return "three"

    try:
        exercises.check("parameters", starts_one)
        assert "Your code started a thread that still runs." in capfd.readouterr().out
    finally:
        over.set()
    exercises.check("parameters", lambda sizes: 3)
    assert "thread" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (10**400, "a whole number of more than 400 digits: far too large."),
        (-(10**5000), "a whole number of more than 5000 digits: far too large."),
        (1 + 2j, "the complex number (1+2j); it should return a single number."),
        (np.complex64(3), "the complex number (3+0j)"),
        ("42310", "the text '42310'"),
        ([42310], "returns a list"),
        (np.array([42310]), "an array of shape (1,)"),
        (True, "returns True; it should return a single number."),
        (range(10**12), "returns a range"),
        ("x" * 10**6, "the text 'xxx"),
        (42310.0, "gave 42310.0, a float. Return an `int`"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 80 else "a value",
)
def test_a_wrong_form_of_a_number_is_diagnosed(result, said):
    right = find_exercise("parameters").solution
    sentence = refused(lambda sizes: result if sizes == [784, 50, 50, 10] else right(sizes), "parameters")
    assert said in sentence
    assert len(sentence) < 500


@pytest.mark.parametrize("form", [int, np.int64, np.uint32, np.array, Fraction, Decimal])
def test_a_right_form_of_a_number_is_right(form):
    right = find_exercise("parameters").solution
    find_exercise("parameters").judge(lambda sizes: form(right(sizes)))


WHOLE = ["parameters", "steps-per-epoch", "output-size", "conv-parameters", "sides", "receptive-field", "class-numbers"]
WHOLE += ["first-batch-classes", "largest-batch", "dead-channels", "right-epoch"]


@pytest.mark.parametrize("name", WHOLE)
def test_where_an_int_is_asked_for_a_float_is_refused_and_numpys_ints_are_right(name):
    solution = find_exercise(name).solution

    def every(form):
        def answer(*arguments):
            result = solution(*arguments)
            return form(result) if isinstance(result, int) else type(result)(form(value) for value in result)

        return answer

    find_exercise(name).judge(every(np.int64))
    assert ", a float. Return an `int`" in refused(every(float), name)


def test_a_value_instead_of_the_function_is_explained():
    assert "the function itself, without parentheses" in refused(np.zeros((2, 3)))
    assert refused("softmax").startswith("The check was given the text 'softmax'.")


def test_inputs_survive_an_answer_that_changes_them():
    sizes = [1, [2, 3]]

    def spoil(values):
        values[1].clear()
        return values.pop()

    assert checking.call(spoil, sizes) == []
    assert sizes == [1, [2, 3]]
    find_exercise("softmax").judge(
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
    assert "isn't a usable number" in refused(lambda sizes: nothing, "parameters")


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
    np.ones,
    st.sampled_from([(), (0,), (3,), (2, 3), (3, 5), (4, 4)]),
    st.sampled_from(["uint8", "int64", "float16", "float32", "bool", "complex64", "U3", "O", "M8[s]"]),
)
odd_things = [Odd(), {}, {"a": 1}, set(), (1, 2), (np.ones(3), 7), len, int, object(), iter(()), ["coat"], "coat", b"x"]
odd_values = odd_numbers | odd_lists | odd_arrays | st.text(max_size=3) | st.sampled_from(odd_things)


@given(value=odd_values)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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

    exercise = core.Exercise(**{**vars(find_exercise("softmax")), "check": stumbling})
    monkeypatch.setattr(core, "find_exercise", lambda *names: exercise)
    exercises.check("softmax", np.exp)
    assert "The check cannot make sense of your answer (KeyError: 'a fault of ours')." in capfd.readouterr().out


# Under nbgrader


@each
def test_graded_wrong_and_blank_raise_and_right_does_not(exercise, monkeypatch, own_home):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert exercises.check(exercise.name, exercise.solution) is None
    answer, fragment = WRONG_ANSWERS[exercise.name][0]
    with pytest.raises(Incorrect) as outcome:
        exercises.check(exercise.name, answer)
    assert fragment in str(outcome.value)
    with pytest.raises(NotAttempted):
        exercises.check(exercise.name, defined(exercise.stub))
    assert not own_home.exists(), "grading notes no progress"


def test_graded_an_unknown_name_raises(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(LookupError, match="one-hot"):
        exercises.check("onehot", np.eye)


# What a learner sees


def test_an_unknown_name_is_a_sentence_with_the_nearest(capfd):
    for ask in (exercises.hint, exercises.solution, lambda name: exercises.check(name, None)):
        ask("onehot")
        assert capfd.readouterr().out == "✗ No exercise is called 'onehot'. Did you mean 'one-hot'?\n"
    exercises.check(np.eye, "one-hot")
    assert capfd.readouterr().out.startswith("✗ The name of the exercise comes first: ")
    exercises.hint("nonsense")
    assert capfd.readouterr().out == "✗ No exercise is called 'nonsense'.\n"
    exercises.hint("x" * 10**6)
    assert len(capfd.readouterr().out) < 120


def test_in_a_lesson_only_its_own_names_are_offered(capfd):
    exercises.begin("01")
    capfd.readouterr()
    here = "This lesson has 'signed-scale', 'parameters', 'one-hot', 'confusion'.\n"
    exercises.hint("paramters")
    assert capfd.readouterr().out == f"✗ No exercise is called 'paramters'. Did you mean 'parameters'? {here}"
    exercises.hint("nonsense")
    assert capfd.readouterr().out == f"✗ No exercise is called 'nonsense'. {here}"
    exercises.hint("max-pool")
    assert "Hint 1 of 3" in capfd.readouterr().out


@each
def test_hints_come_one_by_one_and_end_with_the_solution(exercise, capfd):
    for number, text in enumerate(exercise.hints, 1):
        exercises.hint(exercise.name)
        out = capfd.readouterr().out
        assert [hint for hint in exercise.hints if hint in out] == [text]
        assert ("exercises.solution" in out) == (number == len(exercise.hints))
    exercises.hint(exercise.name)
    assert all(hint in capfd.readouterr().out for hint in [*exercise.hints][:1])


@each
def test_solution_shows_source_that_works(exercise, capfd):
    exercises.solution(exercise.name)
    exercise.judge(defined(capfd.readouterr().out))


def test_the_box_is_escaped_html_with_the_same_words_as_its_text(notebook_display):
    display.show_box("✗", "Not <right>", "`a < b` & c", "two\nlines")
    [bundle] = notebook_display
    assert bundle["text/plain"] == "✗ Not <right>\n`a < b` & c\ntwo\nlines"
    page = bundle["text/html"]
    assert "Not &lt;right&gt;" in page
    assert "<code>a &lt; b</code> &amp; c" in page
    assert "two<br>lines" in page
    assert "role='status'" in page
    assert "<span aria-hidden='true'>✗</span>" in page


def test_buttons_say_in_words_which_call_does_the_same():
    with_hints, without = (ExerciseButtons("max-pool", hints, "source").fallback() for hints in (["one"], []))
    assert with_hints["text/plain"] == 'Stuck? `exercises.hint("max-pool")` shows a hint.'
    assert without["text/plain"] == 'To compare: `exercises.solution("max-pool")` shows a solution.'
    assert "<code>exercises.hint(&quot;max-pool&quot;)</code>" in with_hints["text/html"]
    assert "source" not in json.dumps([with_hints, without])


def test_the_next_exercise_is_the_next_one_that_is_not_done():
    first, second, third, last = core.exercises_of("01")
    assert core.next_exercise(first) == second
    assert progress.mark_done(second.name)
    assert core.next_exercise(first) == third
    assert core.next_exercise(last) == first
    assert all(progress.mark_done(one.name) for one in (first, third))
    assert core.next_exercise(third) == last
    assert progress.mark_done(last.name)
    assert core.next_exercise(last) is None


def luminance(color):
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mark", display.BAR)
def test_bars_stand_out_from_light_and_from_dark(mark, notebook_display):
    """3 : 1 is what WCAG asks of graphics; #111111 is JupyterLab's dark ground. Text keeps the theme's own color."""
    bar = luminance(display.BAR[mark])
    assert 1.05 / (bar + 0.05) >= 3
    assert (bar + 0.05) / (luminance("#111111") + 0.05) >= 3
    display.show_box(mark, "title")
    page = notebook_display[0]["text/html"]
    assert "color:" not in page
    assert f"background: {display.BAR[mark]}{display.TINT}" in page
    share = int(display.TINT, 16) / 255
    for ground, text in (("#ffffff", "#212121"), ("#111111", "#e0e0e0")):  # JupyterLab's
        tinted = [
            round(share * int(display.BAR[mark][i : i + 2], 16) + (1 - share) * int(ground[i : i + 2], 16))
            for i in (1, 3, 5)
        ]
        dark, light = sorted([luminance("#" + "".join(f"{value:02x}" for value in tinted)), luminance(text)])
        assert (light + 0.05) / (dark + 0.05) >= 7


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
    run = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8", env=environment)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[0] == str([["text/html", "text/plain"]] * 2 + [["text/markdown", "text/plain"]])
    assert "○ Not attempted yet" in run.stdout
    assert "Your code stopped in line 3, `return totl`: NameError, name 'totl' is not defined." in run.stdout


def test_the_engine_does_not_import_tensorflow():
    code = "import sys; from helpers import exercises; exercises.progress('01'); sys.exit('keras' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)


# Progress


def test_progress_counts_what_was_answered_right(own_home, capfd):
    for name in ("one-hot", "one-hot", "confusion"):
        exercises.check(name, find_exercise(name).solution)
    assert capfd.readouterr().out.endswith("2 of 4 exercises of this lesson are done. Next: Bytes from -1 to 1\n")
    for name in ("parameters", "signed-scale"):
        exercises.check(name, find_exercise(name).solution)
    assert capfd.readouterr().out.endswith("4 of 4 exercises of this lesson are done.\n")
    exercises.check("parameters", None)
    exercises.check("one-hot", None)
    capfd.readouterr()
    exercises.progress("01")
    assert capfd.readouterr().out == "Lesson 01: 4 of 4 exercises done\n"
    exercises.progress()
    assert "Lesson 02: 0 of 4 exercises done\n" in capfd.readouterr().out
    assert json.loads((own_home / "progress.json").read_text()) == {
        "done": ["confusion", "one-hot", "parameters", "signed-scale"]
    }
    kept = sorted(file.name for file in own_home.iterdir() if file.suffix != ".lock")
    assert kept == ["last_lesson.json", "progress.json"]


MARK = (
    "import sys; from helpers.contents import progress; {progress.mark_done(f'{sys.argv[1]} {i}') for i in range(100)}"
)


def test_two_kernels_lose_nothing_of_each_other():
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    kernels = [subprocess.Popen([sys.executable, "-c", MARK, name], env=environment) for name in ("one", "two")]
    assert [kernel.wait(timeout=60) for kernel in kernels] == [0, 0]
    assert progress.read_progress() == ({f"{name} {i}" for name in ("one", "two") for i in range(100)}, {}, "")


@given(
    content=st.one_of(st.binary(), st.sampled_from([b"", b"{", b"[]", b"3", b'{"done": 3}', b'{"done": [[], "a"]}']))
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_progress_file_is_reported_and_replaced(content, own_home, capfd):
    own_home.mkdir(exist_ok=True)
    (own_home / "progress.json").write_bytes(content)
    exercises.progress("01")
    count, sentence = capfd.readouterr().out.splitlines()
    assert count == "Lesson 01: 0 of 4 exercises done"
    assert sentence == f"{own_home / 'progress.json'} is damaged, so the exercises count from 0 again."
    assert progress.mark_done("one-hot")
    assert progress.read_progress() == ({"one-hot"}, {}, "")


def test_without_a_place_to_write_a_right_answer_is_still_right(own_home, tmp_path, monkeypatch, capfd):
    (own_home / "progress.json").mkdir(parents=True)  # in the file's place, so that it cannot be replaced
    exercises.check("one-hot", find_exercise("one-hot").solution)
    out, err = capfd.readouterr()
    assert "✓ Right" in out
    assert "are done" not in out
    assert err == ""
    kept = sorted(file.name for file in own_home.iterdir() if file.suffix != ".lock")
    assert kept == ["last_lesson.json", "progress.json"], "a draft is left"
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file" / "home"))
    exercises.check("one-hot", find_exercise("one-hot").solution)
    exercises.progress("01")
    out, err = capfd.readouterr()
    assert "✓ Right" in out
    assert out.endswith("Lesson 01: 0 of 4 exercises done\n")
    assert err == ""


def test_a_full_disk_keeps_the_progress_there_was(own_home, monkeypatch):
    assert progress.mark_done("one-hot")

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert not progress.mark_done("confusion")
    assert progress.read_progress() == ({"one-hot"}, {}, "")


# Notebooks


def notebook(lesson):
    """A lesson of nothing but its exercises."""
    cells = [source for exercise in core.exercises_of(lesson) for source in (exercise.stub, exercise.check_cell)]
    return {"cells": [{"cell_type": "code", "source": source, "metadata": {}} for source in cells]}


@pytest.mark.parametrize("path", notebooks.lessons(), ids=lambda path: path.stem)
def test_the_cells_in_the_lesson_are_those_of_the_records(path):
    cells = notebooks.read(path).cells
    asked = [exercise.name for exercise, _ in exercises.answer_cells(notebooks.read(path))]
    assert [exercise.name for exercise in core.exercises_of(path.name[:2])] == asked, (
        "`Next` goes by the records' order"
    )
    for exercise in core.exercises_of(path.name[:2]):
        place = next(place for place, cell in enumerate(cells) if cell.source == exercise.check_cell)
        task, stub = cells[place - 2], cells[place - 1]
        assert task.source.startswith(f"### Exercise: {exercise.title}\n\n{exercise.task}\n\nStuck?")
        assert set(re.findall(r'exercises\.\w+\("([^"]*)"', task.source)) == {exercise.name}
        assert stub.source == exercise.stub


@pytest.mark.parametrize("lesson", core.lessons())
def test_the_solved_lesson_is_all_right_and_the_blank_one_not_attempted(lesson, capfd):
    blank = notebook(lesson)
    before = json.dumps(blank)
    for edition, mark in ((blank, "○ Not attempted yet"), (exercises.solved_notebook(blank), "✓ Right")):
        names = {"np": np, "keras": keras, "exercises": exercises}
        for cell in edition["cells"]:
            exec(cell["source"], names)
        assert capfd.readouterr().out.count(mark) == len(core.exercises_of(lesson))
    assert json.dumps(blank) == before


def test_each_check_is_paired_with_the_cell_before_it():
    answers = exercises.answer_cells(notebook("01"))
    assert [exercise.name for exercise, _ in answers] == [exercise.name for exercise in core.exercises_of("01")]
    assert all(cell["source"] == exercise.stub for exercise, cell in answers)


def test_sources_kept_as_lists_of_lines_are_solved_too():
    book = notebook("01")
    for cell in book["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    assert exercises.solved_notebook(book)["cells"][0]["source"] == find_exercise("signed-scale").source


def test_a_stub_that_drifted_is_refused():
    book = notebook("01")
    book["cells"][0]["source"] += "\n# changed"
    with pytest.raises(ValueError, match='before exercises.check."signed-scale". is not the stub'):
        exercises.solved_notebook(book)
    with pytest.raises(ValueError, match="No code cell comes before"):
        exercises.answer_cells({"cells": book["cells"][1:]})
