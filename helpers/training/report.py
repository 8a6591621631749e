"""Runs compared, as HTML: one chart, one table; and the layers of a network before training."""

import math
import re
from collections.abc import Collection, Sequence
from html import escape

from helpers.plots import charts, curves
from helpers.plots.charts import Line, Panel
from helpers.plots.figures import COLORS
from helpers.training.progress import TrainingProgress
from helpers.training.runs import Run

CHART_SIZE, TIME_SIZE = (560, 320), (300, 220)  # width and height, in pixels


def run_color(number: int) -> str:
    """Return the color of run `number` (counted from 1); the number distinguishes runs that share one."""
    return COLORS[(number - 1) % len(COLORS)]


def chart(runs: Sequence[Run], chosen: Collection[int], progress: TrainingProgress | None = None) -> str:
    """Return an SVG: the chosen runs (counted from 1) by epoch, the best of all runs with a ring.

    progress: a run under way, called "now", in the color that it will have in the table.
    """
    histories = [(f"run {number}", number, run.curves) for number, run in _chosen(runs, chosen)]
    if progress:
        histories.append(("now", len(runs) + 1, progress.history_so_far()))
    metric = runs[-1].metric if runs else curves.main_metric(histories[-1][2]) if histories else "accuracy"
    lines, winner = [], best(runs) if len(runs) > 1 else None
    for name, number, history in histories:
        training, validation, color = history.get(metric, []), history.get(f"val_{metric}", []), run_color(number)
        label = f"{name}, best" if number == winner else name
        lines.append(
            Line(training, "" if validation else label, color, faint=bool(validation), name=f"{name} training")
        )
        ring = validation[-1] if validation and number == winner else None
        lines.append(Line(validation, label, color, dashed=True, best=ring, name=f"{name} validation"))
    title = f"{metric.replace('_', ' ')} (solid: training, dashed: validation)"
    panel = Panel(title, lines, (0, max(1, progress.epochs if progress else 1)))
    return charts.svg([panel], summary(runs), *CHART_SIZE)


def time_chart(runs: Sequence[Run], chosen: Collection[int]) -> str:
    """Return an SVG: what the chosen runs (counted from 1) reached, by the seconds they took."""
    lines = []
    for number, run in _chosen(runs, chosen):
        value = run.training if run.validation is None else run.validation
        if value is not None:
            lines.append(Line([(run.seconds, value)], str(number), run_color(number), name=f"run {number}"))
    metric = runs[-1].metric.replace("_", " ") if runs else "accuracy"
    return charts.svg([Panel(f"{metric} at the end, by time", lines, x_label="seconds")], summary(runs), *TIME_SIZE)


def _chosen(runs: Sequence[Run], chosen: Collection[int]) -> list[tuple[int, Run]]:
    return [(number, runs[number - 1]) for number in sorted(chosen) if number <= len(runs)]


def best(runs: Sequence[Run]) -> int | None:
    """Return the number of the run that is best on the validation data after its last epoch; None without such data."""
    values = {number: run.validation for number, run in enumerate(runs, 1) if run.validation is not None}
    finite = [number for number, value in values.items() if math.isfinite(value)]
    pick = min if runs and curves.lower_is_better(runs[-1].metric) else max
    return pick(finite, key=lambda number: values[number], default=None)


def summary(runs: Sequence[Run]) -> str:
    """Return the chart's text equivalent: how many runs, and the best."""
    if not runs:
        return "No run yet."
    count = f"{len(runs)} run{'s' * (len(runs) != 1)}."
    winner = best(runs)
    return f"{count} Best on the validation data: run {winner}, {runs[winner - 1]}." if winner else count


def table(runs: Sequence[Run]) -> str:
    """Return all runs as an HTML table, newest last, each row in its color; what no run has gets no column."""
    if not runs:
        return "<p>No run yet. Press Start.</p>"
    winner = best(runs) if len(runs) > 1 else None
    settings = dict.fromkeys(name for run in runs for name in run.settings)
    columns = [
        ("run", [f"{number}" for number in range(1, len(runs) + 1)]),
        *((name, [str(run.settings.get(name, "")) for run in runs]) for name in settings),
        ("images", ["" if run.images is None else f"{run.images:,}" for run in runs]),
        ("parameters", [f"{run.parameters:,}" for run in runs]),
        ("seconds", [f"{run.seconds:.1f}" for run in runs]),
        ("training", ["" if run.training is None else f"{run.training:.3f}" for run in runs]),
        ("validation", ["" if run.validation is None else f"{run.validation:.3f}" for run in runs]),
        ("", [_remark(run, number == winner) for number, run in enumerate(runs, 1)]),
    ]
    columns = [(name, texts) for name, texts in columns if any(texts)]
    body = []
    for row in range(len(runs)):
        color = run_color(row + 1)
        swatch = f"display:inline-block;width:12px;height:12px;margin-right:8px;background:{color}"
        cells = [escape(texts[row] or "–" * bool(name)) for name, texts in columns]
        cells[0] = f'<span style="{swatch}"></span>{cells[0]}'
        body.append((f'style="background:{color}22"', cells))
    metric = runs[-1].metric.replace("_", " ")
    return _html(f"training and validation {metric} after the last epoch", [name for name, _ in columns], body)


def _remark(run: Run, is_best: bool) -> str:
    return ", ".join(["best"] * is_best + ["stopped"] * run.stopped)


def layers_html(layers: Sequence[tuple[str, str, int]]) -> str:
    """Return rows of (layer, output shape, parameters) as an HTML table, with the sum of the parameters."""
    rows = [("", [escape(name), escape(shape), f"{count:,}"]) for name, shape, count in layers]
    rows.append(("", ["<b>together</b>", "", f"<b>{sum(count for _, _, count in layers):,}</b>"]))
    return _html("the network, before it is trained", ["layer", "what leaves it", "parameters"], rows)


def _html(caption: str, head: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Return a table with headings for screen readers; `rows` are (attributes, cells) and HTML already, the rest is text."""
    words = [
        bool(number and all(re.search(r"\d|^–?$", cells[number]) for _, cells in rows)) for number in range(len(head))
    ]
    style = [f'style="padding:2px 8px;text-align:{"right" if number else "left"}"' for number in words]
    top = "".join(
        f'<th scope="col" {s}>{escape(name.replace("_", " "))}</th>' for name, s in zip(head, style, strict=True)
    )
    body = "".join(
        f"<tr {row}>" + "".join(f"<td {s}>{text}</td>" for text, s in zip(cells, style, strict=True)) + "</tr>"
        for row, cells in rows
    )
    return (
        f'<table><caption style="text-align:left">{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
    )
