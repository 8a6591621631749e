"""From a key press on a slider to five new images, in a real JupyterLab: `python -m tests.benchmarks.bench_playground`.

The augmentation playground: the kernel changes five images of 150 × 150, packs them into one JPEG, and the page shows it. Time
runs from the event's own time stamp until a frame with the new image has been handed to the screen. Exit code 1 when
the median is above 60 ms. Also measured: the kernel's share alone, in CPU time, which other programs do not change much; and
the same with the connection that JupyterLab has without the course's settings (helpers/server/connection.py).
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from helpers.widgets.augmentation_playground import AugmentationPlayground
from tests.benchmarks.bench_explorer import in_a_new_page
from tests.browser import SLIDER, WHY_NOT, chromium, lab

AT_MOST, PRESSES = 60.0, 33
JUPYTERS = "jupyter_server.services.kernels.connection.channels.ZMQChannelsWebsocketConnection"
CELLS = [
    "from helpers.widgets import AugmentationPlayground",
    "AugmentationPlayground(rotation_range=5, zoom_range=0.3, horizontal_flip=True)",
]
# Done when the page's image has another source, decoded.
REPLACED = """(done) => {
    const image = document.querySelector(".widget-image, .jupyter-widgets img");
    const before = image.src;
    const watcher = new MutationObserver(async () => {
        if (image.src === before) return;
        watcher.disconnect();
        await image.decode();
        done();
    });
    watcher.observe(image, { attributes: true });
}"""


def in_the_kernel(moves: int = 100) -> float:
    """CPU milliseconds of one move of a slider, without what sends it to the page."""
    playground = AugmentationPlayground(zoom_range=0.3, horizontal_flip=True)
    begin = time.process_time()
    for number in range(moves):
        playground.set(rotation_range=number % 90)
    return 1000 * (time.process_time() - begin) / moves


def in_the_page(connection: str = "") -> list[float]:
    """Milliseconds from each press of a key to the new images."""
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium() as browser,
        lab(Path(folder), connection=connection) as server,
    ):
        return in_a_new_page(browser, server, CELLS, SLIDER, REPLACED, PRESSES)


def main() -> int:
    print(f"in the kernel      {in_the_kernel():6.1f} CPU ms a move")
    if WHY_NOT:
        print(WHY_NOT)
        return 2
    usual, times = in_the_page(JUPYTERS), in_the_page()
    print(f"JupyterLab's way   {median(usual):6.1f} ms median; ours takes {median(times) / median(usual):.2f} of it")
    print(f"slider to images {median(times):6.1f} ms median, nine in ten below {quantiles(times, n=10)[-1]:.1f} ms")
    print(f"at most {AT_MOST:.0f} ms: {'yes' if median(times) <= AT_MOST else 'NO'}")
    return 0 if median(times) <= AT_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
