"""Small made-up data sets in MNIST's form, for the tests of the data.

PYTEST_DONT_REWRITE: a plugin for its fixtures, also imported by name, which pytest otherwise warns of.
"""

import gzip
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from data_scripts import __main__ as cli
from data_scripts import idx, mnist_checksums, mnist_sample, tfds_folder

COUNTS = {"official": {"train": 60, "test": 20}, "offline": {"train": 20, "test": 8}}


def images(seed: int = 0) -> tfds_folder.Splits:
    """All of a made-up official set."""
    rng = np.random.default_rng(seed)
    return {
        split: (rng.integers(0, 256, (n, 28, 28), np.uint8), rng.integers(0, 10, n, np.uint8))
        for split, n in COUNTS["official"].items()
    }


def described(splits: tfds_folder.Splits, name: str = "mnist") -> mnist_checksums.DigitSet:
    """What would be known of it, had it been published."""

    def checksum(array) -> str:
        return sha256(idx.pack(array)).hexdigest()

    parts = {
        source: {
            split: mnist_checksums.Part(n, checksum(splits[split][0][:n]), checksum(splits[split][1][:n]))
            for split, n in counts.items()
        }
        for source, counts in COUNTS.items()
    }
    return mnist_checksums.DigitSet(name, f"Tiny-{name}", tuple("0123456789"), parts)


def publish(splits: tfds_folder.Splits, folder: Path, ending: str = ".gz", old_names: bool = False) -> Path:
    """Write the four files as they are published, gzipped or (ending "") not."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, arrays in splits.items():
        for array, name in zip(arrays, (mnist_checksums.IMAGES[split], mnist_checksums.LABELS[split]), strict=True):
            data = gzip.compress(idx.pack(array), mtime=0) if ending == ".gz" else idx.pack(array)
            (folder / ((name.replace("-idx", ".idx") if old_names else name) + ending)).write_bytes(data)
    return folder


def install(folder: Path, seed: int = 0) -> tfds_folder.Splits:
    """Put a made-up set in the place of MNIST, in this process: its files in folder/published, its sample."""
    splits = images(seed)
    mnist_checksums.SETS["mnist"] = described(splits)
    mnist_sample.SAMPLES = folder / "samples"
    publish(splits, folder / "published")
    mnist_sample.make(mnist_checksums.SETS["mnist"], folder / "published", mnist_sample.SAMPLES)
    tfds_folder.AT_ONCE = 7  # several blocks, the last one not full
    return splits


def same(found: tfds_folder.Splits, expected: tfds_folder.Splits, counts: dict[str, int]) -> bool:
    """True when `found` is the first images and labels of `expected`, so many of each split."""
    return list(found) == list(counts) and all(
        np.array_equal(found[split][i], expected[split][i][:n]) for split, n in counts.items() for i in (0, 1)
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
    """A made-up MNIST of 60 + 20 images; its files are in tmp_path/published."""
    monkeypatch.setattr(mnist_sample, "SAMPLES", mnist_sample.SAMPLES)
    monkeypatch.setattr(tfds_folder, "AT_ONCE", tfds_folder.AT_ONCE)
    monkeypatch.setitem(mnist_checksums.SETS, "mnist", mnist_checksums.SETS["mnist"])
    return install(tmp_path)
