"""A pad to draw a digit on; the network reads it while you draw. The browser's part is `drawing_pad.js`."""

from collections.abc import Callable

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure
from PIL import Image

from helpers.images.mnist_format import SIDE, to_mnist
from helpers.plots import figures
from helpers.widgets.base import StaticFallback
from helpers.widgets.read_files import read_files

PAD = 280  # pixels of the pad's side
EMPTY = "Draw a digit from 0 to 9."


class DrawingPad(StaticFallback, anywidget.AnyWidget):
    """Draw a digit: `DrawingPad(network)` shows the probabilities of a Keras model as you draw.

    `network` may also be a function: (1, 28, 28) float32, 0…1 → 10 probabilities, in any shape. Without a network the
    pad shows only what a network would see. Read `drawing` (280, 280) uint8, `image` (28, 28) float32 or None,
    `probabilities` (10 floats, or none), `prediction` (0…9 or None). Set a drawing with `load(array)`.
    """

    _esm = read_files("static/common.js", "drawing_pad.js")
    _css = read_files("static/widgets.css")

    side = traitlets.Int(PAD).tag(sync=True)
    bitmap = traitlets.CBytes(bytes(PAD * PAD)).tag(sync=True, echo_update=False)  # the drawing, one gray a byte
    turn = traitlets.Int().tag(sync=True)  # the browser counts the drawings it sends,
    answered = traitlets.Int().tag(sync=True)  # and learns which of them is read
    seen = traitlets.CBytes().tag(sync=True)  # `image` as bytes, for showing it
    probabilities = traitlets.List(traitlets.Float()).tag(sync=True)
    message = traitlets.Unicode(EMPTY).tag(sync=True)

    def __init__(self, network: Callable | None = None):
        self._network = network
        self.image = None
        super().__init__()
        self.observe(self._answer, "turn")

    @property
    def drawing(self) -> np.ndarray:
        """What is drawn: (280, 280) uint8, white ink (255) on black."""
        return np.frombuffer(self.bitmap, "uint8").reshape(PAD, PAD).copy()

    @property
    def prediction(self) -> int | None:
        """The digit with the largest probability; None as long as none was read."""
        return int(np.argmax(self.probabilities)) if self.probabilities else None

    def load(self, array: np.ndarray) -> None:
        """Puts an image on the pad, light ink on black: (H, W[, 1]), uint8 or floats 0…1. ValueError for others."""
        array = np.asarray(array)
        array = array[..., 0] if array.ndim == 3 and array.shape[-1] == 1 else array
        if array.ndim != 2 or not array.size:
            raise ValueError(f"a drawing is one gray image, (height, width); this one has the shape {array.shape}.")
        if not np.issubdtype(array.dtype, np.integer):
            array = np.round(array * 255.0)
        if not (array.min() >= 0 and array.max() <= 255):
            raise ValueError("a drawing has whole numbers 0…255 or floats 0…1; this one has others.")
        top, left = ((max(array.shape) - length) // 2 for length in array.shape)
        square = np.zeros([max(array.shape)] * 2, "uint8")
        square[top : top + array.shape[0], left : left + array.shape[1]] = array
        enlarged = Image.fromarray(square).resize((PAD, PAD), Image.Resampling.NEAREST)
        self.bitmap = enlarged.tobytes()
        self._read()

    def clear(self) -> None:
        """Empties the pad."""
        self.load(np.zeros((PAD, PAD), "uint8"))

    def _answer(self, change) -> None:
        """The browser has sent a drawing. It waits for `answered`, whatever happens."""
        try:
            self._read()
        finally:
            self.answered = change["new"]

    def _read(self) -> None:
        """Drawing → image, probabilities and a sentence; whatever goes wrong becomes the sentence."""
        if not any(self.bitmap):
            self.image, image, probabilities, message = None, b"", [], EMPTY
        else:
            self.image = to_mnist(self.drawing)
            image = (self.image * 255).round().astype("uint8").tobytes()
            probabilities, message = self._ask()
        with self.hold_sync():
            self.seen, self.probabilities, self.message = image, probabilities, message

    def _ask(self) -> tuple[list[float], str]:
        """The network's probabilities for `image`, and what to say."""
        if self._network is None:
            return [], ""
        try:
            answer = predict(self._network, self.image)
        except Exception as error:  # the learner's network: anything can happen in it, and the pad must go on
            first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
            return [], f"The network could not read this: {first_line}"
        digit = answer.argmax()
        return answer.tolist(), f"The network reads {digit}, with probability {answer[digit]:.3f}."

    def fallback(self) -> dict[str, str | bytes]:
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
    """The ten probabilities (10,) that `network` gives for `image` (28, 28).

    A Keras model gets the shape it was built for, e.g. (1, 784). ValueError if the answer is not ten probabilities.
    """
    batch = image[np.newaxis]
    if hasattr(network, "input_shape"):  # a Keras model; called directly, it is ten times as fast as with predict()
        wanted = network.input_shape[1:]
        if None not in wanted and np.prod(wanted) == image.size:
            batch = batch.reshape(1, *wanted)
        answer = network(batch, training=False)
    else:
        answer = network(batch)
    answer = np.asarray(answer, dtype="float64").ravel()
    if answer.size != 10:
        raise ValueError(f"it gives {answer.size} numbers, and there are 10 digits.")
    if not (answer.min() >= -1e-6 and abs(answer.sum() - 1) < 1e-2):
        raise ValueError("its numbers are not probabilities from 0 to 1 with the sum 1. Does it end in a softmax?")
    return answer
