"""What is right and wrong with a folder of images: counts, unreadable and mistyped files, duplicates."""

from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path

import numpy as np
from PIL import Image

from data_scripts import archives, manifest
from data_scripts.image_sets import Counts
from data_scripts.sort_images import ENDINGS, UnreadableError, count_files, decode, for_each_image, in_order

NEAR = 6  # bits of 64 in which the perceptual hashes of near-duplicates differ at most
Pair = tuple[str, str]


@dataclass
class Report:
    """What was found. Paths are "train/cats/cat.0.jpg"."""

    counts: Counts
    unreadable: dict[str, str] = field(default_factory=dict)  # path → why
    mistyped: dict[str, str] = field(default_factory=dict)  # path → what it is in truth
    twins: list[Pair] = field(default_factory=list)  # the same pixels in two splits, the training image first
    near: list[Pair] = field(default_factory=list)  # nearly the same in two splits; a note, no fault
    near_within: int = 0  # pairs in one split
    smallest: tuple[int, int] = (0, 0)  # width and height, each on its own
    largest: tuple[int, int] = (0, 0)

    def bad(self) -> dict[str, str]:
        """Return the files that `clean` moves aside, and why; of twins the one that is not for training."""
        return self.unreadable | self.mistyped | {b: f"is the same image as {a}" for a, b in self.twins}

    def lines(self, expected: Counts) -> list[str]:
        """Return a table of the counts against those expected, and the notes below it."""
        labels = sorted({label for labels in (*self.counts.values(), *expected.values()) for label in labels})
        rows = [" " * 12 + "".join(f"{label:>18}" for label in labels)]
        for split in dict.fromkeys([*expected, *self.counts]):
            counted, wanted = self.counts.get(split, {}), expected.get(split, {})
            cells = [f"{counted.get(label, 0):,} of {wanted.get(label, 0):,}" for label in labels]
            rows.append(f"{split:12}" + "".join(f"{cell:>18}" for cell in cells))
        (w, h), (wide, high) = self.smallest, self.largest
        rows.append(f"Sizes: {w} × {h}" + ("." if (w, h) == (wide, high) else f" to {wide} × {high}."))
        if self.near or self.near_within:
            example = f", such as {self.near[0][0]} and {self.near[0][1]}" if self.near else ""
            rows.append(
                f"Note: nearly alike are {len(self.near)} pairs across splits{example}; {self.near_within} within."
            )
        return rows


def examine(folder: Path) -> Report:
    """Open every image in `folder`/<split>/<class>/ and compare all with all. Changes nothing."""
    paths = sorted(manifest.of_folder(folder).files, key=in_order)  # training images first
    report = Report(count_files(paths))
    pixels: dict[str, str] = {}
    hashes: list[np.ndarray] = []
    sizes: list[tuple[int, int]] = []
    hashed: list[str] = []

    def look(path: str) -> tuple[str, str, tuple | None]:
        try:
            if (folder / path).stat().st_size > archives.MAX_FILE:
                return path, f"is larger than {archives.MAX_FILE >> 20} MB", None
            image, kind = decode((folder / path).read_bytes())
        except UnreadableError as error:
            return path, str(error), None
        except OSError as error:
            return path, f"cannot be opened ({error.strerror})", None
        rgb = image.convert("RGB")
        return path, kind, (rgb.size, sha1(f"{rgb.size}".encode() + rgb.tobytes()).hexdigest(), perceptual(rgb))

    for path, verdict, looks in for_each_image(look, paths, f"looking at {folder.name}"):
        if not looks:
            report.unreadable[path] = verdict
            continue
        if verdict != ENDINGS.get(Path(path).suffix.lower()):
            report.mistyped[path] = f"is a {verdict} file, whatever its ending says"
        size, same, look_alike = looks
        sizes.append(size)
        if same not in pixels:
            pixels[same] = path
        elif _split(pixels[same]) != _split(path):
            report.twins.append((pixels[same], path))
            continue
        hashed.append(path)
        hashes.append(look_alike)
    if hashes:
        widths, heights = zip(*sizes, strict=True)
        report.smallest = min(widths), min(heights)
        report.largest = max(widths), max(heights)
        report.near, report.near_within = _near(hashed, np.array(hashes))
    return report


def perceptual(image: Image.Image) -> np.ndarray:
    """Return the difference hash, (64,) of -1 and 1: is a place darker than its neighbor, in 9 × 8 pixels?"""
    small = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.LANCZOS), np.int16)
    return np.where(small[:, 1:] > small[:, :-1], 1, -1).ravel().astype(np.float32)


def _near(paths: list[str], hashes: np.ndarray) -> tuple[list[Pair], int]:
    """Return pairs across splits whose hashes differ in at most NEAR bits, and how many such pairs are within one."""
    across, within = [], 0
    splits = np.array([_split(path) for path in paths])
    for start in range(0, len(paths), 1000):
        alike = hashes[start : start + 1000] @ hashes.T  # 64 - 2 × the bits that differ
        for i, j in np.argwhere(alike >= 64 - 2 * NEAR):
            first, second = start + i, j
            if first < second and splits[first] != splits[second]:
                across.append((paths[first], paths[second]))
            elif first < second:
                within += 1
    return across, within


def _split(path: str) -> str:
    return path.split("/", 1)[0]
