"""The README's pictures, taken in a real JupyterLab with the networks that ship: `make pictures` (needs Chromium).

One is an animation of the drawing pad; the others show a widget of a lesson each, all of one size, in docs/.
"""

import io
import sys
import tempfile
from collections.abc import Iterator
from math import cos, sin
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from data_scripts.errors import exit_code
from data_scripts.paths import CHECKOUT
from helpers.images.own_samples import sample_folder
from tools.browser import FAKE_CAMERA, WHY_NOT
from tools.screenshots import show_cell, widgets_page

DOCS = CHECKOUT / "docs"
HEIGHT = 1600
SIZE = (1200, 780)  # pixels of a picture; the window is photographed at twice its size first
SETUP = """import helpers
helpers.start("12")
import keras, numpy as np
from keras import layers
from helpers import data
from helpers.images.folders import ImageFolderReader
from helpers.images.own_images import OwnImages
from helpers.images.own_samples import sample_folder
from helpers.models import architectures, pretrained, shipped_weights, top_patches, upload_tasks
from helpers.widgets import *
keras.utils.set_random_seed(1)
(digits, labels), _ = data.arrays("mnist")
reader = architectures.digits_dense(50)
reader.fit(digits / 255, labels, epochs=12, batch_size=100, verbose=0)
cats_dogs, _ = shipped_weights.load("cats_vs_dogs", "both", always=True)
plain = ImageFolderReader(rescale=1 / 255)
where = data.image_folder("cats_vs_dogs") / "validation"
images, classes = plain.flow_from_directory(where, (150, 150), batch_size=1000, class_mode="binary", seed=1)[0]
answers, classes, names = cats_dogs.predict(images, verbose=0)[:, 0], classes.astype(int), ["cat", "dog"]
cat = images[np.argmin(np.where(classes == 0, answers, 1))]
task = upload_tasks.load("horses_or_humans")
horses_humans, _ = shipped_weights.load("horses_or_humans", "upload_small", always=True)
own = OwnImages(sample_folder()).load(size=pretrained.SIZE)
features = pretrained.features(own.images)
standardize = layers.Normalization()
standardize.adapt(features)
head = keras.Sequential([keras.Input(features.shape[1:]), standardize, layers.Dense(4, activation="softmax")])
head.compile("adam", "sparse_categorical_crossentropy")
head.fit(features, own.labels, epochs=30, verbose=0)"""
# Picture: the cell that makes the widget, where the widget is on the page, and the width of the window.
OUTPUT = ".jp-OutputArea-output"
WIDGETS = {
    "drawing": ("DrawingPad(reader)", "[role=group][aria-label='Draw a digit']", 860),
    "lesson_03": ("FilterExplorer()", ".lts-explorer", 1100),
    "lesson_07": ("ThresholdSlider(classes, answers, names)", f"{OUTPUT}:has(svg[aria-label^='probabilities'])", 800),
    "lesson_08": (
        "AugmentationPlayground(rotation_range=30, zoom_range=0.3, width_shift_range=0.1, brightness=0.2, horizontal_flip=True)",
        f"{OUTPUT}:has(button:text('New samples'))",
        900,
    ),
    "lesson_09": (
        "ActivationBrowser(cats_dogs, cat, names, channel=3, patches=top_patches(cats_dogs, images[:400]))",
        ".lts-inside:has(.lts-strip)",
        1160,
    ),
    "lesson_10": (
        "upload_and_predict(horses_humans, task.class_names, samples=task.samples)",
        f"{OUTPUT}:has(.lts-answers)",
        1100,
    ),
    "lesson_12": (
        "LiveCamera(keras.Sequential([pretrained.base(), head]), own.class_names)",
        f"{OUTPUT}:has(button:text('Turn the camera'))",
        980,
    ),
}
# What to press first.
PRESSED = {"lesson_09": "input[aria-label^='conv2d_1']", "lesson_12": "button:text('Turn the camera on')"}
# The strokes of two digits, in shares of the pad.
THREE = [(0.46 + 0.18 * cos(a), 0.33 + 0.15 * sin(a)) for a in (-2.6, -2.1, -1.6, -1.1, -0.5, 0.1, 0.7, 1.5)]
THREE += [(0.46 + 0.21 * cos(a), 0.66 + 0.18 * sin(a)) for a in (-1.3, -0.8, -0.3, 0.3, 0.9, 1.5, 2.1, 2.7)]
SEVEN = [(0.28, 0.22), (0.48, 0.22), (0.7, 0.21), (0.6, 0.4), (0.52, 0.6), (0.46, 0.82)]


def draw(page: Any, pad: Any, points: list[tuple[float, float]]) -> Iterator[Image.Image]:
    """Draw a stroke and give a picture of the pad after each point, and six of the end, to be looked at."""
    canvas = pad.locator("canvas").first.bounding_box()
    spots = [(canvas["x"] + x * canvas["width"], canvas["y"] + y * canvas["height"]) for x, y in points]
    page.mouse.move(*spots[0])
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*spot, steps=6)
        page.wait_for_timeout(250)
        yield photograph(pad)
    page.mouse.up()
    page.wait_for_timeout(500)
    yield from [photograph(pad)] * 6


def photograph(widget: Any) -> Image.Image:
    """Return what a widget shows."""
    return Image.open(io.BytesIO(widget.screenshot())).convert("RGB")


def animation(page: Any, pad: Any) -> list[Image.Image]:
    """Return the pictures of two digits that are drawn one after the other."""
    frames = [photograph(pad)]
    for points in (THREE, SEVEN):
        frames += draw(page, pad, points)
        pad.get_by_role("button", name="Clear").click()
        page.wait_for_timeout(300)
    return frames


def save(image: Image.Image, file: Path) -> None:
    """Keep a picture in the README's size, in 256 colors: they are enough, in a third of the bytes."""
    even = ImageOps.pad(image, SIZE, Image.Resampling.LANCZOS, color="white")
    even.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def save_animation(frames: list[Image.Image], file: Path) -> None:
    """Keep pictures as a GIF that goes on for ever. They share 64 colors, so that only what changes has to be kept."""
    small = [ImageOps.contain(frame, (900, 900)) for frame in frames]
    palette = small[len(small) // 2].quantize(64)
    shown = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    shown[0].save(file, save_all=True, append_images=shown[1:], duration=250, loop=0, optimize=True)


def main() -> int:
    """Take all pictures; return the exit code."""
    if WHY_NOT:
        print(WHY_NOT)
        return 1
    camera = next(sample_folder().glob("horse/*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "camera.mjpeg"
        film.write_bytes(camera.read_bytes() * 2)
        flags = (*FAKE_CAMERA, f"--use-file-for-fake-video-capture={film}")
        with widgets_page([SETUP, *(cell for cell, *_ in WIDGETS.values())], *flags, scale=2) as page:
            for number, (name, (_, place, width)) in enumerate(WIDGETS.items(), 1):
                show_cell(page, number, width, HEIGHT)
                widget = page.locator(place).last
                if name == "drawing":
                    save_animation(animation(page, widget), DOCS / f"{name}.gif")
                    continue
                if name in PRESSED:
                    widget.locator(PRESSED[name]).click()
                    page.wait_for_timeout(10_000)
                save(photograph(widget), DOCS / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))
