"""Measure features per second: `python -m tests.benchmarks.bench_pretrained [--count 256] [--rounds 3]`.

JPEG files → features of the pretrained network at 160 px, against the network's forward pass alone on images that are there
already; CPU seconds of all threads, and wall time. Nothing is taken from the cache. The files are made up: blurred noise.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

from helpers.models import pretrained
from tests.benchmarks.bench_reader import draw_images, measured

MOST = 1.15  # times the bare forward pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COURSE_HOME"] = folder
        files = sorted(draw_images(Path(folder) / "images", options.count).rglob("*.jpg"))
        batch = (
            np.random.default_rng(1).random((pretrained.BATCH, pretrained.SIZE, pretrained.SIZE, 3)).astype("float32")
        )
        forward = pretrained._forward(pretrained.SIZE)
        forward(batch)

        def bare() -> None:
            for _ in range(len(files) // len(batch)):
                np.asarray(forward(batch))

        def features() -> None:
            pretrained.CACHE._name = f"round-{np.random.random()}"
            pretrained.features(files)

        rounds = [(measured(bare, len(files)), measured(features, len(files))) for _ in range(options.rounds)]
    cpu = min(with_files[0] / alone[0] for alone, with_files in rounds)
    wall = min(with_files[1] / alone[1] for alone, with_files in rounds)
    speed = 1000 / min(with_files[1] for _, with_files in rounds)
    print(f"{speed:.0f} images a second; {cpu:.2f} times the CPU of the bare forward pass, {wall:.2f} times its time")
    return int(wall > MOST)


if __name__ == "__main__":
    sys.exit(main())
