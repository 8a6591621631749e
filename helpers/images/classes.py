"""Class names and labels: one form for everything that people have at hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

ClassNames = Sequence[Any] | np.ndarray | Mapping[Any, Any]
FORMS = "give a list in the order of the outputs, such as ['cats', 'dogs']"


def class_names(names: ClassNames | None, count: int | None, called: str = "class_names") -> list[str]:
    """Return a name for each of `count` classes (None: any number), in the order of the outputs; "0", "1", … for no names.

    names: a list, tuple or array; the `class_indices` of a reader, {"cats": 0, "dogs": 1}; or the reverse of it.
    called: the argument that an error names. Raises ValueError for a wrong number of names, for two equal ones, and for what
    has no order.
    """
    if names is None:
        return [str(number) for number in range(count or 0)]
    if isinstance(names, Mapping):
        found = _in_order(names, called)
    elif isinstance(names, str | bytes | set | frozenset) or not hasattr(names, "__iter__"):
        raise ValueError(f"{called} is {names!r}; {FORMS}.")
    else:
        found = [_single(name) for name in (np.ravel(np.asarray(names)) if hasattr(names, "__array__") else names)]
    texts = [name.decode(errors="replace") if isinstance(name, bytes) else str(name) for name in found]
    if count is not None and len(texts) != count:
        raise ValueError(f"The network tells {count} classes apart, but there are {len(texts)} class names.")
    twice = next((name for name in texts if texts.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"Two classes are called {twice!r}; give each class a name of its own.")
    return texts


def _single(name: Any) -> Any:
    """Return a name that is alone in a list, an array or a tensor."""
    if not (isinstance(name, list | tuple) or hasattr(name, "__array__")):
        return name
    inside = np.ravel(np.asarray(name, object))
    return inside[0] if len(inside) == 1 else name


def _in_order(names: Mapping, called: str) -> list:
    """Return the names of {name: index} or {index: name} by index; an index may be text, as JSON makes it."""
    for indices, values in ((names.values(), names.keys()), (names.keys(), names.values())):
        by_index = dict(zip(map(str, indices), values, strict=True))
        if set(by_index) == {str(number) for number in range(len(names))}:
            return [by_index[str(number)] for number in range(len(names))]
    raise ValueError(f"{called} is {dict(names)!r}; the classes are counted from 0 without a gap, so {FORMS}.")


def class_labels(labels: Any, count: int, images: int | None = None) -> np.ndarray:
    """Return the class number of every image, (N,) int64, 0 to `count` − 1.

    labels: whole numbers (N,) or (N, 1) of any type, booleans for two classes, or one-hot rows (N, count).
    images: how many there have to be. Raises ValueError for other values and shapes.
    """
    try:
        if np.asarray(labels).dtype.kind in "cmM":  # complex numbers and dates would become numbers, too
            raise TypeError
        values = np.asarray(labels, "float64")
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"Labels are class numbers 0 to {count - 1}; these are {_beginning(labels)}.") from None
    if values.ndim == 2 and values.shape[1] == count and count > 1:
        if not (np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all()):
            raise ValueError("A one-hot label has a single 1 and else 0 in every row; these labels have other rows.")
        values = values.argmax(axis=1).astype("float64")
    elif values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise ValueError(f"Labels have the shape (N,), (N, 1) or (N, {count}); these have {values.shape}.")
    wrong = values[~((values >= 0) & (values < count) & (values == np.floor(values)))]
    if wrong.size:
        raise ValueError(f"Labels are class numbers 0 to {count - 1}; {wrong[0]:g} is among these.")
    if images is not None and len(values) != images:
        raise ValueError(f"{len(values)} labels for {images} images.")
    return values.astype("int64")


def _beginning(labels: Any) -> str:
    text = repr(labels)
    return text if len(text) <= 60 else f"{text[:57]}…"
