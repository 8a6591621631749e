"""The day on which Keras has no ImageDataGenerator: lessons 05–08 say so, and go on with the fast reader."""

import numpy as np
import pytest

from helpers.images import generator
from helpers.images.generator import ImageDataGenerator, ReaderAsGenerator
from tools import notebooks

GONE = "from keras._tf_keras.keras.preprocessing import image; del image.ImageDataGenerator"


def changed(reader, image):
    return reader.random_transform(image, seed=1)


def test_while_keras_has_one_it_is_that():
    import tensorflow as tf

    assert ImageDataGenerator is tf.keras.preprocessing.image.ImageDataGenerator


@pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")  # ImageDataGenerator's own, about SciPy
@pytest.mark.parametrize(
    "options",
    [{"zoom_range": (1.6, 1.6)}, {"rotation_range": 0, "zoom_range": (0.5, 0.5), "rescale": 1 / 255}],
    ids=str,
)
def test_a_image_is_changed_alike(options):
    rng = np.random.default_rng(1)
    image = np.repeat(np.repeat(rng.integers(0, 256, (5, 5, 3)), 8, axis=0), 8, axis=1).astype(np.float32)
    ours, theirs = changed(ReaderAsGenerator(**options), image), changed(ImageDataGenerator(**options), image)
    assert ours.dtype == np.float32 and ours.shape == image.shape
    assert np.abs(ours - theirs).max() <= 0.5


def test_arrays_are_batched_alike():
    x = np.arange(7 * 2 * 2).reshape(7, 2, 2, 1) * 9.0
    y = np.arange(7) % 2
    ours, theirs = (
        one(rescale=1 / 255).flow(x, y, 3, shuffle=False) for one in (ReaderAsGenerator, ImageDataGenerator)
    )
    assert len(ours) == len(theirs) == 3
    for index in range(3):
        for mine, its in zip(ours[index], theirs[index], strict=True):
            np.testing.assert_allclose(mine, its, atol=1e-6)


def test_a_folder_without_classes_is_no_error(tmp_path, capsys):
    assert len(ReaderAsGenerator().flow_from_directory(tmp_path)) == 0
    assert capsys.readouterr().out == "Found 0 images belonging to 0 classes.\n"


def test_a_wrong_argument_is_an_error(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").write_bytes(b"")
    with pytest.raises(ValueError, match="class_mode"):
        ReaderAsGenerator().flow_from_directory(tmp_path, class_mode="binar")


@pytest.mark.parametrize(
    "number", ["05", *(pytest.param(number, marks=pytest.mark.slow) for number in ("06", "07", "08"))]
)
def test_a_lesson_says_so_and_goes_on(number, course_home):
    [path] = notebooks.lessons(number)
    done = notebooks.tidy(notebooks.run(notebooks.read(path), course_home, 180, first=GONE))
    assert notebooks.faults(done) == []
    said = [output.text for cell in done.cells for output in cell.get("outputs", []) if "text" in output]
    assert sum("has no ImageDataGenerator any more" in text for text in said) == 1


def test_what_a_lesson_says_then_names_the_reader(monkeypatch, capsys):
    import importlib

    from keras._tf_keras.keras.preprocessing import image

    monkeypatch.delattr(image, "ImageDataGenerator")
    assert importlib.reload(generator).ImageDataGenerator.__mro__[1].__name__ == "ImageFolderReader"
    assert "ImageFolderReader takes its place" in capsys.readouterr().out
    monkeypatch.undo()
    importlib.reload(generator)
