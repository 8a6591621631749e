"""What a training costs with the variables of `memory.frugal` and without: `python -m tests.benchmarks.bench_memory`.

Lesson 07's network, 150 px, batches of 128 made-up pictures, each way in a process of its own, in turns. GB are 1e9 bytes.
"""

import argparse
import json
import os
import subprocess
import sys
import time

from data_scripts.home import CHECKOUT
from helpers import memory

GOALS = {"peak": 2.0, "seconds": 1.6}  # GB with the variables; how many times as long


def train(epochs: int = 3, pictures: int = 1024) -> dict[str, float]:
    """Trains here: the seconds of the quickest epoch, its processor seconds, and memory in GB at most and after it."""
    from helpers import quiet

    quiet.tensorflow()
    import keras
    import numpy as np
    import psutil

    from helpers.picture_networks import cats_dogs

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return pictures // 128

        def __getitem__(self, index):
            rng = np.random.default_rng(index)
            return rng.random((128, 150, 150, 3), "float32"), np.arange(128) % 2

    model, best = cats_dogs(150), {}
    for _ in range(epochs):
        begin, work = time.perf_counter(), time.process_time()
        model.fit(Batches(), verbose=0)
        found = {"seconds": time.perf_counter() - begin, "cpu_seconds": time.process_time() - work}
        best = min(best or found, found, key=lambda one: one["seconds"])
    left = psutil.Process().memory_info().rss / 1e9
    return best | {"peak": memory.peak(), "left": left}


def apart(variables: dict[str, str], **how) -> dict[str, float]:
    """`train(**how)` in a process of its own, with these variables in its environment."""
    code = f"import json; from tests.benchmarks.bench_memory import train; print(json.dumps(train(**{how})))"
    words = [sys.executable, "-c", code]
    done = subprocess.run(
        words, cwd=CHECKOUT, env=os.environ | variables, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_memory", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    rounds = parser.parse_args().rounds
    if not memory.frugal():
        print("There are no such variables for this system.")
        return 0
    ways = {"as ever": {}, "frugal": memory.frugal()}
    found = {name: [] for name in ways}
    for name in list(ways) * rounds:
        found[name].append(apart(ways[name]))
    best = {name: {what: min(one[what] for one in all_) for what in all_[0]} for name, all_ in found.items()}
    for name, one in best.items():
        print(f"{name:8} {one['peak']:.2f} GB at most, {one['left']:.2f} GB left, ", end="")
        print(f"an epoch of {one['seconds']:.1f} s, {one['cpu_seconds']:.1f} processor seconds")
    longer = best["frugal"]["seconds"] / best["as ever"]["seconds"]
    reached = best["frugal"]["peak"] <= GOALS["peak"] and longer <= GOALS["seconds"]
    print(
        f"{longer:.2f} times as long (at most {GOALS['seconds']}), at most {GOALS['peak']} GB: {'yes' if reached else 'no'}"
    )
    return int(not reached)


if __name__ == "__main__":
    sys.exit(main())
