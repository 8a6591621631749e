"""Ask a trained network about your own images."""

import os
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import keras
from IPython.display import display

from helpers import budget
from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.classes import ClassNames
from helpers.images.encode import image_address
from helpers.images.file_bytes import printable
from helpers.images.read import ImageError
from helpers.models.predict import Prediction, class_names_of, predict_files
from helpers.models.values import Values
from helpers.widgets.base import Formats, StaticFallback, mimebundle
from helpers.widgets.compat import status_line
from helpers.widgets.file_pieces import ReceivedFile
from helpers.widgets.upload_control import UploadControl

SHIPPED = SAMPLE_IMAGES / "upload"
Source = Any  # a path, or the bytes of a file
Answer = Prediction | ImageError
SHOWN_EVERY = 5  # answers: all of them travel to the page again each time

CLASS_COLORS = [
    f"var(--class-{place},{color})" for place, color in enumerate(("#00897b", "#8e5bd0", "#b3731d", "#c2456b"))
]
# Styles of the cards; the colors are JupyterLab's theme, elsewhere those of the page.
RULE = "var(--jp-border-color1,rgba(128,128,128,.45))"
SOFT = "var(--jp-layout-color2,rgba(128,128,128,.14))"
TEXT = "font:14px/1.45 var(--jp-ui-font-family,system-ui,sans-serif);font-variant-numeric:tabular-nums"
QUIET = "font-size:13px;color:var(--jp-ui-font-color2,inherit)"
GRID = "display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,264px),1fr));gap:12px"
CARD = f"box-sizing:border-box;min-width:0;padding:8px;border:1px solid {RULE};border-radius:4px;overflow-wrap:anywhere"
PAIR = "display:flex;gap:8px;justify-content:space-between;margin-bottom:4px"
ONE_LINE = "overflow:hidden;text-overflow:ellipsis;white-space:nowrap"
BARS = "display:grid;grid-template-columns:fit-content(50%) minmax(48px,1fr) auto;gap:4px 8px;align-items:center"
BAR = f"height:12px;background:{SOFT};border-radius:2px"
NOTE = (
    f"margin-top:8px;padding:4px 8px;font-size:13px;background:{SOFT};border-left:4px solid #d55e00;border-radius:2px"
)


def upload_and_predict(
    model: keras.Model,
    class_names: ClassNames,
    paths: Source | Sequence[Source] | None = None,
    samples: Sequence[Source] | None = None,
    in_distribution: Callable | None = None,
    values: Values = None,
) -> None:
    """Display an `Upload`: a control to choose, drop or paste images and, for each, what `model` takes it for.

    `class_names` is a list in the order of the outputs, or `class_indices` of a reader. With `paths` (one or
    several) those are shown instead. Until you choose, and where you can't, `samples` (paths) are
    shown, by default images that come with the course. A file that isn't an image gets a sentence saying so.
    With `in_distribution` (a `KNNOutlierDetector`) an image unlike those trained on gets a caution. `values`: what the network
    takes, found in it by default: (0, 255), (-1, 1), or a function of images.
    """
    files = _named(paths) if paths is not None else _ask_colab()
    samples = _named(sorted(SHIPPED.glob("*")) if samples is None else samples)
    if files is None:
        display(Upload(model, class_names, samples, in_distribution, values))
    else:
        results = predict_files(model, class_names, files or samples, in_distribution, values)
        page = as_html(results, class_names_of(model, class_names))
        data, metadata = mimebundle({"text/html": page, "text/plain": as_text(results)})
        display(data, metadata=metadata, raw=True)


class Upload(StaticFallback, UploadControl):
    """A control to choose, drop or paste image files, and below it the answers; at first those for `samples`, (name, source) each.

    `results` are the answers, a Prediction or an ImageError each; `html` is what is shown.
    """

    def __init__(
        self,
        model: keras.Model,
        class_names: ClassNames,
        samples: Sequence[tuple[str, Source]] = (),
        in_distribution: Callable | None = None,
        values: Values = None,
    ):
        self._predict = lambda files: predict_files(model, class_names, files, in_distribution, values)
        self._names = class_names_of(model, class_names)
        self.results: list[Answer] = list(self._predict(samples))
        self._cards: list[str] = []  # of a choice, made once each
        super().__init__(self._answer, multiple=True, html=as_html(self.results, self._names))

    @property
    def html(self) -> str:
        """The answers as they are shown."""
        return self._html

    def fallback(self) -> Formats:
        """Return the answers, as they are shown and as sentences."""
        return {"text/html": self._html, "text/plain": as_text(self.results)}

    def _answer(self, file: ReceivedFile) -> str:
        """Add the answer for a file; the first of a choice takes the place of all that is there."""
        if file.number == 1:
            self.results, self._cards, self._html = [], [], ""
        try:
            self.results += self._predict([(file.name, file.open())])
        except ImageError as error:  # it did not come
            self.results.append(error)
        self._cards.append(_card(self.results[-1], self._names))
        if file.number in (1, file.count) or file.number % SHOWN_EVERY == 0:
            self._html = _page(self.results, self._cards)
        return "The answers are below." if file.number == file.count else ""

    def _fail(self, text: str) -> None:
        self.results, self._cards, self._html = [], [], status_line(escape(text))


def as_html(results: Sequence[Answer], class_names: Sequence[str] = ()) -> str:
    """Return the answers as a piece of HTML that needs no kernel and no style sheet: a card for each file, in equal columns.

    class_names: up to four of them have a color each, by their place.
    """
    return _page(results, [_card(item, class_names) for item in results])


def _page(results: Sequence[Answer], cards: Sequence[str]) -> str:
    sizes = {item.seen.shape[:2] for item in results if isinstance(item, Prediction)}
    seen = "".join(f", and right what the network sees: {height} × {width} pixels" for height, width in sizes)
    title = f'<p style="{QUIET};margin:0 0 8px">Left the image{seen}.</p>' if sizes else ""
    return f'<div style="{TEXT}">{title}<div role="list" style="{GRID}">{"".join(cards)}</div></div>'


def as_text(results: Sequence[Answer]) -> str:
    """Return the answers as sentences, one a line."""
    lines = [str(item) if isinstance(item, ImageError) else item.sentence for item in results]
    return "\n".join(lines) or "No image chosen yet."


def _card(item: Answer, class_names: Sequence[str] = ()) -> str:
    if isinstance(item, ImageError):
        return f'<div role="listitem" style="{CARD}">{_caution(str(item), "✗")}</div>'
    name = escape(item.name)
    images = _image(item.image, f"{name} as given", "flex:1;min-width:0") + _image(
        item.seen, f"{name} as the network sees it", "flex:none;width:112px;image-rendering:pixelated"
    )
    colors = dict(zip(class_names, CLASS_COLORS, strict=False)) if len(class_names) <= len(CLASS_COLORS) else {}
    rows = "".join(
        _row(name, share, place == 0, colors.get(name, "#0072b2")) for place, (name, share) in enumerate(item.top)
    )
    return (
        f'<div role="listitem" style="{CARD}"><div style="{PAIR}">{images}</div>'
        f'<div style="{QUIET};{ONE_LINE}" title="{name}">{name}</div><div style="{BARS}">{rows}</div>'
        f"{''.join(map(_caution, item.cautions))}</div>"
    )


def _row(class_name: str, probability: float, is_first: bool, color: str) -> str:
    """Return a class, a bar for its probability, and the number, as three cells of a grid."""
    weight = "font-weight:700;" if is_first else ""
    number = f"{probability:.2f}" if probability >= 0.005 else "&lt; 0.01"
    bar = f'<div style="height:100%;width:{probability:.1%};background:{color};border-radius:2px"></div>'
    return (
        f'<span style="{weight}{ONE_LINE}">{escape(class_name)}</span><span aria-hidden="true" style="{BAR}">{bar}</span>'
        f'<span style="{weight}text-align:right">{number}</span>'
    )


def _caution(text: str, sign: str = "⚠") -> str:
    return f'<div role="note" style="{NOTE}"><b aria-hidden="true">{sign}</b> {escape(text)}</div>'


def _image(image: Any, alt: str, style: str) -> str:
    return f'<img alt="{alt}" style="{style};height:112px;object-fit:contain;margin:0" src="{image_address(image)}">'


def _named(paths: Source | Sequence[Source]) -> list[tuple[str, Source]]:
    """Return (name, source) of one path, file or its bytes, or of several."""
    paths = [paths] if isinstance(paths, str | os.PathLike | bytes) or hasattr(paths, "read") else paths
    return [(_name(path, number), path) for number, path in enumerate(paths, 1)]


def _name(source: Source, number: int) -> str:
    path = os.fspath(source) if isinstance(source, str | os.PathLike) else getattr(source, "name", "")
    return printable(os.path.basename(path) if isinstance(path, str) and path else f"image {number}")


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
