"""The experiment bench: choose settings, train in the background, compare with every earlier run.

settings = {"hidden": [10, 50, 200], "epochs": [1, 5, 10]}
bench = ExperimentBench("digits", architectures.digits_dense, settings, train, validation)
bench                                # sliders, Start (Stop while it trains), curves, a row for every run
bench.run(hidden=200, epochs=5)      # the same without clicking
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import keras

from data_scripts.atomic import write
from data_scripts.errors import DataError
from helpers.images.encode import in_base64
from helpers.models.architectures import layer_table
from helpers.plots.figures import COLORS
from helpers.training import report
from helpers.training.experiments import Experiment, ExperimentError
from helpers.training.progress import TrainingProgress, format_settings
from helpers.training.runs import Run, Runs
from helpers.widgets.base import Formats, reports_failure
from helpers.widgets.compat import status_line
from helpers.widgets.curve_view import CurveView
from helpers.widgets.veil import PythonColumn

START, STOP, CLEAR = "Start", "Stop", "Clear runs"  # what buttons say
HINT = "Choose values, guess what they do, and press Start."
SHOWN = 6  # lines in the chart to begin with: the newest runs


def _classed(name: str, parts: Sequence[widgets.Widget]) -> widgets.Box:
    return widgets.Box(list(parts), _dom_classes=(name,))


class ExperimentBench(PythonColumn):
    """A bench for one question, such as "how large should the hidden layer be?".

    name        where the runs are kept: `runs/<name>/` in the course's folder; letters, digits, "-" and "_"
    build       a function of the settings (without epochs and batch_size) that returns a compiled model
    settings    {name: values to choose from}, a slider each; "epochs" and "batch_size" go to `fit` (else 5 and 32)
    train       (images, labels), or a tf.data.Dataset or PyDataset of batches
    validation  the same for validation, or None
    start       {name: value} for sliders that should not begin at their first value

    ValueError or ExperimentError for data or settings that cannot work. `runs` are all runs, `status` is what the bench says, `text` a summary.
    """

    def __init__(
        self,
        name: str,
        build: Callable[..., keras.Model],
        settings: Mapping[str, Sequence],
        train: Any,
        validation: Any = None,
        *,
        start: Mapping[str, object] | None = None,
    ):
        self.experiment = Experiment(name, build, settings, train, validation, self._changed, self._ended)
        self._make_controls(start or {})
        left, parts = self._arrange()
        super().__init__(parts, [left, self._choice, parts[-1]])
        self.add_class("lts-bench-page")
        self._preview()
        self._say(self.runs.trouble)
        self._show_runs()

    # --- what a learner may call -------------------------------------------------------------------------------------

    @property
    def runs(self) -> Runs:
        """All runs, oldest first, also those of earlier sessions."""
        return self.experiment.runs

    def run(self, **settings: Any) -> Run:
        """Train with these settings (the sliders' for those left out), wait, and return the run.

        Values need not be on the sliders. The kernel's ■ stops the training and keeps the run. Raises `BusyError` while
        another training runs, `ExperimentError` for settings that do not fit together and if the run fails.
        """
        settings = self._chosen() | settings
        self._say(f"Training with {format_settings(settings)}.")
        return self.experiment.run(settings)

    def stop(self) -> None:
        """End the run after the step under way; it is kept."""
        self.experiment.training.stop()

    @property
    def status(self) -> str:
        """What the bench says: what it does now, how the last run went, or what went wrong."""
        return self._said

    @property
    def text(self) -> str:
        """The bench and its runs in words."""
        choices = "; ".join(f"{name.replace('_', ' ')} {values}" for name, values in self.experiment.settings.items())
        return f"Experiment bench {self.runs.name}, to train with {choices}. {report.summary(self.runs)}"

    # --- what is seen ------------------------------------------------------------------------------------------------

    @reports_failure
    def _changed(self, progress: TrainingProgress) -> None:
        """Show, in the thread that trains, how far the run is, and its line in the chart."""
        self._go.description = STOP
        self._live.value = (
            f'<progress max="1" value="{progress.finished:.3f}" aria-label="share of the run that is done"></progress>'
            f'<div class="lts-quiet">{escape(progress.status())}</div>'
        )
        self._show_chart(progress)

    @reports_failure
    def _ended(self, run: Run | None) -> None:
        """Show, in the thread that trains, the new run, or what went wrong."""
        training = self.experiment.training
        self._go.description, self._live.value = START, ""
        self._show_runs()
        summary = f"Run {len(self.runs)}: {training.progress.outcome()} {self.runs.trouble}"
        self._say(summary if run else f"The training failed: {training.error}")

    def _make_controls(self, start: Mapping) -> None:
        for name, value in start.items():
            if value not in self.experiment.settings.get(name, ()):
                raise ValueError(f"start has {name} {value!r}, which is not among the settings.")
        self._sliders = {
            name: widgets.SelectionSlider(
                options=[(str(value), value) for value in values],
                value=start.get(name, values[0]),
                description=name.replace("_", " "),
                continuous_update=False,
                style={"description_width": "96px"},
                layout={"width": "auto"},
            )
            for name, values in self.experiment.settings.items()
        }
        for slider in self._sliders.values():
            slider.observe(self._preview, "value")
        self._go, self._forget, self._save = (widgets.Button(description=text) for text in (START, CLEAR, "Export CSV"))
        self._go.button_style = "primary"
        self._go.on_click(lambda _: self._start() if self._go.description == START else self._halt())
        self._forget.on_click(lambda _: self._clear())
        self._save.on_click(lambda _: self._export())
        self._layers, self._status, self._live, self._table = (widgets.HTML() for _ in range(4))
        self._chart, self._times = CurveView(), CurveView()
        self._choice = widgets.HBox(layout={"flex_flow": "row wrap"})

    def _arrange(self) -> tuple[widgets.Widget, list[widgets.Widget]]:
        """Return the settings, and everything from top to bottom; `widgets.css` says what is next to what."""
        row = _classed("lts-bench-row", [self._go, self._live])
        left = _classed("lts-bench-controls", [*self._sliders.values(), row, self._status])
        right = _classed("lts-bench-chart", [self._chart, self._choice])
        top = _classed("lts-bench", [left, right, _classed("lts-bench-layers", [self._layers])])
        below = _classed("lts-bench-runs", [_classed("lts-bench-table", [self._table]), self._times])
        return left, [top, below, widgets.HBox([self._forget, self._save])]

    def _say(self, text: str) -> None:
        self._said = text
        self._status.value = status_line(escape(text or HINT))

    @reports_failure
    def _preview(self, _: dict | None = None) -> None:
        """Show the layers of the network that Start would train, with their exact parameters."""
        try:
            self._layers.value = report.layers_html(layer_table(self.experiment.model(self._chosen())))
        except ExperimentError as error:
            self._layers.value = f"<p>{escape(str(error))}</p>"

    def _show_runs(self) -> None:
        self._forget.description = CLEAR
        boxes = list(self._choice.children)
        for number in range(len(boxes) + 1, len(self.runs) + 1):
            shown = number > len(self.runs) - SHOWN
            box = widgets.Checkbox(value=shown, description=f"run {number}", indent=False, layout={"width": "80px"})
            box.add_class(f"lts-run-{(number - 1) % len(COLORS) + 1}")
            box.observe(lambda _: self._show_chart(), "value")
            boxes.append(box)
        self._choice.children = tuple(boxes)
        self._table.value = report.table(self.runs)
        self._show_chart()

    def _show_chart(self, now: TrainingProgress | None = None) -> None:
        chosen = [number for number, box in enumerate(self._choice.children, 1) if box.value]
        self._chart.html = report.chart(self.runs, chosen, now)
        if not now:
            self._times.html = report.time_chart(self.runs, chosen) if self.runs else ""

    def _chosen(self) -> dict:
        return {name: slider.value for name, slider in self._sliders.items()}

    @reports_failure
    def _start(self) -> None:
        self._say(f"Training with {format_settings(self._chosen())}. The notebook stays free meanwhile.")
        self._go.description = STOP  # before it starts: the run may be over at once
        try:
            self.experiment.start(self._chosen())
        except Exception:
            self._go.description = STOP if self.experiment.training.running else START
            raise

    @reports_failure
    def _halt(self) -> None:
        self.stop()
        self._say("Stopping after this step; then the validation data are measured.")

    @reports_failure
    def _clear(self) -> None:
        """Asks once: the first press only changes the button."""
        if self._forget.description == CLEAR:
            self._forget.description = f"Really clear {len(self.runs)}?"
            return
        self.runs.clear()
        self._choice.children = ()
        self._show_runs()
        self._say(self.runs.trouble or "All runs are gone.")

    def _export(self) -> None:
        """Write the runs as a CSV file to the current folder, and offer them as a download in any case."""
        table, path = self.runs.csv(), Path(f"{self.runs.name}-runs.csv")
        try:
            write(path, table)
            self._say(f"Written to {path}, next to this notebook.")
        except (OSError, DataError) as error:
            self._say(str(error))
        address = f"data:text/csv;base64,{in_base64(table.encode())}"
        self._status.value += f"<a download='{path}' href='{address}'>Download it</a>"

    def fallback(self) -> Formats:
        """Return the chart and the table of the runs."""
        newest = range(len(self.runs), max(0, len(self.runs) - SHOWN), -1)
        parts = report.chart(self.runs, newest), report.table(self.runs), report.time_chart(self.runs, newest)
        page = "".join(parts) if self.runs else ""
        return {"text/html": f"<p>{escape(self.text)}</p>{page}", "text/plain": self.text}
