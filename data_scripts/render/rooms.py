"""Rooms, drawn flat behind the figure: a paper sweep, a living room, a barn."""

import numpy as np
from PIL import ImageDraw

from data_scripts.render.brush import ground, ink, paint
from data_scripts.render.colors import F, hsv, pick, texture

KINDS = {"studio": 0.30, "room": 0.50, "barn": 0.20}  # how often


def _muted(rng: np.random.Generator, low: float = 0.35, high: float = 0.9) -> np.ndarray:
    """Return a color that walls and furniture have: warm or grayish, never garish."""
    hue = rng.uniform(0.02, 0.15) if rng.random() < 0.6 else rng.uniform(0.3, 0.65)
    return hsv(hue, rng.uniform(0.03, 0.35), rng.uniform(low, high))


def draw_room(rng: np.random.Generator, w: int, h: int, hor: float) -> tuple:
    """Return the image and the row at which the floor begins."""
    kind = pick(rng, KINDS)
    image = np.zeros((h, w, 3), F)
    base = hor + rng.uniform(0.05, 0.22) * h
    if kind == "studio":  # a paper sweep: wall and floor are one
        paper = hsv(rng.uniform(0.05, 0.65), rng.uniform(0, 0.18), rng.uniform(0.45, 1.0) ** 0.6)
        t = np.linspace(0, 1, h, dtype=F)[:, None, None]
        bend = np.clip((np.arange(h, dtype=F)[:, None, None] - base) / (0.12 * h), 0, 1)
        image += paper * (1 - 0.14 * t + 0.10 * bend * (1 if rng.random() < 0.7 else -1))
        x = np.linspace(-1, 1, w, dtype=F)[None, :, None] - F(rng.uniform(-0.6, 0.6))
        image *= 1 - F(rng.uniform(0, 0.2)) * x * x
        return image, base
    wall = (
        _muted(rng, 0.5, 0.98)
        if kind == "room"
        else hsv(rng.uniform(0.06, 0.1), rng.uniform(0.25, 0.5), rng.uniform(0.3, 0.6))
    )
    image[:] = wall
    image *= (1 + 0.10 * texture(rng, rng.integers(3, 6), w, h, 0.7))[..., None]
    if kind == "barn" or rng.random() < 0.2:  # boards, or striped paper
        p = rng.uniform(7, 20) * w / 150
        board = np.floor((np.arange(w) + rng.uniform(0, p)) / p)
        image *= (1 + (0.16 if kind == "barn" else 0.05) * np.sin(board * 12.9))[None, :, None].astype(F)
    x = np.linspace(-1, 1, w, dtype=F)[None, :, None]
    image *= 1 + F(rng.uniform(-0.2, 0.2)) * x
    if kind == "room" and base > 0:
        pen = paint(image)
        draw = ImageDraw.Draw(pen)
        for _ in range(rng.integers(0, 3)):
            _on_wall(rng, draw, w, h, base)
        for _ in range(rng.integers(0, 3)):
            _furniture(rng, draw, w, h, base)
        board = ink(wall * (1.12 if rng.random() < 0.5 else 0.7))
        draw.rectangle([0, base - 0.03 * h, w, base], fill=board)
        image = np.asarray(pen, F) / F(255)
    if kind == "barn":
        floor = hsv(rng.uniform(0.08, 0.13), rng.uniform(0.25, 0.5), rng.uniform(0.5, 0.8))
        pattern = None
    else:
        wood = rng.random() < 0.6
        floor = hsv(rng.uniform(0.05, 0.11), rng.uniform(0.2, 0.5), rng.uniform(0.35, 0.8)) if wood else _muted(rng)
        pattern = ("boards" if wood else "tiles") if rng.random() < 0.7 else None
    ground(rng, image, base, hor, floor * 0.8, np.minimum(floor * 1.12, 1), rng.integers(0, 4), pattern)
    return image, base


def _on_wall(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, h: int, base: float) -> None:
    """Draw a window or a picture in its frame."""
    wide, high = rng.uniform(0.12, 0.4, 2) * (w, h)
    x, y = rng.uniform(-0.1, 0.95) * w, rng.uniform(-0.1, 0.6) * base
    high = min(high, base * 0.9 - y)
    if high < 4:
        return
    draw.rectangle([x, y, x + wide, y + high], fill=ink(_muted(rng, 0.3, 1.0)))
    inner = [x + 2, y + 2, x + wide - 2, y + high - 2]
    if rng.random() < 0.5:
        draw.rectangle(inner, fill=ink(hsv(0.57, rng.uniform(0.02, 0.3), rng.uniform(0.85, 1))))
        draw.line([x + wide / 2, y, x + wide / 2, y + high], fill=ink(_muted(rng, 0.7, 1.0)), width=2)
    else:
        draw.rectangle(inner, fill=ink(hsv(rng.random(), rng.uniform(0.1, 0.5), rng.uniform(0.3, 0.9))))


def _furniture(rng: np.random.Generator, draw: ImageDraw.ImageDraw, w: int, h: int, base: float) -> None:
    """Draw a sofa, a shelf or a lamp against the wall."""
    x, foot = rng.uniform(-0.2, 0.9) * w, base + rng.uniform(0, 0.04) * h
    color = _muted(rng, 0.25, 0.85)
    kind = rng.integers(3)
    if kind == 0:
        wide, high = rng.uniform(0.35, 0.7) * w, rng.uniform(0.15, 0.3) * h
        draw.rounded_rectangle([x, foot - high, x + wide, foot], radius=high * 0.2, fill=ink(color))
        draw.rounded_rectangle([x - 0.05 * w, foot - high * 0.6, x + 0.05 * w, foot], radius=4, fill=ink(color * 0.85))
        draw.rounded_rectangle(
            [x + wide - 0.05 * w, foot - high * 0.6, x + wide + 0.05 * w, foot], radius=4, fill=ink(color * 0.85)
        )
        draw.rectangle(
            [x + 0.05 * w, foot - high * 0.42, x + wide - 0.05 * w, foot - high * 0.15], fill=ink(color * 1.12)
        )
    elif kind == 1:
        wide, high = rng.uniform(0.2, 0.4) * w, rng.uniform(0.3, 0.7) * h
        draw.rectangle([x, foot - high, x + wide, foot], fill=ink(color * 0.8))
        for y in np.arange(foot - high + 2, foot - 6, rng.uniform(9, 16) * h / 150):
            left = x + 2
            while left < x + wide - 5:
                book = rng.uniform(2, 6)
                shade = hsv(rng.random(), rng.uniform(0.1, 0.5), rng.uniform(0.2, 0.8))
                draw.rectangle([left, y, left + book, y + 7 * h / 150], fill=ink(shade))
                left += book + 1
    else:
        high = rng.uniform(0.4, 0.7) * h
        draw.line([x, foot, x, foot - high], fill=ink(color * 0.5), width=2)
        draw.polygon([(x - 0.09 * w, foot - high), (x + 0.09 * w, foot - high), (x + 0.05 * w, foot - high - 0.13 * h),
                      (x - 0.05 * w, foot - high - 0.13 * h)], fill=ink(hsv(0.11, 0.2, 0.95)))  # fmt: skip
