"""Small made-up image sets under the official names, for the tests of the image sets.

PYTEST_DONT_REWRITE: a plugin for its fixtures, also imported by name, which pytest otherwise warns of.
"""

import os
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from data_scripts import atomic, image_sets, render
from data_scripts.render import draw_sets
from helpers.images.encode import encode

HORSES = {
    "train": {"horses": ["horse01-0", "horse01-1", "horse50-9"], "humans": ["human01-00", "human17-30"]},
    "validation": {"horses": ["horse1-000", "horse6-544"], "humans": ["valhuman01-00", "valhuman05-27"]},
}
CATS = {
    "train": {"cats": ["cat.0", "cat.999", "cat.7"], "dogs": ["dog.0", "dog.12", "dog.999"]},
    "validation": {"cats": ["cat.2000", "cat.2499"], "dogs": ["dog.2000", "dog.2499"]},
    "test": {"cats": ["cat.1000", "cat.12499"], "dogs": ["dog.1999", "dog.2500"]},
}
Images = dict[str, bytes]  # path in the prepared set → file


def image(seed: int, form: str = "JPEG", **how) -> bytes:
    """A file with a made-up image."""
    rough = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), np.uint8)
    image = Image.fromarray(rough).resize((36, 27))
    return encode(image.convert("RGBA") if form == "PNG" else image, form, **how)


def published(stems: dict, ending: str) -> Images:
    """All of a made-up official set."""
    form = "PNG" if ending == ".png" else "JPEG"
    paths = [f"{s}/{c}/{stem}{ending}" for s, labels in stems.items() for c, names in labels.items() for stem in names]
    return {path: image(i, form) for i, path in enumerate(paths)}


def counts(stems: dict) -> image_sets.Counts:
    return {split: {label: len(names) for label, names in labels.items()} for split, labels in stems.items()}


def digest(images: Images) -> str:
    lines = [f"{sha256(data).hexdigest()}  {path}\n" for path, data in sorted(images.items())]
    return sha256("".join(lines).encode()).hexdigest()


def install(setitem) -> dict[str, Images]:
    """Put made-up sets in the place of both; `setitem(dict, key, value)` does it. Returns their official files."""
    horses, cats = published(HORSES, ".png"), published(CATS, ".jpg")
    lessons = {path: data for path, data in cats.items() if not path.startswith("test")}
    subset = {split: labels for split, labels in counts(CATS).items() if split != "test"}
    small = (("train", 2), ("validation", 1))
    sets = image_sets.SETS
    setitem(
        sets,
        "horses_or_humans",
        replace(sets["horses_or_humans"], counts=counts(HORSES), rendered_size=48, small=small),
    )
    rest = counts(CATS)["test"]
    cats_set = replace(
        sets["cats_vs_dogs"], counts=subset, rest=rest, checksum=digest(lessons), rendered_size=40, small=small
    )
    setitem(sets, "cats_vs_dogs", cats_set)
    return {"horses_or_humans": horses, "cats_vs_dogs": lessons, "all": cats}


def write(files: dict[str, bytes], folder: Path) -> Path:
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def pack(files: dict[str, bytes], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def contents(folder: Path) -> Images:
    """The images in a prepared set."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.glob("*/*/*"))}


@pytest.fixture
def tiny_sets(monkeypatch) -> dict[str, Images]:
    """Made-up sets of 9 and 10 images; returns their official files, those of `--all` under "all"."""
    return install(monkeypatch.setitem)


@pytest.fixture
def drawn_here(monkeypatch):
    """Sets are drawn in this process: starting workers takes longer than drawing ten images."""

    def worker(jobs, folder, writing):
        for file, *what in jobs:
            atomic.write(folder / file, render.jpeg(*what))
            os.write(writing, f"{file}\n".encode())
        return SimpleNamespace(terminate=lambda: None, wait=lambda: None)

    monkeypatch.setattr(draw_sets, "_worker", worker)
