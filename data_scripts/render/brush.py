"""What backgrounds are painted with. Images are float32 (H, W, 3) in 0..1; `hor` is the row of the horizon."""

import numpy as np
from PIL import Image

from data_scripts.render.colors import F, tiles


def paint(image: np.ndarray) -> Image.Image:
    """Return the image as one of Pillow, to draw on."""
    return Image.fromarray((np.clip(image, 0, 1) * 255).astype(np.uint8))


def ink(color: np.ndarray) -> tuple:
    """Return a color 0..1 as Pillow wants it."""
    return tuple(int(v) for v in np.clip(color * 255, 0, 255))


def ground(rng: np.random.Generator, image: np.ndarray, start: float, hor: float, dark: np.ndarray, light: np.ndarray,
           tile: int | np.integer, pattern: str | None = None) -> None:  # fmt: skip
    """Draw a textured plane below row `start`, in perspective; `pattern` adds boards or tiles."""
    h, w = image.shape[:2]
    start = int(np.clip(start, 0, h))
    if start >= h:
        return
    rows = np.arange(start, h, dtype=F)
    near = np.maximum(rows - hor, 1)
    z = w * F(0.9) / (near + 2.5)
    across, along = rng.integers(0, 256, 2)
    x = np.arange(w, dtype=F) - w / 2
    u, v = x[None] * z[:, None] * F(0.5), z * F(60)
    noise = tiles()[tile + 1][((v * 2).astype(int) + along)[:, None] & 255, ((u * 2).astype(int) + across) & 255]
    t = np.clip(0.5 + 0.45 * noise * np.clip(near / (0.15 * h), 0.15, 1)[:, None], 0, 1)[..., None]
    area = dark * (1 - t) + light * t
    if pattern:
        size = rng.uniform(14, 30)
        cut = np.abs((u / size) % 1 - 0.5) > 0.47 - 0.1 / near[:, None] * 5
        if pattern == "tiles":
            cut |= (np.abs((v / size) % 1 - 0.5) > 0.47)[:, None]
        else:
            board = np.floor(u / size).astype(int)
            area = area * (1 + 0.1 * np.sin(board * 12.9)[..., None]).astype(F)
        area = area * (1 - 0.3 * (cut & (near > 0.04 * h)[:, None])[..., None]).astype(F)
    image[start:] = area


def cover(image: np.ndarray, mask: np.ndarray, color: np.ndarray, noise: np.ndarray | None = None) -> None:
    """Lays a color (3,) over the image where mask (H, W) is 1; `noise` (H, W) makes it uneven."""
    color = color if noise is None else color * (1 + noise[..., None])
    image += (color - image) * mask[..., None]
