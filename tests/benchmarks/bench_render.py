"""How fast does the studio draw?  python -m tests.benchmarks.bench_render [images a kind]

Prints the median CPU-ms an image by kind and size, against the goal, and how long both image sets would take.
"""

import sys
import time

import numpy as np

from data_scripts import render

GOALS = {150: 20, 300: 40}  # CPU-ms


def cpu_ms(kind, size, count):
    """The median image's time, each at its best of three: on a busy machine an image costs up to half more."""
    render.draw(kind, 0, 0, size)
    times = np.zeros((3, count))
    for turn in times:
        for index in range(count):
            started = time.process_time()
            render.draw(kind, 1, index, size)
            turn[index] = time.process_time() - started
    return 1000 * np.median(times.min(0))


def file_seconds(kind, size, count):
    """CPU-seconds a file, JPEG and all."""
    started = time.process_time()
    for index in range(count):
        render.jpeg(kind, 1, index, size)
    return (time.process_time() - started) / count


def main(count=40):
    for size, goal in GOALS.items():
        medians = {kind: cpu_ms(kind, size, count) for kind in render.KINDS}
        line = "  ".join(f"{kind} {ms:.1f}" for kind, ms in medians.items())
        print(f"{size} px: {line}  | all {np.median(list(medians.values())):.1f} CPU-ms, goal {goal}")
    horses = file_seconds("horse", 300, count) * 628 + file_seconds("human", 300, count) * 655
    pets = file_seconds("cat", None, count) * 1500 + file_seconds("dog", None, count) * 1500
    print(
        f"horses_or_humans {horses:.0f} CPU-s, cats_vs_dogs {pets:.0f} CPU-s: on two cores {(horses + pets) / 2:.0f} s, goal 180"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
