"""`exercises.check` in a notebook knows whether the cell of the answer failed, ran again, or is not there."""

import json
import os
import subprocess
import sys

import pytest

from helpers.exercises.cells import defines

GOOD, BAD = "def parameters(sizes):\n    return 3", "def parameters(sizes)\n    return 4"
CHECK = "exercises.check('parameters', parameters)"
FAILED, JUDGED = "! Not checked: What does a dense network learn?", "your function gave 3; 42310 is right"
UNREADABLE = "Python can't read line 1, `def parameters(sizes)`: expected ':'."
AGAIN = "run that cell first"
# What ran, each with the front end's id of its cell; what the last check says, and what it doesn't.
CASES = {
    "nothing wrong": ([GOOD, CHECK], [JUDGED], [FAILED, AGAIN]),
    "nothing changed since the last check": ([GOOD, CHECK, CHECK], [JUDGED, AGAIN], [FAILED]),
    "the same text ran again": ([GOOD, CHECK, GOOD, CHECK], [JUDGED], [FAILED, AGAIN]),
    "a syntax error after a success": ([GOOD, BAD, CHECK], [FAILED, UNREADABLE], [JUDGED]),
    "the error is fixed": ([GOOD, BAD, CHECK, GOOD, CHECK], [JUDGED], [FAILED]),
    "never run": ([CHECK], ["! Not checked", "`parameters` isn't defined", "Run the cell that defines it"], []),
    "nothing but a syntax error": ([BAD, CHECK], ["`parameters` isn't defined", UNREADABLE], []),
    "deleted": ([GOOD, "del parameters", CHECK], ["isn't defined", "A later cell deleted `parameters`."], []),
    "def misspelled": ([GOOD, "dfe parameters(sizes):\n    return 4", CHECK], [FAILED, "`dfe parameters"], []),
    "a line missing its end": ([GOOD, GOOD + "(", CHECK], [FAILED, "line 2"], [JUDGED]),
    "fails before the definition": (
        [GOOD, f"import nothing_here\n{GOOD}", CHECK],
        [FAILED, "`import nothing_"],
        [JUDGED],
    ),
    "fails after the definition": ([GOOD, f"{GOOD}\nnothing_here", CHECK], [JUDGED], [FAILED]),
    "another cell fails": ([GOOD, "assert parameters(3) == 4", CHECK], [JUDGED], [FAILED]),
    "the name only used in broken code": ([GOOD, "print(parameters(3)", CHECK], [JUDGED], [FAILED]),
    "renamed": (
        [[GOOD, "a"], ["def parametres(s):\n    return 1", "a"], [CHECK, "b"]],
        [FAILED, "no longer"],
        [JUDGED],
    ),
    "two cells": (
        [["def parameters(s):\n    return 8", "a"], [GOOD, "c"], [CHECK, "b"]],
        [JUDGED, "of cell [3]"],
        [FAILED],
    ),
    "the blank ran again after a second cell": (
        [["def parameters(s):\n    ...", "a"], [GOOD, "c"], ["def parameters(s):\n    ...", "a"], [CHECK, "b"]],
        ["○ Not attempted yet", "of cell [4], which ran last; cell [3] defines one, too"],
        [FAILED],
    ),
    "one cell twice": ([["parameters = len", "a"], [GOOD, "a"], [CHECK, "b"]], [JUDGED], [FAILED, "of cell"]),
    "an unchanged value": ([["parameters = len", "a"], ["parameters = len", "a"], [CHECK, "b"]], ["gave 4"], [FAILED]),
    "check in the cell of the answer": ([GOOD, BAD, f"{GOOD}\n{CHECK}"], [JUDGED], [FAILED]),
    "a timed cell": ([[GOOD, "a"], [f"%%time\n{BAD}", "a"], [CHECK, "b"]], [FAILED, "expected ':'"], [JUDGED]),
    "a captured cell": ([GOOD, f"%%capture\n{BAD}", CHECK], [FAILED, UNREADABLE], [JUDGED]),
    "another name is checked": (
        [GOOD, BAD, "mine = lambda s: 3\nexercises.check('parameters', mine)"],
        [JUDGED],
        [FAILED],
    ),
    "a variable": (["parameters = lambda s: 3", "parameters = lambda s 3", CHECK], [FAILED, "lambda s 3"], [JUDGED]),
    "set up twice": ([GOOD, BAD, "exercises.begin('01')", CHECK], [FAILED, UNREADABLE], [JUDGED]),
    "without set-up": (
        ["exercises._cells.close()", GOOD, BAD, CHECK],
        [JUDGED],
        [FAILED],
    ),
}
SESSION = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config
from helpers import exercises
from helpers.exercises import cells
config = Config()
config.HistoryManager.enabled = False
said = {}
for name, sources in json.load(sys.stdin).items():
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=config)
    exercises._unsolved.clear()
    for source in ["from helpers import exercises; exercises.begin('01')", *sources]:
        source, cell = (source, None) if isinstance(source, str) else source
        with capture_output() as shown:
            shell.run_cell(source, store_history=True, cell_id=cell)
    said[name] = "\\n".join(output.data["text/plain"] for output in shown.outputs)
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the last check of every case says."""
    environment = os.environ | {"COURSE_HOME": str(tmp_path_factory.mktemp("home")), "PYTHONIOENCODING": "utf-8"}
    cases = json.dumps({name: cells for name, (cells, _, _) in CASES.items()})
    command = [sys.executable, "-c", SESSION]
    run = subprocess.run(command, input=cases, capture_output=True, text=True, encoding="utf-8", env=environment)
    assert (run.returncode, run.stderr) == (0, "")
    return json.loads(run.stdout)


@pytest.mark.parametrize("case", CASES)
def test_the_check_knows_the_cell_of_the_answer(case, said):
    _, wanted, unwanted = CASES[case]
    assert [part for part in wanted if part not in said[case]] == []
    assert [part for part in unwanted if part in said[case]] == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):",
        "x = 1\ndef f(x):",
        "class f:",
        "async def f(x):",
        "f = 3",
        "f: int = 3",
        "  def f(x):",
        "@one\ndef f():",
    ],
)
def test_definitions_are_found_in_the_text(source):
    assert defines(source, "f")


@pytest.mark.parametrize(
    "source", ["f(3)", "f == 3", "def ff(x):", "assert f(3)", "g = f", "import f", "dfe f(x):", "(f)"]
)
def test_what_only_uses_a_name_is_no_definition(source):
    assert not defines(source, "f")
    assert not defines(source, "f", is_broken=True) or source.startswith("dfe")
