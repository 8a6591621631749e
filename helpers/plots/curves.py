"""Training curves: what a history holds, its panels, and how lessons show it.

In every chart a color is a run, a solid line training, a dashed line validation.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from helpers.plots import charts, figures
from helpers.plots.charts import Line, Panel
from helpers.plots.figures import COLORS, MARKERS
from helpers.plots.labels import plain_text

MOST_PANELS = 3  # of a live view
ERRORS = ("loss", "error", "entropy", "mse", "mae", "mape", "msle", "hinge", "poisson", "divergence", "false_")

Points = list[tuple[float, float]]  # (epoch, value): 2.0 is the end of the second epoch
History = dict[str, Points]  # by metric: "loss", "accuracy", "val_loss", …


def training_metrics(history: Mapping[str, object]) -> list[str]:
    """Return the training metrics in a history, loss first: `["loss", "accuracy"]`; no `val_…`, no learning rate."""
    names = [name for name in history if not name.startswith("val_") and name not in ("learning_rate", "lr")]
    return sorted(names, key=lambda name: name != "loss")


def main_metric(history: Mapping[str, object]) -> str:
    """Return the metric that runs are compared by: the first one that is not the loss; "loss" if there is none."""
    return (training_metrics(history)[1:] or ["loss"])[0]


def lower_is_better(metric: str) -> bool:
    """Return whether a metric measures an error: "val_loss", "mae", …; others, such as "accuracy", should rise."""
    return any(part in metric for part in ERRORS)


def history_panels(runs: Mapping[str, History], metrics: Sequence[str] = (), epochs: int = 1) -> list[Panel]:
    """Return one panel for each of `metrics` (default: the first three of the runs), with the lines of all runs.

    runs: {name: history}; the name "" is for a single run, whose best validation value gets a ring. epochs: at least so
    many are shown. A first value that would squeeze all others is in the title instead.
    """
    merged = {name: points for history in runs.values() for name, points in history.items()}
    panels = []
    for metric in metrics or training_metrics(merged)[:MOST_PANELS] or ["loss"]:
        lines = [
            line
            for number, (name, history) in enumerate(runs.items())
            for line in _run_lines(number, name, history, metric, is_alone=len(runs) == 1)
        ]
        title, lines = _without_towers(metric.replace("_", " "), lines)
        panels.append(Panel(title, lines, (0, epochs)))
    return panels


def _run_lines(number: int, name: str, history: History, metric: str, is_alone: bool) -> list[Line]:
    """Return the lines of one run in a panel: training, validation, or both."""
    lines, color, marker = [], COLORS[number % len(COLORS)], MARKERS[number % len(MARKERS)]
    for is_validation, key in enumerate((metric, f"val_{metric}")):
        if history.get(key):
            label = f"{name} {'validation' if is_validation else 'training'}".strip()
            best = best_point(metric, history[key]) if is_validation and is_alone and not name else None
            faint = not (is_alone or is_validation)
            lines.append(Line(history[key], label, color, bool(is_validation), faint, marker, best=best))
    return lines


def best_point(metric: str, points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Return the (epoch, value) at which a metric is best, the first of equals; None without two values to choose from."""
    finite = [point for point in points if math.isfinite(point[1])]
    sign = 1 if lower_is_better(metric) else -1
    return min(finite, key=lambda point: sign * point[1]) if len(finite) > 1 else None


def _without_towers(title: str, lines: Sequence[Line]) -> tuple[str, list[Line]]:
    """Return a panel's title and lines, with towering first values moved from the lines to the title."""
    towers = first_value_towers([[y for _, y in line.points] for line in lines])
    if not towers:
        return title, list(lines)
    values = " and ".join(f"{value:.2f}" for value in towers)
    shortened = [_without_first(line) if line.points[0][1] in towers else line for line in lines]
    return f"{title} (first: {values}, not drawn)", shortened


def _without_first(line: Line) -> Line:
    return replace(line, points=line.points[1:], best=None if line.best == line.points[0] else line.best)


def first_value_towers(lines: Sequence[Sequence[float]]) -> list[float]:
    """Return the first values that would squeeze all later ones to the foot of a panel: over three times their largest.

    `lines` are the values of a panel's lines by epoch. A loss that starts at 2.6 and goes on from .7 to .6 would
    otherwise look like a flat line. Empty where no line has more than two values.
    """
    later = [value for line in lines for value in line[1:]]
    if max(map(len, lines), default=0) < 3 or min(later) <= 0:
        return []
    return [float(line[0]) for line in lines if len(line) and line[0] > 3 * max(later)]


# --- in lessons ------------------------------------------------------------------------------------------------------


def show_curves(histories: Any, metrics: Sequence[str] = (), marks: Mapping[str, int] | None = None) -> None:
    """Show loss and metrics by epoch: one panel each, validation (`val_…`) dashed.

    histories: what `fit` returned, or its dict {"loss": [floats], "val_loss": [floats], …}, or several of them by
    name: {"Adam": history, "SGD": history}, or in a list. metrics: the panels, such as ["accuracy"]; default: every
    metric but the learning rate. marks: epochs that get a dotted line with a name, such as {"turn": 5}.
    Raises ValueError without an epoch to show, for what is no history, and for a metric that there is not.
    """
    runs = _runs(histories)
    if not any(points for history in runs.values() for points in history.values()):
        raise ValueError("No epoch to show yet. Pass what `fit` returned after at least one epoch.")
    names = [key.removeprefix("val_") for history in runs.values() for key in history]
    metrics = [metrics] if isinstance(metrics, str) else list(metrics) or training_metrics(dict.fromkeys(names))
    for metric in metrics:
        if metric.removeprefix("val_") not in names:
            raise ValueError(f"There is no {metric!r} in the history. It has: {', '.join(dict.fromkeys(names))}.")
    sentences = [history_text(name, metric, history) for metric in metrics for name, history in runs.items()]
    figure = charts.figure(history_panels(runs, metrics))
    for label, epoch in (marks or {}).items():
        sentences.append(f"Marked: {label}, epoch {epoch}.")
        for axis in figure.axes:
            axis.axvline(epoch, color=figures.INK, linestyle=":", zorder=0)
            axis.text(epoch, 1, f" {plain_text(label)}", transform=axis.get_xaxis_transform(), va="top").set_in_layout(
                False
            )
    figures.show(figure, " ".join(filter(None, sentences)))


def _runs(histories: Any) -> dict[str, History]:
    """Return whatever `show_curves` takes as {name: history}; a single run has the name ""."""
    given = histories
    while hasattr(histories, "history"):  # a network has what its last `fit` returned
        histories = histories.history
    try:
        if not isinstance(histories, Mapping):
            histories = {f"run {number}": run for number, run in enumerate(histories, 1)}
        if all(isinstance(values, list | tuple | np.ndarray) for values in histories.values()):
            histories = {"": histories}
        return {
            str(name): {key: _points(values) for key, values in getattr(run, "history", run).items()}
            for name, run in histories.items()
        }
    except (TypeError, ValueError, AttributeError):
        raise ValueError(
            f"This is no history: {given!r:.80}. Pass what `fit` returned, or several of them by name."
        ) from None


def _points(values: Sequence) -> Points:
    """Return values by epoch; none of a metric that has a value for each class."""
    return [] if any(map(np.ndim, values)) else [(epoch, float(value)) for epoch, value in enumerate(values, 1)]


def history_text(name: str, metric: str, history: History) -> str:
    """Return a panel's lines of one run in words; "" without points."""
    keys = {"training": metric, "validation": f"val_{metric}"}
    values = {kind: [y for _, y in history.get(key, [])] for kind, key in keys.items()}
    parts = [
        f"{kind} {ys[0]:.3f} to {ys[-1]:.3f}" if len(ys) > 1 else f"{kind} {ys[0]:.3f}"
        for kind, ys in values.items()
        if ys
    ]
    if not parts:
        return ""
    if best := best_point(metric, history.get(keys["validation"], [])):
        parts.append(f"best validation {best[1]:.3f} in epoch {best[0]:.0f}")
    count = max(map(len, values.values()))
    return f"{f'{name}: ' if name else ''}{metric} over {count} epoch{'s' * (count != 1)}: {', '.join(parts)}."


def show_bands(runs: Mapping[str, Mapping[str, Sequence]], metrics: Sequence[str]) -> None:
    """Show runs with several seeds: the mean by epoch, and a band from the lowest to the highest seed.

    runs: {name: {metric: [values of one seed by epoch, …]}}, as `results.seed_curves` returns it; all seeds of a run
    have the same number of epochs. metrics: one panel each; training and validation of one metric have the same scale.
    Raises ValueError without an epoch to show.
    """
    runs = {name: seeds for name, seeds in runs.items() if any(len(seeds.get(metric, [])) for metric in metrics)}
    if not runs:
        raise ValueError("No epoch to show yet. Measure at least one seed first.")
    panels, sentences = [], []
    for metric in metrics:
        lines = []
        for number, (name, measured) in enumerate(runs.items()):
            seeds = np.asarray(measured[metric], float)
            lines.append(_band_line(number, name, seeds, metric.startswith("val_")))
            last, count = seeds[:, -1], len(seeds)
            end = f"{last.min():.3f} to {last.max():.3f}" if count > 1 else f"{last[0]:.3f}"
            epochs = f"{name}: {metric} after {seeds.shape[1]} epochs"
            sentences.append(f"{epochs} {end} ({count} seed{'s' * (count > 1)}).")
        kind = "validation " if metric.startswith("val_") else "training " if f"val_{metric}" in metrics else ""
        panels.append(Panel(f"{kind}{metric.removeprefix('val_').replace('_', ' ')}", lines))
    figure = charts.figure(panels)
    if len({metric.removeprefix("val_") for metric in metrics}) == 1:
        limits = charts.y_range([line for panel in panels for line in panel.lines])
        for axis in figure.axes:
            axis.set_ylim(*limits)
    figures.show(figure, " ".join(sentences))


def _band_line(number: int, name: str, seeds: np.ndarray, dashed: bool) -> Line:
    epochs = range(1, seeds.shape[1] + 1)
    band = zip(epochs, seeds.min(axis=0), seeds.max(axis=0), strict=True)
    look = number % len(COLORS)
    points = list(zip(epochs, seeds.mean(axis=0), strict=True))
    return Line(points, name, COLORS[look], dashed, marker=MARKERS[look], band=list(band))
