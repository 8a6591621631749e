"""Callbacks for `model.fit`: `LiveCurves` shows a training while it runs, `StopAt` ends it at a value.

model.fit(images, labels, epochs=20, callbacks=[LiveCurves(), StopAt("accuracy", 0.99)], verbose=0)
"""

import base64
import math
from collections.abc import Mapping
from html import escape

import ipywidgets
import keras
from IPython import get_ipython
from IPython.display import display

from helpers.plots import curves
from helpers.plots.figures import lower_is_better
from helpers.training.interrupt import Interrupt
from helpers.training.progress import ProgressCallback, TrainingProgress, format_metrics

VIEW = "application/vnd.jupyter.widget-view+json"


class StopAt(keras.callbacks.Callback):
    """Ends the training after the first epoch in which `metric` has passed `threshold`.

    What measures an error (`plots.falls`) has to fall below the threshold, everything else
    has to rise above it. `metric` is a name of the epoch table: "loss", "accuracy", "val_accuracy", …
    ValueError for a threshold that is no finite number. If the training does not report that metric, one line says so.
    """

    def __init__(self, metric: str, threshold: float):
        super().__init__()
        if not math.isfinite(threshold):
            raise ValueError(f"threshold is {threshold}; it has to be a number such as 0.99.")
        self.metric, self.threshold = metric, threshold
        self.falling = lower_is_better(metric)
        self._said = False

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None):
        logs = logs or {}
        value = logs.get(self.metric)
        if value is None:
            if not self._said:
                there = ", ".join(logs) or "nothing"
                print(f"StopAt waits for {self.metric!r}, which this training does not report. It reports: {there}.")
            self._said = True
        elif value < self.threshold if self.falling else value > self.threshold:
            way = "below" if self.falling else "above"
            print(f"Stopped after epoch {epoch + 1}: {self.metric} is {value:.4f}, {way} {self.threshold}.")
            self.model.stop_training = True


class LiveCurves(ProgressCallback):
    """Draws loss and metrics while `fit` runs: training solid, validation dashed. Pass `verbose=0` to `fit`.

    While it runs: epoch, step, time left, at most four times a second. The kernel's ■ ends the training after the
    step under way; the cell then ends normally, history and weights stay. What remains is one figure (and its values
    in words), in a stored notebook, too. Outside Jupyter it prints the values at the end.
    """

    def __init__(self):
        super().__init__(changed=self._draw)
        self._view = self._shown = self._interrupt = None

    def on_train_begin(self, logs=None):
        self._stop.clear()
        self._interrupt = Interrupt.catch(self)
        shell = get_ipython()
        if getattr(shell, "kernel", None) is not None:
            self._view = ipywidgets.HTML(layout={"height": "290px", "overflow": "hidden"})
            view = {"version_major": 2, "version_minor": 0, "model_id": self._view.model_id}
            # Shown by a bundle of our own: a widget of ipywidgets 7 gets no display_id, so nothing could replace it.
            self._shown = display({VIEW: view, "text/plain": "Training …"}, raw=True, display_id=True)
            if self._interrupt:  # that is, in a cell
                shell.events.register("post_run_cell", self._leave)
        super().on_train_begin(logs)

    def on_train_end(self, logs=None):
        super().on_train_end(logs)
        if self._view is None:
            print(self.standing.summary())
        self._leave()

    def _draw(self, standing: TrainingProgress):
        if self._view is not None:
            self._view.value = live_html(standing, "■ stops it and keeps what was learned." if self._interrupt else "")

    def _leave(self, *_):
        """Puts everything back and leaves the figure. Called at the end of the cell, too, in case `fit` has failed."""
        if self._interrupt:
            self._interrupt.release()
        if self._view:
            data, metadata = final_figure(self.standing)
            self._shown.update(data, metadata=metadata, raw=True)
            self._view.close()
            if self._interrupt:
                get_ipython().events.unregister("post_run_cell", self._leave)
        self._view = self._shown = self._interrupt = None


def live_html(standing: TrainingProgress, hint: str = "") -> str:
    """HTML of fixed size for a training under way: where it stands, a bar, the curves, the running values."""
    text = standing.now()
    drawing = curves.svg(curves.panels(standing.growing(), standing.epochs), text)
    return (
        f'<div style="line-height:1.5">{escape(text)}<br><progress max="1" value="{standing.finished:.3f}"'
        f' aria-label="share of the training that is done" style="width:100%;max-width:680px"></progress><br>'
        f"{drawing}<br>{escape(' · '.join(filter(None, [format_metrics(standing.latest), hint])))}</div>"
    )


def final_figure(standing: TrainingProgress) -> tuple[dict[str, str], dict]:
    """The figure that stays, as a MIME bundle and its metadata: a PNG, and the same in words."""
    text = standing.summary()
    if not standing.history:
        return {"text/plain": text}, {}
    image = curves.png(curves.panels(standing.history, standing.epochs))
    return {"image/png": base64.b64encode(image).decode(), "text/plain": text}, {"image/png": {"alt": text}}
