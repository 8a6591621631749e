"""Who a human is: build, color of the skin, clothes."""

import numpy as np

from data_scripts.render.colors import F, blend, hsv, pick, smooth_noise
from data_scripts.render.mesh import vec

SKIN = (
    (0.93, 0.76, 0.66), (0.87, 0.67, 0.54), (0.79, 0.58, 0.43), (0.64, 0.44, 0.31), (0.48, 0.32, 0.22),
    (0.35, 0.23, 0.17),
)  # fmt: skip
PATTERNS = {"plain": 0.56, "stripes": 0.26, "lengthwise": 0.03, "check": 0.03, "blobs": 0.12}  # how often


class Person:
    """Somebody at random: a woman (`her`) or a man; clothes: colors as functions of points (n, 3), and lengths; `width` of the body.

    `fine` is for images from near: fingers, and what a face needs. `ride`: dressed and posed for a horse.
    """

    def __init__(self, rng: np.random.Generator, ride: bool, fine: bool) -> None:
        self.ride, self.fine = ride, fine
        self.her = her = rng.random() < 0.5
        self.skin = (vec(*SKIN[rng.integers(6)]) * rng.uniform(0.93, 1.07)).astype(F)
        self.top = hsv(rng.random(), rng.uniform(0.05, 0.75), rng.uniform(0.2, 0.95))
        other = hsv(rng.random(), rng.uniform(0, 0.7), rng.uniform(0.3, 0.95))
        self.below = hsv(rng.choice([rng.random(), 0.6, 0.62, 0.08]), rng.uniform(0.05, 0.6), rng.uniform(0.15, 0.8))
        self.shoe = hsv(rng.choice([rng.random(), 0.07]), rng.uniform(0, 0.5), rng.uniform(0.1, 0.8))
        shares = (0.6, 0.14, 0.26) if her else (0.76, 0.24, 0)
        self.bottom = ("trousers", "shorts", "skirt")[rng.choice(3, p=shares)]
        self.sleeve = (1.0, 0.33, 0.0)[rng.choice(3, p=(0.48, 0.42, 0.10))]
        self.dress = self.bottom == "skirt" and rng.random() < 0.5
        self.waist = 1.00 if rng.random() < 0.6 else 0.94
        pattern = pick(rng, PATTERNS)
        dense, blobs = rng.uniform(26, 44), smooth_noise(rng, 2.5)
        self.fold = smooth_noise(rng, 3.0)
        bands = {
            "stripes": lambda p: np.sin(p[:, 2] * dense),
            "lengthwise": lambda p: np.sin(p[:, 1] * dense),
            "check": lambda p: np.sin(p[:, 2] * dense) * np.sin(p[:, 1] * dense),
            "blobs": lambda p: blobs(p) - 0.3,
        }.get(pattern)

        def shirt(p: np.ndarray) -> np.ndarray:
            c = blend(self.top, other, bands(p) * 4 + 0.5) if bands else np.broadcast_to(self.top, p.shape)
            return c * (1 + 0.09 * self.fold(p))[:, None].astype(F)

        self.shirt = shirt
        if ride:
            self.bottom, self.dress = "trousers", False
        self.width = rng.uniform(0.9, 1.18)
        self.trousers = lambda p: self.below * (1 + 0.10 * self.fold(p * F(1.3)))[:, None].astype(F)
