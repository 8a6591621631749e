"""A few images on their way through a network: what one filter of each layer passes on, chosen by a slider."""

import io
from collections.abc import Sequence

import ipywidgets
import keras
import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from helpers.models.layers import convolutions_and_pools
from helpers.widgets.base import StaticFallback

CELL, GAP, HEAD, SIDE = 112, 6, 38, 78  # pixels: an image, between two, the headings above and the names beside
FONT = font_manager.findfont("DejaVu Sans")  # ships with Matplotlib and has a "×"


class FeatureMapGrid(StaticFallback, ipywidgets.VBox):
    """`FeatureMapGrid(model, images, names)`: rows are the images, columns the convolution and pooling layers of `model`.

    `images` (N, H, W) or (N, H, W, 1), floats 0…1; `names` one for each. All activations are computed here, once;
    the slider only draws. In each column white is the largest value of that filter among the images, black is 0.
    The filter shown is `filter`, and can be set. ValueError if the network has no such layer, or for wrong names.
    """

    def __init__(self, model: keras.Model, images: Sequence[np.ndarray], names: Sequence, filter: int = 0):
        images = np.asarray(images, "float32")
        if len(names) != len(images) or not len(images):
            raise ValueError(f"{len(names)} names for {len(images)} images.")
        images = images.reshape(len(images), *images.shape[1:3], 1)
        self._names = [str(name) for name in names]
        self._layers = convolutions_and_pools(model, images)
        self._images = images[..., 0]
        count = min(values.shape[-1] for _, values in self._layers)
        if not 0 <= filter < count:
            raise ValueError(f"there are the filters 0 to {count - 1}; {filter} is none of them.")
        self._slider = ipywidgets.IntSlider(
            value=filter, max=count - 1, description="filter", layout=ipywidgets.Layout(width="min(500px, 98%)")
        )
        self._image = ipywidgets.Image(format="png", layout=ipywidgets.Layout(max_width="100%", object_fit="contain"))
        self._words = ipywidgets.HTML()
        self._slider.observe(self._show, "value")
        self._show()
        super().__init__([self._slider, self._image, self._words])

    @property
    def filter(self) -> int:
        """Which filter of every layer is shown, from 0."""
        return self._slider.value

    @filter.setter
    def filter(self, value: int) -> None:
        self._slider.value = value

    @property
    def text(self) -> str:
        """The same in words: how much of each layer's result is not 0, image by image."""
        parts = []
        for title, values in self._layers:
            shares = [(one > 0).mean() for one in values[..., self.filter]]
            parts.append(f"{title} {', '.join(f'{share:.0%}' for share in shares)}")
        return f"Filter {self.filter}, share above 0 in {', '.join(self._names)}: {'; '.join(parts)}."

    def drawn(self) -> bytes:
        """The grid as a PNG."""
        columns = [("image", self._images), *((title, values[..., self.filter]) for title, values in self._layers)]
        size = (SIDE + len(columns) * (CELL + GAP), HEAD + len(self._names) * (CELL + GAP))
        sheet = Image.new("L", size, 255)
        pen, font = ImageDraw.Draw(sheet), ImageFont.truetype(FONT, 12)
        for row, name in enumerate(self._names):
            pen.text((4, HEAD + row * (CELL + GAP) + CELL // 2 - 8), name, 0, font)
        for column, (title, values) in enumerate(columns):
            left, largest = SIDE + column * (CELL + GAP), values.max()
            pen.multiline_text((left, 2), f"{title}\n{values.shape[1]} × {values.shape[2]}", 0, font, spacing=2)
            for row, one in enumerate(np.clip(values / (largest if largest > 0 else 1), 0, 1)):
                tile = Image.fromarray((one * 255).astype("uint8")).resize((CELL, CELL), Image.Resampling.NEAREST)
                sheet.paste(tile, (left, HEAD + row * (CELL + GAP)))
        file = io.BytesIO()
        sheet.save(file, format="png", compress_level=3)
        return file.getvalue()

    def fallback(self) -> dict[str, str | bytes | memoryview]:
        return {"image/png": self._image.value, "text/plain": self.text}

    def _show(self, _=None) -> None:
        self._image.value = self.drawn()
        self._words.value = f'<div role="status">{self.text}</div>'
