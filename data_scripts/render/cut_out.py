"""The studio's figures without a place behind them: colors and a mask, to be pasted onto any background."""

import numpy as np

from data_scripts.render.engine import render
from data_scripts.render.scene import FIGURES, fit_camera, random_light, random_setting, random_stream


def cut_out(kind: str, seed: int, index: int, size: int = 160) -> np.ndarray:
    """Return figure `index` of a kind: uint8 (size, size, 4), red, green and blue multiplied by the mask, and the mask.

    It depends on (seed, kind, index, size) alone, and fills 80 % of the image or more. Pasted onto a background b:
    colors + b · (1 − mask / 255). ValueError for an unknown kind.
    """
    streams = [random_stream(kind, seed, index, part) for part in range(4)]
    setting = random_setting(streams[0])
    figure = FIGURES[kind](streams[3], detail=1.0)
    light = random_light(streams[2], setting, figure.yaw)
    colors, mask, part = render(figure.mesh, fit_camera(figure, setting, 0.0, size, size), light, size, size)
    image = np.zeros((size, size, 4), np.float32)
    image[part][..., :3], image[part][..., 3:] = colors, mask
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
