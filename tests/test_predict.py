"""Predictions for image files: every kind of head, bad files among good ones, images as given and as seen."""

import keras
import numpy as np
import pytest
from PIL import Image

from helpers.images import ImageError
from helpers.images.encode import encode
from helpers.models import Prediction, predict, predict_files
from helpers.models.predict import SURE, class_names_of, image_shape, predict_probabilities, probabilities
from tests.tiny_networks import BLUE, RED, colored, redness


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def expected(z, units):
    """The probability of the last of `units` classes whose scores are 0, …, 0, z."""
    return sigmoid(z) if units < 3 else np.exp(z) / (units - 1 + np.exp(z))


@pytest.mark.parametrize(
    ("units", "activation"), [(1, "sigmoid"), (1, None), (2, "softmax"), (2, None), (3, "softmax"), (3, None)]
)
def test_sigmoid_softmax_and_logits_give_the_same_probabilities(units, activation):
    names = ["not red", "gray", "red"] if units == 3 else ["not red", "red"]
    red, blue = predict_files(redness(units, activation), names, [RED, BLUE])
    assert red.class_name == "red"
    assert red.probability == pytest.approx(expected(2, units), abs=1e-5)
    assert blue.class_name == "not red"
    assert blue.probability == pytest.approx(1 - expected(-2, units) if units < 3 else 1 / (2 + np.exp(-2)), abs=1e-5)


@pytest.mark.parametrize("last", [keras.layers.Softmax(), keras.layers.Activation("softmax")])
def test_softmax_as_a_layer_of_its_own(last):
    model = keras.Sequential([redness(3, None), last])
    model.build((None, 4, 6, 3))
    red = predict_files(model, ["a", "b", "red"], [RED])[0]
    assert red.probability == pytest.approx(expected(2, 3), abs=1e-5)


def test_without_a_known_activation_the_numbers_tell():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x)])
    np.testing.assert_allclose(probabilities(model, np.array([[0.2, 0.8]])), [[0.2, 0.8]])
    np.testing.assert_allclose(probabilities(model, np.array([[0.2, 0.9]])), [[0.331812, 0.668188]], atol=1e-5)
    np.testing.assert_allclose(probabilities(model, np.array([[0.3]])), [[0.7, 0.3]])
    np.testing.assert_allclose(probabilities(model, np.array([[3.0], [-800.0]])).sum(axis=1), 1)


def test_gray_networks_with_and_without_a_channel_axis():
    assert image_shape(redness(2, "softmax", (8, 9, 1))) == (8, 9, 1)
    flat = keras.Sequential([keras.Input((8, 9)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")])
    assert image_shape(flat) == (8, 9, 1)
    assert predict_files(flat, ["a", "b"], [RED])[0].seen.shape == (8, 9, 1)


def test_class_indices_of_a_reader_do_as_names():
    red = predict_files(redness(1, "sigmoid"), {"red": 1, "other": 0}, [RED])[0]
    assert red.class_name == "red"


def test_only_bad_files_need_no_prediction():
    assert isinstance(predict_files(redness(1, "sigmoid"), ["a", "b"], [("x", b"")])[0], ImageError)


def test_names_that_do_not_fit_the_network():
    with pytest.raises(ValueError, match="tells 2 classes apart, but there are 3"):
        predict_files(redness(1, "sigmoid"), ["a", "b", "c"], [])
    with pytest.raises(ValueError, match="not images"):
        predict_files(keras.Sequential([keras.Input((7,)), keras.layers.Dense(2)]), ["a", "b"], [])


def test_outputs_and_inputs_of_odd_shapes_are_a_sentence_or_the_right_answer():
    model = redness(1, "sigmoid")
    inputs = keras.Input((4, 6, 3))
    several = keras.Model(inputs, [model(inputs), model(inputs)])
    with pytest.raises(ValueError, match="has 2 outputs"):
        predict_files(several, ["a", "b"], [RED])
    others = [keras.Input((4, 6, 3)), keras.Input((4, 6, 3))]
    with pytest.raises(ValueError, match="has 2 inputs"):
        predict_files(keras.Model(others, model(keras.layers.Add()(others))), ["a", "b"], [RED])
    with pytest.raises(ValueError, match=r"output has the shape \(4, 6, 2\), not one number for each class"):
        predict_files(keras.Sequential([keras.Input((4, 6, 3)), keras.layers.Conv2D(2, 1)]), ["a", "b"], [RED])
    with pytest.raises(ValueError, match="does not know the size of its images yet"):
        predict_files(keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)]), ["a", "b"], [RED])
    with pytest.raises(ValueError, match="A network is a Keras model, not str"):
        predict_files("model.keras", ["a", "b"], [RED])
    for after in (keras.layers.Reshape((1, 1, 1)), keras.layers.Dropout(0.5), keras.layers.Activation("linear")):
        for activation in ("sigmoid", None):
            model = keras.Sequential([redness(1, activation), after])
            assert predict_files(model, ["a", "b"], [RED])[0].probability == pytest.approx(sigmoid(2), abs=1e-5)
    assert predict_probabilities(redness(1, "sigmoid"), np.zeros((0, 4, 6, 3))).shape == (0, 2)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (keras.layers.Dense(1, "softmax"), r"ends in a single unit with softmax, which is always 1\. Use .*sigmoid"),
        (keras.layers.Dense(1, "relu"), "a single unit with relu, which is no probability"),
        (keras.layers.Activation("tanh"), "a single unit with tanh, which is no probability"),
        (lambda x: keras.ops.argmax(x, axis=-1), r"the shape \(\) of whole numbers, not one number for each class"),
        (lambda x: keras.ops.argmax(x, axis=-1, keepdims=True), r"the shape \(1,\) of whole numbers"),
    ],
)
def test_an_output_that_is_no_probability_is_a_sentence(last, said, recwarn):
    inputs = keras.Input((4, 6, 3))
    model = keras.Model(inputs, last(redness(1, None)(inputs)))
    for ask in (
        lambda: predict_files(model, None, [RED]),
        lambda: predict_probabilities(model, np.zeros((1, 4, 6, 3))),
    ):
        with pytest.raises(ValueError, match=said):
            ask()
    assert [str(warning.message) for warning in recwarn.list] == []


@pytest.mark.parametrize("outside", [lambda x: [x], lambda x: {"only": x}])
def test_an_input_and_an_output_in_a_list_or_dict_are_asked_without_a_warning(outside, recwarn):
    inner, inputs = redness(1, "sigmoid"), keras.Input((4, 6, 3), name="only")
    model = keras.Model(outside(inputs), outside(inner(inputs)))
    assert predict_files(model, ["a", "b"], [RED])[0].probability == pytest.approx(sigmoid(2), abs=1e-5)
    assert [str(warning.message) for warning in recwarn.list] == []


def test_a_network_whose_weights_are_no_numbers():
    model = redness(1, "sigmoid")
    model.layers[-1].set_weights([np.full_like(w, np.nan) for w in model.layers[-1].get_weights()])
    with pytest.raises(ValueError, match="not a number"):
        predict_files(model, ["a", "b"], [RED])


def test_images_as_given_and_as_the_network_sees_them():
    deep = encode(Image.fromarray(np.full((900, 700), 40000, np.uint16)))
    item = predict_files(redness(1, "sigmoid"), ["a", "b"], [("deep.png", deep)])[0]
    assert item.image.size == (249, 320)
    assert item.image.getpixel((5, 5)) == round(40000 / 257)
    assert item.seen.shape == (4, 6, 3)


def test_class_names_are_numbers_where_none_are_given():
    assert class_names_of(redness(1, "sigmoid")) == ["0", "1"]
    assert class_names_of(redness(3, "softmax"), {"c": 2, "a": 0, "b": 1}) == ["a", "b", "c"]


def test_probabilities_of_many_images_come_in_batches_and_in_order():
    images = np.random.default_rng(0).random((230, 4, 6, 3)).astype("float32")
    model = redness(1, "sigmoid")
    single = model.predict(images, verbose=0)
    np.testing.assert_allclose(predict_probabilities(model, images), np.hstack([1 - single, single]), atol=1e-6)


def test_a_bad_file_gets_its_sentence_and_the_others_their_own_answers(tmp_path):
    (tmp_path / "note.txt").write_text("Dear diary")
    files = [RED, ("diary.txt", b"Dear diary"), BLUE, ("again", tmp_path / "note.txt")]
    results = predict_files(redness(1, "sigmoid"), ["other", "red"], files)
    assert [type(item) for item in results] == [Prediction, ImageError, Prediction, ImageError]
    assert str(results[1]) == '"diary.txt" is text, not an image.'
    assert str(results[3]) == '"note.txt" is text, not an image.'
    assert [(item.name, item.class_name) for item in results[::2]] == [("red.png", "red"), ("blue.png", "other")]


def test_cautions_say_why_not_to_believe_an_answer():
    def is_red(images):
        return images[..., 0].mean(axis=(1, 2)) > 0.5

    files = [RED, ("dark.png", colored((140, 0, 0))), BLUE]
    sure, unsure, unlike = predict_files(redness(1, "sigmoid"), ["a", "b"], files, in_distribution=is_red)
    assert unsure.probability < SURE < sure.probability
    assert sure.caution == ""
    assert "unsure" in unsure.caution
    assert not unlike.in_distribution
    assert unlike.sentence.endswith("perhaps no class fits.")


def test_a_file_is_made_small_before_the_next_one_is_read(monkeypatch):
    opened, most = [], []

    def watched(source, name):
        most.append(max((image.width for image in opened), default=0))
        opened.append(predict.open_image_itself(source, name))
        return opened[-1]

    monkeypatch.setattr(predict, "open_image_itself", predict.open_image, raising=False)
    monkeypatch.setattr(predict, "open_image", watched)
    monkeypatch.setattr(predict, "BATCH", 3)
    files = [(f"{i}.jpg", colored("red", (900, 600), "jpeg")) for i in range(7)]
    files[4] = ("bad.jpg", b"bad")
    results = predict_files(redness(2, "softmax"), ["not red", "red"], files)
    assert max(most) <= 320
    assert [getattr(result, "name", "") for result in results] == [
        *(f"{i}.jpg" for i in range(4)),
        "",
        "5.jpg",
        "6.jpg",
    ]
    assert {result.class_name for result in results if isinstance(result, Prediction)} == {"red"}
    assert results[0].image.size == (320, 213)
