"""The drawing pad: what it reads, and its script in a headless browser (without a kernel)."""

import re

import numpy as np
import pytest

from helpers.widgets import DrawingPad
from helpers.widgets.drawing_pad import predict
from tests.browser import blank_page, needs_browser
from tests.widget_parts import pixels

STROKE = np.pad(np.full((200, 40), 255, "uint8"), ((40, 40), (120, 120)))


def sure_of(digit: int):
    """A network that reads `digit` in everything, with probability 0.91."""
    return lambda batch: np.where(np.arange(10) == digit, 0.91, 0.01)[np.newaxis]


def draw(pad: DrawingPad, drawing: np.ndarray) -> None:
    """What the browser sends after a stroke."""
    pad.set_state({"bitmap": memoryview(drawing.tobytes()), "turn": pad.turn + 1})


def test_a_stroke_is_read_and_answered():
    pad = DrawingPad(sure_of(7))
    assert (pad.probabilities, pad.image, pad.message) == ([], None, "Draw a digit from 0 to 9.")
    draw(pad, STROKE)
    assert pad.answered == pad.turn == 1
    np.testing.assert_array_equal(pad.drawing, STROKE)
    assert pad.image.shape == (28, 28)
    assert pad.image.max() == 1
    assert pad.probabilities[7] == 0.91
    assert np.argmax(pad.probabilities) == 7
    assert pad.message == "The network reads 7, with probability 0.910."
    np.testing.assert_array_equal(pixels(pad.seen)[..., 0], (pad.image * 255).round())
    assert "reads 7" in pad.fallback()["text/plain"]


def test_an_emptied_pad_has_no_prediction():
    pad = DrawingPad(sure_of(7))
    draw(pad, STROKE)
    draw(pad, np.zeros_like(STROKE))
    assert (pad.image, pad.probabilities, pad.answered) == (None, [], 2)


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (lambda batch: 1 / 0, "division by zero"),
        (lambda batch: np.ones((1, 5)) / 5, "gives 5 numbers, and there are 10 digits"),
        (lambda batch: np.arange(10.0), "not probabilities.*softmax"),
        (lambda batch: np.full(10, np.nan), "not probabilities"),
        (lambda batch: {}["scores"], "scores"),
    ],
)
def test_what_goes_wrong_in_the_network_becomes_a_sentence_and_the_pad_goes_on(network, sentence):
    pad = DrawingPad(network)
    draw(pad, STROKE)
    assert re.search(f"The network could not read this. .*{sentence}", pad.message)
    assert pad.answered == 1
    assert pad.probabilities == []
    assert pad.image is not None


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


def test_which_pixels_speak_for_the_answer_is_computed_when_it_is_wanted():
    keras = pytest.importorskip("keras")
    network = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    weights = np.zeros((28, 28, 10))
    weights[:14, :, 7], weights[14:, :, 7] = 1, -0.5
    network.layers[-1].set_weights([weights.reshape(784, 10), np.zeros(10)])
    pad = DrawingPad(network)
    draw(pad, STROKE)
    gray = pixels(pad.seen)[..., 0]
    pad.explains = True
    red, green, blue = pixels(pad.seen).astype(int).transpose(2, 0, 1)
    assert np.argmax(pad.probabilities) == 7
    is_ink, top = gray == 255, np.arange(28)[:, None] < 14
    assert set(zip(red[is_ink & top], green[is_ink & top], blue[is_ink & top], strict=True)) == {(255, 140, 40)}
    assert (red < blue)[is_ink & ~top].all(), "the lower half speaks against it, by half as much"
    assert (red[is_ink & ~top] > 60).all()
    assert (red == green)[gray == 0].all()
    draw(pad, np.zeros_like(STROKE))
    assert not pixels(pad.seen).any()


def test_a_function_and_an_odd_network_have_no_evidence_and_the_pad_goes_on():
    assert not DrawingPad(sure_of(7)).can_explain
    odd = Model(None, 28, 28)
    pad = DrawingPad(odd)
    pad.can_explain = pad.explains = True
    draw(pad, STROKE)
    assert len(pad.probabilities) == 10
    assert pad.message.startswith(
        "The network reads 0, with probability 0.100. Which pixels speak for it can't be told."
    )


def test_mnists_own_digits_can_be_put_on_the_pad():
    digit = np.zeros((28, 28), "uint8")
    digit[4:24, 11:16], digit[4, 8:11] = 255, 128
    pad = DrawingPad(sure_of(7))
    for array in (digit, digit / 255, digit[..., np.newaxis]):
        pad.load(array)
        np.testing.assert_array_equal(pad.drawing, np.kron(digit, np.ones((10, 10), "uint8")))
        assert np.ptp(pad.image.nonzero()[0]) + 1 == 20


def test_a_loaded_drawing_keeps_its_proportions():
    pad = DrawingPad(sure_of(7))
    pad.load(np.full((100, 50), 255, "uint8"))
    assert pad.drawing[:, 70:210].all()
    assert not pad.drawing[:, :70].any()
    assert not pad.drawing[:, 210:].any()


@pytest.mark.parametrize(
    "array", [np.ones((28, 28, 3)), np.ones(5), np.full((2, 2), 256), np.full((2, 2), -1), np.full((2, 2), np.nan)]
)
def test_what_is_no_drawing_is_refused(array):
    with pytest.raises(ValueError, match=r"(A drawing|An image) (is|has)"):
        DrawingPad(sure_of(7)).load(array)


# ---- in the browser ----


@pytest.fixture
def page():
    with blank_page() as page:
        yield page


MODEL = """() => {
  const state = { side: 280, bitmap: new DataView(new ArrayBuffer(280 * 280)), turn: 0, answered: 0,
                  seen: "", probabilities: [], message: "Draw." };
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
    off: (events, listener) => events.split(" ").forEach((event) => (heard[event] = heard[event].filter((other) => other !== listener))),
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
  window.cleanUp = widget.render({ model, el: document.body });
  window.listeners = () => Object.values(heard).flat().length;
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
    assert ink(pad)[3] > 180
    assert len(sent(pad)) == 2
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
    assert row.inner_text().split() == ["3", "0.910"]
    assert row.get_attribute("class") == "lts-largest"


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
    board.press("Escape")
    assert pad.evaluate("keysForNotebook").pop() == "Escape", "Escape leaves the widget"


@needs_browser
@pytest.mark.parametrize("how", ["Clear", "load"])
def test_on_an_empty_pad_the_keyboards_pen_is_in_the_middle(pad, how):
    stroke(pad, (200, 60), (270, 270))
    ink(pad)
    if how == "Clear":
        pad.get_by_role("button", name="Clear").click()
        assert ink(pad) is None
    else:
        pad.evaluate("change({ bitmap: new DataView(new ArrayBuffer(280 * 280)) })")
    for key in ["Space", "ArrowRight", "Space"]:
        pad.get_by_label("Drawing pad").press(key)
    np.testing.assert_allclose(ink(pad), [140 - 12, 140 + 12, 140 - 12, 150 + 12], atol=2)


@needs_browser
def test_the_focus_ring_is_inside_the_pad_where_nothing_cuts_it_off(pad):
    board = pad.get_by_label("Drawing pad")
    board.press("ArrowLeft")
    assert board.evaluate("(node) => parseFloat(getComputedStyle(node).outlineOffset)") <= -3


@needs_browser
@pytest.mark.parametrize("width", [460, 560, 700, 860])
def test_drawing_and_bars_are_next_to_each_other_at_every_width(pad, width):
    pad.set_viewport_size({"width": width, "height": 700})
    board = pad.get_by_label("Drawing pad").bounding_box()
    table = pad.get_by_role("table", name="Probability of each digit").bounding_box()
    assert table["x"] >= board["x"] + board["width"]
    assert table["x"] + table["width"] <= width
    assert abs(table["y"] - board["y"]) < 10
    assert table["y"] + table["height"] < 400


@needs_browser
def test_what_the_network_sees_is_shown(pad):
    pad.evaluate("(address) => change({ seen: address })", DrawingPad(sure_of(7)).seen)
    pad.wait_for_function("document.querySelector('.lts-seen').naturalWidth === 28")


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


@needs_browser
def test_a_pad_that_goes_leaves_no_listener_and_no_timer(pad):
    stroke(pad, (100, 60), (100, 61))
    assert pad.evaluate("listeners()") == 6
    pad.evaluate("cleanUp()")
    assert pad.evaluate("listeners()") == 0
    pad.clock.fast_forward(2000)
    assert pad.get_by_test_id("reading").inner_text() == "Draw."
