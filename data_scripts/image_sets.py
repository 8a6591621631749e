"""What is known of the two image sets: classes, counts, names of files, and where an image belongs by its name.

`checksum` is one over a whole published set, where its archive has none: `sha256sum` of all files
("train/cats/cat.0.jpg", sorted by name in the C locale), and of that list again.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

KINDS = ("horse", "human", "cat", "dog", "rider")  # what the studio draws
SEED = 0  # of the rendered sets
FIRST = {"train": 0, "validation": 100_000, "fresh": 200_000}  # the studio's numbers of their first images
Counts = dict[str, dict[str, int]]  # split → class → images


@dataclass(frozen=True)
class ImageSet:
    """A set of images in folders, `train/<class>/…` and `validation/<class>/…`."""

    name: str  # TFDS's
    title: str
    kinds: dict[str, str]  # class folder → what the studio calls it
    counts: Counts
    belongs: Callable[[str], tuple[str, str, str] | None]  # path of a published file → split, class, stem
    rendered_stem: Callable[[str, str, int], str]  # split, class, number → stem of a rendered image
    ending: str  # of the official files
    rendered_size: int | None  # in pixels; None: varied
    layouts: str  # for the sentence about a folder in which nothing was found
    checksum: str = ""
    archives: dict[str, str] = field(default_factory=dict)  # split → its archive, where each has its own
    rest: dict[str, int] | None = None  # what `--all` adds, in test/<class>/
    small: tuple[tuple[str, int], ...] = (("train", 64), ("validation", 32))  # of each class, in the small rendered set

    def small_counts(self) -> Counts:
        """Return the counts of the small rendered set."""
        return {split: dict.fromkeys(self.kinds, count) for split, count in self.small}

    def all_counts(self) -> Counts:
        """Return the counts with `--all`."""
        return self.counts | ({"test": self.rest} if self.rest else {})


def _horse_or_human(path: str) -> tuple[str, str, str] | None:
    """By the stem alone: horse01-0 and human01-00 are for training, horse1-000 and valhuman01-00 for validation."""
    stem = _parts(path)[-1]
    if re.fullmatch(r"horse\d\d-\d", stem) or re.fullmatch(r"human\d\d-\d\d", stem):
        return "train", stem[:5] + "s", stem
    if re.fullmatch(r"horse\d-\d{3}", stem):
        return "validation", "horses", stem
    if re.fullmatch(r"valhuman\d\d-\d\d", stem):
        return "validation", "humans", stem
    return None


def _cat_or_dog(path: str) -> tuple[str, str, str] | None:
    """By the number: cat.0 … cat.999 (in the Microsoft archive Cat/0 …) for training, 2000 … 2499 for validation."""
    *_, folder, stem = ["", *_parts(path)]
    named = re.fullmatch(r"(cat|dog)\.(\d{1,5})", stem)
    kind, number = named.groups() if named else (folder.removesuffix("s"), stem)
    if kind not in ("cat", "dog") or not re.fullmatch(r"\d{1,5}", number):
        return None
    split = "train" if int(number) < 1000 else "validation" if 2000 <= int(number) < 2500 else "test"
    return split, kind + "s", f"{kind}.{int(number)}"


def _parts(path: str) -> list[str]:
    return path.lower().rsplit(".", 1)[0].split("/")


def _rendered_horse_or_human(split: str, label: str, i: int) -> str:
    """In the manner of the official names: figure and view."""
    if split == "train":
        return f"horse{1 + i // 10:02}-{i % 10}" if label == "horses" else f"human{1 + i // 31:02}-{i % 31:02}"
    return f"horse{1 + i // 22}-{i % 22:03}" if label == "horses" else f"valhuman{1 + i // 26:02}-{i % 26:02}"


def _rendered_cat_or_dog(split: str, label: str, i: int) -> str:
    return f"{label[:3]}.{i + (2000 if split == 'validation' else 0)}"


HORSES_OR_HUMANS = ImageSet(
    name="horses_or_humans",
    title="Horses or Humans",
    kinds={"horses": "horse", "humans": "human"},
    counts={"train": {"horses": 500, "humans": 527}, "validation": {"horses": 128, "humans": 128}},
    belongs=_horse_or_human,
    rendered_stem=_rendered_horse_or_human,
    ending=".png",
    rendered_size=300,
    layouts="a folder with horse-or-human.zip and validation-horse-or-human.zip, the folders in them, or train/ and "
    "validation/, with files like horse01-0.png",
    archives={"train": "horse-or-human.zip", "validation": "validation-horse-or-human.zip"},
)

CATS_VS_DOGS = ImageSet(
    name="cats_vs_dogs",
    title="Cats and Dogs",
    kinds={"cats": "cat", "dogs": "dog"},
    counts={"train": {"cats": 1000, "dogs": 1000}, "validation": {"cats": 500, "dogs": 500}},
    belongs=_cat_or_dog,
    rendered_stem=_rendered_cat_or_dog,
    ending=".jpg",
    rendered_size=None,
    layouts="cats_and_dogs_filtered.zip, kagglecatsanddogs_5340.zip, the folders in them, or files like cat.0.jpg",
    checksum="7ecc68776f753fca008de8ee9d57ff4ad6d0550ec8c964be4c5090b0b5fb57fd",
    rest={"cats": 11_000, "dogs": 11_000},
)

SETS = {image_set.name: image_set for image_set in (HORSES_OR_HUMANS, CATS_VS_DOGS)}
