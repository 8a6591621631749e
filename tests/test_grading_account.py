"""Grading as docs/teaching.md recommends: as a user made for it, without network. A submission tries to get out."""

import json
import os
import shutil
import socket
import tempfile
from pathlib import Path

import nbformat
import pytest

from helpers import exercises
from tests.conftest import ROOT
from tests.hub.hub import FIRST_NUMBER, others_run_this_python
from tests.nbgrader_commands import HAS_NBGRADER, nbgrader, scores
from tests.test_class import SEVERAL, deserved, several_exercises
from tools import class_edition, notebooks

GRADER = FIRST_NUMBER + 100
ALONE = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
AS_GRADER = ["setpriv", f"--reuid={GRADER}", f"--regid={GRADER}", "--clear-groups"]
TRIES = """
import json, os, socket
def tried(what):
    try:
        return bool(what() or True)
    except OSError as error:
        return error.strerror
private = {private!r}
print(json.dumps([os.getuid(), tried(lambda: socket.create_connection(("127.0.0.1", {port}), 5).close()),
    tried(lambda: open(private + "/secret").read()), tried(lambda: open(private + "/new", "w")), tried(lambda: open({course!r} + "/new", "w"))]))
"""


@pytest.fixture
def folder():
    """A folder that others can pass through, with a class of the grader's and a folder that is closed to it."""
    folder = Path(tempfile.mkdtemp(prefix="grading-"))
    folder.chmod(0o711)
    (folder / "private").mkdir(mode=0o750)
    (folder / "private" / "secret").write_text("a student's")
    yield folder
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.skipif(
    not HAS_NBGRADER or not others_run_this_python() or not shutil.which("ip"), reason="needs root, nbgrader, `ip`"
)
@pytest.mark.parametrize("before", [AS_GRADER, [*ALONE, *AS_GRADER]], ids=["with network", "without network"])
def test_a_submission_reaches_neither_the_network_nor_other_peoples_files(before, folder):
    path = folder / "several.ipynb"
    nbformat.write(several_exercises(), path)
    class_edition.build(folder / "class", [path])
    nbgrader(folder / "class", "generate_assignment", path.stem)
    submission = exercises.solved_notebook(notebooks.read(folder / "class" / "release" / path.stem / path.name))
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = TRIES.format(private=str(folder / "private"), port=server.getsockname()[1], course=str(ROOT))
        submission["cells"].append(nbformat.v4.new_code_cell(code))
        target = folder / "class" / "submitted" / "ada" / path.stem / path.name
        target.parent.mkdir(parents=True)
        nbformat.write(nbformat.from_dict(submission), target)
        for one in (folder / "class", *(folder / "class").rglob("*")):
            os.chown(one, GRADER, GRADER)
        own = {
            "HOME": str(folder / "class"),
            "USER": "grader",
            "LOGNAME": "grader",
            "COURSE_HOME": str(folder / "class" / "home"),
        }
        nbgrader(folder / "class", "autograde", path.stem, before=before, **own)
    graded = notebooks.read(folder / "class" / "autograded" / "ada" / path.stem / path.name)
    number, network, *files = json.loads(graded.cells[-1].outputs[0].text)
    assert number == GRADER
    assert network == ("Connection refused" if before[0] == "unshare" else True)
    assert files == ["Permission denied"] * 3
    assert scores(folder / "class", "ada") == deserved(SEVERAL, "solved")
