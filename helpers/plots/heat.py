"""Heat maps over images: one color scale and one way of covering for every map of the course."""

import numpy as np
from matplotlib import colormaps
from PIL import Image

from helpers.images.encode import to_uint8

HEAT = to_uint8(colormaps["inferno"](np.arange(256))[:, :3])  # (256, 3): brightness alone tells values
COVERS = 0.6  # the power of a map by which it covers its image: where it is 0 the image is left as it is
OPACITY = 0.7


def heat_layer(heat: np.ndarray) -> np.ndarray:
    """Return a map (H, W), 0…1, as colors to lay over its image, uint8 (H, W, 4): the larger a value, the more it covers."""
    return np.dstack([HEAT[to_uint8(heat)], to_uint8(heat**COVERS)])


def heat_overlay(image: np.ndarray, heat: np.ndarray, opacity: float = OPACITY) -> np.ndarray:
    """Return an image (H, W, 3), uint8 or floats 0…1, with a map (h, w) over it: uint8 (H, W, 3).

    The map is stretched: what is 0 or below leaves the image as it is, its largest value is brightest; a smaller one is enlarged smoothly.
    """
    pixels = to_uint8(image) / 255
    heat = np.maximum(np.nan_to_num(np.asarray(heat, "float32")), 0)
    size = (pixels.shape[1], pixels.shape[0])
    heat = (
        np.asarray(Image.fromarray(heat).resize(size, Image.Resampling.BILINEAR))
        if heat.shape != pixels.shape[:2]
        else heat
    )
    heat = heat / (heat.max() or 1)
    share = opacity * heat[..., None] ** COVERS
    return to_uint8((1 - share) * pixels + share * HEAT[to_uint8(heat)] / 255)
