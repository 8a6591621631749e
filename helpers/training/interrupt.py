"""The kernel's ■ as a Stop button: while a training runs, an interrupt asks it to end instead of tearing it down."""

import signal
import sys
import threading
import time
from types import FrameType


class Interrupt:
    """Answers SIGINT by `watch.stop()` as long as `watch.model.fit` is running on the main thread.

    `Interrupt.catch(watch)` takes SIGINT over, `release()` gives it back. Keras tells a callback nothing when `fit`
    fails, so an Interrupt that was never released does no harm: with no `fit` under way it steps aside and leaves
    the signal to whoever had it before. A second ■, three seconds or more after the first, does the same:
    that ends a training that hangs.
    """

    PATIENCE = 3.0  # seconds; two presses in a row mean one stop

    def __init__(self, watch, before):
        self.watch, self.before, self._first = watch, before, None

    @classmethod
    def catch(cls, watch) -> "Interrupt | None":
        """Takes SIGINT over; None where that is impossible (off the main thread, or a handler not set by Python)."""
        if threading.current_thread() is not threading.main_thread():
            return None
        before = signal.getsignal(signal.SIGINT)
        if isinstance(before, Interrupt) and not before.needed(sys._getframe()):
            before = before.before  # left behind by a training that failed
        if before is None:
            return None
        interrupt = cls(watch, before)
        signal.signal(signal.SIGINT, interrupt)
        return interrupt

    def release(self) -> None:
        """Gives SIGINT back, unless somebody else has taken it meanwhile. May be called again."""
        if signal.getsignal(signal.SIGINT) is self:
            signal.signal(signal.SIGINT, self.before)

    def needed(self, frame: FrameType | None) -> bool:
        """True if `frame`, or one that called it, is `fit` of the model that is watched."""
        while frame is not None:
            if frame.f_code.co_name == "fit" and frame.f_locals.get("self") is self.watch.model:
                return True
            frame = frame.f_back
        return False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        self._first = self._first or now
        if self.needed(frame) and (now == self._first or now - self._first < self.PATIENCE):
            self.watch.stop()
            return
        self.release()
        if callable(self.before):
            self.before(number, frame)
        elif signal.getsignal(number) is self.before:
            signal.raise_signal(number)
