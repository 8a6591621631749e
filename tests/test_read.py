"""Reading any image file: right if it is an image, one sentence if it isn't."""

import contextlib
import io
import logging
import os
import socket
import struct
import subprocess
import sys
import tempfile
import types
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image

from data_scripts import image_limits
from helpers.images import colors, file_bytes
from helpers.images.encode import encode, to_uint8
from helpers.images.read import ImageError, read_image
from tests.benchmarks import costly_images, fuzz_images

RNG = np.random.default_rng(5)
COLORS = RNG.integers(0, 256, (24, 36, 3), dtype=np.uint8)
SMOOTH = np.stack(np.broadcast_arrays(np.arange(48)[:, None] * 5, np.arange(64) * 3, 90), axis=2).astype(np.uint8)


def encoded(image, kind, **options) -> bytes:
    return encode(image if isinstance(image, Image.Image) else Image.fromarray(image), kind, **options)


def sentence(source) -> str:
    with pytest.raises(ImageError) as caught:
        read_image(source)
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 200
    return text


@pytest.mark.parametrize("kind", ["PNG", "BMP", "PPM", "TIFF", "WEBP"])
def test_lossless_formats_give_the_very_pixels(kind):
    image = read_image(encoded(COLORS, kind, **({"lossless": True} if kind == "WEBP" else {})))
    assert image.dtype == np.float32
    np.testing.assert_array_equal(image, COLORS / np.float32(255))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "GIF"])
def test_lossy_formats_come_close(kind):
    Image.init()  # loads every format that this Pillow was built with
    if kind not in Image.SAVE:
        pytest.skip(f"this Pillow does not know {kind}")
    image = read_image(encoded(SMOOTH, kind))
    assert image.shape == (48, 64, 3)
    assert np.abs(image * 255 - SMOOTH).mean() < 4


def test_path_bytes_and_open_file_give_the_same(tmp_path):
    path = tmp_path / "an image.png"
    path.write_bytes(encoded(COLORS, "PNG"))
    with open(path, "rb") as file:
        sources = [path, str(path), path.read_bytes(), bytearray(path.read_bytes()), file]
        first, *others = [read_image(source) for source in sources]
    for other in others:
        np.testing.assert_array_equal(other, first)


def test_size_is_height_then_width_and_averages_over_all_pixels():
    checks = np.zeros((400, 300), np.uint8)
    checks[::2] = 255
    image = read_image(encoded(checks, "PNG"), size=(20, 30))
    assert image.shape == (20, 30, 3)
    assert np.abs(image - 0.5).max() < 0.05  # the nearest pixel alone would give 0 or 1


def test_one_channel_is_the_luminance():
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 255
    image = read_image(encoded(red, "PNG"), channels=1)
    assert image.shape == (4, 4, 1)
    assert image[0, 0, 0] == pytest.approx(0.299, abs=0.002)


def test_wrong_size_or_channels_is_the_callers_mistake():
    sizes = [(0, 5), (5,), (5, 5, 3), 64, (8.0, 8.0), "88", (np.nan, 3), (10**6, 10**6)]
    for options in ({"channels": 2}, *({"size": size} for size in sizes)):
        with pytest.raises(ValueError, match="it (is|can be)") as caught:
            read_image(encoded(COLORS, "PNG"), **options)
        assert not isinstance(caught.value, ImageError)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_exif_turns_the_image_upright(orientation, kind):
    upright = np.zeros((32, 64, 3), np.uint8)
    upright[:16, :16] = 255  # a white corner, top left
    # Where row 0 and column 0 of the stored image are seen, by the EXIF standard.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: upright.transpose(1, 0, 2)[::-1],
        7: upright.transpose(1, 0, 2)[::-1, ::-1],
        8: upright.transpose(1, 0, 2)[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    data = encoded(np.ascontiguousarray(stored), kind, exif=exif)
    assert np.abs(read_image(data) - upright / 255.0).mean() < 0.02
    small = read_image(data, size=(8, 16))
    assert small[1, 1, 0] > 0.9
    assert small[6, 14].max() < 0.1


def test_broken_exif_data_do_not_spoil_an_image():
    exif = b"Exif\x00\x00II*\x00\xff\xff\xff\x7f" + bytes(8)
    np.testing.assert_array_equal(read_image(encoded(COLORS, "PNG", exif=exif)), COLORS / np.float32(255))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_sixteen_bits_are_scaled_and_not_cut_off(kind):
    deep = np.linspace(0, 65535, 40 * 30).reshape(40, 30).astype(np.uint16)
    image = read_image(encoded(deep, kind))
    np.testing.assert_allclose(image[..., 1], deep / 65535, atol=1e-6)


def test_sixteen_bits_dark_stay_dark():
    assert read_image(encoded(np.full((8, 8), 655, np.uint16), "PNG")).max() == pytest.approx(0.01, abs=1e-4)


# Kinds of TIFF and PFM that Pillow opens without saying what their values mean: a quarter of white everywhere.
TWELVE_BITS = {256: (4, 1, 40), 257: (4, 1, 30), 258: (3, 1, 12)}
SIXTEEN_BITS = TWELVE_BITS | {258: (3, 1, 16)}
QUARTERS = {
    "TIFF of 12 bits": (TWELVE_BITS, b"\x40\x04\x00" * 600),
    "TIFF of 16 bits": (SIXTEEN_BITS, b"\xff\x3f" * 1200),
    "TIFF of 16 bits, 0 is white": (SIXTEEN_BITS | {262: (3, 1, 0)}, b"\x00\xc0" * 1200),
}


@pytest.mark.parametrize("name", QUARTERS)
def test_tiffs_of_many_bits_are_as_light_as_they_should_be(name):
    tags, pixels = QUARTERS[name]
    tags = costly_images.plain_tags(40, 30) | tags | {273: (4, 1, 200), 279: (4, 1, len(pixels))}
    data = costly_images.tiff(tags, b"")
    np.testing.assert_allclose(read_image(data.ljust(200, b"\0") + pixels), 0.25, atol=0.002)


def test_floating_point_in_a_portable_map_is_kept():
    np.testing.assert_allclose(read_image(b"Pf\n40 30\n-1.0\n" + struct.pack("<f", 0.25) * 1200), 0.25)


def test_deep_colors_stored_apart_are_refused_where_pillow_would_mix_their_bytes():
    offsets, bits, counts = (struct.pack("<3I", *places) for places in ((300,) * 3, (0,) * 3, (2400,) * 3))
    tags = costly_images.plain_tags(40, 30) | {258: (3, 3, 212), 262: (3, 1, 2), 277: (3, 1, 3), 284: (3, 1, 2)}
    data = costly_images.tiff(tags | {273: (4, 3, 200), 278: (4, 1, 30), 279: (4, 3, 218)}, b"").ljust(200, b"\0")
    data += offsets + struct.pack("<3H", 16, 16, 16) + counts
    assert "colors apart" in sentence(data.ljust(300, b"\0") + b"\x00\x40" * 1200)


def test_a_palette_that_is_missing_gets_a_sentence():
    assert "colors that cannot be turned" in sentence(costly_images.png(4, 3, 8, 3, b"\0\1\1\1\1" * 3))


def test_exif_data_of_many_megabytes_are_not_looked_through(monkeypatch):
    tags = b"II*\0" + struct.pack("<IHHHIII", 8, 1, 274, 3, 600_000, 26, 0) + b"\6\0" * 600_000
    data = costly_images.png(8, 4, 8, 0, bytes(9) * 4, costly_images.chunk(b"eXIf", tags))
    monkeypatch.setattr(Image.Exif, "get", lambda *_: pytest.fail("looked through"))
    assert read_image(data).shape == (4, 8, 3)


def test_sixteen_bit_color_is_scaled():
    rows = b"".join(b"\x00" + struct.pack(">6H", 0, 32768, 65535, 65535, 0, 257) for _ in range(2))
    image = read_image(costly_images.png(2, 2, 16, 2, rows))
    np.testing.assert_allclose(image[1], [[0, 0.5, 1], [1, 0, 1 / 255]], atol=0.003)


def test_floating_point_between_0_and_1_is_kept_and_other_ranges_are_stretched():
    values = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    np.testing.assert_allclose(read_image(encoded(values, "TIFF"))[..., 0], values, atol=1e-6)
    np.testing.assert_allclose(read_image(encoded(values * 4000 - 1000, "TIFF"))[..., 0], values, atol=1e-6)
    whole = (values * 2e9).astype(np.int32)
    np.testing.assert_allclose(read_image(encoded(whole, "TIFF"))[..., 0], values, atol=1e-6)


def test_minus_one_is_no_transparent_gray():
    values = np.array([[-1, 0, 1, 3]], np.float32)
    np.testing.assert_allclose(read_image(encoded(Image.fromarray(values), "TIFF"))[0, :, 0], [0, 0.25, 0.5, 1])


def test_not_a_number_becomes_black():
    values = np.array([[np.nan, 0.25], [np.inf, 1.0]], np.float32)
    np.testing.assert_allclose(read_image(encoded(values, "TIFF"))[..., 0], [[0, 0.25], [0, 1]])


def test_one_bit_is_black_and_white():
    checks = Image.fromarray(np.indices((6, 6)).sum(axis=0) % 2 == 1)
    assert checks.mode == "1"
    np.testing.assert_array_equal(read_image(encoded(checks, "PNG"))[..., 2], np.indices((6, 6)).sum(axis=0) % 2)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_parts_become_white(mode):
    image = Image.new(mode, (3, 1), 0)
    black = (0,) * (len(mode) - 1)
    for x, alpha in enumerate((0, 128, 255)):
        image.putpixel((x, 0), (*black, alpha))
    image = read_image(encoded(image, "PNG"))
    np.testing.assert_allclose(image[0, :, 0], [1, 127 / 255, 0], atol=1 / 255)


def test_palette_with_a_transparent_color():
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    np.testing.assert_array_equal(read_image(encoded(image, "PNG"))[0], [[1, 0, 0], [0, 0, 1]])
    for transparency in (0, b"\x00"):
        seen = read_image(encoded(image, "PNG", transparency=transparency))
        np.testing.assert_array_equal(seen[0], [[1, 1, 1], [0, 0, 1]])


def test_color_that_a_png_names_as_transparent():
    image = Image.fromarray(np.array([[[10, 20, 30], [200, 0, 0]]], np.uint8))
    seen = read_image(encoded(image, "PNG", transparency=(10, 20, 30)))
    np.testing.assert_allclose(seen[0], [[1, 1, 1], [200 / 255, 0, 0]], atol=1e-6)


@pytest.mark.parametrize(
    ("bits", "color_type", "row", "transparent", "seen"),
    [
        (4, 0, b"\x2c", b"\0\2", [[1, 1, 1], [12 / 15] * 3]),
        (2, 0, b"\x90", b"\0\2", [[1, 1, 1], [1 / 3] * 3]),
        (1, 0, b"\x40", b"\0\0", [[1, 1, 1], [1, 1, 1]]),
        (16, 0, b"\x12\x34\x80\0", b"\x12\x34", [[1, 1, 1], [0x8000 / 65535] * 3]),
        (16, 2, b"\1\2\3\4\5\6" + b"\x80\0" * 3, b"\1\2\3\4\5\6", [[1, 1, 1], [128 / 255] * 3]),
    ],
    ids=["4 bits", "2 bits", "1 bit", "16 bits", "16 bits a color"],
)
def test_a_transparent_color_counts_in_the_files_own_bits(bits, color_type, row, transparent, seen):
    data = costly_images.png(2, 1, bits, color_type, b"\0" + row, costly_images.chunk(b"tRNS", transparent))
    np.testing.assert_allclose(read_image(data)[0], seen, atol=0.003)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_printing_colors_whether_stored_inverted_or_not(kind):
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))  # magenta + yellow = red
    data = encoded(image, kind)
    assert (b"Adobe" in data) == (kind == "JPEG")  # Adobe's JPEGs hold the colors inverted
    np.testing.assert_allclose(read_image(data)[8, 8], [1, 0, 0], atol=0.03)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "AVIF"])
def test_first_frame_of_an_animation(kind):
    Image.init()  # loads every format that this Pillow was built with
    if kind not in Image.SAVE:
        pytest.skip(f"this Pillow does not know {kind}")
    frames = [Image.new("RGB", (32, 32), color) for color in ("red", "blue", "lime")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    np.testing.assert_allclose(read_image(data)[16, 16], [1, 0, 0], atol=0.05)


def test_first_image_of_an_mpo():
    views = [Image.new("RGB", (32, 32), color) for color in ("red", "blue")]
    data = encoded(views[0], "MPO", save_all=True, append_images=views[1:])
    np.testing.assert_allclose(read_image(data)[16, 16], [1, 0, 0], atol=0.02)


@pytest.mark.parametrize(
    ("data", "fragment"),
    [
        (b"", "is empty"),
        (b"Dear diary,\ntoday", "is text"),
        ("Grüße".encode(), "is text"),
        (b"%PDF-1.7\n\xff\xd8", "a PDF document"),
        (b"  <!doctype html><html>", "a web page"),
        (b'<?xml version="1.0"?><svg>', "SVG"),
        (b"PK\x03\x04" + bytes(40), "zip archive"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(40), "a film"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "HEIC"),
        (bytes(range(256)), "not an image that can be read"),
        (encoded(COLORS, "PNG")[:700], "breaks off"),
        (encoded(COLORS, "JPEG")[:-200], "breaks off"),
        (encoded(COLORS, "PNG").replace(b"IDAT", b"IDAT\xff"), "damaged"),
    ],
)
def test_no_image_gets_a_sentence(data, fragment):
    assert fragment in sentence(data)


def test_sentence_names_the_file(tmp_path):
    (tmp_path / "essay.jpg").write_text("no image")
    assert sentence(tmp_path / "essay.jpg") == '"essay.jpg" is text, not an image.'
    assert "folder" in sentence(tmp_path)
    assert sentence(tmp_path / "gone.jpg") == 'There is no file "gone.jpg".'
    assert "no file" in sentence("nul\0byte")
    with open(tmp_path / "essay.jpg") as opened_as_text:
        assert '"rb"' in sentence(opened_as_text)
    assert "not a list" in sentence([1, 2])
    assert sentence("https://example.org/cat.jpg").startswith('"cat.jpg" is on the web. Download it')


def test_a_path_may_be_bytes_or_begin_with_the_sign_for_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "a.png").write_bytes(encoded(COLORS, "PNG"))
    for path in ("~/a.png", os.fsencode(tmp_path / "a.png")):
        np.testing.assert_array_equal(read_image(path), read_image(encoded(COLORS, "PNG")))


def test_pipes_and_devices_are_not_opened(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes here")
    os.mkfifo(tmp_path / "pipe.png")
    assert "an ordinary file" in sentence(tmp_path / "pipe.png")  # opening it would wait for ever


def test_too_many_bytes_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(file_bytes, "MAX_BYTES", 2**20)
    with open(tmp_path / "big.png", "wb") as file:
        file.truncate(2**20 + 1)
    assert "larger than 1 MB" in sentence(tmp_path / "big.png")

    class Endless:
        def read(self, count):
            return bytes(count)

    assert "larger than 1 MB" in sentence(Endless())


@pytest.mark.parametrize("side", [8001, 60_000])  # above our limit, and above that of Pillow's own alarm
def test_too_many_pixels_are_not_decoded(side, monkeypatch):
    data = costly_images.png(side, side, 8, 2, b"")
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    assert "million pixels, " in sentence(data)


def test_jpeg_with_thousands_of_scans_is_refused():
    data = encoded(COLORS, "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    assert "a progressive JPEG that takes too long" in sentence(data[:start] + data[start:-2] * 1000)


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "1", "F", "I;16"])
def test_large_images_become_smaller_by_a_whole_number(monkeypatch, mode, orientation):
    monkeypatch.setattr(colors, "LARGE", 700)
    monkeypatch.setattr(colors, "ROWS", 2)
    gray = Image.fromarray(np.repeat(np.linspace(0, 255, 60)[:, None], 45, axis=1).astype(np.uint8))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(gray).astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(np.asarray(gray, np.float32) / 255)
    else:
        image = gray.convert(mode)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    seen = read_image(encoded(image, "TIFF" if mode == "F" else "PNG", exif=exif))
    assert seen.shape == ((30, 23, 3) if orientation == 1 else (23, 30, 3))
    rows = seen[:, 10, 0] if orientation == 1 else seen[10, ::-1, 0]
    if mode != "1":  # black and white is dithered
        np.testing.assert_allclose(rows, (np.arange(30) * 2 + 0.5) / 59, atol=0.02)


def test_a_large_jpeg_is_decoded_at_half_of_its_size_with_the_same_content(monkeypatch):
    data = encoded(Image.fromarray(SMOOTH).resize((640, 480)), "JPEG", quality=95)
    whole = read_image(data, (48, 64))
    monkeypatch.setattr(image_limits, "LARGE", 640 * 480 // 4)
    assert read_image(data).shape == (240, 320, 3)
    assert np.abs(read_image(data, (48, 64)) - whole).mean() < 0.01


@pytest.mark.parametrize("lacking", [1, 2])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_blocks": 1}])
@pytest.mark.parametrize("size", [(64, 48), (37, 23), (640, 480), (8, 8)])
def test_a_jpeg_without_its_last_bytes_is_read_as_browsers_show_it(lacking, options, size):
    data = encoded(Image.fromarray(SMOOTH).resize(size), "JPEG", **options)
    np.testing.assert_array_equal(read_image(data[:-lacking]), read_image(data))
    np.testing.assert_array_equal(read_image(data[:-2] + bytes(500)), read_image(data))


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7])
def test_a_jpeg_without_its_last_part_breaks_off(options, part):
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8)).resize((640, 480))
    data = encoded(image, "JPEG", **options)
    cut = data[: int(part * len(data))]
    assert "breaks off" in sentence(cut)
    assert "breaks off" in sentence(cut + bytes(len(data) - len(cut)))  # a download that was given its length first


def large_profile(size: int) -> bytes:
    return costly_images.png(
        2, 2, 8, 2, b"\0" * 14, costly_images.chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(size)))
    )


@pytest.mark.parametrize("size", [5_000_000, 30_000_000])
def test_a_png_may_have_any_color_profile_and_any_text(size):
    assert read_image(large_profile(size)).shape == (2, 2, 3)
    text = costly_images.chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(size)))
    assert read_image(costly_images.png(2, 2, 8, 2, b"\0" * 14, text)).shape == (2, 2, 3)


REFUSED = [name for name, (_, must_read) in costly_images.CASES.items() if must_read is False]
QUICK = [
    name
    for name in REFUSED
    if name.startswith(("PNG, 1 ×", "PNG, 50 m", "GIF, comment", "TIFF, one", "PPM", "BMP", "JPEG, 15"))
]


@pytest.mark.parametrize("name", QUICK)
def test_costly_files_are_refused_before_they_are_decoded(name, monkeypatch):
    data = costly_images.CASES[name][0]()
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    sentence(data)


# Files of all kinds.


class Failing:
    """A file object of which everything fails."""

    name = property(lambda self: 1 / 0)
    closed = False

    def read(self, count):
        raise OSError(5, "Input/output error\nand more")

    def seek(self, position):
        raise RuntimeError("no way back")


class Slowly:
    """Gives a few bytes at a time, and has neither a beginning nor a name."""

    def __init__(self, data, step):
        self.data, self.step = data, step

    def read(self, count):
        piece, self.data = self.data[: self.step], self.data[self.step :]
        return piece


def test_any_file_object_is_read_or_gets_a_sentence(tmp_path):
    data = encoded(COLORS, "PNG")
    (tmp_path / "a.png").write_bytes(data)
    with open(tmp_path / "a.png", "rb") as closed:
        assert closed.readable()
    assert sentence(closed) == '"a.png" is closed; open it again.'
    for kind in (io.BytesIO, tempfile.SpooledTemporaryFile):
        shut = kind()
        shut.close()
        assert "is closed" in sentence(shut)
    assert "cannot be read: [Errno 5] Input/output error?and more." in sentence(Failing())
    assert 'mode "rb"' in sentence(io.StringIO("text"))
    assert "is empty" in sentence(io.BytesIO())
    assert "gives no bytes" in sentence(types.SimpleNamespace(read=lambda count: None))
    assert "one by one" in sentence(types.SimpleNamespace(read=lambda count: b"x"))
    assert sentence(types.SimpleNamespace(read=lambda: b"no count")).startswith("This file cannot be read")
    with open(tmp_path / "new", "wb") as for_writing:
        for_writing.write(data)
        for_writing.flush()
        assert 'mode "rb"' in sentence(for_writing)
    with open(tmp_path / "a.png", encoding="utf-8") as text:
        assert 'mode "rb"' in sentence(text)
    detached = io.TextIOWrapper(io.BytesIO(data))
    detached.detach().close()
    assert "cannot be read" in sentence(detached)  # even asking whether it is closed fails
    expected = read_image(data)
    np.testing.assert_array_equal(read_image(Slowly(data, 7)), expected)
    np.testing.assert_array_equal(read_image(Slowly(bytearray(data), 10**6)), expected)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.png", data)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive, archive.open("a.png") as member:
        np.testing.assert_array_equal(read_image(member), expected)
    with open(tmp_path / "a.png", "rb", buffering=0) as file:
        for _ in range(2):  # from its beginning, wherever it stands
            np.testing.assert_array_equal(read_image(file), expected)


@pytest.mark.skipif(os.name != "posix", reason="needs devices")
@pytest.mark.timeout(60)
def test_devices_pipes_sockets_and_the_kernels_files_are_refused_unread(tmp_path, monkeypatch):
    ordinary = "isn't an ordinary file"
    for path in ("/dev/zero", "/dev/random", "/dev/null", "/dev/tty"):
        if os.path.exists(path):
            assert ordinary in sentence(path)
    with open("/dev/zero", "rb") as zero:
        assert ordinary in sentence(zero)
    reading, writing = os.pipe()
    with open(reading, "rb") as pipe, open(writing, "wb"):
        assert ordinary in sentence(pipe)
    monkeypatch.chdir(tmp_path)  # the names of sockets are short
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("door.png")
        assert ordinary in sentence("door.png")
    one, other = socket.socketpair()
    with one, other, one.makefile("rb") as stream:
        assert ordinary in sentence(stream)
    os.symlink("/dev/zero", "link.png")
    assert ordinary in sentence("link.png")
    os.symlink("loop.png", "loop.png")
    assert "no file" in sentence("loop.png")
    for path in ("/proc/kmsg", "/proc/self/maps", "/proc/kcore"):
        if os.path.exists(path):
            monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("opened"))
            assert sentence(path)
            monkeypatch.undo()


def test_names_are_shortened_and_printable(tmp_path):
    assert "?" in sentence(tmp_path / "a\nb.png")
    assert "no file" in sentence(tmp_path / ("a" * 250 + ".png"))
    assert "no file" in sentence(tmp_path / ("a" * 5000))
    assert file_bytes.printable("caf\udce9.jpg") == "caf?.jpg"


def test_nothing_is_written_and_no_warning_shown(capfd):
    image = Image.new("P", (4, 4))
    image.putpalette([255, 0, 0, 0, 0, 255])
    odd = [
        encoded(image, "PNG", transparency=b"\x00\x80"),
        encoded(COLORS, "TIFF")[:-40],
        encoded(COLORS, "JPEG")[:-9],
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in odd:
            with contextlib.suppress(ImageError):
                read_image(data)
    assert capfd.readouterr() == ("", "")


def test_warnings_and_log_levels_are_left_as_they_were():
    before = list(warnings.filters), logging.getLogger("PIL").level
    read_image(encoded(COLORS, "PNG"))
    assert (warnings.filters, logging.getLogger("PIL").level) == before


def test_importing_changes_no_setting_of_pillow_or_opencv():
    settings = "(logging.getLogger('PIL').level, cv2.getNumThreads())"
    command = f"import logging, cv2; before = {settings}; import helpers.images; print(before == {settings})"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_heic_where_pillow_has_learned_it():
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    assert read_image(encoded(SMOOTH, "HEIF")).shape == (48, 64, 3)


def test_mutated_files_neither_crash_nor_lie(capfd):
    for seed in range(400):
        assert fuzz_images.trial(seed) == "", f"see fuzz_images.py --seed {seed}"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("values", "pixel"),
    [
        (np.full((4, 4), np.float32(1.000001)), 255),  # as enlarging and float32 leave it
        (np.full((4, 4), -1e-8), 0),
        (np.full((4, 4), 255.0001), 255),
        (np.full((4, 4), 0.5).astype(object), 128),
        (np.full((4, 4), 100).astype(object), 100),
        (np.ones((4, 4), bool), 255),
        (np.full((4, 4), 200.0), 200),
    ],
)
def test_arrays_become_pixels_whatever_their_type(values, pixel):
    assert (to_uint8(values) == pixel).all()


@pytest.mark.parametrize(
    "values",
    [np.full((4, 4), np.nan), np.full((4, 4), None), np.full((4, 4), 1j), np.full((4, 4), "a"), "cat.jpg"]
    + [np.zeros((0, 4, 3)), np.zeros((0, 4), np.uint8), np.zeros((4, 4), [("red", "u1")]), np.full((4, 4), -1)],
)
def test_what_is_no_image_is_not_made_one(values):
    with pytest.raises(ValueError, match="An image (is|has) "):
        to_uint8(values)
