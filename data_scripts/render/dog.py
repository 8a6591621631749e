"""The dog: numbers first, then coat and head."""

from collections.abc import Callable
from typing import Any

import numpy as np

from data_scripts.render.colors import blend, smooth_noise
from data_scripts.render.mesh import F, Figure, Mesh, vec
from data_scripts.render.quadruped import BLACK, WHITE, Build, ear, eye, figure, pick_coat

COATS = {  # how often, and the ground color
    "golden": (0.18, (0.78, 0.61, 0.39)),
    "black": (0.11, tuple(BLACK)),
    "chocolate": (0.11, (0.34, 0.22, 0.15)),
    "white": (0.09, tuple(WHITE)),
    "saddled": (0.12, (0.66, 0.48, 0.30)),
    "black and tan": (0.10, tuple(BLACK)),
    "patched": (0.12, tuple(WHITE)),
    "gray": (0.06, (0.50, 0.50, 0.50)),
    "spotted": (0.05, tuple(WHITE)),
    "red": (0.06, (0.60, 0.34, 0.19)),
}
PATCHES = ((0.45, 0.28, 0.16), tuple(BLACK), (0.68, 0.45, 0.24))
TRUNK = np.array(  # x, top, bottom, half width
    [
        (-0.52, 0.95, 0.72, 0.10), (-0.45, 1.00, 0.60, 0.170), (-0.25, 1.00, 0.57, 0.180), (0.00, 0.98, 0.53, 0.190),
        (0.22, 1.00, 0.47, 0.205), (0.40, 1.025, 0.46, 0.190), (0.54, 0.99, 0.52, 0.160), (0.62, 0.91, 0.62, 0.10),
    ], F)  # fmt: skip


def _coat(rng: np.random.Generator) -> tuple:
    """Return the coat's function and its ground color."""
    name, base = pick_coat(rng, COATS)
    base = base * F(rng.uniform(0.85, 1.1))
    patch, fine, spots = smooth_noise(rng, 0.9), smooth_noise(rng, 2.5), smooth_noise(rng, 4.5)
    other = vec(*PATCHES[rng.integers(3)])
    bib = name in ("black", "chocolate", "red", "golden") and rng.random() < 0.3

    def coat(p: np.ndarray, part: str) -> np.ndarray:
        c = base * (1 + 0.07 * fine(p))[:, None].astype(F)
        if name == "saddled" and part in ("body", "tail"):
            c = blend(c, BLACK, (p[:, 2] - 0.78 - 0.06 * patch(p)) * 25)
        if name == "saddled" and part in ("ear", "muzzle"):
            c = c * F(0.38)
        if name == "black and tan":
            low = {"leg": (0.38 - p[:, 2]) * 25, "muzzle": (0.0 - p[:, 2]) * 40,
                   "body": np.minimum((p[:, 0] - 0.42) * 25, (0.7 - p[:, 2]) * 25)}.get(part)  # fmt: skip
            c = c if low is None else blend(c, vec(0.56, 0.34, 0.17), low)
        if name == "patched":
            t = np.abs(p[:, 1]) * 6 - 0.25 if part == "head" else patch(p)
            t = {"ear": t * 0 + 1, "muzzle": t * 0 - 1, "leg": t * 0 - 1}.get(part, t)
            c = blend(c, other, (t - 0.2) * 5 + 0.5)
        if name == "spotted":
            c = blend(c, BLACK, (spots(p) - 0.7) * 12 + (9 if part == "ear" else 0))
        if bib and part == "body":
            c = blend(c, WHITE, np.minimum((p[:, 0] - 0.47) * 20, (0.8 - p[:, 2]) * 20))
        if bib and part == "leg":
            c = blend(c, WHITE, (0.13 - p[:, 2]) * 30)
        if bib and part == "muzzle":
            c = blend(c, WHITE, (0.05 - np.abs(p[:, 1])) * 40)
        return c

    return coat, base


def _head(rng: np.random.Generator, detail: float, coat: Callable, base: np.ndarray, ragged: float, near: bool) -> Mesh:
    mesh = Mesh(detail)
    ears = ("drop", "prick", "fold")[rng.choice(3, p=[0.55, 0.27, 0.18])]
    ear_length, long = rng.uniform(0.6, 1.25), rng.uniform(0.12, 0.30)
    thick, wide = rng.uniform(0.85, 1.15), rng.uniform(0.88, 1.10)

    def fur(p: np.ndarray) -> np.ndarray:
        return coat(p, "head")

    def muzzle(p: np.ndarray) -> np.ndarray:
        return coat(p, "muzzle")

    mesh.ball((-0.01, 0, 0.02), (0.19, 0.165 * wide, 0.155), fur, grid=(14, 16), grain=0.1, core=True)
    for s in (1, -1):
        mesh.ball((0.04, s * 0.085 * wide, -0.05), (0.12, 0.085, 0.10), fur, grid=(8, 12), grain=0.1)
    end = 0.13 + long * 0.95
    mesh.tube([(0.06, 0, 0.015), (0.13, 0, -0.012), (0.13 + long * 0.5, 0, -0.033), (end, 0, -0.045)],
              (0.10, 0.072, 0.055, 0.046), vec(0.115, 0.090, 0.077, 0.062) * thick, muzzle,
              down=vec(0.10, 0.085, 0.08, 0.06), grid=(13, 14), caps=(0.3, 0.6), grain=0.06)  # fmt: skip
    mesh.tube([(0.08, 0, -0.10), (0.13 + long * 0.5, 0, -0.112), (0.12 + long * 0.85, 0, -0.104)], (0.05, 0.033, 0.024),
              vec(0.075, 0.055, 0.042) * thick, lambda p: muzzle(p) * F(0.85), grid=(8, 10))  # fmt: skip
    lip = base * F(0.25) + F(0.03)
    for s in (1, -1):
        mesh.tube([(0.12, s * 0.094 * thick, -0.080), (0.13 + long * 0.5, s * 0.073 * thick, -0.092),
                   (0.14 + long * 0.95, s * 0.043 * thick, -0.088)], 0.008, 0.007, lip, grid=(6, 5),
                  lift=0.02)  # fmt: skip
    mesh.ball((end + 0.038, 0, -0.016), (0.032, 0.044 * thick, 0.033), (0.09, 0.08, 0.08), gloss=0.8, lift=0.03,
              grid=(8, 10))  # fmt: skip
    if rng.random() < 0.35:
        _tongue(mesh, long, thick)
    brown, small = vec(0.20, 0.11, 0.06), rng.uniform(0.9, 1.15)
    lid = coat(vec(0.13, 0.07, 0.08)[None], "head")[0] * F(0.85)
    for s in (1, -1):
        eye(mesh, (0.130, s * 0.070 * wide, 0.052), vec(0.026, 0.025, 0.023) * F(small), brown, 0.014, base * F(0.35),
            lid, s * 0.40, -0.08, near)  # fmt: skip
        mesh.ball((0.098, s * 0.070 * wide, 0.090), (0.05, 0.046, 0.030), fur, grid=(7, 9))
        _ear(mesh, ears, s, wide, ear_length, coat, ragged)
    return mesh


def _tongue(mesh: Mesh, long: float, thick: float) -> None:
    mesh.tube([(0.16 + long * 0.6, 0, -0.115), (0.16 + long * 0.95, 0, -0.138), (0.17 + long, 0, -0.215)],
              (0.013, 0.013, 0.011), (0.038, 0.040, 0.032), (0.85, 0.45, 0.47), grid=(8, 8), lift=0.02)  # fmt: skip
    mesh.tube([(0.12, 0, -0.112), (0.13 + long * 0.8, 0, -0.117)], 0.016, vec(0.06, 0.045) * thick, (0.30, 0.10, 0.11),
              grid=(5, 8), lift=0.01)  # fmt: skip


def _ear(mesh: Mesh, kind: str, s: int, wide: float, length: float, coat: Callable, ragged: float) -> None:
    def fur(p: np.ndarray) -> np.ndarray:
        return coat(p, "ear") * F(0.85)

    if kind == "drop":
        track: Any = [(-0.03, s * 0.11 * wide, 0.105), (-0.02, s * 0.165 * wide, 0.075),
                      (0.0, s * 0.192 * wide, -0.04 * length), (0.015, s * 0.188 * wide, -0.17 * length),
                      (0.02, s * 0.178 * wide, -0.25 * length)]  # fmt: skip
        mesh.tube(track, (0.03, 0.03, 0.025, 0.022, 0.012), (0.06, 0.085, 0.092, 0.085, 0.04), fur, grid=(11, 11),
                  hint=(1, 0, 0), ragged=ragged, grain=0.15)  # fmt: skip
    elif kind == "prick":
        root, tip = (-0.04, s * 0.085 * wide, 0.115), (-0.03, s * 0.118 * wide, 0.12 + 0.21 * length)
        ear(mesh, root, tip, 0.070, 0.040, fur, vec(0.55, 0.40, 0.36), (0.1, 1, 0.1 * s))
    else:  # folded over
        a = vec(-0.03, s * 0.10 * wide, 0.12)
        track = [a, a + (0, s * 0.03, 0.07 * length), a + (0.05, s * 0.055, 0.085 * length), a + (0.09, s * 0.07, 0.01)]
        mesh.tube(track, (0.03, 0.026, 0.02, 0.008), (0.065, 0.068, 0.055, 0.02), fur, grid=(8, 10), hint=(0.6, s, 0),
                  grain=0.1)  # fmt: skip


def build(rng: np.random.Generator, detail: float = 1.0) -> Figure:
    """Build a dog of random breed-like build, coat and pose."""
    coat, base = _coat(rng)
    girth, ragged = rng.uniform(0.82, 1.1), rng.choice([0.0, 0.025, 0.05], p=[0.5, 0.3, 0.2])
    bushy = vec(1, 1.4, 1.9, 2, 1.6, 0.6) if ragged > 0.02 else vec(1.2, 1.2, 1, 0.8, 0.6, 0.3)
    body = Build(
        trunk=TRUNK, length=rng.uniform(0.85, 1.05), girth=girth,
        leg=rng.uniform(0.9, 1.08) if rng.random() < 0.8 else rng.uniform(0.55, 0.75), leg_radius=rng.uniform(0.85, 1.15),
        neck=rng.uniform(0.22, 0.34), neck_radius=0.145 * girth, tail=rng.uniform(0.4, 0.75),
        tail_radii=bushy * F(rng.uniform(0.035, 0.052)), tail_rise=(0.6, 2.7), tail_bend=(-0.1, 0.6),
        head=rng.uniform(0.95, 1.18), ragged=ragged, sit=(0.65, 0.9),
    )  # fmt: skip
    return figure(rng, detail, body, coat, lambda near: _head(rng, detail, coat, base, ragged, near), wraps_tail=False)
