"""The learner's desk: an own copy of the lessons, and JupyterLab on it.

`python -m helpers.launch open` makes `my_course/` where it is missing, adds lessons that are new, and opens lesson 01.
`python -m helpers.launch fresh 03` sets one lesson back; the old file is kept beside it under another name.
A lesson that the learner has is never overwritten.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from pathlib import Path

from data_scripts import __main__ as data
from data_scripts.paths import CHECKOUT, home

LESSONS = CHECKOUT / "notebooks"
_RECORD = ".published.json"
CONNECTION = "helpers.no_delay.NoDelayConnection"


def course_folder() -> Path:
    """Where the learner's copies are: `my_course/` in the checkout, or in `COURSE_HOME` where that is set."""
    return (home() if os.environ.get("COURSE_HOME") else CHECKOUT) / "my_course"


def copy_lessons(desk: Path) -> tuple[list[str], list[str]]:
    """Copies every lesson that the desk lacks; names the new ones, and those that have changed since they were copied.

    Copies are made without outputs: the learner is the one who runs them. Raises OSError where the folder cannot be
    written and ValueError where there are no lessons.
    """
    lessons = sorted(LESSONS.glob("[0-9][0-9]_*.ipynb"))
    if not lessons:
        raise ValueError(f"There are no lessons in {LESSONS}. Fetch the course anew.")
    desk.mkdir(parents=True, exist_ok=True)
    copied = _copied(desk)
    added, changed = [], []
    for lesson in lessons:
        if not (desk / lesson.name).exists():
            _copy(lesson, desk / lesson.name)
            copied[lesson.name] = _fingerprint(lesson)
            added.append(lesson.name)
        elif copied.get(lesson.name, _fingerprint(lesson)) != _fingerprint(lesson):
            changed.append(lesson.name)
    if added:
        _write(desk / _RECORD, json.dumps(copied, indent=1, sort_keys=True))
    return added, changed


def reset(number: str, desk: Path) -> tuple[Path, Path | None]:
    """Sets lesson `number` ("3" or "03") back; returns its file and the one in which the learner's work is kept.

    Raises ValueError for a number that is no lesson's.
    """
    wanted = number.strip().zfill(2)
    found = sorted(LESSONS.glob(f"{wanted}_*.ipynb")) if wanted.isdigit() else []
    if not found:
        numbers = ", ".join(sorted(one.name[:2] for one in LESSONS.glob("[0-9][0-9]_*.ipynb")))
        raise ValueError(f"Which lesson? Name its number, for example: make fresh LESSON=01. There are {numbers}.")
    lesson, target = found[0], desk / found[0].name
    kept = None
    desk.mkdir(parents=True, exist_ok=True)
    if target.exists():
        kept = _unused(target.with_name(f"{target.stem}-kept-{time.strftime('%Y%m%d-%H%M%S')}"))
        target.rename(kept)
    _copy(lesson, target)
    _write(desk / _RECORD, json.dumps(_copied(desk) | {lesson.name: _fingerprint(lesson)}, indent=1, sort_keys=True))
    return target, kept


def jupyter_command(desk: Path) -> list[str]:
    """The command that opens lesson 01: its token on, nothing asked of the network."""
    first = desk / min(LESSONS.glob("01_*.ipynb")).name  # beside it may lie kept ones and copies
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={desk}", "--log-level=WARN"]
    command += [f"--LabApp.default_url=/lab/tree/{first.name}", "--LabApp.extension_manager=readonly"]
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command.append(f"--ServerApp.kernel_websocket_connection_class={CONNECTION}")
    if not _has_display():
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _copy(lesson: Path, target: Path) -> None:
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    _write(target, json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


def _write(target: Path, text: str) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _copied(desk: Path) -> dict[str, str]:
    try:
        return dict(json.loads((desk / _RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _fingerprint(lesson: Path) -> str:
    """What a lesson asks of a learner, without its outputs, as a SHA-256."""
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    return hashlib.sha256(json.dumps([cell["source"] for cell in cells]).encode()).hexdigest()


def _unused(stem: Path) -> Path:
    candidates = (stem.with_name(f"{stem.name}{tail}.ipynb") for tail in ["", *(f"-{n}" for n in range(2, 1000))])
    return next(one for one in candidates if not one.exists())


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.launch", description="The learner's own copy of the lessons"
    )
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("open", help="open the course in JupyterLab")
    actions.add_parser("fresh", help="set one lesson back, keeping your file").add_argument("lesson")
    chosen = parser.parse_args(arguments)
    desk = course_folder()
    try:
        if chosen.action == "fresh":
            target, kept = reset(chosen.lesson, desk)
            print(f"{target.name} is as published again." + (f" Your file is kept as {kept.name}." if kept else ""))
            return 0
        if fault := data.main(["setup"]):
            return fault
        added, changed = copy_lessons(desk)
    except ValueError as error:
        print(error)
        return 1
    except OSError as error:
        print(
            f"Your copy of the lessons could not be written in {desk} ({error.strerror or error}). "
            "Free some space, or name a folder that you may write: COURSE_HOME=/path/to/folder"
        )
        return 1
    if added:
        print(f"Your own copies are in {desk}: " + ", ".join(added))
    for name in changed:
        print(f"{name} has a newer edition; `make fresh LESSON={name[:2]}` takes it and keeps your file.")
    command = jupyter_command(desk)
    if "--no-browser" in command:
        print("No display here: open the address that JupyterLab prints below in your browser.", flush=True)
    environment = os.environ | {"JUPYTER_PREFER_ENV_PATH": "1"}
    if sys.platform == "win32":  # exec would leave the console to two programs at once
        import subprocess

        return subprocess.call(command, env=environment)
    os.execve(sys.executable, command, environment)


if __name__ == "__main__":
    sys.exit(main())
