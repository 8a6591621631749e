"""The upload control as a widget of its own, for widgets that are put together from others."""

from collections.abc import Callable

import anywidget
import traitlets

from helpers.widgets.base import STYLE, script
from helpers.widgets.file_pieces import ReceivedFile
from helpers.widgets.file_receiver import FileReceiver


class UploadControl(FileReceiver, anywidget.AnyWidget):
    """`UploadControl(take)`: a button, and a place to drop or paste image files; `take` gets each, a `ReceivedFile`.

    What `take` returns or raises is shown below the button. `multiple` lets a learner choose several files at once.
    """

    _esm = script("static/upload_control.js", "upload_control.js")
    _css = STYLE
    _multiple = traitlets.Bool(False).tag(sync=True)
    _html = traitlets.Unicode().tag(sync=True)  # what is shown below

    def __init__(self, take: Callable[[ReceivedFile], str], multiple: bool = False, html: str = ""):
        self._take = take
        super().__init__(_multiple=multiple, _html=html, _dom_classes=("lts-own",))

    def _take_file(self, file: ReceivedFile) -> str:
        return self._take(file)
