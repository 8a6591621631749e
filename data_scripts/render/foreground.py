"""Things between the camera and the figure, in one image of six: they hide part of it."""

import numpy as np
from PIL import Image, ImageDraw

from data_scripts.render.colors import F, hsv, texture

SHARE = 0.18


def draw_foreground(rng: np.random.Generator, image: np.ndarray, indoors: bool) -> np.ndarray:
    """Draws something fitting the place over `image` (H, W, 3) float32, or nothing; returns the image."""
    if rng.random() > SHARE:
        return image
    h, w = image.shape[:2]
    stencil = Image.new("L", (w * 2, h * 2))
    draw = ImageDraw.Draw(stencil)
    kind = rng.integers(3)
    if indoors:
        color = hsv(rng.uniform(0.03, 0.12), rng.uniform(0.05, 0.5), rng.uniform(0.25, 0.8))
        (_box, _post, _table)[kind](rng, draw, 2 * w, 2 * h)
    else:
        green = kind == 1
        hue = rng.uniform(0.2, 0.34) if green else rng.uniform(0.05, 0.11)
        color = hsv(hue, rng.uniform(0.2, 0.5), rng.uniform(0.25, 0.7))
        (_fence, _grass, _post)[kind](rng, draw, 2 * w, 2 * h)
    mask = np.asarray(stencil.reduce(2), F)[..., None] / F(255)
    side = np.linspace(rng.uniform(0.8, 1.2), rng.uniform(0.8, 1.2), w, dtype=F)[None, :, None]
    rough = 1 + F(0.25) * texture(rng, rng.integers(0, 3), w, h)[..., None]
    return image + (color * side * rough - image) * mask


def _fence(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, h: int) -> None:
    thick, y = rng.uniform(0.02, 0.045) * h, rng.uniform(0.6, 0.85) * h
    tilt = rng.normal() * 0.02 * h
    for j in range(rng.integers(1, 3)):
        draw.line([-5, y + j * 0.14 * h, w + 5, y + j * 0.14 * h + tilt], fill=255, width=int(thick) + 1)
    x = rng.uniform(0, 0.5) * w
    while x < w:
        draw.rectangle([x, y - 0.07 * h, x + thick * 1.4, h], fill=255)
        x += rng.uniform(0.35, 0.6) * w


def _grass(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, h: int) -> None:
    high = rng.uniform(0.08, 0.22) * h
    for x in rng.uniform(0, w, int(rng.uniform(60, 160))):
        tip, foot = rng.uniform(0.3, 1) * high, h + rng.uniform(-0.01, 0.02) * h
        draw.polygon(
            [(x - 0.008 * w, foot), (x + 0.008 * w, foot), (x + rng.normal() * 0.04 * w, foot - tip)], fill=255
        )


def _post(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, h: int) -> None:
    wide = rng.uniform(0.05, 0.16) * w
    x = rng.uniform(-0.03, 0.2) * w if rng.random() < 0.5 else rng.uniform(0.72, 0.95) * w
    draw.polygon([(x, -5), (x + wide * 0.9, -5), (x + wide, h + 5), (x - wide * 0.1, h + 5)], fill=255)


def _box(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, h: int) -> None:
    wide, high = rng.uniform(0.2, 0.45) * w, rng.uniform(0.1, 0.28) * h
    x = rng.uniform(-0.1, 0.8) * w
    draw.rounded_rectangle([x, h - high, x + wide, h + 20], radius=0.03 * w, fill=255)


def _table(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, h: int) -> None:
    y = rng.uniform(0.82, 0.95) * h
    draw.polygon([(-5, y), (w + 5, y + rng.normal() * 0.03 * h), (w + 5, h + 5), (-5, h + 5)], fill=255)
