"""Plain data between the process that judges and the one that has the answer: JSON lines, nothing that can run.

What comes over has the exact types of Python and NumPy, whatever class it had: an object that equals everything, or
an array with methods of its own, is an object like any other on the other side.
"""

import base64
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

LIMIT = 50_000_000  # characters in a message
DEPTH = 20  # lists in lists
COLLECTIONS: tuple[Any, ...] = (list, tuple, set, frozenset)


class TooLargeError(ValueError):
    """A value is larger than a message can be."""


class Channel:
    """Two pipes to another process; a message is a list. Raises EOFError where the other side has ended."""

    def __init__(self, reading: IO[bytes], writing: IO[bytes]):
        self.reading, self.writing = reading, writing

    def send(self, *message: Any) -> None:
        """Send one message. Raises TooLargeError, and sends nothing, where it is longer than `LIMIT`."""
        line = json.dumps(message).encode() + b"\n"
        if len(line) > LIMIT:
            raise TooLargeError(f"a value of more than {LIMIT // 1_000_000} MB")
        try:
            self.writing.write(line)
            self.writing.flush()
        except OSError:
            raise EOFError from None

    def receive(self) -> list[Any]:
        """Return the next message. Raises ValueError for anything but a JSON list."""
        line = self.reading.readline(LIMIT + 1)
        if not line.endswith(b"\n"):
            raise EOFError
        message = json.loads(line)
        if not (isinstance(message, list) and message and isinstance(message[0], str)):
            raise ValueError("not a message")
        return message


def encode(value: Any, depth: int = 0) -> Any:
    """Return `value` as JSON can hold it: numbers, texts, arrays, tensors, paths and collections of them.

    Of any other object only the name of its class is kept. Raises TooLargeError for an array beyond `LIMIT`.
    """
    if value is None or value is True or value is False:
        return value
    if isinstance(value, np.generic | np.ndarray) or all(hasattr(value, name) for name in ("shape", "dtype", "numpy")):
        return _encode_array(value)
    for plain in (int, float, str):
        if isinstance(value, plain):  # exactly what it holds, whatever methods a subclass has
            return getattr(plain, f"__{plain.__name__}__")(value)
    if isinstance(value, dict) and depth < DEPTH:
        return {"dict": [[encode(key, DEPTH), encode(item, depth + 1)] for key, item in dict.items(value)]}
    for collection in COLLECTIONS:
        if isinstance(value, collection) and depth < DEPTH:
            return {collection.__name__: [encode(item, depth + 1) for item in collection.__iter__(value)]}
    return (
        {"path": str(value)}
        if isinstance(value, Path)
        else {"ellipsis" if value is ... else "other": type(value).__name__}
    )


def encode_argument(value: Any, functions: list[Any]) -> Any:
    """Return an argument of a call as JSON can hold it; a function is its place among `functions`, as it stays here."""
    return {"function": functions.index(value)} if callable(value) else encode(value)


def _encode_array(value: Any) -> dict[str, Any]:
    try:
        values = np.asarray(value)
    except Exception:  # a symbolic tensor
        values = np.asarray(None)
    if values.dtype.hasobject:
        return {"other": type(value).__name__}
    if values.nbytes > LIMIT // 2:
        raise TooLargeError(f"an array of {values.nbytes // 1_000_000} MB")
    name = "scalar" if isinstance(value, np.generic) else "array"
    return {name: [values.dtype.str, list(values.shape), base64.b64encode(values.tobytes()).decode()]}


def decode_argument(item: Any, ask: Callable) -> Any:
    """Return what `encode_argument` was given; a function calls `ask(place, *arguments)`."""
    return partial(ask, item["function"]) if isinstance(item, dict) and "function" in item else decode(item)


def decode(item: Any) -> Any:
    """Return what `encode` was given, in exact types; for other objects one of an empty class of the same name."""
    if not isinstance(item, dict):
        return item
    [(name, content)] = item.items()
    if name in ("array", "scalar"):
        dtype, shape, data = content
        values = np.frombuffer(base64.b64decode(data), np.dtype(dtype)).reshape(shape).copy()
        return values[()] if name == "scalar" else values
    if name == "dict":
        return {decode(key): decode(value) for key, value in content}
    for collection in COLLECTIONS:
        if name == collection.__name__:
            return collection(map(decode, content))
    if name == "path":
        return Path(content)
    return ... if name == "ellipsis" else type(str(content) or "object", (), {})()
