"""Checkpoints come back as they were saved, with their own history, and only for the same data and budget."""

import os
import zipfile

import keras
import numpy as np
import pytest

from data_scripts.errors import DataError
from helpers.models import checkpoints


def tiny(optimizer="adam"):
    model = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile(optimizer=optimizer, loss="mse", metrics=["mae"])
    return model


def test_a_saved_network_predicts_the_same_and_has_its_history(course_home):
    model, images = tiny(), np.random.default_rng(0).random((3, 4, 4, 3)).astype("float32")
    checkpoints.save("cats_vs_dogs", "plain", model, {"loss": [np.float32(0.5), 0.25]})
    again, history = checkpoints.load("cats_vs_dogs", "plain")
    np.testing.assert_array_equal(again.predict(images, verbose=0), model.predict(images, verbose=0))
    assert history == {"loss": [0.5, 0.25]}
    assert again.optimizer is not None
    folder = checkpoints.checkpoint_path("cats_vs_dogs", "plain").parent
    assert [file.name for file in folder.iterdir() if not file.name.endswith(".lock")] == ["plain.keras"]


@pytest.mark.parametrize("moment", range(3))
def test_a_save_that_is_killed_leaves_weights_and_history_of_one_run(moment, course_home, monkeypatch):
    def numbered(number):
        model = tiny()
        model.set_weights([np.full_like(values, number) for values in model.get_weights()])
        return model, {"loss": [float(number)]}

    class KilledError(BaseException):
        pass

    replaced = []

    def replace(*paths):
        if len(replaced) == moment:
            raise KilledError
        replaced.append(paths)
        real_replace(*paths)

    checkpoints.save("cats_vs_dogs", "plain", *numbered(1))
    real_replace = os.replace
    monkeypatch.setattr(os, "replace", replace)
    try:
        checkpoints.save("cats_vs_dogs", "plain", *numbered(2))
        assert moment > 0, "killed before anything was replaced, it cannot come to its end"
    except KilledError:
        pass
    monkeypatch.setattr(os, "replace", real_replace)
    model, history = checkpoints.load("cats_vs_dogs", "plain")
    assert history == {"loss": [model.get_weights()[0].flat[0]]} == {"loss": [1.0 if moment == 0 else 2.0]}


def test_a_trained_network_goes_on_training_where_it_stopped(course_home):
    model = tiny(keras.optimizers.Adam())
    images, answers = np.ones((4, 4, 4, 3), "float32"), np.arange(4.0)
    model.fit(images, answers, batch_size=4, epochs=2, verbose=0)
    checkpoints.save("cats_vs_dogs", "plain", model)
    again, history = checkpoints.load("cats_vs_dogs", "plain")
    assert int(again.optimizer.iterations) == 2
    for network in (model, again):
        network.fit(images, answers, epochs=1, verbose=0, shuffle=False)
    np.testing.assert_allclose(again.predict(images, verbose=0), model.predict(images, verbose=0), rtol=1e-5)


def test_a_network_without_its_optimizer_predicts_the_same(course_home, recwarn):
    model, images = tiny(), np.ones((4, 4, 4, 3), "float32")
    model.fit(images, np.arange(4.0), epochs=1, verbose=0)
    checkpoints.save("cats_vs_dogs", "plain", model)
    again, _ = checkpoints.load("cats_vs_dogs", "plain", optimizer=False)
    np.testing.assert_array_equal(again.predict(images, verbose=0), model.predict(images, verbose=0))
    assert getattr(again, "optimizer", None) is None
    checkpoints.save("cats_vs_dogs", "again", again)
    assert (
        checkpoints.checkpoint_path("cats_vs_dogs", "again").stat().st_size
        < checkpoints.checkpoint_path("cats_vs_dogs", "plain").stat().st_size
    )
    assert not [warning for warning in recwarn if "optimizer" in str(warning.message)]


def test_what_was_never_saved_is_none(course_home):
    assert checkpoints.load("cats_vs_dogs", "plain") is None


def test_the_quick_budget_does_not_get_a_full_network_nor_the_other_way_round(course_home, monkeypatch):
    checkpoints.save("cats_vs_dogs", "plain", tiny())
    monkeypatch.setenv("COURSE_BUDGET", "full")
    assert checkpoints.load("cats_vs_dogs", "plain") is None


def test_a_broken_file_is_named_and_left_out(course_home, capsys):
    file = checkpoints.save("cats_vs_dogs", "plain", tiny())
    file.write_bytes(file.read_bytes()[:200])
    assert checkpoints.load("cats_vs_dogs", "plain") is None
    assert "plain.keras" in capsys.readouterr().out


def test_a_file_that_unpacks_to_more_than_a_network_is_left_out_unread(course_home, capsys, monkeypatch):
    file = checkpoints.save("cats_vs_dogs", "plain", tiny())
    monkeypatch.setattr(checkpoints, "LARGEST", 2**20)
    assert checkpoints.load("cats_vs_dogs", "plain")
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/bomb", bytes(2**20))
    assert checkpoints.load("cats_vs_dogs", "plain") is None
    assert "plain.keras" in capsys.readouterr().out


def test_a_history_may_be_what_fit_returned_and_has_curves_alone(course_home):
    history = keras.callbacks.History()
    history.history = {"loss": [1.0, 0.5], "f1": [[0.1, 0.2], [0.3, 0.4]]}
    checkpoints.save("cats_vs_dogs", "plain", tiny(), history)
    assert checkpoints.load("cats_vs_dogs", "plain")[1] == {"loss": [1.0, 0.5]}


def test_a_file_with_code_of_its_own_is_refused(course_home, capsys):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: x + 1)])
    checkpoints.save("cats_vs_dogs", "sly", model)
    assert checkpoints.load("cats_vs_dogs", "sly") is None
    assert "cannot be read" in capsys.readouterr().out


def test_a_folder_that_cannot_be_made_is_a_sentence(course_home):
    (course_home / "models").write_text("in the way")
    with pytest.raises(DataError, match="models"):
        checkpoints.save("cats_vs_dogs", "plain", tiny())
