"""The human: numbers first (meters), then how they become a mesh. Also the rider: a human on a horse."""

import numpy as np

from data_scripts.render import horse
from data_scripts.render.colors import blend, pick
from data_scripts.render.human_head import head
from data_scripts.render.mesh import F, Figure, Mesh, chain, turn, unit, vec
from data_scripts.render.person import Person

POSES = {  # how often; swing of the legs
    "stand": (0.22, 0.05),
    "walk": (0.22, 0.42),
    "run": (0.12, 0.80),
    "wave": (0.10, 0.05),
    "hips": (0.09, 0.04),
    "arms up": (0.06, 0.05),
    "star": (0.06, 0.00),
    "kick": (0.05, 0.18),
    "point": (0.08, 0.05),
}
HER = np.array(  # height, half width, half depth, forward shift: from the seat to the neck
    [
        (0.85, 0.140, 0.100, 0), (0.93, 0.166, 0.118, -0.012), (1.02, 0.146, 0.102, -0.006),
        (1.12, 0.121, 0.090, 0.004), (1.23, 0.140, 0.112, 0.016), (1.32, 0.156, 0.108, 0.010), (1.395, 0.158, 0.082, 0),
        (1.435, 0.115, 0.066, -0.006), (1.47, 0.060, 0.055, -0.004),
    ], F)  # fmt: skip
HIS = np.array(
    [
        (0.85, 0.135, 0.100, 0), (0.93, 0.153, 0.112, -0.010), (1.03, 0.146, 0.102, 0), (1.13, 0.148, 0.102, 0.004),
        (1.25, 0.170, 0.116, 0.010), (1.35, 0.187, 0.112, 0.004), (1.42, 0.180, 0.086, -0.004),
        (1.46, 0.130, 0.070, -0.008), (1.495, 0.066, 0.060, -0.006),
    ], F)  # fmt: skip
LEG, ARM = (0.44, 0.43), (0.285, 0.25)  # lengths between the joints
THIGH_RADII, SHIN_RADII = (0.090, 0.092, 0.082, 0.066, 0.056), (0.057, 0.060, 0.047, 0.037)
ARM_RADII = (0.050, 0.053, 0.050, 0.043, 0.039, 0.041, 0.038, 0.031, 0.026)
NEAR = 0.12  # share of head and shoulders, and of upper halves
FINGERS = ((-0.030, 0.066), (-0.010, 0.076), (0.010, 0.072), (0.028, 0.058))  # across the palm, length


def _legs(rng: np.random.Generator, mesh: Mesh, who: Person, pose: str) -> None:
    width, ride = who.width, who.ride
    swing, start = POSES[pose][1], rng.uniform(0, 6.28)
    if who.bottom == "skirt":
        swing *= 0.55
    knee_out, foot_turn = rng.uniform(0.02, 0.05), rng.uniform(0.05, 0.35)
    for k, s in ((0, 1), (1, -1)):
        phase = start + np.pi * k
        hip = swing * np.sin(phase)
        knee = swing * 1.1 * max(0, np.cos(phase)) + (0.6 if pose == "run" else 0.12) * swing * max(0, -np.sin(phase))
        out = knee_out + (0.27 if pose == "star" else 0)
        if pose == "kick" and k == 0:
            hip, knee = rng.uniform(0.6, 1.1), 0.15
        if ride:
            hip, knee, out = 0.95, 1.15, 0.62
        top = (0, s * 0.083 * (1.06 if who.her else 0.96) * width, 0.92)
        if ride:  # the thigh lies along the horse, the shin hangs at its side
            a = vec(*top)
            b = a + vec(0.30, s * 0.235, -0.20)
            p = [a, b, b + vec(-0.12, s * 0.025, -0.41)]
        else:
            p = chain(top, (hip, hip - knee), LEG, out * s)
        thigh = [p[0] + (0, -s * 0.02, 0.05), p[0], p[0] * 0.7 + p[1] * 0.3, p[0] * 0.3 + p[1] * 0.7, p[1]]
        shin = [p[1] * 0.72 + p[2] * 0.28 + (-0.012, 0, 0), p[1] * 0.4 + p[2] * 0.6 + (-0.006, 0, 0), p[2]]
        loose = rng.uniform(1.05, 1.35)
        if who.bottom == "trousers":
            radii = np.r_[np.array(THIGH_RADII) * width, np.array(SHIN_RADII[1:]) * loose * width**0.5]
            mesh.tube(thigh + shin, radii, radii, who.trousers, grid=(17, 10), caps=(0.4, 0.1), grain=0.03)
        else:
            radii = np.r_[np.array(THIGH_RADII) * 0.95, SHIN_RADII[1:]] * width**0.5
            mesh.tube(thigh + shin, radii, radii, who.skin, grid=(17, 10), caps=(0.4, 0.3))
            if who.bottom == "shorts":
                radii = np.array((0.095, 0.102, 0.102, 0.094)) * width
                mesh.tube(thigh[:4], radii, radii, who.trousers, grid=(9, 12), caps=(0.4, 0.04), lift=0.02)
        pitch = 0.15 if ride else (hip - knee) * 0.75 if pose in ("walk", "run", "kick") else 0.0
        _shoe(mesh, p[2], pitch, s * foot_turn, who.shoe)


def _shoe(mesh: Mesh, ankle: np.ndarray, pitch: float, turned: float, color: np.ndarray) -> None:
    toe = turn("z", turned) @ vec(np.cos(pitch), 0, np.sin(pitch))
    sole = turn("z", turned) @ vec(np.sin(pitch), 0, -np.cos(pitch))
    track = [ankle + sole * 0.02 - toe * 0.05, ankle + sole * 0.03 + toe * 0.02, ankle + sole * 0.05 + toe * 0.10,
             ankle + sole * 0.06 + toe * 0.16]  # fmt: skip
    mesh.tube(track, (0.050, 0.056, 0.034, 0.020), (0.036, 0.042, 0.047, 0.038), color,
              down=(0.045, 0.04, 0.026, 0.018), grid=(8, 10), gloss=0.25)  # fmt: skip


def _hand(
    rng: np.random.Generator, mesh: Mesh, who: Person, wrist: np.ndarray, along: np.ndarray, palm: np.ndarray, s: int
) -> None:
    """Add a palm, four fingers (one where they are too small to tell apart) and a thumb; `palm` points out of the palm."""
    across = unit(np.cross(along, palm).astype(F)) * s
    curl = rng.uniform(0.1, 0.55)
    mesh.tube([wrist - along * 0.01, wrist + along * 0.035, wrist + along * 0.085], (0.026, 0.038, 0.040),
              (0.022, 0.020, 0.016), who.skin, hint=palm, grid=(5, 8), caps=(0, 0.4))  # fmt: skip
    for offset, length in FINGERS if who.fine else ((0, 0.07),):
        root = wrist + along * 0.08 + across * offset
        bend = unit(along + palm * curl + across * offset * 4)
        mid = root + bend * (length * 0.55)
        tip = mid + unit(along + palm * (curl * 2.4)) * (length * 0.5)
        wide = (0.0105, 0.010, 0.008) if who.fine else (0.036, 0.034, 0.024)
        mesh.tube([root, mid, tip], wide, (0.0105, 0.010, 0.008), who.skin, hint=palm, grid=(4, 6), caps=(0, 0.7))
    root = wrist + along * 0.03 - across * 0.025
    mid = root + unit(along * 0.6 - across + palm * 0.4) * 0.04
    mesh.tube([root, mid, mid + unit(along + palm * 0.3) * 0.035], (0.016, 0.013, 0.009), (0.016, 0.013, 0.009),
              who.skin, grid=(4, 6))  # fmt: skip


def _arm(
    rng: np.random.Generator, mesh: Mesh, who: Person, shoulder: np.ndarray, upper: np.ndarray, fore: np.ndarray, s: int
) -> None:
    elbow = shoulder + upper * ARM[0]
    wrist = elbow + fore * ARM[1]
    track = [shoulder - upper * 0.01 + (0, -s * 0.04, 0), shoulder + upper * 0.06 + (0, -s * 0.006, 0),
             shoulder * 0.5 + elbow * 0.5, shoulder * 0.15 + elbow * 0.85,
             elbow, elbow * 0.8 + wrist * 0.2, elbow * 0.5 + wrist * 0.5, elbow * 0.2 + wrist * 0.8, wrist]  # fmt: skip
    radii = np.array(ARM_RADII) * who.width**0.6 * (0.88 if who.her else 1.05)
    hint = unit(np.cross(upper, vec(0.1, 0, 1)) + vec(1e-3, 0, 0))
    mesh.tube(track, radii, radii, who.skin, grid=(15, 9), hint=hint, caps=(0.6, 0.1))
    if who.sleeve:
        n = 9 if who.sleeve == 1 else 4
        sleeve = radii[:n] * (1.08 if n == 9 else 1.12) + 0.004
        mesh.tube(track[:n], sleeve, sleeve, who.shirt, grid=(15 if n == 9 else 7, 10), hint=hint, caps=(0.6, 0.02),
                  grain=0.03, lift=0.02)  # fmt: skip
    palm = unit(vec(0, -s, 0) - fore * (fore @ vec(0, -s, 0)) + fore[[1, 2, 0]] * F(0.05))
    _hand(rng, mesh, who, wrist, fore, palm, s)


def _reach(rng: np.random.Generator, pose: str, k: int, s: int, swing: float, phase: float) -> tuple:
    """Directions of upper arm and forearm (unit vectors) for the left (k=0) or right arm."""
    raised = {
        "wave": ((0.2, s, rng.uniform(-0.2, 0.5)), (0.25, s * rng.uniform(-0.2, 0.5), 1)) if k == 0 else None,
        "arms up": ((0.1, s * 0.6, 0.8), (0.1, s * rng.uniform(-0.1, 0.4), 1)),
        "star": ((0, s, rng.uniform(-0.1, 0.35)),) * 2,
        "point": ((0.9, s * 0.4, rng.uniform(-0.2, 0.25)),) * 2 if k == 0 else None,
        "hips": ((-0.2, s * 0.75, -0.75), (0.35, -s * 0.80, -0.55)),
        "reins": ((0.35, s * 0.12, -0.9), (0.9, -s * 0.22, -0.1)),
    }.get(pose)
    if raised:
        return tuple(unit(vec(*v)) for v in raised)
    sway, bend = swing * 0.9 * np.sin(phase), 0.15 + (1.3 if pose == "run" else 0.5 * swing) + rng.uniform(0, 0.2)
    upper = vec(np.sin(sway), s * 0.13, -np.cos(sway))
    fore = vec(np.sin(sway + bend), s * 0.03, -np.cos(sway + bend))
    return unit(upper), unit(fore)


def shape(rng: np.random.Generator, detail: float, pose: str, ride: bool = False, fine: bool = True) -> tuple:
    """Return a human's mesh, soles near z = 0 and seat at 0.85, and its height; `fine` adds fingers and what a face needs."""
    who, mesh = Person(rng, ride, fine), Mesh(detail)
    width = who.width
    _legs(rng, mesh, who, pose)
    top, body = Mesh(detail), HER if who.her else HIS
    fuller = 1 + (0.28 if who.her else 0.08) * np.exp(-(((body[:, 0] - 1.28) / 0.07) ** 2))
    bare = who.dress

    def torso(p: np.ndarray) -> np.ndarray:
        if bare:
            return who.shirt(p)
        return blend(who.trousers(p), who.shirt(p), (p[:, 2] - who.waist) * 60 + 0.5)

    # the tube runs upwards, so `down` is the front
    top.tube(np.stack([body[:, 3], 0 * body[:, 0], body[:, 0]], 1), body[:, 2] * width, body[:, 1] * width, torso,
             down=body[:, 2] * width * fuller, grid=(20, 16), caps=(0.5, 0.2), grain=0.03, core=True)  # fmt: skip
    if not bare:  # the shirt's hem
        at = who.waist + vec(-0.03, 0.01, 0.05)
        wide, deep, ahead = (np.interp(at, body[:, 0], body[:, k]).astype(F) for k in (1, 2, 3))
        hem = np.stack([ahead, 0 * at, at], 1)
        top.tube(hem, deep * width * 1.05, wide * width * 1.05, who.shirt, grid=(4, 14), caps=(0, 0), lift=0.02)
    if who.bottom == "skirt":
        length, flare = rng.choice([0.42, 0.55, 0.75]), rng.uniform(0.02, 0.12)
        depth = np.array((0.102, 0.128, 0.14 + flare * 0.5, 0.145 + flare))
        wide = np.array((0.138, 0.176, 0.185 + flare * 0.6, 0.195 + flare))
        mesh.tube([(0, 0, 1.04), (-0.008, 0, 0.94), (0, 0, 0.88 - length * 0.4), (0, 0, 0.88 - length)], depth * width,
                  wide * width, who.shirt if who.dress else who.trousers, grid=(12, 18), caps=(0, 0), grain=0.12,
                  lift=0.03)  # fmt: skip
    start = rng.uniform(0, 6.28)
    for k, s in ((0, 1), (1, -1)):
        upper, fore = _reach(rng, "reins" if ride else pose, k, s, POSES[pose][1], start + np.pi * (1 - k))
        shoulder = vec(-0.005, s * (0.148 if who.her else 0.176) * width, 1.385 if who.her else 1.40)
        _arm(rng, top, who, shoulder, upper, fore, s)
    top.tube([(-0.008, 0, 1.42), (0.0, 0, 1.50), (0.012, 0, 1.57)], (0.058, 0.053, 0.055), (0.062, 0.053, 0.054),
             who.skin, grid=(6, 10), caps=(0, 0))  # fmt: skip
    skull = head(rng, detail, who.her, who.skin, fine)
    size = rng.uniform(0.97, 1.08)
    skull.move(turn("z", rng.normal() * 0.35) @ turn("y", rng.normal() * 0.10 + 0.03) * F(size), (0.018, 0, 1.635))
    top.add(skull)
    lean = {"run": 0.15, "walk": 0.04}.get(pose, rng.normal() * 0.03)
    top.move(turn("y", lean) @ turn("x", rng.normal() * 0.03), pivot=(0, 0, 0.93))
    return mesh.add(top), 1.77


def build(rng: np.random.Generator, detail: float = 1.0) -> Figure:
    """Build a human of random build, clothes and pose; one image in eight shows head and shoulders or the upper half."""
    pose = pick(rng, POSES)
    side = rng.choice(3, p=(0.64, 0.28, 0.08))
    yaw = (rng.normal() * 0.5, rng.choice([-1, 1]) * 1.3 + rng.normal() * 0.25, np.pi + rng.normal() * 0.5)[side]
    near = rng.random() if side < 2 else 1.0
    size = rng.uniform(0.92, 1.05)
    mesh, height = shape(rng, detail, pose, fine=near < NEAR or detail > 1)
    mesh.move(np.eye(3, dtype=F) * F(size))
    mesh.move(shift=(0, 0, -mesh.vertices()[:, 2].min()))
    if near > NEAR:
        return Figure(mesh, yaw)
    low = (0.72 if near < NEAR / 2 else 0.50) * height * size
    return Figure(mesh, yaw, np.array([(0, -0.3, low), (0, 0.3, height * size * 1.02)], F))


def rider(rng: np.random.Generator, detail: float = 1.0) -> Figure:
    """Build a human on a saddled horse that stands, walks or trots."""
    detail *= 0.8  # both are small: fewer rings will do
    mesh, _ = horse.shape(rng, detail, ("stand", "walk", "trot")[rng.integers(3)], saddle=True)
    person, _ = shape(rng, detail, "stand", ride=True, fine=False)
    mesh.add(person.move(shift=(0.0, 0, 0.66)))
    side = rng.choice(3, p=(0.42, 0.42, 0.16))
    return Figure(mesh, (np.pi / 2, -np.pi / 2, 0)[side] + rng.normal() * 0.35)
