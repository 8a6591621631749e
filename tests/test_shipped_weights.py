"""The trained networks that ship: small, of this course, as good as recorded, and only for the quick budget."""

import json

import keras
import numpy as np
import pytest

from helpers import data
from helpers.models import architectures, shipped_weights
from tools import train_shipped

RECORD = shipped_weights.record()
each = pytest.mark.parametrize("name", RECORD)


def test_all_weights_together_are_small_and_every_network_has_its_record_and_its_file():
    assert train_shipped.total_bytes() <= train_shipped.MOST_BYTES
    assert set(RECORD) <= set(train_shipped.NETWORKS)
    files = {file.name for file in shipped_weights.FOLDER.glob("*-*.npz")}  # the borrowed network has no dash
    assert files == {f"{name.replace('/', '-')}.npz" for name in RECORD}
    assert not set(RECORD) & set(train_shipped.stale())


@each
def test_a_network_comes_with_its_weights_its_history_and_a_sentence(name, course_home, capsys):
    dataset, _, short = name.partition("/")
    model, history = shipped_weights.load(dataset, short)
    entry = RECORD[name]
    printed = capsys.readouterr().out
    assert "These weights came with the course" in printed
    assert f"{entry['validation_accuracy']:.3f} on {entry['images']['validation']:,} validation images." in printed
    assert model.count_params() == entry["parameters"]
    assert len(history["loss"]) == entry["epochs"]
    assert entry["validation_accuracy"] > 0.7
    assert any(np.any(values) for values in model.get_weights())


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A network of the test's own that ships: its weights, as a file, and its record."""
    monkeypatch.setattr(shipped_weights, "FOLDER", tmp_path / "weights")
    monkeypatch.setattr(shipped_weights, "RECORD", tmp_path / "shipped.json")
    model = architectures.upload_network((16, 16, 3))
    file = shipped_weights.weights_file("cats_vs_dogs", "tiny")
    shipped_weights.take_weights(model, file)
    entry = {
        "architecture": "upload_network",
        "settings": {"shape": [16, 16, 3]},
        "parameters": model.count_params(),
        "epochs": 3,
        "images": {"train": 2000, "validation": 1000},
        "validation_accuracy": 0.9123,
        "history": {"loss": [0.7, 0.5, 0.4]},
    }
    shipped_weights.RECORD.write_text(json.dumps({"cats_vs_dogs/tiny": entry}))
    return model, file


def test_in_the_quick_budget_it_comes_with_its_history_and_says_where_it_is_from(
    shipped, course_home, capsys, tmp_path
):
    before, _ = shipped
    model, history = shipped_weights.load("cats_vs_dogs", "tiny")
    assert history == {"loss": [0.7, 0.5, 0.4]}
    images = np.random.default_rng(0).random((4, 16, 16, 3)).astype("float32")
    np.testing.assert_allclose(model.predict(images, verbose=0), before.predict(images, verbose=0), atol=2e-3)
    assert capsys.readouterr().out == (
        f"These weights came with the course: a network of {model.count_params():,} parameters, trained on 2,000 images for "
        "3 epochs; accuracy 0.912 on 1,000 validation images.\n"
    )
    model.save(tmp_path / "again.keras")
    keras.saving.load_model(tmp_path / "again.keras")  # without a warning, which would be an error here


def test_the_full_budget_official_data_and_unknown_names_get_none(shipped, course_home, monkeypatch, capsys):
    assert shipped_weights.load("cats_vs_dogs", "unheard of") is None
    with monkeypatch.context() as patch:
        patch.setattr(data, "source", lambda name: "official")
        assert shipped_weights.load("cats_vs_dogs", "tiny") is None
    monkeypatch.setenv("COURSE_BUDGET", "full")
    assert shipped_weights.load("cats_vs_dogs", "tiny") is None
    assert capsys.readouterr().out == ""
    model, history = shipped_weights.load("cats_vs_dogs", "tiny", always=True)
    assert (model.input_shape, len(history["loss"])) == ((None, 16, 16, 3), 3)
    assert shipped_weights.load("cats_vs_dogs", "unheard of", always=True) is None
    assert shipped_weights.load("cats_vs_dogs", "tiny", always=True), (
        "a lesson that looks into it has it in every budget"
    )
    assert shipped_weights.load("cats_vs_dogs", "unheard of", always=True) is None


@pytest.mark.parametrize("damage", ["cut short", "text", "gone", "of another network", "a pickle"])
def test_weights_that_cannot_be_read_are_named_and_left_out(shipped, course_home, capsys, damage):
    _, file = shipped
    whole = file.read_bytes()
    file.unlink()
    if damage == "cut short":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "text":
        file.write_text("<html>404 Not Found</html>")
    elif damage == "of another network":
        shipped_weights.take_weights(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), file)
    elif damage == "a pickle":
        np.savez(file, **{"0": np.array([print], dtype=object)})
    assert shipped_weights.load("cats_vs_dogs", "tiny") is None
    assert "cats_vs_dogs-tiny.npz cannot be read" in capsys.readouterr().out


def test_weights_written_and_read_again_differ_by_rounding_only(tmp_path):
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.BatchNormalization()])
    before = model.get_weights()
    shipped_weights.take_weights(model, tmp_path / "new" / "x.npz")
    model.set_weights([np.zeros_like(values) for values in before])
    shipped_weights.put_weights(model, tmp_path / "new" / "x.npz")
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_allclose(new, old, rtol=1e-3, atol=1e-6)


def test_a_network_of_no_recipe_is_refused_with_a_sentence(capsys):
    assert train_shipped.main(["horses"]) == 1
    assert (
        "No network is called horses. There are horses_or_humans/upload_small, cats_vs_dogs/plain, cats_vs_dogs/both."
        in capsys.readouterr().out
    )


def test_normalization_is_folded_into_the_convolutions():
    model = architectures.cats_dogs(24, dropout=0.1, dense=4, pool=3)
    twin = train_shipped.with_normalization(model)
    assert [layer.get_weights()[0].shape for layer in twin.layers if layer.weights][0] == (3, 3, 3, 16)
    images = np.random.default_rng(0).random((16, 24, 24, 3)).astype("float32")
    twin.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
    twin.fit(images, np.arange(16) % 2, epochs=3, verbose=0)
    folded = train_shipped.fold_normalization(twin, model)
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in folded.layers)
    np.testing.assert_allclose(folded.predict(images, verbose=0), twin.predict(images, verbose=0), atol=1e-4)
