"""A file from the network: verified, resumed where it broke off, and soon given up when there is no network."""

import os
import threading
import urllib.error
import urllib.request
from hashlib import file_digest
from http.client import HTTPException
from pathlib import Path

from data_scripts.errors import DataError, as_data_error
from data_scripts.paths import home
from data_scripts.progress import progress_bar

PATIENCE = 15  # seconds without an answer
TRIES = 5  # how often a transfer that broke off is taken up again
BLOCK = 1 << 16


def folder() -> Path:
    """Where downloads are kept until they are used."""
    return home() / "data" / "downloads"


def file(url: str, path: Path, size: int, checksum: str | None, advice: str) -> None:
    """Download `url` to `path`, unless it is already there.

    Args:
        url: the address.
        path: the file; while incomplete its name ends in ".part".
        size, checksum: length in bytes and SHA-256 that the file must have; None where nobody publishes one.
        advice: what to do if this fails: the end of the error's sentence.

    Raises:
        DataError: no network, no answer, or another file than expected.
    """
    if os.path.isfile(path) and checksum in (None, _checksum(path)):
        return
    part = path.with_name(path.name + ".part")
    with as_data_error(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with progress_bar(size, path.name, scale=True) as progress:
            _transfer(url, part, size, progress, advice)
        if checksum not in (None, _checksum(part)):
            part.unlink()
            raise DataError(f"What came from {url} is not the file that TFDS knows: its SHA-256 is wrong. {advice}")
        os.replace(part, path)


def _checksum(path: Path) -> str:
    with open(path, "rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _transfer(url: str, part: Path, size: int, progress, advice: str) -> None:
    """Fill `part` up to `size` bytes."""
    for _ in range(TRIES):
        have = _size(part)
        try:
            if have < size:
                have = _go_on(url, part, have, size, progress)
            if have >= size:
                return
            problem = "the connection broke off"
        except urllib.error.HTTPError as error:
            problem = f"{error.code} {error.reason}"
            error.close()
            break
        except (TimeoutError, HTTPException, urllib.error.URLError, ConnectionError) as error:
            reason = getattr(error, "reason", error)
            problem = getattr(reason, "strerror", None) or str(reason) or type(error).__name__
            if have == _size(part):
                break  # nothing came at all: there is no network, or no such host
    raise DataError(f"{url} could not be downloaded: {problem}. {advice}")


def _go_on(url: str, part: Path, have: int, size: int, progress) -> int:
    """Append what is missing, as far as the connection lasts; returns how many bytes there are now."""
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    with _opened(request) as answer, open(part, "r+b" if have else "wb") as out:
        if answer.status != 206:
            have = 0  # the server sends everything again
        out.truncate(have)
        out.seek(have)
        progress.update(have - progress.n)
        while have < size:
            try:
                block = answer.read(min(BLOCK, size - have))
            except OSError as error:
                raise ConnectionError(error.strerror or str(error)) from error
            if not block:
                break
            out.write(block)
            have += len(block)
            progress.update(len(block))
    return have


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _opened(request: urllib.request.Request):
    """`urlopen` that gives up after PATIENCE seconds altogether, not for each of a host's many addresses."""
    result = []

    def open_it():
        try:
            result.append(urllib.request.urlopen(request, timeout=PATIENCE))
        except BaseException as error:
            result.append(error)

    thread = threading.Thread(target=open_it, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not result:
        raise TimeoutError(f"no answer within {PATIENCE} seconds")
    if isinstance(result[0], BaseException):
        raise result[0]
    return result[0]
