"""Pictures of every widget in a real JupyterLab, in two sizes of the window, light and dark: `make screenshots`.

They go into var/screenshots, to be looked at. (Needs Chromium.)
"""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data_scripts.errors import exit_code
from data_scripts.paths import CHECKOUT
from tools.browser import CURRENT, WHY_NOT, chromium, lab, open_notebook, run_all, wait_idle, write_notebook
from tools.notebooks import own_home

SIZES = [(1024, 700), (1400, 1000)]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SETUP = """import helpers
helpers.start("01")
import keras, numpy as np
from helpers import data, plots
from helpers.images.folders import ImageFolderReader
from helpers.models import architectures
from helpers.training import EpochSnapshots, LiveCurves
from helpers.widgets import *
keras.utils.set_random_seed(1)
(digits, labels), _ = data.arrays("mnist")
folder = data.image_folder("cats_vs_dogs")
train = ImageFolderReader(rescale=1 / 255).flow_from_directory(folder / "train", (48, 48), batch_size=64, class_mode="binary")
(images, classes), names = train[0], ["cat", "dog"]
snapshots, model, classes = EpochSnapshots(), architectures.cats_dogs(48), classes.astype(int)
gray = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.Flatten()])
bench = ExperimentBench("shown", architectures.digits_dense, {"hidden": [10, 50, 200], "epochs": [1, 5, 15]},
                        (digits[:2000] / 255, labels[:2000]), (digits[2000:2500] / 255, labels[2000:2500]))
for hidden in (10, 200):
    bench.run(hidden=hidden, epochs=5)"""
WIDGETS = {
    "live_curves": "model.fit(images, classes, epochs=5, validation_split=0.3, verbose=0, callbacks=[snapshots, LiveCurves()]);",
    "experiment_bench": "bench",
    "show_curves": "plots.show_curves({f'run {number}': {name: [value for _, value in points] for name, points in"
    " run.curves.items()} for number, run in enumerate(bench.runs, 1)})",
    "show_images": "plots.show_images(digits[:10], labels[:10]); plots.show_images(images[:5], names * 2 + names[:1])",
    "confusion_matrix": "plots.show_confusion_matrix(np.random.default_rng(1).poisson(2, (10, 10)) + np.eye(10, dtype=int) * 80,"
    " list('0123456789'))",
    "filter_explorer": "FilterExplorer()",
    "relu_playground": "ReluPlayground()",
    "softmax_playground": "SoftmaxPlayground()",
    "drawing_pad": "DrawingPad(lambda image: [0.05, 0.05, 0.6] + [0.3 / 7] * 7)",
    "downhill": "Downhill([1.0, 2.0], [3.0, 6.0])",
    "collector": "Collector('pictures', ['this', 'that'])",
    "cleaner": "Cleaner('pictures', keras.Sequential([keras.Input((160, 160, 3)), keras.layers.GlobalAveragePooling2D()]))",
    "live_camera": "LiveCamera(model, names)",
    "image_slider": "ImageSlider(digits[:100], labels[:100], list('0123456789'))",
    "threshold_slider": "ThresholdSlider(classes, np.clip(classes * 0.3 + np.random.default_rng(1).random(len(classes)) * 0.7, 0, 1), names)",
    "feature_map_grid": "FeatureMapGrid(gray, digits[:2] / 255, ['a', 'b'])",
    "activation_browser": "ActivationBrowser(model, images[0], names)",
    "epoch_scrubber": "EpochScrubber(snapshots, images[0], (images, classes), names)",
    "grad_cam": "GradCam(model, images[:6], classes[:6], names)",
    "augmentation_playground": "AugmentationPlayground()",
    "upload": "upload_and_predict(model, names)",
}


@contextlib.contextmanager
def widgets_page(cells: Sequence[str], *flags: str, scale: float = 1) -> Iterator[Any]:
    """Give a page with a notebook of these cells, run. flags: of the browser; scale: pixels of the screen for one of the page."""
    with own_home() as folder, chromium(*flags) as browser, lab(folder, COURSE_HOME=str(folder)) as server:
        write_notebook(folder / "widgets.ipynb", cells)
        page = browser.new_page(device_scale_factor=scale)
        open_notebook(page, server, "widgets.ipynb")
        run_all(page, timeout=600)
        yield page


def show_cell(page: Any, number: int, width: int, height: int) -> None:
    """Bring a cell to the top of a window of this size, and wait until it is shown."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(f"{CURRENT}.content.scrollToItem({number}, 'start')")
    wait_idle(page)
    page.wait_for_timeout(1000)


def take_widgets(target: Path) -> list[Path]:
    """Keep a picture of the window for every widget, size and theme as `target/<widget>_<width>_<theme>.png`."""
    target.mkdir(parents=True, exist_ok=True)
    made = []
    with widgets_page([SETUP, *WIDGETS.values()]) as page:
        for theme, label in THEMES.items():
            page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: '{label}'}})")
            for width, height in SIZES:
                for number, widget in enumerate(WIDGETS, 1):
                    show_cell(page, number, width, height)
                    made.append(target / f"{widget}_{width}_{theme}.png")
                    page.screenshot(path=made[-1])
    return made


def main() -> int:
    """Take the pictures of the widgets; return the exit code."""
    if WHY_NOT:
        print(WHY_NOT)
        return 1
    made = take_widgets(CHECKOUT / "var" / "screenshots")
    print(f"{len(made)} pictures in {made[0].parent.relative_to(CHECKOUT)}")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code(main))
