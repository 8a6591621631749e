"""What looks wrong in a folder of own images, with a button to move or delete each: `cleaner.js`."""

from html import escape
from pathlib import Path
from typing import Any

import keras
import numpy as np
import traitlets

from data_scripts.errors import DataError
from helpers.images.cleaning import Finding, findings
from helpers.images.encode import encode, in_base64
from helpers.images.own_images import OwnImages
from helpers.models.few_images import cross_validate
from helpers.widgets.base import BrowserWidget, Formats, script


class Cleaner(BrowserWidget):
    """`Cleaner(own)`: images whose label looks wrong, near-duplicates, dark and blurred ones, and files that aren't images.

    folder: a path, or an `OwnImages`. model: images (N, H, W, C), 0…1 → features (N, F); by default the pretrained network of lesson 11.
    `found` are the findings, a `Finding` each; labels are doubted by cross-validation, where each class has two series.
    """

    _esm = script("static/upload_control.js", "cleaner.js")

    _items: traitlets.List = traitlets.List().tag(
        sync=True
    )  # {"class", "name", "why"} each; images are asked for: a trait would be saved with the notebook
    _names: traitlets.List = traitlets.List().tag(sync=True)
    _notes: traitlets.List = traitlets.List().tag(sync=True)
    _undo = traitlets.Unicode().tag(sync=True)

    def __init__(self, folder: str | Path | OwnImages = "my_images", model: keras.Model | None = None):
        self.own = folder if isinstance(folder, OwnImages) else OwnImages(folder)
        super().__init__()
        self.look(model)

    def look(self, model: keras.Model | None = None) -> None:
        """Look at all images of the folder, and show what is found."""
        if model is None:
            from helpers.models import pretrained  # a large network, which is not always needed

            data = self.own.load(pretrained.SIZE)
            features = pretrained.features(data.images)
        else:
            data = self.own.load(model.input_shape[1])
            images = data.images.astype("float32") / 255
            features = model.predict(images, verbose=0) if len(images) else np.zeros((0, 1))
        notes, answers = list(data.left_out), None
        self.found: list[Finding] = []
        if len(data.labels):
            try:
                answers = cross_validate(features, data.labels, data.groups, len(data.class_names))
            except ValueError as error:  # a class with a single series
                notes.append(str(error))
            self.found = findings(data, features, answers)
        else:
            notes.append(
                f"The folder {self.own.folder.name} has no images yet. Collect some, then run this cell again."
            )
        with self.hold_sync():
            self._notes, self._names, self._undo = notes, self.own.classes, self.own.undoable
            places = [(data.class_names[data.labels[one.index]], data.files[one.index].name) for one in self.found]
            self._images = {
                place: _small(data.images[one.index]) for place, one in zip(places, self.found, strict=True)
            }
            self._items = [
                {"class": place[0], "name": place[1], "why": one.why}
                for place, one in zip(places, self.found, strict=True)
            ]

    def fallback(self) -> Formats:
        """Return what was found as sentences; the images themselves are not stored in the notebook."""
        lines = [f"{item['class']}/{item['name']}: {item['why']}" for item in self._items] + self._notes
        text = "\n".join(lines) or "Nothing looks wrong."
        return {"text/html": "".join(f"<p>{escape(line)}</p>" for line in text.split("\n")), "text/plain": text}

    def _do(self, content: dict, buffers: Any) -> dict:
        try:
            return self._changed(content)
        finally:
            self._undo = self.own.undoable

    def _changed(self, content: dict) -> dict:
        """Move, delete or undo; return how many images were. Or return an image."""
        if content["do"] == "undo":
            return {"count": self.own.undo()}
        image = [(content["from"], content["name"])]
        if content["do"] == "image":
            return {"image": in_base64(self._images[image[0]])}
        if content["do"] == "delete":
            return {"count": self.own.delete(image)}
        if content["do"] == "move":
            return {"count": self.own.move(image, content["class"])}
        raise DataError(f"The cleaner can't {content['do']!r}. Run its cell again.")


def _small(image: np.ndarray) -> bytes:
    return encode(image[::2, ::2], "jpeg", quality=80)
