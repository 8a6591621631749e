"""Measure what the course's settings for memory save: `python -m tests.benchmarks.bench_allocation [--steps 20]`.

The network of lesson 07 takes steps of 32 images from a Python generator: with TensorFlow's and glibc's own settings, as the
course sets them, and with MALLOC_ARENA_MAX=1 too, as `make lab` does. CPU seconds of all threads, page faults, the peak of memory,
and how much is still held when the network is gone.
"""

import argparse
import json
import os
import subprocess
import sys

RUN = """
import gc, json, psutil, resource, sys, time
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
spent = time.process_time() - before
del model
keras.backend.clear_session()
gc.collect()
tensorflow_import.return_freed_memory()
held = psutil.Process().memory_info().rss / 1e9
print(json.dumps([spent, after.ru_minflt - faults, after.ru_maxrss / 1e6, held]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20)
    steps = str(parser.parse_args().steps)
    settings = {"as left": {"TF_ONEDNN_USE_SYSTEM_ALLOCATOR": "0"}, "kept": {}, "shared": {"MALLOC_ARENA_MAX": "1"}}
    results = {}
    for name, setting in settings.items():
        done = subprocess.run(
            [sys.executable, "-c", RUN, name, steps],
            env=os.environ | setting,
            capture_output=True,
            text=True,
            check=True,
        )
        results[name] = json.loads(done.stdout.splitlines()[-1])
        print(
            "{:8} {:6.1f} CPU s, {:9,} page faults, at most {:.2f} GB, {:.2f} at the end".format(name, *results[name])
        )
    ratio = results["shared"][0] / results["as left"][0]
    held = results["shared"][3] / results["as left"][3]
    print(f"with the course's settings: {ratio:.2f} times the CPU time, {held:.2f} times the memory at the end")
    return int(ratio > 1 or held > 1)


if __name__ == "__main__":
    sys.exit(main())
