"""The cells that lead from lesson to lesson, first and last in each: previous · contents · next.

    python -m tools.way_cells      write them, and the set-up cells, into all notebooks; `make notebooks` does it first

They are made of the lessons' own titles and order, so a new lesson, or another title, needs nothing but this command.
In JupyterLab a link opens the file next to the notebook, which is the learner's copy; on the HTML edition it leads to the page.
"""

import json
import sys
from pathlib import Path
from typing import Any

from data_scripts.errors import exit_code

TOP, BOTTOM = "way-top", "way-bottom"  # the ids of the two


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


def put_into(notebook: dict[str, Any], path: Path, order: list[Path]) -> None:
    """Set both cells of a notebook, as its JSON; those that it has are taken out first."""
    kept = [cell for cell in notebook["cells"] if cell.get("id") not in (TOP, BOTTOM)]
    line = [way(path, order)]
    cells = [{"cell_type": "markdown", "id": name, "metadata": {}, "source": line} for name in (TOP, BOTTOM)]
    notebook["cells"] = [cells[0], *kept, cells[1]]


def main() -> int:
    """Write what is missing, print the files that changed, and return the exit code."""
    from tools import repository  # which writes all of these cells

    changed = repository.publish(repository.published())
    print("\n".join(path.name for path in changed) or "Nothing to change.")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))
