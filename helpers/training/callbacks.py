"""Callbacks for `model.fit`: `LiveCurves` plots the curves while it runs, `StopAt` ends it at a value.

model.fit(images, labels, epochs=20, callbacks=[LiveCurves(), StopAt("accuracy", 0.99)], verbose=0)
"""

import math
import sys
import threading
from html import escape
from types import CodeType
from typing import Any

import ipywidgets
import keras
from IPython import get_ipython
from IPython.display import display

from helpers.images.encode import in_base64
from helpers.plots import curves
from helpers.training.interrupt import Interrupt, running_code
from helpers.training.progress import Logs, ProgressCallback, TrainingProgress, format_metrics

VIEW = "application/vnd.jupyter.widget-view+json"
STOPS = "■ stops it and keeps what was learned."
STAYS = "A page that is reloaded loses these curves; the run goes on."


class StopAt(keras.callbacks.Callback):
    """End training after the first epoch in which `metric` has passed `threshold`.

    metric     a name of the epoch table: "loss", "accuracy", "val_accuracy", …; if `fit` does not report it, one
               line says so
    threshold  an error (`curves.lower_is_better`) has to fall below it, any other metric has to rise above it

    Raises ValueError for a threshold that is NaN or infinite.
    """

    def __init__(self, metric: str, threshold: float):
        super().__init__()
        if not math.isfinite(threshold):
            raise ValueError(f"threshold is {threshold}; it has to be a number such as 0.99.")
        self.metric, self.threshold = metric, threshold
        self._should_fall = curves.lower_is_better(metric)
        self._has_warned = False

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare the metric with the threshold."""
        logs = logs or {}
        value = logs.get(self.metric)
        if value is None:
            if not self._has_warned:
                names = ", ".join(logs) or "nothing"
                print(f"StopAt waits for {self.metric!r}, which `fit` does not report. It reports: {names}.")
            self._has_warned = True
        elif value < self.threshold if self._should_fall else value > self.threshold:
            side = "below" if self._should_fall else "above"
            print(f"Stopped after epoch {epoch + 1}: {self.metric} is {value:.4f}, {side} {self.threshold}.")
            self.model.stop_training = True


class LiveCurves(ProgressCallback):
    """Plot loss and metrics while `fit` runs: training solid, validation dashed. Pass `verbose=0` to `fit`.

    While it runs: epoch, step, time left, at most four times a second. The kernel's ■ ends it after the current step;
    the cell then ends normally, history and weights stay. What remains is one figure and its values in words, in a
    stored notebook, too. Outside Jupyter it prints the values at the end.
    """

    def __init__(self) -> None:
        super().__init__(on_progress=self._draw)
        self._view: ipywidgets.HTML | None = None
        self._output: Any = None  # the display to replace at the end
        self._interrupt: Interrupt | None = None
        self._begin_code: list[CodeType] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        """Show the view."""
        self._stop.clear()
        self._begin_code = running_code()
        shell = get_ipython()
        if getattr(shell, "kernel", None) is not None:
            self._view = ipywidgets.HTML(layout={"height": "312px", "overflow": "hidden"})
            view = {"version_major": 2, "version_minor": 0, "model_id": self._view.model_id}
            # Shown by a bundle of our own: a widget of ipywidgets 7 gets no display_id, so it could not be replaced.
            self._output = display({VIEW: view, "text/plain": "Training …"}, raw=True, display_id=True)
            if threading.current_thread() is threading.main_thread():  # that is, in a cell
                shell.events.register("post_run_cell", self._finish)
        super().on_train_begin(logs)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Take the kernel's ■ over as soon as `fit` can be recognized."""
        if self._begin_code:
            self._interrupt = Interrupt.catch(self.stop, self._begin_code)
            self._begin_code = []
            caller = sys._getframe(1).f_locals.get("self")  # Keras's list of callbacks: made by `fit`, gone with it
            if self._interrupt and isinstance(caller, keras.callbacks.CallbackList):
                self._interrupt.release_after(caller)
        super().on_epoch_begin(epoch, logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Leave the figure."""
        super().on_train_end(logs)
        if self._view is None:
            print(self.progress.summary())
        self._finish()

    def _draw(self, progress: TrainingProgress) -> None:
        if self._view is not None:
            self._view.value = live_html(progress, f"{STOPS} {STAYS}" if self._interrupt else STAYS)

    def _finish(self, *_: Any) -> None:
        """Put everything back and leave the figure. Also called at the end of the cell, in case `fit` has failed."""
        if self._interrupt:
            self._interrupt.release()
        if self._view:
            data, metadata = final_figure(self.progress)
            self._output.update(data, metadata=metadata, raw=True)
            self._view.close()
            if threading.current_thread() is threading.main_thread():
                get_ipython().events.unregister("post_run_cell", self._finish)
        self._view = self._output = self._interrupt = None


def live_html(progress: TrainingProgress, hint: str = "") -> str:
    """Return HTML of fixed size for a run under way: status, progress bar, curves, running means."""
    text = progress.status()
    figure = curves.svg(curves.history_panels({"": progress.history_so_far()}, epochs=progress.epochs), text)
    return (
        f'<div style="line-height:1.5">{escape(text)}<br><progress max="1" value="{progress.finished:.3f}"'
        f' aria-label="share of the steps that is done" style="width:100%;max-width:680px"></progress><br>'
        f"{figure}<br>{escape(' · '.join(filter(None, [format_metrics(progress.latest), hint])))}</div>"
    )


def final_figure(progress: TrainingProgress) -> tuple[dict[str, str], dict]:
    """Return the figure that stays, as a MIME bundle and its metadata: a PNG, and the same in words."""
    text = progress.summary()
    if not progress.history:
        return {"text/plain": text}, {}
    image = curves.png(curves.history_panels({"": progress.history}, epochs=progress.epochs))
    return {"image/png": in_base64(image), "text/plain": text}, {"image/png": {"alt": text}}
