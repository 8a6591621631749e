"""The live camera without a browser: what it answers to an image."""

import keras
import numpy as np
import pytest

from helpers.images.encode import encode
from helpers.widgets import LiveCamera
from helpers.widgets.live_camera import CHECK_EVERY, UNLIKE, UNSURE
from tests.widget_parts import pixels, send_message


def red_or_not(*, scale=1.0, shape=(32, 32, 3)):
    """Looks at how red an image is, through a convolution so that it can be asked where."""
    layers = [keras.Input(shape), keras.layers.Rescaling(scale), keras.layers.Conv2D(1, 1, activation="relu")]
    model = keras.Sequential([*layers, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2, "softmax")])
    model.layers[1].set_weights([np.array([[[[8.0], [-8.0], [-8.0]]]]), np.zeros(1)])
    model.layers[-1].set_weights([np.array([[-1.0, 1.0]]), np.array([2.0, -2.0])])
    return model


def jpeg(color, size=(48, 32)):
    return encode(np.full((*size, 3), color, np.uint8), "jpeg", quality=95)


@pytest.fixture(scope="module")
def live():
    return LiveCamera(red_or_not(), ["other", "red"])


def test_an_image_gets_a_probability_for_each_class(live):
    assert np.argmax(live.look(jpeg((255, 0, 0)))["shares"]) == 1
    assert np.argmax(live.look(jpeg((0, 0, 255)))["shares"]) == 0
    assert sum(live.look(jpeg((90, 90, 90)))["shares"]) == pytest.approx(1)


def test_pixels_are_scaled_as_the_network_takes_them():
    live = LiveCamera(red_or_not(scale=1 / 255), ["other", "red"])
    assert np.argmax(live.look(jpeg((255, 0, 0)))["shares"]) == 1
    assert np.allclose(
        live.look(jpeg((200, 0, 0)))["shares"], LiveCamera(red_or_not()).look(jpeg((200, 0, 0)))["shares"], atol=1e-3
    )


def test_a_function_gets_the_values_that_it_is_made_for():
    live = LiveCamera(red_or_not(), ["other", "red"], values=lambda pixels: pixels / 255)
    assert np.argmax(live.look(jpeg((255, 0, 0)))["shares"]) == 1
    assert live.probabilities == pytest.approx(LiveCamera(red_or_not()).look(jpeg((255, 0, 0)))["shares"], abs=1e-3)


def test_a_single_sigmoid_and_a_gray_network_are_asked_too():
    sigmoid = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")])
    answer = LiveCamera(sigmoid, ["dark", "light"]).look(jpeg((255, 255, 255)))
    assert len(answer["shares"]) == 2
    assert sum(answer["shares"]) == pytest.approx(1)


def test_where_it_looked_is_where_the_red_is():
    model = red_or_not()
    model.layers[-1].set_weights([np.array([[-1.0, 1.0]]), np.zeros(2)])  # a little red is enough
    live = LiveCamera(model, ["other", "red"])
    image = np.zeros((32, 32, 3), np.uint8)
    image[:8, 20:, 0] = 255
    found = live.look(encode(image, "png"), heat=True)["heat"]
    heat = pixels(found)[..., 3]  # how much it covers
    assert heat[:2, 5:].mean() > 10 * (heat[3:].mean() + 1)


def test_cautions(live):
    assert live.look(jpeg((0, 0, 255)))["caution"] == ""
    unsure = keras.models.clone_model(red_or_not())
    assert LiveCamera(unsure).look(jpeg((0, 0, 0)))["caution"] == UNSURE
    asked = []

    def detector(images):
        asked.append(images.shape)
        return np.array([False])

    checked = LiveCamera(red_or_not(), ["other", "red"], detector)
    answers = [checked.look(jpeg((0, 0, 255)))["caution"] for _ in range(2 * CHECK_EVERY)]
    assert answers == [UNLIKE] * len(answers)
    assert asked == [(1, 32, 32, 3)] * 2


def answer_to(live, content, buffers):
    answers = []
    live.send = lambda content, buffers=None: answers.append(content)
    send_message(live, content, buffers)
    return answers


def test_messages_are_answered_once_whatever_is_in_them(live):
    (answer,) = answer_to(live, {"do": "look", "upload": "u"}, [jpeg((255, 0, 0))])
    assert answer["upload"] == "u"
    assert len(answer["shares"]) == 2
    for buffers in ([], [b""], [b"no image"], [jpeg((1, 2, 3))[:90]]):
        (answer,) = answer_to(live, {"do": "look", "upload": "u"}, buffers)
        assert answer["stop"].endswith(".")
    assert answer_to(live, {"do": "else"}, [])[0]["stop"] == "The live camera can't 'else'. Run its cell again."


def test_a_network_that_diverged_gets_a_sentence():
    model = red_or_not()
    model.layers[-1].set_weights([np.full((1, 2), np.nan), np.zeros(2)])
    with pytest.raises(ValueError, match="weights diverged"):
        LiveCamera(model).look(jpeg((255, 0, 0)))


def test_what_the_camera_saw_is_not_stored(live):
    live.look(jpeg((255, 0, 0)))
    assert set(live.fallback()) == {"text/html", "text/plain"}
    assert "other, red" in live.fallback()["text/plain"]
