"""Class names and labels in every form that people have them in."""

import re

import numpy as np
import pytest

from helpers.images.classes import class_labels, class_names


class ArrayLike:
    """A tensor, a column of a table: what NumPy can read."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)

    def __iter__(self):
        return map(ArrayLike, self.values)


@pytest.mark.parametrize(
    "names",
    [
        ["cats", "dogs"],
        ("cats", "dogs"),
        np.array(["cats", "dogs"]),
        np.array([["cats"], ["dogs"]], dtype=object),
        [b"cats", b"dogs"],
        {"dogs": 1, "cats": 0},
        {"dogs": np.int64(1), "cats": np.int64(0)},
        {1: "dogs", 0: "cats"},
        {"1": "dogs", "0": "cats"},
        {"cats": 0, "dogs": 1}.keys(),
        (name for name in ("cats", "dogs")),
        [["cats"], ("dogs",)],
        ArrayLike(["cats", "dogs"]),
        [ArrayLike(b"cats"), ArrayLike("dogs")],
    ],
)
def test_names_in_every_form_are_the_same_list(names):
    assert class_names(names, 2) == ["cats", "dogs"]


def test_numbers_are_names_too():
    assert class_names(None, 3) == class_names(range(3), 3) == class_names(np.arange(3), 3) == ["0", "1", "2"]
    assert class_names({"1": 0, "0": 1}, 2) == ["1", "0"], "the class_indices of folders that are called 1 and 0"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["cats"], "tells 2 classes apart, but there are 1 class names"),
        (["a", "b", "c"], "tells 2 classes apart, but there are 3"),
        (["cats", "cats"], "Two classes are called 'cats'"),
        ("ab", "class_names is 'ab'; give a list"),
        ({"cats", "dogs"}, "class_names is {.*; give a list"),
        (2, "class_names is 2; give a list"),
        ({"cats": 1, "dogs": 2}, "counted from 0 without a gap"),
        ({"cats": 0, "dogs": 0}, "counted from 0 without a gap"),
        ({"cats": True, "dogs": False}, "counted from 0 without a gap"),
    ],
)
def test_names_that_say_nothing_certain_are_a_sentence(names, said):
    with pytest.raises(ValueError, match=said):
        class_names(names, 2)


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 1],
        (0, 1, 1),
        [[0], [1], [1]],
        [[1, 0], [0, 1], [0, 1]],
        np.array([0, 1, 1], "uint8"),
        np.array([0.0, 1.0, 1.0], "float32"),
        np.array([False, True, True]),
        np.array([[1, 0], [0, 1], [0, 1]], bool),
        np.array([0, 1, 1], object),
    ],
)
def test_labels_in_every_shape_are_class_numbers(labels):
    found = class_labels(labels, 2, images=3)
    assert found.dtype == np.int64
    assert found.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([0, 1, 2], "class numbers 0 to 1; 2 is among these"),
        ([0, -1, 1], "-1 is among"),
        ([0, 0.5, 1], "0.5 is among"),
        ([0, np.nan, 1], "nan is among"),
        ([0, None, 1], "nan is among"),
        ([0, 10**400, 1], "these are [0, 1000"),
        (np.array([0, 1j, 1]), "these are array("),
        (np.array(["1970-01-01"] * 3, "datetime64[D]"), "these are array("),
        (["cat", "dog", "dog"], "these are ['cat', 'dog', 'dog']"),
        ([[0.5, 0.5]] * 3, "a single 1"),
        ([[1, 1], [0, 1], [0, 1]], "a single 1"),
        (np.zeros((3, 3)), "(N,), (N, 1) or (N, 2); these have (3, 3)"),
        (0, "these have ()"),
        ([0, 1], "2 labels for 3 images"),
        ([], "0 labels for 3 images"),
    ],
)
def test_labels_that_are_none_are_a_sentence(labels, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        class_labels(labels, 2, images=3)
