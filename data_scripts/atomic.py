"""A folder is there whole or not at all, whatever happens while it is made."""

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_scripts.errors import as_data_error

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt


@contextmanager
def lock(target: Path) -> Iterator[None]:
    """Only one process at a time is inside, for each `target`; the others wait.

    The operating system lets go of the lock when a process ends, even when it is killed;
    what such a process left behind is swept up here.
    """
    with as_data_error(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        file = open(target.parent / f".{target.name}.lock", "wb")
    with file:
        if _lock(file, target.name):
            for left_over in target.parent.glob(f".{target.name}-*"):
                shutil.rmtree(left_over, ignore_errors=True)
        yield


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """An empty temporary folder that becomes `target` when the block ends well, and vanishes when it does not.

    What stood at `target` before is replaced. Use it inside `alone(target)`.
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
    """Write a file atomically: it is whole or not there at all, and what stood there before stays until then.

    content: text (written as UTF-8) or bytes. Folders that are missing are made.
    Raises DataError if it cannot be written.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with as_data_error(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(content.encode() if isinstance(content, str) else content)
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)


def _lock(file, name: str) -> bool:
    """Wait until the lock is ours. False on a file system without locks (some network drives)."""
    said = False
    while True:
        try:
            if fcntl:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            else:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            return True
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                return False
        if not said:
            print(f"{name}: another process is preparing it; waiting for that one.")
            said = True
        time.sleep(0.1)
