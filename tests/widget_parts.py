"""Parts of an ipywidget as a user finds them: by what is written on them."""

import re
from collections.abc import Iterator
from html import unescape

import ipywidgets

from helpers.widgets.compat import IS_VERSION_7


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
    return "\n".join(part.value for part in parts(widget) if isinstance(part, ipywidgets.HTML))


def shown_text(widget: ipywidgets.Widget) -> str:
    """The words of it."""
    return unescape(re.sub("<[^>]*>", " ", shown_html(widget)))


def choose_files(button: ipywidgets.FileUpload, files: list[tuple[str, bytes]]) -> None:
    """What the browser sends when somebody chooses these files: (name, content) each."""
    if IS_VERSION_7:
        metadata = [{"name": name} for name, _ in files]
        button.set_state({"metadata": metadata, "data": [memoryview(content) for _, content in files]})
        button._counter += 1
    else:
        about = {"type": "image/png", "last_modified": 0}
        files = [{"name": name, "size": len(data), "content": memoryview(data), **about} for name, data in files]
        button.set_state({"value": files})
