"""The published files of MNIST and Fashion-MNIST: names, counts, checksums, and how they are read.

A checksum is the SHA-256 of the unpacked IDX file: `gunzip -c train-images-idx3-ubyte.gz | sha256sum`.
"""

import gzip
import io
import struct
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from data_scripts import archives
from data_scripts.errors import DataError
from data_scripts.paths import existing

IMAGES = {"train": "train-images-idx3-ubyte", "test": "t10k-images-idx3-ubyte"}
LABELS = {"train": "train-labels-idx1-ubyte", "test": "t10k-labels-idx1-ubyte"}
SHAPE = (28, 28)  # of an image
Splits = dict[str, tuple[np.ndarray, np.ndarray]]  # "train" or "test" → images (N, 28, 28) uint8, labels (N,)
COUNTS = {"official": {"train": 60_000, "test": 10_000}, "offline": {"train": 20_000, "test": 4_000}}


@dataclass(frozen=True)
class Part:
    """One split: how many images, and the checksums of its two files."""

    count: int
    images: str
    labels: str


@dataclass(frozen=True)
class MnistSet:
    """A data set in MNIST's form: 28 × 28 gray images of ten classes.

    `parts["official" or "offline"]["train" or "test"]`: offline is the first 20,000 and 4,000 of the official ones.
    """

    name: str  # TFDS's
    title: str
    parts: dict[str, dict[str, Part]]
    version: str = "3.0.1"  # TFDS's, too: the folder's name depends on it


# Set, source, split, what, and the SHA-256.
CHECKSUMS = """
mnist official train images ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
mnist official train labels 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
mnist official test images 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
mnist official test labels ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
mnist offline train images a11a4e2732abb0fa4e8f31a13a8d7556412b39452f305e80c7f4b77edc889936
mnist offline train labels eb92585ea9285fed1427500c49eefcc06f159cc858b6d825728649a46f3f0ff8
mnist offline test images 21be11595f5966da1c5584c47cd96ab32d6524db6119eec21d5f35c783fbe92a
mnist offline test labels 61e2d09e81428e24c39d866b505c9f03bbeaf35b2d7eb76f641875ab093e7e9b
fashion_mnist official train images c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888
fashion_mnist official train labels bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9
fashion_mnist official test images 5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b
fashion_mnist official test labels 0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34
fashion_mnist offline train images f675812a188eaff57e6cc99252d4b1fa2d27bc3e00cec09f67474894e24358ad
fashion_mnist offline train labels c1d29b30febfce7b7c5d4dfc17d6ab9f9f8e49101ae51e79e3b24d5df6a1317e
fashion_mnist offline test images 7269ac827b3fbedc45791810f0f843f40fcab6f78371d49fa35e1f9658c0a008
fashion_mnist offline test labels 62614c8c9ee2faf958d3472f16f3d19af9ecb473151ac08a963a049dc22a2d6c
"""


def _parts(name: str) -> dict[str, dict[str, Part]]:
    rows = (line.split() for line in CHECKSUMS.split("\n") if line)
    known = {tuple(key): checksum for *key, checksum in rows}
    return {
        source: {
            split: Part(count, *(known[name, source, split, what] for what in ("images", "labels")))
            for split, count in counts.items()
        }
        for source, counts in COUNTS.items()
    }


TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
SETS = {name: MnistSet(name, title, _parts(name)) for name, title in TITLES.items()}


def read_published(described: MnistSet, place: Path) -> Splits:
    """Return all images and labels of the published files in `place`, in the published order.

    `place` has the four IDX files, gzipped or not, or Keras's `mnist.npz`: it is a folder, one of these files, or a zip.
    Of several copies those in a folder that is called like the set, as torchvision and others keep them, are taken.
    Raises DataError for a file that is missing, damaged, or has another checksum than in CHECKSUMS.
    """
    place = existing(place)
    is_archive = place.suffix.lower() in (".zip", ".npz") or zipfile.is_zipfile(place)
    if place.is_file() and not is_archive:  # one of the four: the others are next to it
        place = place.parent
        return _splits(
            described, {path.name: archives.file_reader(path) for path in place.iterdir() if path.is_file()}, place
        )
    with archives.opened(place) as files:
        arrays = [] if place.is_file() else sorted(place / path for path in files if path.endswith(".npz"))
        if not arrays or _copies(described, files, IMAGES["train"]):
            return _splits(described, files, place)
    problems = []
    for path in arrays:
        try:
            with archives.opened(path) as files:
                return _splits(described, files, path)
        except DataError as error:
            problems.append(error)
    raise problems[0]


def _splits(described: MnistSet, files: archives.Files, place: Path) -> Splits:
    """Return the published images and labels from the files in `place`. Raises DataError for others."""
    splits = {
        split: (
            _read(described, files, place, split, "images", (part.count, *SHAPE)),
            _read(described, files, place, split, "labels", (part.count,)),
        )
        for split, part in described.parts["official"].items()
    }
    verify(described, "official", splits, str(place))
    return splits


def _read(
    described: MnistSet, files: archives.Files, place: Path, split: str, what: str, shape: tuple[int, ...]
) -> np.ndarray:
    """Return the images or labels of a split from the files in `place`."""
    if "x_train.npy" in files:
        name = f"{'x' if what == 'images' else 'y'}_{split}"
        return _read_npy(files[f"{name}.npy"]() if f"{name}.npy" in files else b"", shape, f"{place}: {name}")
    name = (IMAGES if what == "images" else LABELS)[split]
    for path in _copies(described, files, name):
        return read_idx(files[path](), shape, f"{place}: {path}" if place.is_file() else str(place / path))
    raise DataError(
        f"{place} has no {name} (or {name}.gz) that can be read. {described.title} is four files: "
        f"{', '.join([*IMAGES.values(), *LABELS.values()])}."
    )


def _copies(described: MnistSet, files: archives.Files, name: str) -> list[str]:
    """Return the copies of a file, packed or not, with a hyphen or the dot that old copies have; the likeliest place first."""
    spellings = [stem + ending for stem in (name, name.replace("-idx", ".idx")) for ending in ("", ".gz")]
    own = {described.name, described.title.replace("-", "")}  # the set's folder; the second is torchvision's name

    def likeliest(path: str) -> tuple[bool, int, str]:
        return own.isdisjoint(path.split("/")), path.count("/"), path

    return sorted((path for path in files if path.rpartition("/")[2] in spellings), key=likeliest)


def _read_npy(content: bytes, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return the uint8 array of this shape in an .npy file. Nothing is unpickled, and nothing larger is made."""
    file = io.BytesIO(content)
    try:
        with warnings.catch_warnings(action="ignore"):
            version = np.lib.format.read_magic(file)
            header = np.lib.format.read_array_header_1_0(file) if version == (1, 0) else None
    except Exception:  # NumPy reads the header as Python, which can fail in a dozen ways
        header = None
    content = file.read()
    if header != (shape, False, np.dtype(np.uint8)) or len(content) != int(np.prod(shape)):
        raise DataError(f"{name} is not an array of {_numbers(shape)} bytes. Get the file again.")
    return np.frombuffer(content, np.uint8).reshape(shape)


def read_idx(content: bytes, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return the uint8 array of this shape in an IDX file, gzipped or not.

    The format: two zero bytes, 8 for uint8, the count of dimensions, each dimension as a big-endian 32-bit integer,
    then the numbers. (Described by LeCun, Cortes and Burges on the MNIST page.) Nothing more than `shape` is ever
    unpacked, however large the file pretends to be. Raises DataError for a file that is cut short, damaged, or holds
    something else; `name` is what the learner knows it by.
    """
    header = idx_header(shape)
    size = len(header) + int(np.prod(shape))
    if content.startswith(b"\x1f\x8b"):  # whatever its name says
        try:
            with gzip.open(io.BytesIO(content)) as file:
                content = file.read(size + 1)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"{name} is damaged or cut short and cannot be unpacked. Get the file again.") from error
    if len(content) != size or not content.startswith(header):
        raise DataError(f"{name} is not an IDX file of {_numbers(shape)} numbers. Get the file again.")
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape)


def _numbers(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{length:,}" for length in shape)


def idx_header(shape: tuple[int, ...]) -> bytes:
    """Return the bytes in front of the numbers of a uint8 array of this shape."""
    return struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)


def idx_checksum(array: np.ndarray) -> str:
    """Return the SHA-256 of the unpacked IDX file that holds the array."""
    return sha256(idx_header(array.shape) + array.astype(np.uint8).tobytes()).hexdigest()


def verify(described: MnistSet, source: str, splits: Splits, place: str) -> None:
    """Raise `DataError` unless the arrays are exactly those of this set; `place` says where they came from."""
    for split, (images, labels) in splits.items():
        part = described.parts[source][split]
        for array, expected, kind in ((images, part.images, "images"), (labels, part.labels, "labels")):
            checksum = idx_checksum(array)
            if checksum != expected:
                raise DataError(
                    f"{place}: the {split} {kind} are not {described.title}'s{_whose(checksum)} "
                    f"(SHA-256 {checksum[:12]}…, expected {expected[:12]}…)."
                )


def _whose(checksum: str) -> str:
    """Name the set that has the checksum: both use the same file names, so the likeliest mistake is the other's folder."""
    for described in SETS.values():
        for parts in described.parts.values():
            if any(checksum in (part.images, part.labels) for part in parts.values()):
                return f" but {described.title}'s"
    return ""
