"""Draw the gray image that lesson 03 filters: a street with a flight of steps, made for its lines.

Columns, lamps and windows give vertical lines, steps and cornices horizontal ones, an iron viaduct and cables slanting
ones; stone, brick, cobbles and clouds give texture. It is a small ray tracer: every pixel sends rays into a scene of boxes
and round rods, and asks of each place it meets how much sun and how much sky it sees. Lengths in meters: x to the right,
y away from the viewer, z up. `python -m tools.render_street` writes helpers/images/samples/street.png again.
"""

from pathlib import Path

import numpy as np

EYE = np.array([-0.3, -13.0, 1.75])
SUN = np.array([0.42, -0.55, 0.85]) / np.linalg.norm([0.42, -0.55, 0.85])
SAMPLES = 3  # a side: every pixel is the mean of 3 × 3 rays
SKY_RAYS = 3  # a place: how much of the sky it sees
WALL, STONE, GROUND, IRON, BRICK, PLAIN = range(6)


def street(size: int = 512) -> np.ndarray:
    """The image, (size, size) uint8. The same numbers each time; 512 takes about two minutes."""
    boxes, rods = _scene()
    rng = np.random.default_rng(3)
    side = size * SAMPLES
    rows = []
    strip = max(1, 40_000 // side)  # rows at once: their arrays stay in the processor's cache
    for top in range(0, side, strip):
        row, column = np.mgrid[top : min(top + strip, side), 0:side]
        across, up = (column + 0.5) / side - 0.5, 0.72 - (row + 0.5) / side
        view = _unit(np.stack([across * 0.98, np.ones_like(across), up * 0.98]).reshape(3, -1))
        rows.append(_light(view, boxes, rods, rng).reshape(row.shape))
    light = np.concatenate(rows).reshape(size, SAMPLES, size, SAMPLES).mean((1, 3))
    light = (
        light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    )  # the film curve of ACES, by Narkowicz
    gray = 255 * light ** (1 / 2.2) + rng.normal(0, 1.5, light.shape)
    return np.clip(np.rint(gray), 0, 255).astype(np.uint8)


def _scene():
    """Boxes as (low corner, high corner, material) and rods as (end, end, radius, material)."""
    boxes, rods = [], []

    def box(x0, x1, y0, y1, z0, z1, material=STONE):
        boxes.append((np.array([x0, y0, z0]), np.array([x1, y1, z1]), material))

    def rod(a, b, radius, material=IRON):
        rods.append((np.array(a, float), np.array(b, float), radius, material))

    def lamp(x, y, z, height=3.4):
        box(x - 0.12, x + 0.12, y - 0.12, y + 0.12, z, z + 0.5, IRON)
        rod((x, y, z), (x, y, z + height), 0.05)
        rod((x - 0.35, y, z + height - 0.25), (x + 0.35, y, z + height - 0.25), 0.025)
        box(x - 0.16, x + 0.16, y - 0.16, y + 0.16, z + height, z + height + 0.45, PLAIN)
        box(x - 0.22, x + 0.22, y - 0.22, y + 0.22, z + height + 0.45, z + height + 0.52, IRON)

    box(-60, 60, -20, 90, -1, 0, GROUND)
    for step in range(13):  # the flight of steps and the terrace it leads to
        box(-3.4, 2.4, 0.42 * step, 9, 0.17 * step, 0.17 * step + 0.13)
        box(-3.4, 2.4, 0.42 * step - 0.05, 9, 0.17 * step + 0.13, 0.17 * (step + 1))
    box(-12, -4.0, 3, 60, 0, 2.21, BRICK)
    box(3.0, 30, 3, 60, 0, 2.21, BRICK)
    box(-3.4, 2.4, 5.4, 60, 0, 2.21)
    for x in (-4.0, 2.4):  # its two cheeks
        box(x, x + 0.6, -0.3, 6, 0, 1.0)
        box(x, x + 0.6, 2.4, 6, 1.0, 2.5)
        box(x - 0.08, x + 0.68, -0.38, 2.5, 1.0, 1.12)
        box(x - 0.08, x + 0.68, 2.32, 6, 2.5, 2.62)
        lamp(x + 0.3, 0.2, 1.12)
    for step in range(0, 13, 3):  # a handrail up the middle
        rod((-0.5, 0.42 * step + 0.2, 0.17 * step), (-0.5, 0.42 * step + 0.2, 0.17 * step + 1.05), 0.028)
    for height in (0.55, 1.05):
        rod((-0.5, 0.2, height), (-0.5, 0.42 * 12 + 0.2, 0.17 * 12 + height), 0.025)
    for x in np.arange(3.3, 9, 0.32):  # balustrade beside the steps
        rod((x, 3.1, 2.3), (x, 3.1, 3.05), 0.055, STONE)
    box(3.0, 12, 2.95, 3.25, 3.05, 3.2)

    box(-9, 4.6, 15, 22, 2.2, 11.2, WALL)  # the hall at the top, with its columns
    for x in np.arange(-6.2, 4.3, 1.7):
        rod((x, 13.2, 2.6), (x, 13.2, 7.6), 0.26, STONE)
        box(x - 0.36, x + 0.36, 12.84, 13.56, 2.2, 2.6)
        box(x - 0.36, x + 0.36, 12.84, 13.56, 7.45, 7.75)
    box(-7, 4.6, 12.7, 15, 7.75, 8.5)
    box(-7.2, 4.8, 12.5, 15.2, 8.5, 8.7)
    box(-9.2, 4.8, 14.7, 22, 11.2, 11.5)
    box(-1.9, 1.1, 17, 20, 11.5, 17.5, BRICK)  # its tower
    box(-2.1, 1.3, 16.8, 20.2, 17.5, 17.9)
    for x in (-1.2, -0.4, 0.4):
        box(x - 0.22, x + 0.22, 16.95, 17.1, 13.2, 16.4, IRON)
        box(x - 0.32, x + 0.32, 16.85, 17.1, 13.0, 13.2)
    rod((-0.4, 18.5, 17.9), (-0.4, 18.5, 21.5), 0.06)

    box(-14, -4.9, -7, 11, 0, 12.5, WALL)  # the house on the left
    for height in (3.3, 12.3):
        box(-14, -4.7, -7.2, 11.2, height, height + 0.25)
    box(-14, -4.75, -7, -6.4, 0, 12.3)
    for y in (-3.0, 3.0, 9.0):
        rod((-4.82, y, 0), (-4.82, y, 12.3), 0.06)

    for y in np.arange(-4, 34, 4.5):  # the viaduct on the right
        for x in (4.6, 7.6):
            box(x - 0.17, x + 0.17, y - 0.17, y + 0.17, 0, 6.2, IRON)
        rod((4.6, y, 3.2), (7.6, y, 6.1), 0.06)
        rod((7.6, y, 3.2), (4.6, y, 6.1), 0.06)
        rod((4.6, y, 3.2), (4.6, y + 4.5, 6.1), 0.06)
        rod((4.6, y + 4.5, 3.2), (4.6, y, 6.1), 0.06)
        rod((4.6, y, 7.0), (4.6, y, 8.1), 0.035)
    for z, radius in ((7.4, 0.03), (7.75, 0.03), (8.1, 0.05)):
        rod((4.6, -8, z), (4.6, 34, z), radius)
    box(4.35, 4.65, -8, 34, 6.2, 7.0, IRON)
    box(7.45, 7.75, -8, 34, 6.2, 7.0, IRON)
    box(4.3, 7.9, -8, 34, 6.9, 7.05, PLAIN)
    box(9.5, 20, 6, 40, 0, 15, WALL)
    box(9.3, 20, 5.8, 40, 15, 15.3)
    for z, y in ((9.2, 2.0), (9.0, 6.5), (8.7, 11.0)):  # cables across the street
        rod((-4.9, y, z), (4.6, y + 1.5, z - 1.2), 0.018)
    return boxes, rods


def _light(view, boxes, rods, rng) -> np.ndarray:
    """How much light comes along every ray of `view`, (3, n) unit vectors from the eye."""
    distance, normal, material = _first_hit(EYE[:, None] + 0 * view, view, boxes, rods)
    seen = np.isfinite(distance)
    result = _sky(view)
    ray, normal, material, distance = view[:, seen], normal[:, seen], material[seen], distance[seen]
    if not seen.any():
        return result
    place = EYE[:, None] + ray * distance
    color, mirror, open_to_sun = _surface(place, normal, material, ray)
    start = place + 2e-3 * normal
    sunlit = open_to_sun * ~np.isfinite(_first_hit(start, SUN[:, None] + 0 * start, boxes, rods)[0])
    sky = np.zeros(len(distance))
    for _ in range(SKY_RAYS):  # towards the normal more often than aslant: a sphere on top of the surface
        direction = _unit(normal * 1.001 + _unit(rng.normal(size=start.shape)))
        free = _first_hit(start, direction, boxes, rods)[0]
        sky += (
            np.where(np.isfinite(free), 0.16 * np.minimum(free / 6, 1), 0.55 + 0.45 * direction[2].clip(0)) / SKY_RAYS
        )
    light = color * (1.75 * sunlit * (SUN @ normal).clip(0) + 0.34 * sky)
    light += mirror * _sky(ray - 2 * (ray * normal).sum(0) * normal)
    haze = 1 - np.exp(-((distance / 140) ** 1.5))
    result[seen] = light * (1 - haze) + 0.6 * haze
    return result


def _first_hit(start, direction, boxes, rods):
    """Distance to what a ray meets first (infinite: nothing), the normal there, and the material."""
    n = start.shape[1]
    start, direction = start.astype(np.float32), direction.astype(np.float32)
    direction = np.where(np.abs(direction) < 1e-7, np.float32(1e-7), direction)
    nearest, normal, material = np.full(n, np.inf, np.float32), np.zeros((3, n), np.float32), np.zeros(n, int)
    inverse = 1 / direction
    for low, high, kind in boxes:
        a, b = (low[:, None].astype(np.float32) - start) * inverse, (high[:, None].astype(np.float32) - start) * inverse
        enter, leave = np.minimum(a, b), np.maximum(a, b).min(0)
        first = enter.max(0)
        hit = np.flatnonzero((first < leave) & (first > 0) & (first < nearest))
        axis = enter[:, hit].argmax(0)
        nearest[hit], material[hit], normal[:, hit] = first[hit], kind, 0
        normal[axis, hit] = -np.sign(direction[axis, hit])
    for end, other, radius, kind in rods:
        length = np.linalg.norm(other - end)
        along = ((other - end) / length).astype(np.float32)
        offset = start - end[:, None].astype(np.float32)
        slope, shift = along @ direction, along @ offset
        a = 1 - slope**2
        b = (direction * offset).sum(0) - slope * shift
        root = b**2 - a * ((offset**2).sum(0) - shift**2 - radius**2)
        hit = np.flatnonzero((root > 0) & (a > 1e-6))
        first = (-b[hit] - np.sqrt(root[hit])) / a[hit]
        where = shift[hit] + first * slope[hit]
        good = (first > 0) & (first < nearest[hit]) & (where > 0) & (where < length)
        hit, first, where = hit[good], first[good], where[good]
        nearest[hit], material[hit] = first, kind
        normal[:, hit] = (offset[:, hit] + direction[:, hit] * first - along[:, None] * where) / radius
    return nearest, normal, material


def _surface(place, normal, material, ray):
    """Of every place met: how much light it gives back, how much it mirrors, and whether its own relief lets the sun in."""
    flat = np.abs(normal[2]) > 0.5
    along = np.where(np.abs(normal[0]) > 0.5, place[1], place[0])  # the coordinate that runs along a wall
    up = np.where(flat, place[1], place[2])
    grain = _noise(along * 3, up * 3, 4)
    base = np.choose(material, [0.40, 0.52, 0.30, 0.07, 0.30, 0.45]) * (0.75 + 0.5 * grain)
    mirror, open_to_sun = np.where(material == IRON, 0.05, 0.0), np.ones(len(base))

    def joints(mask, width, height, gap, depth):  # rows of stones, every other row moved by half a stone
        row = np.floor(up / height)
        shifted = along / width + 0.5 * (row % 2)
        inside_x, inside_y = np.abs(shifted % 1 - 0.5) * width, np.abs(up / height % 1 - 0.5) * height
        tone = 0.8 + 0.4 * _hash(np.floor(shifted), row)
        joint = (inside_x > width / 2 - gap) | (inside_y > height / 2 - gap)
        base[mask] *= np.where(joint, depth, tone)[mask]

    joints((material == BRICK) & ~flat, 0.42, 0.16, 0.012, 0.55)
    joints(material == GROUND, 0.34, 0.26, 0.03, 0.45)
    joints((material == STONE) & flat, 1.1, 0.42, 0.008, 0.7)
    base *= np.where((material == STONE) & ~flat, 0.85 + 0.15 * _noise(along * 0.7, up * 4, 3), 1)

    wall = (material == WALL) & ~flat
    column, floor = 2.1, 3.05
    x, z = along % column - column / 2, place[2] % floor - 1.6  # from the middle of a window
    sight = np.where(np.abs(normal[0]) > 0.5, ray[1] / np.abs(ray[0]), ray[0] / np.abs(ray[1]))
    drop = ray[2] / np.maximum(np.abs((ray * normal).sum(0)), 1e-3)
    opening = wall & (np.abs(x) < 0.55) & (np.abs(z) < 0.95)
    gx, gz = x + 0.22 * sight, z + 0.22 * drop  # where the ray comes to the pane, 22 cm behind the wall
    pane = opening & (np.abs(gx) < 0.55) & (np.abs(gz) < 0.95)
    sun_slope = np.where(np.abs(normal[0]) > 0.5, SUN[1] / abs(SUN[0]), SUN[0] / abs(SUN[1]))
    shaded = (np.abs(gx + 0.22 * sun_slope) > 0.55) | (gz + 0.22 * SUN[2] / 0.6 > 0.95)
    bars = pane & ((np.abs(gx) < 0.035) | (np.abs(gx) > 0.49) | (np.abs(gz - 0.3) < 0.035) | (np.abs(gz) > 0.88))
    curtain = _hash(np.floor(along / column), np.floor(place[2] / floor))
    base[opening] *= 0.55
    base[pane] = np.where(gz > 0.95 - 1.9 * curtain * (curtain > 0.6), 0.30, 0.03)[pane]
    base[bars] = 0.55
    mirror[pane & ~bars] = 0.22
    open_to_sun[opening & (shaded | ~pane)] = 0
    frame = wall & ~opening & (np.abs(x) < 0.72) & (np.abs(z) < 1.12)
    base[frame] *= 1.25
    ledge = wall & (np.abs(place[2] % floor - 2.9) < 0.07)
    base[ledge] *= 1.3
    base[wall & ~opening] *= (0.8 + 0.3 * _noise(along * 4, place[2] * 0.25, 3))[wall & ~opening]  # streaks of rain
    return base, mirror, open_to_sun


def _sky(ray) -> np.ndarray:
    height = ray[2].clip(0.02)
    cloud = _noise(ray[0] / (height + 0.25) * 2.2 + 7, ray[1] / (height + 0.25) * 2.2, 6)
    cloud = ((cloud - 0.46) * 5).clip(0, 1)
    return 0.62 - 0.5 * height.clip(0, 1) + cloud * (0.5 + 0.3 * height.clip(0, 1))


def _noise(x, y, octaves) -> np.ndarray:
    """Smooth irregularity between 0 and 1: random numbers on grids, each twice as fine and half as strong as the one before."""
    total = np.zeros(np.broadcast(x, y).shape)
    for octave in range(octaves):
        u, v = x * 2**octave + 13.7 * octave, y * 2**octave + 5.3 * octave
        i, j = np.floor(u), np.floor(v)
        a, b = (w * w * (3 - 2 * w) for w in (u - i, v - j))
        top = _hash(i, j) * (1 - a) + _hash(i + 1, j) * a
        bottom = _hash(i, j + 1) * (1 - a) + _hash(i + 1, j + 1) * a
        total += (top * (1 - b) + bottom * b) / 2 ** (octave + 1)
    return total / (1 - 0.5**octaves)


def _hash(i, j) -> np.ndarray:
    """A number between 0 and 1 for every cell (i, j) of a grid, the same on every machine."""
    mixed = (i.astype(np.int64) * 374761393 + j.astype(np.int64) * 668265263) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((mixed ^ (mixed >> 16)) & 0xFFFF) / 65535


def _unit(vectors) -> np.ndarray:
    return vectors / np.sqrt((vectors**2).sum(0))


if __name__ == "__main__":
    from PIL import Image

    target = Path(__file__).resolve().parents[1] / "helpers" / "images" / "samples" / "street.png"
    Image.fromarray(street()).save(target, optimize=True)
    print(f"{target.name}: {target.stat().st_size // 1024} KB")
