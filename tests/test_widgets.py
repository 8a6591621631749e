"""The widgets' Python side, their stand-ins, and their scripts in a headless browser (without a kernel)."""

import base64
import io
import re
from html.parser import HTMLParser

import anywidget
import ipywidgets
import numpy as np
import pytest
import traitlets
from PIL import Image

from helpers import widgets
from helpers.widgets import DrawingPad, ImageSlider, ReluPlayground, SoftmaxPlayground, base
from helpers.widgets.base import VIEW, StaticFallback
from helpers.widgets.drawing_pad import predict
from helpers.widgets.image_slider import enlarged, numbers_text
from tests.browser import chromium, needs_browser

CLOTHES = np.random.default_rng(0).integers(0, 256, (50, 28, 28), dtype="uint8")
LABELS = np.arange(50) % 10
NAMES = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
STROKE = np.pad(np.full((200, 40), 255, "uint8"), ((40, 40), (120, 120)))


def sure_of(digit: int):
    """A network that reads `digit` in everything, with probability 0.91."""
    return lambda batch: np.where(np.arange(10) == digit, 0.91, 0.01)[np.newaxis]


def bundle(widget, monkeypatch) -> tuple[dict, dict]:
    """What a notebook gets when `widget` is the last line of a cell, with ipywidgets 7 or 8."""
    if not hasattr(widget, "_ipython_display_"):
        return widget._repr_mimebundle_(include=None, exclude=None)
    found = []
    monkeypatch.setattr(base, "display", lambda data, metadata, raw: found.append((data, metadata)))
    widget._ipython_display_()
    return found[0]


# ---- stand-ins ----


class Tables(HTMLParser):
    """Finds the texts of a page's table cells; fails at tags that do not match."""

    def __init__(self, page: str):
        super().__init__()
        self.cells, self.open = [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.cells += [""] * (tag == "td")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "td":
            self.cells[-1] += data


@pytest.mark.parametrize(
    "make",
    [DrawingPad, lambda: ImageSlider(CLOTHES), ReluPlayground, lambda: SoftmaxPlayground(labels=NAMES)],
    ids=["DrawingPad", "ImageSlider", "ReluPlayground", "SoftmaxPlayground"],
)
def test_every_widget_shows_itself_live_and_something_still(make, monkeypatch):
    widget = make()
    data, metadata = bundle(widget, monkeypatch)
    assert data[VIEW]["model_id"] == widget.model_id
    assert re.fullmatch(r"[A-Z].+\.", data["text/plain"])
    if "image/png" in data:
        assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).width > 100
        assert metadata["image/png"] == {"alt": data["text/plain"]}
    else:
        assert Tables(data["text/html"]).cells


def test_what_anywidget_says_about_its_view_is_kept(monkeypatch):
    monkeypatch.setattr(
        anywidget.AnyWidget, "_repr_mimebundle_", lambda self, **_: ({}, {VIEW: {"colab": "its address"}})
    )
    assert bundle(ReluPlayground(), monkeypatch)[1][VIEW] == {"colab": "its address"}


def test_a_stand_in_needs_a_sentence():
    with pytest.raises(ValueError, match="sentence"):
        base.mimebundle({"image/png": b"image"})


def test_a_stand_ins_image_may_be_bytes_or_a_memoryview():
    for image in (b"image", memoryview(b"image")):
        data, metadata = base.mimebundle({"image/png": image, "text/plain": "An image."})
        assert data == {"image/png": "cGljdHVyZQ==", "text/plain": "An image."}
        assert metadata == {"image/png": {"alt": "An image."}}


def test_a_widget_without_a_stand_in_says_so():
    class Forgotten(StaticFallback, ipywidgets.HTML):
        pass

    with pytest.raises(NotImplementedError, match="Forgotten has no fallback"):
        Forgotten()._repr_mimebundle_()


def test_a_stored_notebook_keeps_the_stand_in_and_drops_what_needs_a_kernel():
    view = {VIEW: {"model_id": "x"}, "text/plain": "A pad."}
    outputs = [
        {"output_type": "display_data", "data": view | {"image/png": "abc"}, "metadata": {VIEW: {}, "image/png": {}}},
        {"output_type": "display_data", "data": dict(view), "metadata": {}},
        {"output_type": "stream", "name": "stdout", "text": "hello"},
    ]
    notebook = {
        "cells": [{"cell_type": "markdown"}, {"outputs": outputs}],
        "metadata": {"widgets": {}, "kernelspec": {}},
    }
    assert base.strip_views(notebook) is notebook
    assert outputs[0] == {
        "output_type": "display_data",
        "data": {"text/plain": "A pad.", "image/png": "abc"},
        "metadata": {"image/png": {}},
    }
    assert VIEW in outputs[1]["data"]  # nothing else to show: better than nothing
    assert notebook["metadata"] == {"kernelspec": {}}


@pytest.mark.parametrize(
    "script", ["function render() {}", "export default {}; export default {}", "export default '</script>'"]
)
def test_a_script_that_cannot_stand_in_a_page_is_refused(script):
    with pytest.raises(ValueError, match="one 'export default'"):
        base.embed_live("<p></p>", script, "", {})


def test_importing_one_widget_does_not_import_the_others():
    assert set(widgets.__all__) >= {
        "ExperimentBench",
        "DrawingPad",
        "ImageSlider",
        "ReluPlayground",
        "SoftmaxPlayground",
    }
    assert dir(widgets) == sorted(widgets.__all__)
    assert widgets.DrawingPad is DrawingPad
    with pytest.raises(AttributeError, match="Nothing"):
        widgets.Nothing  # noqa: B018


# ---- playgrounds ----


def test_relu_outputs_follow_the_inputs():
    playground = ReluPlayground([-2, 0, 3.5])
    assert playground.outputs == [0, 0, 3.5]
    playground.set_state({"inputs": [1, -1, -0.1]})  # as the browser does
    assert playground.outputs == [1, 0, 0]
    assert playground.fallback()["text/plain"].endswith("1.0 becomes 1.0, -1.0 becomes 0.0, -0.1 becomes 0.0.")


def test_softmax_probabilities_follow_the_scores_and_sum_to_1():
    playground = SoftmaxPlayground([0, np.log(2), np.log(5)])
    np.testing.assert_allclose(playground.probabilities, [1 / 8, 2 / 8, 5 / 8])
    playground.set_state({"scores": [10, -10, -10]})
    assert playground.largest == 0 and sum(playground.probabilities) == pytest.approx(1)


def test_index_4_is_a_coat_and_5_a_sandal():
    playground = SoftmaxPlayground(labels=NAMES)
    assert "index 4 Coat" in playground.fallback()["text/plain"]
    playground.scores = [*playground.scores[:5], 6, *playground.scores[6:]]
    assert "index 5 Sandal" in playground.fallback()["text/plain"]


def test_labels_are_text_not_html():
    page = SoftmaxPlayground([1, 2], labels=["</script><b>", "&"]).fallback()["text/html"]
    assert Tables(page).cells[0] == "0 </script><b>" and page.count("</script>") == 1


@pytest.mark.parametrize("scores", [[1], [11, 0], [0] * 21])
def test_scores_out_of_reach_are_refused(scores):
    with pytest.raises(traitlets.TraitError):
        SoftmaxPlayground(scores)


def test_every_score_needs_its_label():
    with pytest.raises(ValueError, match="2 labels for 3 scores"):
        SoftmaxPlayground([1, 2, 3], labels=["a", "b"])


# ---- image slider ----


def page_of(slider: ImageSlider) -> str:
    return slider.children[1].value


def test_the_slider_shows_image_label_class_and_numbers():
    slider = ImageSlider(CLOTHES, LABELS, NAMES, index=42)
    assert slider.text == "Image 42: label 2, Pullover"
    assert f'alt="{slider.text}"' in page_of(slider)
    assert numbers_text(CLOTHES[42]) in page_of(slider)
    slider.children[0].value = 9
    assert slider.index == 9 and "Image 9: label 9, Ankle boot" in page_of(slider)
    assert numbers_text(CLOTHES[9]) in page_of(slider)
    slider.index = 0
    assert slider.children[0].value == 0 and slider.fallback()["text/plain"] == "Image 0: label 0, T-shirt."


def test_numbers_stand_in_28_rows_and_columns():
    rows = numbers_text(CLOTHES[0]).split("\n")
    assert [list(map(int, row.split())) for row in rows] == CLOTHES[0].tolist()
    assert len({len(row) for row in rows}) == 1
    assert numbers_text(np.full((2, 2, 1), 0.5)) == "0.50 0.50\n0.50 0.50"


def test_only_small_gray_images_are_shown_as_numbers():
    assert numbers_text(np.zeros((300, 300))) == numbers_text(np.zeros((28, 28, 3))) == ""
    assert "<pre" not in page_of(ImageSlider(CLOTHES, numbers=False))
    assert ImageSlider(CLOTHES, what="channel", index=2).text == "Channel 2"
    assert "<pre" not in page_of(ImageSlider(np.zeros((2, 28, 28, 3))))


@pytest.mark.parametrize("image", [CLOTHES[0], CLOTHES[0][..., np.newaxis], CLOTHES[0] / 255])
def test_a_pixel_becomes_a_square(image):
    image = np.asarray(Image.open(io.BytesIO(enlarged(image))))
    np.testing.assert_array_equal(image, np.kron(CLOTHES[0], np.ones((8, 8), "uint8")))


def test_large_color_images_keep_their_size():
    assert Image.open(io.BytesIO(enlarged(np.zeros((300, 400, 3))))).size == (400, 300)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (dict(images=[]), "no image"),
        (dict(images=CLOTHES, labels=[1]), "1 labels for 50 images"),
        (dict(images=CLOTHES, index=50), "the index is 50; there are the images 0 to 49"),
        (dict(images=CLOTHES, index=-1), "the index is -1"),
    ],
)
def test_a_slider_that_makes_no_sense_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        ImageSlider(**arguments)


# ---- drawing pad, Python ----


def draw(pad: DrawingPad, drawing: np.ndarray) -> None:
    """What the browser sends after a stroke."""
    pad.set_state({"bitmap": memoryview(drawing.tobytes()), "turn": pad.turn + 1})


def test_a_stroke_is_read_and_answered():
    pad = DrawingPad(sure_of(7))
    assert (pad.prediction, pad.image, pad.message) == (None, None, "Draw a digit from 0 to 9.")
    draw(pad, STROKE)
    assert pad.answered == pad.turn == 1
    np.testing.assert_array_equal(pad.drawing, STROKE)
    assert pad.image.shape == (28, 28) and pad.image.max() == 1
    assert pad.probabilities[7] == 0.91 and pad.prediction == 7
    assert pad.message == "The network reads 7, with probability 0.910."
    assert np.frombuffer(pad.seen, "uint8").tolist() == (pad.image.ravel() * 255).round().tolist()
    assert "reads 7" in pad.fallback()["text/plain"]


def test_an_emptied_pad_has_no_prediction():
    pad = DrawingPad(sure_of(7))
    draw(pad, STROKE)
    draw(pad, np.zeros_like(STROKE))
    assert (pad.prediction, pad.image, pad.probabilities, pad.answered) == (None, None, [], 2)
    pad.load(STROKE)
    pad.clear()
    assert not pad.drawing.any() and pad.prediction is None


def test_without_a_network_the_pad_shows_what_one_would_see():
    pad = DrawingPad()
    draw(pad, STROKE)
    assert pad.image is not None and pad.prediction is None and pad.answered == 1


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (lambda batch: 1 / 0, "division by zero"),
        (lambda batch: np.ones((1, 5)) / 5, "gives 5 numbers, and there are 10 digits"),
        (lambda batch: np.arange(10.0), "not probabilities.*softmax"),
        (lambda batch: np.full(10, np.nan), "not probabilities"),
        (lambda batch: [][0], "index out of range"),
    ],
)
def test_what_goes_wrong_in_the_network_becomes_a_sentence_and_the_pad_goes_on(network, sentence):
    pad = DrawingPad(network)
    draw(pad, STROKE)
    assert re.search(f"The network could not read this: .*{sentence}", pad.message)
    assert pad.answered == 1 and pad.probabilities == [] and pad.image is not None


class Model:
    """What the pad uses of a Keras model."""

    def __init__(self, *input_shape):
        self.input_shape = input_shape

    def __call__(self, batch, training):
        assert training is False
        self.got = batch.shape
        return np.full((1, 10), 0.1, "float32")


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (784,)])
def test_a_model_gets_the_shape_it_was_built_for(shape):
    model = Model(None, *shape)
    assert predict(model, np.zeros((28, 28), "float32")).sum() == pytest.approx(1)
    assert model.got == (1, *shape)


def test_a_function_gets_a_batch_of_one():
    shapes = []
    predict(lambda batch: shapes.append((batch.shape, batch.dtype)) or [0.1] * 10, np.zeros((28, 28), "float32"))
    assert shapes == [((1, 28, 28), np.float32)]


def test_a_keras_model_reads():
    keras = pytest.importorskip("keras")
    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")]
    pad = DrawingPad(keras.Sequential(layers))
    draw(pad, STROKE)
    assert sum(pad.probabilities) == pytest.approx(1, abs=1e-5)


def test_mnists_own_digits_can_be_put_on_the_pad():
    digit = np.zeros((28, 28), "uint8")
    digit[4:24, 11:16], digit[4, 8:11] = 255, 128
    pad = DrawingPad()
    for array in (digit, digit / 255, digit[..., np.newaxis]):
        pad.load(array)
        np.testing.assert_array_equal(pad.drawing, np.kron(digit, np.ones((10, 10), "uint8")))
        assert np.ptp(pad.image.nonzero()[0]) + 1 == 20


def test_a_loaded_drawing_keeps_its_proportions():
    pad = DrawingPad()
    pad.load(np.full((100, 50), 255, "uint8"))
    assert pad.drawing[:, 70:210].all() and not pad.drawing[:, :70].any() and not pad.drawing[:, 210:].any()


@pytest.mark.parametrize(
    "array", [np.ones((28, 28, 3)), np.ones(5), np.full((2, 2), 256), np.full((2, 2), -1), np.full((2, 2), np.nan)]
)
def test_what_is_no_drawing_is_refused(array):
    with pytest.raises(ValueError, match="a drawing"):
        DrawingPad().load(array)


# ---- in the browser ----


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser):
    """An empty page; an error in a script on it is the test's error."""
    page = browser.new_page(viewport={"width": 900, "height": 700})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(10_000)
    yield page
    page.close()
    assert errors == []


@needs_browser
def test_relu_lives_on_a_page_without_a_kernel(page):
    page.set_content(ReluPlayground([-3, 1]).fallback()["text/html"])
    rows = page.get_by_role("group", name="ReLU playground").get_by_role("row")
    slider = page.get_by_role("slider", name="input 1")
    assert "max(0, −3.0) =" in rows.nth(1).inner_text()
    assert rows.nth(1).get_by_role("cell").last.inner_text() == "0.0"
    slider.press("ArrowRight")
    assert slider.input_value() == "-2.9" and "max(0, −2.9) =" in rows.nth(1).inner_text()
    slider.fill("2.5")
    assert rows.nth(1).get_by_role("cell").last.inner_text() == "2.5"
    assert page.get_by_role("status").inner_text().startswith("0 of 2 outputs are 0")


@needs_browser
def test_a_point_of_relu_can_be_dragged(page):
    page.set_content(ReluPlayground([-1, 4]).fallback()["text/html"])
    box = page.locator(".see-point").first.locator("circle").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y)  # two units
    page.mouse.up()
    page.mouse.move(x - 52, y)  # still on it, but let go: nothing more
    assert float(page.get_by_role("slider", name="input 1").input_value()) == pytest.approx(-3, abs=0.1)


@needs_browser
def test_the_browsers_softmax_is_pythons(page):
    playground = SoftmaxPlayground([1, 2.5, -3], labels=["coat", "sandal", "bag"])
    page.set_content(playground.fallback()["text/html"])
    rows = page.locator("tbody tr")
    for score in (2.5, -4):
        page.get_by_role("slider", name="score 1 sandal").fill(str(score))
        playground.scores = [1, score, -3]
        shown = [row.get_by_role("cell").last.inner_text() for row in rows.all()]
        assert shown == [f"{share:.3f}" for share in playground.probabilities]
        assert rows.nth(playground.largest).get_attribute("class") == "see-largest"
    assert page.get_by_role("status").inner_text() == "The largest is index 0, coat: 2.72 ÷ 2.79 = 0.976."


@needs_browser
def test_adding_1_changes_no_probability_and_doubling_does(page):
    page.set_content(SoftmaxPlayground([1, 2]).fallback()["text/html"])
    shown = lambda: [row.get_by_role("cell").last.inner_text() for row in page.locator("tbody tr").all()]  # noqa: E731
    assert shown() == ["0.269", "0.731"]
    page.get_by_role("button", name="Add 1 to all").click()
    assert page.get_by_role("slider", name="score 0").input_value() == "2" and shown() == ["0.269", "0.731"]
    page.get_by_role("button", name="Double all").click()
    assert shown() == ["0.119", "0.881"]
    assert page.get_by_role("button", name="Double all").is_disabled()  # 12 would be off the slider
    page.get_by_role("button", name="Start again").click()
    assert shown() == ["0.269", "0.731"]


MODEL = """() => {
  const state = { side: 280, bitmap: new DataView(new ArrayBuffer(280 * 280)), turn: 0, answered: 0,
                  seen: new DataView(new ArrayBuffer(784)), probabilities: [], message: "Draw." };
  const heard = {};
  let isChanged = false;
  window.sent = [];
  window.keysForNotebook = [];
  document.addEventListener("keydown", (event) => keysForNotebook.push(event.key));
  window.change = (changes) => {
    Object.assign(state, changes);
    for (const name in changes) for (const listener of heard[`change:${name}`] ?? []) listener();
  };
  const model = {
    get: (name) => state[name],
    set: (name, value) => {
      const bytes = (view) => `${new Uint8Array(view.buffer)}`;
      if (name === "bitmap") isChanged ||= bytes(value) !== bytes(state.bitmap);  // Backbone compares byte by byte
      change({ [name]: value });
    },
    on: (events, listener) => events.split(" ").forEach((event) => (heard[event] ??= []).push(listener)),
    save_changes: () => {
      if (isChanged) sent.push(inked(new Uint8Array(state.bitmap.buffer)));
      isChanged = false;
    },
  };
  // The first and last row and column that are drawn on; null without ink.
  const inked = (bytes) => {
    const places = [...bytes.keys()].filter((i) => bytes[i] > 128);
    if (bytes.length !== 280 * 280) return "not the size of the pad";
    if (!places.length) return null;
    const [rows, columns] = [places.map((i) => Math.floor(i / 280)), places.map((i) => i % 280)];
    const ends = (values) => [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    return [...ends(rows), ...ends(columns)];
  };
  window.answer = (changes = {}) => change({ ...changes, answered: state.turn });
  widget.render({ model, el: document.body });
}"""


@pytest.fixture
def pad(page):
    """The pad's script with a model that records what is sent, and answers only when it is told to."""
    page.clock.install()
    page.set_content(
        f"<style>{DrawingPad._css}</style><script>{DrawingPad._esm}</script>".replace(
            "export default", "window.widget ="
        )
    )
    page.evaluate(MODEL)
    return page


def stroke(page, *points: tuple[int, int]) -> None:
    board = page.get_by_label("Drawing pad").bounding_box()
    for number, (x, y) in enumerate(points):
        page.mouse.move(board["x"] + x, board["y"] + y, steps=3)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def sent(page) -> list[list[int] | None]:
    """Of each drawing that was sent the first and last row, the first and last column with ink; None without ink."""
    return page.evaluate("sent")


def ink(page) -> list[int] | None:
    """Answers; then the same of the drawing that was sent last."""
    page.evaluate("answer()")
    return sent(page)[-1]


@needs_browser
def test_a_stroke_of_the_mouse_is_sent_as_gray_bytes(pad):
    stroke(pad, (100, 60), (100, 200))
    np.testing.assert_allclose(ink(pad), [60 - 12, 200 + 12, 100 - 12, 100 + 12], atol=2)


@needs_browser
def test_a_busy_kernel_finds_one_drawing_waiting_then_the_last(pad):
    stroke(pad, (100, 60), (100, 200))
    stroke(pad, (50, 60), (200, 60))
    assert len(sent(pad)) == 1
    assert ink(pad)[3] > 180 and len(sent(pad)) == 2
    pad.evaluate("answer()")
    assert len(sent(pad)) == 2  # nothing has changed since


@needs_browser
def test_silence_of_the_kernel_is_said_and_an_answer_ends_it(pad):
    stroke(pad, (100, 60), (100, 61))
    reading = pad.get_by_test_id("reading")
    assert reading.inner_text() == "Draw."
    pad.clock.fast_forward(2000)
    assert reading.inner_text().startswith("The kernel does not answer")
    probabilities = [0.01] * 10
    probabilities[3] = 0.91
    pad.evaluate("changes => answer(changes)", {"probabilities": probabilities, "message": "The network reads 3."})
    pad.evaluate("answer()")
    pad.clock.fast_forward(2000)
    assert reading.inner_text() == "The network reads 3."
    row = pad.get_by_role("table", name="Probability of each digit").get_by_role("row").nth(3)
    assert row.inner_text().split() == ["3", "0.910"] and row.get_attribute("class") == "see-largest"


@needs_browser
def test_undo_takes_back_stroke_by_stroke_and_clear_all(pad):
    stroke(pad, (100, 60), (100, 200))
    first = ink(pad)
    stroke(pad, (50, 60), (200, 60))
    assert ink(pad)[3] > first[3]
    pad.get_by_role("button", name="Undo").click()
    assert ink(pad) == first
    pad.get_by_role("button", name="Clear").click()
    assert ink(pad) is None
    pad.get_by_role("button", name="Undo").click()
    assert ink(pad) == first


@needs_browser
def test_the_keyboard_draws_and_the_notebook_hears_nothing_of_it(pad):
    board = pad.get_by_label("Drawing pad")
    board.press("ArrowLeft")
    assert sent(pad) == []  # the pen is up
    for key in ["Space"] + ["ArrowUp"] * 5 + ["Space", "ArrowRight"]:
        board.press(key)
    np.testing.assert_allclose(ink(pad), [90 - 12, 140 + 12, 130 - 12, 130 + 12], atol=2)
    board.press("Backspace")
    assert ink(pad) is None
    board.press("d")
    assert pad.evaluate("keysForNotebook") == []
    board.press("Control+s")
    assert pad.evaluate("keysForNotebook").pop() == "s"


@needs_browser
def test_a_drawing_from_python_is_shown_and_can_be_undone(pad):
    stroke(pad, (100, 60), (100, 200))
    first = ink(pad)
    pad.evaluate("change({ bitmap: new DataView(new Uint8Array(280 * 280).fill(255).buffer) })")
    gray = "document.querySelector('canvas').getContext('2d').getImageData(5, 5, 1, 1).data[0]"
    assert pad.evaluate(gray) == 255
    pad.get_by_role("button", name="Undo").click()
    assert ink(pad) == first


@needs_browser
def test_a_drawing_from_python_that_crosses_a_dot_is_read_too(pad):
    stroke(pad, (100, 60))
    pad.evaluate("change({ bitmap: new DataView(new Uint8Array(280 * 280).fill(255).buffer) })")
    assert len(sent(pad)) == 1
    assert ink(pad) == [0, 279, 0, 279]


@pytest.mark.parametrize(("make", "name"), [(ReluPlayground, "inputs"), (SoftmaxPlayground, "scores")])
def test_a_playground_keeps_its_number_of_rows(make, name):
    playground = make([1, 2, 3])
    setattr(playground, name, [3, 2, 1])
    with pytest.raises(ValueError, match=f"This playground has 3 {name}, not 2"):
        setattr(playground, name, [1, 2])
    assert getattr(playground, name) == [3, 2, 1]
