"""The one renderer of line charts: panels of lines, as an SVG for a page or as a Matplotlib figure.

The SVG takes about a millisecond, so it can follow a live run. Its text and axes take the color and the font of the page
(`currentColor`), and the line colors keep a contrast of at least 3:1 on white and on near-black: it serves light and
dark themes. Notebook files keep the figure as a PNG, because neither GitHub nor JupyterLab in a notebook that it does not
trust shows an SVG.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.plots.figures import COLORS
from helpers.plots.labels import plain_text

Point = tuple[float, float]

WIDTH, HEIGHT = 700, 240  # of an SVG, in pixels
LEFT, TOP, BOTTOM = 48, 28, 40  # margins of a panel of it; the right one is as wide as its labels
LETTER, LABEL_HEIGHT, SAMPLE = (
    6.5,
    16,
    20,
)  # width of a letter on average, height of a label, length of its piece of line
LONGEST_LABEL = 18  # letters
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
    best: Point | None = None  # a point with a ring around it
    name: str = ""  # what the browser calls the line where the pointer is near it; default: the label


@dataclass(frozen=True)
class Panel:
    """One chart. `x_range` is the least that is shown of the x axis, so that it need not change during a run."""

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
        axis.set_xlim(*_padded(panel.x_range, axis.dataLim.intervalx))
        axis.set_ylim(*y_range(panel.lines))
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
    emphasis = {"linewidth": 1.2, "alpha": 0.75, "markerfacecolor": "none"} if line.faint else {"linewidth": 1.8}
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
    if line.best:
        axis.scatter(*line.best, s=80, facecolors="none", edgecolors=line.color, linewidths=1.5)
    if line.band:
        epochs, lowest, highest = zip(*line.band, strict=True)
        axis.fill_between(epochs, lowest, highest, color=line.color, alpha=0.18, linewidth=0)


# --- SVG -------------------------------------------------------------------------------------------------------------


def svg(panels: Sequence[Panel], text: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Return the panels next to each other as one `<svg>` of so many pixels; `text` says the same to a screen reader."""
    each = width / max(len(panels), 1)
    body = "".join(_panel(panel, number * each, each, height) for number, panel in enumerate(panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(text)}" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" style="max-width:100%;height:auto" fill="currentColor" font-size="12">'
        f"{body}</svg>"
    )


@dataclass(frozen=True)
class _Scale:
    """The frame of a panel in pixels, (left, right, top, bottom), and the values at its edges."""

    frame: tuple[float, float, float, float]
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        (left, right, _, _), (low, high) = self.frame, self.x_range
        return left + (right - left - 8) * (value - low) / (high - low)  # the last point is not on the edge

    def y(self, value: float) -> float:
        (_, _, top, bottom), (low, high) = self.frame, self.y_range
        return top + (bottom - top) * (high - value) / (high - low)

    def polygon(self, points: Sequence[Point]) -> str:
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)


def _panel(panel: Panel, x0: float, width: float, height: float) -> str:
    lines = [(line, [point for point in line.points if math.isfinite(point[1])]) for line in panel.lines]
    lines = [(line, points) for line, points in lines if points]
    longest = max((len(_short(line.label)) for line, _ in lines if line.label), default=0)
    right = x0 + width - (SAMPLE + 16 + LETTER * longest if longest else 12)
    xs = [x for _, points in lines for x, _ in points]
    low, high = panel.x_range[0], max([panel.x_range[1], *xs])
    x_range = (low, high if high > low else low + 1)
    scale = _Scale((x0 + LEFT, right, TOP, height - BOTTOM), x_range, y_range([line for line, _ in lines]))
    return _axes(panel, scale) + "".join(_line(*line, scale, panel.x_label) for line in lines) + _labels(lines, scale)


def _axes(panel: Panel, scale: _Scale) -> str:
    left, right, _, bottom = scale.frame
    parts = [f'<text x="{left:.0f}" y="14" font-weight="600">{escape(panel.title)}</text>']
    for value in ticks(*scale.y_range):
        y = scale.y(value)
        parts.append(
            f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor"'
            f' stroke-opacity=".2"/><text x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{value:.4g}</text>'
        )
    most = min(5, max(1, int(scale.x_range[1] - scale.x_range[0])))  # no halves of epochs
    for value in ticks(*scale.x_range, most):
        parts.append(f'<text x="{scale.x(value):.1f}" y="{bottom + 17:.1f}" text-anchor="middle">{value:.4g}</text>')
    parts.append(
        f'<text x="{(left + right) / 2:.1f}" y="{bottom + 34:.1f}" text-anchor="middle">{escape(panel.x_label)}</text>'
    )
    return "".join(parts)


def _look(line: Line) -> str:
    dash = ' stroke-dasharray="6 4"' if line.dashed else ""
    return (
        f'stroke="{line.color}" '
        + ('stroke-width="1.2" stroke-opacity=".7"' if line.faint else 'stroke-width="2"')
        + dash
    )


def _line(line: Line, points: Sequence[Point], scale: _Scale, x_label: str) -> str:
    edge = [(x, low) for x, low, _ in line.band] + [(x, high) for x, _, high in reversed(line.band)]
    parts = [f'<polygon points="{scale.polygon(edge)}" fill="{line.color}" fill-opacity=".18"/>'] if edge else []
    parts.append(f'<polyline points="{scale.polygon(points)}" fill="none" {_look(line)}/>')
    parts += [
        f'<circle cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}" r="2.5" data-x="{x:.4g}" data-y="{y:.4g}"/>'
        for x, y in points[-MOST_DOTS:]
    ]
    if line.best:
        parts.append(f'<ellipse cx="{scale.x(line.best[0]):.1f}" cy="{scale.y(line.best[1]):.1f}" rx="6" ry="6"')
        parts.append(f' fill="none" stroke="{line.color}" stroke-width="2"/>')
    name = escape(line.name or line.label)
    return f'<g fill="{line.color}" data-line="{name}" data-along="{escape(x_label)}">{"".join(parts)}</g>'


def _labels(lines: Sequence[tuple[Line, Sequence[Point]]], scale: _Scale) -> str:
    """Return the names of the lines, right of the frame, as close to their ends as there is room."""
    _, right, top, bottom = scale.frame
    ends = sorted(((scale.y(points[-1][1]), line) for line, points in lines if line.label), key=lambda end: end[0])
    places: list[float] = []
    for y, _ in ends:
        places.append(max([y, top, *(place + LABEL_HEIGHT for place in places[-1:])]))
    lowest = bottom
    for number in reversed(range(len(places))):
        places[number] = min(places[number], lowest)
        lowest = places[number] - LABEL_HEIGHT
    x = right + 8
    return "".join(
        f'<line x1="{x:.1f}" x2="{x + SAMPLE:.1f}" y1="{y:.1f}" y2="{y:.1f}" {_look(line)}/>'
        f'<text x="{x + SAMPLE + 4:.1f}" y="{y + 4:.1f}">{escape(_short(line.label))}</text>'
        for y, (_, line) in zip(places, ends, strict=True)
    )


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def y_range(lines: Sequence[Line]) -> tuple[float, float]:
    """Return the range of the y axis: all values with a little air; never empty, and wide around a single epoch.

    Shares (0 to 1) stay within 0 and 1, and what is never negative gets no negative axis.
    """
    points = [y for line in lines for _, y in line.points] + [
        y for line in lines for edge in line.band for y in edge[1:]
    ]
    values = [y for y in points if math.isfinite(y)]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    is_single = len({x for line in lines for x, _ in line.points}) == 1
    largest = max(abs(low), abs(high))
    least = (0.2 * (1 if 0 <= low <= high <= 1 else largest)) if is_single else 0.01 * largest
    air = max((high - low) * 0.06, (least - (high - low)) / 2)
    bottom = max(low - air, 0) if low >= 0 else low - air
    top = min(high + air, 1.0) if high <= 1 and low >= 0 else high + air
    return (bottom, top) if top > bottom else (bottom, bottom + 1)


def _padded(least: tuple[float, float], shown: Sequence[float]) -> tuple[float, float]:
    """Return the range of a figure's x axis: from `least`, and as far as the points go."""
    low, high = least[0], max([least[1], *(x for x in shown if math.isfinite(x))])
    return low, high + 0.02 * (high - low)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round numbers (steps of 1, 2 or 5 times a power of ten) from `low` to `high`, roughly `about` of them."""
    step = 10 ** math.floor(math.log10(max(high - low, 1e-9) / about))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= about + 0.5)
    return [round(step * n, 12) for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
