"""Images with Grad-CAM laid over them, its strength on a slider that works in the browser (`gradcam.js`)."""

from collections.abc import Sequence
from html import escape

import keras
import numpy as np
import traitlets
from matplotlib import colormaps
from matplotlib.figure import Figure

from helpers.models.layers import grad_cam
from helpers.widgets.base import StaticFallback, embed_live
from helpers.widgets.payload import as_colors, chances, class_names_of, jpeg, to_bytes, webp
from helpers.widgets.read_files import in_base64, read_files
from helpers.widgets.user_image import UserImage

PLACES = ["top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right"]


class GradCam(StaticFallback, UserImage):
    """`GradCam(model, images, truths, class_names)`: where the network looked, over each image.

    `images` (N, H, W, C) float32 0…1; `truths` (N,) class numbers, or None where nobody knows. The maps are for the class that the
    network says, or for `class_index`; `layer` as in `grad_cam`. `opacity` (0…1) can be set. A learner's own image is put in front.
    `heats` are the maps, (H, W) float32 each.
    """

    _esm = read_files("static/common.js", "static/inside_parts.js", "gradcam.js")
    _css = read_files("static/widgets.css", "static/inside.css")
    _cards = traitlets.List().tag(sync=True)
    _images = traitlets.CBytes().tag(sync=True)
    _heats = traitlets.CBytes().tag(sync=True)
    _serial = traitlets.Int().tag(sync=True)

    opacity = traitlets.Float(0.5, min=0, max=1).tag(sync=True)

    def __init__(
        self,
        model: keras.Model,
        images: Sequence[np.ndarray],
        truths: Sequence[int] | None = None,
        class_names: Sequence[str] | None = None,
        class_index: int | None = None,
        layer=None,
        opacity: float = 0.5,
    ):
        self._model, self._names = model, class_names_of(model, class_names)
        self._how = {"class_index": class_index, "layer": layer}
        images = [np.asarray(image, "float32") for image in images]
        truths = [None] * len(images) if truths is None else [int(truth) for truth in truths]
        if len(truths) != len(images) or not images:
            raise ValueError(f"{len(truths)} truths for {len(images)} images.")
        super().__init__(opacity=opacity)
        self._show(images, truths)

    def _show(self, images: list[np.ndarray], truths: list[int | None]) -> None:
        self.images, self._truths = images, truths
        self.heats = [grad_cam(self._model, image, **self._how) for image in images]
        answers = chances(self._model, np.stack(images))
        cards = [self._card(*one) for one in zip(self.heats, answers, truths, strict=True)]
        with self.hold_sync():
            self._cards = cards
            self._images = b"".join(as_colors(image).tobytes() for image in images)
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

    def _take(self, image: np.ndarray) -> str:
        self._show([image, *self.images], [None, *self._truths])
        return "Your image is the first."

    def fallback(self) -> dict[str, str | bytes]:
        text = " ".join(f"{number}: {card['text']}" for number, card in enumerate(self._cards, 1))
        file = jpeg(self._figure())
        tag = f'<img src="data:image/jpeg;base64,{in_base64(file)}" alt="{escape(text)}" style="max-width: 100%">'
        files = [
            {"image": webp(as_colors(image)), "heat": webp(to_bytes(heat))}
            for image, heat in zip(self.images, self.heats, strict=True)
        ]
        cards = [card | file for card, file in zip(self._cards, files, strict=True)]
        state = {"_still": True, "_cards": cards, "opacity": self.opacity}
        return {"image/jpeg": file, "text/html": embed_live(tag, self._esm, self._css, state), "text/plain": text}

    def _figure(self) -> Figure:
        columns = min(3, len(self.images))
        rows = -(-len(self.images) // columns)
        figure = Figure(figsize=(2.2 * columns, 2.4 * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).flat
        for axis in axes:
            axis.axis("off")
        axes = figure.axes
        for axis, image, heat, card in zip(axes, self.images, self.heats, self._cards, strict=False):
            warm = colormaps["inferno"](heat)[..., :3]
            axis.imshow((1 - self.opacity) * as_colors(image) / 255 + self.opacity * warm)
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
