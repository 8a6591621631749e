"""The samples that ship with the course: the first 20,000 + 4,000 images, in the official order."""

import lzma
import os
from pathlib import Path

from data_scripts import idx, mnist_official
from data_scripts.errors import as_data_error
from data_scripts.mnist_checksums import IMAGES, LABELS, DigitSet, verify
from data_scripts.tfds_folder import Splits

SAMPLES = Path(__file__).parent / "samples"


def arrays(one: DigitSet) -> Splits:
    """The sample's images and labels. Raises `DataError` when the course's own files are damaged."""
    splits = {}
    for split, part in one.parts["offline"].items():
        images = idx.read(_path(SAMPLES, one.name, IMAGES[split]), (part.count, *one.size))
        labels = idx.read(_path(SAMPLES, one.name, LABELS[split]), (part.count,))
        verify(one, "offline", split, images, labels, str(SAMPLES))
        splits[split] = images, labels
    return splits


def make(one: DigitSet, from_folder: Path, to: Path = SAMPLES) -> list[Path]:
    """Cut the sample out of the official files; the same bytes every time. Returns the four files."""
    made = []
    for split, (images, labels) in mnist_official.arrays(one, from_folder).items():
        count = one.parts["offline"][split].count
        for array, name in ((images, IMAGES[split]), (labels, LABELS[split])):
            made.append(_path(to, one.name, name))
            with as_data_error(to):
                to.mkdir(parents=True, exist_ok=True)
                temporary = made[-1].with_suffix(".part")
                temporary.write_bytes(lzma.compress(idx.pack(array[:count]), preset=9 | lzma.PRESET_EXTREME))
                os.replace(temporary, made[-1])
    return made


def _path(folder: Path, name: str, file: str) -> Path:
    return folder / f"{name}-{file}.xz"
