"""Folders of images, `train/<class>/…`: written from the published files, examined, and cleaned."""

import io
import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from PIL import Image

from data_scripts import manifest
from data_scripts.archives import Files
from data_scripts.errors import DataError
from data_scripts.image_sets import Counts, ImageSet
from data_scripts.progress import progress_bar

ENDINGS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".gif": "GIF", ".bmp": "BMP", ".ppm": "PPM"}
SPLITS = ("train", "validation", "test")
MAX_PIXELS = 64_000_000
MOST_LEFT_OUT = 0.02  # the Microsoft archive has 2 unreadable images among 25,000


class UnreadableError(ValueError):
    """A file that is no whole image; its text completes "this file …"."""


def decode(data: bytes) -> tuple[Image.Image, str]:
    """The image in `data`, every pixel of it, and its format: one of ENDINGS' values. Raises `UnreadableError`."""
    if not data:
        raise UnreadableError("is empty")
    try:
        image = Image.open(io.BytesIO(data), formats=tuple(dict.fromkeys(ENDINGS.values())))
        if image.width * image.height > MAX_PIXELS:
            raise UnreadableError(f"has more than {MAX_PIXELS // 1_000_000} million pixels")
        image.load()
    except Image.UnidentifiedImageError as error:
        raise UnreadableError("is not an image") from error
    except UnreadableError:
        raise
    except Exception as error:  # broken files make Pillow raise a dozen kinds
        raise UnreadableError("is damaged or cut short") from error
    return image, "JPEG" if image.format == "MPO" else image.format


def write_sorted(one: ImageSet, files: Files, folder: Path, place: Path, everything: bool = False) -> None:
    """Sort published files into `folder` under their official names, with a record of them.

    An image that is stored in another format than the official one is saved in that one; others are copied as they
    are. The few that cannot be read are left out, and recorded.

    Args:
        files: what is there, from `archives.opened`; `place` is where, for the sentences.
        everything: also what belongs neither to train nor to validation, as test.

    Raises:
        DataError: images are missing, or many cannot be read.
    """
    expected = one.all_counts() if everything else one.counts
    found = _sorted(one, files, expected)
    if not found:
        raise DataError(f"{place} has no image of {one.title}. What is understood: {one.layouts}.")
    _compare(found, expected, place)
    for split, labels in expected.items():
        for label in labels:
            (folder / split / label).mkdir(parents=True)

    def put(item) -> tuple[str, str]:
        (split, label, stem), path = item
        to = f"{split}/{label}/{stem}{one.ending}"
        data = files[path]()
        try:
            image, kind = decode(data)
        except UnreadableError as error:
            return to, str(error)
        if kind == ENDINGS[one.ending]:
            (folder / to).write_bytes(data)
        elif one.ending == ".jpg":
            image.convert("RGB").save(folder / to, quality=95)
        else:
            image.convert("RGBA").save(folder / to, compress_level=1)  # published with an opaque alpha
        return to, ""

    left_out = {to: why for to, why in _each(put, found.items(), len(found), one.title) if why}
    if len(left_out) > max(1, MOST_LEFT_OUT * len(found)):
        to, why = next(iter(left_out.items()))
        raise DataError(f"{place}: {len(left_out):,} of {len(found):,} images cannot be read; {Path(to).stem} {why}.")
    manifest.of_folder(folder, left_out).write(folder)


def digest(folder: Path) -> str:
    """One checksum over all images and their names, as in `ImageSet.files`."""
    lines = [
        f"{sha256((folder / path).read_bytes()).hexdigest()}  {path}\n" for path in manifest.of_folder(folder).files
    ]
    return sha256("".join(sorted(lines, key=lambda line: line[66:])).encode()).hexdigest()


def set_aside(folder: Path, bad: dict[str, str], beside: Path) -> None:
    """Move files of `folder` to the same place in `beside`, and note it in the folder's record. Nothing is deleted."""
    known = manifest.read(folder) or manifest.of_folder(folder)
    for path, why in bad.items():
        to = beside / path
        while to.exists():
            to = to.with_name("again-" + to.name)
        to.parent.mkdir(parents=True, exist_ok=True)
        os.replace(folder / path, to)
        known.files.pop(path, None)
        known.left_out[path] = why
        known.write(folder)


def count_files(paths) -> Counts:
    """How many there are of each class: from paths "train/cats/cat.0.jpg"."""
    counts: Counts = {}
    for path in sorted(paths, key=in_order):
        split, label, _ = path.split("/", 2)
        counts.setdefault(split, {}).setdefault(label, 0)
        counts[split][label] += 1
    return counts


def in_order(path: str) -> tuple[int, str]:
    """Sorts paths: train, validation, test, anything else; by name in each."""
    split = path.split("/", 1)[0]
    return (SPLITS.index(split) if split in SPLITS else len(SPLITS)), path


def for_each_image(look: Callable, paths: list[str], doing: str) -> list:
    """`look(path)` for all, on two threads (Pillow decodes beside Python), with a bar."""
    return list(_each(look, paths, len(paths), doing))


def _each(look: Callable, items, total: int, doing: str):
    with without_warnings(), ThreadPoolExecutor(2) as pool, progress_bar(total, doing) as progress:
        try:
            for result in pool.map(look, items):
                progress.update(1)
                yield result
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def without_warnings():
    """Pillow warns about odd metadata; whether the image can be read is what matters here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _sorted(one: ImageSet, files: Files, expected: Counts) -> dict[tuple[str, str, str], str]:
    """(split, class, stem) → path of the published file. Where there are two, the one with the official ending."""
    found = {}
    for path in sorted(files, key=lambda path: (not path.lower().endswith(one.ending), path)):
        if os.path.splitext(path)[1].lower() in ENDINGS:
            key = one.belongs(path)
            if key and key[0] in expected:
                found.setdefault(key, path)
    return found


def _compare(found: dict[tuple[str, str, str], str], expected: Counts, place: Path) -> None:
    counts = count_files("/".join(key) for key in found)
    for split, labels in expected.items():
        for label, count in labels.items():
            here = counts.get(split, {}).get(label, 0)
            if here != count:
                raise DataError(
                    f"{place} has {here:,} images of {label} for {split}, and there should be {count:,}. "
                    "Is the copy complete?"
                )
