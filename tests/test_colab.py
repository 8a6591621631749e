"""The course with the packages that Colab ships, and a stand-in for what is there on Colab alone.

Not tested here, as it is not to be had outside Colab: how its page draws the widgets, its own upload dialogue, its GPU.
"""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from helpers.images.assets import SAMPLE_IMAGES
from tests.conftest import NETWORK_OFF, new_environment
from tools import notebooks, shared_cells

HERE = Path(__file__).parent / "colab"
ASIDE = Path(sys.prefix) / "colab"  # where the Makefile puts Colab's versions
SHIPPED = dict(re.findall(r"^([\w-]+)==(\S+)$", (HERE / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE))
LESSONS = notebooks.lessons()
needs_colab = pytest.mark.skipif(not ASIDE.is_dir(), reason="Colab's versions are missing: make .venv/colab/ready")
COLAB = "import google.colab.files, google.colab.output"  # Colab has imported them before the first cell
OWN = "learning_to_see-1.0-py3-none-any.whl"
NONE = "ImportError: No learning_to_see-….whl is here or in MyDrive. Run this cell again and choose that file."
VERSIONS = """import sys
import IPython, ipykernel, ipywidgets
print("ipython", IPython.__version__, "ipykernel", ipykernel.__version__, "ipywidgets", ipywidgets.__version__)"""
EXPLORER = "from helpers.widgets import FilterExplorer\nFilterExplorer()"
MANAGER = "print(google.colab.output._widgets._installed_url)"
NOBODY = """import os
import keras
from helpers.widgets import upload_and_predict
os.environ["COURSE_BUDGET"] = "full"  # a quick run opens no dialog
model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
upload_and_predict(model, ["cat", "dog"])"""
CHOSEN = """os.environ["COLAB_CHOOSES"] = "chosen"
upload_and_predict(model, ["cat", "dog"])"""


def on_colab(python: Path, folder: Path, *sources: str, path: Path | None = None) -> nbformat.NotebookNode:
    """Executes a lesson, or nothing, and then these cells as Colab does: its packages come first, the course is missing.

    The folder holds the course's wheel, which the lesson's own cell installs.
    """
    spec = folder / "jupyter" / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True, exist_ok=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))
    notebook = notebooks.read(path or LESSONS[1])
    notebook.cells = notebook.cells if path else notebook.cells[:1]
    notebook.cells += [nbformat.v4.new_code_cell(source, id=f"more-{number}") for number, source in enumerate(sources)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_HOME", str(folder))
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, (ASIDE, HERE, NETWORK_OFF))))
        return notebooks.run(notebook, folder, 180, first=COLAB)


@pytest.fixture(scope="module")
def home(tmp_path_factory, offline_data, wheel):
    """What Colab's working folder is at the start: the wheel has been put there; and the offline data are prepared."""
    folder = tmp_path_factory.mktemp("colab")
    (folder / "data").symlink_to(offline_data, target_is_directory=True)
    shutil.copy(wheel, folder)
    return folder


@pytest.fixture(scope="module")
def colab_python(tmp_path_factory):
    """The Python of an environment in which the first of these tests installs the course."""
    return new_environment(tmp_path_factory.mktemp("environment"))


@pytest.fixture(scope="module")
def lesson_00(home, colab_python):
    """Lesson 00, the cheapest, run on Colab, and the cells that follow it; one kernel serves all that looks at them."""
    (home / "chosen").mkdir()
    (home / "chosen" / "mine.jpg").write_bytes((SAMPLE_IMAGES / "upload" / "cat.jpg").read_bytes())
    (home / "chosen" / "letter.txt").write_text("Dear Sir or Madam")
    done = on_colab(colab_python, home, VERSIONS, EXPLORER, MANAGER, NOBODY, CHOSEN, path=LESSONS[0])
    done.more = [cell.outputs for cell in done.cells[-5:]]
    del done.cells[-5:]
    return done


@needs_colab
def test_a_lesson_installs_the_course_on_colab_and_runs_without_a_fault_in_its_outputs(lesson_00, colab_python):
    install = next(cell for cell in lesson_00.cells if cell.id == shared_cells.INSTALL)
    assert re.fullmatch(r"Installing learning_to_see-[\d.]+-py3-none-any\.whl \.\.\.\n", install.outputs[0].text)
    assert list(colab_python.parents[1].rglob("helpers/budget.py")), "the course is not where pip puts it"
    found = dict(zip(*[iter(lesson_00.more[0][0].text.split())] * 2, strict=True))
    assert found == {name: SHIPPED[name] for name in ("ipython", "ipykernel", "ipywidgets")}
    assert notebooks.faults(notebooks.tidy(lesson_00)) == []


@needs_colab
@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS[1:], ids=lambda path: path.stem)
def test_a_lesson_runs_on_colab_without_a_fault_in_its_outputs(path, home, colab_python):
    done = on_colab(colab_python, home, path=path)
    assert any(notebooks.WIDGET in str(output) for cell in done.cells for output in cell.get("outputs", []))
    assert notebooks.faults(notebooks.tidy(done)) == []


@needs_colab
def test_colabs_dialogue_takes_several_files_and_a_bad_one_stops_nobody(lesson_00):
    [nobody], [chosen] = ([output.data["text/plain"] for output in outputs] for outputs in lesson_00.more[3:])
    assert "rider.jpg: " in nobody
    assert re.search(r"^mine\.jpg: (cat|dog), probability", chosen, re.MULTILINE)
    assert '"letter.txt" is text, not an image.' in chosen
    assert len(chosen.splitlines()) == 2


@needs_colab
def test_our_widgets_switch_on_colabs_manager_for_them(lesson_00):
    [shown] = [output for output in lesson_00.more[1] if notebooks.WIDGET in output.get("data", {})]
    url = lesson_00.more[2][0].text.strip()
    assert shown.metadata[notebooks.WIDGET]["colab"]["custom_widget_manager"]["url"] == url


@pytest.fixture
def set_up(bare_python, tmp_path, monkeypatch):
    """Runs the first cell of a lesson in `tmp_path`; returns what it wrote, and what pip, which is not the real one, got."""
    asked, pip = tmp_path / "asked.json", tmp_path / "not the real one" / "pip"
    pip.mkdir(parents=True)
    (pip / "__init__.py").write_text("")
    (pip / "__main__.py").write_text(f"import json, sys\njson.dump(sys.argv[1:], open({str(asked)!r}, 'w'))")
    monkeypatch.delenv("COLAB_CHOOSES", raising=False)

    def run(requirement: str = "", before: str = COLAB, real: bool = False) -> tuple[str, list[str]]:
        folders = [HERE, NETWORK_OFF] + ([] if real else [pip.parent])
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, folders)))
        source = f"{before}\n{shared_cells.sources('01', requirement)[shared_cells.INSTALL]}"
        done = subprocess.run([bare_python, "-c", source], cwd=tmp_path, capture_output=True, text=True, timeout=120)
        return done.stdout + done.stderr, json.loads(asked.read_text()) if asked.exists() else []

    return run


def arguments(source: str) -> list[str]:
    return ["install", "--quiet", "--no-deps", source, "anywidget>=0.9.13", "psygnal"]


@pytest.mark.parametrize("place", ["", "drive/MyDrive", "drive/MyDrive/Colab Notebooks"])
def test_the_wheel_is_taken_from_the_working_folder_or_from_drive(place, set_up, tmp_path):
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / place / OWN).write_text("")
    source = f"{place}/{OWN}".lstrip("/")
    assert set_up() == (f"Installing {source} ...\n", arguments(source))


def test_a_wheel_that_is_nowhere_is_asked_for(set_up, tmp_path, monkeypatch):
    (tmp_path / "chosen").mkdir()
    (tmp_path / "chosen" / OWN).write_text("")
    monkeypatch.setenv("COLAB_CHOOSES", "chosen")
    assert set_up() == (f"Installing {OWN} ...\n", arguments(OWN))


@pytest.mark.parametrize("chosen", [None, "numpy-2.4.0-py3-none-any.whl", "learning_to_see-1.0.tar.gz"])
def test_without_the_wheel_one_sentence_says_so(chosen, set_up, tmp_path, monkeypatch):
    (tmp_path / "chosen").mkdir()
    if chosen:
        (tmp_path / "chosen" / chosen).write_text("")
        monkeypatch.setenv("COLAB_CHOOSES", "chosen")
    said, asked = set_up()
    assert said.splitlines()[-1] == NONE
    assert asked == []


def test_no_neighbor_is_taken_for_the_wheel(set_up, tmp_path):
    (tmp_path / "drive" / "MyDrive" / "deeper").mkdir(parents=True)
    (tmp_path / "drive" / "MyDrive" / "deeper" / OWN).write_text("")
    names = [
        "learning_to_see-evil.whl.txt",
        "learning_to_see-evil.whl",
        f"numpy-2.4.0-{OWN}",
        f"my_{OWN}",
        f"{OWN}.part",
    ]
    for name in [
        *names,
        "learning_to_see_too-1.0-py3-none-any.whl",
        "helpers-1.0-py3-none-any.whl",
        f".{OWN}",
        f"-r {OWN}",
    ]:
        (tmp_path / name).write_text("")
    (tmp_path / "learning_to_see-2.0-py3-none-any.whl").mkdir()
    (tmp_path / "learning_to_see-3.0-py3-none-any.whl").symlink_to("nowhere")
    said, asked = set_up()
    assert said.splitlines()[-1] == NONE
    assert asked == []


@pytest.mark.parametrize("newest", [OWN, "drive/MyDrive/learning_to_see-0.9-py3-none-any.whl"])
def test_the_newest_of_several_wheels_is_taken_and_named(newest, set_up, tmp_path):
    (tmp_path / "drive" / "MyDrive").mkdir(parents=True)
    for name in (OWN, "drive/MyDrive/learning_to_see-0.9-py3-none-any.whl", "learning_to_see-2.0-py3-none-any.whl"):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (2e9, 2e9 if name == newest else 1e9))
    assert set_up() == (f"Installing {newest} ...\n", arguments(newest))


def test_a_published_course_is_installed_from_its_tag_and_from_nowhere_else(set_up, tmp_path):
    (tmp_path / OWN).write_text("")
    requirement = "learning-to-see @ git+https://git.example.org/course@v2.0"
    assert set_up(requirement) == (f"Installing {requirement} ...\n", arguments(requirement))


@pytest.mark.parametrize("before", ["", f"{COLAB}\nopen('helpers.py', 'w').close()"], ids=["no Colab", "it is there"])
def test_elsewhere_and_where_the_course_is_there_nothing_is_installed(before, set_up, tmp_path):
    (tmp_path / OWN).write_text("")
    assert set_up(before=before) == ("", [])


def test_what_is_no_wheel_of_the_course_is_refused_by_pip_and_one_sentence_names_it(set_up, tmp_path, wheel):
    def archive(name: str, requires: str = "") -> bytes:
        with zipfile.ZipFile(tmp_path / "made.zip", "w") as file:
            file.writestr("helpers/__init__.py", "raise SystemExit('run')")
            file.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            project, version = name.split("-")
            text = f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n{requires}"
            file.writestr(f"{name}.dist-info/METADATA", text)
            file.writestr(f"{name}.dist-info/RECORD", "")
        return (tmp_path / "made.zip").read_bytes()

    whole = wheel.read_bytes()
    future = archive("learning_to_see-1.0", "Requires-Python: >=4\n")
    for content in (whole[: len(whole) // 2], archive("numpy-1.0"), future):
        (tmp_path / OWN).write_bytes(content)
        said, _ = set_up(real=True)
        assert f"ImportError: {OWN} could not be installed: ERROR: " in said, said
    (tmp_path / OWN).rename(tmp_path / "learning_to_see-1 @ evil.whl")
    said, _ = set_up(real=True)
    assert "ImportError: learning_to_see-1 @ evil.whl could not be installed: ERROR: " in said


def test_the_packages_that_colab_may_lack_are_those_that_the_course_asks_for():
    assert "anywidget>=0.9.13" in importlib.metadata.requires("learning-to-see")
    assert '"anywidget>=0.9.13"' in shared_cells.INSTALL_SOURCE


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
