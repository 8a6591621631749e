"""The pretrained network: the original numbers, names, features computed once, and every tool on it or on a head on top."""

import io
import json
import pickle
import sqlite3
from pathlib import Path

import keras
import matplotlib
import numpy as np
import pytest
from PIL import Image

from data_scripts.paths import home
from helpers.images import ImageError
from helpers.models import KNNOutlierDetector, grad_cam, layer_outputs, predict_files, pretrained
from helpers.models.feature_cache import FeatureCache
from helpers.models.values import input_range
from helpers.widgets import ActivationBrowser
from tests.conftest import ROOT
from tools import convert_pretrained

GRACE_HOPPER = Path(matplotlib.get_data_path()) / "sample_data/grace_hopper.jpg"  # US Navy, 1984: public domain
SIZE = 64


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def base():
    return pretrained.base(SIZE)


@pytest.fixture(scope="module")
def head():
    """Two classes on the pretrained base, as the lesson builds it, with weights that are not 0."""
    keras.utils.set_random_seed(1)
    return keras.Sequential([pretrained.base(SIZE), keras.layers.Dense(1, activation="sigmoid")])


def images(count=3, size=SIZE):
    return np.random.default_rng(1).random((count, size, size, 3)).astype("float32")


def test_the_scores_are_those_of_the_original_float32_weights():
    original = np.array(json.loads((ROOT / "tests/efficientnet_lite0.json").read_text())["logits"])
    probabilities = np.asarray(pretrained.classifier(SIZE)(convert_pretrained.wave_image(SIZE)[None]))[0]
    scores = np.log(probabilities)
    scores += (original - scores).mean()  # softmax forgets what is added to all scores
    # float16 kernels: the scores have a deviation of about 1 among themselves.
    np.testing.assert_allclose(scores, original, atol=0.03 * original.std())
    assert scores.argmax() == original.argmax()


def test_it_sees_the_uniform_of_grace_hopper():
    image = Image.open(GRACE_HOPPER).convert("RGB").resize((224, 224))
    predictions = pretrained.classifier().predict(np.asarray(image, "float32")[None] / 255, verbose=0)
    [best] = pretrained.top(predictions)
    assert len(best) == 5
    assert best[0][0] == "military uniform"
    assert [probability for _, probability in best] == sorted((probability for _, probability in best), reverse=True)


def test_names_are_a_thousand_and_none_twice():
    names = pretrained.class_names()
    assert len(names) == len(set(names)) == 1000
    assert (names[0], names[281], names[339], names[999]) == ("tench", "tabby", "sorrel", "toilet tissue")


def test_top_says_what_it_takes():
    with pytest.raises(ValueError, match=r"shape \(2, 10\); .* 1000"):
        pretrained.top(np.zeros((2, 10)))
    assert [len(best) for best in pretrained.top(np.eye(1000)[:2], 3)] == [3, 3]


def test_preprocess_is_what_the_first_layer_does(base):
    bare = pretrained.base(SIZE, rescaling=False)
    np.testing.assert_allclose(pretrained.preprocess(np.array([0, 127 / 255, 1])), [-127 / 128, 0, 1], atol=1e-6)
    np.testing.assert_allclose(base(images()), bare(pretrained.preprocess(images())), atol=1e-4)


@pytest.mark.parametrize("size", [0, 31, 2000, 64.0, "64", True, None])
def test_a_size_that_is_none_gets_a_sentence(size):
    with pytest.raises(ValueError, match="give the side of the images in pixels"):
        pretrained.base(size)


def test_the_files_are_arrays_with_a_license_next_to_them():
    folder = pretrained.WEIGHTS
    assert sum(file.stat().st_size for file in folder.iterdir()) < 10_000_000
    with np.load(folder / "efficientnet_lite0.npz", allow_pickle=False) as arrays:
        assert {arrays[name].dtype.name for name in arrays} == {"float16", "float32"}
        assert all(np.isfinite(arrays[name]).all() for name in arrays)
    assert convert_pretrained.SHA256 in (folder / "LICENSE.txt").read_text("utf-8")
    assert "Apache License" in (folder / "APACHE-2.0.txt").read_text("utf-8")


# Frozen


def test_it_is_frozen_and_a_head_alone_learns(head):
    assert len(head.trainable_weights) == 2
    before = [np.array(weight) for weight in head.layers[0].weights]
    head.compile("sgd", "binary_crossentropy")
    head.fit(images(8), np.array([0.0, 1.0] * 4), verbose=0)
    assert all(np.array_equal(old, new) for old, new in zip(before, head.layers[0].weights, strict=True))


def test_thawed_means_move_in_fit_even_with_training_false_in_the_call():
    inputs = keras.Input((4,))
    norm = keras.layers.BatchNormalization()
    model = keras.Model(inputs, keras.layers.Dense(1)(norm(inputs, training=False)))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    values = np.random.default_rng(1).normal(5, 3, (32, 4)).astype("float32")
    model.fit(values, values[:, :1], verbose=0)
    assert np.abs(np.asarray(norm.moving_mean)).min() > 0.01  # what lesson 11 says of Keras 3
    norm.trainable = False
    model.compile("sgd", "mse")
    before = np.array(norm.moving_mean)
    model.fit(values, values[:, :1], verbose=0)
    np.testing.assert_array_equal(before, norm.moving_mean)


# The course's tools


def test_every_tool_finds_the_values_that_it_takes(base, head):
    for model in (base, head, pretrained.classifier(SIZE)):
        assert input_range(model) == (0, 1)


def test_uploads_layers_grad_cam_and_the_detector_work_on_a_head(head, tmp_path):
    Image.fromarray((images(1)[0] * 255).astype("uint8")).save(tmp_path / "a.png")
    [answer] = predict_files(head, ["cats", "dogs"], [("a.png", tmp_path / "a.png")])
    seen = (images(1)[0] * 255).astype("uint8")
    expected = float(np.asarray(head(seen[None].astype("float32") / 255))[0, 0])
    assert answer.probability == pytest.approx(max(expected, 1 - expected), abs=1e-5)
    outputs = layer_outputs(head, seen)
    assert outputs["efficientnet_lite0/pool"].shape == (1280,)
    assert outputs["efficientnet_lite0/block1_project"].shape == (32, 32, 16)
    heat = grad_cam(head, seen)
    assert heat.shape == (SIZE, SIZE)
    assert heat.max() in (0, 1)
    detector = KNNOutlierDetector(head, images(12), images(12))
    assert detector(images(2)).all()


def test_the_activation_browser_takes_it_and_knows_what_each_value_depends_on(head):
    browser = ActivationBrowser(head, images(1)[0], ["cats", "dogs"])
    layers = {layer["name"]: layer for layer in browser._layers}
    assert layers["efficientnet_lite0/stem"]["field"] == [
        [3, 2, 0],
        [3, 2, 0],
    ]  # "same" at stride 2 pads below and right
    assert layers["efficientnet_lite0/top"]["shape"] == [2, 2, 1280]
    assert browser._answer.split()[0] in ("cats", "dogs")


def test_a_head_with_the_base_in_it_is_loaded_in_safe_mode_with_the_same_answers(head, tmp_path):
    head.save(tmp_path / "head.keras")
    loaded = keras.saving.load_model(tmp_path / "head.keras", safe_mode=True)
    np.testing.assert_allclose(head(images()), loaded(images()), atol=1e-6)
    np.testing.assert_allclose(grad_cam(head, images()[0]), grad_cam(loaded, images()[0]), atol=1e-4)


# Features


def test_features_are_those_of_the_base_in_the_order_given(base):
    given = images(5)
    np.testing.assert_allclose(pretrained.features(given), base(given), atol=1e-4)
    np.testing.assert_allclose(pretrained.features(given[::-1]), np.asarray(base(given))[::-1], atol=1e-4)
    pixels = (given * 255).astype("uint8")
    np.testing.assert_allclose(pretrained.features(pixels), base(pixels / np.float32(255)), atol=1e-4)
    assert pretrained.features(given[:0]).shape == (0, 1280)


def test_a_file_and_its_array_have_the_same_features(tmp_path, base):
    pixels = (images(2) * 255).astype("uint8")
    for number, image in enumerate(pixels):
        Image.fromarray(image).save(tmp_path / f"{number}.png")
    files = [tmp_path / "0.png", (tmp_path / "1.png").read_bytes()]
    np.testing.assert_allclose(pretrained.features(files, SIZE), pretrained.features(pixels), atol=1e-4)


def test_nothing_is_computed_twice_whatever_the_file_is_called(tmp_path, monkeypatch):
    computed = []
    real = pretrained._forward(SIZE)
    monkeypatch.setattr(pretrained, "_forward", lambda size: lambda batch: computed.append(len(batch)) or real(batch))
    Image.fromarray((images(1)[0] * 255).astype("uint8")).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    twice = pretrained.features([tmp_path / "a.png", tmp_path / "b.png"], SIZE)
    np.testing.assert_array_equal(twice[0], twice[1])
    np.testing.assert_array_equal(pretrained.features([tmp_path / "b.png"], SIZE), twice[:1])
    assert computed == [1]
    Image.fromarray((images(2)[1] * 255).astype("uint8")).save(tmp_path / "a.png")  # other content, same name
    assert not np.allclose(pretrained.features([tmp_path / "a.png"], SIZE), twice[:1])


def test_a_size_of_its_own_has_features_of_its_own(tmp_path):
    Image.fromarray((images(1)[0] * 255).astype("uint8")).save(tmp_path / "a.png")
    small, large = (pretrained.features([tmp_path / "a.png"], size) for size in (32, SIZE))
    assert not np.allclose(small, large)


def test_more_images_than_a_batch_come_out_in_order(base):
    given = images(70, 32)
    np.testing.assert_allclose(pretrained.features(given), pretrained.base(32)(given), atol=1e-4)


def test_a_file_that_is_no_image_is_named(tmp_path):
    (tmp_path / "diary.jpg").write_text("Dear diary")
    with pytest.raises(ImageError, match=r'"diary\.jpg" is text'):
        pretrained.features([tmp_path / "diary.jpg"], SIZE)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (np.zeros((2, 64, 32, 3), "float32"), r"shape \(2, 64, 32, 3\)"),
        (np.zeros((64, 64, 3), "float32"), r"shape \(64, 64, 3\)"),
        (np.zeros((2, 64, 64, 1), "float32"), r"shape \(2, 64, 64, 1\)"),
        (np.full((1, 64, 64, 3), 255.0), "values 255…255; divide pixels by 255"),
        (np.full((1, 64, 64, 3), np.nan), "divide pixels by 255"),
        (np.zeros((1, 64, 64, 3), bool), "type bool"),
        (np.zeros((1, 16, 16, 3), "float32"), "size is 16"),
    ],
)
def test_an_array_of_another_kind_gets_a_sentence(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        pretrained.features(wrong)


def test_a_cache_that_is_damaged_closed_or_too_large_is_only_a_loss_of_time(monkeypatch):
    cache = FeatureCache("test")
    file = home() / "cache/features-test.sqlite"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database" * 100)
    cache.put({"a": np.ones(3)})
    np.testing.assert_array_equal(cache.get(["a", "b"])["a"], np.ones(3))
    monkeypatch.setattr("helpers.models.feature_cache.MOST", 2)
    for name in "bcd":
        cache.put({name: np.ones(3)})
    assert sorted(cache.get("abcd")) == ["c", "d"]
    file.unlink()
    file.mkdir()  # it can be no file
    cache.put({"a": np.ones(3)})
    assert cache.get(["a"]) == {}


@pytest.mark.parametrize("vector", ["x'00000000'", "x'0011223344'", "'text'", "NULL", "3.5"])
def test_a_row_of_another_length_or_kind_is_computed_again(vector):
    given = images(1, 32)
    right = pretrained.features(given)
    with sqlite3.connect(home() / "cache/features-efficientnet-lite0-1.sqlite") as table:
        table.execute(f"UPDATE features SET vector = {vector}")
    table.close()
    np.testing.assert_array_equal(pretrained.features(given), right)


# The converter


def test_the_converter_reads_arrays_and_nothing_that_can_run():
    class Evil:
        def __reduce__(self):
            return print, ("run",)

    file = io.BytesIO()
    for part in (1, 2, 3, Evil()):
        pickle.dump(part, file)
    with pytest.raises(pickle.UnpicklingError, match="which isn't an array"):
        convert_pretrained.read_pytorch(file.getvalue())
