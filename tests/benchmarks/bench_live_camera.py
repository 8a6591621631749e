"""Images per second of the live camera, kernel round trip included: `python -m tests.benchmarks.bench_live_camera`.

Lesson 11's borrowed network with a head for three classes at 160 px, in a real JupyterLab with Chromium's made-up camera. In the same
run the network alone is timed, one image after the other; what is shown is how much of its speed is left. Exit code 1 below
8 images a second or below a third of the network's own speed.
"""

import sys
import tempfile
from pathlib import Path

from tests.browser import FAKE_CAMERA, WHY_NOT, notebook, run_code

AT_LEAST, SHARE, SECONDS = 8.0, 1 / 3, 8
CELLS = [
    """import helpers
helpers.start("12")
import time, keras, numpy as np
from helpers.models import pretrained
from helpers.widgets import LiveCamera
network = keras.Sequential([pretrained.base(), keras.layers.Dense(3, "softmax")])
live = LiveCamera(network, ["rock", "paper", "scissors"])
live""",
]
ALONE = """pixels = np.random.default_rng(0).random((1, 160, 160, 3), "float32")
for _ in range(5): live._network(pixels)
begin = time.perf_counter()
for _ in range(40): np.asarray(live._network(pixels))
print(40 / (time.perf_counter() - begin))"""


def main() -> int:
    """Print both speeds and their ratio; return 1 if the camera's is too low."""
    if WHY_NOT:
        print(WHY_NOT)
        return 1
    with tempfile.TemporaryDirectory() as folder, notebook(Path(folder), CELLS, *FAKE_CAMERA) as page:
        alone = float(run_code(page, ALONE))
        page.get_by_role("button", name="Turn the camera on").click()
        page.wait_for_function("/[1-9]\\d* images per second/.test(document.querySelector('.lts-live').innerText)")
        before = int(run_code(page, "print(live.answers)"))
        page.wait_for_timeout(1000 * SECONDS)
        live = (int(run_code(page, "print(live.answers)")) - before) / SECONDS
    print(f"network alone {alone:.1f} images per second, live camera {live:.1f}: {live / alone:.0%} of it")
    return int(live < AT_LEAST or live < SHARE * alone)


if __name__ == "__main__":
    sys.exit(main())
