"""Background training: the kernel stays free, widgets stay alive, and Stop works within a step.

training = BackgroundTraining()
training.start(model, images, labels, epochs=5)
training.progress.status()      # "Epoch 2 of 5 · step 120 of 563 · 3 s so far, about 6 s left"
training.stop()
training.wait()
"""

import atexit
import gc
import math
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import keras

from data_scripts.errors import DataError
from helpers.training.progress import ProgressCallback, TrainingProgress

_turn = threading.Lock()
_running: "BackgroundTraining | None" = None  # the only run of this process; changed under _turn alone


class BusyError(DataError, RuntimeError):
    """Another run is under way in the background; only one is allowed, because two would slow each other down."""


class BackgroundTraining:
    """`model.fit` in a thread of its own, one at a time in the whole process.

    on_progress  called with the `TrainingProgress` in that thread, at most four times a second and once at the end;
                 a widget may be updated there
    on_end       called with this object in that thread, when the run has ended well, was stopped, or failed

    `error` is one sentence after a failure, else "".
    """

    def __init__(
        self,
        on_progress: Callable[[TrainingProgress], None] = lambda progress: None,
        on_end: Callable[["BackgroundTraining"], None] = lambda training: None,
    ):
        self.error = ""
        self._on_progress, self._on_end = on_progress, on_end
        self._callback, self._over = ProgressCallback(), threading.Event()
        self._over.set()

    @property
    def running(self) -> bool:
        """True from `start` until `on_end` has returned."""
        return not self._over.is_set()

    @property
    def progress(self) -> TrainingProgress:
        """A snapshot of the progress, now or at the end; any thread may read it."""
        return self._callback.progress

    def start(self, model: keras.Model, *data: Any, **options: Any) -> None:
        """Call `model.fit(*data, **options)` in the background, without a progress bar.

        Leave `model` alone until the run has ended; other models may predict meanwhile.
        Raises BusyError if a run is under way, RuntimeError if the system gives no new thread.
        """
        global _running
        callback = ProgressCallback(self._on_progress)
        options |= {"verbose": 0, "callbacks": [*keras.tree.flatten(options.get("callbacks") or ()), callback]}
        with _turn:
            if _running is not None:
                raise BusyError(busy())
            _running = self
        self._over.clear()
        self.error, self._callback = "", callback
        try:
            threading.Thread(target=self._train, args=(model, data, options), name="training", daemon=True).start()
        except BaseException:
            self._release()
            raise

    def stop(self) -> None:
        """Ask the run to end after the current step; weights and history stay. Harmless when nothing runs."""
        self._callback.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run has ended, or `timeout` seconds. Return whether it has ended."""
        # Not Thread.join: interrupted by ■, Python 3.11 takes the thread for dead. And in short pieces, for Windows.
        end = math.inf if timeout is None else time.monotonic() + timeout
        while self.running and (left := end - time.monotonic()) > 0:
            self._over.wait(min(left, 0.5))
        return not self.running

    def _train(self, model: keras.Model, data: tuple, options: dict[str, Any]) -> None:
        try:
            self._attempt(lambda: model.fit(*data, **options))
            gc.collect()  # frees what read the data; left alone, it reads on and keeps Python from ending
            self._attempt(lambda: self._on_end(self))
        finally:
            self._release()

    def _attempt(self, call: Callable[[], object]) -> None:
        """Call; keep what was raised as a sentence, because a thread's traceback reaches no reader.

        BaseException: a callback may call `exit()`, and SystemExit ends a thread in silence.
        """
        try:
            call()
        except BaseException as error:
            self.error = self.error or error_sentence(error)

    def _release(self) -> None:
        global _running
        with _turn:
            _running = None
        self._over.set()


def busy() -> str:
    """Return one sentence about the run under way in the background; "" if there is none."""
    training = _running
    if training is None:
        return ""
    progress = training.progress
    return (
        f"Another training is running (epoch {progress.epoch} of {progress.epochs}). "
        "Press its Stop button, or wait until it has ended; then start again."
    )


def error_sentence(error: BaseException) -> str:
    """Return what went wrong, in one line of at most 300 characters."""
    if isinstance(error, MemoryError) or "OOM" in str(error):
        return "There was not enough memory. Try a smaller network or a smaller batch."
    if isinstance(error, SystemExit):
        return "The code ended Python (SystemExit) during training. Remove exit() or sys.exit() from it."
    lines = [re.sub(r"\x1b\[\d*m", "", line).strip() for line in str(error).splitlines()]
    lines = [line for line in lines if line and not line.startswith("Exception encountered when calling")]
    text = lines[0] if lines else type(error).__name__
    return text if len(text) <= 300 else text[:300] + " …"


@atexit.register
def _end_quietly() -> None:
    """Wait for the run: Python must not take TensorFlow down under a thread that is using it."""
    if _running is not None:
        _running.stop()
        _running.wait(10)
