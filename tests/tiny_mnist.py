"""Small made-up data sets in MNIST's form, for the tests of the data.

PYTEST_DONT_REWRITE: a plugin for its fixtures, also imported by name, which pytest otherwise warns of.
"""

import gzip
from pathlib import Path

import numpy as np
import pytest

from data_scripts import __main__ as cli
from data_scripts import mnist, mnist_files
from data_scripts.mnist_files import IMAGES, LABELS, MnistSet, Part, Splits, idx_checksum, idx_header

COUNTS = {"official": {"train": 60, "test": 20}, "offline": {"train": 20, "test": 8}}


def images(seed: int = 0) -> Splits:
    """All of a made-up official set."""
    rng = np.random.default_rng(seed)
    return {
        split: (rng.integers(0, 256, (n, 28, 28), np.uint8), rng.integers(0, 10, n, np.uint8))
        for split, n in COUNTS["official"].items()
    }


def first(splits: Splits, source: str) -> Splits:
    return {split: (splits[split][0][:n], splits[split][1][:n]) for split, n in COUNTS[source].items()}


def described(splits: Splits, name: str = "mnist") -> MnistSet:
    """What would be known of it, had it been published."""
    parts = {
        source: {
            split: Part(len(labels), idx_checksum(pixels), idx_checksum(labels))
            for split, (pixels, labels) in first(splits, source).items()
        }
        for source in COUNTS
    }
    return MnistSet(name, f"Tiny-{name}", parts)


def publish(splits: Splits, folder: Path, ending: str = ".gz", old_names: bool = False) -> Path:
    """Write the four files as they are published, gzipped or (ending "") not."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, arrays in splits.items():
        for array, name in zip(arrays, (IMAGES[split], LABELS[split]), strict=True):
            content = idx_header(array.shape) + array.tobytes()
            spelling = name.replace("-idx", ".idx") if old_names else name
            (folder / (spelling + ending)).write_bytes(gzip.compress(content, mtime=0) if ending else content)
    return folder


def same(found: Splits, expected: Splits) -> bool:
    return list(found) == list(expected) and all(
        np.array_equal(found[split][i], expected[split][i]) for split in found for i in (0, 1)
    )


def run(capsys, *words) -> tuple[int, str, str]:
    """A command of `python -m data_scripts` in this process: exit code, stdout, stderr."""
    code = cli.main([str(word) for word in words])
    return code, *capsys.readouterr()


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    """An empty COURSE_HOME."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COURSE_SOURCE", raising=False)
    return tmp_path / "home"


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A made-up MNIST of 60 + 20 images; its files are in tmp_path/published, its sample in tmp_path/samples."""
    splits = images()
    monkeypatch.setitem(mnist_files.SETS, "mnist", described(splits))
    monkeypatch.setattr(mnist, "SAMPLES", tmp_path / "samples")
    monkeypatch.setattr(mnist, "AT_ONCE", 7)  # several blocks, the last one not full
    publish(splits, tmp_path / "published")
    mnist.write_prepared("mnist", first(splits, "offline"), tmp_path / "samples/mnist")
    return splits
