"""ImageFolderReader compared with ImageDataGenerator: the same images and labels; finite, repeatable, robust."""

import os
import re
import shutil
import sys
import threading
import weakref
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from data_scripts import image_limits
from helpers.images import cache, folders
from helpers.images.folders import ImageFolderReader
from helpers.images.generator import ImageDataGenerator
from helpers.images.read import ImageError, read_image
from tests.test_augment import EVERYTHING, blurred, needs_keras_generator


@pytest.fixture(autouse=True)
def nothing_in_memory():
    """Each test reads its images itself, even while a reader of the test before is still there."""
    cache.SHARED.clear()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three classes, 25 images of many sizes, modes and formats, one class with a folder inside."""
    top = tmp_path_factory.mktemp("train")
    rng = np.random.default_rng(7)
    modes = ["RGB", "RGB", "RGB", "L", "P", "RGBA", "CMYK", "1", "LA"]
    for number in range(25):
        place = top / ("cats", "dogs", "owls/snowy")[number % 3]
        place.mkdir(parents=True, exist_ok=True)
        mode = modes[number % len(modes)]
        image = Image.fromarray(blurred(rng, *rng.integers(20, 200, 2))).convert(mode)
        kind = "jpg" if mode in ("RGB", "CMYK", "L") else ("png", "bmp", "tif")[number % 3 if mode == "1" else 0]
        image.save(place / f"image {number}.{kind}")
    (top / "cats" / "notes.txt").write_text("no image")
    (top / ".ipynb_checkpoints").mkdir()
    return top


@pytest.fixture(scope="module")
def plain(folder):
    """Twelve ordinary JPEGs in two classes."""
    top = folder.parent / "plain"
    rng = np.random.default_rng(8)
    for number in range(12):
        place = top / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(blurred(rng, 64, 64)).save(place / f"{number}.jpg")
    return top


def both(folder, rescale=1 / 255, **flow):
    """The batches of ImageDataGenerator, unshuffled, and ours. (It takes hidden folders for classes.)"""
    flow = {"target_size": (40, 50), "batch_size": 8, "shuffle": False} | flow
    classes = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    theirs = ImageDataGenerator(rescale=rescale).flow_from_directory(folder, classes=classes, **flow)
    return theirs, ImageFolderReader(rescale=rescale).flow_from_directory(folder, **flow)


def assert_same_batches(theirs, ours):
    assert len(theirs) == len(ours) == len(list(ours))
    for their, our in zip([theirs[i] for i in range(len(theirs))], ours, strict=True):
        for expected, array in zip(their, our, strict=True):
            assert array.dtype == expected.dtype
            np.testing.assert_array_equal(array, expected)


# Without augmentation: equal, to the last bit.


@needs_keras_generator
@pytest.mark.parametrize("class_mode", ["binary", "categorical", "sparse", None])
def test_same_images_and_labels_for_each_class_mode(folder, plain, class_mode):
    assert_same_batches(*both(plain if class_mode == "binary" else folder, class_mode=class_mode))


@needs_keras_generator
@pytest.mark.parametrize(("color_mode", "rescale"), [("rgb", None), ("grayscale", 1 / 255), ("rgba", 1 / 255)])
@pytest.mark.filterwarnings("ignore:Palette images with Transparency")
def test_same_images_for_each_color_mode(folder, color_mode, rescale):
    assert_same_batches(*both(folder, rescale, color_mode=color_mode))


@needs_keras_generator
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"])
def test_same_images_for_each_interpolation(folder, interpolation):
    assert_same_batches(*both(folder, interpolation=interpolation))


@settings(max_examples=60, deadline=None)
@given(st.tuples(st.integers(1, 300), st.integers(1, 300)), st.tuples(st.integers(1, 300), st.integers(1, 300)))
def test_same_pixels_as_load_img_whatever_the_sizes(tmp_path_factory, stored, wanted):
    path = tmp_path_factory.getbasetemp() / "sizes.jpg"
    Image.fromarray(np.random.default_rng(stored).integers(0, 256, (*stored, 3), np.uint8)).save(path)
    theirs = keras.utils.img_to_array(keras.utils.load_img(path, target_size=wanted))
    np.testing.assert_array_equal(cache.load_image(path, wanted), theirs)


@needs_keras_generator
def test_same_attributes(folder):
    theirs, ours = both(folder)
    for name in ("class_indices", "filenames", "filepaths", "samples", "n", "num_classes", "batch_size", "image_shape"):
        assert getattr(theirs, name) == getattr(ours, name), name
    np.testing.assert_array_equal(theirs.classes, ours.classes)
    assert theirs.classes.dtype == ours.classes.dtype


@needs_keras_generator
@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links")
def test_symbolic_links_to_files_and_classes_are_followed_as_by_imagedatagenerator(plain, tmp_path):
    (tmp_path / "a").symlink_to(plain / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "linked.jpg").symlink_to(plain / "b" / "1.jpg")
    (tmp_path / "b" / "folder").symlink_to(plain / "b")
    theirs, ours = both(tmp_path)
    assert theirs.filenames == ours.filenames
    assert ours.samples == 7


@needs_keras_generator
@pytest.mark.skipif(not os.environ.get("COURSE_OFFICIAL"), reason="COURSE_OFFICIAL names no folder of official data")
@pytest.mark.parametrize("name", ["cats_and_dogs_filtered/train", "horse-or-human", "validation-horse-or-human"])
def test_same_images_from_the_official_sets(name):
    folder = Path(os.environ["COURSE_OFFICIAL"], name)
    assert_same_batches(*both(folder, target_size=(150, 150), batch_size=128, class_mode="binary"))


def test_sixteen_bits_are_scaled_where_load_img_cuts_them_off(tmp_path):
    deep = np.linspace(0, 65535, 64).reshape(8, 8).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    for mode in ("grayscale", "rgb"):
        np.testing.assert_allclose(cache.load_image(tmp_path / "deep.png", (8, 8), mode)[..., 0], deep / 257, atol=0.51)


# Images that are in memory already.


def test_readers_of_the_same_images_share_them_as_long_as_one_is_there(plain):
    first, other = (ImageFolderReader().flow_from_directory(plain, (16, 16)) for _ in range(2))
    assert first._images is other._images
    assert ImageFolderReader().flow_from_directory(plain, (16, 17))._images.shape[2] == 17
    assert ImageFolderReader().flow_from_directory(plain, (16, 16), color_mode="grayscale")._images.shape[3] == 1
    held = weakref.ref(first._images)
    del first, other
    assert held() is None


def test_a_file_that_has_changed_is_read_again(plain, tmp_path):
    folder = shutil.copytree(plain, tmp_path / "copy")
    before = ImageFolderReader().flow_from_directory(folder, (16, 16), shuffle=False)
    file = Path(before.filepaths[0])
    Image.fromarray(255 - np.asarray(Image.open(file).convert("RGB"))).save(file)
    after = ImageFolderReader().flow_from_directory(folder, (16, 16), shuffle=False)
    different = [not np.array_equal(a, b) for a, b in zip(before[0][0], after[0][0], strict=True)]
    assert different[0]
    assert not any(different[1:])


def test_what_is_left_out_is_printed_by_each_reader(damaged, capsys):
    printed = []
    for _ in range(2):
        batches = ImageFolderReader().flow_from_directory(damaged, (16, 16))  # held, so that it could be shared
        printed.append(capsys.readouterr().out)
    assert batches.samples == 4
    assert printed[0] == printed[1]
    assert "Left out 2" in printed[1]


# Epochs and seeds.


def flow(plain, **options):
    return ImageFolderReader(rescale=1 / 255, **EVERYTHING).flow_from_directory(
        plain, **{"target_size": (32, 32), "batch_size": 5, "class_mode": "binary", "seed": 11} | options
    )


def collected(batches) -> np.ndarray:
    return np.concatenate([images for images, _ in batches])


def test_iterating_gives_one_epoch_and_stops(plain):
    batches = flow(plain)
    assert [len(labels) for _, labels in batches] == [5, 5, 2]
    assert len(batches) == 3
    assert sorted(np.concatenate([labels for _, labels in batches])) == [0] * 6 + [1] * 6


@pytest.mark.parametrize("cores", [1, 3, 16])
def test_same_seed_same_batches_on_any_number_of_cores(plain, cores, monkeypatch):
    first = flow(plain)
    expected = [collected(first) for _ in range(2)]
    monkeypatch.setattr(folders, "core_count", lambda: cores)
    second = flow(plain)
    np.testing.assert_array_equal([collected(second) for _ in range(2)], expected)


def test_all_readers_share_their_threads(plain):
    collected(flow(plain))
    before = threading.active_count()
    for _ in range(5):
        collected(flow(plain))
    assert threading.active_count() == before


def test_batches_may_be_asked_for_in_any_order(plain):
    first, second = flow(plain), flow(plain)
    mixed_up = [second[i] for i in (2, 0, 1)]
    for i, (images, labels) in zip((2, 0, 1), mixed_up, strict=True):
        np.testing.assert_array_equal(first[i][0], images)
        np.testing.assert_array_equal(first[i - 3][1], labels)


def test_epochs_and_seeds_differ(plain):
    batches = flow(plain)
    first, second = collected(batches), collected(batches)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, collected(flow(plain, seed=12)))


def test_without_a_seed_numpy_decides(plain):
    images = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        images.append(collected(flow(plain, seed=None)))
    np.testing.assert_array_equal(*images)
    assert not np.array_equal(images[0], collected(flow(plain, seed=None)))


def test_an_epoch_left_early_is_over(plain):
    batches = flow(plain)
    first = next(iter(batches))[0]
    assert not np.array_equal(first, next(iter(batches))[0])


def test_next_goes_on_for_ever_as_with_imagedatagenerator(plain):
    batches, same = flow(plain), flow(plain)
    images = [next(batches)[0] for _ in range(6)]
    np.testing.assert_array_equal(np.concatenate(images), np.concatenate([collected(same), collected(same)]))


def test_asking_for_a_batch_too_many_says_how_many_there_are(plain):
    with pytest.raises(IndexError, match="There is no batch 3; there are 3"):
        flow(plain)[3]


def test_a_closed_reader_has_given_its_memory_back_even_if_a_network_was_trained_on_it(plain):
    network = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
    network.compile("sgd", "binary_crossentropy")
    train = flow(plain)
    held = weakref.ref(train._images)
    network.fit(train, verbose=0)
    train.close()
    assert held() is None
    with pytest.raises(ValueError, match="has been closed. Call flow_from_directory to read its images again"):
        train[0]
    assert len(flow(plain)[0][0]) > 0  # a new one reads them


def test_fit_evaluate_and_predict_take_it(plain):
    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
    network.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    train = flow(plain)
    history = network.fit(train, validation_data=flow(plain, shuffle=False), epochs=2, verbose=0)
    assert len(history.history["val_loss"]) == 2
    assert not np.array_equal(train[0][0], flow(plain)[0][0])  # the epochs have moved on
    assert network.predict(flow(plain, class_mode=None), verbose=0).shape == (12, 1)
    assert np.isfinite(network.evaluate(train, verbose=0)).all()


# What goes wrong.


@pytest.fixture
def damaged(plain, tmp_path):
    """Two classes of three, of which one each cannot be read; and an image with a flaw that can."""
    for name in "ab":
        (tmp_path / name).mkdir()
        for i, path in enumerate(sorted((plain / name).iterdir())[:3]):
            (tmp_path / name / f"{i}.jpg").write_bytes(path.read_bytes())
    whole = (tmp_path / "a" / "1.jpg").read_bytes()
    (tmp_path / "a" / "1.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "b" / "0.jpg").write_text("<html>404</html>")
    (tmp_path / "b" / "2.jpg").write_bytes(whole[:-20] + b"\x12\x34\xff\xd4" + whole[-16:])
    return tmp_path


def test_broken_images_are_named_and_left_out(damaged, capfd):
    reader = ImageFolderReader().flow_from_directory(damaged, (16, 16), shuffle=False, class_mode="binary")
    out, err = capfd.readouterr()
    assert re.search(r"Left out 2 that cannot be read: a.1\.jpg, b.0\.jpg\. .*breaks off.* is a web page", out)
    assert err == ""
    assert [name[2:] for name in reader.filenames] == ["0.jpg", "2.jpg", "1.jpg", "2.jpg"]
    images, labels = reader[0]
    assert labels.tolist() == [0, 0, 1, 1]
    for image, path in zip(images, reader.filepaths, strict=True):
        np.testing.assert_array_equal(image, cache.load_image(path, (16, 16)))


def test_nothing_but_broken_images_is_an_error(damaged):
    for path in damaged.rglob("*.jpg"):
        path.write_bytes(b"broken")
    with pytest.raises(ImageError, match='"0.jpg" is text'):
        ImageFolderReader().flow_from_directory(damaged)


@pytest.mark.parametrize("name", ["subset", "save_to_dir", "follow_links"])
def test_parameters_that_flow_from_directory_does_not_take_are_named(plain, name):
    with pytest.raises(TypeError, match=name):
        ImageFolderReader().flow_from_directory(plain, **{name: None})


@pytest.mark.parametrize(
    "wrong", [{"target_size": 8}, {"target_size": (8.0, 8.0)}, {"target_size": (0, 8)}, {"batch_size": 0}]
)
def test_wrong_numbers_are_named(plain, wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is .*at least 1"):
        ImageFolderReader().flow_from_directory(plain, **wrong)


@pytest.mark.parametrize("name", ["color_mode", "class_mode", "interpolation"])
def test_wrong_choices_are_named(plain, name):
    with pytest.raises(ValueError, match=f"{name} is 'purple'; it can be"):
        ImageFolderReader().flow_from_directory(plain, **{name: "purple"})


def test_wrong_folders_get_a_sentence(plain, tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        ImageFolderReader().flow_from_directory(tmp_path / "gone")
    with pytest.raises(ValueError, match="give the folder above"):
        ImageFolderReader().flow_from_directory(plain / "a")
    (tmp_path / "pets.zip").write_bytes(b"PK")
    with pytest.raises(FileNotFoundError, match=r'pets.zip": it is a file. If it is an archive, unpack it first\.'):
        ImageFolderReader().flow_from_directory(tmp_path / "pets.zip")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no images"):
        ImageFolderReader().flow_from_directory(tmp_path)


# What is in a learner's own folder.


def upright() -> np.ndarray:
    """White above, dark below: (96, 64, 3)."""
    image = np.full((96, 64, 3), 40, np.uint8)
    image[:48] = 230
    return image


def own_folder(top: Path, classes=("mugs", "pens"), count: int = 3) -> Path:
    for number, name in enumerate(classes):
        (top / name).mkdir(parents=True)
        for i in range(count):
            Image.new("RGB", (20, 20), (100 * number, 10 * i, 50)).save(top / name / f"{i}.png")
    return top


def names_in(reader) -> list[str]:
    return [Path(name).as_posix() for name in reader.filenames]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".tif", ".avif"])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_training_sees_images_upright_as_the_upload_does(tmp_path, orientation, ending, interpolation):
    own_folder(tmp_path)
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what the camera did, which is undone by TURNS
    stored = Image.fromarray(upright())
    if orientation > 1:
        stored = stored.transpose(Image.Transpose(turns[orientation]))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.init()
    if Image.EXTENSION[ending] not in Image.SAVE:
        pytest.skip("this Pillow does not write it")
    stored.save(tmp_path / "mugs" / f"phone{ending}", exif=exif)
    reader = ImageFolderReader(rescale=1 / 255).flow_from_directory(
        tmp_path, (48, 32), interpolation=interpolation, shuffle=False
    )
    image = reader[0][0][names_in(reader).index(f"mugs/phone{ending}")]
    assert image[:22].mean() > 0.85
    assert image[26:].mean() < 0.2
    assert np.abs(image - read_image(tmp_path / "mugs" / f"phone{ending}", (48, 32))).mean() < 0.03


KINDS = {"RGBA": "png", "LA": "png", "P": "gif", "CMYK": "jpg", "I;16": "png", "F": "tif", "1": "png", "L": "jpg"}


@pytest.mark.parametrize("mode", KINDS)
@pytest.mark.parametrize("color_mode", ["rgb", "grayscale"])
def test_training_sees_the_colors_that_the_upload_sees(tmp_path, mode, color_mode):
    own_folder(tmp_path, count=1)
    image = Image.fromarray(blurred(np.random.default_rng(3), 40, 40))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    elif mode in ("RGBA", "LA"):
        image = image.convert(mode)
        image.putalpha(Image.linear_gradient("L").resize((40, 40)))
    elif mode == "F":
        image = Image.fromarray(np.asarray(image.convert("L"), np.float32) / 255)
    else:
        image = image.convert(mode)
    image.save(tmp_path / "mugs" / f"a.{KINDS[mode]}")
    reader = ImageFolderReader(rescale=1 / 255).flow_from_directory(
        tmp_path, (40, 40), color_mode=color_mode, shuffle=False
    )
    seen = read_image(tmp_path / "mugs" / f"a.{KINDS[mode]}", channels=3 if color_mode == "rgb" else 1)
    np.testing.assert_allclose(reader[0][0][names_in(reader).index(f"mugs/a.{KINDS[mode]}")], seen, atol=0.51 / 255)


def test_with_alpha_the_color_under_transparent_parts_stays(tmp_path):
    Image.new("RGBA", (4, 4), (10, 20, 30, 0)).save(tmp_path / "a.png")
    assert cache.load_image(tmp_path / "a.png", (4, 4), "rgba")[0, 0].tolist() == [10, 20, 30, 0]
    assert cache.load_image(tmp_path / "a.png", (4, 4), "rgb")[0, 0].tolist() == [255, 255, 255]


def test_whatever_the_upload_reads_is_trained_on_whatever_its_ending(tmp_path, capsys):
    own_folder(tmp_path, count=1)
    Image.init()
    image = Image.fromarray(blurred(np.random.default_rng(3), 40, 40))
    kinds = {"webp": "WEBP", "gif": "GIF", "jfif": "JPEG", "jpe": "JPEG", "avif": "AVIF", "mpo": "MPO", "JPG": "JPEG"}
    kinds |= {"pgm": "PPM", "dib": "BMP", "jpg_large": "JPEG", "download": "PNG"}
    kinds = {ending: kind for ending, kind in kinds.items() if kind in Image.SAVE}
    for ending, kind in kinds.items():
        image.save(tmp_path / "mugs" / f"IMG_1.{ending}", kind)
    image.save(tmp_path / "mugs" / "no ending", "JPEG")
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary")
    assert reader.samples == len(kinds) + 1 + 2
    assert "Left out" not in capsys.readouterr().out


def test_what_is_no_image_is_named_once(tmp_path, capsys):
    own_folder(tmp_path)
    (tmp_path / "mugs" / "notes.txt").write_text("no image")
    (tmp_path / "mugs" / "clip.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(99))
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Found 6 images belonging to 2 classes."
    assert [line.replace(os.sep, "/") for line in lines[1:]] == [
        "Left out 2 files (not an image): mugs/clip.mp4, mugs/notes.txt."
    ]
    assert reader.samples == 6


def test_an_empty_class_shifts_no_label_unsaid_and_keeps_its_label_if_asked_for(tmp_path, capsys):
    own_folder(tmp_path)
    (tmp_path / "bowls").mkdir()
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="sparse", shuffle=False)
    assert reader.class_indices == {"mugs": 0, "pens": 1}
    assert capsys.readouterr().out.splitlines()[1] == (
        "Left out 1 folder (without images, so no class; fill or delete it): bowls. The classes are numbered without "
        "them: mugs 0, pens 1; if another set has images of them, name the same classes=[…] for both sets."
    )
    wanted = {"classes": ["bowls", "mugs", "pens"], "class_mode": "sparse", "shuffle": False}
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), **wanted)
    assert reader.class_indices == {"bowls": 0, "mugs": 1, "pens": 2}
    assert set(reader.classes) == {1, 2}
    assert capsys.readouterr().out.splitlines()[1:] == ["There are no images of bowls."]


@needs_keras_generator
def test_classes_that_are_named_are_numbered_as_by_imagedatagenerator(tmp_path):
    own_folder(tmp_path)
    (tmp_path / "bowls").mkdir()
    wanted = {"classes": ["pens", "bowls", "mugs"], "class_mode": "sparse", "shuffle": False}
    theirs = ImageDataGenerator().flow_from_directory(tmp_path, (8, 8), **wanted)
    ours = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), **wanted)
    assert (theirs.class_indices, theirs.filenames) == (ours.class_indices, ours.filenames)
    np.testing.assert_array_equal(theirs.classes, ours.classes)


def test_classes_choose_folders_and_their_order(tmp_path, capsys):
    own_folder(tmp_path)
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), classes=["pens", "mugs"])
    assert reader.class_indices == {"pens": 0, "mugs": 1}
    assert reader.filenames[0].startswith("pens")
    for wrong in ("pens", {"pens", "mugs"}, 5):
        with pytest.raises(ValueError, match="classes is .*; give a list"):
            ImageFolderReader().flow_from_directory(tmp_path, (8, 8), classes=wrong)
    for names in (
        np.array(["pens", "mugs"]),
        iter(["pens", "mugs"]),
        {"pens": 0, "mugs": 1},
        {0: "pens", 1: "mugs"},
        [Path("pens"), "mugs"],
    ):
        reader = ImageFolderReader().flow_from_directory(str(tmp_path).encode(), (8, 8), classes=names)
        assert reader.class_indices == {"pens": 0, "mugs": 1}
    with pytest.raises(ValueError, match="classes names a class twice: pens, pens."):
        ImageFolderReader().flow_from_directory(tmp_path, (8, 8), classes=["pens", "pens"])
    ImageFolderReader().flow_from_directory(tmp_path, (8, 8), classes=["pens", "mug"])
    assert "There are no images of mug." in capsys.readouterr().out


def test_heic_without_its_package_is_named_with_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    own_folder(tmp_path)
    heic = b"\0\0\0\x18ftypheic" + bytes(100)
    (tmp_path / "mugs" / "IMG_1.HEIC").write_bytes(heic)
    (tmp_path / "mugs" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary")
    out = capsys.readouterr().out.replace(os.sep, "/")
    assert "Left out 2 that cannot be read: mugs/IMG_1.HEIC, mugs/broken.png." in out
    assert out.count("pip install pillow-heif") == 1
    assert reader.samples == 6
    for path in (tmp_path / "pens").iterdir():
        path.write_bytes(heic)
    with pytest.raises(
        ImageError, match='No image in "pens" can be read. "0.png" is a HEIC image.*install pillow-heif'
    ):
        ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary")


LEFTOVER_FOLDERS = [
    *(
        ".ipynb_checkpoints",
        "__MACOSX",
        "@eaDir",
        "#recycle",
        "lost+found",
        "$RECYCLE.BIN",
        "System Volume Information",
        "@__thumb",
        "~snapshot",
        "OneDriveTemp",
    ),
    *(".Trashes", ".Trash-1000", ".fseventsd", ".Spotlight-V100", ".git", "__pycache__", "FOUND.000", "$Recycle.Bin"),
]
LEFTOVER_FILES = [
    "Thumbs.db",
    "desktop.ini",
    ".DS_Store",
    "._0.png",
    "Icon\r",
    ".hidden.jpg",
    "~$notes.docx",
    "ehthumbs.db",
    "Picasa.ini",
    *(["0.png:Zone.Identifier", "Thumbs.db:encryptable"] if os.name == "posix" else []),
]


@pytest.mark.parametrize("place", ["beside the classes", "inside a class", "as the class"])
def test_what_systems_leave_is_neither_class_nor_image(tmp_path, capsys, place):
    own_folder(tmp_path)
    for name in LEFTOVER_FOLDERS:
        left = {"beside the classes": tmp_path / name, "inside a class": tmp_path / "mugs" / name}
        folder = left.get(place, tmp_path / "mugs" / "deep" / name) / "mugs"
        folder.mkdir(parents=True)
        Image.new("RGB", (9, 9)).save(folder / "0.png")
        Image.new("RGB", (9, 9)).save(folder.parent / "0-checkpoint.png")
    for name in LEFTOVER_FILES:
        if os.name == "posix" or name != "Icon\r":
            ((tmp_path if place == "beside the classes" else tmp_path / "mugs") / name).write_bytes(
                b"\0\5\x16\7" + bytes(60)
            )
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary")
    assert (list(reader.class_indices), reader.samples) == (["mugs", "pens"], 6)
    assert capsys.readouterr().out == "Found 6 images belonging to 2 classes.\n"


def test_jupyters_copy_of_an_image_counts_only_where_it_is_the_only_one(tmp_path):
    own_folder(tmp_path)
    for name in ("0-checkpoint.png", "border-checkpoint.png"):
        Image.new("RGB", (9, 9)).save(tmp_path / "mugs" / name)
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary", shuffle=False)
    assert names_in(reader)[:4] == ["mugs/0.png", "mugs/1.png", "mugs/2.png", "mugs/border-checkpoint.png"]


def test_folders_without_images_are_no_classes_and_images_outside_are_named(tmp_path, capsys):
    own_folder(tmp_path)
    (tmp_path / "New folder" / "inner").mkdir(parents=True)
    Image.new("RGB", (9, 9)).save(tmp_path / "loose.jpg")
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary")
    out = capsys.readouterr().out
    assert reader.class_indices == {"mugs": 0, "pens": 1}
    assert out.count("New folder") == out.count("loose.jpg") == 1
    assert "fill or delete" in out
    assert "into the folder of its class" in out


@pytest.mark.parametrize("count", [1, 3, 4])
def test_binary_is_for_two_classes(tmp_path, count):
    own_folder(tmp_path, "abcd"[:count])
    with pytest.raises(ValueError, match=rf'class_mode="binary" is for two classes, and there (is one|are {count}): a'):
        ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary")


def test_one_class_cannot_be_told_apart_but_can_be_read(tmp_path):
    own_folder(tmp_path, ["photos"])
    for class_mode in ("categorical", "sparse"):
        with pytest.raises(ValueError, match="There is one: photos, so there is nothing to tell apart"):
            ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode=class_mode)
    assert ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode=None).samples == 3


def test_images_without_class_folders_get_a_sentence(tmp_path):
    own_folder(tmp_path)
    with pytest.raises(ValueError, match="has 3 images and no folders in it.*Make a folder for each class"):
        ImageFolderReader().flow_from_directory(tmp_path / "mugs")


def test_a_folder_around_the_classes_is_named(tmp_path, capsys):
    own_folder(tmp_path / "train")
    own_folder(tmp_path / "validation")
    assert ImageFolderReader().flow_from_directory(tmp_path, (8, 8)).num_classes == 2  # as ImageDataGenerator has it
    assert "All images are further down, in mugs, pens. If those are the classes" in capsys.readouterr().out
    own_folder(tmp_path / "more")
    Image.new("RGB", (9, 9)).save(tmp_path / "more" / "0.png")
    ImageFolderReader().flow_from_directory(tmp_path, (8, 8))
    assert "further down" not in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_link_to_a_class_that_is_gone_is_named(tmp_path, capsys):
    own_folder(tmp_path)
    (tmp_path / "cups").symlink_to("/nowhere/cups")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "mugs" / "loop.png").symlink_to("loop.png")
    reader = ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary")
    assert (reader.class_indices, reader.samples) == ({"mugs": 0, "pens": 1}, 6)
    out = capsys.readouterr().out
    assert "Left out 2 folders (without images, so no class; fill or delete it): cups, loop." in out
    assert 'There is no file "loop.png".' in out


@pytest.mark.parametrize("closed", ["", "mugs", "mugs/more"])
def test_a_folder_that_is_closed_gets_a_sentence_and_no_class_goes_missing(tmp_path, monkeypatch, closed):
    own_folder(tmp_path)
    (tmp_path / "mugs" / "more").mkdir()
    (tmp_path / "mugs" / "lost+found").mkdir()  # closed to everyone, on many disks

    def refusing(function):
        def call(path="."):
            if Path(path) in (tmp_path / closed, tmp_path / "mugs" / "lost+found"):
                raise PermissionError(13, "Permission denied", os.fspath(path))
            return function(path)

        return call

    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))
    with pytest.raises(ValueError, match=r'The folder ".*" cannot be opened: Permission denied\.'):
        ImageFolderReader().flow_from_directory(tmp_path, (8, 8))
    closed = "nothing"
    assert ImageFolderReader().flow_from_directory(tmp_path, (8, 8)).samples == 6


def test_a_large_jpeg_is_trained_on_as_the_upload_reads_it(tmp_path, monkeypatch):
    Image.fromarray(blurred(np.random.default_rng(3), 300, 400)).save(tmp_path / "a.jpg")
    monkeypatch.setattr(image_limits, "LARGE", 300 * 400 // 4)
    half = read_image(tmp_path / "a.jpg")
    assert half.shape == (150, 200, 3)
    seen = cache.load_image(tmp_path / "a.jpg", (150, 200))
    np.testing.assert_allclose(seen / 255, half, atol=1e-6)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_among_the_images_are_left_out_and_not_waited_for(tmp_path, capsys):
    own_folder(tmp_path)
    os.mkfifo(tmp_path / "mugs" / "pipe.jpg")
    os.mkfifo(tmp_path / "mugs" / "pipe")
    assert ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary").samples == 6
    assert "isn't an ordinary file" in capsys.readouterr().out


@pytest.mark.skipif(os.name != "posix", reason="names of any bytes")
def test_names_that_cannot_be_printed_are_printed_with_question_marks(tmp_path, capsys):
    own_folder(tmp_path)
    (tmp_path / "mugs" / os.fsdecode(b"caf\xe9\n.jpg")).write_bytes(b"broken")
    ImageFolderReader().flow_from_directory(tmp_path, (8, 8), class_mode="binary")
    assert "mugs/caf??.jpg" in capsys.readouterr().out


# Where the images are kept.


def test_what_memory_cannot_hold_goes_to_the_disk_and_leaves_nothing_there(plain, tmp_path, monkeypatch):
    in_memory = collected(flow(plain))
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "IN_MEMORY", 1000)
    batches = flow(plain)
    assert isinstance(batches._images, np.memmap)
    np.testing.assert_array_equal(collected(batches), in_memory)
    if os.name == "posix":
        assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize("limit", [{"ON_DISK": 10}, {"SPARE": 2**70}])
def test_without_room_one_sentence(plain, tmp_path, monkeypatch, limit):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "IN_MEMORY", 1000)
    for name, value in limit.items():
        monkeypatch.setattr(cache, name, value)
    with pytest.raises(OSError, match="12 images of 32×32 take .* too little room.* smaller target_size"):
        flow(plain)


def test_a_folder_that_cannot_be_written_gets_a_sentence(plain, tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("in the way")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "IN_MEMORY", 1000)
    with pytest.raises(OSError, match="cannot be kept in"):
        flow(plain)


@pytest.mark.parametrize("directory", [5, None, ["cats", "dogs"]])
def test_what_is_no_path_gets_a_sentence(directory):
    with pytest.raises(ValueError, match="it is the path of a folder with a folder for each class"):
        ImageFolderReader().flow_from_directory(directory)
