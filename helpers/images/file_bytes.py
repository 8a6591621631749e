"""Whatever a learner calls an image file → its bytes, or one clear sentence."""

import io
import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

Source = str | os.PathLike | bytes | bytearray | memoryview | IO[bytes]

MAX_BYTES = 64 * 2**20
MAX_PIECES = 100_000  # a file object that gives less at a time than this allows is not waited for


class ImageError(ValueError):
    """A file that cannot be read as an image; the text is one sentence for the learner."""


def read_bytes(source: Source, name: str = "") -> tuple[bytes, str]:
    """Return the bytes of a path, bytes or an open file (from its beginning), and the file's name (`name` if it has none).

    Reads at most MAX_BYTES + 1 bytes. Pipes and devices, which might never end, are not read. Raises ImageError for
    them, for a missing, empty, closed or too large file, and for anything else that isn't a file.
    """
    if isinstance(source, bytes) and os.path.exists(source):  # the name of a file, which no image can be
        source = os.fsdecode(source)
    if isinstance(source, str | os.PathLike):
        path = Path(os.path.expanduser(os.fsdecode(source)))
        name, data = path.name, _path_bytes(path)
    elif isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif hasattr(source, "read"):
        with suppress(Exception):
            name = Path(str(getattr(source, "name", ""))).name or name
        data = _object_bytes(source, label(name))
    else:
        raise ImageError(f"An image is a path, bytes or an open file, not a {type(source).__name__}.")
    if len(data) > MAX_BYTES:
        raise ImageError(_too_large(label(name)))
    if not data:
        raise ImageError(f"{label(name)} is empty.")
    return data, name


def label(name: str) -> str:
    """Return how a sentence calls the file: its name in quotes, if it has one, printable and not too long."""
    return f'"{printable(name)}"' if name else "This file"


def printable(name: str, longest: int = 80) -> str:
    """Return a file's name as it can be printed anywhere: no line breaks, no halves of letters, not too long."""
    text = "".join(letter if letter.isprintable() else "?" for letter in name)
    return text if len(text) <= longest else f"{text[: longest // 2]}…{text[-longest // 2 :]}"


def _path_bytes(path: Path) -> bytes:
    try:
        _check(path.stat(), label(path.name))
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except PermissionError as error:
        raise ImageError(f"{label(path.name)} cannot be opened: you may not read it.") from error
    except (OSError, ValueError) as error:  # ValueError: no file's name holds a null byte
        if isinstance(error, ImageError):
            raise
        if os.path.exists(path):
            raise ImageError(f"{label(path.name)} cannot be opened: {getattr(error, 'strerror', error)}.") from error
        if re.match("(?i)[a-z]{2,}:/", str(path)):
            raise ImageError(
                f"{label(path.name)} is on the web. Download it, and give the path of the file."
            ) from error
        raise ImageError(f"There is no file {label(path.name)}.") from error


def _check(about: os.stat_result, label: str) -> None:
    """Raise ImageError unless this is a regular file with something in it. The kernel's files, in /proc, seem empty."""
    if stat.S_ISDIR(about.st_mode):
        raise ImageError(f"{label} is a folder, not an image.")
    if not stat.S_ISREG(about.st_mode):
        raise ImageError(f"{label} isn't an ordinary file. Save the image in one, or give its bytes.")
    if about.st_size > MAX_BYTES:
        raise ImageError(_too_large(label))
    if not about.st_size:
        raise ImageError(f"{label} is empty.")


def _object_bytes(file: Any, label: str) -> bytes:
    """Return what is in a file object; most of its methods may be missing, and all may fail."""
    is_closed = about = None
    with suppress(Exception):
        is_closed = file.closed
    if is_closed is True:
        raise ImageError(f"{label} is closed; open it again.")
    with suppress(Exception):  # most have no number that the system knows
        about = os.fstat(file.fileno())
    if about:
        _check(about, label)
    with suppress(Exception):  # a stream has no beginning to go back to
        file.seek(0)
    pieces: list[bytes] = []
    missing = MAX_BYTES + 1
    for _ in range(MAX_PIECES):
        try:
            piece = file.read(missing)
        except (UnicodeError, io.UnsupportedOperation):
            piece = ""
        except Exception as error:
            raise ImageError(f"{label} cannot be read: {printable(str(error)) or type(error).__name__}.") from error
        if isinstance(piece, str):
            raise ImageError(f'{label} is not open for reading bytes; open it with mode "rb".')
        if not isinstance(piece, bytes | bytearray | memoryview):
            raise ImageError(f"{label} gives no bytes when it is read, but a {type(piece).__name__}.")
        pieces.append(bytes(piece))
        missing -= len(pieces[-1])
        if not pieces[-1] or missing <= 0:
            return b"".join(pieces)
    raise ImageError(f"{label} gives its bytes one by one, which takes too long; read it into bytes first.")


def _too_large(label: str) -> str:
    return f"{label} is larger than {MAX_BYTES >> 20} MB, the most that is read."
