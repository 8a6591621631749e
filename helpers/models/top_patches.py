"""Top patches: the parts of a data set that excite each channel of a convolution most."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from helpers.models.layer_graph import CONVOLUTIONS, layer_graph
from helpers.models.layers import batch_outputs
from helpers.models.receptive_fields import receptive_fields
from helpers.models.values import Values, unit_images

BATCH = 20
LARGEST = 64  # pixels of a patch's side; larger receptive fields are left out
OUTSIDE = 128  # gray: what a patch shows beyond the border of its image


@dataclass(frozen=True)
class TopPatches:
    """The strongest patches of every channel of one layer, strongest first, each from another image.

    pixels: uint8 (channels, count, height, width, colors). strengths: float32 (channels, count), the value of the channel there. indices: int
    (channels, count), which image.
    """

    pixels: np.ndarray
    strengths: np.ndarray
    indices: np.ndarray


def top_patches(model: keras.Model, images: Any, count: int = 9, values: Values = None) -> dict[str, TopPatches]:
    """Return the patches of images (N, H, W, C) that excite each channel most, for every convolution: {layer name: TopPatches}.

    A patch is the receptive field of the channel's largest value in its image, gray beyond the border. Convolutions that see
    more than 64 pixels are left out. `values` as for `network_input`. Raises ValueError for no images.
    """
    if not len(images) or count < 1:
        raise ValueError(f"There are {len(images)} images to take {count} patches from; give at least one.")
    fields = receptive_fields(model)
    names = [call.name for call in layer_graph(model).calls if isinstance(call.layer, CONVOLUTIONS)]
    names = [name for name in names if (field := fields[name]) and max(side.size for side in field) <= LARGEST]
    strengths: dict[str, list] = {name: [] for name in names}
    places: dict[str, list] = {name: [] for name in names}
    for start in range(0, len(images), BATCH):
        outputs = batch_outputs(model, images[start : start + BATCH], values)
        for name in names:
            flat = np.nan_to_num(outputs[name]).reshape(len(outputs[name]), -1, outputs[name].shape[-1])
            places[name].append(flat.argmax(axis=1))
            strengths[name].append(flat.max(axis=1))
    shown = np.rint(255 * unit_images(model, images, values)).astype(np.uint8)
    shown = shown[..., None] if shown.ndim == 3 else shown
    widths = {name: outputs[name].shape[2] for name in names}
    return {
        name: _best(shown, fields[name], widths[name], np.vstack(strengths[name]), np.vstack(places[name]), count)
        for name in names
    }


def _best(
    images: np.ndarray, field: Any, width: int, strengths: np.ndarray, places: np.ndarray, count: int
) -> TopPatches:
    """Return the patches of one layer; strengths and places (images, channels), a place as row · width + column."""
    order = np.argsort(-strengths, axis=0, kind="stable")[:count]
    best = np.take_along_axis(strengths, order, axis=0).T
    pixels = [
        [cut_patch(images[i], field, *divmod(int(places[i, channel]), width)) for i in order[:, channel]]
        for channel in range(strengths.shape[1])
    ]
    return TopPatches(np.array(pixels), best, order.T)


def cut_patch(image: np.ndarray, field: Any, row: int, column: int) -> np.ndarray:
    """Return what the value in `row` and `column` of a layer sees of an image (H, W, C): gray beyond the border."""
    down, across = field
    top, left = down.start + row * down.step, across.start + column * across.step
    patch = np.full((down.size, across.size, image.shape[2]), OUTSIDE, image.dtype)
    inside = image[max(top, 0) : top + down.size, max(left, 0) : left + across.size]
    above, before = max(-top, 0), max(-left, 0)
    patch[above : above + inside.shape[0], before : before + inside.shape[1]] = inside
    return patch
