"""What is right and wrong with this installation, each fault with its mend: `make doctor`, or in a lesson

from helpers import doctor
doctor.examine()
"""

import importlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import helpers
from data_scripts import registry
from data_scripts.errors import DataError
from data_scripts.paths import home

NEEDED_GB = {"disk": 3, "memory": 4}
# What the lessons import, with the name under which a package index lists it.
PACKAGES = {
    "numpy": "numpy",
    "matplotlib": "matplotlib",
    "PIL": "pillow",
    "tensorflow_datasets": "tensorflow-datasets",
    "importlib_resources": "importlib_resources",
    "tqdm": "tqdm",
}
TENSORFLOWS = ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos", "tf-nightly")


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `mend` is empty where nothing is wrong; a note is no fault and needs no mend."""

    what: str
    says: str
    mend: str = ""
    is_note: bool = False

    def __str__(self) -> str:
        mark = "–" if self.is_note else "✗" if self.mend else "✓"
        line = f"{mark} {self.what}: {self.says}"
        return f"{line}\n    mend: {self.mend}" if self.mend else line


def examine() -> bool:
    """Prints every finding; True where nothing is wrong."""
    found = list(findings())
    for one in found:
        print(one)
    faults = sum(bool(one.mend) for one in found)
    print("All is well." if not faults else f"{faults} thing{'s' if faults > 1 else ''} to mend.")
    return not faults


def findings() -> Iterator[Finding]:
    """Every finding; one that breaks while it looks is a fault of its own, and the others go on."""
    for look in (
        _python,
        _course,
        _packages,
        _opencv,
        _scipy,
        _tensorflow,
        _gpu,
        _widgets,
        _room,
        _memory,
        _writable,
        _data,
    ):
        yield from _guarded(look)


def _guarded(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except Exception as error:  # a broken installation breaks in ways that nobody can list
        what = look.__name__.strip("_")
        yield Finding(
            what, f"{type(error).__name__}: {error}", "install anew: remove the folder .venv, then `make setup`"
        )


def _python() -> Iterator[Finding]:
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield Finding(
        "Python",
        f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "" if good else "use Python 3.11, 3.12 or 3.13: remove the folder .venv, then `make lab PYTHON=python3.12`",
    )


def _course() -> Iterator[Finding]:
    ours = getattr(helpers, "COURSE", "") == "Learning to See"
    where = Path(helpers.__file__).parent
    yield Finding("Course", str(where), "" if ours else "another package named helpers is in the way; uninstall it")


def _packages() -> Iterator[Finding]:
    for module, package in PACKAGES.items():
        version = _version(package)
        if version is None:
            yield Finding(package, "missing", f"`make setup`, or: pip install {package}")
            continue
        importlib.import_module(module)
        yield Finding(package, version)


def _opencv() -> Iterator[Finding]:
    """Several packages bring the module; Colab's has another name than the course's."""
    if importlib.util.find_spec("cv2") is None:
        yield Finding(
            "OpenCV", "missing; the fast reader needs it", "`make setup`, or: pip install opencv-python-headless"
        )
    else:
        yield Finding("OpenCV", importlib.import_module("cv2").__version__)


def _scipy() -> Iterator[Finding]:
    version = _version("scipy")
    if version is None:
        yield Finding("SciPy", "missing; ImageDataGenerator turns images with it", 'pip install "scipy<2"')
    else:
        good = int(version.split(".")[0]) < 2
        mend = "" if good else 'ImageDataGenerator needs an older one: pip install "scipy<2"'
        yield Finding("SciPy", version, mend)


def _tensorflow() -> Iterator[Finding]:
    installed = [f"{name} {version}" for name in TENSORFLOWS if (version := _version(name))]
    # On Windows `tensorflow` brings `tensorflow-intel` along; two others in one place overwrite each other's files.
    if len([one for one in installed if not one.startswith("tensorflow-intel")]) > 1:
        names = " ".join(one.split()[0] for one in installed)
        mend = f"keep one: pip uninstall -y {names}; then pip install one of them again"
        yield Finding("TensorFlow", "installed twice: " + ", ".join(installed), mend)
        return
    if not installed:
        yield Finding("TensorFlow", "missing", "`make setup`, or: pip install tensorflow")
        return
    from helpers import tensorflow_import

    tensorflow_import.tensorflow()
    import keras

    good = int(keras.__version__.split(".")[0]) >= 3
    yield Finding("TensorFlow", installed[0])
    yield Finding("Keras", keras.__version__, "" if good else "the course is written for Keras 3: pip install -U keras")
    if os.environ.get("TF_USE_LEGACY_KERAS") == "1":
        yield Finding("Keras", "TF_USE_LEGACY_KERAS=1 asks for Keras 2", "unset TF_USE_LEGACY_KERAS")


def _gpu() -> Iterator[Finding]:
    if not any(_version(name) for name in TENSORFLOWS):
        return
    from helpers import tensorflow_import

    with tensorflow_import.silent_stderr():
        count = len(tensorflow_import.tensorflow().config.list_physical_devices("GPU"))
    yield Finding("GPU", f"{count} in use" if count else "none; every lesson is made for two processor cores", "", True)


def _widgets() -> Iterator[Finding]:
    for package in ("ipywidgets", "anywidget"):
        version = _version(package)
        yield Finding(package, version or "missing", "" if version else f"`make setup`, or: pip install {package}")
    if _version("jupyterlab") is None:
        yield Finding("JupyterLab", "not installed here; fine where another one opens the lessons", "", True)
        return
    yield Finding("JupyterLab", str(_version("jupyterlab")))
    manager = _version("jupyterlab-widgets")
    mend = "" if manager else "sliders would not show in JupyterLab: pip install jupyterlab-widgets"
    yield Finding("Widgets in JupyterLab", manager or "missing", mend)


def _room() -> Iterator[Finding]:
    free = shutil.disk_usage(_existing(home())).free / 1e9
    good = free >= NEEDED_GB["disk"]
    mend = f"the course wants {NEEDED_GB['disk']} GB; free some, or set COURSE_HOME to a folder on another disk"
    yield Finding("Disk", f"{free:.0f} GB free for {home()}", "" if good else mend)


def _memory() -> Iterator[Finding]:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):
        return  # Windows does not say
    good = total >= NEEDED_GB["memory"]
    mend = "close other programs and shut down the kernels of other lessons; a cell may need 2 GB"
    yield Finding("Memory", f"{total:.0f} GB", "" if good else mend)


def _writable() -> Iterator[Finding]:
    folder = _existing(home())
    good = os.access(folder, os.W_OK)
    mend = "set COURSE_HOME to a folder that you may write, for example COURSE_HOME=~/learning-to-see"
    yield Finding("Folder for data and models", str(home()), "" if good else mend)


def _data() -> Iterator[Finding]:
    for name in registry.MODULES:
        try:
            source = registry.chosen_source(name)
        except DataError as error:
            yield Finding(f"Data {name}", str(error), "do so, or unset COURSE_SOURCE")
            continue
        its = registry.module(name)
        state = its.state(name, source)
        here = state in ("ready", "small")  # the rest of a drawn set is drawn when a lesson asks
        mend = "" if here else f"`python -m data_scripts get {name} --source {source} --again`"
        yield Finding(f"Data {name}", f"{source}, {its.about(name, source)}, {state}", mend)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(one for one in (folder, *folder.parents) if one.exists())


if __name__ == "__main__":
    sys.exit(0 if examine() else 1)
