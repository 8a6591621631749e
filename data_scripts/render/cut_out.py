"""The studio's figures without a place behind them: colors and a mask, to be pasted onto any background."""

import numpy as np

from data_scripts.render.engine import render
from data_scripts.render.scene import FIGURES, KINDS, _camera, _light, _setting


def cut_out(kind: str, seed: int, index: int, size: int = 160) -> np.ndarray:
    """Figure `index` of a kind: uint8 (size, size, 4), red, green and blue multiplied by the mask, and the mask.

    It depends on (seed, kind, index, size) alone, and fills 80 % of the image or more. Pasted onto a background b:
    colors + b · (1 − mask / 255). ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"no such kind: {kind!r}; there are {', '.join(KINDS)}")
    streams = [np.random.default_rng([seed, KINDS.index(kind), index, part]) for part in range(4)]
    setting = _setting(streams[0])
    figure = FIGURES[kind](streams[3], detail=1.0)
    light = _light(streams[2], setting, figure.yaw)
    colors, mask, part = render(figure.mesh, _camera(figure, setting, 0.0, size, size), light, size, size)
    image = np.zeros((size, size, 4), np.float32)
    image[part][..., :3], image[part][..., 3:] = colors, mask
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
