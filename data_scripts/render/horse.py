"""The horse: numbers first (meters), then how they become a mesh."""

from collections.abc import Callable

import numpy as np

from data_scripts.render.colors import F, blend, hsv, pick, smooth_noise
from data_scripts.render.mesh import Figure, Mesh, chain, turn, unit, vec

DARK, CREAM, WHITE = vec(0.11, 0.10, 0.095), vec(0.86, 0.80, 0.66), vec(0.88, 0.86, 0.82)
COATS = {  # color; mane and legs: "own", dark "points", or "cream"
    "bay": ((0.40, 0.21, 0.11), "points"),
    "chestnut": ((0.52, 0.27, 0.13), "own"),
    "black": ((0.15, 0.14, 0.14), "points"),
    "gray": ((0.62, 0.62, 0.63), "own"),
    "white": ((0.88, 0.86, 0.82), "own"),
    "palomino": ((0.78, 0.60, 0.34), "cream"),
    "dark bay": ((0.25, 0.15, 0.10), "points"),
    "dun": ((0.64, 0.52, 0.36), "points"),
}
# how often; swing of the legs; when each leg comes (left fore, right fore, left hind, right hind); neck; tail
POSES = {
    "stand": (0.26, 0.07, (0, np.pi, 1.5 * np.pi, 0.5 * np.pi), (0.60, 1.05), 0.12),
    "walk": (0.22, 0.34, (0, np.pi, 1.5 * np.pi, 0.5 * np.pi), (0.50, 0.95), 0.20),
    "trot": (0.18, 0.50, (0, np.pi, np.pi, 0), (0.65, 1.05), 0.55),
    "gallop": (0.14, 0.80, (0, 0.6, 2.6, 3.1), (0.35, 0.75), 1.00),
    "graze": (0.13, 0.18, (0, np.pi, 1.5 * np.pi, 0.5 * np.pi), (-0.80, -0.58), 0.12),
    "rear": (0.07, 0.00, (0, 0, 0, 0), (0.65, 0.95), 0.40),
}
TORSO = np.array(  # x, top, bottom, half width: from the buttock to the breast
    [
        (-0.84, 1.32, 1.08, 0.10), (-0.74, 1.45, 0.99, 0.20), (-0.52, 1.545, 0.91, 0.265), (-0.26, 1.515, 0.885, 0.27),
        (0.02, 1.47, 0.86, 0.285), (0.28, 1.50, 0.83, 0.27), (0.50, 1.575, 0.84, 0.225), (0.67, 1.47, 0.91, 0.185),
        (0.78, 1.34, 1.02, 0.11),
    ], F)  # fmt: skip
FORE, HIND = (0.47, 0.345, 0.14), (0.40, 0.44, 0.36, 0.14)  # lengths between the joints
FORE_TOP, HIND_TOP = (0.56, 0.125, 1.03), (-0.50, 0.125, 1.25)
FORE_RADII = (0.10, 0.155, 0.135, 0.085, 0.062, 0.052, 0.060, 0.042, 0.040, 0.050, 0.042)
FORE_SIDES = (0.05, 0.090, 0.085, 0.068, 0.055, 0.047, 0.052, 0.035, 0.034, 0.044, 0.040)
HIND_RADII = (0.12, 0.215, 0.225, 0.165, 0.105, 0.074, 0.052, 0.046, 0.056, 0.046)
HIND_SIDES = (0.05, 0.120, 0.138, 0.115, 0.080, 0.058, 0.045, 0.037, 0.047, 0.042)
NECK_UP, NECK_SIDE = (0.26, 0.25, 0.195, 0.150, 0.120), (0.15, 0.145, 0.112, 0.088, 0.076)
HEAD = np.array(  # along, up, down, half width: from the poll to the lips
    [
        (0.00, 0.085, 0.10, 0.072), (0.09, 0.105, 0.165, 0.096), (0.20, 0.097, 0.175, 0.099),
        (0.34, 0.074, 0.118, 0.074),
        (0.47, 0.060, 0.085, 0.059), (0.57, 0.060, 0.080, 0.064), (0.64, 0.045, 0.060, 0.050),
    ], F)  # fmt: skip


def _coat(rng: np.random.Generator) -> tuple:
    """Return a coloring: the body's function of points, mane color, lower-leg colors, the base color."""
    name = list(COATS)[rng.integers(len(COATS))]
    color, points = COATS[name]
    base = (vec(*color) * rng.uniform(0.95, 1.05, 3) * rng.uniform(0.85, 1.15)).clip(0.08, 0.95).astype(F)
    mane = {"own": base * F(rng.uniform(0.65, 1.1)), "points": DARK, "cream": CREAM}[points]
    pinto = rng.random() < 0.16
    noise = smooth_noise(rng, 0.45 if pinto else 1.5)

    def body(p: np.ndarray) -> np.ndarray:
        t = noise(p)
        if pinto:
            return blend(base, WHITE, t * 6)
        spread = 0.14 if name == "gray" else 0.07
        belly = np.clip((p[:, 2] - 0.8) * 3, 0, 1)
        return base * (0.88 + 0.12 * belly + spread * t)[:, None].astype(F)

    legs = [WHITE if rng.random() < 0.28 else DARK if points == "points" else base * F(0.85) for _ in range(4)]
    return body, mane, legs, base


def _plant(joints: list, ground: float = 0.085) -> list:
    """Stretches a leg's drop so that its last joint stands `ground` above z=0."""
    top = joints[0][2]
    k = (top - ground) / max(top - joints[-1][2], 0.3)
    return [vec(p[0], p[1], top - (top - p[2]) * k) for p in joints]


def _legs(rng: np.random.Generator, pose: str, coat: Callable, low: list, body: Mesh) -> tuple:
    """Four legs; returns (fore mesh, hind mesh)."""
    _, swing, phases, _, _ = POSES[pose]
    fore, hind = Mesh(body.detail), Mesh(body.detail)
    start, out = rng.uniform(0, 6.28), rng.uniform(0.01, 0.04)
    rear_up, rear_bend = rng.uniform(0.7, 1.3), rng.uniform(-1.0, -0.3)
    for k in range(4):
        s = 1 if k % 2 == 0 else -1
        phase = start + phases[k] + rng.normal() * 0.1
        sway, lift = swing * np.sin(phase), swing * max(0.0, np.cos(phase))
        if k < 2:
            a, b, c = sway - 0.02, sway - 1.5 * lift, sway - 1.5 * lift + 0.3
            if pose == "rear":
                a, b = rear_up + rng.normal() * 0.12, rear_bend + rng.normal() * 0.2
                c = b - 0.4
            p = chain((FORE_TOP[0], s * FORE_TOP[1], FORE_TOP[2]), (a, b, c), FORE, out * s)
            if lift < 0.12 and pose != "rear":
                p = _plant(p)
            top = p[0]
            track = [top + (-0.10, -s * 0.05, 0.30), top + (-0.03, -s * 0.01, 0.14), top, top * 0.55 + p[1] * 0.45,
                     top * 0.2 + p[1] * 0.8, p[1] + (0.0, 0, 0.03), p[1] - (0, 0, 0.02), p[1] * 0.6 + p[2] * 0.4,
                     p[1] * 0.25 + p[2] * 0.75, p[2], p[3]]  # fmt: skip
            radii: tuple[float, ...] = FORE_RADII
            sides: tuple[float, ...] = FORE_SIDES
            mesh = fore
        else:
            a = 0.36 + sway * 0.8 + 0.5 * lift
            b, c = -0.58 + sway * 0.8 - 0.9 * lift, 0.05 + sway * 0.8 + 0.2 * lift - 0.3 * max(0.0, -sway)
            if pose == "rear":
                a, b, c = 0.70, -0.42, 0.10 + 0.06 * s
            p = chain((HIND_TOP[0], s * HIND_TOP[1], HIND_TOP[2]), (a, b, c, c + 0.4), HIND, out * s)
            if lift < 0.12 or pose == "rear":
                p = _plant(p)
            top = p[0]
            track = [top + (-0.05, -s * 0.05, 0.20), top + (-0.06, -s * 0.01, 0.02),
                     top * 0.55 + p[1] * 0.45 + (-0.07, 0, 0),
                     p[1] * 0.75 + p[2] * 0.25 + (-0.03, 0, 0), p[1] * 0.35 + p[2] * 0.65, p[2],
                     p[2] * 0.6 + p[3] * 0.4,
                     p[2] * 0.2 + p[3] * 0.8, p[3], p[4]]  # fmt: skip
            radii, sides, mesh = HIND_RADII, HIND_SIDES, hind
        knee = p[-3][2] + 0.02

        def color(q: np.ndarray, k: int = k, knee: float = knee) -> np.ndarray:
            return blend(coat(q), low[k], (knee + 0.03 * np.sin(9 * q[:, 0]) - q[:, 2]) * 12 + 0.5)

        mesh.tube(track, radii, sides, color, grid=(19, 10), caps=(0.3, 0), gloss=0.14, grain=0.03)
        foot, ahead = p[-1], unit(vec(p[-1][0] - p[-2][0], 0, p[-1][2] - p[-2][2]))
        hoof = vec(0.42, 0.36, 0.29) if low[k] is WHITE else vec(0.15, 0.13, 0.12)
        mesh.tube([foot - ahead * 0.015, foot + ahead * 0.04, foot + ahead * 0.085], (0.046, 0.060, 0.072),
                  (0.044, 0.056, 0.066), hoof, grid=(4, 10), caps=(0, 0.05), gloss=0.2)  # fmt: skip
    return fore, hind


def _head(
    rng: np.random.Generator, pose: str, coat: Callable, mane: np.ndarray, base: np.ndarray, detail: float, fine: bool
) -> tuple:
    """Neck, head and mane, built in the middle plane and then turned; returns the mesh and the head's middle."""
    mesh = Mesh(detail)
    low, high = POSES[pose][3]
    rise = rng.uniform(low, high)
    root, length = vec(0.58, 0, 1.29), 0.80 * rng.uniform(0.92, 1.08) * (1.18 if pose == "graze" else 1)
    d1, d2 = (vec(np.cos(rise - t), 0, np.sin(rise - t)) for t in (0.12, 0.05))
    up = vec(-np.sin(rise), 0, np.cos(rise))
    neck = [root - d1 * 0.14, root + d1 * 0.12 * length, root + d1 * 0.38 * length + up * 0.01,
            root + d2 * 0.68 * length + up * 0.05, root + d2 * length + up * 0.06]  # fmt: skip
    radii = np.array(NECK_UP, F)
    mesh.tube(neck, radii, NECK_SIDE, coat, down=radii * vec(0.60, 0.80, 0.95, 1, 1), grid=(14, 14), caps=(0.3, 0.6),
              gloss=0.18, grain=0.03)  # fmt: skip
    nod = rise - (rng.uniform(1.3, 1.7) if pose != "graze" else rng.uniform(0.35, 0.75))
    along, over = vec(np.cos(nod), 0, np.sin(nod)), vec(-np.sin(nod), 0, np.cos(nod))
    poll = neck[-1] + up * 0.03 - along * 0.02
    stretch, star = rng.uniform(1.0, 1.12), rng.random()
    muzzle, stripe = base * F(0.45) if base.mean() < 0.6 else vec(0.40, 0.36, 0.36), rng.uniform(0.018, 0.045)

    def face(p: np.ndarray) -> np.ndarray:
        q = p - poll
        far, high = q @ along, q @ over
        c = blend(np.broadcast_to(base, p.shape), muzzle, (far - 0.5 * stretch) * 9)
        if star < 0.4:  # a blaze, or only a star on the forehead
            on = (np.abs(q[:, 1]) < stripe) & (high > 0) & (far > 0.08) & (far < (0.24 if star < 0.12 else 0.52))
            c = blend(c, WHITE, on.astype(F))
        return c

    mesh.tube([poll + along * (t * stretch) for t in HEAD[:, 0]], HEAD[:, 1], HEAD[:, 3], face, down=HEAD[:, 2],
              grid=(16, 14), caps=(0.7, 0.6), gloss=0.16)  # fmt: skip
    left = vec(0, 1, 0)
    back = rng.uniform(0.1, 0.5)
    for s in (1, -1):
        ear, tip = poll + over * 0.075 + left * (s * 0.055), unit(over - along * back + left * (s * 0.25))
        mesh.tube([ear, ear + tip * 0.06, ear + tip * 0.13, ear + tip * 0.185], (0.034, 0.040, 0.028, 0.005),
                  (0.028, 0.033, 0.024, 0.005), base * F(0.8), grid=(6, 8), caps=(0, 0))  # fmt: skip
        eye = poll + along * (0.19 * stretch) + over * 0.04 + left * (s * 0.088)
        if fine:
            mesh.ball(eye - left * (s * 0.006), (0.036, 0.018, 0.030), base * F(0.6), grid=(6, 8), lift=0.01)
        mesh.ball(eye, (0.025, 0.016, 0.022), (0.05, 0.035, 0.03), grid=(6, 8), gloss=1.0, lift=0.03)
        hole = poll + along * (0.61 * stretch) + over * 0.015 + left * (s * 0.047)
        mesh.ball(hole, (0.02, 0.013, 0.018), muzzle * F(0.35), grid=(5, 6), lift=0.02)
        if not fine:
            continue
        mesh.tube([poll + along * (t * stretch) - over * d + left * (s * w)
                   for t, d, w in ((0.50, 0.045, 0.060), (0.58, 0.05, 0.060), (0.65, 0.035, 0.040))],
                  0.006, 0.006, muzzle * F(0.5), grid=(4, 5), caps=(0, 0), lift=0.02)  # fmt: skip
    crest = [p + up * (r * 0.95) for p, r in zip(neck, radii, strict=True)][1:] + [poll + over * 0.085 + along * 0.03]
    forelock = [
        poll + over * 0.095 - along * 0.02,
        poll + over * 0.10 + along * 0.08,
        poll + over * 0.08 + along * 0.19,
    ]
    _mane(rng, mesh, crest, up, forelock, mane)
    middle = poll + along * 0.3
    psi = rng.normal() * 0.3
    mesh.swing(psi, root, 1.0)
    return mesh, middle, root


def _hair(mane: np.ndarray) -> Callable:
    return lambda p: mane * (1 + 0.15 * np.sin(p @ vec(60, 15, 25)))[:, None].astype(F)


def _mane(rng: np.random.Generator, mesh: Mesh, crest: list, up: np.ndarray, forelock: list, mane: np.ndarray) -> None:
    """Hang the mane from the points of the `crest`, away from `up`, on one side of the neck; the forelock follows its own."""
    side, long = rng.choice([1, -1]), rng.uniform(0.09, 0.17)
    out = (0.060, 0.070, 0.065, 0.055, 0.01)
    hang = [p - up * (long * 0.5) + vec(0, side * w, 0) for p, w in zip(crest, out, strict=True)]
    mesh.tube(hang, long * vec(0.35, 0.9, 1, 0.95, 0.4), (0.04, 0.050, 0.055, 0.048, 0.03), _hair(mane), grid=(16, 8),
              gloss=0.12, grain=0.28, ragged=0.10, lift=0.01)  # fmt: skip
    mesh.tube(forelock, 0.025, (0.03, 0.035, 0.012), _hair(mane), grid=(5, 6), grain=0.35, lift=0.01)


def _tail(rng: np.random.Generator, mesh: Mesh, pose: str, mane: np.ndarray) -> None:
    fly = POSES[pose][4] * rng.uniform(0.6, 1.2)
    length, at = rng.uniform(0.85, 1.1), vec(-0.80, 0, 1.38)
    track = [at]
    for a in np.linspace(1.2 * fly + 0.5, 0.1 + 0.55 * fly, 5):
        track.append(track[-1] + vec(-np.sin(a), rng.normal() * 0.08, -np.cos(a)) * F(length / 5))
    mesh.tube(track, (0.045, 0.055, 0.080, 0.095, 0.085, 0.03), (0.045, 0.052, 0.070, 0.080, 0.070, 0.02), _hair(mane),
              grid=(13, 8), gloss=0.12, grain=0.28, ragged=0.08)  # fmt: skip


def _saddle(rng: np.random.Generator, mesh: Mesh, fat: float) -> None:
    cloth = hsv(rng.random(), rng.uniform(0.2, 0.7), rng.uniform(0.3, 0.8))
    mesh.tube([(-0.20, 0, 1.24), (0.0, 0, 1.225), (0.24, 0, 1.23)], (0.29, 0.262, 0.29), vec(0.288, 0.298, 0.284) * fat,
              cloth, down=0.04, grid=(8, 16), caps=(0.03, 0.03), grain=0.1)  # fmt: skip
    leather = vec(0.27, 0.15, 0.08) * rng.uniform(0.5, 1.3)
    mesh.tube([(-0.16, 0, 1.53), (0.0, 0, 1.475), (0.18, 0, 1.53)], (0.075, 0.05, 0.075), (0.14, 0.17, 0.11), leather,
              grid=(8, 10), gloss=0.5)  # fmt: skip
    for s in (1, -1):
        mesh.ball((0.06, s * 0.268 * fat, 1.28), (0.15, 0.03, 0.19), leather, grid=(7, 10), gloss=0.4, lift=0.02)


def shape(rng: np.random.Generator, detail: float, pose: str, saddle: bool = False, fine: bool = False) -> tuple:
    """Return the horse's mesh in a pose, and the points that frame its head; `fine` adds eyelids and a mouth."""
    mesh = Mesh(detail)
    coat, mane, low, base = _coat(rng)
    fat = rng.uniform(0.92, 1.12)
    middle, half = (TORSO[:, 1] + TORSO[:, 2]) / 2, (TORSO[:, 1] - TORSO[:, 2]) / 2
    mesh.tube(np.stack([TORSO[:, 0], 0 * middle, middle], 1), half, TORSO[:, 3] * fat, coat,
              down=half * (0.9 + 0.1 * fat), grid=(22, 18), gloss=0.2, grain=0.03, core=True)  # fmt: skip
    fore, hind = _legs(rng, pose, coat, low, mesh)
    head, middle, root = _head(rng, pose, coat, mane, base, detail, fine)
    mesh.add(fore).add(head)
    _tail(rng, mesh, pose, mane)
    if saddle:
        _saddle(rng, mesh, fat)
    if pose == "rear":
        mesh.move(turn("y", -rng.uniform(0.5, 0.85)), pivot=HIND_TOP * vec(1, 0, 1))
    mesh.add(hind)
    lowest = mesh.vertices()[:, 2].min()
    mesh.move(shift=(0, 0, -lowest))
    frame = np.array([middle + (-0.4, 0, -0.4), middle + (0.35, 0.1, 0.35), root + (-0.1, 0, 0.2)], F)
    return mesh, frame


def build(rng: np.random.Generator, detail: float = 1.0) -> Figure:
    """Build a horse of random coat, build and pose; one image in fifteen shows its head only."""
    pose = pick(rng, POSES)
    side = rng.choice(4, p=[0.36, 0.36, 0.2, 0.08])
    yaw = (np.pi / 2, -np.pi / 2, 0, np.pi)[side] + rng.normal() * (0.3 if side < 2 else 0.42)
    head = rng.random() < 0.08 and pose not in ("rear", "graze") and side < 3
    saddle = rng.random() < 0.1 and pose in ("stand", "walk")
    mesh, frame = shape(rng, detail, pose, saddle, fine=head or detail > 1)
    return Figure(mesh, yaw, frame if head else None)
