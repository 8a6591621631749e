"""The installed course has all it needs, wherever it is; and the files that set it up agree with each other."""

import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile

import pytest

from tests.conftest import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_packages(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "helpers", "data_scripts"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wanted = {one for one in listed.stdout.split() if (ROOT / one).is_file()}
    assert wanted and wanted <= inside, sorted(wanted - inside)


def test_the_installed_course_works_outside_the_checkout(wheel, tmp_path):
    # The empty environment borrows this one's packages through a .pth file; the course itself comes from the wheel.
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    found = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True
    )
    packages = found.stdout.strip()
    zipfile.ZipFile(wheel).extractall(packages)
    import numpy

    borrowed = os.path.dirname(os.path.dirname(numpy.__file__))
    with open(os.path.join(packages, "borrowed.pth"), "w") as file:
        file.write(borrowed)
    code = """
import helpers, data_scripts.paths, pathlib
from helpers import data, exercises, results
from helpers.images import assets
from helpers.widgets import ReluPlayground, SoftmaxPlayground, DrawingPad, FilterExplorer, ImageSlider
(train, labels), _ = data.arrays("fashion_mnist")
assert (labels[[0, 42]] == 9).all() and len(train) == 20000
for widget in (ReluPlayground(), SoftmaxPlayground(), DrawingPad(), FilterExplorer(), ImageSlider(train, labels)):
    assert widget
assert assets.street().shape == (512, 512)
results.compare("digits_dense", test_accuracy=0.9)
assert data_scripts.paths.home() == pathlib.Path.home() / "learning-to-see"
print(helpers.__file__)
"""
    environment = {key: value for key, value in os.environ.items() if key != "COURSE_HOME"}
    environment |= {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "tests" / "network_off")}
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().splitlines()[-1].startswith(packages)


def test_a_package_that_only_has_the_name_is_refused_with_a_sentence(tmp_path):
    import nbformat

    (tmp_path / "helpers.py").write_text("")
    lesson = nbformat.read(next((ROOT / "notebooks").glob("01_*.ipynb")), as_version=4)
    source = next(cell.source for cell in lesson.cells if cell.cell_type == "code").replace("%pip", "# ")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "Another package named helpers is in the way" in done.stderr


def test_tensorflow_is_an_extra_and_no_requirement():
    names = [re.match(r"[\w.-]+", one).group() for one in PYPROJECT["project"]["dependencies"]]
    assert not [one for one in names if "tensorflow" in one and one != "tensorflow-datasets"]
    assert "tensorflow" in PYPROJECT["project"]["optional-dependencies"]


def test_every_requirement_is_pinned():
    lines = [one for one in (ROOT / "requirements.txt").read_text().splitlines() if one and not one.startswith("#")]
    assert lines[0].startswith("-e .")
    assert all("==" in one for one in lines[1:])
    pinned = {one.split("==")[0]: one for one in lines[1:]}
    assert "sys_platform == 'linux'" in pinned["tensorflow-cpu"] and "x86_64" in pinned["tensorflow-cpu"]
    assert int(pinned["scipy"].split("==")[1].split(".")[0]) < 2
    assert "importlib-resources" in pinned


def test_the_packages_list_is_complete():
    folders = {
        ".".join(one.parent.relative_to(ROOT).parts)
        for top in ("helpers", "data_scripts")
        for one in (ROOT / top).rglob("__init__.py")
    }
    assert folders == set(PYPROJECT["tool"]["setuptools"]["packages"])


def test_make_names_its_targets_and_finds_a_python_that_is_new_enough():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert {"lab", "test", "fresh", "doctor"} <= {line.split()[1] for line in done.stdout.splitlines()}


def test_nothing_in_the_project_names_a_folder_of_one_machine():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    # /home/jovyan is the home in every Jupyter image, /home/jupyter-NAME on every small hub: docs/teaching.md needs both.
    a_home = re.compile(r"/(?:root|home)/(?!jovyan\b|jupyter-)\w+|/work/\w+")
    wrong = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in (".py", ".md", ".txt", ".toml", ".js", ".css", ".ipynb", ".yml", "") and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            wrong += [f"{name}: {one}" for one in a_home.findall(text)]
    assert wrong == []
