"""The base of all diagrams: `Drawing` collects shapes, `Diagram` is the finished SVG with its text equivalent.

    drawing = Drawing(300, 100)
    drawing.line(20, 50, 280, 50)
    drawing.text(150, 40, "a line")
    drawing.finish("A line", "A line from left to right.")   # the last expression of a cell shows it

A page that lets scripts run (a notebook that ran here, the HTML edition, Colab) gets the SVG itself, whose ink follows the
theme. Where none may run (JupyterLab's first look at a notebook, GitHub) the same SVG is an image on white paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote

import numpy as np

from helpers.images.encode import image_address
from helpers.plots.figures import COLORS

BLUE, ORANGE, GREEN = COLORS[:3]
INK = "currentColor"
MINUS = "−"


@dataclass(frozen=True)
class Diagram:
    """An SVG of `width` × `height` pixels: `body` is its content, `text` says the same in words."""

    title: str
    text: str
    body: str
    width: float
    height: float

    def svg(self, style: str = "color: var(--jp-ui-font-color1, currentColor)") -> str:
        """Return the `<svg>` element. `style` sets its ink (`color`), by default that of JupyterLab's theme or the page."""
        size = f'viewBox="0 0 {self.width:g} {self.height:g}" width="{self.width:g}" height="{self.height:g}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(self.text)}" {size}'
            f' style="max-width: 100%; height: auto; {style}" fill="currentColor" font-family="sans-serif" font-size="13">'
            f"<title>{escape(self.title)}</title><desc>{escape(self.text)}</desc>{self.body}</svg>"
        )

    def image_html(self) -> str:
        """Return an `<img>` of the diagram on white paper, which is shown where no script runs."""
        paper = quote(self.svg("color: #222; background: white"), safe=" =:/'")
        return f'<img src="data:image/svg+xml,{paper}" alt="{escape(self.text)}" style="max-width: 100%">'

    def _repr_html_(self) -> str:
        swap = f"document.currentScript.previousElementSibling.innerHTML = {_in_script(self.svg())}"
        return f"<div>{self.image_html()}</div><script>{swap}</script>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self._repr_html_(), "text/plain": f"{self.title}. {self.text}"}


def _in_script(svg: str) -> str:
    """Return the SVG as a JavaScript string."""
    return "'" + svg.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ").replace("</", "<\\/") + "'"


class Drawing:
    """Shapes on a plane of `width` × `height` pixels; y grows downward. Colors: `INK`, which follows the theme, or any of CSS."""

    def __init__(self, width: float, height: float):
        self.width, self.height = width, height
        self._parts: list[str] = []

    def _add(self, tag: str, content: str = "", **attributes: Any) -> None:
        pairs = "".join(
            f' {name.strip("_").replace("_", "-")}="{value:.4g}"'
            if isinstance(value, float)
            else f' {name.strip("_").replace("_", "-")}="{escape(str(value))}"'
            for name, value in attributes.items()
            if value is not None
        )
        self._parts.append(f"<{tag}{pairs}>{content}</{tag}>" if content else f"<{tag}{pairs}/>")

    def text(self, x: float, y: float, text: str, anchor: str = "middle", **attributes: Any) -> None:
        """Write `text` with its baseline at y; `anchor` is "start", "middle" or "end"."""
        self._add("text", escape(text), x=float(x), y=float(y), text_anchor=anchor, **attributes)

    def line(self, x1: float, y1: float, x2: float, y2: float, color: str = INK, **attributes: Any) -> None:
        """Draw a straight line."""
        self._add("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), stroke=color, **attributes)

    def arrow(self, x1: float, y1: float, x2: float, y2: float, color: str = INK, **attributes: Any) -> None:
        """Draw a line with an arrowhead at its end."""
        length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1e-9)
        along, across = 8 / length, 4 / length
        dx, dy = x2 - x1, y2 - y1
        foot_x, foot_y = x2 - along * dx, y2 - along * dy
        self.line(x1, y1, foot_x, foot_y, color, **attributes)
        sides = [(foot_x - across * dy, foot_y + across * dx), (foot_x + across * dy, foot_y - across * dx)]
        self._add("polygon", points=_points([(x2, y2), *sides]), fill=color)

    def curve(self, points: Sequence[tuple[float, float]], color: str = BLUE) -> None:
        """Join points by a line."""
        self._add("polyline", points=_points(points), fill="none", stroke=color, stroke_width=2.5)

    def circle(
        self, x: float, y: float, radius: float, fill: str = "none", color: str = INK, **attributes: Any
    ) -> None:
        """Draw a circle with an outline."""
        self._add("circle", cx=float(x), cy=float(y), r=float(radius), fill=fill, stroke=color, **attributes)

    def box(self, x: float, y: float, width: float, height: float, fill: str = "none", color: str = INK, **attributes: Any) -> None:  # fmt: skip
        """Draw a rectangle with an outline; (x, y) is its upper left corner."""
        size: dict[str, Any] = {"width": float(width), "height": float(height)}
        self._add("rect", x=float(x), y=float(y), **size, fill=fill, stroke=color, **attributes)

    def tint(self, x: float, y: float, width: float, height: float, color: str, opacity: float = 0.15, **attributes: Any) -> None:  # fmt: skip
        """Draw a rectangle filled with a paler tone of its outline."""
        self.box(x, y, width, height, color, color, fill_opacity=opacity, **attributes)

    def zoom(self, x: float, y: float, side: float, target_x: float, target_y: float, target_side: float, frame: str = ORANGE, lines: str = ORANGE) -> None:  # fmt: skip
        """Frame a square, and join its right corners to the left ones of the square that shows it enlarged."""
        for corner in (0, 1):
            self.line(x + side, y + corner * side, target_x, target_y + corner * target_side, lines, stroke_opacity=0.6)
        self.box(x, y, side, side, color=frame, stroke_width=2)

    def image(self, x: float, y: float, width: float, height: float, pixels: Any) -> None:
        """Show an image, any array that `to_uint8` takes, its pixels as sharp squares; (x, y) is its upper left corner."""
        size: dict[str, Any] = {"width": float(width), "height": float(height), "preserveAspectRatio": "none"}
        address = image_address(np.asarray(pixels))
        self._add("image", x=float(x), y=float(y), **size, style="image-rendering: pixelated", href=address)

    def finish(self, title: str, text: str) -> Diagram:
        """Return the diagram. `text` says in words what it shows; ValueError if it is empty."""
        if not text.strip():
            raise ValueError("A diagram needs a text that says the same. Pass it as `text`.")
        return Diagram(title, text, "".join(self._parts), self.width, self.height)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def sides(shape: Sequence[int]) -> str:
    """Return a shape as people write it: "28 × 28 × 3"."""
    return " × ".join(map(str, shape))


def number(value: float, digits: int = 3) -> str:
    """Return a number with `digits` decimals and a true minus sign: "−0.250"."""
    return f"{value:.{digits}f}".replace("-", MINUS)
