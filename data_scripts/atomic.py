"""Files and folders are there whole or not at all, whatever happens while they are made."""

import glob
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from data_scripts.errors import DataError, as_data_error

MAX_JSON = 16 << 20  # bytes; the record of 25,000 images has 1 MB
MAX_NOTEBOOK = 512 << 20


@contextmanager
def lock(target: Path) -> Iterator[None]:
    """Let one process at a time inside, for each `target`; the others wait.

    The operating system lets go of the lock when a process ends, even when it is killed;
    what such a process left behind is swept up here, and what it was replacing is put back.
    """
    file = FileLock(target.parent / f".{target.name}.lock")
    with as_data_error(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            file.acquire(timeout=0.5)
        except Timeout:
            print(f"{target.name}: another process is preparing it; waiting for that one.")
            file.acquire()
    try:
        with as_data_error(target.parent):
            for left_over in _left_over(target):
                _sweep(left_over, target)
        yield
    finally:
        file.release()


def recover(target: Path) -> None:
    """Put a folder back that a killed process had moved aside to replace it. Does nothing where that cannot be done."""
    if not os.path.lexists(target) and any((left_over / "old").is_dir() for left_over in _left_over(target)):
        with suppress(DataError), lock(target):
            pass


def _left_over(target: Path) -> list[Path]:
    return [Path(path) for path in glob.glob(glob.escape(str(target.with_name(f".{target.name}-"))) + "*")]


def _sweep(temporary: Path, target: Path) -> None:
    if (temporary / "old").is_dir() and not os.path.lexists(target):
        os.rename(temporary / "old", target)
    shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Give an empty temporary folder that becomes `target` when the block ends well, and vanishes when it does not.

    What was at `target` before is replaced. Use it inside `lock(target)`.
    """
    with as_data_error(target.parent):
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            new = temporary / "new"
            new.mkdir()
            yield new
            if target.exists():
                os.rename(target, temporary / "old")
            os.rename(new, target)
        finally:
            _sweep(temporary, target)


def write(target: Path, content: str | bytes) -> None:
    """Write a file atomically: it is whole or not there at all, and what was there before stays until then.

    Folders that are missing are made; text is written as UTF-8. Raises DataError if it cannot be written.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with as_data_error(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(content.encode() if isinstance(content, str) else content)
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)


def read_json(path: Path, most: int = MAX_JSON) -> Any:
    """Return what a JSON file of at most so many bytes holds, whatever somebody or a broken disk has made of it.

    Raises OSError where there is no such file, or it is none (a folder, a pipe, a device), and ValueError for one that is
    damaged or absurdly large.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} isn't a file.")
    with open(path, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{path} is larger than {most >> 20} MB.")
    try:
        return json.loads(content.decode("utf-8"))
    except RecursionError as error:
        raise ValueError(f"{path} is nested too deeply.") from error
