"""The learner's own images: `my_images/<class>/`, ordinary JPEG files in a folder for each class.

    own = OwnImages("my_images", ["rock", "paper"])
    own.keep("rock", open_image(file))      upright, square, without what a phone notes about place and time
    own.move([("rock", name)], "paper"); own.delete([…]); own.undo()
    own.load()                              uint8 images, labels, class names, series

An image is on the disk, whole, when `keep` returns. Images of one *series*, taken within about a second, look alike; a series is
for training or for testing as a whole. Which of the two is computed from its name, so an image that is moved keeps its side.
"""

import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from data_scripts import atomic
from data_scripts.errors import DataError, as_data_error
from data_scripts.leftovers import is_leftover, shown
from data_scripts.paths import expand
from helpers.images.class_folders import ENDINGS, find_images, listed
from helpers.images.encode import encode
from helpers.images.file_bytes import ImageError, printable
from helpers.images.own_names import DRAFT, KEPT, TEST_SHARE, ClassNameError, class_name, folded, is_test, series_of
from helpers.images.read import check_size, open_image, to_eight_bits

SIDE = 224  # pixels of a kept image: what most pretrained networks take at most
THUMBNAIL = 72
MOST_CLASSES = 20
TRASH = ".deleted"
Moves = list[tuple[Path, Path]]


@dataclass(frozen=True)
class OwnSet:
    """What is in the folder: `images` uint8 (N, size, size, 3), `labels` int64 (N,), numbers of `class_names`.

    `groups` int64 (N,): images of a series have the same number. `is_test` bool (N,): the side of the split. `files` are
    paths; `left_out` has a sentence for every file that isn't an image, and one about the images that aren't counted.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: list[str]
    groups: np.ndarray
    is_test: np.ndarray
    files: list[Path]
    left_out: list[str] = field(default_factory=list)


class OwnImages:
    """A folder of the learner's own images, a folder in it for each class.

    folder: made where it is missing, with the `classes` that it lacks. Raises ClassNameError for a name that no class can have,
    and DataError where the folder can't be used.
    """

    def __init__(self, folder: str | Path = "my_images", classes: Sequence[str] = ()):
        if isinstance(classes, str) or not isinstance(classes, Iterable):
            raise ClassNameError(f"classes is {classes!r}; give a list, such as ['rock', 'paper'].")
        if not isinstance(folder, str | Path) or not str(folder).strip() or "\0" in str(folder):
            raise DataError(f"{folder!r} can't be a folder. Name one, such as 'my_images'.")
        self.folder = Path(os.path.abspath(expand(folder)))
        self._lock = threading.RLock()
        self._done: list[tuple[str, Moves]] = []  # what `undo` takes back: its name, and (before, after)
        self._series: dict[str, tuple[str, int]] = {}
        wanted = list(dict.fromkeys(class_name(name) for name in classes))
        with as_data_error(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        for name in wanted:
            if self._same(name) is None:
                self.add_class(name)

    @property
    def classes(self) -> list[str]:
        """The names of the classes, in alphabetical order: the order of their labels."""
        with as_data_error(self.folder):
            names = [one.name for one in self.folder.iterdir() if os.path.isdir(one)] if self.folder.is_dir() else []
        return shown(names)

    def names(self, label: str) -> list[str]:
        """Return the files of a class, the oldest first. Raises ClassNameError if it isn't there any more."""
        place = self.folder / self._known(label)
        with as_data_error(place):
            names = [entry.name for entry in os.scandir(place) if entry.name.lower().endswith(ENDINGS)]
        return shown(names)

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return for each class how many images are for training, and how many for testing."""
        sides = {label: [is_test(name) for name in self.names(label)] for label in self.classes}
        return {label: (side.count(False), side.count(True)) for label, side in sides.items()}

    def keep(self, label: str, image: Image.Image, series: str = "", goes_on: bool = False) -> Path:
        """Write an image (of `open_image`) into a class, square and `SIDE` pixels wide, and return its path.

        series: a text that images taken together share; without it the image is a series of its own. goes_on: `undo` takes it
        back together with the one before, as it does with those of a series. Raises DataError where it
        can't be written, for example on a full disk; nothing half-made is left.
        """
        with self._lock:
            label = self._known(label)
            key = f"{label}/{series}" if series else ""
            name, number = self._series.get(key) or (self._new_series(label), 0)
            path = self.folder / label / f"{name}-{number:04}.jpg"
            atomic.write(path, encode(square(image), "jpeg", quality=92))
            if key:
                self._series[key] = name, number + 1
            self._note(f"{label}: take", [(self._trash(path), path)], joined=goes_on or number > 0)
            return path

    def move(self, images: Sequence[tuple[str, str]], label: str) -> int:
        """Move images, (class, file) each, to another class; return how many. Those that are gone are passed over."""
        with self._lock:
            label = self._known(label)
            wanted = [self._path(*one) for one in images if one[0] != label]
            return self._rename(f"move to {label}", [(path, self.folder / label / path.name) for path in wanted])

    def delete(self, images: Sequence[tuple[str, str]]) -> int:
        """Put images, (class, file) each, away, so that `undo` can bring them back; return how many."""
        with self._lock:
            wanted = [self._path(*one) for one in images]
            return self._rename("delete", [(path, self._trash(path)) for path in wanted])

    def add_class(self, name: str) -> str:
        """Make a class; return its name. Raises ClassNameError for a name that is taken, or can't be one."""
        with self._lock:
            name = class_name(name)
            if (taken := self._same(name)) is not None:
                raise ClassNameError(f"There is a class {taken!r} already. Choose another name.")
            if len(self.classes) >= MOST_CLASSES:
                raise ClassNameError(f"There are {MOST_CLASSES} classes already, the most that fit here.")
            with as_data_error(self.folder):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            return name

    def rename_class(self, label: str, name: str) -> str:
        """Give a class another name; its images go with it. Return the name. Raises ClassNameError as `add_class` does."""
        with self._lock:
            label, name = self._known(label), class_name(name)
            taken = self._same(name)
            if name != label:
                if taken not in (None, label):
                    raise ClassNameError(
                        f"There is a class {taken!r} already. Choose another name, or move the images."
                    )
                self._rename(f"rename {label}", [(self.folder / label, self.folder / name)])
                self._series = {}
            return name

    @property
    def undoable(self) -> str:
        """What `undo` would take back: "delete", "move to rock", …; "" if there is nothing."""
        return self._done[-1][0] if self._done else ""

    def undo(self) -> int:
        """Take the last change back; return how many images (or classes) are where they were."""
        with self._lock:
            if not self._done:
                return 0
            moves = self._moved([(after, before) for before, after in reversed(self._done[-1][1])])
            self._done.pop()
            self._series = {}
            return len(moves)

    def delete_everything(self) -> tuple[int, int]:
        """Delete all images that `keep` has written, and those deleted before, for good; return how many, and how many are left.

        Files that came here in another way stay, and so do folders that have any.
        """
        with self._lock, as_data_error(self.folder):
            self._done, self._series = [], {}
            deleted = sum(len(files) for _, _, files in os.walk(self.folder / TRASH))
            if (self.folder / TRASH).is_dir() and not (self.folder / TRASH).is_symlink():
                shutil.rmtree(self.folder / TRASH)
            left = 0
            for label in self.classes:
                for name in os.listdir(self.folder / label):
                    if KEPT.fullmatch(name) or DRAFT.fullmatch(name):
                        (self.folder / label / name).unlink(missing_ok=True)
                        deleted += 1
                    else:
                        left += 1
                with suppress(OSError):
                    (self.folder / label).rmdir()
            with suppress(OSError):
                self.folder.rmdir()
            return deleted, left

    def load(self, size: int = 160) -> OwnSet:
        """Return all images as arrays, `size` pixels wide; see `OwnSet`. A class without images is left out: it can't be learned."""
        check_size("size", (size, size))
        names = self.classes
        found = [(label, self.folder / name / file) for label, name in enumerate(names) for file in self.names(name)]
        images = np.empty((len(found), size, size, 3), np.uint8)
        with ThreadPoolExecutor(2) as threads:
            troubles = list(threads.map(lambda i: _read(found[i][1], images[i]), range(len(found))))
        good = [i for i, trouble in enumerate(troubles) if not trouble]
        files = [found[i][1] for i in good]
        used = sorted({found[i][0] for i in good})
        groups: dict[str, int] = {}
        return OwnSet(
            images if len(good) == len(images) else images[good],
            np.array([used.index(found[i][0]) for i in good], np.int64),
            [names[label] for label in used],
            np.array([groups.setdefault(series_of(file.name), len(groups)) for file in files], np.int64),
            np.array([is_test(file.name) for file in files], bool),
            files,
            [trouble for trouble in troubles if trouble] + self._passed_over(names, found),
        )

    def thumbnail(self, label: str, name: str) -> bytes:
        """Return an image as a small JPEG file. Raises ImageError if it is none, or gone."""
        return encode(square(open_image(self._path(label, name)), THUMBNAIL), "jpeg", quality=80)

    def _passed_over(self, names: list[str], found: list[tuple[int, Path]]) -> list[str]:
        """Return a sentence about the images in the folder that aren't among those found."""
        try:
            there = find_images(self.folder, names)
        except (ValueError, OSError):  # no images at all
            return []
        counted = {os.path.join(file.parent.name, file.name) for _, file in found}
        left = [name for name in there.loose + there.filenames if name not in counted]
        why = "not in the folder of a class itself, or without an ending such as .jpg"
        return [f"Left out {len(left)} image{'s' * (len(left) != 1)} ({why}): {listed(left)}."] * bool(left)

    def _new_series(self, label: str) -> str:
        """Return a name that no series has, on the side of the split of which the class has too few."""
        train, test = self.counts()[label]
        for_test = train > 0 and TEST_SHARE * test < train + test
        while True:
            name = f"{time.strftime('%Y%m%d')}-{secrets.token_hex(4)}"
            if is_test(f"{name}-0000.jpg") == for_test:
                return name

    def _known(self, label: str) -> str:
        if label not in self.classes:
            raise ClassNameError(f"There is no class {printable(str(label))!r} any more. Run this cell again.")
        return label

    def _same(self, name: str) -> str | None:
        """Return the class that a disk might take for this one."""
        return next((one for one in self.classes if folded(one) == folded(name)), None)

    def _path(self, label: str, name: str) -> Path:
        is_file = isinstance(name, str) and name == os.path.basename(name) and "\\" not in name
        if not is_file or is_leftover(name) or not name.lower().endswith(ENDINGS):
            raise DataError(f"{printable(str(name))!r} isn't the name of an image.")
        return self.folder / self._known(label) / name

    def _trash(self, path: Path) -> Path:
        return self.folder / TRASH / path.parent.name / path.name

    def _rename(self, what: str, moves: Moves) -> int:
        done = self._moved(moves)
        if done:
            self._note(what, done)
        return len(done)

    def _moved(self, moves: Moves) -> Moves:
        """Rename files or folders, never onto one that is there; return what was done. After a failure nothing is."""
        done: Moves = []
        try:
            for before, after in moves:
                if not before.exists():  # another notebook, or the list of files, was faster
                    continue
                with as_data_error(after.parent):
                    after.parent.mkdir(parents=True, exist_ok=True)
                    same = after.exists() and after.samefile(before)  # only upper and lower case differ
                    while after.exists() and not same:
                        after = after.with_name(f"{after.stem}x{after.suffix}")
                    os.rename(before, after)
                done.append((before, after))
        except BaseException:
            for before, after in reversed(done):
                with suppress(OSError):
                    os.rename(after, before)
            raise
        return done

    def _note(self, what: str, moves: Moves, joined: bool = False) -> None:
        if joined and self.undoable == what:
            self._done[-1][1].extend(moves)
        else:
            self._done.append((what, moves))
            del self._done[:-100]


def square(image: Image.Image, side: int = SIDE) -> Image.Image:
    """Return the middle of an image as a square of `side` pixels, in RGB, without anything that was noted with it."""
    middle = ImageOps.fit(to_eight_bits(image, "RGB"), (side, side), Image.Resampling.LANCZOS)
    middle.info = {}  # a comment would be written again
    return middle


def _read(path: Path, target: np.ndarray) -> str:
    """Put an image into `target` (size, size, 3); return why it can't be, or ""."""
    try:
        target[:] = square(open_image(path), len(target))
    except ImageError as error:
        return str(error)
    return ""
