"""An image, a 3 × 3 filter to play with, and the result at once. All is computed in the browser (`filter_explorer.js`)."""

from typing import Any

import numpy as np
import traitlets
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image

from helpers.images import assets
from helpers.images.convolution import FILTERS, average_pool2d, convolve2d, max_pool2d
from helpers.images.encode import encode, in_base64, to_uint8
from helpers.images.read import read_image
from helpers.plots import figures
from helpers.widgets.base import BrowserWidget, Formats, script
from helpers.widgets.file_pieces import ReceivedFile
from helpers.widgets.file_receiver import FileReceiver

LARGEST = 512  # pixels of the longer side: what the browser filters between two frames
STRONGEST = 1000  # of a weight, either sign
BLUE = np.array([0.25, 0.6, 1.0])  # red, green and blue of a result below 0, as in `filter_explorer.js`
COLUMN = [300, 236]  # a pixel of the street on the left edge of a column: dark on its left, bright on its right
SETTINGS = ["kernel", "divide", "stride", "padding", "relu", "pooling", "pixel", "blue"]
TINTS = LinearSegmentedColormap.from_list("weights", [figures.COLORS[0], "white", figures.COLORS[1]])
POOLS = {"none": lambda result: result, "max": max_pool2d, "average": average_pool2d}


class Kernel(traitlets.TraitType):
    """Nine weights as three lists of three floats. Takes any array of shape (3, 3), or the name of one in `FILTERS`."""

    def validate(self, _: object, value: Any) -> list[list[float]]:
        """Return the weights as lists. ValueError if they are not nine numbers within reach."""
        if isinstance(value, str):
            if value not in FILTERS:
                raise ValueError(f"{value!r} isn't one of the filters: {'; '.join(FILTERS)}.")
            value = FILTERS[value]
        try:
            weights = np.array(value, float)
        except (TypeError, ValueError):
            raise ValueError("A filter consists of nine numbers, in three rows of three.") from None
        if weights.shape != (3, 3):
            raise ValueError(f"The filter must have the shape (3, 3); yours has {weights.shape}.")
        if not (np.abs(weights) <= STRONGEST).all():  # NaN is caught, too
            raise ValueError(f"Weights go from −{STRONGEST} to {STRONGEST}.")
        return weights.tolist()


class FilterExplorer(FileReceiver, BrowserWidget):
    """Type, drag or step nine weights and see the image they make; point at a pixel and see its sum.

    `FilterExplorer()` shows the course's street, `FilterExplorer(image=array)` yours: gray (H, W) or color (H, W, 3),
    uint8, or floats 0…1; shown in gray and at most 512 pixels wide and high. Everything can also be read and set
    from Python, by keyword or later: `kernel` (3 × 3, or a name from `FILTERS`), `divide` (by the sum of the weights,
    where that is not 0), `stride` 1…3, `padding` "valid" or "same", `relu`, `pooling` "none", "max" or "average",
    `pixel` (row, column: where the window is), `blue` (negative results shown in blue instead of black), `image`.
    `result` is what `convolve2d` makes of all that.
    """

    _esm = script(
        "static/upload_control.js",
        "static/explorer_convolution.js",
        "static/explorer_controls.js",
        "static/explorer_sum.js",
        "filter_explorer.js",
    )
    _image = traitlets.CBytes().tag(sync=True, echo_update=False)  # rows, columns (two bytes each), then the grays
    _presets: traitlets.List = traitlets.List().tag(
        sync=True
    )  # (name, weights); a dict would come back in alphabetical order

    kernel = Kernel().tag(sync=True)
    divide = traitlets.Bool(False).tag(sync=True)
    stride = traitlets.Int(1, min=1, max=3).tag(sync=True)
    padding = traitlets.Enum(["valid", "same"], "valid").tag(sync=True)
    relu = traitlets.Bool(False).tag(sync=True)
    pooling = traitlets.Enum(list(POOLS), "none").tag(sync=True)
    blue = traitlets.Bool(True).tag(sync=True)
    pixel = traitlets.List(traitlets.Int(min=0), minlen=2, maxlen=2).tag(sync=True)

    def __init__(self, image: np.ndarray | None = None, **settings: Any):
        grays = assets.street() if image is None else to_gray(image)
        pixel = [size // 2 for size in grays.shape] if image is not None else COLUMN
        start = {"kernel": "vertical lines", "pixel": pixel}
        presets = [[name, weights.tolist()] for name, weights in FILTERS.items()]
        super().__init__(_image=_pack(grays), _presets=presets, **start | settings)

    @property
    def image(self) -> np.ndarray:
        """What is filtered: (H, W) uint8. The browser puts a learner's own image here."""
        rows, columns = np.frombuffer(self._image[:4], "<u2")
        return np.frombuffer(self._image[4:], np.uint8).reshape(rows, columns).copy()

    @image.setter
    def image(self, image: np.ndarray) -> None:
        grays = to_gray(image)
        with self.hold_sync():
            self._image, self.pixel = _pack(grays), [size // 2 for size in grays.shape]

    @traitlets.validate("_image")
    def _whole(self, proposal: dict) -> bytes:
        """Check what the browser sends: rows, columns, and as many grays."""
        data = proposal["value"]
        if len(data) < 13 or len(data) - 4 != np.prod(np.frombuffer(data[:4], "<u2"), dtype=int):
            raise traitlets.TraitError("The image has other than rows × columns grays.")
        return data

    def _take_file(self, file: ReceivedFile) -> str:
        self.image = np.rint(read_image(file.open()) * 255).astype(np.uint8)
        return ""

    @property
    def result(self) -> np.ndarray:
        """The numbers behind the image on the right: float32, neither rounded nor clipped to 0…255."""
        result = convolve2d(self.image, self.kernel, self.stride, self.padding)
        total = np.sum(self.kernel)
        if self.divide and abs(total) > 1e-6:
            result /= np.float32(total)
        if self.relu:
            result = np.maximum(result, 0)
        return POOLS[self.pooling](result) if min(result.shape) > 1 else result

    def fallback(self) -> Formats:
        """Return image, filter and result as one image, and the settings in words."""
        steps = [f"stride {self.stride}", f"padding {self.padding}"]
        steps += ["divided by the sum of its weights"] * self.divide + ["ReLU"] * self.relu
        steps += [f"{self.pooling} pooling 2 × 2"] * (self.pooling != "none")
        (rows, columns), (height, width) = self.image.shape, self.result.shape
        weights = "; ".join(", ".join(f"{weight:g}" for weight in row) for row in self.kernel).replace("-", "−")
        text = (
            f"An image of {rows} × {columns} pixels, the filter [{weights}], and the result of {height} × {width} "
            f"({', '.join(steps)})."
        )
        png = in_base64(encode(self.image, "png", optimize=True))  # less than half of the bytes
        state = {name: getattr(self, name) for name in SETTINGS} | {"_presets": self._presets, "_png": png}
        return self._live_image_fallback(text, self._figure(), state)

    def _figure(self) -> Figure:
        """Plot the image, the filter and the result in a row, colored as the browser does it."""
        figure = Figure(figsize=(8, 3.3), layout="constrained")
        before, weights, after = figure.subplots(1, 3, width_ratios=[3, 1.3, 3])
        result = np.rint(self.result).clip(-255, 255)
        below = np.where(result < 0, -result if self.blue else 0, 0)[..., None] * BLUE
        shown = np.where(result > 0, result, 0)[..., None] + below
        before.imshow(self.image, cmap="gray", vmin=0, vmax=255)
        after.imshow(shown.astype(np.uint8))
        largest = np.abs(self.kernel).max() or 1
        weights.imshow(np.array(self.kernel) / largest, cmap=TINTS, vmin=-2, vmax=2)
        for (row, column), weight in np.ndenumerate(self.kernel):
            weights.text(column, row, f"{weight:.3g}".replace("-", "−"), ha="center", va="center", fontsize=11)
        for axis, title in (before, "the image"), (weights, "the filter"), (after, "the result"):
            size = (
                "3 × 3" if axis is weights else "{} × {}".format(*(self.result if axis is after else self.image).shape)
            )
            axis.set_title(f"{title}, {size}", fontsize=10)
            axis.axis("off")
        return figure


def to_gray(image: np.ndarray) -> np.ndarray:
    """Return any image as (H, W) uint8 with at most 512 pixels a side.

    `image`: as `to_uint8` takes it, or with a fourth channel, which is dropped. ValueError for others, and for less than
    3 × 3 pixels.
    """
    values = np.asarray(image)
    if values.ndim >= 2 and min(values.shape[:2]) < 3:
        raise ValueError(
            f"A 3 × 3 filter needs at least 3 × 3 pixels; yours are {values.shape[0]} × {values.shape[1]}."
        )
    pixels = to_uint8(values[..., :3] if values.ndim == 3 and values.shape[2] == 4 else values)
    if pixels.ndim == 3:  # as eyes weight the colors (ITU-R BT.601), and as the browser does with a learner's file
        pixels = np.rint(pixels @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    scale = LARGEST / max(pixels.shape)
    if scale >= 1:
        return pixels
    size = [max(3, round(side * scale)) for side in pixels.shape[::-1]]
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def _pack(grays: np.ndarray) -> bytes:
    """Size and pixels in one value, so that the browser never sees one without the other."""
    return np.array(grays.shape, "<u2").tobytes() + grays.tobytes()
