"""Ask a trained network about your own images."""

import base64
import html
import io
import os
from pathlib import Path

import ipywidgets
import numpy as np
from IPython.display import display
from PIL import Image

from helpers import budget
from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.read import ImageError
from helpers.models.predict import Prediction, predict_files
from helpers.widgets.base import StaticFallback, mimebundle

SHIPPED = SAMPLE_IMAGES / "upload"


def upload_and_predict(model, class_names, paths=None, samples=None, in_distribution=None) -> None:
    """Shows a button to choose images and, for each, what `model` takes it for.

    `class_names` is a list in the order of the outputs, or `class_indices` of a reader. With `paths` (one or
    several) those are shown instead. Until somebody chooses, and wherever nobody can, `samples` (paths) are
    shown, by default images that come with the course. A file that is no image gets a sentence saying so.
    With `in_distribution` (a `KNNOutlierDetector`) an image unlike those of the training gets a caution.
    """
    asked = _named(paths) if paths is not None else _ask_colab()
    samples = _named(sorted(SHIPPED.glob("*")) if samples is None else samples)
    if asked is None:
        display(Upload(model, class_names, samples, in_distribution))
    else:
        results = predict_files(model, class_names, asked or samples, in_distribution)
        data, metadata = mimebundle({"text/html": as_html(results), "text/plain": as_text(results)})
        display(data, metadata=metadata, raw=True)


class Upload(StaticFallback, ipywidgets.VBox):
    """A button to choose image files, and below it the answers; at first those for `samples`, (name, source) each."""

    def __init__(self, model, class_names, samples=(), in_distribution=None):
        self._predict = lambda files: predict_files(model, class_names, files, in_distribution)
        self.results = self._predict(samples)
        self.button = ipywidgets.FileUpload(accept="image/*", multiple=True, description="Choose images")
        self.button.layout.width = "15em"
        self.answers = ipywidgets.HTML(as_html(self.results))
        self.button.observe(self._chosen, names="value")
        super().__init__([self.button, self.answers])

    def fallback(self) -> dict[str, str]:
        return {"text/html": as_html(self.results), "text/plain": as_text(self.results)}

    def _chosen(self, change: dict) -> None:
        files = uploaded(change["new"])
        if files:
            self.results = self._predict(files)
            self.answers.value = as_html(self.results)


def uploaded(value) -> list[tuple[str, bytes]]:
    """(name, bytes) of each file in the value of a FileUpload: a dict in ipywidgets 7, a tuple in 8."""
    if isinstance(value, dict):
        return [(name, bytes(file["content"])) for name, file in value.items()]
    return [(file["name"], bytes(file["content"])) for file in value]


def as_html(results: list[Prediction | ImageError]) -> str:
    """The answers as a piece of HTML that needs no kernel: per file the image, what the network sees, the verdict."""
    return f'<div role="status" style="display:flex;flex-wrap:wrap;gap:1.5em">{"".join(map(_card, results))}</div>'


def as_text(results: list[Prediction | ImageError]) -> str:
    """The same as sentences, one a line."""
    lines = [str(item) if isinstance(item, ImageError) else item.sentence for item in results]
    return "\n".join(lines) or "No image chosen yet."


def _card(item: Prediction | ImageError) -> str:
    if isinstance(item, ImageError):
        return f'<div style="max-width:26em" role="note">✗ {html.escape(str(item))}</div>'
    name, verdict = html.escape(item.name), html.escape(item.class_name)
    height, width, _ = item.seen.shape
    caution = f"<br>{item.caution}" if item.caution else ""
    levels = np.rint(item.seen * 255).astype(np.uint8)
    seen = Image.fromarray(levels[..., 0] if item.seen.shape[2] == 1 else levels)
    images = (
        _image(item.image, "JPEG", f"{name} as given") + " " + _image(seen, "PNG", f"{name} as the network sees it")
    )
    return (
        f'<div style="max-width:26em"><div style="display:flex;gap:.5em">{images}</div>'
        f"{name}, and what the network sees ({height}×{width})<br>"
        f"<b>{verdict}</b>, probability {item.probability:.2f}{caution}</div>"
    )


def _image(image: Image.Image, kind: str, alt: str) -> str:
    file = io.BytesIO()
    image.save(file, kind)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    style = "height:9em;" + ("image-rendering:pixelated" if kind == "PNG" else "max-width:15em;object-fit:contain")
    return f'<img alt="{alt}" style="{style}" src="data:image/{kind.lower()};base64,{data}">'


def _named(paths) -> list[tuple[str, object]]:
    """(name, source) of one path or several."""
    paths = [paths] if isinstance(paths, str | os.PathLike) else paths
    return [(Path(path).name, path) for path in paths]


def _ask_colab() -> list[tuple[str, bytes]] | None:
    """The files chosen in Colab's dialogue; none where nobody answers it; None outside Colab."""
    try:
        from google.colab import files
    except ImportError:
        return None
    if budget.is_quick():
        return []
    try:
        return list(files.upload().items())
    except Exception:  # the dialogue fails in many ways when the cell was not run by hand
        return []
