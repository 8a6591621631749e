"""What all widgets share: a static fallback where no kernel runs, scripts, styles, and failures that are shown.

A notebook's output is a bundle of formats, and whatever shows it picks the best one it knows. `StaticFallback` puts an
image or a piece of HTML, and always a sentence, next to the live view of a widget: that is what GitHub, nbviewer,
an exported page and paper show.

    class Pad(BrowserWidget):
        _esm = script("pad.js")

        def fallback(self):
            return {"image/png": png_bytes, "text/plain": "A drawing pad with a 7; the network reads 7 (0.98)."}

`BrowserWidget` is for a widget whose own script draws it; `PythonColumn` (`veil.py`) for one made of ipywidgets' controls. Both begin
with `StaticFallback`, which works for widgets of ipywidgets 7.7 and 8 and for anywidgets: put it first in a list of base classes.
"""

import functools
import json
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from matplotlib.figure import Figure

from data_scripts.errors import DataError
from helpers.images.encode import data_uri, in_base64
from helpers.images.read import ImageError
from helpers.plots import figures
from helpers.widgets.compat import DisplayedByBundle

VIEW = "application/vnd.jupyter.widget-view+json"
EXPORT = "export default"
Formats = dict[str, Any]  # MIME type → str, or the bytes (or memoryview) of an image file


def script(*names: str) -> str:
    """Return `static/common.js` and these files, which are next to this one, as one script: an anywidget imports nothing."""
    return "\n".join(
        (Path(__file__).parent / name).read_text(encoding="utf-8") for name in ("static/common.js", *names)
    )


STYLE = (Path(__file__).parent / "static" / "widgets.css").read_text(encoding="utf-8")


class InvalidValueError(traitlets.TraitError, ValueError):
    """A value that does not fit the others of a widget. What the browser sends is taken back for a TraitError alone."""


def failure_text(error: Exception) -> str:
    """Return one sentence for an exception: its own text if that is a sentence, else its type and first line."""
    text = (str(error).strip() or "no reason given").splitlines()[0]
    return text if text.endswith(".") else f"That did not work. {type(error).__name__}: {text}."


def reports_failure(method: Callable) -> Callable:
    """Decorate an observer, or what a thread calls: whatever it raises becomes a sentence, shown by the widget's `_say`.

    Without it the exception ends up in a log that no learner opens, and the widget looks as if nothing had happened.
    """

    @functools.wraps(method)
    def reporting(self: Any, *arguments: Any) -> Any:
        try:
            return method(self, *arguments)
        except (
            Exception
        ) as error:  # the learner's network or file: anything can happen in it, and the widget must go on
            self._say(failure_text(error))

    return reporting


class StaticFallback(DisplayedByBundle):
    """Mix-in: shows the widget where it can live, and what `fallback()` returns everywhere else."""

    def fallback(self) -> Formats:
        """Return "text/plain" (a sentence; needed), and an image as the bytes of a file, or "text/html", or both."""
        raise NotImplementedError(f"{type(self).__name__} has no fallback().")

    def _repr_mimebundle_(self, **_: object) -> tuple[dict, dict]:
        data, metadata = mimebundle(self.fallback())
        data[VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}  # type: ignore[attr-defined]
        for part in (super(), *_inside(self)):
            metadata |= _metadata_of_view(part)
        return data, metadata


def _inside(widget: object) -> Iterator[object]:
    for child in getattr(widget, "children", ()):
        yield child
        yield from _inside(child)


def _metadata_of_view(parent: object) -> dict:
    """Return what anywidget adds on Colab (where its code is to be found); elsewhere nothing."""
    bundle: Any = getattr(parent, "_repr_mimebundle_", dict)()
    return bundle[1] if isinstance(bundle, tuple) else {}


def mimebundle(formats: Formats) -> tuple[dict, dict]:
    """Return a MIME bundle and its metadata: images as base64, the sentence also as their alternative text.

    `formats` needs "text/plain"; ValueError without it, because every image has a text equivalent.
    """
    text = formats.get("text/plain")
    if not text:
        raise ValueError("a static fallback needs a sentence under 'text/plain'.")
    data = {kind: value if isinstance(value, str) else in_base64(value) for kind, value in formats.items()}
    return data, {kind: {"alt": text} for kind in formats if kind.startswith("image/")}


class BrowserWidget(StaticFallback, anywidget.AnyWidget):
    """A widget whose script draws it; on an exported page the same script runs, with `state` but no kernel."""

    _css = STYLE

    def __init__(self, *arguments: Any, **values: Any):
        super().__init__(*arguments, **values | {"_dom_classes": ("lts-own",)})

    def _do(self, content: dict, buffers: Any) -> dict:
        """Do what the script asks for in a message {"do": …}; return the answer."""
        raise NotImplementedError

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict) or "do" not in content:
            return super()._handle_custom_msg(content, buffers)
        answer: dict = {"stop": "It was interrupted. Try it again."}
        try:
            answer = self._do(content, buffers)
        except Exception as error:  # a disk, the learner's network: anything can happen, and the widget must go on
            answer = {"stop": str(error) if isinstance(error, DataError | ImageError) else failure_text(error)}
        finally:
            self.send({"upload": content.get("upload"), **answer})
        return None

    def _live_fallback(self, text: str, still_html: str, state: dict) -> Formats:
        """Return `still_html` where no script may run, the live widget where one may."""
        return {"text/html": embed_live(still_html, str(self._esm), STYLE, state), "text/plain": text}

    def _live_image_fallback(self, text: str, figure: Figure, state: dict) -> Formats:
        """Return a figure as an image, and the live widget where a script may run."""
        file = figures.jpeg(figure)
        still_html = f'<img src="{data_uri(file, "jpeg")}" alt="{escape(text)}" style="max-width: 100%">'
        return {"image/jpeg": file} | self._live_fallback(text, still_html, state)


def embed_live(still_html: str, esm: str, css: str, state: dict) -> str:
    """Return HTML that shows `still_html`, and where scripts may run (an exported page, nbviewer) the widget itself.

    `esm` is an anywidget's script: it ends in `export default { render };`, imports nothing, and needs no kernel.
    """
    if esm.count(EXPORT) != 1 or "</script" in esm:
        raise ValueError(f"a script that can be put into a page has one {EXPORT!r} and no end tag of a script.")
    values = json.dumps({"state": state, "css": css}).replace("</", "<\\/")
    return f"""<div>{still_html}</div><script>(() => {{
const place = document.currentScript.previousElementSibling;
const {{ state, css }} = {values};
const heard = {{}};
const model = {{
  get: (name) => state[name],
  set: (name, value) => {{ state[name] = value; [...(heard[`change:${{name}}`] ?? [])].forEach((listener) => listener()); }},
  on: (events, listener) => events.split(" ").forEach((event) => (heard[event] ??= new Set()).add(listener)),
  off: (events, listener) => events.split(" ").forEach((event) => heard[event]?.delete(listener)),
  save_changes: () => {{}},
}};
{esm.replace(EXPORT, "const widget =")}
const style = document.createElement("style");
style.textContent = css;
place.replaceChildren(style);
widget.render({{ model, el: place }});
}})();</script>"""


def strip_views(notebook: dict) -> dict:
    """Change a notebook (nbformat 4, a dict) for storage: widgets that have a static fallback keep only that.

    A stored live view needs the kernel that made it; JupyterLab would show an error there. The saved
    state of the widgets, some hundred kB, goes too. Returns the same notebook.
    """
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if VIEW in data and any(kind.startswith("image/") or kind == "text/html" for kind in data):
                del data[VIEW]
                output.get("metadata", {}).pop(VIEW, None)
    notebook.get("metadata", {}).pop("widgets", None)
    return notebook
