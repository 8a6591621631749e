"""Columns of ipywidgets whose controls ask Python: without a kernel they sleep, and a line says how to wake them (`veil.js`)."""

from collections.abc import Sequence

import anywidget
import ipywidgets

from helpers.widgets.base import STYLE, StaticFallback, script
from helpers.widgets.compat import IS_VERSION_7


class Veil(anywidget.AnyWidget):
    """A line that is seen where no kernel answers any more; the controls next to it are then out of reach."""

    _esm = script("veil.js")
    _css = STYLE


class PythonColumn(StaticFallback, ipywidgets.VBox):
    """A column of ipywidgets; `controls` are those, at any depth, that do nothing without a kernel."""

    def __init__(self, children: Sequence[ipywidgets.Widget], controls: Sequence[ipywidgets.Widget]):
        for control in controls:
            control.add_class("lts-python")
        veil = [] if IS_VERSION_7 else [Veil()]  # version 7 doesn't tell a view whether a kernel answers
        super().__init__([*children, *veil], _dom_classes=("lts-own", "lts-column"))
