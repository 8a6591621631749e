"""Calling a learner's function: whatever it does or returns ends in a value to check or in an `Incorrect` sentence."""

import copy
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from helpers.exercises.core import Incorrect, NotAttempted

HERE = Path(__file__).parent


def run(function: Callable, *arguments: Any) -> Any:
    """Return what `function` returns for copies of `arguments`, so that it cannot spoil them for the checks that follow.

    Its warnings are silenced, and whatever it raises becomes `Incorrect`; only the kernel's stop gets through.
    """
    if not callable(function):
        raise Incorrect(
            f"The check was given {kind(function)}. Give it the function itself, without parentheses after it."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*copy.deepcopy(arguments))
    except RecursionError:
        raise Incorrect("Your function calls itself endlessly.") from None
    except NotImplementedError as error:
        if error.args:
            raise Incorrect(explained(error)) from None
        raise NotAttempted("Not attempted yet.") from None  # `raise NotImplementedError` is another usual stub
    except (Exception, SystemExit) as error:
        raise Incorrect(explained(error)) from None


def call(function: Callable, *arguments: Any) -> Any:
    """Return what `function` returns, like `run`; `Incorrect` if that is nothing."""
    result = run(function, *arguments)
    if result is None or result is ...:
        raise Incorrect(
            f"Your function returns nothing for {given(arguments)}. Does every path through it end in `return`?"
        )
    return result


def number(result: Any) -> int | float:
    """Return `result` as a plain Python number, be it NumPy's or TensorFlow's; never nan, inf or a bool."""
    value = as_array(result)
    if value.shape != () or value.dtype.kind not in "iuf":
        raise Incorrect(f"Your function returns {kind(result)}; it should return a single number.")
    if not np.isfinite(value):
        raise Incorrect(f"Your function returns {result}, which isn't a usable number.")
    return value.item()


def array(result: Any, shape: tuple[int, ...], *mistakes: tuple[tuple[int, ...], str]) -> np.ndarray:
    """Return `result` as an array of numbers of this shape, be it NumPy's or TensorFlow's. It can hold nan.

    `mistakes` are wrong shapes, each with the sentence to answer it with.
    """
    values = as_array(result)
    if isinstance(result, list | tuple):
        raise Incorrect(f"Your function returns {kind(result)}; `np.array(...)` turns it into an array.")
    if values.shape != shape:
        rule_out(values.shape, *mistakes)
        raise Incorrect(f"Your function returns {kind(result)}; it should return an array of shape {shape}.")
    if values.dtype.kind == "b":
        raise Incorrect('Your function returns True and False; `.astype("float32")` turns them into 1.0 and 0.0.')
    if values.dtype.kind not in "iuf":
        raise Incorrect(f"Your function returns {kind(result)}; it should return an array of numbers.")
    return values


def as_list(result: Any, wanted: str, length: int | None = None) -> list:
    """Return `result`, be it a list, a tuple or an array, as a list; `wanted` says what it should be.

    length: how many elements it should have; None for any number.
    """
    values = result.tolist() if isinstance(result, np.ndarray) else result
    if not isinstance(values, list | tuple):
        raise Incorrect(f"Your function returns {kind(result)}; it should return {wanted}.")
    if length not in (None, len(values)):
        raise Incorrect(f"Your function returns {kind(result)} of length {len(values)}; it should return {wanted}.")
    return list(values)


def rule_out(got: Any, *mistakes: tuple[Any, str]) -> None:
    """Raise the sentence of the first of `mistakes` (usual wrong results, each with its sentence) that equals `got`."""
    for value, sentence in mistakes:
        if close(got, value):
            raise Incorrect(sentence)


def agree(answer: Callable, solution: Callable, *cases: tuple) -> None:
    """Raise `Incorrect` for the first case (a tuple of arguments) where answer and solution differ."""
    for arguments in cases:
        got, right = call(answer, *arguments), solution(*arguments)
        if isinstance(right, str):
            same = isinstance(got, str) and got == right
        else:
            same = close(array(got, right.shape) if isinstance(right, np.ndarray) else number(got), right)
        if not same:
            raise Incorrect(f"For {given(arguments)} your function gave {shown(got)}; {shown(right)} is right.")


def close(got: Any, value: Any) -> bool:
    """Return whether two values have one shape and equal numbers: integers exactly, floats as far as float16 allows.

    nan equals nothing.
    """
    if np.shape(got) != np.shape(value):
        return False
    if all(as_array(side).dtype.kind in "iub" for side in (got, value)):
        return np.array_equal(got, value)
    return np.allclose(got, value, rtol=1e-6, atol=1e-3)


def kind(value: Any) -> str:
    """Return a value's kind in a few words: "an array of shape (2, 3) and dtype uint8", "a list", "the text 'coat'"."""
    if isinstance(value, str):
        return f"the text {value!r}"
    if isinstance(value, bool | int | float | np.generic):
        return f"the single value {value}"
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        values = as_array(value)
        return f"an array of shape {values.shape} and dtype {values.dtype}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def shown(value: Any) -> str:
    """Return a value on one short line."""
    if isinstance(value, str | list | tuple | dict):
        return repr(value)
    text = np.array2string(as_array(value), precision=4, suppress_small=True, separator=", ", threshold=40)
    return " ".join(text.split())


def given(arguments: tuple) -> str:
    """Return the arguments of a call on one short line."""
    return ", ".join(map(shown, arguments)) or "a call without arguments"


def explained(error: BaseException) -> str:
    """Return one sentence about an exception in the learner's code, with the line where it happened."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent != HERE]
    # The first frame that is not ours is in the learner's cell; its last line there is what to look at.
    own = [frame for frame in frames if frame.filename == frames[0].filename]
    where = f" in line {own[-1].lineno}" + (f", `{own[-1].line}`" if own[-1].line else "") if own else ""
    message = (str(error).splitlines() or [""])[0][:200].rstrip(" .")
    return f"Your code stopped{where}: {type(error).__name__}" + (f", {message}" if message else "") + "."


def as_array(value: Any) -> np.ndarray:
    """Return `value` as an array; what cannot be one (a ragged list, a symbolic tensor) as an array of dtype object."""
    try:
        return np.asarray(value)
    except Exception:
        return np.asarray(None)
