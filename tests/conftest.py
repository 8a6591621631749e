"""What all tests share: no network, a home of their own, offline data, the quick budget, warnings as errors."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from filelock import FileLock
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
NETWORK_OFF = Path(__file__).parent / "network_off"

PACKED = ("helpers", "data_scripts", "pyproject.toml", "README.md", "LICENSE", "Makefile")  # what a wheel is made of
LESSONS = "test_lessons"  # each of its tests runs a whole lesson

# For this process, and through the environment for every kernel and process that a test starts.
os.environ["PYTHONPATH"] = os.pathsep.join([str(NETWORK_OFF), str(ROOT)])
os.environ |= {"COURSE_BUDGET": "quick", "COURSE_SOURCE": "offline", "TF_CPP_MIN_LOG_LEVEL": "2"}
os.environ |= {"JUPYTER_PREFER_ENV_PATH": "1", "MPLBACKEND": "agg"}
for name in ("COURSE_HOME", "NBGRADER_EXECUTION"):
    os.environ.pop(name, None)
_spec = importlib.util.spec_from_file_location("network_off", NETWORK_OFF / "sitecustomize.py")
_spec.loader.exec_module(importlib.util.module_from_spec(_spec))


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the tests marked slow, too")


def pytest_collection_modifyitems(config, items):
    """Skip slow tests unless asked for, and begin with what takes longest: whole lessons, then browsers."""
    for item in items:
        if "slow" in item.keywords and not config.getoption("--slow"):
            item.add_marker(pytest.mark.skip(reason="slow: `make test-all` runs it"))
    items.sort(key=lambda item: (item.path.stem != LESSONS, not item.path.stem.endswith("_browser")))


class ByFile(LoadScopeScheduling):
    """Gives all tests of a file to one process, so that its fixtures are made once, and whole lessons one by one."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::", maxsplit=1)[0]
        return nodeid if Path(path).stem == LESSONS else path


def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


def pytest_unconfigure(config):
    """Stop the browser and the servers that this process has shared among its tests."""
    if "tools.browser" in sys.modules:
        sys.modules["tools.browser"].stop_shared()


@pytest.fixture(scope="session")
def offline_data() -> Path:
    """The folder with the offline data that `make setup` prepared; prepared now where it has not."""
    from data_scripts.__main__ import main
    from data_scripts.paths import home

    assert main(["setup"]) == 0
    return home() / "data"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """What `make wheel` makes of the files that git knows, in a copy; one of the test processes makes it for all."""
    base = tmp_path_factory.getbasetemp()
    copy = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "for the wheel"
    with FileLock(copy.with_suffix(".lock")):
        if not (copy / "dist").exists():
            wanted = ["git", "ls-files", "-z", *PACKED]
            for name in subprocess.check_output(wanted, cwd=ROOT, text=True).rstrip("\0").split("\0"):
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy / name)
            command = ["make", "wheel", "-o", ".venv/ready", f"BIN={Path(sys.executable).parent}"]
            done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (copy / "dist").iterdir()
    return made


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory) -> Path:
    """The Python of an environment that lacks the course. Tests leave it so."""
    return new_environment(tmp_path_factory.mktemp("bare"))


def new_environment(folder: Path) -> Path:
    """Makes an environment that has all packages but the course, borrowed through a .pth file; returns its Python."""
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    asked = [python, "-c", "import site; print(site.getsitepackages()[-1])"]
    packages = Path(subprocess.check_output(asked, text=True).strip())
    (packages / "borrowed.pth").write_text(str(Path(pytest.__file__).parents[1]))
    return python


@pytest.fixture
def own_signal():
    """Python's own handler of SIGINT, as in a kernel: a shell makes what it starts in the background ignore it. Put back afterwards."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def course_home(tmp_path, offline_data, monkeypatch) -> Path:
    """A `COURSE_HOME` of the test's own that shares the prepared offline data, and nothing else."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "data").symlink_to(offline_data, target_is_directory=True)
    monkeypatch.setenv("COURSE_HOME", str(folder))
    return folder
