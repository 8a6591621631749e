"""The learner's copy of the lessons, and JupyterLab on it.

`python -m helpers.launch open` makes `my_course/` where it is missing, adds lessons that are new, and opens lesson 00, the contents.
`python -m helpers.launch fresh 03` sets one lesson back; the old file stays next to it under another name.
A lesson that the learner has is never overwritten.
"""

import argparse
import errno
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

from data_scripts import __main__ as data
from data_scripts import atomic
from data_scripts.errors import DataError, exit_code
from data_scripts.paths import CHECKOUT, expand, home

LESSONS = CHECKOUT / "notebooks"
SETTINGS = CHECKOUT / "etc" / "jupyter"  # of JupyterLab and its server, for hubs, too
_RECORD = ".published.json"  # which edition of each lesson was copied
_OWNER = ".owner"
_BADGE = re.compile(r"\[!\[[^]]*\]\([^)]*\)\]\(https://colab\.[^)]*\)\n*")
# As JupyterLab writes it once a kernel runs: a copy that has it is not "unsaved" as soon as it is opened.
_LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": platform.python_version(),
}


def course_folder() -> Path:
    """Return the folder of the learner's copies, and make it where it is missing.

    It is `my_course/` in the checkout, or in `COURSE_HOME` where that is set. Where another user has that folder, or it may
    not be written, it is `learning-to-see/my_course/` in the user's own home. Raises OSError where none can be made.
    """
    if _is_mine(_shared()):
        return _shared()
    own = expand("~/learning-to-see/my_course")
    own.mkdir(parents=True, exist_ok=True)
    return own


def _shared() -> Path:
    return (home() if os.environ.get("COURSE_HOME") else CHECKOUT) / "my_course"


def _is_mine(folder: Path) -> bool:
    """Tell whether `folder` is this user's: the first who asks makes it, and a file in it says who that was."""
    owner, draft = folder / _OWNER, folder / f"{_OWNER}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not _read_owner(owner) and _has_copies_of_others(folder):
            return False
        if not _read_owner(owner):
            try:
                draft.write_bytes(_user())
                try:
                    os.link(draft, owner)  # whole or not at all, and only for the first
                except OSError:
                    if not _read_owner(owner):  # a disk without links, or a damaged file
                        os.replace(draft, owner)
            finally:
                draft.unlink(missing_ok=True)
        return _read_owner(owner) == _user() and os.access(folder, os.W_OK)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return False
        raise


def _read_owner(file: Path) -> bytes:
    """Return what is written in the file; b"" where there is none, or one that a power cut has emptied."""
    return file.read_bytes().strip(b"\0") if file.is_file() else b""


def _has_copies_of_others(folder: Path) -> bool:
    """Tell whether lessons of another user are in `folder`, copied before its owner was written down."""
    return hasattr(os, "getuid") and any(file.stat().st_uid != os.getuid() for file in folder.glob("*.ipynb"))


def _user() -> bytes:
    """Return what tells users of one machine, or of one hub, apart."""
    number = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    return os.fsencode(f"{os.environ.get('JUPYTERHUB_USER', '')} {number} {os.path.expanduser('~')}")


def copy_lessons(folder: Path) -> tuple[list[str], list[str]]:
    """Copy every lesson that `folder` lacks; return the new names, and those with an edition newer than the copy.

    Copies are made as JupyterLab would save them, without outputs (the learner is the one who runs them) and without the
    badge that opens the published lesson in Colab. A published lesson that is damaged is left out, and named. Raises
    DataError or OSError where the folder cannot be written, and ValueError where there are no lessons.
    """
    lessons = sorted(LESSONS.glob("[0-9][0-9]_*.ipynb"))
    if not lessons:
        raise ValueError(f"There are no lessons in {LESSONS}. Download the course again.")
    folder.mkdir(parents=True, exist_ok=True)
    record = _read_record(folder)
    added, changed = [], []
    for lesson in lessons:
        try:
            copy, edition = _clean_copy(lesson)
        except ValueError as error:
            print(error)
            continue
        if not (folder / lesson.name).exists():
            atomic.write(folder / lesson.name, copy)
            record[lesson.name] = edition
            added.append(lesson.name)
        elif record.get(lesson.name, edition) != edition:
            changed.append(lesson.name)
    if added:
        _write_record(folder, record)
    return added, changed


def reset(number: str, folder: Path) -> tuple[Path, Path | None]:
    """Set lesson `number` ("3" or "03") back; return its file, and the one that keeps the learner's work (or None).

    The old file is copied first and never leaves its place until the new one is written: after a failure everything is
    as it was. Raises ValueError for a number that no lesson has, DataError or OSError where the folder cannot be written.
    """
    wanted = number.strip().zfill(2)
    lesson = next(iter(LESSONS.glob(f"{wanted}_*.ipynb")), None) if number.strip().isdigit() else None
    if lesson is None:
        numbers = ", ".join(sorted(path.name[:2] for path in LESSONS.glob("[0-9][0-9]_*.ipynb")))
        raise ValueError(f"Which lesson? Give its number, for example: make fresh LESSON=01. There are {numbers}.")
    copy, edition = _clean_copy(lesson)
    folder.mkdir(parents=True, exist_ok=True)
    target, saved = folder / lesson.name, None
    if target.exists():
        saved = _unused_name(target)
        atomic.write(saved, target.read_bytes())
    try:
        atomic.write(target, copy)
        _write_record(folder, _read_record(folder) | {lesson.name: edition})
    except BaseException:
        if saved:
            os.replace(saved, target)
        raise
    return target, saved


def jupyter_command(folder: Path) -> list[str]:
    """Return the command that opens the first lesson with JupyterLab: token on, nothing asked of the network."""
    first = min(LESSONS.glob("[0-9][0-9]_*.ipynb")).name  # `folder` may hold copies whose names sort before it
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", "--log-level=WARN"]
    command += [f"--LabApp.default_url=/lab/tree/{first}", "--LabApp.extension_manager=readonly"]
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    if not _has_display():
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _clean_copy(lesson: Path) -> tuple[str, str]:
    """Return the text of a copy, and the edition that it is of: a SHA-256 of all cells without their outputs."""
    try:
        notebook = atomic.read_json(lesson, atomic.MAX_NOTEBOOK)
        edition = hashlib.sha256(json.dumps([cell["source"] for cell in notebook["cells"]]).encode()).hexdigest()
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
            else:
                source = "".join(cell["source"])
                cell["source"] = _BADGE.sub("", source).splitlines(keepends=True)
        notebook["metadata"]["language_info"] = _LANGUAGE
        return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n", edition
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"{lesson} is damaged. Download the course again; your own lessons stay.") from error


def _read_record(folder: Path) -> dict[str, str]:
    try:
        record = atomic.read_json(folder / _RECORD)
        return record if isinstance(record, dict) else {}
    except (OSError, ValueError):
        return {}


def _write_record(folder: Path, record: dict[str, str]) -> None:
    atomic.write(folder / _RECORD, json.dumps(record, indent=1, sort_keys=True))


def _unused_name(target: Path) -> Path:
    stem = f"{target.stem}-kept-{time.strftime('%Y%m%d-%H%M%S')}"
    candidates = (target.with_name(f"{stem}{tail}.ipynb") for tail in ["", *(f"-{n}" for n in range(2, 1000))])
    return next(path for path in candidates if not path.exists())


def _open() -> int:
    """Prepare data and copies, then become JupyterLab; return an exit code where that does not happen."""
    if fault := data.main(["setup"]):
        return fault
    folder = course_folder()
    added, changed = copy_lessons(folder)
    if folder != _shared():
        print(f"The folder {_shared()} is another user's, or read-only. Your own is {folder}.")
    if added:
        print(f"Your own copies are in {folder}: " + ", ".join(added))
    for name in changed:
        print(f"{name} has a newer edition; `make fresh LESSON={name[:2]}` takes it and keeps your file.")
    command = jupyter_command(folder)
    if "--no-browser" in command:
        print("No display here: open the address that JupyterLab prints below in your browser.", flush=True)
    settings = os.pathsep.join(filter(None, [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH")]))
    environment = {"MALLOC_ARENA_MAX": "1"} | os.environ  # or glibc keeps what is freed for each thread apart
    environment |= {"JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_CONFIG_PATH": settings}
    if sys.platform == "win32":  # exec would leave the console to two programs at once
        return subprocess.call(command, env=environment)
    os.execve(sys.executable, command, environment)


def _fresh(number: str) -> int:
    target, saved = reset(number, course_folder())
    print(f"{target.name} is as published again." + (f" Your file is kept as {saved.name}." if saved else ""))
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run `open` or `fresh NUMBER`; return the exit code, 1 for a fault that a printed sentence explains."""
    parser = argparse.ArgumentParser(prog="python -m helpers.launch", description="Your copy of the lessons")
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("open", help="open the course in JupyterLab")
    actions.add_parser("fresh", help="set one lesson back, keeping your file").add_argument("lesson")
    options = parser.parse_args(arguments)
    return exit_code(lambda: _act(options))


def _act(options: argparse.Namespace) -> int:
    home()  # a wrong COURSE_HOME has a sentence of its own
    try:
        return _fresh(options.lesson) if options.action == "fresh" else _open()
    except ValueError as error:
        print(error)
    except BrokenPipeError:
        raise
    except (OSError, DataError) as error:
        cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
        file = getattr(cause, "filename", None)
        where = f" in {Path(file).parent}" if file else ""
        print(
            f"Your copy of the lessons could not be written{where} ({getattr(cause, 'strerror', None) or cause}). "
            "Your own files are as they were. Free some space, or choose a folder of your own: COURSE_HOME=/path/to/folder"
        )
    return 1


if __name__ == "__main__":
    sys.exit(main())
