"""Measure what `keep_freed_memory` saves while a network trains: `python -m tests.benchmarks.bench_allocation [--steps 20]`.

The network of lesson 07 takes steps of 32 images from a Python generator: with glibc's settings as TensorFlow leaves them, as the
course sets them, and with MALLOC_ARENA_MAX=1 too, as `make lab` does; CPU seconds of all threads, page faults and the peak of memory.
"""

import argparse
import json
import os
import subprocess
import sys

RUN = """
import json, resource, sys, time
from helpers import tensorflow_import
if sys.argv[1] == "as left":
    tensorflow_import.keep_freed_memory = lambda: None
tensorflow_import.tensorflow()
import keras, numpy as np
from helpers.models import architectures

class Batches(keras.utils.PyDataset):
    def __len__(self):
        return int(sys.argv[2])
    def __getitem__(self, number):
        return np.full((32, 150, 150, 3), 0.5, "float32"), np.zeros(32, "float32")

model = architectures.cats_dogs(150)
model.fit(Batches(), verbose=0)
before, faults = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_minflt
model.fit(Batches(), verbose=0)
after = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([time.process_time() - before, after.ru_minflt - faults, after.ru_maxrss / 1e6]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20)
    steps = str(parser.parse_args().steps)
    results = {}
    for name, setting in (("as left", {}), ("kept", {}), ("shared", {"MALLOC_ARENA_MAX": "1"})):
        done = subprocess.run(
            [sys.executable, "-c", RUN, name, steps],
            env=os.environ | setting,
            capture_output=True,
            text=True,
            check=True,
        )
        results[name] = json.loads(done.stdout.splitlines()[-1])
        print("{:8} {:6.1f} CPU s, {:9,} page faults, at most {:.2f} GB".format(name, *results[name]))
    ratio = results["shared"][0] / results["as left"][0]
    print(f"freed memory kept and shared: {ratio:.2f} times the CPU time")
    return int(ratio > 1)


if __name__ == "__main__":
    sys.exit(main())
