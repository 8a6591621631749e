"""From a key press to the new image inside a network, in a real JupyterLab: `python -m tests.benchmarks.bench_inside_widgets`.

The activation browser of the 150 × 150 network (another channel; another layer) and the epoch scrubber. Time runs from the
event's own time stamp until a frame with the new image has been handed to the screen. Exit code 1 when a median is
above its limit: 16 ms for the browser, 50 ms for the scrubber.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.bench_explorer import CLOCK
from tests.browser import WHY_NOT, chromium, lab, open_notebook, run_all, write_notebook

PRESSES = 40
CELLS = [
    'import helpers\nhelpers.start("09")',
    """import numpy as np
from helpers.models.architectures import cats_dogs
from helpers.training.snapshots import EpochSnapshots
from helpers.widgets import ActivationBrowser, EpochScrubber
model, snapshots = cats_dogs(dropout=True), EpochSnapshots()
images = np.random.default_rng(1).random((4, 150, 150, 3), "float32")
model.fit(images, np.array([0, 1, 0, 1]), epochs=4, verbose=0, callbacks=[snapshots]);""",
    "ActivationBrowser(model, images[0])",
    "scrubber = EpochScrubber(snapshots, images[0], (images, np.array([0, 1, 0, 1])))\nscrubber.step = 0\nscrubber",
]
PAINTED = """(done) => {
    const pen = document.querySelectorAll("CANVAS")[0].pen;
    for (const draw of ["putImageData", "drawImage"])
        pen[draw] = (...all) => { delete pen.putImageData; delete pen.drawImage; pen[draw](...all); done(); };
}"""
LARGE, FILTERS = ".lts-browser figure:nth-child(2) canvas", ".lts-maps canvas"
WAYS = {  # name: (what has the focus, two keys in turn, what is painted, limit in milliseconds)
    "another channel": (".lts-browser figure:nth-child(1) canvas", ("ArrowRight", "ArrowLeft"), LARGE, 16.0),
    "another layer": (".lts-browser figure:nth-child(1) canvas", ("PageDown", "PageUp"), LARGE, 16.0),
    "another epoch": ('.lts-drive input[aria-label="Epoch"]', ("ArrowRight", "ArrowLeft"), FILTERS, 50.0),
}


def milliseconds(page, control: str, keys: tuple[str, str], canvas: str) -> list[float]:
    """What each of `PRESSES` key presses took, the first four (compiling, warming up) left out."""
    page.evaluate(f"({CLOCK})({PAINTED.replace('CANVAS', canvas)})")
    page.locator(control).first.focus()
    for number in range(PRESSES + 4):
        page.keyboard.press(keys[number % 2])
        page.wait_for_function(f"window.times.length > {number}")
        page.wait_for_timeout(37)  # no whole number of frames: presses come at any moment of a frame
    return page.evaluate("window.times")[4:]


def main() -> int:
    if WHY_NOT:
        print(WHY_NOT)
        return 2
    slow = False
    with tempfile.TemporaryDirectory() as folder, chromium() as browser, lab(Path(folder)) as server:
        write_notebook(Path(folder) / "bench.ipynb", CELLS)
        for name, (control, keys, canvas, limit) in WAYS.items():
            page = browser.new_page(viewport={"width": 1280, "height": 1300})
            open_notebook(page, server, "bench.ipynb")
            run_all(page, timeout=300)
            page.wait_for_selector(control)
            page.wait_for_timeout(1000)
            times = milliseconds(page, control, keys, canvas)
            page.close()
            middle = median(times)
            slow |= middle > limit
            print(f"{name:16} median {middle:5.1f} ms, nine in ten below {quantiles(times, n=10)[-1]:5.1f} ms", end="")
            print(f"; at most {limit:.0f} ms: {'yes' if middle <= limit else 'NO'}")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
