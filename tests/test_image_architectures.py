"""The color networks have the shapes that the lessons work out by hand."""

import keras
import numpy as np
import pytest

from helpers.models import image_architectures


@pytest.mark.parametrize(
    ("size", "blocks", "parameters", "flat"), [(300, 5, 1_704_097, 7 * 7 * 64), (150, 3, 9_494_561, 17 * 17 * 64)]
)
def test_horses_humans_has_the_published_parameters(size, blocks, parameters, flat):
    model = image_architectures.horses_humans(size, blocks)
    assert model.count_params() == parameters
    flatten = next(layer for layer in model.layers if isinstance(layer, keras.layers.Flatten))
    assert flatten.output.shape == (None, flat)
    assert isinstance(model.optimizer, keras.optimizers.RMSprop)


def test_cats_dogs_has_the_published_parameters():
    assert image_architectures.cats_dogs().count_params() == 10_641_441


def test_dropout_adds_no_parameters_and_stands_where_the_lesson_puts_it():
    model = image_architectures.cats_dogs(dropout=True)
    assert model.count_params() == 10_641_441
    kinds = [type(layer).__name__ for layer in model.layers[:8]]
    assert kinds == ["Conv2D", "MaxPooling2D", "Dropout", "Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D", "Dropout"]
    assert [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)] == [0.3, 0.3, 0.1]


@pytest.mark.parametrize("build", [image_architectures.cats_dogs, image_architectures.horses_humans])
def test_four_pieces_make_the_step_of_a_whole_batch(build):
    rng = np.random.default_rng(0)
    images, labels = rng.random((64, 32, 32, 3), "float32"), rng.integers(0, 2, 64).astype("float32")
    answers, steps = {}, {}
    for pieces in (1, 4):
        keras.utils.set_random_seed(1)
        model = build(32, pieces=pieces, **({"blocks": 2} if build is image_architectures.horses_humans else {}))
        before = model.predict(images, verbose=0)
        model.fit(images, labels, batch_size=32 // pieces, shuffle=False, epochs=2, verbose=0)
        answers[pieces], steps[pieces] = model.predict(images, verbose=0) - before, int(model.optimizer.iterations)
    assert steps == {1: 4, 4: 4}
    assert abs(answers[1]).max() > 0.01, "nothing was learned, so nothing is compared"
    assert abs(answers[4] - answers[1]).max() < 0.02 * abs(answers[1]).max()
