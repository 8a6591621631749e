"""Training progress: a Keras callback that measures it, and a snapshot with texts for people.

`LiveCurves` (in a cell) and `BackgroundTraining` (in a thread) build on it.
"""

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import keras
import numpy as np

from helpers.plots.curves import History, best_point, training_metrics

Logs = Mapping[str, Any] | None  # what Keras passes to a callback


@dataclass(frozen=True)
class TrainingProgress:
    """Snapshot of a run of `fit`: immutable, so any thread may read it."""

    epoch: int = 0  # the current one, counted from 1
    epochs: int = 0
    step: int = 0  # steps of this epoch that are done
    steps: int | None = None  # None as long as the length of the data is unknown
    seconds: float = 0.0
    seconds_left: float | None = None
    validating: bool = False
    stopping: bool = False  # Stop was pressed
    ended: bool = False  # `fit` has come to its end, early or not
    history: History = field(default_factory=dict)  # (epoch, value) points of the epochs that are done
    latest: dict[str, float] = field(default_factory=dict)  # running means of this epoch

    @property
    def finished(self) -> float:
        """The share of the planned steps that is done, 0 to 1."""
        part = min(self.step / self.steps, 1) if self.steps else 0
        return min((self.epoch - 1 + part) / self.epochs, 1) if self.epoch else 0

    def status(self) -> str:
        """Return one line: epoch, step, time so far, time left."""
        if not self.epoch:
            return "Getting ready …"
        doing = f"step {self.step:,}" + (f" of {self.steps:,}" if self.steps else "")
        doing = "measuring on the validation data" if self.validating else doing
        doing = f"stopping · {doing}" if self.stopping else doing
        left = "" if self.seconds_left is None else f", about {format_duration(self.seconds_left)} left"
        return f"Epoch {self.epoch} of {self.epochs} · {doing} · {format_duration(self.seconds)} so far{left}"

    def outcome(self) -> str:
        """Return in a sentence or two how a run ended, what of it is kept, and which epoch was the best."""
        done, seconds = max(map(len, self.history.values()), default=0), format_duration(self.seconds)
        best = best_point("val_loss", self.history.get("val_loss", []))
        best_text = f" Lowest validation loss in epoch {best[0]:.0f}." if best else ""
        if self.ended and not self.stopping and self.epoch == self.epochs:
            return f"{count_epochs(done).capitalize()} in {seconds}.{best_text}"
        how = "Broke off" if not self.ended else f"Stopped{' by you' * self.stopping}"
        kept = "both epochs" if done == 2 else f"{'all ' * (done > 1)}{count_epochs(done)}"
        kept = f"Kept: {kept}." if done else "No epoch was finished."
        return f"{how} in epoch {self.epoch} of {self.epochs}, after {seconds}. {kept}{best_text}"

    def results(self) -> str:
        """Return the metrics of the last epoch: "Training: loss 0.700; validation: loss 0.800."; "" without one."""
        last = {name: points[-1][1] for name, points in self.history.items()}
        validation = format_metrics({name[4:]: value for name, value in last.items() if name.startswith("val_")})
        return f"Training: {format_metrics(last)}{'; validation: ' * bool(validation)}{validation}." if last else ""

    def summary(self) -> str:
        """Return `outcome` and `results` in one line."""
        return f"{self.outcome()} {self.results()}".strip()

    def history_so_far(self) -> History:
        """Return the history; where the length of an epoch is known, its running means follow as a last point."""
        if not self.steps or not self.step:
            return self.history
        now = self.epoch - 1 + min(self.step / self.steps, 1)
        names = list(self.history) + [name for name in self.latest if name not in self.history]
        return {
            name: [*self.history.get(name, []), *([(now, self.latest[name])] if name in self.latest else [])]
            for name in names
        }


class ProgressCallback(keras.callbacks.Callback):
    """Keep `progress` up to date; call `on_progress(progress)` at most `rate` times a second, and at the end.

    Works with data of known or unknown length, with and without validation and metrics. `stop()` may be called from
    any thread: `fit` ends after the current step; weights and history stay.
    """

    def __init__(self, on_progress: Callable[[TrainingProgress], None] = lambda progress: None, rate: float = 4):
        super().__init__()
        self.progress = TrainingProgress()
        self._on_progress, self._pause = on_progress, 1 / rate
        self._stop = threading.Event()
        self._reset()

    def stop(self) -> None:
        """Ask `fit` to end within a step (the validation of this epoch is still measured)."""
        self._stop.set()

    def _reset(self) -> None:
        self._begin, self._reported = time.monotonic(), -math.inf
        self._first: tuple[float, float] | None = None  # when the first step was done, and the share done by then
        self._known_steps: int | None = None

    def on_train_begin(self, logs: Logs = None) -> None:
        """Start the clock."""
        self._reset()
        self._known_steps = self.params.get("steps")
        self.progress = TrainingProgress(epochs=self.params.get("epochs") or 0, steps=self._known_steps)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Begin an epoch without steps."""
        self._update(epoch=epoch + 1, step=0, latest={}, validating=False)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Count the step; end `fit` if asked to."""
        if self._stop.is_set():
            self.model.stop_training = True
        self._update(step=batch + 1, latest=single_values(logs))
        if self._first is None:  # the first step also builds the graph: it says nothing about the others
            self._first = time.monotonic(), self.progress.finished

    def on_test_begin(self, logs: Logs = None) -> None:
        """Say that validation is under way."""
        self._update(validating=True)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Add the epoch to the history; end `fit` if asked to."""
        if self._stop.is_set():
            self.model.stop_training = True
        self._known_steps = self._known_steps or (None if self._stop.is_set() else self.progress.step)
        history = {name: list(points) for name, points in self.progress.history.items()}
        for name, value in single_values(logs).items():
            history.setdefault(name, []).append((epoch + 1, value))
        self._update(history=history, latest={}, validating=False, steps=self._known_steps)

    def on_train_end(self, logs: Logs = None) -> None:
        """Report the end."""
        self._update(report=True, seconds_left=0.0, ended=True)

    def _update(self, report: bool = False, **changes: Any) -> None:
        """Change the snapshot; report it if the last report is long enough ago, or if `report` is True."""
        now = time.monotonic()
        progress = replace(self.progress, seconds=now - self._begin, stopping=self._stop.is_set(), **changes)
        self.progress = progress if report else replace(progress, seconds_left=self._seconds_left(progress))
        if report or now - self._reported >= self._pause:
            self._reported = now
            self._on_progress(self.progress)

    def _seconds_left(self, progress: TrainingProgress) -> float | None:
        """Return the seconds to go, judged by the steps since the first one; None before there are any."""
        if self._first is None:
            return None
        moment, share = self._first
        done = progress.finished - share
        return (time.monotonic() - moment) * (1 - progress.finished) / done if done > 0 else None


def single_values(logs: Logs) -> dict[str, float]:
    """Return the metrics that are one number each; some give a value for each class, which makes no curve."""
    return {name: float(value) for name, value in (logs or {}).items() if np.ndim(value) == 0}


def format_metrics(values: Mapping[str, float]) -> str:
    """Return the training metrics among the values, loss first: "loss 0.412, accuracy 0.861"."""
    return ", ".join(f"{name.replace('_', ' ')} {values[name]:.3f}" for name in training_metrics(values))


def count_epochs(count: int) -> str:
    """Return "one epoch", "five epochs", "12 epochs"."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return f"{words[count] if count < len(words) else count} epoch{'s' * (count != 1)}"


def format_duration(seconds: float) -> str:
    """Return a duration for people: "4 s", "2 min 5 s", "1 h 20 min"."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes} min {seconds} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def format_settings(settings: Mapping[str, object]) -> str:
    """Return settings for people: "hidden 50, batch size 32"."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in settings.items())
