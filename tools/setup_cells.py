"""The two code cells that every lesson begins with; `make repository` writes them into all lessons.

The first installs the course on Colab and does nothing anywhere else. The second starts the lesson. Both are folded, so
JupyterLab shows the first line of each.
"""

from typing import Any

INSTALL, START = "install", "setup"  # the ids of the two
FOLDED = {"jupyter": {"source_hidden": True}}  # in JupyterLab
FORM = {"cellView": "form"}  # the same on Colab, which shows the title
# `--no-deps` leaves everything as it is on Colab, TensorFlow above all; what Colab may lack is named.
INSTALL_SOURCE = """\
# @title {title}
import importlib.util
import sys

if "google.colab" in sys.modules and not importlib.util.find_spec("helpers"):
    import subprocess
{source}
    print(f"Installing {{source}} ...")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", source, "anywidget>=0.9.13", "psygnal"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ImportError(f"{{source}} could not be installed: {{done.stderr.strip()}}")
    importlib.invalidate_caches()"""
FROM_ADDRESS = """
    source = "{requirement}\""""
FROM_WHEEL = """\
    from contextlib import suppress
    from pathlib import Path

    def wheels():
        places = (Path(), Path("drive/MyDrive"), Path("drive/MyDrive/Colab Notebooks"))
        return [path for place in places for path in place.glob("learning_to_see-[0-9]*.whl") if path.is_file()]

    if not wheels():
        with suppress(Exception):  # it raises where nothing can be chosen
            sys.modules["google.colab"].files.upload()
    if not wheels():
        raise ImportError("No learning_to_see-….whl is here or in MyDrive. Run this cell again and choose that file.")
    source = str(max(wheels(), key=lambda path: path.stat().st_mtime))"""
START_SOURCE = """\
# Set-up: run this cell first
# README.md says how to install the course, if there is no module named helpers.
import helpers

if getattr(helpers, "COURSE", "") != "Learning to See":
    raise ImportError(f"Another helpers is in the way: {{helpers.__file__ or [*helpers.__path__]}}. Rename it, restart.")
helpers.start("{lesson}")"""


def sources(lesson: str, requirement: str = "") -> dict[str, str]:
    """Return {cell id: source} of both cells of a lesson, such as "01".

    On Colab they install `requirement`, in pip's form, or without one the file that `make wheel` makes.
    """
    title, source = "Only on Colab: install the course", FROM_ADDRESS.format(requirement=requirement)
    if not requirement:
        title, source = f"{title} (if asked, choose learning_to_see-….whl, made by `make wheel`)", FROM_WHEEL
    return {INSTALL: INSTALL_SOURCE.format(title=title, source=source), START: START_SOURCE.format(lesson=lesson)}


def put_into(notebook: dict[str, Any], lesson: str, requirement: str = "") -> None:
    """Set both cells of a notebook, as its JSON; the first is added if it is missing. Stored outputs stay.

    Raises ValueError if the notebook has no cell with the id "setup".
    """
    cells = {cell.get("id"): cell for cell in notebook["cells"]}
    if START not in cells:
        raise ValueError(f'Lesson {lesson} has no cell with the id "{START}".')
    if INSTALL not in cells:
        count = cells[START]["execution_count"]
        cells[INSTALL] = {"cell_type": "code", "execution_count": count, "id": INSTALL, "metadata": {}, "outputs": []}
        notebook["cells"].insert(notebook["cells"].index(cells[START]), cells[INSTALL])
    cells[INSTALL]["metadata"] |= FORM | FOLDED
    cells[START]["metadata"] |= FOLDED
    for name, source in sources(lesson, requirement).items():
        cells[name]["source"] = source.splitlines(keepends=True)
