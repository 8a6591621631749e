"""Pictures with Grad-CAM laid over them, its strength on a slider that works in the browser (`gradcam.js`)."""

from collections.abc import Sequence
from html import escape

import keras
import numpy as np
import traitlets
from matplotlib import colormaps
from matplotlib.figure import Figure

from helpers.activations import grad_cam
from helpers.inside_pictures import as_colours, chances, jpeg, names_of, to_bytes, webp

from .own_picture import OwnPicture
from .scripts import in_base64, joined
from .standin import StandIn, live

PLACES = ["top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right"]


class GradCam(StandIn, OwnPicture):
    """`GradCam(model, pictures, truths, class_names)`: where the network looked, over each picture.

    `pictures` (N, H, W, C) float32 0…1; `truths` (N,) class numbers, or None where nobody knows. The maps are for the class that the
    network says, or for `class_index`; `layer` as in `grad_cam`. `opacity` (0…1) can be set. A learner's own picture is put in front.
    `heats` are the maps, (H, W) float32 each.
    """

    _esm = joined("common.js", "inside_parts.js", "gradcam.js")
    _css = joined("widgets.css", "inside.css")
    _cards = traitlets.List().tag(sync=True)
    _pictures = traitlets.CBytes().tag(sync=True)
    _heats = traitlets.CBytes().tag(sync=True)
    _serial = traitlets.Int().tag(sync=True)

    opacity = traitlets.Float(0.5, min=0, max=1).tag(sync=True)

    def __init__(
        self,
        model: keras.Model,
        pictures: Sequence[np.ndarray],
        truths: Sequence[int] | None = None,
        class_names: Sequence[str] | None = None,
        class_index: int | None = None,
        layer=None,
        opacity: float = 0.5,
    ):
        self._model, self._names = model, names_of(model, class_names)
        self._how = {"class_index": class_index, "layer": layer}
        pictures = [np.asarray(picture, "float32") for picture in pictures]
        truths = [None] * len(pictures) if truths is None else [int(truth) for truth in truths]
        if len(truths) != len(pictures) or not pictures:
            raise ValueError(f"{len(truths)} truths for {len(pictures)} pictures.")
        super().__init__(opacity=opacity)
        self._show(pictures, truths)

    def _show(self, pictures: list[np.ndarray], truths: list[int | None]) -> None:
        self.pictures, self._truths = pictures, truths
        self.heats = [grad_cam(self._model, picture, **self._how) for picture in pictures]
        answers = chances(self._model, np.stack(pictures))
        cards = [self._card(*one) for one in zip(self.heats, answers, truths, strict=True)]
        with self.hold_sync():
            self._cards = cards
            self._pictures = b"".join(as_colours(picture).tobytes() for picture in pictures)
            self._heats = b"".join(to_bytes(heat).tobytes() for heat in self.heats)
            self._serial += 1

    def _card(self, heat: np.ndarray, answer: np.ndarray, truth: int | None) -> dict:
        best = int(answer.argmax())
        shown = best if self._how["class_index"] is None else self._how["class_index"]
        verdict = "" if truth is None else "✓ " if truth == best else "✗ "
        title = f"{verdict}{self._names[best]} {answer[best]:.2f}"
        truly = "" if truth is None else f"It is {self._names[truth]}. "
        words = f"{truly}{looked_at(heat)} speaks for {self._names[shown]}."
        text = f"{title}. {words}"
        return {"rows": heat.shape[0], "columns": heat.shape[1], "title": title, "words": words, "text": text}

    def _take(self, picture: np.ndarray) -> str:
        self._show([picture, *self.pictures], [None, *self._truths])
        return "Your picture is the first."

    def stand_in(self) -> dict[str, str | bytes]:
        text = " ".join(f"{number}: {card['text']}" for number, card in enumerate(self._cards, 1))
        picture = jpeg(self._figure())
        image = f'<img src="data:image/jpeg;base64,{in_base64(picture)}" alt="{escape(text)}" style="max-width: 100%">'
        files = [
            {"picture": webp(as_colours(picture)), "heat": webp(to_bytes(heat))}
            for picture, heat in zip(self.pictures, self.heats, strict=True)
        ]
        cards = [card | file for card, file in zip(self._cards, files, strict=True)]
        state = {"_still": True, "_cards": cards, "opacity": self.opacity}
        return {"image/jpeg": picture, "text/html": live(image, self._esm, self._css, state), "text/plain": text}

    def _figure(self) -> Figure:
        columns = min(3, len(self.pictures))
        rows = -(-len(self.pictures) // columns)
        figure = Figure(figsize=(2.2 * columns, 2.4 * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).flat
        for axis in axes:
            axis.axis("off")
        axes = figure.axes
        for axis, picture, heat, card in zip(axes, self.pictures, self.heats, self._cards, strict=False):
            warm = colormaps["inferno"](heat)[..., :3]
            axis.imshow((1 - self.opacity) * as_colours(picture) / 255 + self.opacity * warm)
            axis.set_title(card["title"], fontsize=9)
        return figure


def looked_at(heat: np.ndarray) -> str:
    """Where most of a map (H, W) lies, in words: "Most at the top left", or "Nothing" where it is 0 everywhere."""
    if not heat.any():
        return "Nothing"
    thirds = [np.array_split(row, 3, axis=1) for row in np.array_split(heat, 3, axis=0)]
    sums = np.array([part.sum() for row in thirds for part in row])
    place = PLACES[int(sums.argmax())]
    return f"Most of what it saw {'in' if place == 'middle' else 'at'} the {place} ({sums.max() / sums.sum():.0%})"
