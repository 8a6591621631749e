"""How long a look inside takes, for the 150 × 150 network: `python -m tests.benchmarks.bench_activations`.

All layers of one image after the first call, next to `predict` of a network with as many outputs, and Grad-CAM. CPU and wall
time, the best of several rounds. Exit code 1 when all layers take more than 15 ms.
"""

import sys
import time

import keras
import numpy as np

from helpers.models import grad_cam, layer_outputs
from helpers.models.architectures import cats_dogs

AT_MOST, ROUNDS, TIMES = 15.0, 8, 10


def milliseconds(call) -> tuple[float, float]:
    """Wall and CPU milliseconds of one call: the best of `ROUNDS` averages over `TIMES` calls."""
    call()
    best = []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(TIMES):
            call()
        best.append((1000 * (time.perf_counter() - wall) / TIMES, 1000 * (time.process_time() - cpu) / TIMES))
    return min(best)


def main() -> int:
    model = cats_dogs(dropout=True)
    image = np.random.default_rng(1).random((150, 150, 3), "float32")
    outputs = [layer.output for layer in model.layers]
    many = keras.Model(model.inputs[0], outputs)
    ways = {
        "layer_outputs": lambda: layer_outputs(model, image),
        "predict of 12 outputs": lambda: many.predict(image[None], verbose=0),
        "grad_cam": lambda: grad_cam(model, image),
    }
    times = {name: milliseconds(call) for name, call in ways.items()}
    for name, (wall, cpu) in times.items():
        print(f"{name:22} {wall:6.1f} ms, {cpu:6.1f} ms of CPU")
    ours = times["layer_outputs"][0]
    print(f"all {len(outputs)} layers in at most {AT_MOST:.0f} ms: {'yes' if ours <= AT_MOST else 'NO'}")
    return 0 if ours <= AT_MOST else 1


if __name__ == "__main__":
    sys.exit(main())
