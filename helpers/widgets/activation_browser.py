"""Every layer of a network and every channel, for one image, drawn in the browser (`activation_browser.js`)."""

import keras
import numpy as np
import traitlets
from matplotlib.figure import Figure

from helpers.images.classes import ClassNames
from helpers.images.encode import image_address
from helpers.models import channel_grid, layer_outputs
from helpers.models.layer_graph import layers_by_name
from helpers.models.predict import class_names_of, predict_probabilities
from helpers.models.top_patches import TopPatches
from helpers.models.values import Values, as_batch, unit_images
from helpers.plots.labels import plain_text
from helpers.widgets.base import Formats, InvalidValueError, script
from helpers.widgets.file_receiver import UserImage
from helpers.widgets.payload import as_channels, atlases, layer_tiles, patch_sheets, to_rgb

SHOWN = 16  # channels in the static fallback


class ActivationBrowser(UserImage):
    """`ActivationBrowser(model, image)`: layers as a strip, channels as tiles, one large next to the image.

    `image`: (H, W, C), its values and `values` as for `network_input`. `class_names` in the order of the outputs. `layer` (counted
    without Flatten) and `channel` can be set; `look(image)` shows another one. Everything goes to the
    browser once for each image, a byte for each value. Point at the large channel, or move through it by arrow keys, to see what
    part of the image one of its values depends on. `patches`, as `top_patches` returns them, adds those that excite the channel most.
    """

    _esm = script("static/upload_control.js", "activation_browser.js")
    _layers: traitlets.List = traitlets.List().tag(sync=True)
    _tiles = traitlets.CBytes().tag(sync=True)
    _image = traitlets.Unicode().tag(sync=True)
    _answer = traitlets.Unicode().tag(sync=True)
    _serial = traitlets.Int().tag(sync=True)
    _patches: traitlets.List = traitlets.List().tag(sync=True)

    layer = traitlets.Int(0, min=0).tag(sync=True)
    channel = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(
        self,
        model: keras.Model,
        image: np.ndarray,
        class_names: ClassNames | None = None,
        channel: int = 0,
        values: Values = None,
        patches: dict[str, TopPatches] | None = None,
    ):
        self._model, self._values, self._names = model, values, class_names_of(model, class_names)
        if unknown := set(patches or {}) - set(layers_by_name(model)):
            raise ValueError(
                f"This network has no layer {', '.join(sorted(unknown))}: the patches are of another one. "
                "Make them with top_patches(model, images)."
            )
        super().__init__(_patches=patch_sheets(patches or {}))
        self.look(image)
        self.channel = channel

    def look(self, image: np.ndarray) -> None:
        """Show another image: layer and channel stay."""
        images = unit_images(self._model, as_batch(self._model, image), self._values)
        shares = predict_probabilities(self._model, images, self._values)[0]
        layers, tiles = layer_tiles(self._model, images[0], self._values)
        self.image, best = images[0], int(shares.argmax())
        with self.hold_sync():
            self._layers, self._tiles, self._image = layers, tiles, image_address(to_rgb(self.image))
            self._answer = f"{self._names[best]} {shares[best]:.2f}"
            self._serial += 1

    @traitlets.validate("layer", "channel")
    def _within(self, proposal: dict) -> int:
        """Check what is set from Python; the browser asks only for what exists."""
        count = len(self._layers)
        if proposal["trait"].name == "channel":
            count = max(layer["count"] for layer in self._layers) if self._layers else 1
        if count and proposal["value"] >= count:
            raise InvalidValueError(
                f"{proposal['trait'].name} goes from 0 to {count - 1}; it cannot be {proposal['value']}."
            )
        return proposal["value"]

    def _take(self, image: np.ndarray) -> str:
        self.look(image)
        return f"Your image, as the network sees it. It says: {self._answer}."

    def fallback(self) -> Formats:
        """Return the chosen layer and channel as an image, and all layers in words."""
        parts = [
            f"{layer['name']} {' × '.join(map(str, layer['shape']))} ({layer['share']:.0%} silent)"
            for layer in self._layers
        ]
        text = f"The layers for one image: {', '.join(parts)}. The network says {self._answer}."
        state = {name: getattr(self, name) for name in ("_layers", "_image", "_patches", "_answer", "layer", "channel")}
        state |= {"_still": True, "_atlases": atlases(self._layers, self._tiles)}
        return self._live_image_fallback(text, self._figure(), state)

    def _figure(self) -> Figure:
        """Plot the image, the chosen channel, and the first channels of the layer."""
        layer = self._layers[self.layer]
        values = as_channels(layer_outputs(self._model, self.image, self._values)[layer["name"]])
        grid, _ = channel_grid(values[..., :SHOWN], columns=4) if values.ndim == 3 else channel_grid(values, columns=32)
        channel = min(self.channel, values.shape[-1] - 1)
        chosen, which = (values[..., channel], f"channel {channel}") if values.ndim == 3 else (grid, "all units")
        figure = Figure(figsize=(8, 3), layout="constrained")
        titles = ["the image", f"{layer['name']}, {which}", f"{layer['name']}, first channels"]
        for axis, image, title in zip(figure.subplots(1, 3), (to_rgb(self.image), chosen, grid), titles, strict=True):
            axis.imshow(image, cmap="gray")
            axis.set_title(plain_text(title), fontsize=10)
            axis.axis("off")
        return figure
