"""A pad to draw a digit on; the network reads it while you draw. The browser's part is `drawing_pad.js`."""

from collections.abc import Callable

import numpy as np
import traitlets
from matplotlib.figure import Figure

from helpers.images.encode import image_address, to_uint8
from helpers.images.mnist_format import SIDE, to_mnist
from helpers.plots import figures
from helpers.widgets.base import BrowserWidget, Formats, failure_text, reports_failure, script

PAD = 280  # pixels of the pad's side
EMPTY = "Draw a digit from 0 to 9."
BLACK = image_address(np.zeros((SIDE, SIDE), np.uint8))
FOR, AGAINST = np.array([255, 140, 40]) / 255, np.array([60, 150, 255]) / 255  # colors of what speaks for an answer


class DrawingPad(BrowserWidget):
    """Draw a digit: `DrawingPad(network)` shows the probabilities of a Keras model as you draw.

    `network` may also be a function: (1, 28, 28) float32, 0…1 → 10 probabilities, in any shape.
    Read `drawing` (280, 280) uint8, `image` (28, 28) float32 or None, `probabilities` (10 floats, or none). Set a drawing with `load(array)`.
    """

    _esm = script("drawing_pad.js")

    side = traitlets.Int(PAD).tag(sync=True)
    bitmap = traitlets.CBytes(bytes(PAD * PAD)).tag(sync=True, echo_update=False)  # the drawing, one gray a byte
    turn = traitlets.Int().tag(sync=True)  # the browser counts the drawings it sends,
    answered = traitlets.Int().tag(sync=True)  # and learns which of them is read
    seen = traitlets.Unicode(BLACK).tag(sync=True)  # the address of `image`, in the colors of the evidence if that is
    explains = traitlets.Bool(False).tag(sync=True)  # wanted,
    can_explain = traitlets.Bool(False).tag(sync=True)  # which takes a Keras model
    probabilities = traitlets.List(traitlets.Float()).tag(sync=True)
    message = traitlets.Unicode(EMPTY).tag(sync=True)

    def __init__(self, network: Callable):
        self._network = network
        self.image: np.ndarray | None = None
        super().__init__(can_explain=hasattr(network, "layers"))
        self.observe(self._answer, "turn")
        self.observe(self._explain, "explains")

    @property
    def drawing(self) -> np.ndarray:
        """The drawing: (280, 280) uint8, white ink (255) on black."""
        return np.frombuffer(self.bitmap, "uint8").reshape(PAD, PAD).copy()

    def load(self, array: np.ndarray) -> None:
        """Put a gray image on the pad, light ink on black: (H, W[, 1]), as `to_uint8` takes it. ValueError for others."""
        pixels = to_uint8(array)
        if pixels.ndim != 2:
            raise ValueError(f"A drawing is a gray image, (height, width); this one has the shape {np.shape(array)}.")
        side = max(pixels.shape)
        margins = [((side - length) // 2, side - length - (side - length) // 2) for length in pixels.shape]
        square = np.pad(pixels, margins)
        places = (np.arange(PAD) + 0.5) * side // PAD
        self.bitmap = square[np.ix_(places.astype(int), places.astype(int))].tobytes()
        self._read()

    @reports_failure
    def _answer(self, change: dict) -> None:
        """Read what the browser has sent. It waits for `answered`, whatever happens."""
        try:
            self._read()
        finally:
            self.answered = change["new"]

    def _read(self) -> None:
        """Turn the drawing into image, probabilities and a sentence."""
        probabilities: list[float] = []
        message = EMPTY
        if not any(self.bitmap):
            self.image, seen = None, BLACK
        else:
            self.image = to_mnist(self.drawing)
            seen = image_address(self.image)
            probabilities, message = self._ask(self.image)
            if self.explains and self.can_explain and probabilities:
                try:
                    seen = image_address(self._with_evidence(self.image))
                except Exception as error:  # a network that is built in a way of its own
                    message += f" Which pixels speak for it can't be told. {failure_text(error)}"
        with self.hold_sync():
            self.seen, self.probabilities, self.message = seen, probabilities, message

    @reports_failure
    def _explain(self, _: dict) -> None:
        self._read()

    def _with_evidence(self, image: np.ndarray) -> np.ndarray:
        """Return the image in color, (28, 28, 3): orange where it speaks for the answer, blue against it, the stronger the fuller."""
        from helpers.models.saliency import gradient_times_input

        evidence = gradient_times_input(self._network, _as_input(self._network, image)).reshape(SIDE, SIDE, 1)
        share = (np.abs(evidence) / (np.abs(evidence).max() or 1)) ** 0.6
        return (1 - share) * image[..., None] + share * np.where(evidence > 0, FOR, AGAINST)

    def _say(self, text: str) -> None:
        self.message = text

    def _ask(self, image: np.ndarray) -> tuple[list[float], str]:
        """Return the network's probabilities for `image`, and what to say."""
        try:
            answer = predict(self._network, image)
        except Exception as error:  # the learner's network: anything can happen in it, and the pad must go on
            return [], f"The network could not read this. {failure_text(error)}"
        digit = answer.argmax()
        return answer.tolist(), f"The network reads {digit}, with probability {answer[digit]:.3f}."

    def fallback(self) -> Formats:
        """Return an image of the drawing, what the network sees, and what it reads."""
        figure = Figure(figsize=(7, 2.6), layout="constrained")
        board, seen, bars = figure.subplots(1, 3)
        image = np.zeros((SIDE, SIDE)) if self.image is None else self.image
        for axis, values, title in ((board, self.drawing, "drawn"), (seen, image, "what the network sees")):
            axis.imshow(values, cmap="gray", interpolation="nearest")
            axis.set_title(title, fontsize=10)
            axis.axis("off")
        bars.barh(range(10), self.probabilities or [0] * 10, color=figures.COLORS[0])
        bars.set_title("probability of each digit", fontsize=10)
        bars.set(xlim=(0, 1), yticks=range(10))
        bars.invert_yaxis()
        return {"image/png": figures.png(figure), "text/plain": f"A drawing pad. {self.message}".strip()}


def predict(network: Callable, image: np.ndarray) -> np.ndarray:
    """Return the ten probabilities (10,) that `network` gives for `image` (28, 28).

    A Keras model gets the shape it was built for, e.g. (1, 784). ValueError if the answer is not ten probabilities.
    """
    batch = _as_input(network, image)
    if hasattr(network, "input_shape"):  # a Keras model; called directly, it is ten times as fast as with predict()
        if hasattr(network, "layers"):
            from helpers.models.layer_graph import layer_graph  # need Keras, which the pad does without
            from helpers.models.values import network_input

            batch, network = network_input(network, batch), layer_graph(network).network
        answer = network(batch, training=False)
    else:
        answer = network(batch)
    answer = np.asarray(answer, dtype="float64").ravel()
    if answer.size != 10:
        raise ValueError(f"it gives {answer.size} numbers, and there are 10 digits.")
    if not (answer.min() >= -1e-6 and abs(answer.sum() - 1) < 1e-2):
        raise ValueError("its numbers are not probabilities from 0 to 1 with the sum 1. Does it end in a softmax?")
    return answer


def _as_input(network: Callable, image: np.ndarray) -> np.ndarray:
    """Return `image` (28, 28) as a batch of one, for a Keras model in the shape that it was built for."""
    wanted: tuple = getattr(network, "input_shape", (None, None))[1:]
    fits = None not in wanted and np.prod(wanted) == image.size
    return image.reshape(1, *wanted) if fits else image[np.newaxis]
