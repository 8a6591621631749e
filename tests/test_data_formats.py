"""IDX files, checksums, and the folder that TFDS reads."""

import errno
import gzip
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts import archives, crc32c, idx, tfds_folder
from data_scripts.errors import DataError

pytest_plugins = "tests.tiny_digits"


def test_crc32c_gives_the_values_of_the_standard():
    records = [b"", b"123456789", bytes(32), b"\xff" * 32, bytes(range(32))]  # RFC 3720, appendix B.4
    assert crc32c.checksums(records).tolist() == [0, 0xE3069283, 0x8A9136AA, 0x62A8AB43, 0x46DD794E]
    assert crc32c.checksums([]).tolist() == []


def test_the_pngs_can_be_read_by_others():
    image = np.random.default_rng(0).integers(0, 256, (28, 20), np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(tfds_folder._png(image)))), image)


def test_what_is_written_is_read_back_in_order(tiny, tmp_path):
    tfds_folder.write(tmp_path / "out", "mnist", "3.0.1", tuple("0123456789"), tiny)
    for split, (images, labels) in tiny.items():
        found = tfds_folder.read(tmp_path / "out", "mnist", split)
        assert np.array_equal(found[0], images) and np.array_equal(found[1], labels)
        assert found[0].dtype == np.uint8 and found[1].dtype == np.int64
        found[0][0] = 0  # a learner may change the arrays


def test_every_flipped_byte_of_a_record_file_is_noticed(tiny, tmp_path):
    splits = {"train": (tiny["train"][0][:2], tiny["train"][1][:2])}
    tfds_folder.write(tmp_path / "out", "mnist", "3.0.1", tuple("0123456789"), splits)
    (path,) = (tmp_path / "out").glob("*.tfrecord*")
    whole = path.read_bytes()
    for at in [*range(0, len(whole), 19), *range(16), *range(len(whole) - 8, len(whole))]:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(DataError, match="damaged"):
            tfds_folder.read(tmp_path / "out", "mnist", "train")


def bad_idx_files() -> dict[str, tuple[bytes, str]]:
    good = idx.pack(np.arange(12, dtype=np.uint8).reshape(3, 2, 2))
    packed = gzip.compress(good)
    bomb = zlib.compressobj(wbits=31)
    huge = bomb.compress(struct.pack(">HBB3I", 0, 8, 3, 60_000, 60_000, 60_000) + bytes(10_000_000)) + bomb.flush()
    return {
        "empty": (b"", "no IDX header"),
        "cut short": (good[:-1], "cut short"),
        "too long": (good + b"x", "too long"),
        "gzip cut short": (packed[:-9], "cut short"),
        "gzip damaged": (packed[:14] + b"\xff\xff\xff" + packed[17:], "damaged|wrong file"),
        "xz damaged": (b"\xfd7zXZ\0" + bytes(40), "damaged"),
        "a web page": (b"<!DOCTYPE html><title>404</title>", "no IDX header"),
        "another shape": (idx.pack(np.zeros((3, 4), np.uint8)), "holds 3 × 4 instead of 3 × 2 × 2"),
        "other numbers": (struct.pack(">HBB3I", 0, 0x0D, 3, 3, 2, 2) + bytes(48), "no IDX header"),
        "a bomb": (huge, "holds 60,000 × 60,000 × 60,000"),
        "pickle": (b"\x80\x04\x95\x05\0\0\0\0\0\0\0]\x94.", "no IDX header"),
    }


@pytest.mark.parametrize("kind", bad_idx_files())
def test_a_bad_idx_file_is_one_clear_sentence(kind, tmp_path):
    content, message = bad_idx_files()[kind]
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        idx.read(tmp_path / "file", (3, 2, 2))
    assert str(tmp_path / "file") in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_the_disk_does_not_give_is_named(tmp_path, monkeypatch):
    (tmp_path / "cat.0.jpg").write_bytes(b"an image")

    def broken(path):
        raise OSError(errno.EIO, "Input/output error")

    with archives.opened(tmp_path) as files:
        monkeypatch.setattr(Path, "read_bytes", broken)
        with pytest.raises(DataError, match=r"cat\.0\.jpg cannot be read: Input/output error"):
            files["cat.0.jpg"]()
