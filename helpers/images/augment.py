"""Random data augmentation with the parameters of ImageDataGenerator: one warp and one table look-up per image.

Rotation, shifts, shear, zoom and flips are affine maps of coordinates, so all of them together are one affine map
too, and the image is sampled once. The rest (brightness, channel shift, rescale) depends on a pixel's value alone:
a table of 256 numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

try:
    import cv2
except ImportError as missing:
    raise ImportError("The image reader needs OpenCV: pip install opencv-python-headless") from missing

FILL_MODES = ("nearest", "reflect", "wrap", "constant")
Shift = float | int | Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """The ranges of random augmentation. The parameters are ImageDataGenerator's and mean the same; angles in degrees.

    Two faults of ImageDataGenerator are not copied: in Keras 3.15 its `width_shift_range` moves images up and
    down and its `height_shift_range` sideways, and images that are not square turn about a point off the center.
    """

    rescale: float | None = None
    rotation_range: float = 0
    width_shift_range: Shift = 0.0
    height_shift_range: Shift = 0.0
    zoom_range: float | Sequence[float] = 0.0
    shear_range: float = 0.0
    horizontal_flip: bool = False
    vertical_flip: bool = False
    brightness_range: Sequence[float] | None = None
    channel_shift_range: float = 0.0
    fill_mode: str = "nearest"
    cval: float = 0.0

    def __post_init__(self) -> None:
        if self.fill_mode not in FILL_MODES:
            raise ValueError(f"fill_mode is {self.fill_mode!r}; it can be {', '.join(map(repr, FILL_MODES))}.")
        for name in ("rotation_range", "shear_range", "channel_shift_range"):
            value = getattr(self, name)
            if not (isinstance(value, int | float | np.number) and value >= 0):
                raise ValueError(f"{name} is {value!r}; it takes a number, 0 or more.")
        zoom = self.zoom_range
        if np.isscalar(zoom) and not (isinstance(zoom, int | float | np.number) and 0 <= zoom < 1):
            raise ValueError(f"zoom_range is {zoom!r}; it takes a number from 0 to below 1, or two numbers.")
        for name in ("zoom_range", "brightness_range"):
            value = getattr(self, name)
            if not np.isscalar(value) and value is not None and len(value) != 2:
                raise ValueError(f"{name} is {value!r}; it takes two numbers, the lowest and the highest.")
        if np.isscalar(self.brightness_range):
            raise ValueError(
                f"brightness_range is {self.brightness_range!r}; it takes two numbers, such as (0.8, 1.2)."
            )

    @property
    def moves(self) -> bool:
        """Whether any transform moves pixels."""
        ranges = self.rotation_range, self.shear_range, self.horizontal_flip, self.vertical_flip
        shifts = np.any(self.width_shift_range) or np.any(self.height_shift_range)
        return any(ranges) or bool(shifts) or self._zooms != (1, 1)

    @property
    def recolors(self) -> bool:
        """Whether the values of each image change in a way of their own."""
        return bool(self.channel_shift_range) or self.brightness_range is not None

    @property
    def _zooms(self) -> tuple[float, float]:
        zoom = self.zoom_range
        return (1 - zoom, 1 + zoom) if isinstance(zoom, float | int | np.number) else (zoom[0], zoom[1])

    def draw(self, rng: np.random.Generator, count: int, size: tuple[int, int]) -> dict[str, np.ndarray]:
        """Return random transforms for `count` images of `size` (height, width): arrays of shape (count,) by name.

        The names are those of `ImageDataGenerator.get_random_transform`; tx and ty are pixels to the left and up.
        """

        def between(largest: float) -> np.ndarray:
            return rng.uniform(-largest, largest, count)

        height, width = size
        zoom = self._zooms
        darkest, brightest = self.brightness_range or (1.0, 1.0)
        return {
            "theta": between(self.rotation_range),
            "tx": _shifts(self.width_shift_range, width, rng, count),
            "ty": _shifts(self.height_shift_range, height, rng, count),
            "shear": between(self.shear_range),
            "zx": rng.uniform(*zoom, count),
            "zy": rng.uniform(*zoom, count),
            "flip_horizontal": (rng.random(count) < 0.5) & bool(self.horizontal_flip),
            "flip_vertical": (rng.random(count) < 0.5) & bool(self.vertical_flip),
            "channel_shift_intensity": between(self.channel_shift_range),
            "brightness": rng.uniform(darkest, brightest, count),
        }

    def apply(self, images: Sequence[np.ndarray], transforms: dict[str, np.ndarray], out: np.ndarray) -> None:
        """Transform uint8 images (height, width, channels) as `draw` says and write float32 into `out`.

        The result differs from `ImageDataGenerator.apply_transform` by at most 0.5 of 255 (2 with brightness), because
        values are rounded to whole numbers once. (OpenCV 4 rounds coordinates to 1/32 of a pixel, too.)
        """
        maps = matrices(transforms, out.shape[1:3]) if self.moves else None
        changed, table = np.empty(out.shape[1:], np.uint8), None
        for i, image in enumerate(images):
            if maps is not None:
                image = warp(image, maps[i], self.fill_mode, self.cval, changed)
            if table is None or self.recolors:
                table = self._table(image, transforms["channel_shift_intensity"][i], transforms["brightness"][i])
            cv2.LUT(image.reshape(len(image), -1), table, dst=out[i].reshape(len(image), -1))

    def _table(self, image: np.ndarray, shift: float, brightness: float) -> np.ndarray:
        """Return what the values 0…255 of one image become: float32, shape (256,)."""
        values = np.arange(256, dtype=np.float32)
        if self.channel_shift_range:
            values = np.clip(values + np.float32(shift), image.min(), image.max())
        if self.brightness_range is not None:  # whole numbers before and after, as Pillow does it
            values = np.clip(np.floor(np.floor(values) * brightness), 0, 255).astype(np.float32)
        return values * np.float32(self.rescale) if self.rescale else values


def matrices(transforms: dict[str, np.ndarray], size: tuple[int, int]) -> np.ndarray:
    """Return the affine maps from a pixel (x, y) of the result to where it is read: float64 (count, 2, 3).

    Around the center: first flip, then zoom, shear, shift and rotate. ImageDataGenerator multiplies
    rotation · shift · shear · zoom, too.
    """
    height, width = size
    angle, shear = np.deg2rad(transforms["theta"]), np.deg2rad(transforms["shear"])
    cos, sin = np.cos(angle), np.sin(angle)
    rotation = np.moveaxis(np.array([[cos, -sin], [sin, cos]]), 2, 0)
    ones, zeros = np.ones_like(shear), np.zeros_like(shear)
    shearing = np.moveaxis(np.array([[ones, -np.sin(shear)], [zeros, np.cos(shear)]]), 2, 0)
    flips = 1 - 2 * np.stack([transforms["flip_horizontal"], transforms["flip_vertical"]], axis=1)
    zooms = np.stack([transforms["zx"], transforms["zy"]], axis=1)
    linear = rotation @ shearing * (zooms * flips)[:, None]
    shift = np.stack([transforms["tx"], transforms["ty"]], axis=1)
    center = np.array([width - 1, height - 1]) / 2
    offset = (rotation @ shift[..., None])[..., 0] + center - linear @ center
    return np.concatenate([linear, offset[..., None]], axis=2)


def warp(image: np.ndarray, matrix: np.ndarray, fill_mode: str, cval: float, out: np.ndarray) -> np.ndarray:
    """Return the image sampled bilinearly where the affine map `matrix` (2, 3) points; `out` receives it."""
    size = image.shape[1::-1]
    if fill_mode in ("nearest", "reflect"):
        border = cv2.BORDER_REPLICATE if fill_mode == "nearest" else cv2.BORDER_REFLECT
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(image, matrix, size, dst=out, flags=flags, borderMode=border)
    # SciPy, which ImageDataGenerator uses, defines "constant" and "wrap" in its own way: slower, but the same images.
    places = np.moveaxis(np.tensordot(matrix[:, :2], np.indices(size[::-1])[::-1], 1), 0, 2) + matrix[:, 2]
    last = np.array(size) - 1
    outside = (places < 0) | (places > last)
    if fill_mode == "wrap":
        places = np.where(outside, places % np.maximum(last, 1), places)
    else:
        places[outside.any(axis=2)] = -9
    border = cv2.BORDER_CONSTANT
    value = (cval,) * 4
    return cv2.remap(
        image, places.astype(np.float32), None, cv2.INTER_LINEAR, out, borderMode=border, borderValue=value
    )


def _shifts(allowed: Shift, length: int, rng: np.random.Generator, count: int) -> np.ndarray:
    """Return random shifts in pixels, with ImageDataGenerator's three meanings of `allowed`.

    A float is the largest shift, an int n allows 0…n-1 whole pixels, and a list holds the shifts to choose from, in
    both directions. Values below 1 are fractions of `length`.
    """
    if isinstance(allowed, float | np.floating):
        shifts = rng.uniform(-allowed, allowed, count)
    elif np.any(allowed):
        shifts = rng.choice(allowed, count) * rng.choice([-1.0, 1.0], count)
    else:
        return np.zeros(count)
    return shifts * length if np.max(allowed) < 1 else shifts
