"""A folder that `tfds.load` reads, written and read without TensorFlow, in the order of the arrays.

TFDS's own builders shuffle what they prepare, need TensorFlow (seconds to import) and take about a
millisecond an image. The format is simple and settled, so it is written here directly, at about 50 µs:

    NAME-SPLIT.tfrecord-00000-of-00001    the records, one per image
    dataset_info.json, features.json      how many there are, and what each holds

A record of a .tfrecord file is its length (8 bytes), a checksum of the length, the data, and a checksum of
the data. The data are a `tf.train.Example`, in protocol-buffer encoding: the image as PNG, and the label.
"""

import json
import os
import struct
import zlib
from pathlib import Path

import numpy as np

from data_scripts.crc32c import masked_checksums
from data_scripts.errors import DataError
from data_scripts.progress import progress_bar

AT_ONCE = 2000  # images; enough for the checksums' arithmetic to be quick, few enough for a lively bar
FRAME = 16  # bytes that a record has around its data

Splits = dict[str, tuple[np.ndarray, np.ndarray]]


def write(folder: Path, name: str, version: str, classes: tuple[str, ...], splits: Splits) -> None:
    """Write the splits to a new folder.

    Args:
        folder: made here; must not exist.
        name, version: TFDS's name and version of the data set.
        classes: names of the labels 0, 1, …
        splits: for each split's name, images (N, height, width) uint8 and labels (N,) below 128.

    Raises:
        OSError: the disk is full or cannot be written to.
    """
    folder.mkdir(parents=True)
    told = []
    with progress_bar(sum(len(labels) for _, labels in splits.values()), name) as progress:
        for split, (images, labels) in splits.items():
            with open(folder / _file_name(name, split), "xb") as file:
                for start in range(0, len(labels), AT_ONCE):
                    part = slice(start, start + AT_ONCE)
                    examples = [_example(_png(i), int(j)) for i, j in zip(images[part], labels[part], strict=True)]
                    file.write(_framed(examples))
                    progress.update(len(examples))
                told.append(_about_split(split, len(labels), file.tell()))
                _settle(file)
    info = {"name": name, "version": version, "fileFormat": "tfrecord", "disableShuffling": True, "splits": told}
    _write_text(folder / "label.labels.txt", "\n".join(classes) + "\n")
    _write_text(folder / "features.json", json.dumps(_features(splits, len(classes)), indent=2))
    _write_text(folder / "dataset_info.json", json.dumps(info, indent=2))


def is_whole(folder: Path, name: str, counts: dict[str, int]) -> bool:
    """True when the folder holds these splits, with so many images, in files as long as they were when written."""
    try:
        told = json.loads((folder / "dataset_info.json").read_text(encoding="utf-8"))["splits"]
        sizes = {split["name"]: int(split["numBytes"]) for split in told}
        return {split["name"]: int(split["shardLengths"][0]) for split in told} == counts and all(
            (folder / _file_name(name, split)).stat().st_size == sizes[split] + FRAME * counts[split] for split in sizes
        )
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return False


def read(folder: Path, name: str, split: str, shape: tuple[int, int] = (28, 28)) -> tuple[np.ndarray, np.ndarray]:
    """Read one split of a folder that `write` made.

    Returns:
        images (N, height, width) uint8 and labels (N,) int64.

    Raises:
        DataError: the file is missing or damaged.
    """
    path = folder / _file_name(name, split)
    try:
        examples = _unframed(path.read_bytes())
        pixels = bytearray().join(_pixels(example, shape) for example in examples)  # a bytearray: can be changed
        labels = np.array([example[-1] for example in examples], np.int64)
        return np.frombuffer(pixels, np.uint8).reshape(-1, *shape), labels
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, IndexError, struct.error, zlib.error) as error:
        raise DataError(f"{path} is damaged.") from error


def _file_name(name: str, split: str) -> str:
    return f"{name}-{split}.tfrecord-00000-of-00001"


# --- one image ---------------------------------------------------------------------------------------------

PNG_START = b"\x89PNG\r\n\x1a\n"


def _png(image: np.ndarray) -> bytes:
    """A gray image (height, width) uint8 as PNG; compression 1, for speed."""
    height, width = image.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with a 0: "not filtered"
    rows[:, 1:] = image
    about = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)  # 8 bits, gray
    return PNG_START + _chunk(b"IHDR", about) + _chunk(b"IDAT", zlib.compress(rows, 1)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixels(example: bytes, shape: tuple[int, int]) -> bytes:
    """The pixels of the one image in a record, row after row; the reverse of `_png`."""
    start = example.index(b"IDAT") + 4
    (length,) = struct.unpack_from(">I", example, start - 8)
    rows = np.frombuffer(zlib.decompress(example[start : start + length]), np.uint8)
    return rows.reshape(shape[0], shape[1] + 1)[:, 1:].tobytes()


def _example(png: bytes, label: int) -> bytes:
    """`tf.train.Example` with the features "image" and "label". The label is the last byte."""
    image = _field(1, _field(1, b"image") + _field(2, _field(1, _field(1, png))))
    return _field(1, image + _field(1, _field(1, b"label") + _field(2, _field(3, _field(1, bytes([label]))))))


def _field(number: int, data: bytes) -> bytes:
    """A field of a protocol buffer: number and kind (2: bytes), length in 7-bit groups, the bytes."""
    length, groups = len(data), bytearray([number << 3 | 2])
    while length > 127:
        groups.append(length & 127 | 128)
        length >>= 7
    groups.append(length)
    return bytes(groups) + data


# --- many records --------------------------------------------------------------------------------------------


def _framed(examples: list[bytes]) -> bytes:
    """Records as they stand in a file, one after the other."""
    lengths = [struct.pack("<Q", len(example)) for example in examples]
    checks = zip(lengths, masked_checksums(lengths), examples, masked_checksums(examples), strict=True)
    return b"".join(a + struct.pack("<I", b) + c + struct.pack("<I", d) for a, b, c, d in checks)


def _unframed(data: bytes) -> list[bytes]:
    """The records in a file's bytes. A wrong checksum or length is a ValueError or struct.error."""
    pieces, checks, at = [], [], 0  # a record is two pieces, each with its checksum: the length, and the data
    while at < len(data):
        length, check_of_length = struct.unpack_from("<QI", data, at)
        if at + FRAME + length > len(data):
            raise ValueError("cut short")
        (check_of_data,) = struct.unpack_from("<I", data, at + 12 + length)
        pieces += data[at : at + 8], data[at + 12 : at + 12 + length]
        checks += check_of_length, check_of_data
        at += FRAME + length
    for start in range(0, len(pieces), 2 * AT_ONCE):
        part = slice(start, start + 2 * AT_ONCE)
        if masked_checksums(pieces[part]) != checks[part]:
            raise ValueError("a checksum is wrong")
    return pieces[1::2]


# --- the two .json files -------------------------------------------------------------------------------------


def _about_split(split: str, count: int, size: int) -> dict:
    return {
        "name": split,
        "shardLengths": [str(count)],
        "numBytes": str(size - FRAME * count),
        "filepathTemplate": "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}",
    }


def _features(splits: Splits, classes: int) -> dict:
    height, width = next(iter(splits.values()))[0].shape[1:]
    package = "tensorflow_datasets.core.features"
    image = {"dtype": "uint8", "shape": {"dimensions": [str(height), str(width), "1"]}}
    features = {
        "image": {"pythonClassName": f"{package}.image_feature.Image", "image": image},
        "label": {
            "pythonClassName": f"{package}.class_label_feature.ClassLabel",
            "classLabel": {"numClasses": str(classes)},
        },
    }
    return {"pythonClassName": f"{package}.features_dict.FeaturesDict", "featuresDict": {"features": features}}


def _write_text(path: Path, text: str) -> None:
    with open(path, "x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        _settle(file)


def _settle(file) -> None:
    """Have the file on the disk before its folder gets its final name: also a power cut leaves nothing half-made."""
    file.flush()
    os.fsync(file.fileno())
