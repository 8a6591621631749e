"""The cells that all lessons share: the way to their neighbors, first and last, and the two code cells that they begin with.

    python -m tools.shared_cells      write them into all notebooks; `make notebooks` and `make repository` do it, too

The way (previous · contents · next) is made of the lessons' own titles and order, so a new lesson, or another title, needs
nothing but this command. In JupyterLab a link opens the file next to the notebook, which is the learner's copy; on the HTML
edition it leads to the page. The first code cell installs the course on Colab and does nothing anywhere else; the second
starts the lesson. Both are folded, so JupyterLab shows the first line of each.
"""

import json
import sys
from pathlib import Path
from typing import Any

from data_scripts.errors import exit_code

TOP, BOTTOM = "way-top", "way-bottom"  # the ids of the cells
INSTALL, START = "install", "setup"
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
        with suppress(Exception):  # it raises if no file can be chosen
            sys.modules["google.colab"].files.upload()
    if not wheels():
        raise ImportError("No learning_to_see-….whl is here or in MyDrive. Run this cell again and choose that file.")
    source = str(max(wheels(), key=lambda path: path.stat().st_mtime))"""
START_SOURCE = """\
# Set-up: run this cell first
import helpers  # if there is no such module: README.md says how to install the course

if getattr(helpers, "COURSE", "") != "Learning to See":
    where = helpers.__file__ or [*helpers.__path__]
    raise ImportError(f"Another module named helpers is in the way: {{where}}. Rename it, then restart the kernel.")
helpers.start("{lesson}")"""


def way(path: Path, order: list[Path]) -> str:
    """Return the line of links of a lesson, given all lessons in their order; lesson 00 is the contents page.

    Titles end at their colon: JupyterLab lays a cell's buttons over its right end.
    """
    place = [other.name for other in order].index(path.name)
    links = [f"← [{short(order[place - 1])}]({order[place - 1].name})"] if place > 1 else []
    links += [f"[Contents]({order[0].name})"] if place else []
    links += [f"[{short(order[place + 1])}]({order[place + 1].name}) →"] if place + 1 < len(order) else []
    return " · ".join(links)


def title(path: Path) -> str:
    """Return a lesson's title, "01 · A first network". Raises ValueError if it has none."""
    source = "".join(title_cell(json.loads(path.read_text(encoding="utf-8")))["source"])
    return source.splitlines()[0].removeprefix("# ").strip()


def short(path: Path) -> str:
    """Return the first part of a lesson's title, "02 · Clothes"."""
    return title(path).partition(":")[0]


def title_cell(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return the first cell of a notebook that is a heading. Raises ValueError if there is none."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and "".join(cell["source"]).startswith("# "):
            return cell
    raise ValueError("There is no cell that begins with the title, as in `# 01 · A first network`.")


def sources(lesson: str, requirement: str = "") -> dict[str, str]:
    """Return {cell id: source} of both cells of a lesson, such as "01".

    On Colab they install `requirement`, in pip's form, or without one the file that `make wheel` makes.
    """
    title, source = "Only on Colab: install the course", FROM_ADDRESS.format(requirement=requirement)
    if not requirement:
        title, source = f"{title} (if asked, choose learning_to_see-….whl, made by `make wheel`)", FROM_WHEEL
    return {INSTALL: INSTALL_SOURCE.format(title=title, source=source), START: START_SOURCE.format(lesson=lesson)}


def put_into(notebook: dict[str, Any], path: Path, order: list[Path], requirement: str = "") -> None:
    """Set the four cells of a notebook, as its JSON, at `path`; those that are missing are added. Stored outputs stay.

    Raises ValueError if the notebook has no cell with the id "setup".
    """
    cells = {cell.get("id"): cell for cell in notebook["cells"]}
    if START not in cells:
        raise ValueError(f'{path.name} has no cell with the id "{START}".')
    if INSTALL not in cells:
        count = cells[START]["execution_count"]
        cells[INSTALL] = {"cell_type": "code", "execution_count": count, "id": INSTALL, "metadata": {}, "outputs": []}
        notebook["cells"].insert(notebook["cells"].index(cells[START]), cells[INSTALL])
    cells[INSTALL]["metadata"] |= FORM | FOLDED
    cells[START]["metadata"] |= FOLDED
    for name, source in sources(path.name[:2], requirement).items():
        cells[name]["source"] = source.splitlines(keepends=True)
    between = [cell for cell in notebook["cells"] if cell.get("id") not in (TOP, BOTTOM)]
    line = [way(path, order)]
    top, bottom = ({"cell_type": "markdown", "id": name, "metadata": {}, "source": line} for name in (TOP, BOTTOM))
    notebook["cells"] = [top, *between, bottom]


def main() -> int:
    """Write what is missing, print the files that changed, and return the exit code."""
    from tools import repository  # which writes all of these cells

    changed = repository.publish(repository.published())
    print("\n".join(path.name for path in changed) or "Nothing to change.")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))
