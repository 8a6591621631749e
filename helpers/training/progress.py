"""Where a training stands: a Keras callback that knows, and that tells whoever wants to show it.

`LiveCurves` (in a cell) and `BackgroundTraining` (in the background) both build on it.
"""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import keras
import numpy as np

from helpers.plots.curves import training_metrics

Points = list[tuple[float, float]]  # (epoch, value): 2.0 is the end of the second epoch


@dataclass(frozen=True)
class TrainingProgress:
    """A snapshot of a training. Never changed once made, so any thread may read it."""

    epoch: int = 0  # the one under way, counted from 1
    epochs: int = 0
    step: int = 0  # steps of this epoch that are done
    steps: int | None = None  # None as long as the length of the data is unknown
    seconds: float = 0.0
    seconds_left: float | None = None
    validating: bool = False
    stopping: bool = False  # somebody pressed Stop
    history: dict[str, Points] = field(default_factory=dict)  # the epochs that are done
    latest: dict[str, float] = field(default_factory=dict)  # running means of this epoch

    @property
    def finished(self) -> float:
        """The share of the planned steps that is done, 0 to 1."""
        part = min(self.step / self.steps, 1) if self.steps else 0
        return min((self.epoch - 1 + part) / self.epochs, 1) if self.epoch else 0

    def now(self) -> str:
        """What is going on, in words."""
        doing = f"step {self.step:,}" + (f" of {self.steps:,}" if self.steps else "")
        doing = "measuring on the validation data" if self.validating else doing
        doing = f"stopping · {doing}" if self.stopping else doing
        left = "" if self.seconds_left is None else f", about {format_duration(self.seconds_left)} left"
        return f"Epoch {self.epoch} of {self.epochs} · {doing} · {format_duration(self.seconds)} so far{left}"

    def summary(self) -> str:
        """What came of it, in words: the values of the last epoch."""
        early = self.stopping or self.epoch < self.epochs
        whole = f"Trained {self.epochs} epoch{'s' * (self.epochs != 1)}"
        what = f"Stopped in epoch {self.epoch} of {self.epochs}" if early else whole
        last = {name: points[-1][1] for name, points in self.history.items()}
        training = f"training: {format_metrics(last)}" if last else ""
        validation = format_metrics({name[4:]: value for name, value in last.items() if name.startswith("val_")})
        validation = f"validation: {validation}" if validation else ""
        return "; ".join(filter(None, [f"{what} in {format_duration(self.seconds)}", training, validation])) + "."

    def growing(self) -> dict[str, Points]:
        """The history, and the running values of this epoch as a last point of its own where its share is known."""
        if not self.steps or not self.step:
            return self.history
        now = self.epoch - 1 + min(self.step / self.steps, 1)
        names = list(self.history) + [name for name in self.latest if name not in self.history]
        return {
            name: self.history.get(name, []) + ([(now, self.latest[name])] if name in self.latest else [])
            for name in names
        }


class ProgressCallback(keras.callbacks.Callback):
    """Keeps `standing` up to date and calls `changed(standing)` at most `rate` times a second, and at the end.

    Works with data of known or unknown length, with and without validation and metrics. `stop()` may be called from
    any thread: the training ends after the step under way; what it has learned, and its history, stay.
    """

    def __init__(self, changed: Callable[[TrainingProgress], None] = lambda standing: None, rate: float = 4):
        super().__init__()
        self.standing = TrainingProgress()
        self.changed, self._pause = changed, 1 / rate
        self._stop = threading.Event()
        self._reset()

    def stop(self) -> None:
        """Asks the training to end within a step (the validation of this epoch is still measured)."""
        self._stop.set()

    def _reset(self):
        self._begin, self._first, self._told, self._known_steps = time.monotonic(), None, -math.inf, None

    def on_train_begin(self, logs=None):
        self._reset()
        self._known_steps = self.params.get("steps")
        self.standing = TrainingProgress(epochs=self.params.get("epochs") or 0, steps=self._known_steps)

    def on_epoch_begin(self, epoch, logs=None):
        self._move(epoch=epoch + 1, step=0, latest={}, validating=False)

    def on_train_batch_end(self, batch, logs=None):
        if self._stop.is_set():
            self.model.stop_training = True
        self._move(step=batch + 1, latest=logs or {})
        if self._first is None:  # the first step also builds the graph: it says nothing about the others
            self._first = time.monotonic(), self.standing.finished

    def on_test_begin(self, logs=None):
        self._move(validating=True)

    def on_epoch_end(self, epoch, logs=None):
        if self._stop.is_set():
            self.model.stop_training = True
        self._known_steps = self._known_steps or (None if self._stop.is_set() else self.standing.step)
        history = {name: list(points) for name, points in self.standing.history.items()}
        for name, value in (logs or {}).items():
            if np.ndim(value) == 0:  # some metrics give a value per class: no curve
                history.setdefault(name, []).append((epoch + 1, float(value)))
        self._move(history=history, latest={}, validating=False, steps=self._known_steps)

    def on_train_end(self, logs=None):
        self._move(tell=True, seconds_left=0.0)

    def _move(self, tell: bool = False, **now):
        """Takes note of what is new; tells it when the last telling is long enough ago, or when `tell` is True."""
        clock_now = time.monotonic()
        standing = replace(self.standing, seconds=clock_now - self._begin, stopping=self._stop.is_set(), **now)
        self.standing = standing if tell else replace(standing, seconds_left=self._left(standing))
        if tell or clock_now - self._told >= self._pause:
            self._told = clock_now
            self.changed(self.standing)

    def _left(self, standing: TrainingProgress) -> float | None:
        """Seconds to go, judged by the steps since the first one; None before there are any."""
        if self._first is None:
            return None
        moment, share = self._first
        done = standing.finished - share
        return (time.monotonic() - moment) * (1 - standing.finished) / done if done > 0 else None


def format_metrics(values: dict[str, float]) -> str:
    """The training metrics among the values, loss first: "loss 0.412, accuracy 0.861"."""
    return ", ".join(f"{name.replace('_', ' ')} {values[name]:.3f}" for name in training_metrics(values))


def format_duration(seconds: float) -> str:
    """A time for people: "4 s", "2 min 5 s", "1 h 20 min"."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes} min {seconds} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
