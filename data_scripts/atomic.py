"""Files and folders are there whole or not at all, whatever happens while they are made."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from data_scripts.errors import as_data_error


@contextmanager
def lock(target: Path) -> Iterator[None]:
    """Let one process at a time inside, for each `target`; the others wait.

    The operating system lets go of the lock when a process ends, even when it is killed;
    what such a process left behind is swept up here.
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
        for left_over in target.parent.glob(f".{target.name}-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        yield
    finally:
        file.release()


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
            shutil.rmtree(temporary, ignore_errors=True)


def write(target: Path, content: str | bytes) -> None:
    """Write a file atomically: it is whole or not there at all, and what was there before stays until then.

    Args:
        target: the file. Folders that are missing are made.
        content: text (written as UTF-8) or bytes.

    Raises:
        DataError: it cannot be written.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with as_data_error(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(content.encode() if isinstance(content, str) else content)
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)
