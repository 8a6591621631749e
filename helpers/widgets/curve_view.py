"""Charts on a page that answer the pointer: the name, epoch and value of the nearest line (`curve_view.js`)."""

import traitlets

from helpers.widgets.base import BrowserWidget, Formats, script


class CurveView(BrowserWidget):
    """HTML with a chart of `helpers.plots.charts` in it.

    html     what is shown; a change replaces it
    formats  what programs show that know no widgets, by MIME type: `fallback()`
    """

    _esm = script("curve_view.js")
    html = traitlets.Unicode().tag(sync=True)

    def __init__(self, html: str = "", text: str = "Training …"):
        super().__init__(html=html)
        self.formats: Formats = {"text/plain": text}

    def fallback(self) -> Formats:
        """Return `formats`."""
        return self.formats
