"""A few images on their way through a network: what one filter of each layer passes on, chosen by a slider."""

from collections.abc import Sequence
from html import escape

import ipywidgets
import keras
import numpy as np
from matplotlib.figure import Figure

from helpers.images.encode import data_uri, encode
from helpers.models.layers import convolutions_and_pools
from helpers.models.values import Values, unit_images
from helpers.plots import figures
from helpers.plots.labels import plain_text
from helpers.widgets.base import Formats
from helpers.widgets.compat import status_line
from helpers.widgets.slider_page import SliderPage, slider_value

TILE, GRID = 96, "gap:4px 8px;align-items:center;width:fit-content;max-width:100%;font-size:12px;line-height:1.35"


class FeatureMapGrid(SliderPage):
    """`FeatureMapGrid(model, images, names)`: rows are the images, columns the convolution and pooling layers of `model`.

    `images` (N, H, W) or (N, H, W, 1), their values and `values` as for `network_input`; `names` one for each. All activations are computed here, once;
    the slider only draws. In each column white is the largest value of that filter among the images, black is 0.
    The filter shown is `filter_index`, and can be set. ValueError if the network has no such layer, or for wrong names.
    """

    def __init__(
        self, model: keras.Model, images: np.ndarray, names: Sequence, filter_index: int = 0, values: Values = None
    ):
        if len(names) != len(images) or not len(images):
            raise ValueError(f"{len(names)} names for {len(images)} images.")
        images = unit_images(model, images, values)
        self._names = [str(name) for name in names]
        self._layers = convolutions_and_pools(model, images, values)
        self._images = images if images.ndim == 3 else images.mean(axis=3)
        count = min(maps.shape[-1] for _, maps in self._layers)
        if not 0 <= filter_index < count:
            raise ValueError(f"there are the filters 0 to {count - 1}; {filter_index} is not one of them.")
        super().__init__(ipywidgets.IntSlider(value=filter_index, max=count - 1, description="filter"))

    filter_index = slider_value("Filter of every layer that is shown, from 0.")

    @property
    def text(self) -> str:
        """The same in words: how much of each layer's result is not 0, image by image."""
        parts = []
        for title, values in self._layers:
            shares = (values[..., self.filter_index] > 0).mean(axis=(1, 2))
            parts.append(f"{title} {', '.join(f'{share:.0%}' for share in shares)}")
        return f"Filter {self.filter_index}, share above 0 in {', '.join(self._names)}: {'; '.join(parts)}."

    def fallback(self) -> Formats:
        """Return the grid as an image and as a page, and its sentence."""
        columns = self._columns()
        figure = Figure(figsize=(1.2 * len(columns) + 0.5, 1.2 * len(self._names) + 0.4), layout="constrained")
        axes = figure.subplots(len(self._names), len(columns), squeeze=False)
        for axis, name in zip(axes[:, 0], self._names, strict=True):
            axis.set_ylabel(plain_text(name), rotation=0, ha="right", va="center")
        for column, (title, maps) in zip(axes.T, columns, strict=True):
            column[0].set_title(f"{title}\n{maps.shape[1]} × {maps.shape[2]}", fontsize=9)
            for axis, tile in zip(column, maps, strict=True):
                axis.imshow(tile, cmap="gray", vmin=0, vmax=1)
                axis.set(xticks=[], yticks=[])
        return {"image/png": figures.png(figure), "text/html": self.html, "text/plain": self.text}

    def _columns(self) -> list[tuple[str, np.ndarray]]:
        """Return what is shown: (title, (N, H, W) float 0…1), where 1 is the largest value of the column."""
        columns = [("image", self._images), *((title, maps[..., self.filter_index]) for title, maps in self._layers)]
        return [(title, np.clip(maps / (max(maps.max(), 0) or 1), 0, 1)) for title, maps in columns]

    def _draw(self) -> str:
        """Return the grid as HTML: names are text, and each tile is an image of its own size that the page enlarges."""
        columns = self._columns()
        heads = [f"<b>{escape(title)}</b><br>{maps.shape[1]} × {maps.shape[2]}" for title, maps in columns]
        cells = ["<span></span>", *(f"<span>{head}</span>" for head in heads)]
        for row, name in enumerate(self._names):
            cells += [
                f"<span>{escape(name)}</span>",
                *(_tile(maps[row], f"{title} of {name}") for title, maps in columns),
            ]
        style = f"display:grid;grid-template-columns:auto repeat({len(columns)},minmax(0,{TILE}px));{GRID}"
        grid = f'<div role="img" aria-label="{escape(self.text)}" style="{style}">{"".join(cells)}</div>'
        return grid + status_line(escape(self.text))


def _tile(values: np.ndarray, text: str) -> str:
    style = "display:block;width:100%;margin:0;image-rendering:pixelated"
    return f'<img alt="{escape(text)}" decoding="sync" style="{style}" src="{data_uri(encode(values))}">'
