"""Runs beside each other, as HTML: one chart, one table; and the layers of a network before it is trained."""

import math
from collections.abc import Collection, Mapping, Sequence
from html import escape

from helpers.plots import curves
from helpers.plots.curves import RUN_COLORS, Line, Panel, main_metric
from helpers.plots.figures import lower_is_better
from helpers.training.progress import TrainingProgress
from helpers.training.runs import Run


def run_color(number: int) -> str:
    """The color of run `number` (counted from 1) in chart and table; the number tells apart those that share one."""
    return RUN_COLORS[(number - 1) % len(RUN_COLORS)]


def chart(runs: Sequence[Run], chosen: Collection[int], now: TrainingProgress | None = None) -> str:
    """One SVG: the chosen runs (counted from 1) by epoch, training solid, validation dashed; and value against time.

    `now` is a training under way; it is drawn as "now", in the color that its run will have.
    """
    metric = runs[-1].metric if runs else main_metric(now.growing()) if now else "accuracy"
    kept = [(number, runs[number - 1]) for number in sorted(chosen) if number <= len(runs)]
    drawn = [(str(number), number, run.curves) for number, run in kept]
    if now:
        drawn.append(("now", len(runs) + 1, now.growing()))
    by_epoch, by_time = [], []
    for name, number, found in drawn:
        training, validation = found.get(metric, ()), found.get(f"val_{metric}", ())
        by_epoch.append(Line(training, "" if validation else name, run_color(number)))
        by_epoch.append(Line(validation, name, run_color(number), dashed=True))
    for number, run in kept:
        value = run.training if run.validation is None else run.validation
        by_time += [] if value is None else [Line([(run.seconds, value)], str(number), run_color(number))]
    name = metric.replace("_", " ")
    panels = [
        Panel(f"{name} (solid: training, dashed: validation)", by_epoch, (0, max(1, now.epochs if now else 1))),
        Panel(f"{name} at the end, by time", by_time, (0, 1), "seconds"),
    ]
    return curves.svg(panels, summary(runs))


def summary(runs: Sequence[Run]) -> str:
    """The runs in one or two sentences, for whoever cannot see the chart."""
    if not runs:
        return "No run yet."
    count = f"{len(runs)} run{'s' * (len(runs) != 1)}."
    values = {number: run.validation for number, run in enumerate(runs, 1)}
    values = {number: value for number, value in values.items() if value is not None and math.isfinite(value)}
    if not values:
        return count
    pick = min if lower_is_better(runs[-1].metric) else max
    best = pick(values, key=values.get)
    return f"{count} Best on the validation data: run {best}, {runs[best - 1]}."


def table(runs: Sequence[Run]) -> str:
    """All runs as an HTML table, newest last, with its color beside each number."""
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
    """Rows of (layer, output shape, parameters) as an HTML table, with the sum of the parameters."""
    rows = [[escape(name), escape(shape), f"{count:,}"] for name, shape, count in layers]
    rows.append(["<b>together</b>", "", f"<b>{sum(count for _, _, count in layers):,}</b>"])
    return _html("the network, before it is trained", ["layer", "what leaves it", "parameters"], rows)


def _html(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with headings for screen readers; `rows` are HTML already, caption and head are text."""
    cell = 'style="padding:2px 10px 2px 0;text-align:left"'
    top = "".join(f'<th scope="col" {cell}>{escape(name.replace("_", " "))}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td {cell}>{text}</td>" for text in row) + "</tr>" for row in rows)
    return (
        f'<table style="color:inherit;line-height:1.4"><caption style="text-align:left">{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )


def format_settings(settings: Mapping[str, object]) -> str:
    """Settings for people: "hidden 50, batch size 32"."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in settings.items())
