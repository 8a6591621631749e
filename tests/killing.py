"""A process that is killed at a chosen moment, for the tests of what must survive that."""

import os
import signal
import sys
from collections.abc import Callable


def in_child(work: Callable[[], object], at: int | None = None) -> int | None:
    """Calls `work` in a forked process that is killed at its call number `at`; returns how many calls it made, or None.

    A call is what `sys.setprofile` counts: every call and return of a Python or C function. Needs `os.fork`.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        calls = 0

        def count(*_):
            nonlocal calls
            calls += 1
            if calls == at:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(count)
        work()
        sys.setprofile(None)
        os.write(write, str(calls).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        calls = told.read()
    os.waitpid(child, 0)
    return int(calls) if calls else None
