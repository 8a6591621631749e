"""One slider, and a page of HTML below it that follows: the base of the image, threshold and feature map widgets."""

from html import escape
from typing import Any

import anywidget
import ipywidgets
import traitlets

from helpers.widgets.base import STYLE, reports_failure, script
from helpers.widgets.compat import status_line
from helpers.widgets.veil import PythonColumn


class Page(anywidget.AnyWidget):
    """A page of HTML, `value`. Plain text with `data-pixels`, the numbers of the image before it, is linked with its pixels."""

    _esm = script("slider_page.js")
    _css = STYLE
    value = traitlets.Unicode().tag(sync=True)


class SliderPage(PythonColumn):
    """A slider and a page. A widget sets what it needs, calls `__init__`, and returns in `_draw` the page for a value."""

    def __init__(self, slider: ipywidgets.Widget):
        slider.layout.width = "min(500px, 98%)"
        self._slider, self._page = slider, Page()
        self._page.value = self._draw()
        slider.observe(self._moved, "value")
        super().__init__([slider, self._page], [slider])

    @property
    def html(self) -> str:
        """What is shown below the slider."""
        return self._page.value

    def _draw(self) -> str:
        raise NotImplementedError

    @reports_failure
    def _moved(self, _: dict) -> None:
        self._page.value = self._draw()

    def _say(self, text: str) -> None:
        self._page.value = status_line(f"✗ {escape(text)}")


def slider_value(meaning: str) -> Any:
    """Return a property that reads and sets the value of a SliderPage's slider."""
    return property(
        lambda page: page._slider.value, lambda page, value: setattr(page._slider, "value", value), doc=meaning
    )
