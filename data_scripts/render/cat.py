"""The cat: numbers first, then coat and head."""

from collections.abc import Callable

import numpy as np

from data_scripts.render.colors import blend, hsv, smooth_noise
from data_scripts.render.mesh import F, Figure, Mesh, vec
from data_scripts.render.quadruped import BLACK, WHITE, Build, ear, eye, figure, pick_coat, whiskers

COATS = {  # how often, and the ground color
    "tabby": (0.27, (0.51, 0.44, 0.36)),
    "ginger": (0.19, (0.80, 0.52, 0.27)),
    "black": (0.10, tuple(BLACK)),
    "white": (0.08, tuple(WHITE)),
    "tuxedo": (0.12, tuple(BLACK * 1.1)),
    "siamese": (0.08, (0.86, 0.79, 0.69)),
    "gray": (0.08, (0.43, 0.45, 0.49)),
    "calico": (0.08, tuple(WHITE)),
}
TRUNK = np.array(  # x, top, bottom, half width
    [
        (-0.56, 0.93, 0.72, 0.10), (-0.48, 0.985, 0.60, 0.165), (-0.28, 1.00, 0.55, 0.185), (0.00, 0.975, 0.52, 0.195),
        (0.24, 0.965, 0.52, 0.180), (0.40, 0.99, 0.54, 0.165), (0.52, 0.96, 0.58, 0.140), (0.60, 0.89, 0.66, 0.09),
    ], F)  # fmt: skip


def _coat(rng: np.random.Generator) -> tuple:
    """Return the coat's function, its name and its ground color."""
    name, base = pick_coat(rng, COATS)
    base = base * F(rng.uniform(0.9, 1.1))
    if name == "tabby" and rng.random() < 0.4:
        base = vec(0.5, 0.5, 0.5) * F(rng.uniform(0.85, 1.1))
    patch, fine, freq = smooth_noise(rng, 1.3), smooth_noise(rng, 2.5), rng.uniform(22, 34)
    stripe = 0.48 if name == "tabby" else 0.70
    bib = name == "tuxedo" or (name in ("tabby", "ginger", "gray") and rng.random() < 0.4)

    def coat(p: np.ndarray, part: str) -> np.ndarray:
        c = base * (1 + 0.07 * fine(p))[:, None].astype(F)
        if name in ("tabby", "ginger"):
            if part == "tail":
                x = p.sum(1) * 1.3
            elif part == "leg":
                x = p[:, 2] * 1.2
            elif part == "head":
                x = np.abs(p[:, 1]) * 2 + 0.25 * p[:, 2]
            else:
                x = p[:, 0] + 0.35 * np.abs(p[:, 1])
            dark = np.clip(np.sin(x * freq + 3.2 * patch(p)) * 2 - 0.1, 0, 1)
            if part == "head":
                dark = dark * np.clip(p[:, 2] * 9, 0, 1)
            if part == "body":
                dark = dark * np.clip((p[:, 2] - 0.5) * 5, 0.2, 1)
            c = c * (1 - (1 - stripe) * dark[:, None]).astype(F)
        if name == "calico":
            t = patch(p)
            c = blend(blend(c, vec(0.80, 0.50, 0.24), (t - 0.1) * 5 + 0.5), BLACK, (t - 0.55) * 5 + 0.5)
        if name == "siamese":
            face = np.clip(1.25 - np.hypot(p[:, 1] * 1.1, p[:, 2] + 0.05) * 7, 0, 1) * (p[:, 0] > 0.05)
            points = {
                "tail": face * 0 + 1,
                "ear": face * 0 + 1,
                "leg": np.clip(1.1 - p[:, 2] * 2.2, 0, 1),
                "head": face,
            }
            c = c * (1 - 0.74 * points.get(part, 0 * face))[:, None].astype(F)
        if bib and part == "head":
            c = blend(c, WHITE, (-0.03 - 0.02 * np.sin(p[:, 1] * 30) - p[:, 2]) * 40 * (p[:, 0] > -0.02))
        if bib and part == "body":
            breast = np.minimum((p[:, 0] - 0.5) * 20, (0.87 - p[:, 2]) * 20)
            c = blend(c, WHITE, np.maximum((0.56 + 0.05 * patch(p) - p[:, 2]) * 20, breast) + 0.5)
        if bib and part == "leg":
            c = blend(c, WHITE, (0.22 + 0.05 * patch(p) - p[:, 2]) * 25)
        return c

    return coat, name, base


def _head(rng: np.random.Generator, detail: float, coat: Callable, name: str, base: np.ndarray, near: bool) -> Mesh:
    mesh, wide = Mesh(detail), rng.uniform(0.94, 1.12)

    def fur(p: np.ndarray) -> np.ndarray:
        return coat(p, "head")

    mesh.ball((0, 0, 0.01), (0.20, 0.205 * wide, 0.182), fur, grid=(15, 18), grain=0.12, core=True)
    for s in (1, -1):
        mesh.ball((0.05, s * 0.11 * wide, -0.065), (0.12, 0.105, 0.093), fur, grid=(9, 12), grain=0.12)
        mesh.ball((0.176, s * 0.040, -0.070), (0.056, 0.054, 0.045), fur, grid=(8, 10))
    mesh.ball((0.15, 0, -0.116), (0.06, 0.052, 0.034), fur, grid=(8, 10))
    mesh.tube([(0.10, 0, 0.10), (0.165, 0, 0.03), (0.208, 0, -0.025)], (0.06, 0.045, 0.03), (0.06, 0.045, 0.034), fur,
              grid=(7, 10))  # fmt: skip
    pink = name in ("white", "ginger", "calico", "tuxedo") or rng.random() < 0.4
    mesh.ball((0.226, 0, -0.036), (0.016, 0.025, 0.015), (0.80, 0.50, 0.48) if pink else (0.25, 0.15, 0.14),
              grid=(6, 8), lift=0.04)  # fmt: skip
    lip = base * F(0.3) + vec(0.08, 0.03, 0.03)
    if near:
        mesh.tube([(0.234, 0, -0.050), (0.230, 0, -0.088)], 0.005, 0.005, lip, grid=(3, 5), lift=0.05)
    for s in (1, -1) if near else ():
        mesh.tube([(0.233, 0, -0.086), (0.222, s * 0.03, -0.102), (0.20, s * 0.06, -0.096)], 0.005, 0.005, lip,
                  grid=(4, 5), hint=(1, 0, 0), lift=0.05)  # fmt: skip
    if name == "siamese":
        iris = vec(0.38, 0.55, 0.80)
    else:
        iris = hsv(rng.uniform(0.09, 0.28), rng.uniform(0.35, 0.75), rng.uniform(0.5, 0.8)) * F(1.1)
    pupil, size = rng.uniform(0.011, 0.030), rng.uniform(0.72, 0.98)
    high, broad = rng.uniform(0.29, 0.35), rng.uniform(0.078, 0.10)
    inside = vec(0.34, 0.25, 0.25) if name == "black" else vec(0.70, 0.50, 0.46)
    slant = rng.uniform(0.1, 0.3)
    lid = coat(vec(0.16, 0.09, 0.06)[None], "head")[0] * F(0.85)
    for s in (1, -1):
        eye(mesh, (0.153, s * 0.086, 0.024), vec(0.032, 0.043, 0.036) * F(size), iris, pupil, base * F(0.3), lid,
            s * 0.42, 0.14, near)  # fmt: skip
        root, tip = (-0.02, s * 0.112 * wide, 0.115), (0.0, s * 0.165 * wide, high)
        ear(mesh, root, tip, broad, 0.042, lambda p: coat(p, "ear"), inside, (slant, 1, 0.25 * s))
    if near:
        whiskers(rng, mesh, (0.205, 0.06, -0.07), base * F(0.4) + F(0.45))
    return mesh


def build(rng: np.random.Generator, detail: float = 1.0) -> Figure:
    """Build a cat of random coat, build and pose."""
    coat, name, base = _coat(rng)
    ragged = rng.choice([0.0, 0.02, 0.05], p=[0.5, 0.3, 0.2])
    thick = rng.uniform(0.040, 0.058) * (1.7 if ragged > 0.04 else 1)
    body = Build(
        trunk=TRUNK, length=rng.uniform(0.98, 1.15), girth=rng.uniform(0.9, 1.25), leg=rng.uniform(0.82, 1.0),
        leg_radius=rng.uniform(0.85, 1.05), neck=rng.uniform(0.08, 0.15), neck_radius=0.15, tail=rng.uniform(0.9, 1.15),
        tail_radii=vec(1, 1.05, 1, 0.95, 0.85, 0.5) * F(thick), tail_rise=(0.2, 2.6), tail_bend=(-0.7, 0.7),
        head=rng.uniform(0.95, 1.12), ragged=ragged, sit=(0.75, 0.98),
    )  # fmt: skip
    return figure(rng, detail, body, coat, lambda near: _head(rng, detail, coat, name, base, near), wraps_tail=True)
