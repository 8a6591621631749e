"""Calling a learner's function: whatever it does or returns ends in a value to check or in an `Incorrect` sentence."""

import builtins
import contextlib
import copy
import dis
import getpass
import signal
import sys
import sysconfig
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Sized
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn

import numpy as np

from helpers.exercises import display
from helpers.exercises.core import Incorrect, NotAttempted, Stopped

HERE = Path(__file__).parent
NOT_THE_LEARNERS = (*map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")), "<frozen", "<__array")
LONGEST = 300  # characters of a value in a sentence
LONGEST_LIST = 10_000  # no exercise asks for so many elements
MOST_VALUES = 10_000_000  # in what may become an array
ADVICE = {  # what is in NumPy's message, and what to do; the first that fits
    "Cannot interpret": "A shape goes into parentheses of its own: `np.zeros((2, 3))`.",
    "indexing arrays could not be broadcast": "`image[rows, columns]` takes one pixel for each pair of the two lists. "
    "Take first the rows, then the columns: `image[rows][:, columns]`.",
    "could not be broadcast": "Shapes are compared from the right; `keepdims=True` keeps an axis that a sum would lose.",
}


class _RefusedError(Exception):
    """The learner's function asked for something that no check can answer."""


def _refuse(*arguments: Any, **named: Any) -> NoReturn:
    raise _RefusedError("a check can't answer a question. Take what you need from the parameters.")


def _exit(*arguments: Any) -> NoReturn:
    raise SystemExit("it asks to end the kernel")


@contextlib.contextmanager
def _unattended() -> Iterator[None]:
    """In the block, what would wait for a human or end the kernel raises an exception instead."""
    places: list[tuple[Any, str, Callable]] = [
        (builtins, "input", _refuse),
        (getpass, "getpass", _refuse),
        (sys, "breakpointhook", _refuse),
    ]
    shell = display.shell()
    if hasattr(shell, "ask_exit"):
        places.append((shell, "ask_exit", _exit))  # what `exit()` and `quit()` call there
    before = [(place, name, getattr(place, name)) for place, name, _ in places]
    try:
        for change in places:
            setattr(*change)
        yield
    finally:
        for change in before:
            setattr(*change)


@contextlib.contextmanager
def _firm_stop() -> Iterator[None]:
    """Let ■ in the block also end a function that catches everything: it is raised again where it is caught."""
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or sys.gettrace() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield  # ■ belongs to someone else
        return

    def again(_: FrameType, event: str, __: Any) -> Any:
        if event == "line":
            raise KeyboardInterrupt  # by which Python ends the tracing
        return again

    def stop(_: int, frame: FrameType | None) -> NoReturn:
        sys.settrace(lambda *_: None)  # no new frames; but without it those below would not be traced
        while frame and Path(frame.f_code.co_filename).parent != HERE:
            frame.f_trace, frame = again, frame.f_back
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        sys.settrace(None)
        signal.signal(signal.SIGINT, signal.default_int_handler)


def run(function: Callable, *arguments: Any) -> Any:
    """Return what `function` returns; whatever it raises becomes `Incorrect`, and the kernel's ■ `Stopped`.

    Its warnings are silenced. What it changes in `arguments` stays changed.
    """
    if not callable(function):
        raise Incorrect(
            f"The check was given {kind(function)}. Give it the function itself, without parentheses after it."
        )
    try:
        with warnings.catch_warnings(), _unattended(), _firm_stop():
            warnings.simplefilter("ignore")
            return function(*arguments)
    except (Incorrect, NotAttempted):  # said already, by the process that has the answer
        raise
    except RecursionError:
        raise Incorrect("Your function calls itself endlessly.") from None
    except NotImplementedError as error:
        if error.args:
            raise Incorrect(explained(error)) from None
        raise NotAttempted("Not attempted yet.") from None  # `raise NotImplementedError` is another usual stub
    except _RefusedError as error:
        raise Incorrect(f"Your code stopped{_where(error)}: {error}") from None
    except KeyboardInterrupt as error:
        if _raised_by_hand(error.__traceback__):
            raise Incorrect(explained(error)) from None
        raise Stopped(stopped(error)) from None
    except BaseException as error:  # SystemExit too, and whatever else ends a program
        raise Incorrect(explained(error)) from None


def call(function: Callable, *arguments: Any) -> Any:
    """Return what `function` returns for copies of `arguments`, so that it cannot spoil them; `Incorrect` for nothing."""
    result = run(function, *copy.deepcopy(arguments))
    if result is None or result is ...:
        raise Incorrect(
            f"Your function returns nothing for {given(arguments)}. Does every path through it end in `return`? (`print` shows "
            "a value, but doesn't return it.)"
        )
    return result


def leave_alone(name: str, place: int, function: Callable, *arguments: Any) -> None:
    """Raise `Incorrect` where `function` changes the array at `place` of its arguments; `name` is its parameter's."""
    given = copy.deepcopy(arguments)
    run(function, *given)
    if not np.array_equal(given[place], arguments[place]):
        raise Incorrect(
            f"The result is right, but your function changes `{name}` itself, which should stay as it is. Work on a copy: "
            f"`{name}.copy()`."
        )


def number(result: Any) -> int | float:
    """Return `result` as a plain Python number, be it NumPy's, TensorFlow's or a fraction; never nan, inf or a bool."""
    if isinstance(result, int) and abs(result) >= 2**63:
        raise Incorrect(f"Your function returns {kind(result)}: far too large.")
    if isinstance(result, Fraction) or (isinstance(result, Decimal) and result.is_finite()):
        result = int(result) if result == result // 1 else float(result)
    value = as_array(result)
    if value.shape != () or value.dtype.kind not in "iuf":
        raise Incorrect(f"Your function returns {kind(result)}; it should return a single number.")
    if not np.isfinite(value):
        raise Incorrect(f"Your function returns {result}, which isn't a usable number.")
    return value.item()


def whole(result: Any) -> int:
    """Return `result` as an int, like `number`; a float is `Incorrect`, whatever its value."""
    value = number(result)
    if isinstance(value, float):
        raise Incorrect(f"Your function gave {value}, a float. Return an `int`: `//` divides and rounds down.")
    return value


def array(
    result: Any, shape: tuple[int, ...], *mistakes: tuple[tuple[int, ...], str], case: tuple | None = None
) -> np.ndarray:
    """Return `result` as an array of numbers of this shape, be it NumPy's or TensorFlow's. It can hold nan.

    `mistakes` are wrong shapes, each with the sentence to answer it with; `case` is what the answer was called with.
    """
    values = as_array(result)
    if isinstance(result, list | tuple):
        raise Incorrect(f"Your function returns {kind(result)}; `np.array(...)` turns it into an array.")
    if values.shape != shape:
        rule_out(values.shape, *mistakes)
        asked = f" for {given(case)}" if case else ""
        raise Incorrect(f"Your function returns {kind(result)}{asked}; it should return an array of shape {shape}.")
    if values.dtype.kind == "b":
        raise Incorrect('Your function returns True and False; `.astype("float32")` turns them into 1.0 and 0.0.')
    if values.dtype.kind not in "iuf":
        raise Incorrect(f"Your function returns {kind(result)}; it should return an array of numbers.")
    return values


def as_list(result: Any, wanted: str, length: int | None = None) -> list:
    """Return `result`, be it a list, a tuple, an array or a tensor, as a list; `wanted` says what it should be.

    length: how many elements it should have; None for any number.
    """
    is_array = hasattr(result, "shape") and hasattr(result, "dtype")
    values = as_array(result).tolist() if is_array and as_array(result).size <= LONGEST_LIST else result
    if isinstance(result, tuple) and len(result) == 1 != length and isinstance(result[0], np.ndarray):
        raise Incorrect("Your function returns a tuple with an array in it, as `np.where` does. Take the array: `[0]`.")
    if not isinstance(values, list | tuple):
        raise Incorrect(f"Your function returns {kind(result)}; it should return {wanted}.")
    if length not in (None, len(values)) or len(values) > LONGEST_LIST:
        long = "" if is_array else f" of length {len(values)}"
        raise Incorrect(f"Your function returns {kind(result)}{long}; it should return {wanted}.")
    return list(values)


def numbers(result: Any, wanted: str, length: int | None = None, each: Callable = whole) -> list:
    """Return `result`, like `as_list`, as a list of what `each` (`whole` or `number`) makes of its elements."""
    values = as_list(result, wanted, length)
    for value in values:
        is_number = isinstance(value, Fraction | Decimal) or type(value) is int or as_array(value).dtype.kind in "iuf"
        if not is_number or as_array(value).shape:
            what = wanted.partition(":")[0]
            raise Incorrect(f"Your function returns {what}, but with {kind(value)} in it. Only numbers belong there.")
    return [each(value) for value in values]


def rule_out(got: Any, *mistakes: tuple[Any, str]) -> None:
    """Raise the sentence of the first of `mistakes` (usual wrong results, each with its sentence) that equals `got`."""
    for value, sentence in mistakes:
        if got == value if isinstance(value, dict) else close(got, value):
            raise Incorrect(sentence)


def agree(answer: Callable, solution: Callable, *cases: tuple, ask: Callable = call) -> None:
    """Raise `Incorrect` for the first case (a tuple of arguments) where answer and solution differ.

    `ask(answer, *arguments)` is like `call`; where a list or a dict is right, it also turns what it gets into one.
    """
    for arguments in cases:
        got, right = ask(answer, *arguments), solution(*arguments)
        if isinstance(right, str | list | dict):
            same = isinstance(got, type(right)) and got == right
        else:
            is_array = isinstance(right, np.ndarray)
            same = close(array(got, right.shape, case=arguments) if is_array else number(got), right)
        if not same:
            raise Incorrect(f"For {given(arguments)} your function gave {shown(got)}; {shown(right)} is right.")
        if isinstance(right, int):
            whole(got)


def close(got: Any, value: Any) -> bool:
    """Return whether two values have one shape and equal numbers: integers exactly, floats as far as float16 allows.

    nan equals nothing.
    """
    given, right = as_array(got), as_array(value)
    if given.shape != right.shape or given.dtype.kind not in "biufc":
        return False
    if all(side.dtype.kind in "iub" for side in (given, right)):
        return np.array_equal(given, right)
    rtol = 0 if right.dtype.kind in "iub" else 1e-6  # of ten million, a millionth is ten
    return np.allclose(given, right, rtol=rtol, atol=1e-3)


def kind(value: Any) -> str:
    """Return a value's kind in a few words: "an array of shape (2, 3) and dtype uint8", "a list", "the text 'coat'"."""
    if isinstance(value, str):
        return f"the text {_short(repr(value))}"
    if isinstance(value, complex | np.complexfloating):
        return f"the complex number {value}"
    if isinstance(value, int) and abs(value) >= 2**63:
        digits = int(value.bit_length() * 0.30103) // 10 * 10  # Python refuses to write out thousands of them
        return f"a whole number of more than {digits} digits"
    if value is None or isinstance(value, int | float | np.generic):
        return f"{'' if value is None or isinstance(value, bool | np.bool_) else 'the single value '}{value}"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        values = as_array(value)
        return f"an array of shape {values.shape} and dtype {values.dtype}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def shown(value: Any) -> str:
    """Return a value on one short line."""
    if callable(value):
        return "a function"
    if isinstance(value, str | list | tuple | dict):
        return _short(repr(value))
    text = np.array2string(as_array(value), precision=4, suppress_small=True, separator=", ", threshold=40)
    return " ".join(text.removesuffix(".").split())


def _short(text: str) -> str:
    text = " ".join(text.split()) if "\n" in text else text  # arrays in a list
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def given(arguments: tuple) -> str:
    """Return the arguments of a call on one short line."""
    return ", ".join(map(shown, arguments)) or "a call without arguments"


def explained(error: BaseException) -> str:
    """Return one sentence about an exception in the learner's code, with the line where it happened."""
    message = (str(error).splitlines() or [""])[0][:200].rstrip(" .")
    advice = next((f" {sentence}" for part, sentence in ADVICE.items() if part in message), "")
    return (
        f"Your code stopped{_where(error)}: {type(error).__name__}" + (f", {message}" if message else "") + f".{advice}"
    )


def stopped(error: KeyboardInterrupt) -> str:
    """Return what a learner reads who has pressed ■."""
    return f"You stopped your function{_where(error)}. If it would never have ended, look at its loops."


def _where(error: BaseException) -> str:
    """Return " in line 3, `return totl`": the innermost line of the learner's cell; "" if none is known."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent != HERE]
    own = [frame for frame in frames if not frame.filename.startswith(NOT_THE_LEARNERS)]
    lines = [frame for frame in own if frame.filename == own[0].filename]  # not the cells that this one calls
    return f" in line {lines[-1].lineno}" + (f", `{lines[-1].line}`" if lines[-1].line else "") if lines else ""


def _raised_by_hand(place: TracebackType | None) -> bool:
    """Return whether a `raise` statement is where the exception began; ■ begins one anywhere else."""
    last = None
    while place:
        if Path(place.tb_frame.f_code.co_filename).parent != HERE:
            last = place
        place = place.tb_next
    return last is not None and dis.opname[last.tb_frame.f_code.co_code[last.tb_lasti]] == "RAISE_VARARGS"


def as_array(value: Any) -> np.ndarray:
    """Return `value` as an array; what can't be one (a ragged list, a range of billions) as an array of dtype object."""
    try:
        if isinstance(value, Sized) and not hasattr(value, "shape") and len(value) > MOST_VALUES:
            return np.asarray(None)
        return np.asarray(value)
    except Exception:
        return np.asarray(None)
