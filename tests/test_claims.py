"""Every number in a lesson's text is in its outputs or code, in the measured results, in a sum next to it, or a listed fact."""

import ast
import json
import operator
import re
from collections.abc import Iterator
from html import unescape

import nbformat
import pytest

from helpers.results import reference
from tools import notebooks

# Facts that no run of the lesson prints, by lesson; each stands in the text with its source or its reason.
FACTS: dict[str, set[str]] = {
    "01": {"70,000", "54,000", "2.30", "4.61", "5.76", "365"},  # MNIST's size; logarithms; a square; a name
    "02": {"70,000", "305"},  # Fashion-MNIST's size; the digits of a power
    "03": {"400", "237"},  # sums and places in examples
    "04": {"2.4"},  # about a ratio
    "05": {"1,024"},  # an example, eight full batches
    "06": {"90,000", "1.5", "1,200", "0.61", "0.64"},  # the set; other texts; papers; results
    "07": {"3,000", "5,000", "900", "25,000", "54,000", "1,738"},  # counts; a ratio; an example; of sources
    "08": {"1.2", "3,000", "128"},  # millions of photographs of ImageNet; 2,000 + 1,000; a batch of the tutorial
    "10": {"65,535", "99.3", "1412.6572"},  # the largest number of 16 bits; of the panda's source
    "11": {"542", "129,450", "20285", "1711.08536"},  # of the sources named there
    "12": {"224", "1,280"},  # the side of a kept image, the features of the borrowed network
}
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
NOT_TEXT = re.compile(CODE.pattern + r"|\]\([^)]*\)|<[^>]+>|https?://\S+|\$[^$]*\$", re.DOTALL)
CLAIM = re.compile(r"(?<![\w.,/#])((?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?)(?![\w,]*\d)(\s?%)?")
PRINTED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e-?\d+)?|\.\d+")
SUM = re.compile(r"([\d.,\s()+·×*/−–-]*\d[\d.,\s()+·×*/−–-]*)=\s*\**(\d[\d,.]*)")
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def number(text: str) -> float:
    return float(text.replace(",", ""))


def printed(cell: nbformat.NotebookNode) -> Iterator[str]:
    """What a reader sees under a cell, as text."""
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        for kind, value in output.get("data", {}).items():
            if kind.startswith("text/") or kind == "image/svg+xml":
                yield value if kind == "text/plain" else unescape(re.sub("<[^>]*>", " ", value))


def measured(values: object) -> Iterator[float]:
    """All numbers in the measured results."""
    for value in values.values() if isinstance(values, dict) else values if isinstance(values, list) else []:
        yield from measured(value)
        if isinstance(value, int | float):
            yield float(value)


def computed(text: str) -> float:
    """The value of a sum as a lesson writes it: 64·(3·3·1 + 1)."""

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        assert isinstance(node, ast.Constant)
        return node.value

    for signs, sign in ("·×", "*"), ("−–", "-"), (",", ""):
        text = re.sub(f"[{signs}]", sign, text)
    return value(ast.parse(text.strip(), mode="eval").body)


def sums(text: str) -> Iterator[float]:
    """The results of the sums in a text, as far as they are right."""
    for left, right in SUM.findall(text):
        for start in range(len(left)):  # the longest part that is a sum: "3, and 7 · 7 · 64 = 3,136"
            try:
                result = computed(left[start:])
            except (SyntaxError, AssertionError, KeyError, ZeroDivisionError):
                continue
            said = right.rstrip(".,")
            if round(result, len(said.partition(".")[2])) == number(said):
                yield number(said)
                break


def claims(text: str) -> Iterator[tuple[str, float, int, bool]]:
    """What is claimed as a number: as written, its value, its decimals, whether in percent. Not: small counts, and years."""
    for written, percent in CLAIM.findall(text):
        if written and not (
            "." not in written and not percent and (number(written) < 100 or re.fullmatch("1[89]..|20..", written))
        ):
            yield written, number(written), len(written.partition(".")[2]), bool(percent)


def unfounded(notebook: nbformat.NotebookNode, facts: set[str], results: object) -> list[str]:
    """The numbers in a lesson's text that nothing in it bears out."""
    known = set(measured(results)) | set(map(number, facts))
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    for cell in notebook.cells:
        shown = CODE.findall(cell.source) if cell.cell_type == "markdown" else [cell.source, *printed(cell)]
        known |= {number(one) for text in shown for one in PRINTED.findall(text)}
    plain = [unescape(NOT_TEXT.sub(" ", text)) for text in texts]
    for text in plain:
        known |= set(sums(text.replace("**", "")))
    return [
        written
        for text in plain
        for written, value, decimals, percent in claims(text)
        if not any(round(one * scale, decimals) == value for one in known for scale in ((1, 100) if percent else (1,)))
    ]


@pytest.mark.parametrize("path", notebooks.lessons(), ids=lambda path: path.stem)
def test_every_number_in_a_lesson_is_borne_out(path):
    results = json.loads(reference.FILE.read_text("utf-8"))
    assert unfounded(notebooks.read(path), FACTS.get(path.name[:2], set()), results) == []


def lesson(text: str, printed: str = "", source: str = "") -> nbformat.NotebookNode:
    code = nbformat.v4.new_code_cell(source, outputs=[nbformat.v4.new_output("stream", text=printed)])
    return nbformat.v4.new_notebook(cells=[code, nbformat.v4.new_markdown_cell(text)])


@pytest.mark.parametrize(
    ("text", "printed", "wrong"),
    [
        ("It gets .943 right.", "accuracy 0.9432", []),
        ("It gets .943 right.", "accuracy 0.9442", [".943"]),
        ("It gets 94 % right.", "accuracy 0.9432", []),
        ("It gets 95 % right.", "accuracy 0.9432", ["95"]),
        ("An epoch has 1,875 steps.", "1875/1875", []),
        ("An epoch has 1,876 steps.", "1875/1875", ["1,876"]),
        ("**7**, and 7 · 7 · 64 = 3,136. So 3,136.", "", []),
        ("64·(3·3·1 + 1) = 641", "", ["641"]),
        ("In 1998 there were 3 of them.", "", []),
        ("See [the page](https://example.org/12345).", "", []),
    ],
)
def test_a_number_that_nothing_bears_out_is_found(text, printed, wrong):
    assert unfounded(lesson(text, printed), set(), {}) == wrong
