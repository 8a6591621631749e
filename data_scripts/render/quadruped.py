"""What cats and dogs share: trunk, legs, tail, poses, and how an image is framed. Heads and coats are their own.

Both are built at the size of a large dog, hips 0.78 m high; the camera makes them as large as they need to be.
A coat is a function (points (n, 3), part) → colors (n, 3); parts are "body", "leg", "tail", "head", "muzzle", "ear".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_scripts.render.colors import hsv, pick
from data_scripts.render.mesh import F, Figure, Mesh, chain, turn, vec

BLACK, WHITE = vec(0.145, 0.135, 0.135), vec(0.91, 0.89, 0.86)
CLOSE = 0.5  # share of head close-ups: the strongest knob of how hard cats and dogs are to tell apart
POSES = {"stand": 0.22, "walk": 0.20, "run": 0.10, "sit": 0.30, "lie": 0.18}
SWING = {"walk": 0.42, "run": 0.85, "stand": 0.08}
GAITS = {"run": (0, 0.5, 2.8, 3.2)}  # when each leg comes: left fore, right fore, left hind, right hind
WALK = (0, np.pi, 1.4 * np.pi, 0.4 * np.pi)
HIP, SHOULDER = (-0.36, 0.105, 0.76), (0.42, 0.100, 0.72)
FORE_RADII, FORE_SIDES = (
    vec(0.09, 0.125, 0.118, 0.084, 0.062, 0.050, 0.047, 0.045),
    vec(0.05, 0.085, 0.085, 0.070, 0.057, 0.048, 0.046, 0.046),
)
HIND_RADII, HIND_SIDES = (
    vec(0.08, 0.15, 0.155, 0.115, 0.072, 0.054, 0.046, 0.048, 0.045),
    vec(0.04, 0.095, 0.110, 0.088, 0.064, 0.050, 0.044, 0.047, 0.046),
)


@dataclass
class Build:
    """A body's numbers; lengths in meters, the others are factors."""

    trunk: np.ndarray  # rows of x, top, bottom, half width: from the rump to the breast
    length: float
    girth: float
    leg: float
    leg_radius: float
    neck: float
    neck_radius: float
    tail: float
    tail_radii: np.ndarray
    tail_rise: tuple[float, float]  # the tail's angle from straight down, from and to
    tail_bend: tuple[float, float]
    head: float
    ragged: float
    sit: tuple[float, float]  # how steep the back is when sitting


def pick_coat(rng: np.random.Generator, coats: dict[str, tuple[float, tuple]]) -> tuple[str, np.ndarray]:
    """Return the name and the ground color (3,) of a random coat; `coats`: name → (how often, color)."""
    name = pick(rng, coats)
    return name, vec(*coats[name][1])


def figure(
    rng: np.random.Generator, detail: float, build: Build, coat: Callable, make_head: Callable, wraps_tail: bool
) -> Figure:
    """Build the whole animal in a random pose. `make_head(near)` returns the head's mesh, looking along +x from the neck."""
    mesh = Mesh(detail)
    pose = pick(rng, POSES)
    near = rng.random() < CLOSE
    steep = {"sit": rng.uniform(*build.sit), "lie": 0.08, "run": rng.normal() * 0.08}.get(pose, rng.normal() * 0.02)
    sink = {"sit": 0.40, "lie": 0.42}.get(pose, (1 - build.leg) * 0.55)
    pivot, lean = vec(HIP[0] * build.length, 0, 0.78), turn("y", -steep)

    def posed(p: Any) -> np.ndarray:
        return (vec(*p) - pivot) @ lean.T + pivot - vec(0, 0, sink)

    trunk, t = Mesh(detail), build.trunk
    middle, half = (t[:, 1] + t[:, 2]) / 2, (t[:, 1] - t[:, 2]) / 2
    trunk.tube(np.stack([t[:, 0] * build.length, 0 * middle, middle], 1), half, t[:, 3] * build.girth,
               lambda p: coat(p, "body"), grid=(20, 18), ragged=build.ragged, grain=0.11, core=True)  # fmt: skip
    mesh.add(trunk.move(lean, (0, 0, -sink), pivot))
    _legs(rng, mesh, build, coat, pose, posed)
    _tail(rng, mesh, build, coat, posed, pose, wraps_tail)
    base = posed((0.46 * build.length, 0, 0.86))
    rise = rng.uniform(1.0, 1.3) if pose == "sit" else rng.uniform(0.5, 1.1)
    out = vec(np.cos(rise), 0, np.sin(rise))
    top = base + out * build.neck
    width = build.neck_radius / 0.145
    mesh.tube([base - out * 0.18, base, base * 0.5 + top * 0.5, top], vec(0.20, 0.19, 0.155, 0.13) * width * 1.05,
              vec(0.17, 0.165, 0.14, 0.125) * width, lambda p: coat(p, "body"), grid=(11, 14), ragged=build.ragged,
              grain=0.11)  # fmt: skip
    if rng.random() < 0.25:
        at, r = base * 0.35 + top * 0.65, build.neck_radius
        mesh.tube([at - out * 0.02, at + out * 0.02], r * 1.06, r * 0.99,
                  hsv(rng.random(), 0.75, rng.uniform(0.3, 0.9)), grid=(4, 14), caps=(0.05, 0.05), lift=0.05)  # fmt: skip
    looks, nod, tilt = rng.normal() * 0.45, rng.normal() * 0.16 + 0.05, rng.normal() * 0.13
    middle = top + out * 0.06 + vec(0.04, 0, 0.03)
    mesh.add(make_head(near).move(turn("z", looks) @ turn("y", nod) @ turn("x", tilt) * F(build.head), middle))
    lowest = vec(0, 0, mesh.vertices()[:, 2].min())
    mesh.move(shift=-lowest)
    if near:
        r = 0.36 * build.head * rng.uniform(0.85, 1.3)
        frame = middle - lowest + np.array([(0, -r, -r), (0, r, r * 0.95), (r, 0, 0)], F)
        return Figure(mesh, looks + rng.normal() * 0.45, frame)
    yaw = rng.choice([np.pi / 2, -np.pi / 2, 0.0]) + rng.normal() * 0.45
    return Figure(mesh, rng.normal() * 0.8 if pose in ("sit", "lie") else yaw)


def _legs(rng: np.random.Generator, mesh: Mesh, build: Build, coat: Callable, pose: str, posed: Callable) -> None:
    swing, start = SWING.get(pose, 0.0), rng.uniform(0, 6.28)
    phases, leg, wide = GAITS.get(pose, WALK), build.leg, build.girth
    for k in range(4):
        s = 1 if k % 2 == 0 else -1
        phase = start + phases[k]
        sway, lift = swing * np.sin(phase), swing * max(0.0, np.cos(phase))
        if k < 2:
            top = posed((SHOULDER[0] * build.length, s * SHOULDER[1] * wide, SHOULDER[2]))
            y = top[1]
            if pose == "lie":
                ahead = ((-0.08, y, 0.12), (0.28, y * 1.1, 0.06), (0.33, y * 1.1, 0.05))
                p = [top, *(vec(top[0] + x, *yz) for x, *yz in ahead)]
            elif pose == "sit":
                a = rng.uniform(-0.02, 0.10)
                p = chain(top, (a - 0.08, a + 0.03, 0.4), (top[2] * 0.5, top[2] * 0.44, 0.05))
            else:
                bend = sway + 0.06 - 1.2 * lift
                p = chain(top, (sway - 0.12, bend, 0.3 + sway - 0.8 * lift), (leg * 0.36, leg * 0.30, 0.05))
            track = [top + (-0.03, -s * 0.03, 0.15), top + (0, 0, 0.06), top * 0.8 + p[1] * 0.2, top * 0.4 + p[1] * 0.6,
                     p[1], p[1] * 0.5 + p[2] * 0.5, p[2], p[3]]  # fmt: skip
            radii, sides = FORE_RADII, FORE_SIDES
        else:
            top = posed((HIP[0] * build.length, s * HIP[1] * 1.05 * wide, HIP[2]))
            if pose in ("sit", "lie"):
                knee = vec(top[0] + 0.28, s * 0.19 * wide, top[2] + 0.02 if pose == "sit" else 0.30)
                hock = vec(top[0], s * 0.17 * wide, 0.09)
                p = [top, knee, hock, *(vec(top[0] + x, s * 0.185 * wide, 0.05) for x in (0.26, 0.30))]
                mesh.ball((top + knee) / 2 + vec(-0.05, 0, -0.03), (0.22, 0.10 * wide, 0.185), lambda q: coat(q, "leg"),
                          grid=(10, 14), grain=0.11)  # fmt: skip
            else:
                turns = (0.45 + sway * 0.8 + 0.4 * lift, -0.65 + sway - 0.8 * lift, 0.12 + sway * 0.9, 0.5 + sway)
                p = chain(top, turns, (0.30 * leg, 0.32 * leg, 0.20 * leg, 0.05))
            track = [top + (-0.03, -s * 0.05, 0.14), top + (-0.02, -s * 0.01, 0.02), top * 0.6 + p[1] * 0.4,
                     p[1] * 0.8 + p[2] * 0.2, p[1] * 0.35 + p[2] * 0.65, p[2], p[2] * 0.4 + p[3] * 0.6, p[3],
                     p[4]]  # fmt: skip
            radii, sides = HIND_RADII, HIND_SIDES
        mesh.tube(track, radii * build.leg_radius, sides * build.leg_radius, lambda q: coat(q, "leg"), grid=(15, 10),
                  caps=(0.3, 0.4), ragged=build.ragged, grain=0.09)  # fmt: skip
        mesh.ball(p[-1] + vec(0.045, 0, 0.003), vec(0.085, 0.060, 0.046) * build.leg_radius, lambda q: coat(q, "leg"),
                  grid=(8, 10), grain=0.1)  # fmt: skip


def _tail(
    rng: np.random.Generator, mesh: Mesh, build: Build, coat: Callable, posed: Callable, pose: str, wraps: bool
) -> None:
    track = [posed((-0.50 * build.length, 0, 0.88))]
    rise, bend, side = rng.uniform(*build.tail_rise), rng.uniform(*build.tail_bend), rng.normal() * 0.35
    around = wraps and pose in ("sit", "lie")
    if around:
        rise, bend = 0.6, 0.35
    for _ in range(5):
        step = vec(-np.sin(rise) * np.cos(side), np.sin(side), -np.cos(rise)) * F(build.tail / 5)
        track.append(track[-1] + step)
        track[-1][2] = max(track[-1][2], 0.05)
        rise += bend * 0.5
        side += 0.45 if around else rng.normal() * 0.15
    mesh.tube(track, build.tail_radii, build.tail_radii, lambda p: coat(p, "tail"), grid=(15, 9), hint=(0, 1, 0.1),
              ragged=build.ragged, grain=0.15)  # fmt: skip


def eye(mesh: Mesh, at: Any, radii: np.ndarray, color: np.ndarray, pupil: float, rim: np.ndarray, lid: np.ndarray,
        turned: float, tilt: float, near: bool) -> None:  # fmt: skip
    """One eye: rim, iris, pupil, and from near an upper lid and the spark of light, each a little before the last."""
    rotate = turn("z", turned) @ turn("x", np.sign(turned) * tilt)
    out = rotate @ vec(1, 0, 0)
    at, (x, y, z) = vec(*at), radii
    mesh.ball(at - out * 0.004, (x, y * 1.22, z * 1.22), rim, rotate, grid=(7, 10), lift=0.020)
    mesh.ball(at + out * 0.004, radii, color, rotate, gloss=0.9, lift=0.045, grid=(8, 10))
    mesh.ball(at + out * (x * 0.80), (0.010, pupil, z * 0.82), (0.03, 0.03, 0.03), rotate, gloss=0.9, lift=0.06,
              grid=(7, 8))  # fmt: skip
    if near:
        mesh.ball(at - out * (x * 0.04) + vec(0, 0, z * 0.98), (x * 0.98, y * 1.16, z * 0.42), lid, rotate, lift=0.062,
                  grid=(7, 10))  # fmt: skip
        mesh.ball(at + out * (x * 1.02) + vec(0, 0.006, z * 0.16), (0.006, z * 0.15, z * 0.15), (1.5, 1.5, 1.5),
                  lift=0.08, grid=(4, 6))  # fmt: skip


def ear(
    mesh: Mesh, root: Any, tip: Any, width: float, depth: float, color: Callable, inside: np.ndarray, face: tuple
) -> None:
    """Add an upright pointed ear; `inside` is the color of its hollow, `face` the direction its width is measured in."""
    root, tip = vec(*root), vec(*tip)
    track = [root, root * 0.6 + tip * 0.4, root * 0.25 + tip * 0.75, tip]
    mesh.tube(track, vec(1, 0.8, 0.5, 0.14) * depth, vec(1, 0.76, 0.40, 0.07) * width, color, grid=(8, 12), hint=face,
              caps=(0.2, 0), grain=0.1)  # fmt: skip
    forward = vec(0.030, 0, 0)
    root, tip = root + forward * 1.1, tip * 0.88 + root * 0.12 + forward * 0.7
    mesh.tube([root, root * 0.6 + tip * 0.4, tip], vec(1, 0.75, 0.25) * (depth * 0.35), vec(0.68, 0.50, 0.05) * width,
              inside, grid=(6, 8), hint=face, caps=(0, 0), lift=0.03)  # fmt: skip


def whiskers(rng: np.random.Generator, mesh: Mesh, root: Any, color: np.ndarray) -> None:
    """Three thin hairs on either side."""
    for s in (1, -1):
        for j in (-1, 0, 1):
            a = vec(root[0], s * root[1], root[2] + 0.018 * j)
            b = a + vec(0.02, s * rng.uniform(0.13, 0.22), rng.uniform(-0.05, 0.05) + 0.035 * j)
            mesh.tube([a, (a + b) / 2 + vec(0.02, 0, 0.012), b], 0.0011, 0.0011, color, grid=(4, 3), hint=(1, 0, 0),
                      caps=(0, 0), lift=0.05)  # fmt: skip
