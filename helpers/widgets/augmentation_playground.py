"""Data augmentation to play with: an image, five random samples of it, and a slider for each range."""

from html import escape
from typing import Any

import ipywidgets
import numpy as np
from PIL import Image

from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.augment import Augmentation
from helpers.images.encode import encode, to_uint8
from helpers.images.read import open_image, to_array
from helpers.widgets.base import Formats, reports_failure
from helpers.widgets.compat import status_line
from helpers.widgets.file_pieces import ReceivedFile
from helpers.widgets.upload_control import UploadControl
from helpers.widgets.veil import PythonColumn

SIDE, SAMPLES, GAP = 150, 5, 6  # pixels of one image, how many samples, pixels between them
SHOWN = SAMPLE_IMAGES / "upload" / "cat.jpg"
# parameter: (description, highest, step). Angles in degrees; brightness b stands for the range (1 - b, 1 + b).
RANGES = {
    "rotation_range": ("rotation", 180.0, 5.0),
    "width_shift_range": ("width shift", 0.5, 0.05),
    "height_shift_range": ("height shift", 0.5, 0.05),
    "zoom_range": ("zoom", 0.9, 0.05),
    "shear_range": ("shear", 60.0, 5.0),
    "brightness": ("brightness", 0.9, 0.05),
}
FLIPS = {"horizontal_flip": "horizontal flip", "vertical_flip": "vertical flip"}


class AugmentationPlayground(PythonColumn):
    """`AugmentationPlayground(image, rotation_range=45)`: sliders for the ranges, the image, five samples of it.

    `image` is an array (H, W, 3) or (H, W), uint8 or floats 0…1, or the path of an image file, by default one that comes
    with the course. `ranges` are `ImageFolderReader`'s: those of `RANGES` as numbers, `brightness` (b for 1 - b to 1 + b), and
    `horizontal_flip`, `vertical_flip`. Moving a slider keeps the random numbers, so each sample moves as far as its range grows.
    `augmentation` is what the sliders say, `samples` what is shown, uint8 (5, 150, 150, 3).
    """

    def __init__(self, image: Any = None, **ranges: float):
        for name in set(ranges) - set(RANGES) - set(FLIPS):
            raise ValueError(f"there isn't a slider for {name!r}; there are: {', '.join([*RANGES, *FLIPS])}.")
        self._image, self._seed = as_square(SHOWN if image is None else image), 1
        wide = {"description_width": "7em"}
        self._sliders = {
            name: ipywidgets.FloatSlider(
                value=ranges.get(name, 0),
                max=highest,
                step=step,
                description=title,
                style=wide,
                layout={"width": "auto"},
                readout_format=".0f" if step > 1 else ".2f",
            )
            for name, (title, highest, step) in RANGES.items()
        }
        self._flips = {
            name: ipywidgets.Checkbox(
                value=bool(ranges.get(name)),
                description=title,
                indent=False,
                layout={"width": "auto", "margin": "2px 16px 2px 2px"},
            )
            for name, title in FLIPS.items()
        }
        again = ipywidgets.Button(description="New samples")
        self._strip = ipywidgets.Image(format="jpeg")
        self._strip.layout.width = "min(930px, 98%)"
        self._words = ipywidgets.HTML()  # an Image has no alternative text in ipywidgets 7
        for control in [*self._sliders.values(), *self._flips.values()]:
            control.observe(self._moved, "value")
        again.on_click(self._draw_again)
        self._draw()
        grid = {"grid_template_columns": "repeat(auto-fit, minmax(300px, 1fr))", "width": "min(930px, 98%)"}
        sliders = ipywidgets.GridBox(list(self._sliders.values()), layout=ipywidgets.Layout(**grid))
        buttons = ipywidgets.HBox([*self._flips.values(), again], layout={"flex_flow": "row wrap"})
        own = UploadControl(self._take_file)
        super().__init__([sliders, buttons, own, self._strip, self._words], [sliders, buttons, own])

    @property
    def augmentation(self) -> Augmentation:
        """The ranges as the sliders stand."""
        return Augmentation(**self._ranges())

    @property
    def samples(self) -> np.ndarray:
        """The augmented images, uint8 (5, 150, 150, 3)."""
        augmentation, room = self.augmentation, np.empty((SAMPLES, SIDE, SIDE, 3), np.float32)
        drawn = augmentation.draw(np.random.default_rng(self._seed), SAMPLES, (SIDE, SIDE))
        augmentation.apply([self._image] * SAMPLES, drawn, room)
        return room.round().astype(np.uint8)

    @property
    def code(self) -> str:
        """The same as a line of Python."""
        ranges = [f"{name}={value!r}" for name, value in self._ranges().items() if value not in (0, False)]
        return f"ImageFolderReader({', '.join(['rescale=1 / 255', *ranges])})"

    def fallback(self) -> Formats:
        """Return the image and its samples, and the code that makes such samples."""
        text = f"An image as it is, and {SAMPLES} samples of it changed by {self.code}."
        return {"image/jpeg": self.strip, "text/plain": text}

    def _ranges(self) -> dict:
        ranges = {name: round(slider.value, 2) for name, slider in self._sliders.items()}
        brightness = ranges.pop("brightness")
        if brightness:
            ranges["brightness_range"] = (round(1 - brightness, 2), round(1 + brightness, 2))
        return ranges | {name: box.value for name, box in self._flips.items()}

    @property
    def status(self) -> str:
        """The line below the images, as HTML: what is shown, or what went wrong."""
        return self._words.value

    @property
    def strip(self) -> bytes:
        """The image and its samples in a row, as a JPEG file."""
        return bytes(self._strip.value)

    def _draw(self) -> None:
        self._strip.value = encode(in_a_row([self._image, *self.samples]), "jpeg", quality=85)
        self._words.value = status_line(f"Left as it is; the others: <code>{escape(self.code)}</code>")

    @reports_failure
    def _moved(self, _: dict) -> None:
        self._draw()

    @reports_failure
    def _draw_again(self, _: ipywidgets.Button) -> None:
        self._seed += 1  # other random numbers within the same ranges
        self._draw()

    def _take_file(self, file: ReceivedFile) -> str:
        self._image = as_square(file.open())
        self._draw()
        return "Your image is the first in the row."

    def _say(self, text: str) -> None:
        self._words.value = status_line(f"✗ {escape(text)}")


def as_square(image: Any) -> np.ndarray:
    """Return an array, or the image in a file (path, bytes or open file), as uint8 (150, 150, 3).

    ValueError for an array of another shape, ImageError for a file that cannot be read.
    """
    if isinstance(image, np.ndarray):
        pixels = Image.fromarray(to_uint8(image)).convert("RGB")
        return np.asarray(pixels.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    return to_uint8(to_array(open_image(image), (SIDE, SIDE), 3))


def in_a_row(images: list[np.ndarray]) -> np.ndarray:
    """Return uint8 images (150, 150, 3) next to each other as one."""
    page = np.full((SIDE, len(images) * (SIDE + GAP) - GAP, 3), 255, np.uint8)
    for place, image in enumerate(images):
        left = place * (SIDE + GAP)
        page[:, left : left + SIDE] = image
    return page
