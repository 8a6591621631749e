"""The images in a folder of class folders, in ImageDataGenerator's order."""

import os
from pathlib import Path

import numpy as np

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")


class NoImagesError(ValueError):
    """The folder holds no class, or no class holds an image."""


def class_folders(directory: str | Path) -> list[str]:
    """Return the names of the folders in `directory`, sorted, without hidden ones (.ipynb_checkpoints).

    Raises FileNotFoundError if there is no such directory, NoImagesError if there are no folders in it.
    """
    if not os.path.isdir(directory):
        raise FileNotFoundError(f'There is no folder "{directory}".')
    folders = sorted(entry.name for entry in os.scandir(directory) if entry.is_dir() and entry.name[0] != ".")
    if not folders:
        raise NoImagesError(
            f'"{directory}" has no folders in it, so no classes. If it is a class itself, give the folder above.'
        )
    return folders


def list_images(directory: str | Path, classes: list[str]) -> tuple[list[str], np.ndarray]:
    """Return the image files of each class ("class/…/file.jpg", in ImageDataGenerator's order) and their int32 labels.

    Only the file endings count: no file is opened. Files and class folders may be symbolic links, folders inside a
    class may not. Raises NoImagesError if there are none.
    """
    filenames: list[str] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        for folder, _, files in sorted(os.walk(os.path.join(directory, name))):
            inside = os.path.relpath(folder, directory)
            images = [os.path.join(inside, file) for file in sorted(files) if file.lower().endswith(ENDINGS)]
            filenames += images
            labels += [label] * len(images)
    if not filenames:
        raise NoImagesError(f'There are no images in "{directory}" under {", ".join(classes)}.')
    return filenames, np.array(labels, np.int32)
