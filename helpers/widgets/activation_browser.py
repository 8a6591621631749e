"""Every layer of a network and every channel, for one image, drawn in the browser (`activation_browser.js`)."""

from collections.abc import Sequence
from html import escape

import keras
import numpy as np
import traitlets
from matplotlib.figure import Figure

from helpers.models.layers import channel_grid, layer_outputs
from helpers.widgets.base import StaticFallback, embed_live
from helpers.widgets.payload import as_colors, atlases, chances, class_names_of, jpeg, layer_tiles, packed, webp
from helpers.widgets.read_files import in_base64, read_files
from helpers.widgets.user_image import UserImage

SHOWN = 16  # channels in the image that stands in


class ActivationBrowser(StaticFallback, UserImage):
    """`ActivationBrowser(model, image)`: layers as a strip, channels as tiles, one large beside the image.

    `image` is what the network takes, (H, W, C) float32 0…1. `class_names` in the order of the outputs. `layer` (counted without
    Flatten) and `channel` can be set, here and later; `look(image)` shows another one. Everything goes to the
    browser once for each image, a byte for each value. Point at the large channel, or move through it by arrow keys, to see what
    part of the image one of its values depends on.
    """

    _esm = read_files("static/common.js", "static/inside_parts.js", "activation_browser.js")
    _css = read_files("static/widgets.css", "static/inside.css")
    _layers = traitlets.List().tag(sync=True)
    _tiles = traitlets.CBytes().tag(sync=True)
    _image = traitlets.CBytes().tag(sync=True)
    _answer = traitlets.Unicode().tag(sync=True)
    _serial = traitlets.Int().tag(sync=True)

    layer = traitlets.Int(0, min=0).tag(sync=True)
    channel = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        model: keras.Model,
        image: np.ndarray,
        class_names: Sequence[str] | None = None,
        layer: int = 0,
        channel: int = 0,
    ):
        self._model, self._names = model, class_names_of(model, class_names)
        super().__init__()
        self.look(image)
        self.layer, self.channel = layer, channel

    def look(self, image: np.ndarray) -> None:
        """Shows another image: layer and channel stay."""
        layers, tiles = layer_tiles(self._model, image)
        self.image = np.asarray(image, "float32")
        shares = chances(self._model, self.image[None])[0]
        best = int(shares.argmax())
        with self.hold_sync():
            self._layers, self._tiles, self._image = layers, tiles, packed(as_colors(self.image))
            self._answer = f"{self._names[best]} {shares[best]:.2f}"
            self._serial += 1

    @traitlets.validate("layer", "channel")
    def _within(self, proposal) -> int:
        """What is set from Python has to exist; the browser asks for nothing else."""
        count = len(self._layers)
        if proposal["trait"].name == "channel":
            count = max(layer["count"] for layer in self._layers) if self._layers else 1
        if count and proposal["value"] >= count:
            raise ValueError(f"{proposal['trait'].name} goes from 0 to {count - 1}; it cannot be {proposal['value']}.")
        return proposal["value"]

    def _take(self, image: np.ndarray) -> str:
        self.look(image)
        return f"Your image, as the network sees it. It says: {self._answer}."

    def fallback(self) -> dict[str, str | bytes]:
        parts = [
            f"{one['name']} {' × '.join(map(str, one['shape']))} ({one['share']:.0%} silent)" for one in self._layers
        ]
        text = f"The layers for one image: {', '.join(parts)}. The network says {self._answer}."
        file = jpeg(self._figure())
        tag = f'<img src="data:image/jpeg;base64,{in_base64(file)}" alt="{escape(text)}" style="max-width: 100%">'
        state = {
            "_still": True,
            "_layers": self._layers,
            "_atlases": atlases(self._layers, self._tiles),
            "_image": webp(as_colors(self.image), 85),
            "_answer": self._answer,
            "layer": self.layer,
            "channel": self.channel,
        }
        return {"image/jpeg": file, "text/html": embed_live(tag, self._esm, self._css, state), "text/plain": text}

    def _figure(self) -> Figure:
        """The image, the chosen channel, and the first channels of the layer."""
        layer = self._layers[self.layer]
        values = layer_outputs(self._model, self.image)[layer["name"]]
        grid, _ = channel_grid(values[..., :SHOWN], columns=4) if values.ndim == 3 else channel_grid(values, columns=32)
        channel = min(self.channel, values.shape[-1] - 1)
        chosen, which = (values[..., channel], f"channel {channel}") if values.ndim == 3 else (grid, "all units")
        figure = Figure(figsize=(8, 3), layout="constrained")
        titles = ["the image", f"{layer['name']}, {which}", f"{layer['name']}, first channels"]
        for axis, image, title in zip(
            figure.subplots(1, 3), (as_colors(self.image), chosen, grid), titles, strict=True
        ):
            axis.imshow(image, cmap="gray")
            axis.set_title(title, fontsize=10)
            axis.axis("off")
        return figure
