"""A human head: skull and face, hair, cap and glasses. The origin lies between the ears, a little below the eyes."""

from typing import Any

import numpy as np

from data_scripts.render.colors import F, hsv, pick
from data_scripts.render.mesh import Mesh, turn, vec

HAIR = (
    (0.10, 0.08, 0.07), (0.22, 0.14, 0.09), (0.38, 0.24, 0.13), (0.70, 0.54, 0.30), (0.48, 0.23, 0.12),
    (0.60, 0.58, 0.56),
)  # fmt: skip
EYES = ((0.20, 0.12, 0.07), (0.30, 0.20, 0.10), (0.25, 0.35, 0.45), (0.28, 0.36, 0.22))
SKULL = np.array(  # forward, height, half depth behind, in front, half width: from the chin to the crown
    [
        (0.058, -0.108, 0.022, 0.026, 0.028), (0.040, -0.088, 0.050, 0.044, 0.048), (0.018, -0.050, 0.075, 0.064, 0.064),
        (0.006, -0.005, 0.092, 0.082, 0.073), (0.000, 0.040, 0.098, 0.090, 0.076), (-0.004, 0.082, 0.092, 0.082, 0.071),
        (-0.008, 0.112, 0.062, 0.052, 0.048),
    ], F)  # fmt: skip
HER_STYLES = {"short": 0.18, "bob": 0.22, "long": 0.34, "tail": 0.16, "bun": 0.10}
HIS_STYLES = {"short": 0.58, "bald": 0.10, "bob": 0.08, "beard": 0.24}


def head(rng: np.random.Generator, detail: float, her: bool, skin: np.ndarray, fine: bool = True) -> Mesh:
    """Build a head of random hair and eyes, looking along +x; `fine` adds lids, pupils and lips, for images from near."""
    mesh = Mesh(detail)
    hair = vec(*HAIR[rng.integers(len(HAIR))]) * F(rng.uniform(0.85, 1.15))
    red = vec(1.0, 0.80, 0.78)

    def face(p: np.ndarray) -> np.ndarray:  # redder cheeks and ears, a shade of beard
        warm = np.exp(-((p[:, 2] + 0.035) ** 2 + (np.abs(p[:, 1]) - 0.045) ** 2) * 1400)[:, None]
        return skin * (1 - warm * (1 - red) * F(0.6))

    rings = SKULL[:, :2]
    mesh.tube(np.stack([rings[:, 0], 0 * rings[:, 0], rings[:, 1]], 1), SKULL[:, 2],
              SKULL[:, 4] * rng.uniform(0.95, 1.08), face, down=SKULL[:, 3], grid=(17, 16), caps=(0.5, 0.6), gloss=0.06,
              core=True)  # fmt: skip
    _features(rng, mesh, skin, hair, her, fine)
    _hair(rng, mesh, hair, pick(rng, HER_STYLES if her else HIS_STYLES), her)
    return mesh


def _features(rng: np.random.Generator, mesh: Mesh, skin: np.ndarray, hair: np.ndarray, her: bool, fine: bool) -> None:
    nose = rng.uniform(0.85, 1.15)
    mesh.tube([(0.086, 0, 0.030), (0.098, 0, 0.005), (0.106 * nose**0.3, 0, -0.018), (0.088, 0, -0.032)],
              (0.012, 0.014, 0.015, 0.010), np.array((0.008, 0.010, 0.014, 0.015)) * nose, skin * F(0.97), grid=(7, 8),
              hint=(0, 1, 0))  # fmt: skip
    iris = vec(*EYES[rng.integers(len(EYES))])
    for s in (1, -1):
        mesh.ball((-0.004, s * 0.076, 0.002), (0.020, 0.010, 0.031), skin * vec(0.95, 0.85, 0.82), grid=(6, 8))
        if fine:
            _eye(mesh, s, skin, hair, her, iris)
        else:
            mesh.ball((0.083, s * 0.031, 0.022), (0.008, 0.014, 0.008), vec(0.25, 0.2, 0.18), grid=(5, 6), lift=0.012)
    lips = skin * (vec(0.86, 0.52, 0.50) if her else vec(0.86, 0.64, 0.60))
    if not fine:
        mesh.ball((0.078, 0, -0.063), (0.008, 0.024, 0.007), lips, grid=(5, 6), lift=0.012)
        return
    smile = rng.uniform(-0.002, 0.006)
    for z, r in ((-0.0585, 0.0050), (-0.0675, 0.0062)):
        mesh.tube([(0.070, 0.025, z + smile), (0.082, 0.011, z), (0.084, 0, z), (0.082, -0.011, z),
                   (0.070, -0.025, z + smile)], (0.002, r, r, r, 0.002), 0.006, lips, grid=(7, 6), hint=(1, 0, 0),
                  caps=(0, 0), lift=0.014)  # fmt: skip
    if rng.random() < 0.15:
        dark = rng.random() < 0.4
        for s in (1, -1):
            if dark:
                mesh.ball((0.096, s * 0.032, 0.020), (0.006, 0.025, 0.018), (0.08, 0.08, 0.09), gloss=1.0, grid=(6, 9),
                          lift=0.03)  # fmt: skip
            mesh.tube([(0.094, s * 0.055, 0.030), (0.05, s * 0.074, 0.022), (0.0, s * 0.080, 0.018)], 0.003, 0.003,
                      (0.1, 0.1, 0.1), grid=(4, 5), lift=0.02)  # fmt: skip
            a = np.linspace(0, 2 * np.pi, 9)
            ring = np.stack([0.098 + 0 * a, s * 0.032 + 0.023 * np.cos(a), 0.020 + 0.017 * np.sin(a)], 1)
            mesh.tube(ring, 0.0022, 0.0022, (0.1, 0.1, 0.1), hint=(1, 0, 0), grid=(10, 4), caps=(0, 0), lift=0.03)


def _eye(mesh: Mesh, s: int, skin: np.ndarray, hair: np.ndarray, her: bool, iris: np.ndarray) -> None:
    """Add the left (s=1) or right eye with its lid and brow."""
    lid = skin * F(0.42 if her else 0.78)
    mesh.ball((0.079, s * 0.031, 0.022), (0.012, 0.0165, 0.009), vec(0.84, 0.82, 0.80), grid=(6, 8), lift=0.010)
    mesh.ball((0.0865, s * 0.031, 0.022), (0.006, 0.0078, 0.0080), iris, grid=(5, 7), lift=0.016, gloss=0.8)
    mesh.ball((0.090, s * 0.031, 0.022), (0.004, 0.0040, 0.0042), (0.03, 0.03, 0.03), grid=(5, 6), lift=0.02, gloss=1.0)
    mesh.tube([(0.083, s * 0.014, 0.024), (0.091, s * 0.030, 0.0315), (0.080, s * 0.047, 0.024)], 0.0038, 0.0055, lid,
              grid=(5, 6), hint=(1, 0, 0), lift=0.022)  # fmt: skip
    mesh.tube([(0.088, s * 0.014, 0.043), (0.089, s * 0.032, 0.049), (0.076, s * 0.050, 0.043)], 0.004, 0.005,
              hair * F(0.6) + skin * F(0.25), grid=(5, 6), hint=(1, 0, 0), lift=0.012)  # fmt: skip


def _hair(rng: np.random.Generator, mesh: Mesh, color: np.ndarray, style: str, her: bool) -> None:
    def strands(p: np.ndarray) -> np.ndarray:
        return color * (1 + 0.12 * np.sin(p @ vec(40, 130, 50)))[:, None].astype(F)

    look: dict[str, Any] = {"gloss": 0.3, "grain": 0.3}
    if style != "bald":
        mesh.ball((-0.014, 0, 0.048), (0.107, 0.087, 0.096), strands, turn("y", -0.34), grid=(12, 14), lift=0.004,
                  **look)  # fmt: skip
        mesh.tube([(-0.045, 0, 0.08), (-0.054, 0, 0.0), (-0.045, 0, -0.055)], (0.066, 0.058, 0.036),
                  (0.076, 0.077, 0.056), strands, grid=(7, 12), **look)  # fmt: skip
    if style in ("bob", "long"):
        length = 0.08 if style == "bob" else rng.uniform(0.16, 0.32)
        mesh.tube([(-0.028, 0, 0.06), (-0.045, 0, -0.03), (-0.062, 0, -0.05 - length * 0.5),
                   (-0.075, 0, -0.05 - length)], (0.072, 0.058, 0.045, 0.022), (0.088, 0.096, 0.106, 0.085), strands,
                  grid=(10, 14), ragged=0.05, **look)  # fmt: skip
        for s in (1, -1):
            mesh.tube([(0.036, s * 0.060, 0.075), (0.026, s * 0.080, 0.01), (0.012, s * 0.088, -0.05 - length * 0.3)],
                      (0.030, 0.033, 0.026), (0.014, 0.017, 0.014), strands, grid=(7, 7), **look)  # fmt: skip
    if style == "tail":
        mesh.tube([(-0.09, 0, 0.06), (-0.145, 0, 0.04), (-0.165, 0, -0.06), (-0.14, 0, -0.19)],
                  (0.024, 0.040, 0.036, 0.010), (0.024, 0.042, 0.038, 0.010), strands, grid=(10, 8),
                  **look)  # fmt: skip
    if style == "bun":
        mesh.ball((-0.095, 0, 0.095), (0.048, 0.05, 0.045), strands, **look)
    if style == "beard":
        mesh.tube([(0.030, 0.068, -0.02), (0.055, 0.050, -0.078), (0.072, 0, -0.098), (0.055, -0.050, -0.078),
                   (0.030, -0.068, -0.02)], (0.022, 0.028, 0.030, 0.028, 0.022), (0.012, 0.022, 0.024, 0.022, 0.012),
                  strands, hint=(1, 0, 0), grid=(12, 8), grain=0.3)  # fmt: skip
    if rng.random() < (0.08 if her else 0.16):
        cap = hsv(rng.random(), rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.9))
        mesh.ball((-0.010, 0, 0.070), (0.108, 0.090, 0.070), cap, turn("y", -0.12), grid=(10, 14), lift=0.02)
        mesh.ball((0.105, 0, 0.066), (0.075, 0.066, 0.010), cap * F(0.8), turn("y", 0.15), grid=(6, 12), lift=0.02)
