"""What a widget shows where no kernel runs: on GitHub, in nbviewer, on an exported page, on paper.

A notebook's output is a bundle of formats, and whoever shows it picks the best one it knows. `StaticFallback` puts a
image or a piece of HTML, and always a sentence, beside the live view of a widget:

    class Pad(StaticFallback, anywidget.AnyWidget):
        def fallback(self):
            return {"image/png": png_bytes, "text/plain": "A drawing pad with a 7; the network reads 7 (0.98)."}

Put `StaticFallback` first in the list of base classes. It works for widgets of ipywidgets 7.7 and 8 and for anywidgets.
"""

import base64
import json

import ipywidgets
from IPython.display import display

VIEW = "application/vnd.jupyter.widget-view+json"
EXPORT = "export default"


class StaticFallback:
    """Mix-in: shows the widget where it can live, and what `fallback()` returns everywhere else."""

    def fallback(self) -> dict[str, str | bytes | memoryview]:
        """The formats: "text/plain" (a sentence; needed), and "image/png" (bytes or, as `Image.value` may be, a
        memoryview) or "text/html" (str), or both."""
        raise NotImplementedError(f"{type(self).__name__} has no fallback().")

    def _repr_mimebundle_(self, **_) -> tuple[dict, dict]:
        data, metadata = mimebundle(self.fallback())
        data[VIEW] = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return data, metadata | _metadata_of_view(super())

    if int(ipywidgets.__version__.split(".")[0]) < 8:

        def _ipython_display_(self, **options):
            data, metadata = self._repr_mimebundle_()
            display(data, metadata=metadata, raw=True)
            self._handle_displayed(**options)


def _metadata_of_view(parent) -> dict:
    """What anywidget adds on Colab (where its code is to be found); elsewhere nothing."""
    bundle = getattr(parent, "_repr_mimebundle_", dict)()
    return bundle[1] if isinstance(bundle, tuple) else {}


def mimebundle(formats: dict[str, str | bytes | memoryview]) -> tuple[dict, dict]:
    """A MIME bundle and its metadata: images as base64, the sentence also as their alternative text.

    `formats` needs "text/plain"; ValueError without it, because every image has a text equivalent.
    """
    text = formats.get("text/plain")
    if not text:
        raise ValueError("a stand-in needs a sentence under 'text/plain'.")
    data = {
        kind: value if isinstance(value, str) else base64.b64encode(value).decode("ascii")
        for kind, value in formats.items()
    }
    return data, {kind: {"alt": text} for kind in formats if kind.startswith("image/")}


def embed_live(still_html: str, esm: str, css: str, state: dict) -> str:
    """HTML that shows `still_html`, and where scripts may run (an exported page, nbviewer) the widget itself.

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
  set: (name, value) => {{ state[name] = value; (heard[`change:${{name}}`] ?? []).forEach((listener) => listener()); }},
  on: (event, listener) => (heard[event] ??= []).push(listener),
  save_changes: () => {{}},
}};
{esm.replace(EXPORT, "const widget =")}
const style = document.createElement("style");
style.textContent = css;
place.replaceChildren(style);
widget.render({{ model, el: place }});
}})();</script>"""


def strip_views(notebook: dict) -> dict:
    """Changes a notebook (nbformat 4, a dict) for storage: widgets that have a stand-in keep only that.

    A stored live view needs the kernel that made it; JupyterLab would show an error in its place. The saved
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
