"""The images in a folder of class folders, in ImageDataGenerator's order, and what else is there."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from data_scripts.leftovers import is_leftover, shown
from helpers.images.classes import class_names
from helpers.images.file_bytes import printable, read_bytes
from helpers.images.read import identify_image, quiet_decoding

ENDINGS = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".avif", ".heic", ".heif", ".hif", ".gif"),
    *(".bmp", ".dib", ".ppm", ".pgm", ".pbm", ".pnm", ".tif", ".tiff"),
)
NAMED = 10  # of what is left out


class NoImagesError(ValueError):
    """The folder holds no class, or no class holds an image."""


@dataclass
class ClassImages:
    """The images of each class, "class/…/file.jpg", and their int32 labels; what else is there, without leftovers.

    `empty` are folders without an image, which are classes only if they were asked for; `other` are files that are no
    images, and `loose` are images outside the class folders.
    """

    classes: list[str]
    filenames: list[str] = field(default_factory=list)
    labels: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32))
    empty: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """Return a sentence for each kind of thing that is left out, with what to do about it."""
        others = ", ".join(f"{printable(name)} {label}" for label, name in enumerate(self.classes))
        unnumbered = f" The classes are numbered without them: {others}; if another set has images of them, name the "
        unnumbered += "same classes=[…] for both sets."
        absent = [name for name in self.empty if name in self.classes]
        kinds = [
            ([] if absent else self.empty, "folder", "without images, so no class; fill or delete it", unnumbered),
            (self.other, "file", "not an image", ""),
            (self.loose, "image", "outside the class folders; move it into the folder of its class", ""),
        ]
        said = [f"There are no images of {listed(absent)}."] if absent else []
        inner = {name.split(os.sep)[1] for name in self.filenames if name.count(os.sep) > 1}
        if inner and all(name.count(os.sep) > 1 for name in self.filenames):
            advice = "If those are the classes, give the folder that they are in."
            said.append(f"All images are further down, in {listed(sorted(inner))}. {advice}")
        return said + [
            f"Left out {len(names)} {what}{'s' * (len(names) != 1)} ({why}): {listed(names)}.{more}"
            for names, what, why, more in kinds
            if names
        ]


def listed(names: Sequence[str]) -> str:
    """Return the first of the names for a sentence, printable."""
    return ", ".join(printable(name) for name in names[:NAMED]) + (", …" if len(names) > NAMED else "")


def find_images(directory: str | Path, classes: Sequence[str] | None = None) -> ClassImages:
    """Return the images in `directory`, a folder for each class, in ImageDataGenerator's order.

    classes: the folders to read, in the order of their labels; one without images keeps its label. By default all
    folders that hold images, in the order of their names.

    A file is an image if its ending is one of `ENDINGS`, or if it can be opened as one whatever its ending. What systems
    leave (.ipynb_checkpoints, __MACOSX, Thumbs.db, …) is passed over. Files and class folders may be symbolic links,
    folders inside a class may not.
    Raises FileNotFoundError if there is no such directory; NoImagesError if there are no classes or no images in it, or
    if a folder can't be opened; and ValueError for a class named twice, or `classes` that has no order.
    """
    if not os.path.isdir(directory):
        is_file = ": it is a file. If it is an archive, unpack it first" if os.path.exists(directory) else ""
        raise FileNotFoundError(f'There is no folder "{printable(str(directory), 200)}"{is_file}.')
    try:
        entries = shown(os.listdir(directory))
    except OSError as error:
        raise _closed(error) from error
    if isinstance(classes, list | tuple) and len(set(map(str, classes))) < len(classes):
        raise ValueError(f"classes names a class twice: {listed(classes)}.")
    asked = class_names(classes, None, "classes")
    names = asked or [name for name in entries if _is_class(os.path.join(directory, name))]
    files = [name for name in entries if not os.path.isdir(os.path.join(directory, name))]
    loose = [name for name in files if name.lower().endswith(ENDINGS)]
    if not names:
        raise NoImagesError(_no_classes(directory, loose))
    found = ClassImages([], loose=loose)
    labels: list[int] = []
    with quiet_decoding():
        for name in names:
            images: list[str] = []
            for file in _files(directory, name):
                is_image = file.lower().endswith(ENDINGS) or _opens(os.path.join(directory, file))
                (images if is_image else found.other).append(file)
            if images or asked:
                labels += [len(found.classes)] * len(images)
                found.classes.append(name)
                found.filenames += images
            if not images:
                found.empty.append(name)
    if not found.filenames:
        others = f" There are other files: {listed(found.other)}." if found.other else ""
        raise NoImagesError(f'There are no images in "{directory}" under {listed(names)}.{others}')
    found.labels = np.array(labels, np.int32)
    return found


def check_class_count(classes: Sequence[str], class_mode: str | None) -> None:
    """Raise ValueError if `class_mode` doesn't fit the number of classes."""
    if class_mode == "binary" and len(classes) != 2:
        advice = (
            'Use class_mode="categorical" or "sparse", and a unit for each class' if len(classes) > 2 else "Add one"
        )
        raise ValueError(
            f'class_mode="binary" is for two classes, and there {_are(len(classes))}: {listed(classes)}. {advice}.'
        )
    if class_mode is not None and len(classes) < 2:
        raise ValueError(
            f"There {_are(len(classes))}: {listed(classes)}, so there is nothing to tell apart. Add a folder for another "
            "class, or read the images without labels: class_mode=None."
        )


def _are(count: int) -> str:
    return "is one" if count == 1 else f"are {count}"


def _is_class(path: str) -> bool:
    """Tell whether this is a folder, or a link to one that is gone: its class is named as one without images."""
    is_gone = os.path.islink(path) and not os.path.exists(path) and not path.lower().endswith(ENDINGS)
    return is_gone or os.path.isdir(path)


def _files(directory: str | Path, name: str) -> Iterator[str]:
    def is_passed_over(folder: str) -> bool:
        return any(is_leftover(part) for part in Path(os.path.relpath(folder, directory)).parts)

    def refuse(error: OSError) -> None:
        if not is_passed_over(error.filename) and (isinstance(error, PermissionError) or os.path.isdir(error.filename)):
            raise _closed(error) from error

    for folder, _, files in sorted(os.walk(os.path.join(directory, name), onerror=refuse)):
        if not is_passed_over(folder):
            inside = os.path.relpath(folder, directory)
            yield from (os.path.join(inside, file) for file in shown(files))


def _closed(error: OSError) -> NoImagesError:
    return NoImagesError(f'The folder "{printable(str(error.filename), 200)}" cannot be opened: {error.strerror}.')


def _opens(path: str) -> bool:
    try:
        identify_image(read_bytes(path)[0])
    except Exception:  # as many kinds as in decode_image
        return False
    return True


def _no_classes(directory: str | Path, loose: list[str]) -> str:
    if loose:
        return (
            f'"{directory}" has {len(loose)} images and no folders in it, so no classes. Make a folder for each class '
            "and move the images into them; if it is a class itself, give the folder above."
        )
    return f'"{directory}" has no folders in it, so no classes. If it is a class itself, give the folder above.'
