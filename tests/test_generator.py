"""The day Keras has no ImageDataGenerator anymore: lessons 05–08 say so, and go on with the course's reader."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from helpers.images.generator import ImageDataGenerator, ReaderAsGenerator, first_batch
from tools import notebooks

GONE = "from keras._tf_keras.keras.preprocessing import image; del image.ImageDataGenerator"
needs_keras_generator = pytest.mark.skipif(ImageDataGenerator is ReaderAsGenerator, reason="Keras has none anymore")


@needs_keras_generator
def test_it_is_that_of_keras_while_there_is_one():
    assert ImageDataGenerator.__module__.startswith("keras.")


@needs_keras_generator
@pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")  # ImageDataGenerator's own, about SciPy
@pytest.mark.parametrize(
    "options",
    [{"zoom_range": (1.6, 1.6)}, {"rotation_range": 0, "zoom_range": (0.5, 0.5), "rescale": 1 / 255}],
    ids=str,
)
def test_an_image_is_changed_alike(options):
    rng = np.random.default_rng(1)
    image = np.repeat(np.repeat(rng.integers(0, 256, (5, 5, 3)), 8, axis=0), 8, axis=1).astype(np.float32)
    ours, theirs = (kind(**options).random_transform(image, seed=1) for kind in (ReaderAsGenerator, ImageDataGenerator))
    assert ours.dtype == np.float32
    assert ours.shape == image.shape
    assert np.abs(ours - theirs).max() <= 0.5


def test_arrays_are_batched_alike():
    x = np.arange(7 * 2 * 2).reshape(7, 2, 2, 1) * 9.0
    y = np.arange(7) % 2
    ours, theirs = (
        kind(rescale=1 / 255).flow(x, y, 3, shuffle=False) for kind in (ReaderAsGenerator, ImageDataGenerator)
    )
    assert len(ours) == len(theirs) == 3
    for index in range(3):
        for our, their in zip(ours[index], theirs[index], strict=True):
            np.testing.assert_allclose(our, their, atol=1e-6)


def test_the_first_batch_comes_without_a_line_of_its_own(tmp_path, capsys):
    for name, level in {"a": 0, "b": 250}.items():
        (tmp_path / name).mkdir()
        Image.new("RGB", (4, 4), (level,) * 3).save(tmp_path / name / "1.png")
    for kind in (ReaderAsGenerator, ImageDataGenerator):
        images, labels = first_batch(kind(), tmp_path, target_size=(2, 3), class_mode="sparse", shuffle=False)
        assert images.shape == (2, 2, 3, 3)
        assert images[:, 0, 0, 0].tolist() == [0, 250]
        assert labels.tolist() == [0, 1]
    assert capsys.readouterr().out == ""


def test_a_wrong_argument_is_an_error(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").write_bytes(b"")
    with pytest.raises(ValueError, match="class_mode"):
        ReaderAsGenerator().flow_from_directory(tmp_path, class_mode="binar")


@pytest.mark.slow
@pytest.mark.parametrize("number", ["05", "08"])  # the lessons that use it
def test_a_lesson_says_so_and_goes_on(number, course_home):
    [path] = notebooks.lessons(number)
    done = notebooks.tidy(notebooks.run(notebooks.read(path), course_home, 180, first=GONE))
    assert notebooks.faults(done) == []
    texts = [output.text for cell in done.cells for output in cell.get("outputs", []) if "text" in output]
    assert sum("has no ImageDataGenerator anymore" in text for text in texts) == 1


def test_without_it_the_reader_takes_its_place_and_the_tests_can_still_be_collected():
    tests = "import tests.test_augment, tests.test_folders, tests.test_generator as test"
    command = f"{GONE}; {tests}; print(test.ImageDataGenerator is test.ReaderAsGenerator)"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.endswith("True\n"), done.stderr
    assert "ImageFolderReader takes its place" in done.stdout
