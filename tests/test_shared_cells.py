"""Every lesson leads to the one before it, to the contents and to the one after it, at both ends."""

import json

import nbformat
import pytest

from tools import notebooks, repository, shared_cells

LESSONS = notebooks.lessons()


def test_the_cells_of_all_lessons_are_those_that_the_tool_writes():
    assert repository.outdated(repository.published()) == {}, "python -m tools.shared_cells"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_both_ends_lead_to_files_that_are_there(path):
    cells = notebooks.read(path).cells
    assert [cells[0].id, cells[-1].id] == [shared_cells.TOP, shared_cells.BOTTOM]
    assert cells[0].source == cells[-1].source
    place = LESSONS.index(path)
    wanted = [*LESSONS[max(place - 1, 1) : place], *([LESSONS[0]] if place else []), *LESSONS[place + 1 : place + 2]]
    assert [part.split(")")[0] for part in cells[0].source.split("](")[1:]] == [other.name for other in wanted]


def lesson(folder, name, title):
    cells = [nbformat.v4.new_markdown_cell(f"# {title}", id="title"), nbformat.v4.new_code_cell("1 + 1", id="setup")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / name)
    return folder / name


def test_a_lesson_that_comes_between_changes_its_neighbors_and_twice_changes_nothing(tmp_path):
    order = [
        lesson(tmp_path, f"0{n}_x.ipynb", f"0{n} · {word}") for n, word in ((0, "Start"), (1, "One"), (3, "Three"))
    ]
    assert shared_cells.way(order[1], order) == "[Contents](00_x.ipynb) · [03 · Three](03_x.ipynb) →"
    order.insert(2, lesson(tmp_path, "02_x.ipynb", "02 · Two"))
    assert shared_cells.way(order[1], order) == "[Contents](00_x.ipynb) · [02 · Two](02_x.ipynb) →"
    assert (
        shared_cells.way(order[2], order)
        == "← [01 · One](01_x.ipynb) · [Contents](00_x.ipynb) · [03 · Three](03_x.ipynb) →"
    )
    notebook = json.loads(order[2].read_text())
    shared_cells.put_into(notebook, order[2], order)
    once = json.dumps(notebook)
    shared_cells.put_into(notebook, order[2], order)
    assert json.dumps(notebook) == once
    ids = [shared_cells.TOP, "title", shared_cells.INSTALL, shared_cells.START, shared_cells.BOTTOM]
    assert [cell["id"] for cell in notebook["cells"]] == ids


def test_a_notebook_without_a_title_is_named(tmp_path):
    path = lesson(tmp_path, "01_x.ipynb", "01 · One")
    path.write_text(path.read_text().replace("# 01", "01"))
    with pytest.raises(ValueError, match="begins with the title"):
        shared_cells.title(path)
