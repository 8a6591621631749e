"""Work-arounds for ipywidgets 7.7, which Colab ships. They can leave together, once Colab ships ipywidgets 8."""

from collections.abc import Callable

import ipywidgets
from IPython.display import display

IS_VERSION_7 = int(ipywidgets.__version__.split(".")[0]) < 8


class DisplayedByBundle:
    """Mix-in: in ipywidgets 7 a widget has a method of its own for its display, which would skip the MIME bundle."""

    if IS_VERSION_7:
        _repr_mimebundle_: Callable
        _handle_displayed: Callable

        def _ipython_display_(self, **options: object) -> None:
            data, metadata = self._repr_mimebundle_()
            display(data, metadata=metadata, raw=True)
            self._handle_displayed(**options)


def status_line(html: str) -> str:
    """Return a line that a screen reader reads out when it changes. `Image` has no alternative text in ipywidgets 7."""
    return f'<div role="status">{html}</div>'
