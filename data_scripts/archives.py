"""The files in a folder or a zip that you have: named and read, never unpacked where their names say."""

import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from data_scripts.errors import DataError

MAX_FILE = 64 << 20  # bytes; the largest image of the sets has 0.6 MB
MAX_ALL = 8 << 30
MAX_COUNT = 200_000
Files = dict[str, Callable[[], bytes]]  # path inside, with "/" → reads the file


@contextmanager
def opened(place: Path) -> Iterator[Files]:
    """Give all files in `place`, a zip or a folder, also those in the folder's zips; hidden ones are left out.

    Raises:
        DataError: there is no such thing, or the zip is damaged, or has members that no honest archive has:
            links, absolute paths or "..", absurd sizes or numbers.
    """
    place = Path(place).expanduser()
    with ExitStack() as stack:
        if place.is_dir():
            files = _in_folder(place)
            zips = [place / name for name in files if name.lower().endswith(".zip")]
        elif place.is_file():
            files = {}
            zips = [place]
        else:
            raise DataError(f"There is no file or folder {place}.")
        for path in zips:
            files = _in_zip(path, stack) | files
        yield files


def _in_folder(folder: Path) -> Files:
    """Follow links: the folder is the learner's own, and nothing is written there."""
    files: Files = {}
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if _is_shown(name))
        real = os.path.realpath(parent)
        if real in seen:  # a link to a folder above
            folders.clear()
            continue
        seen.add(real)
        for name in sorted(names):
            path = Path(parent, name)
            if _is_shown(name) and path.is_file():
                files[path.relative_to(folder).as_posix()] = _reader(path)
        if len(files) > MAX_COUNT:
            raise DataError(f"{folder} has more than {MAX_COUNT:,} files. Name the folder of the images itself.")
    return files


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            if path.stat().st_size > MAX_FILE:
                raise DataError(f"{path} is larger than {MAX_FILE >> 20} MB; that is no image of these sets.")
            return path.read_bytes()
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error

    return read


def _in_zip(path: Path, stack: ExitStack) -> Files:
    try:
        archive = stack.enter_context(zipfile.ZipFile(path))
        members = [member for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataError(f"{path} is not a whole zip file: {error}. Download it again.") from error
    if len(members) > MAX_COUNT or sum(member.file_size for member in members) > MAX_ALL:
        raise DataError(f"{path} would unpack to an absurd size; it is not the published archive.")
    for member in members:
        problem = _problem(member)
        if problem:
            raise DataError(f"{path}: its member {member.filename!r} {problem}; it is not the published archive.")

    def reader(member: zipfile.ZipInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            try:
                return archive.read(member)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
                raise DataError(f"{path} is damaged at {member.filename!r}: {error}. Download it again.") from error

        return read

    return {m.filename: reader(m) for m in members if all(_is_shown(part) for part in m.filename.split("/"))}


def _problem(member: zipfile.ZipInfo) -> str:
    """Return what is wrong with a member, or ""."""
    name = member.orig_filename  # as it is in the file; `filename` has been made harmless already
    if re.match(r"[/\\]|[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name) or "\0" in name:
        return "leads out of the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    if member.file_size > MAX_FILE:
        return f"unpacks to {member.file_size >> 20:,} MB"
    return ""


def _is_shown(name: str) -> bool:
    return not name.startswith(".") and name != "__MACOSX"
