"""The learner's own image in a widget: the browser sends the file, the widget takes it or says why not."""

import anywidget
import keras
import numpy as np
import traitlets

from helpers.images.read import ImageError
from helpers.widgets.payload import read_user_image


class UserImage(anywidget.AnyWidget):
    """What the widgets of a network's inside share: `inside_parts.js` sends a file as `_file` and shows what is `_said`.

    A widget sets `_model`, whose input the image is made to fit, and says in `_take` what it does with one.
    """

    _model: keras.Model
    _said = traitlets.Unicode().tag(sync=True)
    _file = traitlets.CBytes().tag(sync=True, echo_update=False)

    def _take(self, image: np.ndarray) -> str:
        """Shows the image, (H, W, C) float32 0…1, and gives the sentence that says so."""
        raise NotImplementedError

    @traitlets.observe("_file")
    def _own(self, change) -> None:
        if not change["new"]:
            return
        self._said = ""  # so that the same words as before are heard
        try:
            self._said = self._take(read_user_image(self._model, bytes(change["new"])))
        except (ImageError, ValueError) as error:
            self._said = str(error)
        self._file = b""
