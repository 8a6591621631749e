"""Every layer of a network and every channel, for one picture, drawn in the browser (`activation_browser.js`)."""

from collections.abc import Sequence
from html import escape

import keras
import numpy as np
import traitlets
from matplotlib.figure import Figure

from helpers.activations import channel_grid, layer_outputs
from helpers.inside_pictures import as_colours, atlases, chances, jpeg, layer_tiles, names_of, packed, webp

from .own_picture import OwnPicture
from .scripts import in_base64, joined
from .standin import StandIn, live

SHOWN = 16  # channels in the picture that stands in


class ActivationBrowser(StandIn, OwnPicture):
    """`ActivationBrowser(model, picture)`: layers as a strip, channels as tiles, one large beside the picture.

    `picture` is what the network takes, (H, W, C) float32 0…1. `class_names` in the order of the outputs. `layer` (counted without
    Flatten) and `channel` can be set, here and later; `look(picture)` shows another one. Everything goes to the
    browser once for each picture, a byte for each value. Point at the large channel, or move through it by arrow keys, to see what
    part of the picture one of its values depends on.
    """

    _esm = joined("common.js", "inside_parts.js", "activation_browser.js")
    _css = joined("widgets.css", "inside.css")
    _layers = traitlets.List().tag(sync=True)
    _tiles = traitlets.CBytes().tag(sync=True)
    _picture = traitlets.CBytes().tag(sync=True)
    _answer = traitlets.Unicode().tag(sync=True)
    _serial = traitlets.Int().tag(sync=True)

    layer = traitlets.Int(0, min=0).tag(sync=True)
    channel = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        model: keras.Model,
        picture: np.ndarray,
        class_names: Sequence[str] | None = None,
        layer: int = 0,
        channel: int = 0,
    ):
        self._model, self._names = model, names_of(model, class_names)
        super().__init__()
        self.look(picture)
        self.layer, self.channel = layer, channel

    def look(self, picture: np.ndarray) -> None:
        """Shows another picture: layer and channel stay."""
        layers, tiles = layer_tiles(self._model, picture)
        self.picture = np.asarray(picture, "float32")
        shares = chances(self._model, self.picture[None])[0]
        best = int(shares.argmax())
        with self.hold_sync():
            self._layers, self._tiles, self._picture = layers, tiles, packed(as_colours(self.picture))
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

    def _take(self, picture: np.ndarray) -> str:
        self.look(picture)
        return f"Your picture, as the network sees it. It says: {self._answer}."

    def stand_in(self) -> dict[str, str | bytes]:
        parts = [
            f"{one['name']} {' × '.join(map(str, one['shape']))} ({one['share']:.0%} silent)" for one in self._layers
        ]
        text = f"The layers for one picture: {', '.join(parts)}. The network says {self._answer}."
        picture = jpeg(self._figure())
        image = f'<img src="data:image/jpeg;base64,{in_base64(picture)}" alt="{escape(text)}" style="max-width: 100%">'
        state = {
            "_still": True,
            "_layers": self._layers,
            "_atlases": atlases(self._layers, self._tiles),
            "_picture": webp(as_colours(self.picture), 85),
            "_answer": self._answer,
            "layer": self.layer,
            "channel": self.channel,
        }
        return {"image/jpeg": picture, "text/html": live(image, self._esm, self._css, state), "text/plain": text}

    def _figure(self) -> Figure:
        """The picture, the chosen channel, and the first channels of the layer."""
        layer = self._layers[self.layer]
        values = layer_outputs(self._model, self.picture)[layer["name"]]
        grid, _ = channel_grid(values[..., :SHOWN], columns=4) if values.ndim == 3 else channel_grid(values, columns=32)
        channel = min(self.channel, values.shape[-1] - 1)
        chosen, which = (values[..., channel], f"channel {channel}") if values.ndim == 3 else (grid, "all units")
        figure = Figure(figsize=(8, 3), layout="constrained")
        titles = ["the picture", f"{layer['name']}, {which}", f"{layer['name']}, first channels"]
        for axis, image, title in zip(
            figure.subplots(1, 3), (as_colours(self.picture), chosen, grid), titles, strict=True
        ):
            axis.imshow(image, cmap="gray")
            axis.set_title(title, fontsize=10)
            axis.axis("off")
        return figure
