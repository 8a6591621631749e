"""Widgets that take files from the learner's disk: any files, or one image that a network is asked about."""

from typing import Any

import numpy as np

from helpers.images.read import ImageError, open_image
from helpers.widgets.base import BrowserWidget, failure_text
from helpers.widgets.file_pieces import FileAssembler, ReceivedFile


class FileReceiver:
    """Mix-in for an anywidget whose script calls `sendFile` (static/upload_control.js): `_take_file` gets each file.

    `_say` shows what it returns, and `_fail` whatever it raises, in the line of the upload control.
    Put it in front of the other base classes.
    """

    def __init__(self, *arguments: Any, **keywords: Any):
        self._assembler = FileAssembler()
        super().__init__(*arguments, **keywords)

    def _take_file(self, file: ReceivedFile) -> str:
        """Do what is to be done with a file, and return a sentence that says so, or ""."""
        raise NotImplementedError

    def _say(self, text: str) -> None:
        self.send({"said": text})  # type: ignore[attr-defined]

    def _fail(self, text: str) -> None:
        self._say(text)

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        super()._handle_custom_msg(content, buffers)  # type: ignore[misc]
        answer, file = self._assembler.add(content, buffers)
        if file is not None:
            done, answer = answer, {"upload": content["upload"], "stop": "It was interrupted. Choose the image again."}
        try:
            if file is not None:
                self._say(self._take_file(file))
                answer = done
        except Exception as error:  # the learner's network or file: anything can happen in it
            self._fail(failure_text(error))
            answer = done if isinstance(error, ImageError) else {"upload": content["upload"], "stop": ""}
        finally:
            if answer:
                self.send(answer)  # type: ignore[attr-defined]


class UserImage(FileReceiver, BrowserWidget):
    """A widget that takes the learner's own image.

    A widget sets `_model`, whose input the image is made to fit, the `_names` of its classes and the `_values` that it takes, and
    says in `_take` what it does with one.
    """

    _model: Any
    _names: list[str]
    _values: Any

    def _take(self, image: np.ndarray) -> str:
        """Show the image, (H, W, C) float32 0…1, and return the sentence that says so."""
        raise NotImplementedError

    def _take_file(self, file: ReceivedFile) -> str:
        from helpers.models.predict import image_reader  # needs Keras, which most widgets do without

        image, note = image_reader(self._model, self._names, self._values)(open_image(file.open()), file.name)
        return f"{self._take(image)} {note}".strip()
