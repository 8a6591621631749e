"""Collect images of your own classes, from the camera or from files, into a folder on this machine: `collector.js`."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import traitlets

from data_scripts.errors import DataError
from helpers.images.encode import in_base64
from helpers.images.own_images import SIDE, OwnImages
from helpers.images.read import ImageError, open_image
from helpers.widgets.base import BrowserWidget, Formats, script
from helpers.widgets.file_pieces import ReceivedFile
from helpers.widgets.file_receiver import FileReceiver

MOST_THUMBNAILS = 100  # of one answer


class Collector(FileReceiver, BrowserWidget):
    """Take pictures for each class: `Collector("my_images", ["rock", "paper"])`.

    folder: where the images are kept, `folder/<class>/`; made where it is missing. Classes that are there already are shown, too.
    `counts` says how many are in it, `own` is the folder itself (`OwnImages`), which loads them as arrays.
    Raises DataError for a folder or a name of a class that can't be one.
    """

    _esm = script("static/upload_control.js", "static/camera.js", "collector.js")

    _side = traitlets.Int(SIDE).tag(sync=True)
    _classes: traitlets.List = traitlets.List().tag(sync=True)  # {"name", "train", "test"} each
    _undo = traitlets.Unicode().tag(sync=True)  # what would be taken back

    def __init__(self, folder: str | Path = "my_images", classes: Sequence[str] = ()):
        self.own = OwnImages(folder, classes)
        self._target, self._goes_on = "", False  # of the choice of files: its class, and whether one of it is kept
        super().__init__()
        self._show()

    @property
    def counts(self) -> dict[str, int]:
        """The number of images of each class."""
        return {label: train + test for label, (train, test) in self.own.counts().items()}

    def delete_everything(self) -> str:
        """Delete all images that were taken or dropped here, for good; return a sentence that says how many."""
        deleted, left = self.own.delete_everything()
        self._show()
        stay = f" {left} that came into the folder in another way are still there." if left else ""
        return f"{deleted} image{'s' * (deleted != 1)} deleted for good.{stay}"

    def fallback(self) -> Formats:
        """Return the number of images of each class. The images themselves are not stored in the notebook."""
        counts = "; ".join(f"{name}: {count}" for name, count in self.counts.items()) or "no class yet"
        text = f"A collector of images. {counts}."
        return {"text/html": f"<p>{escape(text)}</p>", "text/plain": text}

    def _show(self) -> None:
        counts = self.own.counts()
        with self.hold_sync():
            self._classes = [{"name": name, "train": train, "test": test} for name, (train, test) in counts.items()]
            self._undo = self.own.undoable

    def _take_file(self, file: ReceivedFile) -> str:
        if file.number == 1:
            self._goes_on = False
        self.own.keep(self._target, open_image(file.open()), goes_on=self._goes_on)
        self._goes_on = True
        self._show()
        return ""

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        if isinstance(content, dict) and "do" not in content:
            self._target = content.get("class", "")  # of the file that begins or goes on
        super()._handle_custom_msg(content, buffers)

    def _do(self, content: dict, buffers: Any) -> dict:
        own, label, name = self.own, content.get("class", ""), content.get("name", "")
        images = [(one[0], one[1]) for one in content.get("images", ())]
        series = str(content.get("series", ""))
        actions: dict[str, Callable[[], dict]] = {
            "keep": lambda: {"kept": own.keep(label, open_image(bytes(buffers[0])), series).name},
            "thumbs": lambda: self._thumbnails(label, int(content["from"]), int(content["count"])),
            "move": lambda: {"count": own.move(images, label)},
            "delete": lambda: {"count": own.delete(images)},
            "undo": lambda: {"count": own.undo()},
            "add": lambda: {"name": own.add_class(name)},
            "rename": lambda: {"name": own.rename_class(label, name)},
            "wipe": lambda: {"text": self.delete_everything()},
        }
        answer = actions[str(content["do"])]()
        if content["do"] != "thumbs":
            self._show()
        return answer

    def _thumbnails(self, label: str, start: int, count: int) -> dict:
        """Return (name, JPEG file in base64) of some images of a class, the newest first, and how many it has."""
        names = self.own.names(label)[::-1]
        chosen = names[max(0, start) :][: min(count, MOST_THUMBNAILS)]
        return {"thumbs": [(name, self._thumbnail(label, name)) for name in chosen], "total": len(names)}

    def _thumbnail(self, label: str, name: str) -> str:
        try:
            return in_base64(self.own.thumbnail(label, name))
        except (ImageError, DataError):  # broken, or gone meanwhile
            return ""
