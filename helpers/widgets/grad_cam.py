"""Images with Grad-CAM laid over them, its strength on a slider that works in the browser (`grad_cam.js`)."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import traitlets
from matplotlib.figure import Figure

from helpers.images.classes import ClassNames, class_labels
from helpers.images.encode import image_address
from helpers.models import grad_cam
from helpers.models.predict import class_names_of, predict_probabilities
from helpers.models.values import Values, as_batch, unit_images
from helpers.plots.heat import OPACITY, heat_layer, heat_overlay
from helpers.plots.labels import plain_text
from helpers.widgets.base import Formats, script
from helpers.widgets.file_receiver import UserImage
from helpers.widgets.payload import to_rgb

PLACES = ["top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right"]
EVEN = 0.2  # of the evidence in the strongest of nine parts; ninths would be 0.11


class GradCam(UserImage):
    """`GradCam(model, images, truths, class_names)`: where the network looked, over each image.

    `images` (N, H, W, C), their values and `values` as for `network_input`; `truths` as `class_labels` takes them, or None where they
    are unknown. The maps are for the class that the network says. `opacity` (0…1) can be set. A learner's own image is put in front.
    `heats` are the maps, (H, W) float32 each.
    """

    _esm = script("static/upload_control.js", "grad_cam.js")
    _cards: traitlets.List = traitlets.List().tag(sync=True)
    _key = traitlets.Unicode(image_address(heat_layer(np.linspace(0, 1, 64)[None]))).tag(sync=True)

    opacity = traitlets.Float(OPACITY, min=0, max=1).tag(sync=True)

    def __init__(
        self,
        model: keras.Model,
        images: Sequence[np.ndarray],
        truths: Any = None,
        class_names: ClassNames | None = None,
        values: Values = None,
    ):
        self._model, self._values, self._names = model, values, class_names_of(model, class_names)
        images = [] if images is None else [unit_images(model, as_batch(model, image), values)[0] for image in images]
        if not images:
            raise ValueError("There is no image to look at; give at least one.")
        answers: list[int | None] = [None] * len(images)
        if truths is not None:
            answers = class_labels(truths, len(self._names), len(images)).tolist()
        super().__init__()
        self._show(images, answers)

    def _show(self, images: list[np.ndarray], truths: list[int | None]) -> None:
        answers = predict_probabilities(self._model, np.stack(images), self._values)
        heats = [grad_cam(self._model, image, values=self._values) for image in images]
        cards = [self._card(*parts) for parts in zip(images, heats, answers, truths, strict=True)]
        self.images, self._truths, self.heats, self._cards = images, truths, heats, cards

    def _card(self, image: np.ndarray, heat: np.ndarray, answer: np.ndarray, truth: int | None) -> dict:
        best = int(answer.argmax())
        verdict = "" if truth is None else "✓ " if truth == best else "✗ "
        title = f"{verdict}{self._names[best]} {answer[best]:.2f}"
        truly = "" if truth in (None, best) else f"Really: {self._names[truth]}. "
        words = f"{truly}{looked_at(heat)} for {self._names[best]}."
        group = "yours" if truth is None else "right" if truth == best else "wrong"
        card = {"title": title, "words": words, "text": f"{title}. {words}", "group": group}
        return card | {"image": image_address(to_rgb(image)), "heat": image_address(heat_layer(heat))}

    def _take(self, image: np.ndarray) -> str:
        self._show([image, *self.images], [None, *self._truths])
        return "Your image is the first."

    def fallback(self) -> Formats:
        """Return the images with their maps, and a sentence for each."""
        text = " ".join(f"{number}: {card['text']}" for number, card in enumerate(self._cards, 1))
        state = {"_still": True, "_cards": self._cards, "_key": self._key, "opacity": self.opacity}
        return self._live_image_fallback(text, self._figure(), state)

    def _figure(self) -> Figure:
        columns = min(3, len(self.images))
        rows = -(-len(self.images) // columns)
        figure = Figure(figsize=(2.2 * columns, 2.4 * rows), layout="constrained")
        for axis in figure.subplots(rows, columns, squeeze=False).flat:
            axis.axis("off")
        for axis, image, heat, card in zip(figure.axes, self.images, self.heats, self._cards, strict=False):
            axis.imshow(heat_overlay(to_rgb(image), heat, self.opacity))
            axis.set_title(plain_text(card["title"]), fontsize=9)
        return figure


def looked_at(heat: np.ndarray) -> str:
    """Return where most of a map (H, W) is, in words: "Most evidence at the top left (62%)", or "No evidence" where it is 0."""
    if not heat.any():
        return "No evidence"
    thirds = [np.array_split(row, 3, axis=1) for row in np.array_split(heat, 3, axis=0)]
    sums = np.array([part.sum() for row in thirds for part in row])
    place, share = PLACES[int(sums.argmax())], sums.max() / sums.sum()
    where = f"{'in' if place == 'middle' else 'at'} the {place} ({share:.0%})"
    return f"Most evidence {where}" if share > EVEN else f"Evidence all over, a little more {where}"
