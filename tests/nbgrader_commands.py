"""The real nbgrader in a class folder: its commands, and the points that it gave."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

ASIDE = Path(sys.prefix) / "class"  # where the Makefile puts nbgrader, away from everybody's JupyterLab
HAS_NBGRADER = find_spec("nbgrader") is not None or (ASIDE / "nbgrader").is_dir()


def nbgrader(folder: Path, *words: str, before: Sequence[str] = (), **variables: str) -> None:
    """Run a command of nbgrader. before: the words of a command that runs it, as another user for example."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ASIDE), os.environ.get("PYTHONPATH", "")])}
    environment["PATH"] = os.pathsep.join([str(ASIDE / "bin"), os.environ["PATH"]])  # nbgrader calls alembic
    environment |= {name: str(folder / ".jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    environment.pop("COURSE_BUDGET", None)  # a teacher sets none
    environment |= variables
    command = [*before, sys.executable, "-m", "nbgrader", *words]
    done = subprocess.run(
        command, check=False, cwd=folder, env=environment, capture_output=True, text=True, timeout=1800
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]


def scores(folder: Path, student: str) -> dict[str, float]:
    """Points by exercise, out of nbgrader's database."""
    query = """select base_cell.name, grade.auto_score from grade
        join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
        where submitted_assignment.student_id = ?"""
    with closing(sqlite3.connect(folder / "gradebook.db")) as database:
        return dict(database.execute(query, [student]).fetchall())
