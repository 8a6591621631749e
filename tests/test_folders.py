"""ImageFolderReader compared with ImageDataGenerator: the same images and labels; finite, repeatable, robust."""

import os
import re
import shutil
import threading
import weakref
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from helpers.images import cache, folders
from helpers.images.folders import ImageFolderReader
from helpers.images.generator import ImageDataGenerator
from helpers.images.read import ImageError
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
def test_same_images_and_labels_for_each_class_mode(folder, class_mode):
    assert_same_batches(*both(folder, class_mode=class_mode))


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


def test_hidden_folders_are_no_classes(folder):
    ours = ImageFolderReader().flow_from_directory(folder, target_size=(8, 8))
    assert list(ours.class_indices) == ["cats", "dogs", "owls"]


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
    assert re.search(r"Left out 2 that cannot be read: a.1\.jpg, b.0\.jpg\.", out)
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


@pytest.mark.parametrize("name", ["classes", "subset", "save_to_dir", "follow_links"])
def test_parameters_that_flow_from_directory_does_not_take_are_named(plain, name):
    with pytest.raises(TypeError, match=name):
        ImageFolderReader().flow_from_directory(plain, **{name: None})


@pytest.mark.parametrize("name", ["color_mode", "class_mode", "interpolation"])
def test_wrong_choices_are_named(plain, name):
    with pytest.raises(ValueError, match=f"{name} is 'purple'; it can be"):
        ImageFolderReader().flow_from_directory(plain, **{name: "purple"})


def test_wrong_folders_get_a_sentence(plain, tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        ImageFolderReader().flow_from_directory(tmp_path / "gone")
    with pytest.raises(ValueError, match="give the folder above"):
        ImageFolderReader().flow_from_directory(plain / "a")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no images"):
        ImageFolderReader().flow_from_directory(tmp_path)


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
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(cache, "IN_MEMORY", 1000)
    with pytest.raises(OSError, match="cannot be kept in"):
        flow(plain)
