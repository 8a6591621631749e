"""The installed course has all it needs, wherever it is; and the files that set it up agree with each other."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT, new_environment
from tools import shared_cells

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
OURS = {"helpers", "data_scripts", "tools", "tests"}
# Used where they happen to be: Colab's own package, and the reader of HEIC files.
OPTIONAL = {"google", "pillow_heif"}


def test_the_wheel_is_one_small_file_with_every_file_of_the_packages_and_no_other(wheel):
    assert re.fullmatch(r"learning_to_see-\d+(\.\d+)*-py3-none-any\.whl", wheel.name)
    assert wheel.stat().st_size < 40e6
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    listed = ["git", "ls-files", "helpers", "data_scripts"]
    wanted = set(subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())
    assert "helpers/results/reference.json" in wanted
    assert inside == wanted


def test_a_lesson_runs_from_the_installed_wheel_in_another_folder(wheel, tmp_path):
    python = new_environment(tmp_path / "environment")
    environment = {key: value for key, value in os.environ.items() if key != "COURSE_HOME"}
    environment |= {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "tests" / "network_off")}
    pip = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    done = subprocess.run(pip, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    lesson = nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4)
    lesson.cells.append(nbformat.v4.new_code_cell(AT_THE_END, id="at-the-end"))
    nbformat.write(lesson, tmp_path / "lesson.ipynb")
    code = "import nbformat, nbclient; done = nbclient.execute(nbformat.read('lesson.ipynb', 4), timeout=180)"
    command = [python, "-c", f"{code}\nprint(done.cells[-1].outputs[-1].text)"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    home, imported_from = done.stdout.strip().splitlines()[-2:]
    assert home == str(tmp_path / "learning-to-see")
    assert imported_from.startswith(str(tmp_path / "environment"))


AT_THE_END = """import data_scripts.paths
import helpers
from helpers import data, results
from helpers.widgets import DrawingPad, ImageSlider, ReluPlayground, SoftmaxPlayground

(train, labels), _ = data.arrays("fashion_mnist")
assert (labels[[0, 42]] == 9).all() and len(train) == 20000
assert all([ReluPlayground(), SoftmaxPlayground(), DrawingPad(lambda image: [0.1] * 10), ImageSlider(train, labels)])
results.compare("digits_dense", test_accuracy=0.9)
print(data_scripts.paths.home(), helpers.__file__, sep="\\n")"""


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_module_that_only_has_the_name_is_refused_with_a_sentence(kind, tmp_path):
    other = tmp_path / "helpers"
    other.mkdir() if kind == "folder" else other.with_suffix(".py").write_text("")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, "-S", "-c", shared_cells.sources("01")[shared_cells.START]]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    where = [str(other)] if kind == "folder" else other.with_suffix(".py")
    assert done.stderr.endswith(
        f"ImportError: Another module named helpers is in the way: {where}. Rename it, then restart the kernel.\n"
    )


def imported(*folders: str) -> set[str]:
    """The modules from elsewhere that the files of these folders import."""
    modules = set()
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add(node.module.split(".")[0])
    return modules - set(sys.stdlib_module_names) - OURS - OPTIONAL


def declared(*extras: str) -> set[str]:
    """The names of the packages that pyproject.toml asks for, with these extras."""
    lines = [*PYPROJECT["project"]["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]
    return {canonicalize_name(Requirement(line).name) for line in lines}


@pytest.mark.parametrize(
    ("folders", "extras"),
    [
        (("helpers", "data_scripts"), ("tensorflow", "reader", "lab")),
        (("tools", "tests"), ("tensorflow", "reader", "lab", "dev")),
    ],
    ids=["what lessons import", "tools and tests"],
)
def test_every_package_that_is_imported_is_declared(folders, extras):
    packages = importlib.metadata.packages_distributions()
    wanted = declared(*extras) | {"tensorflow-cpu"}
    if "tests" in folders:  # the rehearsal of a class has an environment of its own
        lines = (ROOT / "tests" / "hub" / "requirements.txt").read_text(encoding="utf-8").splitlines()
        wanted |= {
            canonicalize_name(Requirement(line).name) for line in lines if line.strip() and not line.startswith("#")
        }
    missing = {
        module
        for module in imported(*folders)
        if not wanted & {*map(canonicalize_name, packages.get(module, [module]))}
    }
    assert missing == set()


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    pinned = [line for line in lines if line and not line.startswith(("#", "-e", "-r"))]
    assert all("==" in line for line in pinned), name
    return {line.split("==")[0]: line for line in pinned}


def test_learners_install_what_lessons_need_and_nothing_of_the_test_bench():
    learners, more, course = pins("requirements.txt"), pins("requirements-dev.txt"), declared("reader", "lab")
    assert (ROOT / "requirements.txt").read_text().startswith("-e .\n")
    assert course | {"nbval", "tensorflow", "tensorflow-cpu"} <= set(learners)
    assert not {"playwright", "hypothesis", "ruff", "mypy", "build", "pytest-xdist"} & set(learners)
    assert declared("dev") <= {*learners, *more, "setuptools"}
    assert not learners.keys() & more.keys()
    assert "-r requirements.txt" in (ROOT / "requirements-dev.txt").read_text().splitlines()


def test_colab_keeps_its_own_tensorflow_and_linux_takes_the_small_one():
    assert not {"tensorflow", "tensorflow-cpu"} & declared()
    pinned = pins("requirements.txt")
    assert "sys_platform == 'linux'" in pinned["tensorflow-cpu"]
    assert "x86_64" in pinned["tensorflow-cpu"]
    assert int(pinned["scipy"].split("==")[1].split(".")[0]) < 2


def test_the_list_of_packages_is_complete():
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for top in ("helpers", "data_scripts")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert folders == set(PYPROJECT["tool"]["setuptools"]["packages"])


def test_make_names_its_targets_and_finds_a_python_that_is_new_enough():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert {"lab", "test", "fresh", "doctor"} <= {line.split()[1] for line in done.stdout.splitlines()}


def test_nothing_in_the_project_names_a_folder_of_one_machine():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    # /home/jovyan is the home in every Jupyter image, /home/jupyter-NAME on every small hub: docs/hosting.md needs both.
    a_home = re.compile(r"/(?:root|home)/(?!jovyan\b|jupyter-)\w+|/work/\w+")
    wrong = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in (".py", ".md", ".txt", ".toml", ".js", ".css", ".ipynb", ".yml", "") and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            wrong += [f"{name}: {home}" for home in a_home.findall(text)]
    assert wrong == []
