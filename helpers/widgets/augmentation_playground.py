"""One image and five chance changes of it: a slider for each range, and a button for new chances."""

import io
from html import escape

import ipywidgets
import numpy as np
from PIL import Image

from helpers.images.assets import SAMPLE_IMAGES
from helpers.images.augment import Augmentation
from helpers.images.read import ImageError, open_image, to_array
from helpers.widgets.base import StaticFallback
from helpers.widgets.upload import uploaded

SIDE, SAMPLES, GAP = 150, 5, 6  # pixels of one image, how many changed ones, pixels between them
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


class AugmentationPlayground(StaticFallback, ipywidgets.VBox):
    """`AugmentationPlayground(image, rotation_range=45)`: sliders for the ranges, the image, five samples of it.

    `image` is an array (H, W, 3) or (H, W), uint8 or floats 0…1, or the path of an image file, by default one that comes
    with the course. `ranges` are `ImageFolderReader`'s: those of `RANGES` as numbers, `brightness` (b for 1 - b to 1 + b), and
    `horizontal_flip`, `vertical_flip`. Moving a slider keeps the chances, so each sample moves as far as its range grows.
    `augmentation` is what the sliders say, `samples` what is shown, uint8 (5, 150, 150, 3).
    """

    def __init__(self, image=None, seed: int = 1, **ranges):
        for name in set(ranges) - set(RANGES) - set(FLIPS):
            raise ValueError(f"there is no slider for {name!r}; there are: {', '.join([*RANGES, *FLIPS])}.")
        self._image, self._seed, self._busy = as_square(SHOWN if image is None else image), seed, False
        wide = {"description_width": "7em"}
        self._sliders = {
            name: ipywidgets.FloatSlider(
                value=ranges.get(name, 0),
                max=highest,
                step=step,
                description=title,
                style=wide,
                readout_format=".0f" if step > 1 else ".2f",
            )
            for name, (title, highest, step) in RANGES.items()
        }
        self._flips = {
            name: ipywidgets.Checkbox(value=bool(ranges.get(name)), description=title, indent=False)
            for name, title in FLIPS.items()
        }
        again = ipywidgets.Button(description="New samples")
        own = ipywidgets.FileUpload(accept="image/*", multiple=False, description="Your own image")
        own.layout.width = "16em"
        self._strip = ipywidgets.Image(format="jpeg")
        self._strip.layout.width = "min(930px, 100%)"
        self._words = ipywidgets.HTML()
        for control in [*self._sliders.values(), *self._flips.values()]:
            control.observe(self._draw, "value")
        again.on_click(lambda _: self.new_samples())
        own.observe(self._chosen, "value")
        self._draw()
        grid = {"grid_template_columns": "repeat(auto-fit, minmax(300px, 1fr))", "width": "min(930px, 100%)"}
        sliders = ipywidgets.GridBox(list(self._sliders.values()), layout=ipywidgets.Layout(**grid))
        buttons = ipywidgets.HBox([*self._flips.values(), again, own], layout={"flex_flow": "row wrap"})
        super().__init__([sliders, buttons, self._strip, self._words])

    @property
    def augmentation(self) -> Augmentation:
        """The ranges as the sliders stand."""
        return Augmentation(**self._ranges())

    @property
    def samples(self) -> np.ndarray:
        """The changed images, uint8 (5, 150, 150, 3)."""
        augmentation, room = self.augmentation, np.empty((SAMPLES, SIDE, SIDE, 3), np.float32)
        drawn = augmentation.draw(np.random.default_rng(self._seed), SAMPLES, (SIDE, SIDE))
        augmentation.apply([self._image] * SAMPLES, drawn, room)
        return room.round().astype(np.uint8)

    @property
    def code(self) -> str:
        """The same as a line of Python."""
        said = [f"{name}={value!r}" for name, value in self._ranges().items() if value not in (0, False)]
        return f"ImageFolderReader({', '.join(['rescale=1 / 255', *said])})"

    def new_samples(self) -> None:
        """Other chances within the same ranges."""
        self._seed += 1
        self._draw()

    def set(self, **ranges) -> None:
        """Moves several controls at once, and draws once: `set(rotation_range=45, horizontal_flip=True)`."""
        self._busy = True
        try:
            for name, value in ranges.items():
                (self._flips if name in FLIPS else self._sliders)[name].value = value
        finally:
            self._busy = False
        self._draw()

    def fallback(self) -> dict[str, str | bytes]:
        return {"image/jpeg": self._strip.value, "text/plain": self._text}

    def _ranges(self) -> dict:
        ranges = {name: round(slider.value, 2) for name, slider in self._sliders.items()}
        brightness = ranges.pop("brightness")
        if brightness:
            ranges["brightness_range"] = (round(1 - brightness, 2), round(1 + brightness, 2))
        return ranges | {name: box.value for name, box in self._flips.items()}

    @property
    def _text(self) -> str:
        return f"An image as it is, and {SAMPLES} samples of it changed by {self.code}."

    def _draw(self, _=None) -> None:
        if self._busy:
            return
        self._strip.value = strip([self._image, *self.samples])
        # An Image has no alternative text in ipywidgets 7, so the sentence stands below it, for everybody.
        self._words.value = f'<div role="status">Left as it is; the others: <code>{escape(self.code)}</code></div>'

    def _chosen(self, change: dict) -> None:
        for name, data in uploaded(change["new"]):
            try:
                self._image = as_square(data)
            except ImageError as error:
                said = str(error).replace("This file", f'"{name}"', 1)
                self._words.value = f'<div role="status">✗ {escape(said)}</div>'
                return
        self._draw()


def as_square(image) -> np.ndarray:
    """An array, a path or the bytes of a file → uint8 (150, 150, 3). ValueError for another shape, ImageError for a bad file."""
    if isinstance(image, np.ndarray):
        if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[-1] not in (1, 3)):
            raise ValueError(f"an image has the shape (H, W), (H, W, 1) or (H, W, 3); this one has {image.shape}.")
        levels = image if image.dtype == np.uint8 else (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
        levels = levels[..., 0] if levels.ndim == 3 and levels.shape[-1] == 1 else levels
        return np.asarray(Image.fromarray(levels).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    return (to_array(open_image(image), (SIDE, SIDE), 3) * 255).round().astype(np.uint8)


def strip(images) -> bytes:
    """uint8 images (150, 150, 3) beside each other, as a JPEG file."""
    page = np.full((SIDE, len(images) * (SIDE + GAP) - GAP, 3), 255, np.uint8)
    for place, image in enumerate(images):
        left = place * (SIDE + GAP)
        page[:, left : left + SIDE] = image
    file = io.BytesIO()
    Image.fromarray(page).save(file, "JPEG", quality=85)
    return file.getvalue()
