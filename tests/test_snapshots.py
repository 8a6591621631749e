"""Copies of the weights after every epoch: what they hold, and how much memory they take."""

import keras
import numpy as np
import pytest
from keras import layers

from helpers.training.snapshots import EpochSnapshots


def network() -> keras.Model:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((10,)), layers.Dense(100), layers.BatchNormalization(), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


DATA = np.random.default_rng(1).random((32, 10)), np.arange(32.0)


def fit(model, snapshots, epochs):
    seen = {0: model.get_weights()}
    spy = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.update({epoch + 1: model.get_weights()}))
    model.fit(*DATA, epochs=epochs, verbose=0, callbacks=[snapshots, spy])
    return seen


def test_every_epoch_is_kept_from_before_the_training_on():
    model, snapshots = network(), EpochSnapshots()
    seen = fit(model, snapshots, 3)
    assert snapshots.epochs == [0, 1, 2, 3]
    for epoch, copy in snapshots.networks():
        for kept, true in zip(copy.get_weights(), seen[epoch], strict=True):
            np.testing.assert_allclose(kept, true, rtol=1e-3, atol=1e-6)
    assert copy is not model
    assert set(snapshots.kept[1].logs) == {"loss", "mae"}
    assert snapshots.kept[0].logs == {}


def test_the_memory_is_stated_and_half_of_the_weights():
    model, snapshots = network(), EpochSnapshots(megabytes=5)
    fit(model, snapshots, 2)
    assert snapshots.bytes == 3 * 2 * model.count_params()
    assert str(snapshots) == f"3 copies of the weights: {snapshots.bytes / 1e6:.1f} MB of at most 5 MB."


def test_the_memory_is_bounded_and_the_whole_training_still_covered():
    model = network()
    one = 2 * model.count_params()
    snapshots = EpochSnapshots(megabytes=5 * one / 1e6)
    for epochs, kept in ((4, [0, 1, 2, 3, 4]), (1, [0, 2, 4, 5]), (3, [0, 2, 4, 6, 8]), (1, [0, 4, 8, 9])):
        fit(model, snapshots, epochs)
        assert snapshots.epochs == kept
        assert snapshots.bytes <= 5 * one
    assert "every 4 epochs" in str(snapshots)
    *_, (epoch, last) = snapshots.networks()
    assert epoch == 9
    np.testing.assert_allclose(last.get_weights()[0], model.get_weights()[0], rtol=1e-3, atol=1e-6)


def test_in_a_list_twice_an_epoch_counts_once_and_another_network_begins_anew():
    model, snapshots = network(), EpochSnapshots()
    model.fit(*DATA, epochs=2, verbose=0, callbacks=[snapshots, snapshots])
    assert snapshots.epochs == [0, 1, 2]
    other = keras.Sequential([keras.Input((10,)), layers.Dense(1)])
    other.compile("sgd", "mse")
    fit(other, snapshots, 1)
    assert [(epoch, copy.count_params()) for epoch, copy in snapshots.networks()] == [(0, 11), (1, 11)]


def test_too_little_memory_is_refused_before_the_training():
    with pytest.raises(ValueError, match=r"EpochSnapshots\(megabytes=0.001\) allows less"):
        fit(network(), EpochSnapshots(megabytes=0.001), 1)


def test_weights_that_float16_cannot_hold_stay_float32():
    model, snapshots = network(), EpochSnapshots()
    model.layers[0].set_weights([np.full((10, 100), 1e6), np.zeros(100)])
    snapshots.set_model(model)
    snapshots.on_train_begin()
    _, copy = next(snapshots.networks())
    assert (copy.get_weights()[0] == 1e6).all()


def test_a_network_without_an_input_is_kept_from_its_first_epoch_on():
    model, snapshots = keras.Sequential([layers.Dense(1)]), EpochSnapshots()
    model.compile("sgd", "mse")
    fit(model, snapshots, 2)
    assert [(epoch, copy.count_params()) for epoch, copy in snapshots.networks()] == [(1, 11), (2, 11)]


def test_a_network_that_standardizes_its_inputs_answers_as_it_did():
    images = np.random.default_rng(1).normal(5, 3, (64, 10)).astype("float32")
    normalization = layers.Normalization()
    normalization.adapt(images)
    inside = keras.Sequential([keras.Input((10,)), normalization])
    model, snapshots = keras.Sequential([keras.Input((10,)), inside, layers.Dense(1)]), EpochSnapshots()
    model.compile("sgd", "mse")
    model.fit(images, images[:, :1], epochs=1, verbose=0, callbacks=[snapshots])
    *_, (_, copy) = snapshots.networks()
    np.testing.assert_allclose(copy.predict(images, verbose=0), model.predict(images, verbose=0), atol=0.05)


def test_without_a_training_there_is_nothing():
    assert list(EpochSnapshots().networks()) == []
    assert EpochSnapshots().epochs == []
