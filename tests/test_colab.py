"""The course with the packages that Colab ships, and a stand-in for what is there on Colab alone.

Not tested here, as it is not to be had outside Colab: how its page draws the widgets, its own upload dialogue, its GPU.
"""

import importlib.metadata
import os
import re
import sys
from pathlib import Path

import nbformat
import pytest

from helpers.images.assets import SAMPLE_IMAGES
from tests.conftest import NETWORK_OFF, ROOT
from tools import notebooks

HERE = Path(__file__).parent / "colab"
ASIDE = Path(sys.prefix) / "colab"  # where the Makefile puts Colab's versions
SHIPPED = dict(re.findall(r"^([\w-]+)==(\S+)$", (HERE / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE))
LESSONS = notebooks.lessons()
needs_colab = pytest.mark.skipif(not ASIDE.is_dir(), reason="Colab's versions are missing: make .venv/colab/ready")
MODEL_AND_IMAGES = """import keras
import helpers
from helpers.widgets import upload_and_predict
model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
upload_and_predict(model, ["cat", "dog"])"""
VERSIONS = """import sys
import IPython, ipykernel, ipywidgets
print("ipython", IPython.__version__, "ipykernel", ipykernel.__version__, "ipywidgets", ipywidgets.__version__)"""


@pytest.fixture
def colab(monkeypatch):
    """From here on kernels find Colab's packages first."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (ASIDE, HERE, NETWORK_OFF, ROOT))))


def run(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Executes it as Colab does: with its modules imported before the first cell."""
    return notebooks.run(notebook, folder, 180, first="import google.colab.files, google.colab.output")


def of_cells(*sources: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


@needs_colab
@pytest.mark.parametrize(
    "path",
    [path if path.name.startswith("10") else pytest.param(path, marks=pytest.mark.slow) for path in LESSONS],
    ids=lambda path: path.stem,
)
def test_a_lesson_runs_on_colab_without_a_fault_in_its_outputs(path, colab, course_home):
    notebook = notebooks.read(path)
    notebook.cells.append(nbformat.v4.new_code_cell(VERSIONS, id="versions"))
    done = run(notebook, course_home)
    found = dict(zip(*[iter(done.cells.pop().outputs[0].text.split())] * 2, strict=True))
    assert found == {name: SHIPPED[name] for name in found}
    assert len(found) == 3
    views = [output for cell in done.cells for output in cell.get("outputs", []) if notebooks.WIDGET in str(output)]
    assert bool(views) == (path.name[:2] != "10")  # the only widget of lesson 10 is to upload: Colab's own dialogue
    assert notebooks.faults(notebooks.tidy(done)) == []


@needs_colab
@pytest.mark.parametrize("answered", [True, False], ids=["files chosen", "nobody there"])
def test_colabs_dialogue_takes_several_files_and_a_bad_one_stops_nobody(answered, colab, course_home, monkeypatch):
    monkeypatch.setenv("COURSE_BUDGET", "full")  # a quick run opens no dialog
    if answered:
        chosen = course_home / "chosen"
        chosen.mkdir()
        (chosen / "mine.jpg").write_bytes((SAMPLE_IMAGES / "upload" / "cat.jpg").read_bytes())
        (chosen / "letter.txt").write_text("Dear Sir or Madam")
        monkeypatch.setenv("COLAB_CHOOSES", str(chosen))
    done = run(of_cells(MODEL_AND_IMAGES), course_home)
    [shown] = [output.data["text/plain"] for output in done.cells[0].outputs]
    if answered:
        assert re.search(r"^mine\.jpg: (cat|dog), probability", shown, re.MULTILINE)
        assert '"letter.txt" is text, not an image.' in shown
        assert len(shown.splitlines()) == 2
    else:
        assert "rider.jpg: " in shown


@needs_colab
def test_our_widgets_switch_on_colabs_manager_for_them(colab, course_home):
    explorer = "from helpers.widgets import FilterExplorer\nFilterExplorer()"
    done = run(of_cells(explorer, "print(google.colab.output._widgets._installed_url)"), course_home)
    [shown] = [output for output in done.cells[0].outputs if notebooks.WIDGET in output.get("data", {})]
    url = done.cells[1].outputs[0].text.strip()
    assert shown.metadata[notebooks.WIDGET]["colab"]["custom_widget_manager"]["url"] == url


def test_installing_the_course_leaves_what_colab_ships_as_it_is():
    """What pip would do in the set-up cell: nothing that is required asks for another version of these."""
    from packaging.requirements import Requirement

    required = [Requirement(one) for one in importlib.metadata.requires("learning-to-see")]
    plain = {one.name: one for one in required if one.marker is None}
    assert len(plain) > 5
    for name in ("ipywidgets", "ipython"):
        assert plain[name].specifier.contains(SHIPPED[name])
    assert not {name for name in plain if name.startswith(("tensorflow-cpu", "keras", "ipykernel", "jupyter"))}
    assert "tensorflow" not in plain
