"""Folders of images, `train/<class>/…`: written from the published files, examined, and cleaned."""

import os
import shutil
import warnings
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from PIL import Image, ImageOps

from data_scripts import manifest
from data_scripts.archives import Files
from data_scripts.errors import DataError
from data_scripts.image_limits import TooCostlyError, open_within_limits
from data_scripts.image_sets import Counts, ImageSet
from data_scripts.progress import progress_bar

ENDINGS = dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"), "JPEG") | {".tif": "TIFF", ".tiff": "TIFF"}
ENDINGS |= {f".{kind.lower()}": kind for kind in ("AVIF", "PNG", "WEBP", "GIF", "BMP", "PPM")}
SPLITS = ("train", "validation", "test")
MOST_LEFT_OUT = 0.02  # the Microsoft archive has 2 unreadable images among 25,000


class UnreadableError(ValueError):
    """A file that isn't a whole image; its text completes "this file …"."""


def decode(content: bytes) -> tuple[Image.Image, str]:
    """Return the image in `content`, upright and whole, and its format: one of ENDINGS' values.

    It is strict where `helpers.images` is patient: what is stored in a set must be whole, and of the type that it says.
    Raises UnreadableError for what is not an image, damaged, or absurdly large.
    """
    if not content:
        raise UnreadableError("is empty")
    try:
        image = open_within_limits(content, tuple(dict.fromkeys(ENDINGS.values())))
        image.load()
    except Image.UnidentifiedImageError as error:
        raise UnreadableError("is not an image") from error
    except TooCostlyError as error:
        raise UnreadableError(str(error)) from error
    except Exception as error:  # broken files make Pillow raise a dozen kinds
        raise UnreadableError("is damaged or cut short") from error
    kind = "JPEG" if image.format == "MPO" else str(image.format)
    with suppress(Exception):  # broken EXIF data raise as many kinds
        ImageOps.exif_transpose(image, in_place=True)
    return image, kind


def write_sorted(image_set: ImageSet, files: Files, folder: Path, place: Path, everything: bool = False) -> None:
    """Sort published files into `folder` under their official names, with a manifest.

    An image that is stored in another format than the official one is saved in that one; others are copied as they
    are. The few that cannot be read are left out, and recorded.

    files: what is there, from `archives.opened`. place: where that is, for the sentences.
    folder: an empty folder, for train/<class>/ and validation/<class>/.
    everything: also what belongs neither to train nor to validation, as test.
    Raises DataError where images are missing, or many cannot be read.
    """
    expected = image_set.all_counts() if everything else image_set.counts
    published = _sorted(image_set, files, expected)
    if not published:
        raise DataError(f"{place} has no image of {image_set.title}. What is understood: {image_set.layouts}.")
    _compare(image_set, published, expected, place)
    for split, labels in expected.items():
        for label in labels:
            (folder / split / label).mkdir(parents=True)

    def put(item: tuple[tuple[str, str, str], str]) -> tuple[str, str]:
        (split, label, stem), path = item
        to = f"{split}/{label}/{stem}{image_set.ending}"
        content = files[path]()
        try:
            image, kind = decode(content)
        except UnreadableError as error:
            return to, str(error)
        if kind == ENDINGS[image_set.ending]:
            (folder / to).write_bytes(content)
        elif image_set.ending == ".jpg":
            if image.has_transparency_data:
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
            image.convert("RGB").save(folder / to, quality=95)
        else:
            image.convert("RGBA").save(folder / to, compress_level=1)  # published with an opaque alpha
        return to, ""

    left_out = {to: why for to, why in for_each_image(put, published.items(), image_set.title) if why}
    if len(left_out) > max(1, MOST_LEFT_OUT * len(published)):
        to, why = next(iter(left_out.items()))
        raise DataError(
            f"{place}: {len(left_out):,} of {len(published):,} images cannot be read; {Path(to).stem} {why}."
        )
    manifest.of_folder(folder, left_out).write(folder)


def digest(folder: Path) -> str:
    """Return one checksum over all images and their names, as in `ImageSet.checksum`."""
    lines = [
        f"{sha256((folder / path).read_bytes()).hexdigest()}  {path}\n" for path in manifest.of_folder(folder).files
    ]
    return sha256("".join(sorted(lines, key=lambda line: line[66:])).encode()).hexdigest()


def set_aside(folder: Path, bad: dict[str, str], aside: Path) -> None:
    """Move files of `folder` to the same place in `aside`, and note it in the folder's manifest. Nothing is deleted."""
    written = manifest.read(folder) or manifest.of_folder(folder)
    for path, why in bad.items():
        to = aside / path
        while to.exists():
            to = to.with_name("again-" + to.name)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / path, to)  # also where the set is a link to another disk
        if written.files.pop(path, None) is not None:  # else it was not part of the set
            written.left_out[path] = why
        written.write(folder)


def count_files(paths: Iterable[str]) -> Counts:
    """Count the images of each class, from paths "train/cats/cat.0.jpg"."""
    counts: Counts = {}
    for path in sorted(paths, key=in_order):
        split, label, _ = path.split("/", 2)
        counts.setdefault(split, {}).setdefault(label, 0)
        counts[split][label] += 1
    return counts


def in_order(path: str) -> tuple[int, str]:
    """Return a key that sorts paths: train, validation, test, anything else; by name in each."""
    split = path.split("/", 1)[0]
    return (SPLITS.index(split) if split in SPLITS else len(SPLITS)), path


def for_each_image(look: Callable, images: Collection, doing: str) -> list:
    """Return `look(image)` for all, on two threads (Pillow decodes while Python runs), with a progress bar."""
    results = []
    with warnings.catch_warnings(), ThreadPoolExecutor(2) as pool, progress_bar(len(images), doing) as progress:
        warnings.simplefilter("ignore")  # of odd metadata; whether the image can be read is what matters here
        try:
            for result in pool.map(look, images):
                progress.update(1)
                results.append(result)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return results


def _sorted(image_set: ImageSet, files: Files, expected: Counts) -> dict[tuple[str, str, str], str]:
    """Return (split, class, stem) → path of the published file; of two, the one with the official ending."""
    published: dict[tuple[str, str, str], str] = {}
    for path in sorted(files, key=lambda path: (not path.lower().endswith(image_set.ending), path)):
        if os.path.splitext(path)[1].lower() in ENDINGS:
            key = image_set.belongs(path)
            if key and key[0] in expected:
                published.setdefault(key, path)
    return published


def _compare(image_set: ImageSet, published: dict[tuple[str, str, str], str], expected: Counts, place: Path) -> None:
    counts = count_files("/".join(key) for key in published)
    for split, labels in expected.items():
        if split not in counts and split in image_set.archives:
            raise DataError(
                f"{place} has no image for {split}; {image_set.archives[split]} has them. Put both archives into one "
                "folder, and name the folder."
            )
        for label, count in labels.items():
            available = counts.get(split, {}).get(label, 0)
            if available != count:
                raise DataError(
                    f"{place} has {available:,} images of {label} for {split}, and there should be {count:,}. "
                    "Is the copy complete?"
                )
