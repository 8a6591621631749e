"""Which images a folder of class folders holds, in ImageDataGenerator's order."""

import os
from pathlib import Path

import numpy as np

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")


class NoImagesError(ValueError):
    """The folder holds no class, or no class holds an image."""


def class_folders(directory: str | Path) -> list[str]:
    """The folders in `directory`, sorted; hidden ones (.ipynb_checkpoints) are no classes. NoImagesError if none."""
    if not os.path.isdir(directory):
        raise FileNotFoundError(f'There is no folder "{directory}".')
    folders = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir() and entry.name[0] != ".")
    if not folders:
        raise NoImagesError(
            f'"{directory}" has no folders in it, so no classes. If it is a class itself, give the folder above.'
        )
    return folders


def list_images(directory: str | Path, classes: list[str], part: tuple[float, float]) -> tuple[list[str], np.ndarray]:
    """The files of each class, "class/…/file.jpg", in ImageDataGenerator's order, and their labels (int32).

    Only `part` (from, to; 0…1) of the files of each class. By their endings alone: no file is opened. Files and class
    folders may be symbolic links, folders inside a class may not. NoImagesError when there is none.
    """
    names, labels = [], []
    for label, name in enumerate(classes):
        if not os.path.isdir(os.path.join(directory, name)):
            raise FileNotFoundError(f'There is no folder "{name}" in "{directory}".')
        files = []
        for folder, _, found in sorted(os.walk(os.path.join(directory, name))):
            here = os.path.relpath(folder, directory)
            files += [os.path.join(here, file) for file in sorted(found) if file.lower().endswith(ENDINGS)]
        files = files[int(part[0] * len(files)) : int(part[1] * len(files))]
        names += files
        labels += [label] * len(files)
    if not names:
        raise NoImagesError(f'There are no images in "{directory}" under {", ".join(classes)}.')
    return names, np.array(labels, np.int32)
