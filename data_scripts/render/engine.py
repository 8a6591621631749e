"""Camera and painter: a mesh becomes colors and a mask.

Vertices are shaded (light.py). Facets are then painted far to near with Pillow, each with its own *number* instead of
a color, at twice the size; one numpy pass finally blends the corner colors inside each facet (Gouraud, 1971) and adds
the streaks of hair and cloth. Trunk and limbs are painted on two layers and melted into each other by their depths, so
that a thigh grows out of the body without a ridge.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from data_scripts.render.light import Light, shade
from data_scripts.render.mesh import F, cross, dot, facets_of_grid, unit, vec

MERGE = 0.012  # limbs melt into the trunk where they are nearer than this share of the figure's height
STREAKS = vec(300, 500)  # tile pixels of streaks a meter, along a part and round it
CHUNK = 4096  # samples at a time
FINER = 2  # facets are painted at this many times the image's size; two samples a pixel are read, on its diagonal


class Camera:
    """Looks at `target` from `distance`, from the side `yaw`, `pitch` above the horizontal (radians).

    `scale` is in pixels per meter at the target; `center` is where the target lands, (x, y) in pixels.
    """

    def __init__(self, yaw: float, pitch: float, distance: float, target: np.ndarray, scale: float = 1.0,
                 center: Any = (0.0, 0.0)) -> None:  # fmt: skip
        back = vec(np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), np.sin(pitch))
        right = unit(cross(vec(0, 0, 1), back))
        self.back = back
        self.eye = np.asarray(target, F) + back * F(distance)
        self.axes = np.stack([right, cross(back, right), back])
        self.scale, self.focal = scale, F(scale * distance)
        self.center = np.asarray(center, F)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Points (n, 3) → pixels (n, 2), x to the right and y down."""
        q = (points - self.eye) @ self.axes.T
        q = q[:, :2] * (self.focal / np.maximum(-q[:, 2:], F(0.05)))
        return self.center + q * vec(1, -1)


@lru_cache(None)
def streaks() -> np.ndarray:
    """Return a (256, 256) tile of noise, stretched along its first axis, about -1..1: hair, fur, weave."""
    rng = np.random.default_rng(7)
    fy, fx = np.fft.fftfreq(256)[:, None], np.fft.fftfreq(256)[None]
    fall = np.exp(-((fy * 40) ** 2) - (fx * 4) ** 2)
    tile = np.fft.ifft2(np.fft.fft2(rng.normal(size=(256, 256))) * fall).real
    return (tile / tile.std() * 0.5).clip(-1, 1).astype(F)


def render(mesh: Any, camera: Camera, light: Light, width: int, height: int) -> tuple:
    """Paints `mesh`. Returns colors (h, w, 3), already multiplied by the mask, the mask (h, w, 1), both float32, and
    the part of the image (rows, columns) that they fill.
    """
    points, facets, corner_of, material, cell = _gather(mesh)
    a, b, c, d = (points[facets[:, k]] for k in range(4))
    normals = cross(c - a, d - b)
    smooth = np.stack(
        [np.bincount(facets.ravel(), np.repeat(normals[:, k], 4), len(points)) for k in range(3)], 1
    ).astype(F)
    colors = shade(points, unit(smooth), corner_of["color"], corner_of["gloss"], camera.eye, light)
    wide, high = width * FINER, height * FINER
    pixels = camera.project(points) * F(FINER)
    at = pixels[facets]
    seen = dot(camera.eye - a, normals) > 0
    inside = (pixels > (-0.1 * wide, -0.1 * high)) & (pixels < (1.1 * wide, 1.1 * high))
    inside = (inside[:, 0] & inside[:, 1])[facets]
    seen = np.flatnonzero(seen & (inside[:, 0] | inside[:, 1] | inside[:, 2] | inside[:, 3]))
    far = (points - camera.eye) @ camera.back
    order = seen[np.argsort(far[facets[seen, 0]] + far[facets[seen, 2]] + 2 * material[seen, 2])]
    at = at[order]
    if not len(at):
        return np.zeros((0, 0, 3), F), np.zeros((0, 0, 1), F), (slice(0, 0), slice(0, 0))
    low = np.maximum(at.min((0, 1)) // FINER, 0).astype(int)  # only the part of the image with the figure is painted
    top = np.minimum(at.max((0, 1)) // FINER + 1, (width, height)).astype(int)
    at = at - (low * FINER).astype(F)
    layers = [Image.new("I", tuple((top - low) * FINER)) for _ in range(2)]
    paint = [ImageDraw.Draw(layer).draw.draw_polygon for layer in layers]
    limb = (material[order, 5] == 0).tolist()
    for number, corners in enumerate(at.reshape(-1, 8).tolist(), 1):
        paint[limb[number - 1]](corners, number, 1)
    fineness = min(max(camera.scale / 300, 0.2), 1)  # from afar, streaks are wider than they are, or they would sparkle
    depths = far[facets[order]] + material[order, 2:3]
    table = _table(at, colors[facets[order]], depths, material[order], cell[order], STREAKS * F(fineness))
    core, limbs = (np.asarray(layer) for layer in layers)
    rgb, mask = _fill(core, limbs, table, MERGE * np.ptp(points[:, 2]))
    return rgb, mask, (slice(low[1], top[1]), slice(low[0], top[0]))


def _gather(mesh: Any) -> tuple:
    """Return the mesh as a few long arrays; `cell` is a facet's place (ring, around) on its part."""
    counts = [len(p[0]) for p in mesh.parts]
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    grids = [facets_of_grid(*p[1]) for p in mesh.parts]
    facets = np.concatenate([g + s for g, s in zip(grids, starts, strict=True)])
    sizes = [len(g) for g in grids]
    material = np.array([p[3] for p in mesh.parts], F)
    points = np.concatenate([p[0] for p in mesh.parts]).astype(F, copy=False)
    color = np.concatenate([p[2] for p in mesh.parts]).astype(F, copy=False)
    within = np.arange(len(facets)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    around = np.repeat([p[1][1] for p in mesh.parts], sizes)
    cell = np.stack([within // around, within % around], 1).astype(F)
    vertex = {"color": color, "gloss": np.repeat(material[:, 0], counts)}
    return points, facets, vertex, np.repeat(material, sizes, 0), cell


def _table(
    at: np.ndarray, colors: np.ndarray, far: np.ndarray, material: np.ndarray, cell: np.ndarray, streak: np.ndarray
) -> np.ndarray:
    """One row a facet: how its corner colors (facets, 4, 3) and depths (facets, 4) spread over it on the screen."""
    # u runs along the part (corner 0 → 3), v around it (0 → 1): the inverse of the facet's mean edges
    along, beside = at[:, 3] + at[:, 2] - at[:, 0] - at[:, 1], at[:, 1] + at[:, 2] - at[:, 0] - at[:, 3]
    area = along[:, 0] * beside[:, 1] - along[:, 1] * beside[:, 0]
    area = np.where(np.abs(area) < 0.3, F(0.3), area)[:, None] * F(0.5)
    to_u = np.stack([beside[:, 1], -beside[:, 0]], 1) / area
    to_v = np.stack([-along[:, 1], along[:, 0]], 1) / area
    x, y = ((at[:, 0] + at[:, 1] + at[:, 2] + at[:, 3]) * F(0.25)).T
    rest = F(0.5) - np.stack([to_u[:, 0] * x + to_u[:, 1] * y, to_v[:, 0] * x + to_v[:, 1] * y], 1)
    values = np.concatenate([colors, far[..., None]], 2)
    c0, c1, c2, c3 = (values[:, k] for k in range(4))
    blends = [c0, c3 - c0, c1 - c0, c2 - c3 - c1 + c0]
    return np.concatenate(
        [to_u, rest[:, :1], to_v, rest[:, 1:], *blends, cell, material[:, 1:2], material[:, 3:5] * streak], 1
    )


def _look(table: np.ndarray, numbers: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return what the painted facets show at samples (n,): color and depth (n, 4)."""
    found = np.empty((len(numbers), 4), F)
    for start in range(0, len(numbers), CHUNK):  # pieces that fit the processor's cache
        piece = slice(start, start + CHUNK)
        t = np.ascontiguousarray(table[numbers[piece] - 1].T)
        u = np.clip(t[0] * x[piece] + t[1] * y[piece] + t[2], 0, 1)
        v = np.clip(t[3] * x[piece] + t[4] * y[piece] + t[5], 0, 1)
        value = t[6:10] + u * t[10:14] + v * (t[14:18] + u * t[18:22])
        i = ((t[22] + u) * t[25]).astype(np.int32) & 255
        j = ((t[23] + v) * t[26]).astype(np.int32) & 255
        value[:3] *= 1 + streaks()[i, j] * t[24]
        found[piece] = value.T
    return found


def _fill(core: np.ndarray, limbs: np.ndarray, table: np.ndarray, merge: float) -> tuple:
    """Blends the two painted layers, softly where their depths are nearly equal, and reduces to the image's size."""
    high, wide = core.shape[0] // FINER, core.shape[1] // FINER
    samples = [layer[k::FINER, k::FINER].ravel() for layer in (core, limbs) for k in (0, 1)]
    there = np.flatnonzero(samples[0] | samples[1] | samples[2] | samples[3])
    core, core2, limbs, limbs2 = (sample[there] for sample in samples)
    more = np.flatnonzero((core != core2) | (limbs != limbs2))  # elsewhere both samples lie on one facet: read it once
    core, limbs = np.concatenate([core, core2[more]]), np.concatenate([limbs, limbs2[more]])
    x, y = (there % wide).astype(F) * FINER + F(0.5), (there // wide).astype(F) * FINER + F(0.5)
    x, y = np.concatenate([x, x[more] + 1]), np.concatenate([y, y[more] + 1])
    seen = np.zeros((len(core), 4), F)
    at = np.flatnonzero(core)
    seen[at] = _look(table, core[at], x[at], y[at])
    at = np.flatnonzero(limbs)
    front, behind = _look(table, limbs[at], x[at], y[at]), seen[at]
    share = np.clip((front[:, 3] - behind[:, 3]) / F(2 * merge) + F(0.5), 0, 1)
    share[core[at] == 0] = 1
    seen[at] = behind + (front - behind) * share[:, None]
    seen[:, 3] = (core | limbs) != 0
    first, second = seen[: len(there)], seen[len(there) :]
    first[more] = (first[more] + second) * F(0.5)
    out = np.zeros((high * wide, 4), F)
    out[there] = first
    out = out.reshape(high, wide, 4)
    return out[..., :3], out[..., 3:]
