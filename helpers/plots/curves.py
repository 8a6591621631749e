"""Training curves as a small SVG: drawn in under a millisecond, so a live view can follow a training.

Text and axes take the color of the page (`currentColor`), and every line color keeps a contrast of at least 3:1 on
white and on near-black: one drawing serves light and dark themes. Training is solid, validation dashed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.plots import figures

# Blue, vermilion and green of Okabe and Ito (2008), which the color-blind can tell apart, and three to go with them.
RUN_COLORS = ("#0072B2", "#D55E00", "#009E73", "#B8609A", "#8C6D1F", "#767676")
LEFT, RIGHT, TOP, BOTTOM = 44, 80, 24, 34  # margins of a panel, in pixels


@dataclass(frozen=True)
class Line:
    """Points (x, y) joined by a line; a point whose y is not finite is left out."""

    points: Sequence[tuple[float, float]]
    label: str = ""
    color: str = RUN_COLORS[0]
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    """One chart: its lines, and the least range of x to show."""

    title: str
    lines: Sequence[Line] = field(default_factory=tuple)
    across: tuple[float, float] = (0, 1)
    x_label: str = "epoch"


def training_metrics(history: Mapping[str, object]) -> list[str]:
    """The training metrics in a history, loss first: `["loss", "accuracy"]`; no `val_…`, no learning rate."""
    names = [name for name in history if not name.startswith("val_") and name not in ("learning_rate", "lr")]
    return sorted(names, key=lambda name: name != "loss")


def main_metric(history: Mapping[str, object]) -> str:
    """The metric that trainings are compared by: the first one that is not the loss; "loss" if there is none."""
    return (training_metrics(history)[1:] or ["loss"])[0]


def panels(history: Mapping[str, Sequence[tuple[float, float]]], epochs: int, most: int = 3) -> list[Panel]:
    """One panel per metric (at most `most`), with a training and a validation line of (epoch, value) points.

    A first value that would squeeze all others stands in the title instead (`plots.towering`).
    """
    drawn = []
    for name in training_metrics(history)[:most] or ["loss"]:
        lines = [Line(history.get(name, ()), "training", RUN_COLORS[0])]
        if f"val_{name}" in history:
            lines.append(Line(history[f"val_{name}"], "validation", RUN_COLORS[1], dashed=True))
        above = figures.first_value_towers([[y for _, y in line.points] for line in lines])
        lines = [
            replace(line, points=line.points[1:]) if line.points and line.points[0][1] in above else line
            for line in lines
        ]
        drawn.append(Panel(name.replace("_", " ") + figures.above_text(above), lines, (0, epochs)))
    return drawn


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers (steps of 1, 2 or 5 times a power of ten) from `low` to `high`, roughly `about` of them."""
    step = 10 ** math.floor(math.log10(max(high - low, 1e-9) / about))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= about + 0.5)
    return [round(step * n, 12) for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def svg(charts: Sequence[Panel], text: str, width: int = 680, height: int = 220) -> str:
    """The panels side by side as one `<svg>` of width × height pixels; `text` says the same to a screen reader."""
    each = width / max(len(charts), 1)
    body = "".join(_panel(chart, n * each, each, height) for n, chart in enumerate(charts))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(text)}" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" style="max-width:100%" fill="currentColor" font-family="sans-serif"'
        f' font-size="11">{body}</svg>'
    )


def png(charts: Sequence[Panel]) -> bytes:
    """The panels side by side as a PNG file, for a stored notebook, where nobody knows the theme of the page."""
    figure = Figure(figsize=(4.2 * len(charts), 2.8), layout="constrained")
    for axis, chart in zip(figure.subplots(1, len(charts), squeeze=False).flat, charts, strict=True):
        for line in chart.lines:
            marker = "o" if len(line.points) < 60 else ""
            style = {"color": line.color, "linestyle": "--" if line.dashed else "-", "marker": marker, "markersize": 3}
            axis.plot(*zip(*line.points, strict=True), label=line.label, **style)
        axis.set(title=chart.title, xlabel=chart.x_label)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
        if len(chart.lines) > 1:
            axis.legend(frameon=False, fontsize=8, handlelength=3.5)
    return figures.png(figure)


def _panel(chart: Panel, x0: float, width: float, height: float) -> str:
    lines = [(line, [(x, y) for x, y in line.points if math.isfinite(y)]) for line in chart.lines]
    low, high = _range([y for _, points in lines for _, y in points])
    left, right = chart.across[0], max([chart.across[1], *(x for _, points in lines for x, _ in points)])
    right = right if right > left else left + 1
    inner_width, inner_height = width - LEFT - RIGHT, height - TOP - BOTTOM

    def across(x):
        return x0 + LEFT + inner_width * (x - left) / (right - left)

    def down(y):
        return TOP + inner_height * (high - y) / (high - low)

    parts = [f'<text x="{x0 + LEFT:.0f}" y="14" font-weight="bold">{escape(chart.title)}</text>']
    for y in ticks(low, high):
        parts.append(
            f'<line x1="{across(left):.1f}" x2="{across(right):.1f}" y1="{down(y):.1f}" y2="{down(y):.1f}"'
            f' stroke="currentColor" stroke-opacity=".2"/>'
            f'<text x="{across(left) - 5:.1f}" y="{down(y) + 4:.1f}" text-anchor="end">{y:.4g}</text>'
        )
    for x in ticks(left, right, min(5, max(1, int(right - left)))):  # no halves of epochs
        parts.append(f'<text x="{across(x):.1f}" y="{height - 19}" text-anchor="middle">{x:.4g}</text>')
    parts.append(f'<text x="{across((left + right) / 2):.1f}" y="{height - 4}" text-anchor="middle">')
    parts.append(f"{escape(chart.x_label)}</text>")
    ends = []
    for line, points in lines:
        if not points:
            continue
        place = [(across(x), down(y)) for x, y in points]
        dash = ' stroke-dasharray="6 4"' if line.dashed else ""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in place)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{line.color}" stroke-width="2"{dash}/>')
        parts.extend(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{line.color}"/>' for x, y in place[-60:])
        if line.label:
            ends.append((place[-1], line))
    return "".join(parts) + _labels(ends)


def _labels(ends: list) -> str:
    """The lines' names at their ends, pushed down where they would cover each other."""
    parts, placed = [], []
    for (x, y), line in sorted(ends, key=lambda end: end[0][1]):
        lowest = max([y + 4, *(below + 12 for beside, below in placed if abs(beside - x) < 40)])
        placed.append((x, lowest))
        mark = ("┅ " if line.dashed else "━ ") if len(line.points) > 1 else ""
        parts.append(f'<text x="{x + 6:.1f}" y="{lowest:.1f}"><tspan fill="{line.color}">{mark}</tspan>')
        parts.append(f"{escape(line.label)}</text>")
    return "".join(parts)


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The least range of y with a little air; never empty."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    air = (high - low) * 0.06 or abs(high) * 0.05 or 0.5
    return low - air, high + air
