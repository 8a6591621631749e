"""SIGINT as a Stop button: while `fit` runs, the kernel's ■ asks it to end instead of tearing it down."""

import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from itertools import takewhile
from types import CodeType, FrameType
from typing import Any


def running_code(frame: FrameType | None = None) -> list[CodeType]:
    """Return the code of `frame` (default: the caller's) and of all that called it, outermost first."""
    frame, codes = frame or sys._getframe(1), []
    while frame is not None:
        codes.append(frame.f_code)
        frame = frame.f_back
    return codes[::-1]


class Interrupt:
    """A SIGINT handler that calls `stop` as long as `fit` is running on the main thread.

    Keras tells a callback nothing when `fit` fails, so a handler that was never released must do no harm: when `fit`
    is not among the running code, it steps aside and leaves the signal to the handler before it. A second ■, three
    seconds or more after the first, does the same: that ends a run that hangs.
    """

    PATIENCE = 3.0  # seconds; two presses in a row mean one stop

    def __init__(self, stop: Callable[[], None], fit: CodeType, before: Any):
        self.stop, self.fit, self.before = stop, fit, before
        self._first: float | None = None

    @classmethod
    def catch(cls, stop: Callable[[], None], begin: Sequence[CodeType]) -> "Interrupt | None":
        """Take SIGINT over; call this from `on_epoch_begin`, with the `running_code()` of `on_train_begin`.

        `fit` is what has called both: the innermost code that the two have in common. Returns None where the signal
        cannot be taken over: off the main thread, or when its handler was not set by Python.
        """
        if threading.current_thread() is not threading.main_thread():
            return None
        codes = running_code()
        *_, (fit, _) = takewhile(lambda pair: pair[0] is pair[1], zip(codes, begin, strict=False))
        current: Any = signal.getsignal(signal.SIGINT)
        is_stale = type(current) is Interrupt and codes.count(current.fit) < 2  # of this `fit`, or of one that failed
        before = current.before if is_stale else current
        if before is None:
            return None
        interrupt = cls(stop, fit, before)
        signal.signal(signal.SIGINT, interrupt)
        return interrupt

    def release(self) -> None:
        """Give SIGINT back, unless another handler has been set meanwhile. May be called again."""
        current: Any = signal.getsignal(signal.SIGINT)
        if current is self and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self.before)

    def release_after(self, part_of_fit: object) -> None:
        """Give SIGINT back when an object that only `fit` holds is gone: `fit` has ended, however it did."""
        weakref.finalize(part_of_fit, self.release).atexit = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Stop `fit`, or step aside."""
        now = time.monotonic()
        self._first = self._first or now
        if self.fit in running_code(frame) and (now == self._first or now - self._first < self.PATIENCE):
            self.stop()
            return
        self.release()
        if callable(self.before):
            self.before(number, frame)
        elif signal.getsignal(number) is self.before:
            signal.raise_signal(number)
