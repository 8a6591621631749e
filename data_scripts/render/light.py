"""Light: where it comes from, what it does to a figure's vertices, and the shadow it leaves on the ground."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from data_scripts.render.mesh import F, cross, dot, unit, vec


@dataclass
class Light:
    """`direction` points to the sun; `sun`, `sky` and `ground` are RGB strengths; `soft` in 0..1 blurs the shadow."""

    direction: np.ndarray
    sun: np.ndarray
    sky: np.ndarray
    ground: np.ndarray
    soft: float = 0.0


def open_to(points: np.ndarray, direction: np.ndarray, cells: int = 44) -> np.ndarray:
    """How freely each point (n, 3) sees the light, 0..1 (n,): a small depth map of the points, read with soft edges."""
    d = np.asarray(direction, F)
    a = unit(cross(d, vec(0.31, 0.95, 0.05)))
    flat = points @ np.stack([a, cross(d, a), d]).T
    low, high = flat.min(0), flat.max(0)
    cell = (high - low)[:2].max() / (cells - 3)
    ij = ((flat[:, :2] - low[:2]) / cell).astype(np.int32) + 1
    near = np.full((cells + 1) * cells, -1e9, F)
    here = ij[:, 0] * cells + ij[:, 1]
    np.maximum.at(near, here, flat[:, 2])
    hidden = np.zeros(len(points), F)
    edge = flat[:, 2] + 2 * cell
    for step in (0, 1, -1, cells, -cells):
        hidden += np.clip((near[here + step] - edge) / cell, 0, 1)
    return 1 - hidden / 5


def shade(
    points: np.ndarray, normals: np.ndarray, colors: np.ndarray, gloss: np.ndarray, eye: np.ndarray, light: Light
) -> np.ndarray:
    """Colors (n, 3) of lit vertices: half-wrapped Lambert, sky and ground, Blinn highlight, a sheen at the rim."""
    shadow = open_to(points, light.direction)[:, None]
    above = open_to(points, unit(light.direction * F(0.3) + vec(0, 0, 1)))[:, None]
    facing = normals @ light.direction
    up = normals[:, 2:] * F(0.5) + F(0.5)
    height = np.clip(points[:, 2:] / F(0.5), 0, 1)
    ambient = light.ground * (1 - up) * (F(0.65) + F(0.35) * height) + light.sky * up * (F(0.45) + F(0.55) * above)
    wrapped = np.clip(facing * F(0.82) + F(0.18), 0, 1)[:, None] * (F(0.18) + F(0.82) * shadow)
    view = unit(eye - points)
    rim = (1 - np.abs(dot(view, normals))[:, None]) ** 3
    shine = np.clip(dot(normals, unit(view + light.direction)), 0, 1)
    shine = (shine**14 * gloss)[:, None] * shadow
    return colors * (wrapped * light.sun + ambient) + rim * F(0.07) * light.sky + shine * F(0.55) * light.sun


def ground_shadow(points: np.ndarray, camera: Any, light: Light, width: int, height: int) -> np.ndarray:
    """How much of the light a figure takes from the ground, 0..1 (H, W, 1): vertices dropped along the light to z=0."""
    down = unit(light.direction + vec(0, 0, 2 * light.soft))
    flat = points - (points[:, 2:] / max(down[2], F(0.28))) * down
    flat[:, 2] = 0
    step = max(width, height) / 90
    wide, high = int(width / step), int(height / step)
    ij = (camera.project(flat) / F(step)).astype(np.int32)
    ij = ij[(ij[:, 0] >= 0) & (ij[:, 1] >= 0) & (ij[:, 0] < wide) & (ij[:, 1] < high)]
    spots = np.zeros((high, wide), np.uint8)
    spots[ij[:, 1], ij[:, 0]] = 255
    blur = ImageFilter.GaussianBlur(1 + 2 * light.soft)
    shadow = Image.fromarray(spots).filter(ImageFilter.MaxFilter(3)).filter(blur)
    return np.asarray(shadow.resize((width, height), Image.Resampling.BILINEAR), F)[..., None] / F(255)
