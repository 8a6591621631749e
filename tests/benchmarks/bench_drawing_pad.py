"""From a stroke to the bars, in a real JupyterLab: `python -m tests.benchmarks.bench_drawing_pad`.

The drawing pad with a convolutional network, plain and with the evidence of each pixel. Time runs from the event's own time stamp
until a frame with what the network sees and its bars has been handed to the screen. The first edition's step in the same run: the
same network asked by `predict`, in the kernel alone. Exit code 1 when a median is above 50 ms, or above that step.
"""

import json
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.bench_explorer import CLOCK
from tests.browser import WHY_NOT, notebook, run_code

AT_MOST, PRESSES = 50.0, 36
CELLS = [
    """import json, time
import numpy as np
from helpers.models.architectures import clothes_convolutional
from helpers.widgets import DrawingPad
network = clothes_convolutional(filters=16)""",
    "pad = DrawingPad(network)\npad",
]
PREDICT = """def step():
    start = time.perf_counter()
    network.predict(np.random.rand(1, 28, 28, 1), verbose=0)
    return 1000 * (time.perf_counter() - start)
print(json.dumps([step() for _ in range(12)][2:]))"""
PAINTED = """(done) => document.querySelector(".lts-seen").addEventListener("load", done, { once: true })"""
WAY = 11 * ["ArrowRight"] + 11 * ["ArrowDown"] + 22 * ["ArrowLeft"]  # each press adds ink


def main() -> int:
    if WHY_NOT:
        print(WHY_NOT)
        return 2
    with tempfile.TemporaryDirectory() as folder, notebook(Path(folder), CELLS, size=(1280, 1000)) as page:
        slow, before = False, median(json.loads(run_code(page, PREDICT)))
        for name, explains in {"bars": False, "bars and evidence": True}.items():
            run_code(page, f"pad.load(np.zeros((28, 28), 'uint8')); pad.explains = {explains}")
            page.get_by_label("Drawing pad").press("Space")
            page.wait_for_timeout(1000)
            page.evaluate(f"({CLOCK})({PAINTED})")
            for number, key in enumerate(WAY[: PRESSES + 4]):
                page.keyboard.press(key)
                page.wait_for_function(f"window.times.length > {number}")
                page.wait_for_timeout(37)
            page.get_by_label("Drawing pad").press("Space")
            times = page.evaluate("window.times")[4 : PRESSES + 4]
            middle = median(times)
            slow |= middle > min(AT_MOST, before)
            print(f"{name:18} median {middle:5.1f} ms, nine in ten below {quantiles(times, n=10)[-1]:5.1f} ms", end="")
            print(f"; {middle / before:.2f} of one predict ({before:.0f} ms); at most {AT_MOST:.0f} ms")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
