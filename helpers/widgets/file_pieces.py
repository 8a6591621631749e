"""Files put together from the pieces that the browser sends: a message of 10 MB would end JupyterLab's connection, one of 1 MB Colab's."""

import io
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.images.file_bytes import MAX_BYTES
from helpers.images.read import ImageError

MOST_FILES = 100  # of one choice
LONGEST_TEXT = 300  # letters of a name or a sentence


@dataclass(frozen=True)
class ReceivedFile:
    """One file of a choice: the `number`th (from 1) of `count`; `problem` says why its `content` is not there."""

    name: str
    number: int
    count: int
    content: bytes
    problem: str = ""

    def open(self) -> io.BytesIO:
        """Return the file as `open(…, "rb")` does, with its name. Raises ImageError if it did not come."""
        if self.problem:
            raise ImageError(self.problem)
        file = io.BytesIO(self.content)
        file.name = self.name
        return file


class FileAssembler:
    """Puts the files of one choice together; a newer choice takes the place of an older one.

    A piece is a dict and one buffer: `upload` (the name of the choice), `number` and `count` of the file, its `name` and `size`
    in bytes, and `at`, where the piece begins. Instead of bytes, `problem` can say why there are none; `replaces` names a choice that
    was given up.
    """

    def __init__(self) -> None:
        self._upload = ""
        self._earlier: deque[str] = deque(maxlen=100)
        self._number, self._data = 0, bytearray()  # the file that is on its way, and what came of it

    def add(self, content: Any, buffers: Sequence | None = None) -> tuple[dict | None, ReceivedFile | None]:
        """Take a message; return the answer to send (None: it is no piece), and the file if it is complete now.

        The answer has `upload`, and `next`: where the next piece of the file begins; or `done`: the number of the file; or `stop`,
        a sentence. Nothing is raised, whatever comes: pieces that are doubled, late or lost are answered with what is wanted.
        """
        if not _is_piece(content):
            return None, None
        upload, number, at = content["upload"], content["number"], content["at"]
        if upload != self._upload:
            if upload in self._earlier or (number, at) != (1, 0):
                return {"upload": upload, "stop": "Another choice took its place. Choose the image again."}, None
            self._earlier += [upload, _text(content.get("replaces", ""))]  # which may still wait in the kernel's queue
            self._upload, self._number, self._data = upload, 1, bytearray()
        if number < self._number:
            return {"upload": upload, "done": number}, None
        if number > self._number:
            return {"upload": upload, "stop": "A part of it was lost. Choose the image again."}, None
        return self._append(content, buffers or ())

    def _append(self, content: dict, buffers: Sequence) -> tuple[dict, ReceivedFile | None]:
        upload, name, size = content["upload"], _text(content["name"]), content["size"]
        problem = _text(content.get("problem", ""))
        if size > MAX_BYTES:
            problem = f'"{name}" has {size / 2**20:.0f} MB; at most {MAX_BYTES >> 20} MB are read. Choose a smaller copy of it.'
        if not problem and content["at"] == len(self._data):
            piece = bytes(buffers[0]) if len(buffers) == 1 else b""
            if not piece and size or len(self._data) + len(piece) > size:
                problem = f'"{name}" changed while it was sent. Choose it again.'
            self._data += piece
        if not problem and len(self._data) < size:
            return {"upload": upload, "next": len(self._data)}, None
        data = b"" if problem else bytes(self._data)
        file = ReceivedFile(name, content["number"], content["count"], data, problem)
        self._number, self._data = self._number + 1, bytearray()
        return {"upload": upload, "done": file.number}, file


def _text(value: Any) -> str:
    """Return a text of bounded length that can be sent back: names of files may hold halves of characters."""
    return str(value)[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _is_piece(content: Any) -> bool:
    """Return whether a message has all that a piece needs, in types and ranges that fit."""
    if not isinstance(content, dict):
        return False
    numbers: list[Any] = [content.get(name) for name in ("number", "count", "size", "at")]
    texts: list[Any] = [content.get(name) for name in ("upload", "name")]
    if not all(type(number) is int for number in numbers) or not all(isinstance(text, str) for text in texts):
        return False
    number, count, size, at = numbers
    is_name = texts[0].isascii() and 0 < len(texts[0]) <= LONGEST_TEXT
    return is_name and 1 <= number <= count <= MOST_FILES and 0 <= at <= size
