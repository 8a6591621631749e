"""What names say in the learner's own folder: what a class can be called, and an image's series and side of the split."""

import functools
import hashlib
import re
import unicodedata

from data_scripts.errors import DataError
from data_scripts.leftovers import is_leftover
from helpers.images.file_bytes import printable

TEST_SHARE = 5  # one series in five is for testing
LONGEST_NAME = 40  # letters of a class
KEPT = re.compile(r"\d{8}-[0-9a-f]{8}-\d{4}x*\.jpg")  # names of files that `keep` has written: day, series, number
DRAFT = re.compile(rf"\.{KEPT.pattern}\.\d+")
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # Windows' devices


class ClassNameError(DataError, ValueError):
    """A name that no class can have; the text is one sentence for the learner."""


def class_name(name: str) -> str:
    """Return the name as a class and a folder can have it on every system. Raises ClassNameError for what is none."""
    if not isinstance(name, str):
        raise ClassNameError(f"A class is called by a text, not by {name!r}.")
    text = unicodedata.normalize("NFC", " ".join(name.split()))
    about = f"{printable(name, LONGEST_NAME)!r} can't be the name of a class"
    if not text:
        raise ClassNameError("A class needs a name. Type one, such as 'rock'.")
    if len(text) > LONGEST_NAME:
        raise ClassNameError(f"{about}: it has {len(text)} letters, and {LONGEST_NAME} is the most.")
    bad = next(
        (letter for letter in text if letter in '/\\:*?"<>|' or not (letter.isprintable() or letter == "\u200d")), None
    )
    if bad is not None:
        raise ClassNameError(f"{about}: no folder may have {printable(bad)!r} in its name. Leave it out.")
    if is_leftover(text) or text.startswith("~") or text.endswith((".", "-checkpoint")) or RESERVED.fullmatch(text):
        raise ClassNameError(f"{about}: systems use such names for something else. Choose another.")
    return text


def series_of(name: str) -> str:
    """Return what the names of images of one series share; of a file that `keep` hasn't written, its name."""
    return name.rpartition("-")[0] if KEPT.fullmatch(name) else name


@functools.lru_cache(100_000)
def is_test(name: str) -> bool:
    """Return whether the file of this name is for testing: one series in five, by a hash of its name."""
    return int(hashlib.sha256(series_of(name).encode("utf-8", "replace")).hexdigest(), 16) % TEST_SHARE == 0


def folded(name: str) -> str:
    """Return what two names share that a disk may take for one: "Cat" and "cat" are one folder on many."""
    return unicodedata.normalize("NFKC", name).casefold()
