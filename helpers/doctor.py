"""Diagnose this installation: `make doctor`, or in a lesson `from helpers import doctor; doctor.examine()`.

Every fault comes with its fix. What has to be installed is read from the course's own metadata, so nothing is listed twice.
"""

import importlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

import helpers
from data_scripts import registry
from data_scripts.errors import DataError, exit_code
from data_scripts.paths import home

DISK_GB, MEMORY_GB = 3, 4
AGAIN = "install again: remove the folder .venv, then `make setup`"
TENSORFLOWS = ("tensorflow", "tensorflow-cpu", "tensorflow-macos", "tf-nightly")

Finding = tuple[str, str, str]  # what was looked at, what it is like, and the fix ("" where nothing is wrong)


def examine() -> bool:
    """Print every finding; return True where nothing is wrong."""
    faults = 0
    for what, state, fix in findings():
        print(f"{'✗' if fix else '✓'} {what}: {state}" + (f"\n    fix: {fix}" if fix else ""))
        faults += bool(fix)
    print(f"{faults} thing{'s' if faults > 1 else ''} to fix." if faults else "All is well.")
    return not faults


def findings() -> Iterator[Finding]:
    """Yield every finding; a look that breaks is a fault of its own, and the others go on."""
    for look in (_python_and_packages, _opencv, _tensorflow, _room, _data):
        try:
            yield from look()
        except DataError as error:  # of COURSE_HOME: the data can't be looked for
            yield "Folder for data and models", str(error), "do so"
            return
        except Exception as error:  # a broken installation breaks in ways that no list foresees
            yield look.__name__.strip("_"), f"{type(error).__name__}: {error}", AGAIN


def _python_and_packages() -> Iterator[Finding]:
    where = str(Path(helpers.__file__).parent)
    ours = getattr(helpers, "COURSE", "") == "Learning to See"
    yield "Course", where, "" if ours else "another package named helpers is in the way; uninstall it"
    course = importlib.metadata.metadata("learning-to-see")
    wanted = Requirement(f"python{course['Requires-Python']}").specifier
    python = platform.python_version()
    fix = "" if wanted.contains(python) else f"use Python {wanted}: remove the folder .venv, then `make lab PYTHON=…`"
    yield "Python", f"{python} on {platform.system()} {platform.machine()}", fix
    for line in importlib.metadata.requires("learning-to-see") or []:
        package = Requirement(line)
        if package.marker and not package.marker.evaluate({"extra": ""}):
            continue
        version = _version(package.name)
        fits = version is not None and package.specifier.contains(version, prereleases=True)
        yield package.name, version or "missing", "" if fits else f'`make setup`, or: pip install "{package}"'


def _opencv() -> Iterator[Finding]:
    """Look for the module: several packages bring it, and Colab's has another name than the course's."""
    if importlib.util.find_spec("cv2") is None:
        yield "OpenCV", "missing; reading images needs it", "`make setup`, or: pip install opencv-python-headless"
    else:
        yield "OpenCV", importlib.import_module("cv2").__version__, ""


def _tensorflow() -> Iterator[Finding]:
    installed = [name for name in TENSORFLOWS if _version(name)]
    if len(installed) > 1:
        fix = f"keep one: pip uninstall -y {' '.join(installed)}; then `make setup`, or pip install one of them again"
        yield "TensorFlow", f"installed more than once ({', '.join(installed)}); they overwrite each other's files", fix
        return
    from helpers import tensorflow_import

    tensorflow = tensorflow_import.tensorflow()
    with tensorflow_import.silent_stderr():
        gpus = len(tensorflow.config.list_physical_devices("GPU"))
    yield "TensorFlow", f"{tensorflow.__version__}, {gpus or 'no'} GPU (no lesson needs one)", ""
    if os.environ.get("TF_USE_LEGACY_KERAS") == "1":
        yield "Keras", "TF_USE_LEGACY_KERAS=1 asks for Keras 2", "unset TF_USE_LEGACY_KERAS"


def _room() -> Iterator[Finding]:
    folder = next(path for path in (home(), *home().parents) if path.exists())
    fix = "set COURSE_HOME to a folder that you may write, for example COURSE_HOME=~/learning-to-see"
    yield "Folder for data and models", str(home()), "" if os.access(folder, os.W_OK) else fix
    free = shutil.disk_usage(folder).free / 1e9
    fix = f"the course needs {DISK_GB} GB; free some, or set COURSE_HOME to a folder on another disk"
    yield "Disk", f"{free:.0f} GB free", "" if free >= DISK_GB else fix
    if hasattr(os, "sysconf"):  # not on Windows
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
        fix = "close other programs and shut down the kernels of other lessons; a cell may need 2 GB"
        yield "Memory", f"{memory:.0f} GB", "" if memory >= MEMORY_GB else fix


def _data() -> Iterator[Finding]:
    for name in registry.MODULES:
        try:
            source = registry.chosen_source(name)
        except DataError as error:
            yield f"Data {name}", str(error), "do so, or unset COURSE_SOURCE"
            continue
        module = registry.module(name)
        state = module.state(name, source)
        is_here = state in ("ready", "small")  # the rest of a rendered set is made when a lesson asks
        fix = "" if is_here else f"`python -m data_scripts get {name} --source {source} --again`"
        yield f"Data {name}", f"{source}, {module.about(name, source)}, {state}", fix


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(exit_code(lambda: 0 if examine() else 1))
