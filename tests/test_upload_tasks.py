"""What lesson 10 can be about: images to learn from and to test with, samples, and images of neither class."""

import keras
import numpy as np
import pytest

from helpers.models import upload_tasks
from helpers.models.predict import Prediction, predict_files

each = pytest.mark.parametrize("name", upload_tasks.TASKS)


@each
def test_a_choice_is_ready_for_fit(name, course_home, capsys):
    choice = upload_tasks.load(name)
    assert "offline" in capsys.readouterr().out
    images, labels = choice.train[0]
    others, answers = choice.test
    assert images.shape[1:] == others.shape[1:] == choice.shape
    assert images.dtype == others.dtype == np.float32
    for some in (images, others):
        assert some.min() >= 0
        assert some.max() <= 1
        assert some.max() > 0.5
    assert set(labels) | set(answers) <= set(range(len(choice.class_names)))
    assert len(answers) == len(others)
    assert choice.epochs == 2
    layers = [keras.Input(choice.shape), keras.layers.GlobalAveragePooling2D()]
    model = keras.Sequential([*layers, keras.layers.Dense(choice.outputs, "sigmoid" if choice.outputs == 1 else None)])
    found = predict_files(model, choice.class_names, [(path.name, path) for path in choice.samples])
    assert len(found) >= 4
    assert all(isinstance(one, Prediction) for one in found)


@each
def test_images_of_neither_class_are_of_the_same_size(name, course_home):
    shape = upload_tasks.load(name).shape
    neither = upload_tasks.out_of_distribution_images(name, count=3)
    assert len(neither) == 2
    for images in neither.values():
        assert images.shape == (3, *shape)
        assert images.dtype == np.float32
        assert images.min() >= 0
        assert images.max() <= 1
        assert len(np.unique(images.reshape(3, -1), axis=0)) == 3


def test_digits_are_dark_on_light_paper(course_home):
    choice = upload_tasks.load("mnist")
    for images in (choice.train[0][0], choice.test[0]):
        edge, middle = images[:, 0].mean(), images[:, 8:20, 8:20].mean()
        assert edge > middle + 0.1


def test_another_word_is_told_what_can_be_chosen():
    with pytest.raises(ValueError, match="'horses_or_humans', 'cats_vs_dogs', 'mnist'"):
        upload_tasks.load("teapots")
