"""Training in the background: the kernel stays free, widgets stay alive, and Stop works within a step.

trainer = Trainer()
trainer.start(model, images, labels, epochs=5)
trainer.standing.now()      # "Epoch 2 of 5 · step 120 of 563 · 3 s so far, about 6 s left"
trainer.stop()
trainer.wait()
"""

import atexit
import gc
import math
import re
import threading
import time
from collections.abc import Callable

import keras

from helpers.training.progress import ProgressCallback, TrainingProgress

_turn = threading.Lock()
_running: "BackgroundTraining | None" = None  # the one training of this process; changed only under _turn


class BusyError(RuntimeError):
    """Another training is running in the background; there is one at a time, because two would slow each other down."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]  # in a notebook the sentence is enough


class BackgroundTraining:
    """Runs `model.fit` in a thread of its own, one at a time in the whole process.

    `changed(standing)` is called in that thread, at most four times a second and once at the end, so a widget may be
    updated there. `ended(trainer)` follows when all is over, whether it went well, was stopped or failed.
    After a failure `error` holds one sentence; until then, and after a good end, it is "".
    """

    def __init__(
        self,
        changed: Callable[[TrainingProgress], None] = lambda standing: None,
        ended: Callable[["BackgroundTraining"], None] = lambda trainer: None,
    ):
        self.error = ""
        self._changed, self._ended = changed, ended
        self._watch, self._over = ProgressCallback(), threading.Event()
        self._over.set()

    @property
    def running(self) -> bool:
        """True from `start` until `ended` has returned."""
        return not self._over.is_set()

    @property
    def standing(self) -> TrainingProgress:
        """Where the training stands, or stood at its end; a snapshot that any thread may read."""
        return self._watch.standing

    def start(self, model: keras.Model, *data, **how) -> None:
        """Calls `model.fit(*data, **how)` in the background, without a progress bar. Raises `Busy` if one is running.

        The caller must leave `model` alone until it has ended; other models may predict meanwhile.
        """
        global _running
        with _turn:
            if _running is not None:
                raise BusyError(busy())
            _running = self
        self._over.clear()
        self.error = ""
        self._watch = ProgressCallback(self._changed)
        how = how | {"verbose": 0, "callbacks": [*how.get("callbacks", ()), self._watch]}
        threading.Thread(target=self._train, args=(model, data, how), name="training", daemon=True).start()

    def stop(self) -> None:
        """Asks the training to end after the step under way; what it has learned stays. Harmless when none runs."""
        self._watch.stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the training has ended, or `timeout` seconds. True if it has ended."""
        # Not Thread.join: interrupted by ■, Python 3.11 takes the thread for dead. And in short pieces, for Windows.
        end = math.inf if timeout is None else time.monotonic() + timeout
        while self.running and (left := end - time.monotonic()) > 0:
            self._over.wait(min(left, 0.5))
        return not self.running

    def _train(self, model, data, how):
        global _running
        try:
            model.fit(*data, **how)
        except Exception as error:
            self.error = error_sentence(error)
        gc.collect()  # frees what read the data; left alone, it reads on and keeps Python from ending
        try:
            self._ended(self)
        except Exception as error:  # somebody has to see it, and nobody reads a thread's traceback
            self.error = self.error or error_sentence(error)
        with _turn:
            _running = None
        self._over.set()


def busy() -> str:
    """One sentence about the training that is running in the background; "" if none is."""
    trainer = _running
    if trainer is None:
        return ""
    standing = trainer.standing
    return (
        f"Another training is running (epoch {standing.epoch} of {standing.epochs}). "
        "Press its Stop button, or wait until it has ended; then start again."
    )


def error_sentence(error: Exception) -> str:
    """What went wrong, in one line that a learner can read."""
    if isinstance(error, MemoryError) or "OOM" in str(error):
        return "There was not enough memory. Try a smaller network or a smaller batch."
    lines = [re.sub(r"\x1b\[\d*m", "", line).strip() for line in str(error).splitlines()]
    lines = [line for line in lines if line and not line.startswith("Exception encountered when calling")]
    text = lines[0] if lines else type(error).__name__
    return text if len(text) <= 300 else text[:300] + " …"


@atexit.register
def _end_quietly() -> None:
    """Python must not take TensorFlow down under a thread that is using it."""
    if _running is not None:
        _running.stop()
        _running.wait(10)
