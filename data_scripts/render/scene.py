"""One image: a setting (place, light, camera height, lens, film) and a figure put into it.

The setting is sampled from a random stream of its own and in the same way for every kind of figure: an image without its
figure says nothing about the class. The figure cannot move the horizon; the camera is tilted until it fits the setting.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from data_scripts.render import cat, dog, horse, human
from data_scripts.render.backgrounds import draw_place
from data_scripts.render.colors import F, texture
from data_scripts.render.engine import Camera, render
from data_scripts.render.foreground import draw_foreground
from data_scripts.render.light import Light, ground_shadow
from data_scripts.render.mesh import Figure, vec

KINDS = ("horse", "human", "cat", "dog", "rider")
FIGURES = {"horse": horse.build, "human": human.build, "cat": cat.build, "dog": dog.build, "rider": human.rider}


@dataclass
class Setting:
    """Everything about an image but its figure. Fractions are of the image's height, angles radians."""

    horizon: float
    indoors: bool
    blur: float  # of the place behind, in pixels of a 150-pixel image
    distance: float  # of the camera, in lengths of the figure
    zoom: float  # share of the image that the figure fills
    place: tuple[float, float]  # where the spare room goes, 0..1 to the right and down
    sun_side: float  # from the camera's direction
    sun_height: float
    shadow: float


def random_stream(kind: str, seed: int, index: int, part: int) -> np.random.Generator:
    """Return a random stream of one image; each part of an image has its own. ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"no such kind: {kind!r}; there are {', '.join(KINDS)}")
    return np.random.default_rng([seed, KINDS.index(kind), index, part])


def random_setting(rng: np.random.Generator) -> Setting:
    """Return a setting, distributed in the same way for every kind of figure."""
    from_above = rng.random() < 0.12
    return Setting(
        horizon=rng.uniform(-0.5, 0.0) if from_above else rng.uniform(0.12, 0.6),
        indoors=rng.random() < 0.28,
        blur=max(0.0, rng.uniform(-0.1, 2.4)),
        distance=rng.uniform(2.6, 5.0),
        zoom=rng.uniform(0.80, 1.05),
        place=tuple(rng.uniform(0.1, 0.9, 2)),
        sun_side=rng.uniform(-1.6, 1.6),
        sun_height=rng.uniform(0.4, 1.3),
        shadow=rng.uniform(0.35, 0.65),
    )


def random_light(rng: np.random.Generator, setting: Setting, yaw: float) -> Light:
    """Return the light on a figure that is seen from the side `yaw`."""
    azimuth, height = yaw + setting.sun_side, setting.sun_height
    direction = vec(np.cos(height) * np.cos(azimuth), np.cos(height) * np.sin(azimuth), np.sin(height))
    warm, strength = rng.uniform(-1, 1), rng.uniform(0.75, 1.02)
    direct = rng.uniform(0.3, 0.65) if setting.indoors else rng.uniform(0.35, 0.85)  # share of direct light
    return Light(
        direction=direction,
        sun=vec(1 + 0.09 * warm, 1, 1 - 0.13 * warm) * F(strength * direct * 1.1),
        sky=vec(0.95, 0.98, 1.05) * F(strength * (1.12 - direct * 0.75)),
        ground=vec(0.66, 0.62, 0.55) * F(strength * (1.05 - direct * 0.6)),
        soft=rng.uniform(0.4, 1.0) if setting.indoors else rng.uniform(0, 0.4),
    )


def fit_camera(figure: Figure, setting: Setting, floor: float, width: int, height: int) -> Camera:
    """Fit the figure into the setting: its size and place, its feet below `floor`, and the horizon where it is."""
    points = figure.mesh.vertices()[::5] if figure.frame is None else np.asarray(figure.frame, F)
    low, high = points.min(0), points.max(0)
    target, length = (low + high) / 2, float((high - low).max())
    horizon = setting.horizon * height
    pitch = 0.05
    for _ in range(4):
        camera = Camera(figure.yaw, pitch, length * setting.distance, target)
        box = camera.project(points)
        left, top = box.min(0)
        right, bottom = box.max(0)
        scale = setting.zoom * min(width / (right - left), height / (bottom - top))
        spare = np.maximum((width - (right - left) * scale, height - (bottom - top) * scale), 0)
        x, y = spare * setting.place
        if figure.frame is None:
            y = min(max(y, floor + 0.06 * height - (bottom - top) * scale), spare[1])
        center = (x - left * scale, y - top * scale)
        pitch = float(np.arctan((center[1] - horizon) / (scale * length * setting.distance)))
    return Camera(figure.yaw, pitch, length * setting.distance, target, scale, center)


def draw(kind: str, seed: int, index: int, size: int | tuple[int, int] = 300, figure: bool = True) -> np.ndarray:
    """Image `index` of a kind: (H, W, 3) uint8. `size` is one number or (width, height), at least 32.

    It depends on (seed, kind, index, size) alone: the same in any order and any process. `figure=False` leaves the
    figure and its shadow away and changes nothing else. Raises ValueError for an unknown kind or a size too small.
    """
    width, height = size if isinstance(size, tuple) else (size, size)
    if min(width, height) < 32:
        raise ValueError(f"images are at least 32 pixels wide and high, not {width} x {height}")
    streams = [random_stream(kind, seed, index, part) for part in range(4)]
    setting = random_setting(streams[0])
    image, floor = _place(streams[1], setting, width, height)
    light_stream = streams[2]
    if figure:
        model = FIGURES[kind](streams[3], detail=1.0 if max(width, height) <= 180 else 1.15)
        light = random_light(light_stream, setting, model.yaw)
        camera = fit_camera(model, setting, floor, width, height)
        image *= 1 - ground_shadow(model.mesh.vertices(), camera, light, width, height) * F(setting.shadow)
        rgb, mask, part = render(model.mesh, camera, light, width, height)
        image[part] = image[part] * (1 - mask) + rgb
    else:
        light = random_light(light_stream, setting, 0.0)
    image = draw_foreground(streams[1], image, setting.indoors)
    return _film(streams[2], image)


def _place(rng: np.random.Generator, setting: Setting, width: int, height: int) -> tuple:
    """Draw the place behind, at about 160 pixels, blurred, enlarged; its ground gets fine grain."""
    part = min(1.0, 160 / max(width, height))
    w, h = round(width * part), round(height * part)
    image, floor = draw_place(rng, w, h, setting.horizon * h, setting.indoors)
    flat = Image.fromarray((np.clip(image, 0, 1) * 255).astype(np.uint8))
    if setting.blur > 0.3:
        flat = flat.filter(ImageFilter.GaussianBlur(setting.blur * max(w, h) / 150))
    if part < 1:
        flat = flat.resize((width, height), Image.Resampling.BICUBIC)
    image, floor = np.asarray(flat, F) * F(1 / 255), floor / part
    start = int(np.clip(floor, 0, height))
    image[start:] *= 1 + F(0.04) * texture(rng, 0, width, height - start)[..., None]
    return image, floor


def _film(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Add what a camera adds: exposure, contrast, white balance, saturation, a little noise; → uint8."""
    contrast = rng.uniform(0.85, 1.2)
    balance = contrast * rng.uniform(0.96, 1.04, 3)
    offset = 0.25 - 0.25 * contrast + rng.uniform(-0.02, 0.06)
    saturation = F(rng.uniform(0.65, 1.15))
    mixed = np.eye(3) * saturation + (1 - saturation) / 3
    image = image @ (mixed * balance * 255).astype(F)
    image += F(offset * 255)
    image += rng.standard_normal((*image.shape[:2], 1), dtype=F) * F(255 * rng.uniform(0.004, 0.022))
    return np.clip(image, 0, 255).astype(np.uint8)
