"""What a step of 128 images costs as one batch and in pieces: `python -m tests.benchmarks.bench_memory`.

Lesson 07's network, 150 px, made-up images, each way in a process of its own, in turns. GB are 1e9 bytes.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

from data_scripts.paths import CHECKOUT

PIECES = (1, 4)
GOALS = {"memory": 0.75, "seconds": 1.25}  # of four pieces, in parts of what one batch takes


def train(pieces: int, epochs: int = 3, images: int = 1024) -> dict[str, float]:
    """Trains here: the seconds of the quickest epoch, its processor seconds, and the most memory in GB."""
    from helpers import tensorflow_import

    tensorflow_import.tensorflow()
    import keras
    import numpy as np

    from helpers.models.architectures import cats_dogs

    batch = 128 // pieces

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return images // batch

        def __getitem__(self, index):
            rng = np.random.default_rng(index)
            return rng.random((batch, 150, 150, 3), "float32"), np.arange(batch) % 2

    model, best = cats_dogs(150, gradient_accumulation_steps=pieces), {}
    for _ in range(epochs):
        begin, work = time.perf_counter(), time.process_time()
        model.fit(Batches(), verbose=0)
        found = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - work}
        best = min(best or found, found, key=lambda one: one["seconds"])
    return best | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9}  # Linux counts in KiB


def apart(**how) -> dict[str, float]:
    """`train(**how)` in a process of its own."""
    code = f"import json; from tests.benchmarks.bench_memory import train; print(json.dumps(train(**{how})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_memory", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    found = {pieces: [] for pieces in PIECES}
    for pieces in PIECES * parser.parse_args().rounds:
        found[pieces].append(apart(pieces=pieces))
    best = {pieces: {what: min(one[what] for one in all_) for what in all_[0]} for pieces, all_ in found.items()}
    for pieces, one in best.items():
        print(f"{pieces} × {128 // pieces:3} images a step: at most {one['peak']:.2f} GB, ", end="")
        print(f"an epoch of {one['seconds']:.1f} s, {one['cpu_seconds']:.1f} processor seconds")
    whole, parts = (best[pieces] for pieces in PIECES)
    less, longer = parts["peak"] / whole["peak"], parts["seconds"] / whole["seconds"]
    print(
        f"in pieces: {less:.2f} × the memory (goal {GOALS['memory']}), {longer:.2f} × as long (goal {GOALS['seconds']})"
    )
    return int(less > GOALS["memory"] or longer > GOALS["seconds"])


if __name__ == "__main__":
    sys.exit(main())
