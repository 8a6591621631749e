"""Where a figure stands: outdoor places, and by way of rooms.py indoor ones, drawn flat behind it.

Nothing here knows what the figure is. Places are rendered small (about 160 pixels) and enlarged: a little out of focus.
Images are float32 (H, W, 3) in 0..1; `hor` is the row of the horizon, above the image when negative.
"""

from typing import Any

import numpy as np
from PIL import ImageDraw

from data_scripts.render.brush import cover, ground, ink, paint
from data_scripts.render.colors import F, hsv, pick, texture
from data_scripts.render.rooms import draw_room

OUTDOOR = {
    # how often; ground: hue from, to, saturation, darker and lighter value; hue of the hills
    "meadow": (0.24, (0.20, 0.33, 0.45, 0.32, 0.68), 0.33),
    "forest": (0.12, (0.12, 0.32, 0.38, 0.22, 0.55), 0.30),
    "desert": (0.12, (0.06, 0.12, 0.42, 0.55, 0.88), 0.07),
    "beach": (0.10, (0.09, 0.13, 0.32, 0.68, 0.93), 0.55),
    "snow": (0.08, (0.56, 0.60, 0.06, 0.80, 1.00), 0.58),
    "street": (0.14, (0.05, 0.15, 0.06, 0.35, 0.65), 0.60),
    "yard": (0.12, (0.06, 0.13, 0.25, 0.40, 0.75), 0.33),
    "dusk": (0.08, (0.08, 0.30, 0.28, 0.22, 0.48), 0.65),
}


def draw_place(rng: np.random.Generator, width: int, height: int, hor: float, indoors: bool) -> tuple:
    """Return the image and `floor`, the row at which the ground begins: a figure's feet must be below it."""
    if indoors:
        return draw_room(rng, width, height, hor)
    return _outdoor(rng, width, height, hor, pick(rng, OUTDOOR))


def _ridge(rng: np.random.Generator, width: int, base: float, height: float, rough: float) -> np.ndarray:
    x = np.arange(width) / width
    y = sum(np.sin(x * 6.28 * o * rng.uniform(0.5, 1.4) * rough + rng.uniform(0, 6.28)) / o**1.1 for o in range(1, 6))
    return base - height * (y * 0.5 + 0.5)


def _sky(rng: np.random.Generator, w: int, h: int, hor: float, kind: str) -> np.ndarray:
    t = np.clip(np.arange(h, dtype=F)[:, None, None] / max(hor, h * 0.25), 0, 1)
    blue = hsv(rng.uniform(0.55, 0.61), rng.uniform(0.2, 0.65), rng.uniform(0.7, 0.97)), hsv(0.57, 0.12, 0.98)
    gray = hsv(0.58, 0.10, rng.uniform(0.6, 0.9)), hsv(0.58, 0.04, 0.95)
    dusk = hsv(0.62, 0.5, 0.45), hsv(rng.uniform(0.03, 0.1), 0.55, 0.95)
    top, low = dusk if kind == "dusk" else gray if kind == "snow" or rng.random() < 0.25 else blue
    image = np.broadcast_to(top * (1 - t) + low * t, (h, w, 3)).astype(F)
    clouds = np.clip(texture(rng, 4, w, h, 0.8) - rng.uniform(-0.2, 0.8), 0, 1) * F(0.8)
    cover(image, clouds, hsv(0.1, 0.02, 0.97))
    return image


def _outdoor(rng: np.random.Generator, w: int, h: int, hor: float, kind: str) -> tuple:
    if hor < 0.05 * h:  # seen from above: ground only
        image = np.zeros((h, w, 3), F)
    else:
        image = _sky(rng, w, h, hor, kind)
        rows = np.arange(h)[:, None]
        above = (rows < hor + 2).astype(F)
        hills = OUTDOOR[kind][2]
        for j in range(rng.integers(1, 4) if kind not in ("street", "yard") else 0):
            top = _ridge(rng, w, hor + 1, rng.uniform(0.05, 0.3) * h / (j + 1), rng.uniform(0.6, 2))
            far = hsv(hills + rng.uniform(-0.05, 0.05), rng.uniform(0.1, 0.4), rng.uniform(0.35, 0.75))
            cover(image, np.clip(rows - top, 0, 1) * above, far, 0.3 * texture(rng, 2, w, h, 1.3))
        if kind == "forest" or (kind in ("meadow", "yard") and rng.random() < 0.7):
            tall = rng.uniform(0.3, 0.8) if kind == "forest" else rng.uniform(0.05, 0.3)
            top = _ridge(rng, w, hor + 1, h * tall, rng.uniform(2, 6))
            leaves = np.clip((rows - top) / 4 + texture(rng, 1, w, h, 1.5) * 2.2, 0, 1) * above
            green = hsv(rng.uniform(0.18, 0.36), rng.uniform(0.3, 0.55), rng.uniform(0.22, 0.5))
            cover(image, leaves, green, 0.7 * texture(rng, 1, w, h))
        pen = paint(image)
        draw = ImageDraw.Draw(pen)
        if kind == "street":
            _houses(rng, draw, w, h, hor)
        if kind == "yard":
            _wall(rng, draw, w, hor, h)
        if kind == "forest":
            for x in rng.uniform(0, w, rng.integers(2, 9)):
                wide = rng.uniform(0.01, 0.05) * w
                draw.rectangle(
                    [x, 0, x + wide, hor + 3], fill=ink(hsv(0.08, rng.uniform(0.1, 0.5), rng.uniform(0.15, 0.45)))
                )
        if kind in ("meadow", "dusk") and rng.random() < 0.3:
            _far_fence(rng, draw, w, h, hor)
        image = np.asarray(pen, F) / F(255)
    low, high, saturation, dark, light = OUTDOOR[kind][1]
    hue = rng.uniform(low, high)
    saturation *= rng.uniform(0.7, 1.25)
    lit = hsv(hue + rng.uniform(-0.02, 0.02), saturation * 0.8, light)
    floor = hor + (0.02 * h if kind != "yard" else 0.05 * h)
    pattern = "tiles" if kind == "street" and rng.random() < 0.4 else None
    ground(rng, image, hor, hor, hsv(hue, saturation, dark), lit, rng.integers(0, 4), pattern)
    if kind == "street" and rng.random() < 0.5:  # the kerb
        y = int(hor + rng.uniform(0.04, 0.12) * h)
        image[max(y, 0) : max(y + 2, 0)] *= F(0.7)
    return image, floor


def _houses(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, h: int, hor: float) -> None:
    x: Any = -rng.integers(0, w // 4)
    while x < w:
        wide, high = rng.integers(w // 7, w // 3), rng.uniform(0.2, 0.95) * max(hor, 0.3 * h)
        hue = rng.uniform(0, 0.12) if rng.random() < 0.75 else rng.uniform(0.5, 0.65)
        front = hsv(hue, rng.uniform(0.05, 0.45), rng.uniform(0.35, 0.85))
        draw.rectangle([x, hor - high, x + wide, hor + 3], fill=ink(front))
        pane = ink(front * rng.choice([0.45, 0.65, 1.25]))
        step = int(rng.integers(7, 14) * w / 150)
        for top in range(int(hor - high) + step // 2, int(hor) - step // 2, step):
            for left in range(x + step // 2, x + wide - step // 2, step):
                draw.rectangle([left, top, left + step * 0.45, top + step * 0.55], fill=pane)
        x += wide + rng.integers(0, w // 10)


def _wall(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, hor: float, h: int) -> None:
    """Draw a brick wall, a plastered wall or a plank fence across the back."""
    top = hor - rng.uniform(0.15, 0.6) * h
    color = hsv(rng.uniform(0.02, 0.12), rng.uniform(0.05, 0.5), rng.uniform(0.4, 0.85))
    draw.rectangle([0, top, w, hor + 0.05 * h], fill=ink(color))
    kind = rng.integers(3)
    if kind == 0:
        step = int(rng.integers(5, 9))
        for j, y in enumerate(range(int(top), int(hor + 0.05 * h), step)):
            draw.line([0, y, w, y], fill=ink(color * 0.8))
            for x in range(-step * (j % 2), w, step * 2):
                draw.line([x, y, x, y + step], fill=ink(color * 0.8))
    elif kind == 1:
        x = 0
        while x < w:
            wide = int(rng.integers(5, 11))
            draw.rectangle([x, top, x + wide - 1, hor + 0.05 * h], fill=ink(color * rng.uniform(0.8, 1.1)))
            x += wide


def _far_fence(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, h: int, hor: float) -> None:
    color = ink(hsv(0.09, rng.uniform(0.05, 0.35), rng.uniform(0.3, 0.9)))
    y, high, step = hor + 0.02 * h, rng.uniform(0.04, 0.1) * h, rng.integers(14, 30)
    for x in range(-int(rng.integers(0, 14)), w, step):
        draw.rectangle([x, y - high, x + 1, y], fill=color)
    for part in (0.35, 0.85):
        draw.line([0, y - high * part, w, y - high * part], fill=color)
