"""The published files of MNIST and Fashion-MNIST: names, counts, checksums, and how they are read.

A checksum is the SHA-256 of the unpacked IDX file: `gunzip -c train-images-idx3-ubyte.gz | sha256sum`.
"""

import gzip
import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from data_scripts import archives
from data_scripts.errors import DataError, as_data_error

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


def _described(name: str, title: str, checksums: dict[tuple[str, str], tuple[str, str]]) -> MnistSet:
    """Return a set by the checksums of images and labels of each source and split."""
    parts = {
        source: {split: Part(count, *checksums[source, split]) for split, count in counts.items()}
        for source, counts in COUNTS.items()
    }
    return MnistSet(name, title, parts)


SETS = {
    "mnist": _described(
        "mnist",
        "MNIST",
        {
            ("official", "train"): (
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
            ("official", "test"): (
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
            ("offline", "train"): (
                "a11a4e2732abb0fa4e8f31a13a8d7556412b39452f305e80c7f4b77edc889936",
                "eb92585ea9285fed1427500c49eefcc06f159cc858b6d825728649a46f3f0ff8",
            ),
            ("offline", "test"): (
                "21be11595f5966da1c5584c47cd96ab32d6524db6119eec21d5f35c783fbe92a",
                "61e2d09e81428e24c39d866b505c9f03bbeaf35b2d7eb76f641875ab093e7e9b",
            ),
        },
    ),
    "fashion_mnist": _described(
        "fashion_mnist",
        "Fashion-MNIST",
        {
            ("official", "train"): (
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            ("official", "test"): (
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
            ("offline", "train"): (
                "f675812a188eaff57e6cc99252d4b1fa2d27bc3e00cec09f67474894e24358ad",
                "c1d29b30febfce7b7c5d4dfc17d6ab9f9f8e49101ae51e79e3b24d5df6a1317e",
            ),
            ("offline", "test"): (
                "7269ac827b3fbedc45791810f0f843f40fcab6f78371d49fa35e1f9658c0a008",
                "62614c8c9ee2faf958d3472f16f3d19af9ecb473151ac08a963a049dc22a2d6c",
            ),
        },
    ),
}


def read_published(described: MnistSet, place: Path) -> Splits:
    """Return all images and labels of the published files in `place`, in the published order.

    `place` is a folder that has the four IDX files, gzipped or not, or has them in a folder of the set's name, as
    torchvision and others keep them; or a zip of the four files, Keras's `mnist.npz`, or a folder with one of these.

    Raises:
        DataError: a file is missing, damaged, or another than the published file.
    """
    packed = [place] if zipfile.is_zipfile(place) else sorted([*place.glob("*.zip"), *place.glob("*.npz")])
    if place.is_file() and not packed:
        place = place.parent  # one of the four files
    if packed and (place.is_file() or not _candidates(described, place, IMAGES["train"])):
        splits = _read_packed(described, packed[0])
    else:
        splits = _read_folder(described, place)
    verify(described, "official", splits, str(place))
    return splits


def _read_folder(described: MnistSet, folder: Path, place: Path | None = None) -> Splits:
    return {
        split: (
            read_idx(_find(described, folder, IMAGES[split], place), (part.count, *SHAPE)),
            read_idx(_find(described, folder, LABELS[split], place), (part.count,)),
        )
        for split, part in described.parts["official"].items()
    }


def _read_packed(described: MnistSet, path: Path) -> Splits:
    """Read a zip of the four files, or of Keras's four arrays."""
    with archives.opened(path) as files, tempfile.TemporaryDirectory() as folder:
        if "x_train.npy" in files:
            return {
                split: (
                    _read_npy(files.get(f"x_{split}.npy"), (part.count, *SHAPE), f"{path}: x_{split}"),
                    _read_npy(files.get(f"y_{split}.npy"), (part.count,), f"{path}: y_{split}"),
                )
                for split, part in described.parts["official"].items()
            }
        wanted = {spelling for name in (*IMAGES.values(), *LABELS.values()) for spelling in _spellings(name)}
        with as_data_error(Path(folder)):
            for inside, read in files.items():
                name = inside.rsplit("/", 1)[-1]
                if name in wanted:
                    Path(folder, name).write_bytes(read())
        return _read_folder(described, Path(folder), path)


def _read_npy(read: Callable[[], bytes] | None, shape: tuple[int, ...], name: str) -> np.ndarray:
    """Return the uint8 array of this shape in an .npy file. Nothing is unpickled, and nothing larger is made."""
    file = io.BytesIO(read() if read else b"")
    try:
        version = np.lib.format.read_magic(file)
        header = np.lib.format.read_array_header_1_0(file) if version == (1, 0) else None
    except ValueError:
        header = None
    content = file.read()
    if header != (shape, False, np.dtype(np.uint8)) or len(content) != int(np.prod(shape)):
        numbers = " × ".join(f"{length:,}" for length in shape)
        raise DataError(f"{name} is not an array of {numbers} bytes. Get the file again.")
    return np.frombuffer(content, np.uint8).reshape(shape)


def read_idx(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Return the uint8 array of this shape in an IDX file, gzipped or not.

    The format: two zero bytes, 8 for uint8, the count of dimensions, each dimension as a big-endian 32-bit integer,
    then the numbers. (Described by LeCun, Cortes and Burges on the MNIST page.) Nothing more than `shape` is ever
    unpacked, however large the file pretends to be.

    Raises:
        DataError: the file is unreadable, cut short, or holds something else.
    """
    header = idx_header(shape)
    size = len(header) + int(np.prod(shape))
    try:
        with open(path, "rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"  # whatever its name says
        with (gzip.open if is_packed else open)(path, "rb") as file:
            content = file.read(size + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path} is damaged or cut short and cannot be unpacked. Get the file again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    if len(content) != size or not content.startswith(header):
        numbers = " × ".join(f"{length:,}" for length in shape)
        raise DataError(f"{path} is not an IDX file of {numbers} numbers. Get the file again.")
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape)


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


def _spellings(name: str) -> list[str]:
    """Return the names that copies of a file have: packed or not, with a hyphen or the dot that old copies have."""
    return [stem + ending for stem in (name, name.replace("-idx", ".idx")) for ending in ("", ".gz")]


def _candidates(described: MnistSet, folder: Path, name: str) -> list[Path]:
    torchvision = f"{described.title.replace('-', '')}/raw"  # its name for the folder
    places = (folder / inside for inside in (".", described.name, "raw", torchvision))
    paths = [place / spelling for place in places for spelling in _spellings(name)]
    return [path for path in paths if path.is_file()]


def _find(described: MnistSet, folder: Path, name: str, place: Path | None = None) -> Path:
    """Find the file in the folder; `place` is what the learner knows it by."""
    for path in _candidates(described, folder, name):
        return path
    raise DataError(
        f"{place or folder} has no {name} (or {name}.gz) that can be read. {described.title} is four files: "
        f"{', '.join([*IMAGES.values(), *LABELS.values()])}."
    )
