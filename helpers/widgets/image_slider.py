"""A slider through a set of images: each enlarged, with its label, and as the numbers that it is."""

from collections.abc import Sequence
from html import escape

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from helpers.images.encode import data_uri, encode, to_uint8
from helpers.plots import figures
from helpers.widgets.base import Formats
from helpers.widgets.compat import status_line
from helpers.widgets.slider_page import SliderPage, slider_value

SIDE = 224  # pixels of the enlarged image: 8 for each of 28
WIDEST = 32  # columns of numbers that still fit next to it


class ImageSlider(SliderPage):
    """`ImageSlider(images, labels, class_names, index=42)`: move the slider or type an index.

    `images` (N, H, W), (N, H, W, 1) or (N, H, W, 3), as `to_uint8` takes them; `labels` (N,) integers; `class_names` one for
    each label. `numbers` shows gray images up to 32 pixels wide as numbers, too. The index shown is `index`, and can be set.
    `what` says what the images are: "channel" gives "Channel 3".
    """

    def __init__(
        self,
        images: Sequence[np.ndarray],
        labels: Sequence[int] | None = None,
        class_names: Sequence[str] | None = None,
        *,
        numbers: bool = True,
        index: int = 0,
        what: str = "image",
    ):
        if not len(images):
            raise ValueError("images is empty: there is nothing to show.")
        if labels is not None and len(labels) != len(images):
            raise ValueError(f"{len(labels)} labels for {len(images)} images.")
        if not 0 <= index < len(images):
            raise ValueError(f"the index is {index}; there are the images 0 to {len(images) - 1}.")
        self._images, self._labels, self._class_names, self._numbers = images, labels, class_names, numbers
        self._what = what.capitalize()
        super().__init__(ipywidgets.IntSlider(value=index, max=len(images) - 1, description="index"))

    index = slider_value("Index of the image shown, from 0.")

    @property
    def text(self) -> str:
        """The image shown, in words: "Image 42: label 9, Ankle boot"."""
        if self._labels is None:
            return f"{self._what} {self.index}"
        label = int(self._labels[self.index])
        name = f", {self._class_names[label]}" if self._class_names is not None else ""
        return f"{self._what} {self.index}: label {label}{name}"

    def fallback(self) -> Formats:
        """Return the image shown, enlarged, and its numbers."""
        image = self._images[self.index]
        numbers = numbers_text(image) if self._numbers else ""
        figure = Figure(figsize=(8.6 if numbers else 2.6, 2.7))
        axis = figure.add_axes((0, 0, 2.5 / figure.get_figwidth(), 0.91))
        axis.imshow(to_uint8(image), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axis.axis("off")
        figure.text(0.005, 0.935, self.text, fontsize=10)
        figure.text(0.3, 0.455, numbers, family="monospace", fontsize=6.1, va="center", linespacing=1.05)
        return {"image/png": figures.png(figure), "text/plain": f"{self.text}."}

    def _draw(self) -> str:
        image, text = self._images[self.index], escape(self.text)
        pixels = to_uint8(image)
        width = pixels.shape[1] * max(1, SIDE // pixels.shape[1])  # every pixel a square
        tag = f'<img alt="{text}" decoding="sync" style="width:{width}px" src="{data_uri(encode(pixels))}">'
        table = numbers_text(image) if self._numbers else ""
        table = table and f'<pre data-pixels aria-label="its numbers">{table}</pre>'
        parts = f'<div class="lts-pixels"><div class="lts-stage">{tag}</div>{table}</div>'
        return status_line(f"<b>{text}</b>") + parts


def numbers_text(image: np.ndarray) -> str:
    """Return the numbers of a small gray image, row by row (uint8 as 0…255, floats with two digits); "" for all others."""
    image = np.asarray(image)
    image = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    if image.ndim != 2 or image.shape[1] > WIDEST:
        return ""
    form = "{:3d}" if np.issubdtype(image.dtype, np.integer) else "{:.2f}"
    return "\n".join(" ".join(form.format(value) for value in row) for row in image)
