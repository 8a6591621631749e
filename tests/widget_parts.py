"""Parts of an ipywidget as a user finds them: by what is written on them."""

import base64
import io
import itertools
import re
from collections.abc import Iterator
from html import unescape

import ipywidgets
import numpy as np
from PIL import Image

from helpers.widgets.file_receiver import FileReceiver

_choices = itertools.count(1)


def parts(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """The widget and all that is in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child)


def control(widget: ipywidgets.Widget, description: str) -> ipywidgets.Widget:
    """The one control that has this description."""
    (match,) = [part for part in parts(widget) if getattr(part, "description", "") == description]
    return match


def shown_html(widget: ipywidgets.Widget) -> str:
    """All HTML that a widget shows."""
    shown = [
        getattr(part, {"HTML": "value", "CurveView": "html"}.get(type(part).__name__, ""), "") for part in parts(widget)
    ]
    return "\n".join(filter(None, shown))


def shown_text(widget: ipywidgets.Widget) -> str:
    """The words of it."""
    return unescape(re.sub("<[^>]*>", " ", shown_html(widget)))


def choose_files(
    widget: ipywidgets.Widget, files: list[tuple[str, bytes]], piece: int = 2**19, upload: str = ""
) -> list[dict]:
    """What the browser sends when somebody chooses these files, (name, content) each; what it is answered."""
    (receiver,) = [part for part in parts(widget) if isinstance(part, FileReceiver)]
    answers: list[dict] = []
    receiver.send = lambda content, buffers=None: answers.append(content)
    upload = upload or f"choice {next(_choices)}"
    for number, (name, content) in enumerate(files, 1):
        about = {"upload": upload, "number": number, "count": len(files), "name": name, "size": len(content)}
        for at in range(0, max(1, len(content)), piece):
            send_message(receiver, about | {"at": at}, [content[at : at + piece]] if content else [])
            if "stop" in answers[-1]:
                return answers
    return answers


def send_message(widget: ipywidgets.Widget, content: object, buffers: list) -> None:
    """A custom message to a widget, as it comes from the browser."""
    data = {"method": "custom", "content": content}
    widget._handle_msg({"content": {"data": data}, "buffers": [memoryview(buffer) for buffer in buffers]})


def said(answers: list[dict]) -> str:
    """The last sentence among answers to the browser."""
    return [answer["said"] for answer in answers if answer.get("said")][-1]


def pixels(address: str) -> np.ndarray:
    """The pixels of the image at a `data:` address."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))))
