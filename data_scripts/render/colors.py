"""Colors, noise and chance that figures and backgrounds share. Colors are RGB in 0..1, float32."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

F = np.float32


def pick(rng: np.random.Generator, shares: dict) -> str:
    """Return a random name; `shares`: name → how often, or a tuple that begins with it."""
    names = list(shares)
    p = np.array([shares[n] if np.isscalar(shares[n]) else shares[n][0] for n in names])
    return names[rng.choice(len(names), p=p / p.sum())]


def hsv(hue: float, saturation: float, value: float) -> np.ndarray:
    """Hue, saturation and value in 0..1 → RGB (3,)."""
    k = (np.array([5.0, 3.0, 1.0]) + hue * 6) % 6
    return (value - value * saturation * np.clip(np.minimum(k, 4 - k), 0, 1)).astype(F)


def blend(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """From color a to color b as t (n,) goes from 0 to 1; (n, 3)."""
    t = np.clip(np.asarray(t, F), 0, 1)[..., None]
    return a + (b - a) * t


def smooth_noise(rng: np.random.Generator, scale: float = 1.0, waves: int = 5) -> Callable:
    """Return a smooth random function of points (n, 3) → (n,), roughly in -1..1: a sum of warped plane waves."""
    k = rng.normal(size=(3, waves)).astype(F) * F(scale * 3)
    phase = rng.uniform(0, 6.28, waves).astype(F)
    gain = F(0.93 / waves**0.5)
    return lambda p: np.sin(p @ k + phase + F(0.8) * np.sin(p[:, ::-1] @ (k * F(0.7)) + phase)).sum(1) * gain


@lru_cache(None)
def tiles() -> list[np.ndarray]:
    """Six (256, 256) tiles of fractal noise, from fine sand to wide clouds, about -1.5..1.5; they repeat seamlessly."""
    rng = np.random.default_rng(99)
    f = np.fft.fftfreq(256)
    f = np.hypot(f[:, None], f[None])
    f[0, 0] = 1
    made = []
    for smooth in (0.6, 0.9, 1.2, 1.5, 1.8, 2.2):
        tile = np.fft.ifft2(np.fft.fft2(rng.normal(size=(256, 256))) / f**smooth).real
        made.append(((tile - tile.mean()) / tile.std() * 0.5).clip(-1.5, 1.5).astype(F))
    return made


def texture(rng: np.random.Generator, tile: int | np.integer, width: int, height: int, zoom: float = 1.0) -> np.ndarray:
    """Return a (height, width) cut of a noise tile at a random place; `zoom` above 1 makes it finer."""
    y0, x0 = rng.integers(0, 256, 2)
    y = ((np.arange(height) * zoom).astype(int) + y0) & 255
    x = ((np.arange(width) * zoom).astype(int) + x0) & 255
    return tiles()[tile][y[:, None], x[None]]
