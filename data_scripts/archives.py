"""The files in a folder or a zip that you have: named and read, never unpacked where their names say."""

import os
import re
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from data_scripts.errors import DataError, as_data_error, is_full
from data_scripts.leftovers import is_leftover
from data_scripts.paths import existing, home

MAX_FILE = 64 << 20  # bytes; the largest image of the sets has 0.6 MB
MAX_ZIP = 2 << 30  # of a zip in a zip, as Kaggle packs it; one deeper is left alone
MAX_ALL = 8 << 30
MAX_RATIO = 100  # times its own size that an archive may unpack to
MAX_COUNT = 200_000
FLAG_ENCRYPTED = 1
BROKEN = (  # what zipfile raises where a zip is broken; ValueError and IndexError: of a member's name
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError),
    *(struct.error, ValueError, IndexError),
)
Files = dict[str, Callable[[], bytes]]  # path inside, with "/" → reads the file


@contextmanager
def opened(place: Path) -> Iterator[Files]:
    """Give all files in `place`, a zip or a folder, also those in the folder's zips; hidden ones are left out.

    Raises:
        DataError: there is no such thing, or the zip is damaged, or has members that no honest archive has:
            links, absolute paths or "..", absurd sizes or numbers. Such a zip in a folder is left out, and named.
    """
    place = existing(place)
    with ExitStack() as stack:
        if place.is_dir():
            files = _in_folder(place)
            zips = [place / name for name in files if name.lower().endswith(".zip")]
        else:
            files, zips = {}, [place]
        for path in zips:
            try:
                files = _in_zip(path, str(path), stack) | files
            except DataError as error:
                if path == place:
                    raise
                print(f"Left out: {error}")
        yield files


def _in_folder(folder: Path) -> Files:
    """Follow links: the folder is the learner's own, and nothing is written there. What the course rendered is left out."""
    files: Files = {}
    rendered = os.path.realpath(home() / "data" / "offline")  # under the official names
    seen = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if not is_leftover(name))
        real = os.path.realpath(parent)
        if real in seen or Path(real).is_relative_to(rendered):  # a link to a folder above, or our own images
            folders.clear()
            continue
        seen.add(real)
        for name in sorted(names):
            path = Path(parent, name)
            if not is_leftover(name) and path.is_file():
                files[path.relative_to(folder).as_posix()] = file_reader(path)
        if len(files) > MAX_COUNT:
            raise DataError(f"{folder} has more than {MAX_COUNT:,} files. Name the folder of the images itself.")
    return files


def file_reader(path: Path) -> Callable[[], bytes]:
    """Return what reads a file. It raises DataError for one that is too large or can't be read."""

    def read() -> bytes:
        try:
            if path.stat().st_size > MAX_FILE:
                raise DataError(f"{path} is larger than {MAX_FILE >> 20} MB; no image of these sets is that large.")
            return path.read_bytes()
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error

    return read


def _in_zip(file: Path | IO[bytes], name: str, stack: ExitStack, depth: int = 0) -> Files:
    try:
        archive = stack.enter_context(zipfile.ZipFile(file))
        members = [member for member in archive.infolist() if not member.is_dir()]
        length = archive.fp.seek(0, os.SEEK_END) if archive.fp else 0
    except BROKEN as error:
        raise DataError(f"{name} is not a whole zip file: {error}. Download it again.") from error
    size = sum(member.file_size for member in members)
    if len(members) > MAX_COUNT or size > min(MAX_ALL, MAX_RATIO * length + MAX_FILE):
        raise DataError(f"{name} would unpack to an absurd size; it is not the published archive.")
    names = set()
    for member in members:
        problem = "is in it twice" if member.filename in names else _problem(member)
        names.add(member.filename)
        if problem:
            raise DataError(f"{name}: its member {member.filename!r} {problem}; it is not the published archive.")

    def reader(member: zipfile.ZipInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            with _damage(name, member), archive.open(member) as content:
                # One byte more than the header says, so that the checksum is compared; a bare `read` would unpack
                # all that there is, whatever the header says.
                return content.read(member.file_size + 1)

        return read

    shown = [member for member in members if not any(map(is_leftover, member.filename.split("/")))]
    files = {member.filename: reader(member) for member in shown}
    for member in shown if depth == 0 else []:
        if member.filename.lower().endswith(".zip"):
            inner = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack is its context manager
            with as_data_error(Path(tempfile.gettempdir())), _damage(name, member), archive.open(member) as content:
                shutil.copyfileobj(content, inner)
            files = _in_zip(inner, f"{name}: {member.filename}", stack, depth + 1) | files
    return files


@contextmanager
def _damage(name: str, member: zipfile.ZipInfo) -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        if is_full(error):
            raise
        raise DataError(f"{name} is damaged at {member.filename!r}: {error}. Download it again.") from error


def _problem(member: zipfile.ZipInfo) -> str:
    """Return what is wrong with a member, or ""."""
    name = member.orig_filename  # as it is in the file; `filename` has been made harmless already
    if re.match(r"[/\\]|[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name) or "\0" in name:
        return "leads out of the archive"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "is a link" if kind == stat.S_IFLNK else "is a device"
    if member.flag_bits & FLAG_ENCRYPTED:
        return "is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in a way that zip files of images are not"
    if member.file_size > (MAX_ZIP if name.lower().endswith(".zip") else MAX_FILE):
        return f"unpacks to {member.file_size >> 20:,} MB"
    return ""
