"""What goes on around a learner's function while it is checked: a line if it takes long, and an end to endless printing."""

import contextlib
import contextvars
import io
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Self, TextIO

PATIENCE = 5.0  # seconds, until it is said that the function still runs
MOST_OUTPUT = 2_000  # characters of what a function prints


class Notice:
    """A line that `show(display_id)` shows from a thread of its own after `PATIENCE` seconds, unless the block is over by then.

    There is none without `show`, or in a thread that ■ does not reach.
    """

    def __init__(self, show: Callable[[str], None] | None):
        self.display_id = ""  # of the line, once it is shown
        self._show, self._over, self._lock = show, False, threading.Lock()
        # In the context of the cell, or ipykernel would not know below which cell the line belongs.
        self.timer = threading.Timer(PATIENCE, contextvars.copy_context().run, [self._late])
        self.timer.daemon = True

    def _late(self) -> None:
        with self._lock:
            if self._show and not self._over:
                self.display_id = uuid.uuid4().hex
                self._show(self.display_id)

    def __enter__(self) -> Self:
        if self._show and threading.current_thread() is threading.main_thread():
            self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        with self._lock:  # a line that is being shown is waited for
            self._over = True


class ShortOutput(io.TextIOBase):
    """Passes the first `MOST_OUTPUT` characters on to a stream, and counts the others (`left_out`)."""

    def __init__(self, stream: TextIO):
        self._stream, self._room, self.left_out = stream, MOST_OUTPUT, 0

    def write(self, text: str) -> int:
        """Write as much of `text` as there is room for."""
        passed = text[: self._room]
        if passed:
            self._stream.write(passed)
        self._room -= len(passed)
        self.left_out += len(text) - len(passed)
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def short_output() -> Iterator[None]:
    """Let the block print a little, and then count only: a million lines make a browser hang."""
    out, error = ShortOutput(sys.stdout), ShortOutput(sys.stderr)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            yield
    finally:
        if left_out := out.left_out + error.left_out:
            print(f"\n… {left_out:,} more characters that your code printed are left out.")


def threads_left(before: set[threading.Thread]) -> list[str]:
    """Return a sentence if threads run that did not run `before`; those of libraries and of a `Notice` are daemons."""
    count = sum(not thread.daemon for thread in set(threading.enumerate()) - before)
    if not count:
        return []
    what = "a thread that still runs" if count == 1 else f"{count} threads that still run"
    return [f"Your code started {what}. A restart of the kernel ends what doesn't end by itself."]
