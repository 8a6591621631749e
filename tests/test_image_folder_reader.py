"""ImageFolderReader beside ImageDataGenerator: the same images, labels and transforms; finite, repeatable, robust."""

import os
import re
import shutil
import weakref
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import cv2
import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.stats import ks_2samp

from helpers import tensorflow_import
from helpers.images import cache
from helpers.images.augment import FILL_MODES, Augmentation
from helpers.images.folders import ImageFolderReader
from helpers.images.read import ImageError

ImageDataGenerator = tensorflow_import.tensorflow().keras.preprocessing.image.ImageDataGenerator

# OpenCV 4 reads at coordinates rounded to 1/32 of a pixel, OpenCV 5 at the very place.
EXACT = int(cv2.__version__.split(".")[0]) >= 5
EVERYTHING = {
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 15.0,
    "zoom_range": 0.3,
    "horizontal_flip": True,
    "vertical_flip": True,
}


@pytest.fixture(autouse=True)
def nothing_in_memory():
    """Each test reads its images itself, even while a reader of the test before is still there."""
    cache.SHARED.clear()


def blurred(rng, height: int, width: int) -> np.ndarray:
    noise = cv2.GaussianBlur(rng.normal(size=(height, width, 3)), (0, 0), 2)
    return np.uint8(255 * (noise - noise.min()) / np.ptp(noise))


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


def both(folder, generator=None, **flow):
    """The batches of ImageDataGenerator, unshuffled, and ours."""
    generator = generator or {"rescale": 1 / 255}
    flow = {"target_size": (40, 50), "batch_size": 8, "shuffle": False} | flow
    flow.setdefault("classes", ["cats", "dogs", "owls"] if "train" in folder.name else None)
    theirs = ImageDataGenerator(**generator).flow_from_directory(folder, **flow)
    return theirs, ImageFolderReader(**generator).flow_from_directory(folder, **flow)


def assert_same_batches(theirs, ours):
    assert len(theirs) == len(ours) == len(list(ours))
    for their, our in zip([theirs[i] for i in range(len(theirs))], ours, strict=True):
        for one, other in zip(their, our, strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


# Without augmentation: equal, to the last bit.


@pytest.mark.parametrize("class_mode", ["binary", "categorical", "sparse", "input", None])
def test_same_images_and_labels_for_each_class_mode(folder, class_mode):
    assert_same_batches(*both(folder, class_mode=class_mode))


@pytest.mark.parametrize("color_mode", ["rgb", "grayscale", "rgba"])
@pytest.mark.filterwarnings("ignore:Palette images with Transparency")
def test_same_images_for_each_color_mode(folder, color_mode):
    assert_same_batches(*both(folder, color_mode=color_mode))


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"])
def test_same_images_for_each_interpolation(folder, interpolation):
    assert_same_batches(*both(folder, interpolation=interpolation))


def test_same_images_without_rescale(folder):
    assert_same_batches(*both(folder, {"rescale": None}))


@settings(max_examples=60, deadline=None)
@given(st.tuples(st.integers(1, 300), st.integers(1, 300)), st.tuples(st.integers(1, 300), st.integers(1, 300)))
def test_same_pixels_as_load_img_whatever_the_sizes(tmp_path_factory, stored, wanted):
    path = tmp_path_factory.getbasetemp() / "sizes.jpg"
    Image.fromarray(np.random.default_rng(stored).integers(0, 256, (*stored, 3), np.uint8)).save(path)
    theirs = keras.utils.img_to_array(keras.utils.load_img(path, target_size=wanted))
    np.testing.assert_array_equal(cache.load_image(path, wanted), theirs)


def test_same_pixels_without_simplejpeg(plain, monkeypatch):
    path = plain / "a" / "0.jpg"
    fast = cache.load_image(path, (30, 30))
    monkeypatch.setattr(cache, "simplejpeg", None)
    np.testing.assert_array_equal(cache.load_image(path, (30, 30)), fast)


def test_same_attributes(folder):
    theirs, ours = both(folder)
    for name in ("class_indices", "filenames", "filepaths", "samples", "n", "num_classes", "batch_size", "image_shape"):
        assert getattr(theirs, name) == getattr(ours, name), name
    np.testing.assert_array_equal(theirs.classes, ours.classes)
    assert theirs.classes.dtype == ours.classes.dtype


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_same_split_for_validation(folder, subset):
    theirs, ours = both(folder, {"validation_split": 0.3}, subset=subset)
    assert theirs.filenames == ours.filenames and 0 < ours.samples < 25


def test_classes_chosen_and_ordered_by_the_caller(folder):
    theirs, ours = both(folder, classes=["owls", "cats"])
    assert ours.class_indices == {"owls": 0, "cats": 1}
    assert theirs.filenames == ours.filenames
    assert_same_batches(theirs, ours)


def test_hidden_folders_are_no_classes(folder):
    ours = ImageFolderReader().flow_from_directory(folder, target_size=(8, 8))
    assert list(ours.class_indices) == ["cats", "dogs", "owls"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links")
def test_symbolic_links_to_files_and_classes_are_followed_as_by_imagedatagenerator(plain, tmp_path):
    (tmp_path / "a").symlink_to(plain / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "linked.jpg").symlink_to(plain / "b" / "1.jpg")
    (tmp_path / "b" / "folder").symlink_to(plain / "b")
    theirs, ours = both(tmp_path)
    assert theirs.filenames == ours.filenames and ours.samples == 7


@pytest.mark.skipif(not os.environ.get("COURSE_OFFICIAL"), reason="COURSE_OFFICIAL names no folder of official data")
@pytest.mark.parametrize("name", ["cats_and_dogs_filtered/train", "horse-or-human", "validation-horse-or-human"])
def test_same_images_from_the_official_sets(name):
    folder = Path(os.environ["COURSE_OFFICIAL"], name)
    assert_same_batches(*both(folder, target_size=(150, 150), batch_size=128, classes=None, class_mode="binary"))


def test_sixteen_bits_are_scaled_where_load_img_cuts_them_off(tmp_path):
    deep = np.linspace(0, 65535, 64).reshape(8, 8).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    for mode in ("grayscale", "rgb"):
        np.testing.assert_allclose(cache.load_image(tmp_path / "deep.png", (8, 8), mode)[..., 0], deep / 257, atol=0.51)


# With augmentation: the same images for the same parameters, and the parameters have the same distribution.


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("more", [{}, {"channel_shift_range": 40.0}, {"brightness_range": (0.5, 1.5)}])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.filterwarnings("ignore:Please import `affine_transform`")
def test_same_image_for_the_same_parameters(fill_mode, more, channels):
    rng = np.random.default_rng(3)
    options = {**EVERYTHING, **more, "fill_mode": fill_mode, "cval": 100.0, "rescale": 1 / 255}
    ours, theirs = Augmentation(**options), ImageDataGenerator(**options)
    images = np.stack([blurred(rng, 60, 60)[..., :channels] for _ in range(12)])
    drawn = ours.draw(rng, len(images), (60, 60))
    result = np.empty(images.shape, np.float32)
    ours.apply(images, drawn, result)
    for i, image in enumerate(images):
        chosen = {name: values[i] for name, values in drawn.items()}
        chosen |= {} if "brightness_range" in more else {"brightness": None}
        chosen |= {} if "channel_shift_range" in more else {"channel_shift_intensity": None}
        expected = theirs.standardize(theirs.apply_transform(image.astype(np.float32), chosen))
        off = 255 * np.abs(result[i] - expected)
        whole = 2.01 if "brightness_range" in more else 0.501
        assert off.max() <= (whole if EXACT else whole + 6)
        assert off.mean() <= (whole if EXACT else whole + 0.5)


@pytest.mark.parametrize("shift", [0.2, 3.0, 5, [0.1, 0.3], [2, 4, 6]])
def test_same_distribution_of_transforms(shift):
    options = {**EVERYTHING, "width_shift_range": shift, "height_shift_range": shift}
    options |= {"brightness_range": (0.5, 1.5), "channel_shift_range": 30.0, "zoom_range": (0.7, 1.1)}
    np.random.seed(0)
    generator = ImageDataGenerator(**options)
    theirs = [generator.get_random_transform((50, 50, 3)) for _ in range(3000)]
    ours = Augmentation(**options).draw(np.random.default_rng(0), 3000, (50, 50))
    assert ours.keys() == theirs[0].keys()
    for name, values in ours.items():
        expected = np.array([one[name] for one in theirs], float)
        assert ks_2samp(values.astype(float), expected).pvalue > 1e-3, name
        assert abs(values.min() - expected.min()) <= 0.02 * np.ptp(expected) >= abs(values.max() - expected.max())


def moved(image: np.ndarray, **ranges) -> np.ndarray:
    """`image` (height, width) changed with the seed 1."""
    augmentation = Augmentation(**ranges)
    result = np.empty((1, *image.shape, 1), np.float32)
    augmentation.apply(image[None, ..., None], augmentation.draw(np.random.default_rng(1), 1, image.shape), result)
    return result[0, ..., 0]


def test_width_shift_moves_sideways_and_height_shift_up_and_down():
    dot = np.zeros((21, 31), np.uint8)
    dot[10, 15] = 255
    assert np.ptp(moved(dot, width_shift_range=[4])[10]) == 255
    assert np.ptp(moved(dot, height_shift_range=[4])[:, 15]) == 255


def test_a_image_that_is_not_square_turns_about_its_center():
    dot = np.zeros((21, 31), np.uint8)
    dot[10, 15] = 255
    assert moved(dot, rotation_range=170)[10, 15] > 250
    assert moved(dot, zoom_range=(0.5, 0.5))[10, 15] > 250


def test_flips_are_exact(plain):
    reader = ImageFolderReader(horizontal_flip=True).flow_from_directory(plain, (64, 64), batch_size=12, shuffle=False)
    before = ImageFolderReader().flow_from_directory(plain, (64, 64), batch_size=12, shuffle=False)[0][0]
    after = reader[0][0]
    flipped = [np.array_equal(a, b[:, ::-1]) for a, b in zip(after, before, strict=True)]
    same = [np.array_equal(a, b) for a, b in zip(after, before, strict=True)]
    assert sum(flipped) + sum(same) == 12 and 0 < sum(flipped) < 12


# Images that are in memory already.


def test_readers_of_the_same_images_share_them_as_long_as_one_is_there(plain):
    first, other = (ImageFolderReader().flow_from_directory(plain, (16, 16)) for _ in range(2))
    assert first._images is other._images
    assert ImageFolderReader().flow_from_directory(plain, (16, 17))._images.shape[2] == 17
    assert ImageFolderReader().flow_from_directory(plain, (16, 16), color_mode="grayscale")._images.shape[3] == 1
    held = weakref.ref(first._images)
    del first, other
    assert held() is None


def test_a_file_that_has_changed_is_read_anew(plain, tmp_path):
    folder = shutil.copytree(plain, tmp_path / "copy")
    before = ImageFolderReader().flow_from_directory(folder, (16, 16), shuffle=False)
    file = Path(before.filepaths[0])
    Image.fromarray(255 - np.asarray(Image.open(file).convert("RGB"))).save(file)
    after = ImageFolderReader().flow_from_directory(folder, (16, 16), shuffle=False)
    different = [not np.array_equal(a, b) for a, b in zip(before[0][0], after[0][0], strict=True)]
    assert different[0] and not any(different[1:])


def test_what_was_read_of_a_broken_folder_is_told_each_time(damaged, capsys):
    said = []
    for _ in range(2):
        kept = ImageFolderReader().flow_from_directory(damaged, (16, 16))  # held, so that it could be shared
        said.append(capsys.readouterr().out)
    assert kept.samples and said[0] == said[1] and "Left out" in said[1]


# Epochs and seeds.


def flow(plain, threads=2, **options):
    return ImageFolderReader(rescale=1 / 255, threads=threads, **EVERYTHING).flow_from_directory(
        plain, **{"target_size": (32, 32), "batch_size": 5, "class_mode": "binary", "seed": 11} | options
    )


def collected(batches) -> np.ndarray:
    return np.concatenate([images for images, _ in batches])


def test_iterating_gives_one_epoch_and_stops(plain):
    batches = flow(plain)
    assert [len(labels) for _, labels in batches] == [5, 5, 2]
    assert len(batches) == 3
    assert sorted(np.concatenate([labels for _, labels in batches])) == [0] * 6 + [1] * 6


@pytest.mark.parametrize("threads", [1, 3, 16])
def test_same_seed_same_batches_whatever_the_number_of_threads(plain, threads):
    one, other = flow(plain, threads=2), flow(plain, threads=threads)
    for _ in range(2):
        np.testing.assert_array_equal(collected(one), collected(other))


def test_batches_may_be_asked_for_in_any_order(plain):
    one, other = flow(plain), flow(plain)
    backwards = [other[i] for i in (2, 0, 1)]
    for i, (images, labels) in zip((2, 0, 1), backwards, strict=True):
        np.testing.assert_array_equal(one[i][0], images)
        np.testing.assert_array_equal(one[i - 3][1], labels)


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
    drawn = [next(batches)[0] for _ in range(6)]
    np.testing.assert_array_equal(np.concatenate(drawn), np.concatenate([collected(same), collected(same)]))
    next(batches)
    batches.reset()
    np.testing.assert_array_equal(next(batches)[0], batches[0][0])


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
    assert re.search(r"Left out 2 that cannot be read: a.1\.jpg, b.0\.jpg\.", out) and err == ""
    assert [name[2:] for name in reader.filenames] == ["0.jpg", "2.jpg", "1.jpg", "2.jpg"]
    images, labels = reader[0]
    assert labels.tolist() == [0, 0, 1, 1]
    for image, path in zip(images, reader.filepaths, strict=True):
        np.testing.assert_array_equal(image, cache.load_image(path, (16, 16)))


def test_broken_images_raise_if_asked_to(damaged):
    with pytest.raises(ImageError, match="1.jpg.*breaks off"):
        ImageFolderReader().flow_from_directory(damaged, on_error="raise")


def test_nothing_but_broken_images_is_an_error(damaged):
    for path in damaged.rglob("*.jpg"):
        path.write_bytes(b"broken")
    with pytest.raises(ImageError, match='"0.jpg" is text'):
        ImageFolderReader().flow_from_directory(damaged)


def test_a_validation_subset_needs_a_split(plain):
    with pytest.raises(ValueError, match="needs a part"):
        ImageFolderReader().flow_from_directory(plain, subset="validation")


@pytest.mark.parametrize("name", ["featurewise_center", "zca_whitening", "preprocessing_function", "data_format"])
def test_parameters_that_the_reader_does_not_take_are_named(name):
    with pytest.raises(TypeError, match=name):
        ImageFolderReader(**{name: None})


@pytest.mark.parametrize("name", ["save_to_dir", "follow_links", "keep_aspect_ratio"])
def test_parameters_that_flow_from_directory_does_not_take_are_named(plain, name):
    with pytest.raises(TypeError, match=name):
        ImageFolderReader().flow_from_directory(plain, **{name: None})


@pytest.mark.parametrize(
    "wrong",
    [{"fill_mode": "mirror"}, {"zoom_range": (1, 2, 3)}, {"brightness_range": 0.5}, {"validation_split": 1.0}],
)
def test_wrong_values_are_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ImageFolderReader(**wrong)


@pytest.mark.parametrize("name", ["color_mode", "class_mode", "subset", "interpolation", "on_error"])
def test_wrong_choices_are_named(plain, name):
    with pytest.raises(ValueError, match=f"{name} is 'purple'; it can be"):
        ImageFolderReader().flow_from_directory(plain, **{name: "purple"})


def test_wrong_folders_get_a_sentence(plain, tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        ImageFolderReader().flow_from_directory(tmp_path / "gone")
    with pytest.raises(ValueError, match="give the folder above"):
        ImageFolderReader().flow_from_directory(plain / "a")
    with pytest.raises(FileNotFoundError, match='no folder "cat"'):
        ImageFolderReader().flow_from_directory(plain, classes=["a", "cat"])
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
