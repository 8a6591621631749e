"""What a network says of the camera's picture, again and again while you move: `live_camera.js`."""

from collections.abc import Callable
from html import escape
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import traitlets

from data_scripts.errors import DataError
from helpers.images.classes import ClassNames
from helpers.images.encode import image_address
from helpers.images.own_images import square
from helpers.images.read import open_image, to_array
from helpers.models.grad_cam import grad_cam
from helpers.models.layer_graph import layer_graph
from helpers.models.predict import SURE, class_names_of, image_shape, probabilities
from helpers.models.values import Values, input_range, network_input
from helpers.plots.heat import heat_layer
from helpers.widgets.base import BrowserWidget, Formats, script

CHECK_EVERY = 4  # images between two looks at whether any class fits
COARSE = 4  # of the map of where it looked every fourth pixel is sent
UNLIKE = "Nothing fits: this is unlike all images the network learned from."
UNSURE = "The network is unsure."


class LiveCamera(BrowserWidget):
    """Probabilities as bars while the camera runs: `LiveCamera(model, class_names, in_distribution)`.

    model: a network that takes images (N, H, W, C); `values` as for `network_input`. in_distribution: a `KNNOutlierDetector`, so that
    an image that fits no class gets a caution. The browser sends the next image after the answer to the last: a slow network gets
    fewer. `answers` counts them, `probabilities` are the last. Raises ValueError for a network that takes no images.
    """

    _esm = script("static/upload_control.js", "static/camera.js", "live_camera.js")

    _names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _side = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        model: keras.Model,
        class_names: ClassNames | None = None,
        in_distribution: Callable | None = None,
        values: Values = None,
    ):
        self._model, self._in_distribution = model, in_distribution
        self._shape = image_shape(model)
        self._range = values if callable(values) else input_range(model, values)
        names, network = class_names_of(model, class_names), layer_graph(model).network
        self._network = tf.function(
            lambda images: network(images, training=False), autograph=False, reduce_retracing=True
        )
        self._caution, self.answers, self.probabilities = "", 0, np.zeros(0)
        super().__init__(_names=names, _side=max(self._shape[:2]))

    def look(self, file: bytes, heat: bool = False) -> dict:
        """Return what the network says of an image file: "shares" (a probability for each class), "caution" (a sentence or ""),
        and with `heat` also "heat", the address of an image: where it looked.
        """
        height, width, channels = self._shape
        image = square(open_image(file), max(height, width)).resize((width, height))
        pixels = to_array(image, channels=channels)[None]
        outputs = self._network(network_input(self._model, pixels, self._range))
        self.probabilities = probabilities(self._model, np.asarray(outputs))[0]
        if self._in_distribution is not None and self.answers % CHECK_EVERY == 0:
            self._caution = "" if self._in_distribution(pixels)[0] else UNLIKE
        self.answers += 1
        caution = self._caution or (UNSURE if self.probabilities.max() < SURE else "")
        answer: dict = {"shares": self.probabilities.tolist(), "caution": caution}
        if heat:
            found = grad_cam(self._model, pixels[0], values=self._range)[::COARSE, ::COARSE]
            answer["heat"] = image_address(heat_layer(found))
        return answer

    def fallback(self) -> Formats:
        """Return a sentence: what the camera saw is private, so no image is stored."""
        text = f"A live view: the camera's picture, and the probabilities of {', '.join(self._names)}. It needs a running kernel."
        return {"text/html": f"<p>{escape(text)}</p>", "text/plain": text}

    def _do(self, content: dict, buffers: Any) -> dict:
        if content["do"] != "look":
            raise DataError(f"The live camera can't {content['do']!r}. Run its cell again.")
        return self.look(bytes(buffers[0]), content.get("heat") is True)
