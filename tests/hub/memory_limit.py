"""A limit of memory for one process, by the system's control groups, as a hub's spawner sets it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")


@contextmanager
def memory_limit(process: int, limit: int) -> Iterator[bool]:
    """Let a process take `limit` bytes more from now on, and be ended beyond that. Yields False where this can't be done."""
    first = GROUPS / "memory"  # version 1 has a tree for memory alone
    group = (first if first.is_dir() else GROUPS) / f"course-{os.getpid()}"
    file = group / ("memory.limit_in_bytes" if first.is_dir() else "memory.max")
    with suppress(OSError):
        group.mkdir()
    try:
        held = file.is_file()
        if held:
            file.write_text(str(limit))
            (group / "cgroup.procs").write_text(str(process))
        yield held
    finally:
        with suppress(OSError):  # there is none, or the process is still in it
            group.rmdir()
