"""Ask a trained network about your own images."""

import os
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets
import keras
from IPython.display import display

from helpers import budget
from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.encode import data_uri, encode
from helpers.images.read import ImageError
from helpers.models.predict import Prediction, predict_files
from helpers.widgets.base import Formats, StaticFallback, mimebundle, reports_failure
from helpers.widgets.compat import status_line, uploaded_files

SHIPPED = SAMPLE_IMAGES / "upload"
Source = Any  # a path, or the bytes of a file
Answer = Prediction | ImageError


def upload_and_predict(
    model: keras.Model,
    class_names: Sequence[str] | dict[str, int],
    paths: Source | Sequence[Source] | None = None,
    samples: Sequence[Source] | None = None,
    in_distribution: Callable | None = None,
) -> None:
    """Display an `Upload`: a button to choose images and, for each, what `model` takes it for.

    `class_names` is a list in the order of the outputs, or `class_indices` of a reader. With `paths` (one or
    several) those are shown instead. Until you choose, and where you can't, `samples` (paths) are
    shown, by default images that come with the course. A file that isn't an image gets a sentence saying so.
    With `in_distribution` (a `KNNOutlierDetector`) an image unlike those trained on gets a caution.
    """
    files = _named(paths) if paths is not None else _ask_colab()
    samples = _named(sorted(SHIPPED.glob("*")) if samples is None else samples)
    if files is None:
        display(Upload(model, class_names, samples, in_distribution))
    else:
        results = predict_files(model, class_names, files or samples, in_distribution)
        data, metadata = mimebundle({"text/html": as_html(results), "text/plain": as_text(results)})
        display(data, metadata=metadata, raw=True)


class Upload(StaticFallback, ipywidgets.VBox):
    """A button to choose image files, and below it the answers; at first those for `samples`, (name, source) each.

    `results` are the answers, a Prediction or an ImageError each; `html` is what is shown.
    """

    def __init__(
        self,
        model: keras.Model,
        class_names: Sequence[str] | dict[str, int],
        samples: Sequence[tuple[str, Source]] = (),
        in_distribution: Callable | None = None,
    ):
        self._predict = lambda files: predict_files(model, class_names, files, in_distribution)
        self.results: list[Answer] = self._predict(samples)
        self._answers = ipywidgets.HTML(as_html(self.results))
        button = ipywidgets.FileUpload(accept="image/*", multiple=True, description="Choose images")
        button.layout.width = "15em"
        button.observe(self._chosen, names="value")
        super().__init__([button, self._answers])

    @property
    def html(self) -> str:
        """The answers as they are shown."""
        return self._answers.value

    def fallback(self) -> Formats:
        """Return the answers, as they are shown and as sentences."""
        return {"text/html": as_html(self.results), "text/plain": as_text(self.results)}

    @reports_failure
    def _chosen(self, change: dict) -> None:
        files = uploaded_files(change["new"])
        if files:
            self.results = []  # the old answers are not those for the new files, whatever happens
            self._say("The network looks at it …")
            self.results = self._predict(files)
            self._answers.value = as_html(self.results)

    def _say(self, text: str) -> None:
        self._answers.value = status_line(escape(text))


def as_html(results: Sequence[Answer]) -> str:
    """Return the answers as a piece of HTML that needs no kernel: per file the image, what the network sees, the verdict."""
    return f'<div role="status" style="display:flex;flex-wrap:wrap;gap:1.5em">{"".join(map(_card, results))}</div>'


def as_text(results: Sequence[Answer]) -> str:
    """Return the answers as sentences, one a line."""
    lines = [str(item) if isinstance(item, ImageError) else item.sentence for item in results]
    return "\n".join(lines) or "No image chosen yet."


def _card(item: Answer) -> str:
    if isinstance(item, ImageError):
        return f'<div style="max-width:26em" role="note">✗ {escape(str(item))}</div>'
    name, verdict = escape(item.name), escape(item.class_name)
    height, width, _ = item.seen.shape
    caution = f"<br>{item.caution}" if item.caution else ""
    images = (
        f"{_image(item.image, 'jpeg', f'{name} as given')} {_image(item.seen, 'png', f'{name} as the network sees it')}"
    )
    return (
        f'<div style="max-width:26em"><div style="display:flex;gap:.5em">{images}</div>'
        f"{name}, and what the network sees ({height}×{width})<br>"
        f"<b>{verdict}</b>, probability {item.probability:.2f}{caution}</div>"
    )


def _image(image: Any, kind: str, alt: str) -> str:
    style = "height:9em;" + ("image-rendering:pixelated" if kind == "png" else "max-width:15em;object-fit:contain")
    return f'<img alt="{alt}" style="{style}" src="{data_uri(encode(image, kind), kind)}">'


def _named(paths: Source | Sequence[Source]) -> list[tuple[str, Source]]:
    """Return (name, source) of one path or several."""
    paths = [paths] if isinstance(paths, str | os.PathLike) else paths
    return [(Path(path).name, path) for path in paths]


def _ask_colab() -> list[tuple[str, bytes]] | None:
    """Return the files chosen in Colab's dialogue; none if the dialogue isn't answered; None outside Colab."""
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
