"""Figures are built from two shapes: tubes of elliptical rings along a spline, and ellipsoids.

Every part is a grid of vertices, (rings, around), closed round the tube. Lengths are meters, +x is where
the figure looks, +y its left, +z up. Everything is float32.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import dist
from typing import Any

import numpy as np

F = np.float32
CAP_ALONG, CAP_WIDTH = np.array([0.45, 0.8, 1.0], F)[:, None], np.array([0.88, 0.58, 0.03], F)[:, None]


def vec(*values: Any) -> np.ndarray:
    """Return a float32 array: `vec(1, 0, 0)`."""
    return np.array(values, F)


def dot(a: np.ndarray, b: np.ndarray) -> Any:
    """Dot products (...) of (..., 3) arrays; numpy's own sum over so short an axis is slow."""
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def unit(v: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) scaled to length one; a zero vector stays near zero."""
    return v / np.sqrt(dot(v, v) + F(1e-18))[..., None]


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of (..., 3) arrays; several times faster than np.cross on small arrays."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], -1)


def turn(axis: str, angle: float) -> np.ndarray:
    """Return the (3, 3) rotation about the axis "x", "y" or "z", counter-clockwise as seen from its tip."""
    c, s = np.cos(angle), np.sin(angle)
    rows = {"x": ((1, 0, 0), (0, c, -s), (0, s, c)), "y": ((c, 0, s), (0, 1, 0), (-s, 0, c))}
    return np.array(rows.get(axis, ((c, -s, 0), (s, c, 0), (0, 0, 1))), F)


@lru_cache(None)
def spline(knots: int, samples: int) -> np.ndarray:
    """Return the (samples, knots) matrix of uniform Catmull-Rom interpolation (Catmull and Rom, 1974)."""
    weights = np.zeros((samples, knots), F)
    for i, t in enumerate(np.linspace(0, knots - 1, samples)):
        j = min(int(t), knots - 2)
        u = t - j
        near = (
            -0.5 * u + u * u - 0.5 * u**3,
            1 - 2.5 * u * u + 1.5 * u**3,
            0.5 * u + 2 * u * u - 1.5 * u**3,
            -0.5 * u * u + 0.5 * u**3,
        )
        for offset, w in zip((-1, 0, 1, 2), near, strict=True):
            weights[i, min(max(j + offset, 0), knots - 1)] += w
    return weights


@lru_cache(None)
def circle(n: int) -> tuple:
    """Return the cosines and sines of n directions around a circle."""
    a = np.arange(n) * (2 * np.pi / n)
    return np.cos(a).astype(F), np.sin(a).astype(F)


@lru_cache(None)
def sphere(rings: int, around: int) -> np.ndarray:
    """Return the points (rings, around, 3) of a unit sphere."""
    a = np.linspace(np.pi, 0, rings).astype(F)[:, None]
    c, s = circle(around)
    return np.stack([np.sin(a) * c, np.sin(a) * s, np.cos(a) + 0 * c], -1)


@lru_cache(None)
def facets_of_grid(rings: int, around: int) -> np.ndarray:
    """Corner indices (facets, 4) of a closed grid, counter-clockwise from outside: here, beside, beyond, ahead."""
    row = np.arange(rings - 1)[:, None] * around
    here, beside = row + np.arange(around), row + (np.arange(around) + 1) % around
    return np.stack([v.ravel() for v in (here, beside, beside + around, here + around)], 1)


class Mesh:
    """A figure: a list of parts, each [vertices (n, 3), (rings, around), colors (n, 3), material (6,)].

    `grid` is (rings, around) of a part; `detail` multiplies that of the larger ones. A color is one RGB in 0..1 or a
    function of the vertices (n, 3) → (n, 3). `gloss` is the strength of the highlight, `grain` of the streaks along the
    part (hair, fur, cloth), and `lift` brings small parts forward, in meters, where they touch what they lie on. Limbs
    grow out of `core` parts (the trunk) without a seam.
    """

    def __init__(self, detail: float = 1.0) -> None:
        self.detail = detail
        self.parts: list[list] = []

    def tube(self, centers: Any, up: Any, side: Any, color: Any, *, down: Any = None, hint: Any = (0, 1, 0),
             grid: tuple[int, int] = (12, 12), caps: Any = (0.6, 0.6), gloss: float = 0.0, grain: float = 0.0,
             lift: float = 0.0, ragged: float = 0.0, core: bool = False) -> None:  # fmt: skip
        """Add a tube through `centers` (k, 3); half-heights `up`/`down` and half-widths `side`: numbers or (k,).

        `hint` is the direction, roughly, in which `side` is measured. `caps` rounds the two ends (0: left open);
        `ragged` makes the outline uneven, for long fur.
        """
        rings, around = self._finer(grid)
        k = len(centers)
        knots = np.empty((k, 6), F)
        knots[:, :3] = centers
        knots[:, 3], knots[:, 4], knots[:, 5] = up, up if down is None else down, side
        track = spline(k, rings) @ knots
        p, r = track[:, :3], np.maximum(track[:, 3:], F(1e-3))
        t = np.empty_like(p)
        t[1:-1] = p[2:] - p[:-2]
        t[0], t[-1] = p[1] - p[0], p[-1] - p[-2]
        t = unit(t)
        first = 3 if caps[0] else 0
        last = first + len(p)
        if caps[0] or caps[1]:  # three more rings close each end
            keep = np.concatenate([p, t, r], 1)
            rows = np.concatenate([keep[:1].repeat(first, 0), keep, keep[-1:].repeat(3 if caps[1] else 0, 0)])
            p, t, r = rows[:, :3], rows[:, 3:6], rows[:, 6:]
            if caps[0]:
                p[:3] -= t[:1] * (F(caps[0] / 3) * sum(r[0].tolist())) * CAP_ALONG[::-1]
                r[:3] *= CAP_WIDTH[::-1]
            if caps[1]:
                p[last:] += t[-1:] * (F(caps[1] / 3) * sum(r[-1].tolist())) * CAP_ALONG
                r[last:] *= CAP_WIDTH
        h = np.asarray(hint, F)
        b = unit(h - t * (t @ h)[:, None])
        n = cross(t, b)
        c, s = circle(around)
        out = (np.where(s > 0, r[:, :1], r[:, 1:2]) * s)[..., None] * n[:, None]
        out += (r[:, 2:] * c)[..., None] * b[:, None]
        v = p[:, None] + out
        if ragged:
            v += out * (F(ragged) * np.sin(v @ vec(917.0, 541.0, 733.0)))[..., None]
        self._add(v, color, gloss, grain, lift, core)

    def ball(self, center: Any, radii: Any, color: Any, rotate: np.ndarray | None = None, *,
             grid: tuple[int, int] = (9, 10), gloss: float = 0.0, grain: float = 0.0, lift: float = 0.0,
             core: bool = False) -> None:  # fmt: skip
        """Add an ellipsoid with `radii` (x, y, z), rotated by the (3, 3) matrix `rotate`."""
        v = sphere(*self._finer(grid)) * np.asarray(radii, F)
        self._add((v if rotate is None else v @ rotate.T) + np.asarray(center, F), color, gloss, grain, lift, core)

    def _finer(self, grid: tuple[int, int]) -> tuple[int, int]:
        rings, around = grid
        return (round(rings * self.detail), round(around * self.detail)) if rings * around > 60 else grid

    def _add(self, v: np.ndarray, color: Any, gloss: float, grain: float, lift: float, core: bool) -> None:
        rings, around = v.shape[:2]
        here, ahead, beside = v[rings // 2, 0].tolist(), v[rings // 2 - 1, 0].tolist(), v[rings // 2, 1].tolist()
        spans = (dist(here, ahead), dist(here, beside))
        v = v.reshape(-1, 3)
        color = color(v) if callable(color) else np.broadcast_to(np.asarray(color, F), v.shape)
        self.parts.append([v, (rings, around), color, (gloss, grain, lift, *spans, core)])

    def move(self, rotate: np.ndarray | None = None, shift: Any = None, pivot: Any = (0, 0, 0)) -> "Mesh":
        """Rotates by the (3, 3) matrix about `pivot`, then shifts; in place, and returns the mesh."""
        pivot = np.asarray(pivot, F)
        for part in self.parts:
            if rotate is not None:
                part[0] = (part[0] - pivot) @ np.asarray(rotate, F).T + pivot
            if shift is not None:
                part[0] = part[0] + np.asarray(shift, F)
        return self

    def swing(self, angle: float, base: np.ndarray, length: float) -> "Mesh":
        """Turn about the vertical through `base` by an angle that grows to its full value at distance `length`."""
        base = np.asarray(base, F)
        for part in self.parts:
            d = part[0] - base
            a = F(angle) * np.clip(np.sqrt(dot(d, d)) / F(length), 0, 1)
            c, s = np.cos(a), np.sin(a)
            part[0] = np.stack([d[:, 0] * c - d[:, 1] * s, d[:, 0] * s + d[:, 1] * c, d[:, 2]], -1) + base
        return self

    def add(self, other: "Mesh") -> "Mesh":
        """Take over the parts of another mesh."""
        self.parts += other.parts
        return self

    def vertices(self) -> np.ndarray:
        """All vertices (n, 3)."""
        return np.concatenate([part[0] for part in self.parts])


def chain(start: Any, angles: Any, lengths: Any, out: float = 0.0) -> list:
    """Return the joints of a limb: angles from straight down, + forward, `out` tilts it sideways. A list of (3,) points."""
    points: list[np.ndarray] = [np.asarray(start, F)]
    for a, length in zip(angles, lengths, strict=True):
        step = vec(np.sin(a), np.cos(a) * np.sin(out), -np.cos(a) * np.cos(out))
        points.append(points[-1] + step * F(length))
    return points


@dataclass
class Figure:
    """What a studio's model is: its mesh standing on z=0, the side `yaw` to see it from, and the points that
    must be in the image (n, 3); None: all of it.
    """

    mesh: Mesh
    yaw: float
    frame: np.ndarray | None = None
