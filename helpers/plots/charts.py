"""The one renderer of line charts: panels of lines, as an SVG for a page or as a Matplotlib figure.

The SVG takes under a millisecond, so it can follow a live run. Its text and axes take the color of the page
(`currentColor`), and the line colors keep a contrast of at least 3:1 on white and on near-black: it serves light and
dark themes. Notebook files keep the figure as a PNG: JupyterLab shows no SVG in a notebook that it does not trust.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.plots.figures import COLORS, plain_text

Point = tuple[float, float]

WIDTH, HEIGHT = 680, 220  # of an SVG, in pixels
LEFT, RIGHT, TOP, BOTTOM = 44, 80, 24, 34  # margins of a panel of it
LEGEND: dict[str, Any] = {"fontsize": 8, "frameon": False, "handlelength": 3.5}
MOST_IN_PANEL = 3  # lines whose legend is inside the panel
MOST_DOTS = 60  # more points of a line would run together


@dataclass(frozen=True)
class Line:
    """Points (x, y) joined by a line; a point whose y is not finite is left out."""

    points: Sequence[Point]
    label: str = ""
    color: str = COLORS[0]
    dashed: bool = False
    faint: bool = False  # thinner and paler
    marker: str = "o"  # Matplotlib's name; an SVG has dots only
    band: Sequence[tuple[float, float, float]] = ()  # (x, lowest, highest), filled in the line's color


@dataclass(frozen=True)
class Panel:
    """One chart. `x_range` is the least that an SVG shows of the x axis, so that it need not change during a run."""

    title: str
    lines: Sequence[Line] = ()
    x_range: tuple[float, float] = (0, 1)
    x_label: str = "epoch"


# --- Matplotlib ------------------------------------------------------------------------------------------------------


def figure(panels: Sequence[Panel]) -> Figure:
    """Return the panels next to each other as a figure of 4.3 × 3 inches a panel; a long legend is below them."""
    result = Figure(figsize=(4.3 * len(panels), 3), layout="constrained")
    for axis, panel in zip(result.subplots(1, len(panels), squeeze=False).flat, panels, strict=True):
        for line in panel.lines:
            _plot(axis, line)
        axis.set(title=plain_text(panel.title), xlabel=panel.x_label)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    longest = max(result.axes, key=lambda axis: len(axis.lines), default=None)
    if longest and len(longest.lines) > MOST_IN_PANEL:  # inside the panels it would cover the lines
        columns = 2 * len(panels)
        result.set_figheight(3 + 0.2 * math.ceil(len(longest.lines) / columns))
        result.legend(handles=longest.lines, loc="outside lower center", ncols=columns, **LEGEND)
        return result
    for axis in result.axes:
        if len(axis.lines) > 1:
            axis.legend(**LEGEND).set_in_layout(False)  # a long name must not squeeze the panel
    return result


def _plot(axis: Axes, line: Line) -> None:
    emphasis = {"linewidth": 1, "alpha": 0.55, "markerfacecolor": "none"} if line.faint else {"linewidth": 1.8}
    axis.plot(
        *zip(*line.points, strict=True),
        color=line.color,
        linestyle="--" if line.dashed else "-",
        marker=line.marker,
        markersize=4,
        markevery=max(1, len(line.points) // 10),
        label=plain_text(line.label),
        **emphasis,
    )
    if line.band:
        epochs, lowest, highest = zip(*line.band, strict=True)
        axis.fill_between(epochs, lowest, highest, color=line.color, alpha=0.18, linewidth=0)


# --- SVG -------------------------------------------------------------------------------------------------------------


def svg(panels: Sequence[Panel], text: str) -> str:
    """Return the panels next to each other as one `<svg>`; `text` says the same to a screen reader."""
    width = WIDTH / max(len(panels), 1)
    body = "".join(_panel(panel, number * width, width) for number, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(text)}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{WIDTH}" height="{HEIGHT}" style="max-width:100%" fill="currentColor" font-family="sans-serif"'
        f' font-size="11">{body}</svg>'
    )


@dataclass(frozen=True)
class _Scale:
    """The frame of a panel in pixels, and the values at its edges."""

    x0: float
    width: float
    left: float
    right: float
    low: float
    high: float

    def x(self, value: float) -> float:
        return self.x0 + LEFT + (self.width - LEFT - RIGHT) * (value - self.left) / (self.right - self.left)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - value) / (self.high - self.low)

    def polygon(self, points: Sequence[Point]) -> str:
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)


def _panel(panel: Panel, x0: float, width: float) -> str:
    lines = [(line, [(x, y) for x, y in line.points if math.isfinite(y)]) for line in panel.lines]
    lines = [(line, points) for line, points in lines if points]
    xs = [x for _, points in lines for x, _ in points]
    ys = [y for _, points in lines for _, y in points] + [
        y for line, _ in lines for edge in line.band for y in edge[1:]
    ]
    left, right = panel.x_range[0], max([panel.x_range[1], *xs])
    scale = _Scale(x0, width, left, right if right > left else left + 1, *_padded_range(ys))
    drawn = "".join(_line(line, points, scale) for line, points in lines)
    return _axes(panel, scale) + drawn + _labels(lines, scale)


def _axes(panel: Panel, scale: _Scale) -> str:
    left, right = scale.x(scale.left), scale.x(scale.right)
    parts = [f'<text x="{left:.0f}" y="14" font-weight="bold">{escape(panel.title)}</text>']
    for value in ticks(scale.low, scale.high):
        y = scale.y(value)
        parts.append(
            f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor"'
            f' stroke-opacity=".2"/><text x="{left - 5:.1f}" y="{y + 4:.1f}" text-anchor="end">{value:.4g}</text>'
        )
    most = min(5, max(1, int(scale.right - scale.left)))  # no halves of epochs
    for value in ticks(scale.left, scale.right, most):
        parts.append(f'<text x="{scale.x(value):.1f}" y="{HEIGHT - 19}" text-anchor="middle">{value:.4g}</text>')
    middle = (left + right) / 2
    parts.append(f'<text x="{middle:.1f}" y="{HEIGHT - 4}" text-anchor="middle">{escape(panel.x_label)}</text>')
    return "".join(parts)


def _line(line: Line, points: Sequence[Point], scale: _Scale) -> str:
    dash = ' stroke-dasharray="6 4"' if line.dashed else ""
    stroke = 'stroke-width="1" stroke-opacity=".6"' if line.faint else 'stroke-width="2"'
    edge = [(x, low) for x, low, _ in line.band] + [(x, high) for x, _, high in reversed(line.band)]
    parts = [f'<polygon points="{scale.polygon(edge)}" fill="{line.color}" fill-opacity=".18"/>'] if edge else []
    parts.append(f'<polyline points="{scale.polygon(points)}" fill="none" stroke="{line.color}" {stroke}{dash}/>')
    parts += [
        f'<circle cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}" r="2.5" fill="{line.color}"/>'
        for x, y in points[-MOST_DOTS:]
    ]
    return "".join(parts)


def _labels(lines: Sequence[tuple[Line, Sequence[Point]]], scale: _Scale) -> str:
    """Return the names at the ends of the lines, pushed down where they would cover each other."""
    parts: list[str] = []
    placed: list[Point] = []
    ends = [(scale.x(points[-1][0]), scale.y(points[-1][1]), line) for line, points in lines if line.label]
    for x, y, line in sorted(ends, key=lambda end: end[1]):
        lowest = max([y + 4, *(above + 12 for other, above in placed if abs(other - x) < 40)])
        placed.append((x, lowest))
        dash = ("┅ " if line.dashed else "━ ") if len(line.points) > 1 else ""
        parts.append(f'<text x="{x + 6:.1f}" y="{lowest:.1f}"><tspan fill="{line.color}">{dash}</tspan>')
        parts.append(f"{escape(line.label)}</text>")
    return "".join(parts)


def _padded_range(values: Sequence[float]) -> tuple[float, float]:
    """Return the range of the values with a little air; never empty."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    air = (high - low) * 0.06 or abs(high) * 0.05 or 0.5
    return low - air, high + air


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers (steps of 1, 2 or 5 times a power of ten) from `low` to `high`, roughly `about` of them."""
    step = 10 ** math.floor(math.log10(max(high - low, 1e-9) / about))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= about + 0.5)
    return [round(step * n, 12) for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
