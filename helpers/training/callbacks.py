"""Callbacks for `model.fit`: `LiveCurves` plots the curves while it runs, `StopAt` ends it at a value.

model.fit(images, labels, epochs=20, callbacks=[LiveCurves(), StopAt("accuracy", 0.99)], verbose=0)
"""

import math
import sys
import threading
from html import escape
from types import CodeType
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from IPython import get_ipython
from IPython.display import display

from helpers.plots import charts, curves, figures
from helpers.tensorflow_import import return_freed_memory
from helpers.training.interrupt import Interrupt, running_code
from helpers.training.progress import Logs, ProgressCallback, TrainingProgress, format_metrics, single_values

if TYPE_CHECKING:
    from helpers.widgets.curve_view import CurveView

STOPS = "■ stops it and keeps what was learned."
STAYS = "Reload the page, and the run goes on; its curves come back when it ends."


class StopAt(keras.callbacks.Callback):
    """End training after the first epoch in which `metric` has passed `threshold`.

    metric     a name of the epoch table: "loss", "accuracy", "val_accuracy", …; if `fit` does not report it, one
               line says so
    threshold  an error (`curves.lower_is_better`) has to fall below it, any other metric has to rise above it

    Raises ValueError for a threshold that is NaN or infinite.
    """

    def __init__(self, metric: str, threshold: float):
        super().__init__()
        if np.ndim(threshold) or np.asarray(threshold).dtype.kind not in "fiu" or not math.isfinite(threshold):
            raise ValueError(f"threshold is {threshold!r}; it has to be a number such as 0.99.")
        self.metric, self.threshold = metric, threshold
        self._should_fall = curves.lower_is_better(metric)
        self._has_warned = False

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Compare the metric with the threshold."""
        logs = single_values(logs)
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
    the cell then ends normally, history and weights stay. The curves stay where they are, with a sentence about how the
    run ended; a stored notebook has them as an image, too. Outside Jupyter it prints the sentence.
    """

    def __init__(self) -> None:
        super().__init__(on_progress=self._draw)
        self._view: CurveView | None = None
        self._output: Any = None  # the display of the view
        self._interrupt: Interrupt | None = None
        self._begin_code: list[CodeType] = []

    def on_train_begin(self, logs: Logs = None) -> None:
        """Show the view."""
        self._stop.clear()
        self._begin_code = running_code()
        super().on_train_begin(logs)
        return_freed_memory()
        shell = get_ipython()
        if getattr(shell, "kernel", None) is not None:
            from helpers.widgets.curve_view import CurveView  # widgets import this package

            self._view = CurveView(html=live_html(self.progress))
            data, metadata = self._view._repr_mimebundle_()
            # Shown by a bundle of our own: a widget of ipywidgets 7 gets no display_id, so it could not be updated.
            self._output = display(data, metadata=metadata, raw=True, display_id=True)
            if threading.current_thread() is threading.main_thread():  # that is, in a cell
                shell.events.register("post_run_cell", self._finish)

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
        """Leave the curves of the whole run."""
        super().on_train_end(logs)
        return_freed_memory()
        if self._view is None:
            print(self.progress.summary())
        self._finish()

    def _draw(self, progress: TrainingProgress) -> None:
        if self._view is not None:
            self._view.html = live_html(progress, f"{STOPS} {STAYS}" if self._interrupt else STAYS)

    def _finish(self, *_: Any) -> None:
        """Put everything back and leave the curves. Also called at the end of the cell, in case `fit` has failed."""
        if self._view:
            self._view.html = final_html(self.progress)
            self._view.formats = final_formats(self.progress)
            data, metadata = self._view._repr_mimebundle_()
            self._output.update(data, metadata=metadata, raw=True)
            if threading.current_thread() is threading.main_thread():
                get_ipython().events.unregister("post_run_cell", self._finish)
        if self._interrupt:  # last: a second press while the curves are made must not cost the history
            self._interrupt.release()
        self._view = self._output = self._interrupt = None


def live_html(progress: TrainingProgress, hint: str = "") -> str:
    """Return HTML for a run under way: status, progress bar, curves, running means. Its height is that of `final_html`."""
    bar = f'<progress max="1" value="{progress.finished:.3f}" aria-label="share of the steps that is done"></progress>'
    values = " · ".join(filter(None, [format_metrics(progress.latest), hint]))
    return _html(progress.status(), bar, progress, progress.history_so_far(), values)


def final_html(progress: TrainingProgress) -> str:
    """Return HTML for a run that has ended: how it did, its curves, the metrics of its last epoch."""
    return _html(progress.outcome(), "<progress hidden></progress>", progress, progress.history, progress.results())


def _html(first: str, bar: str, progress: TrainingProgress, history: curves.History, last: str) -> str:
    chart = charts.svg(curves.history_panels({"": history}, epochs=progress.epochs), first)
    return f'<div class="lts-live"><p>{escape(first)}</p>{bar}{chart}<p class="lts-quiet">{escape(last)}</p></div>'


def final_formats(progress: TrainingProgress) -> dict[str, Any]:
    """Return what a stored notebook keeps of a run, by MIME type: a PNG, and the same in words."""
    if not progress.history:
        return {"text/plain": progress.summary()}
    image = figures.png(charts.figure(curves.history_panels({"": progress.history}, epochs=progress.epochs)))
    return {"image/png": image, "text/plain": progress.summary()}
