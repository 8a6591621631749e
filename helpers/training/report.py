"""Runs compared, as HTML: one chart, one table; and the layers of a network before training."""

import math
from collections.abc import Collection, Sequence
from html import escape

from helpers.plots import curves
from helpers.plots.curves import Line, Panel
from helpers.plots.figures import COLORS
from helpers.training.progress import TrainingProgress, format_settings
from helpers.training.runs import Run

__all__ = ["chart", "format_settings", "layers_html", "run_color", "summary", "table"]


def run_color(number: int) -> str:
    """Return the color of run `number` (counted from 1); the number distinguishes runs that share one."""
    return COLORS[(number - 1) % len(COLORS)]


def chart(runs: Sequence[Run], chosen: Collection[int], progress: TrainingProgress | None = None) -> str:
    """Return one SVG: the chosen runs (counted from 1) by epoch, training solid, validation dashed; and by time.

    progress: a run under way, called "now", in the color that it will have in the table.
    """
    shown = [(number, runs[number - 1]) for number in sorted(chosen) if number <= len(runs)]
    histories = [(str(number), number, run.curves) for number, run in shown]
    if progress:
        histories.append(("now", len(runs) + 1, progress.history_so_far()))
    metric = runs[-1].metric if runs else curves.main_metric(histories[-1][2]) if histories else "accuracy"
    by_epoch, by_time = [], []
    for name, number, history in histories:
        training, validation = history.get(metric, []), history.get(f"val_{metric}", [])
        by_epoch.append(Line(training, "" if validation else name, run_color(number)))
        by_epoch.append(Line(validation, name, run_color(number), dashed=True))
    for number, run in shown:
        value = run.training if run.validation is None else run.validation
        if value is not None:
            by_time.append(Line([(run.seconds, value)], str(number), run_color(number)))
    title, epochs = metric.replace("_", " "), max(1, progress.epochs if progress else 1)
    panels = [
        Panel(f"{title} (solid: training, dashed: validation)", by_epoch, (0, epochs)),
        Panel(f"{title} at the end, by time", by_time, x_label="seconds"),
    ]
    return curves.svg(panels, summary(runs))


def summary(runs: Sequence[Run]) -> str:
    """Return the chart's text equivalent: how many runs, and the best."""
    if not runs:
        return "No run yet."
    count = f"{len(runs)} run{'s' * (len(runs) != 1)}."
    values = {
        number: run.validation
        for number, run in enumerate(runs, 1)
        if run.validation is not None and math.isfinite(run.validation)
    }
    if not values:
        return count
    pick = min if curves.lower_is_better(runs[-1].metric) else max
    best = pick(values, key=lambda number: values[number])
    return f"{count} Best on the validation data: run {best}, {runs[best - 1]}."


def table(runs: Sequence[Run]) -> str:
    """Return all runs as an HTML table, newest last, each number with its color."""
    if not runs:
        return "<p>No run yet. Press Start.</p>"
    settings = list(dict.fromkeys(name for run in runs for name in run.settings))
    head = ["run", *settings, "images", "parameters", "seconds", "training", "validation", ""]
    rows = [
        [f'<span style="color:{run_color(number)}">●</span> {number}', *map(escape, _cells(run, settings))]
        for number, run in enumerate(runs, 1)
    ]
    metric = runs[-1].metric.replace("_", " ")
    return _html(f"training and validation {metric} after the last epoch", head, rows)


def _cells(run: Run, settings: Sequence[str]) -> list[str]:
    cells = [str(run.settings.get(name, "–")) for name in settings]
    cells += ["–" if run.images is None else f"{run.images:,}", f"{run.parameters:,}", f"{run.seconds:.1f}"]
    cells += ["–" if value is None else f"{value:.3f}" for value in (run.training, run.validation)]
    return [*cells, "stopped" if run.stopped else ""]


def layers_html(layers: Sequence[tuple[str, str, int]]) -> str:
    """Return rows of (layer, output shape, parameters) as an HTML table, with the sum of the parameters."""
    rows = [[escape(name), escape(shape), f"{count:,}"] for name, shape, count in layers]
    rows.append(["<b>together</b>", "", f"<b>{sum(count for _, _, count in layers):,}</b>"])
    return _html("the network, before it is trained", ["layer", "what leaves it", "parameters"], rows)


def _html(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with headings for screen readers; `rows` are HTML already, caption and head are text."""
    cell = 'style="padding:2px 10px 2px 0;text-align:left"'
    top = "".join(f'<th scope="col" {cell}>{escape(name.replace("_", " "))}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td {cell}>{text}</td>" for text in row) + "</tr>" for row in rows)
    return (
        f'<table style="color:inherit;line-height:1.4"><caption style="text-align:left">{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )
