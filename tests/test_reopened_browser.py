"""A notebook saved, its kernel shut down, and opened again: every widget is there, and what needs Python says so."""

import json

import pytest

from helpers import launch, widgets
from helpers.images.convolution import FILTERS
from helpers.server.saved_widgets import LARGEST, STATE, VIEW
from helpers.widgets import base
from tests.browser import (
    CURRENT,
    blank_page,
    chromium,
    expect,
    lab,
    needs_browser,
    notebook,
    open_notebook,
    run_all,
    run_code,
    save,
    shut_down,
    wait_idle,
)
from tools import notebooks

pytestmark = needs_browser
SETUP = """import keras
import numpy as np
from PIL import Image
from helpers.models.architectures import cats_dogs, digits_dense
from helpers.training.callbacks import LiveCurves
from helpers.training.snapshots import EpochSnapshots
from helpers.images.own_images import OwnImages
from helpers.widgets import *
keras.utils.set_random_seed(1)
names, images, labels = ["cats", "dogs"], np.random.default_rng(1).random((8, 48, 48, 3), "float32"), np.arange(8) % 2
digits, snapshots, model = images[..., 0][:, :28, :28], EpochSnapshots(), cats_dogs(48)
model.fit(images, labels, epochs=1, verbose=0, callbacks=[snapshots, LiveCurves()])
own = OwnImages("pictures", ["dark", "light"])
for level in (0, 0, 200, 255):
    own.keep("light" if level else "dark", Image.fromarray(np.full((40, 40, 3), level, "uint8")))
pooling = keras.Sequential([keras.Input((160, 160, 3)), keras.layers.GlobalAveragePooling2D()])
gray = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.Flatten()])"""
LARGE = "import numpy as np\nfrom helpers.models.architectures import cats_dogs\nfrom helpers.widgets import *"
# Each widget, and whether something in it needs Python.
WIDGETS = {
    "FilterExplorer(images[0])": False,
    "ReluPlayground()": False,
    "SoftmaxPlayground()": False,
    "Downhill([1.0, 2.0], [3.0, 6.0])": False,
    "DrawingPad(lambda image: [0.1] * 10)": True,
    "ImageSlider(digits, labels, names)": True,
    "ThresholdSlider(labels, np.linspace(0, 1, 8), names)": True,
    "FeatureMapGrid(gray, digits[:2], ['a', 'b'])": True,
    "ActivationBrowser(model, images[0], names)": True,
    "EpochScrubber(snapshots, images[0], (images, labels), names)": True,
    "GradCam(model, images[:2], labels[:2], names)": True,
    "upload_and_predict(model, names)": True,
    "AugmentationPlayground()": True,
    "Collector('pictures')": True,
    "Cleaner(own, pooling)": True,
    "LiveCamera(model, names)": True,
    "ExperimentBench('reopened', digits_dense, {'hidden': [4, 8], 'epochs': [1]}, (digits, labels))": True,
}
SIZE = (1280, 1000)
FIRST = 2  # cell of the first widget
ASLEEP = ".lts-asleep:visible"
IMAGES = "img, canvas, svg, table, .lts-camera"
# What a cell's outputs show: an error, whether there is something to look at, the sleeping line, and red marks.
LOOK = """(cell, wanted) => {
    const seen = (node) => node.getClientRects().length > 0;
    const area = cell.querySelector(".jp-OutputArea");
    const nodes = [...area.querySelectorAll("*")];
    const mark = (node) => getComputedStyle(node, "::before").content;
    return {
        alive: nodes.some((node) => node.matches(".lts-own")),
        error: /model not found|Error displaying|Loading widget/.test(area.innerText),
        image: nodes.some((node) => node.matches(wanted) && seen(node)),
        asleep: nodes.filter((node) => node.matches(".lts-asleep") && seen(node)).length,
        inert: nodes.filter((node) => node.inert).length,
        marks: nodes.filter((node) => node.matches(".jupyter-widgets-disconnected") && mark(node) !== "none").length,
    };
}"""


def look(page, index, wanted=IMAGES):
    """Scrolls to a cell and says what its output shows, once that does not change any more; `wanted` counts as an image."""
    cell = page.locator(f".jp-Cell[data-windowed-list-index='{index}']")
    before = None
    for _ in range(40):
        # Again and again: cells above that grow push this one out of sight, and JupyterLab hides what is out of sight.
        page.evaluate(f"{CURRENT}.content.scrollToItem({index}, 'start')")
        for _ in range(5):
            now = cell.evaluate(LOOK, wanted)
            if now == before and now["image"] and not now["error"]:
                return now
            before = now
            page.wait_for_timeout(100)
    return now


def asleep(inert):
    """What `look` has to say of a widget without a kernel: with one that needs Python, or without."""
    return {"alive": True, "error": False, "image": True, "asleep": int(inert), "inert": inert, "marks": 0}


def all_looks(page):
    looks = {}
    for index, source in enumerate(WIDGETS, FIRST):
        looks[source] = look(page, index)
        looks[source]["inert"] = looks[source]["inert"] > 0
    return looks


def reopen(browser, server, name="try.ipynb"):
    page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
    open_notebook(page, server, name)
    return page


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A JupyterLab on a notebook with one widget of every kind, run, saved, and its kernel shut down."""
    cells = ["# %% [markdown]\n# Widgets", SETUP, *WIDGETS]
    with notebook(tmp_path_factory.mktemp("lab"), cells, size=SIZE) as page:
        looks = all_looks(page)
        save(page)
        shut_down(page)
        assert looks == dict.fromkeys(WIDGETS, asleep(False)), "nothing sleeps while its kernel runs"
        yield page.server


@pytest.fixture(scope="module")
def page(browser, server):
    """The notebook opened again: all tests but the last of it look only."""
    page = reopen(browser, server)
    yield page
    shut_down(page)


def test_every_kind_of_widget_is_among_them():
    kinds = {source.partition("(")[0] for source in WIDGETS} | {"Upload", "UploadControl"}  # in upload_and_predict
    assert kinds == set(widgets.__all__)


def test_every_widget_is_shown_without_its_kernel_and_what_needs_python_sleeps(page):
    assert all_looks(page) == {source: asleep(inert) for source, inert in WIDGETS.items()}


@pytest.mark.parametrize("width", [1024, 1400])
def test_no_widget_is_wider_than_its_output(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    wide = []
    for index, source in enumerate(WIDGETS, FIRST):
        look(page, index)
        outputs = page.locator(f".jp-Cell[data-windowed-list-index='{index}'] .jp-OutputArea-output")
        if outputs.evaluate_all("(nodes) => nodes.some((node) => node.scrollWidth > node.clientWidth)"):
            wide.append(source)
    page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
    assert wide == []


def test_nothing_comes_back_in_alphabetical_order(page):
    look(page, FIRST)
    assert page.locator(".lts-explorer-presets button").all_inner_texts() == list(FILTERS)


def test_a_sleeping_control_takes_neither_mouse_nor_keyboard(page):
    look(page, FIRST + list(WIDGETS.values()).index(True))
    clear = page.get_by_role("button", name="Clear", exact=True, include_hidden=True)
    clear.evaluate("(button) => button.focus()")
    assert clear.evaluate("(button) => document.activeElement !== button")


def test_it_is_so_the_next_time_too_after_a_change_was_saved(browser, server, page):
    """JupyterLab stores the state of those widgets only that have a kernel now: none of them."""
    page.evaluate(f"{CURRENT}.content.widgets[0].model.sharedModel.setSource('# Changed')")
    save(page)
    again = reopen(browser, server)
    assert all_looks(again) == {source: asleep(inert) for source, inert in WIDGETS.items()}
    again.close()


def test_run_again_everything_wakes_and_a_reload_or_a_reconnection_puts_nothing_to_sleep_and_a_restart_does(page):
    run_all(page, timeout=300)
    awake = dict.fromkeys(WIDGETS, asleep(False))
    assert all_looks(page) == awake
    page.evaluate(f"{CURRENT}.sessionContext.session.kernel.reconnect()")
    wait_idle(page)
    assert all_looks(page) == awake
    save(page)
    page.reload()
    wait_idle(page)
    assert all_looks(page) == awake
    page.evaluate(f"{CURRENT}.sessionContext.session.kernel.restart()")
    page.wait_for_function(f"document.querySelectorAll('{ASLEEP.removesuffix(':visible')}:not([hidden])').length > 0")
    wait_idle(page, timeout=120)
    assert all_looks(page) == {source: asleep(inert) for source, inert in WIDGETS.items()}


def test_a_widget_too_large_to_be_saved_shows_its_static_fallback(browser, tmp_path):
    cells = [LARGE, "ActivationBrowser(cats_dogs(250), np.zeros((250, 250, 3), 'float32'))", "ReluPlayground()"]
    with notebook(tmp_path, cells, size=SIZE) as page:
        look(page, 2)  # what isn't drawn yet isn't saved
        save(page)
        shut_down(page)
        assert (tmp_path / "try.ipynb").stat().st_size < LARGEST
        page = reopen(browser, page.server)
        assert look(page, 1) == asleep(False) | {"alive": False, "inert": 0}
        assert look(page, 2) == asleep(False) | {"inert": 0}
        shut_down(page)


def test_a_page_without_a_kernel_has_nothing_to_wake():
    script = "export default { render: ({ model, el }) => { el.append(sleeper(model, el, () => []).node); } };"
    with blank_page() as page:
        for place, count in (("jp-NotebookPanel", 1), ("jp-Notebook", 0)):
            page.set_content(f'<div class="{place}"><div class="jupyter-widgets-disconnected"></div></div>')
            widget = (base.script() + script).replace("export default", "window.widget =")
            page.evaluate(
                f"() => {{ {widget}; window.widget.render({{ model: {{ on() {{}} }}, el: document.querySelector('div > div') }}); }}"
            )
            expect(page.locator(ASLEEP)).to_have_count(count)


def test_a_copy_is_saved_when_it_is_opened_and_asks_nothing_of_the_network(browser, tmp_path):
    launch.copy_lessons(tmp_path)
    with lab(tmp_path) as server:
        page = browser.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        for name in sorted(path.name for path in tmp_path.glob("*.ipynb"))[
            1:3
        ]:  # lesson 00 is made fresh when it is opened
            before = (tmp_path / name).read_bytes()
            open_notebook(page, server, name)
            run_code(page, "1")
            assert not page.evaluate(f"{CURRENT}.context.model.dirty")
            page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
            assert (tmp_path / name).read_bytes() == before
        expect(page.locator(".Toastify__toast"), "no question about news").to_have_count(0)
        assert [url for url in asked if not url.startswith((server.url, "data:", "blob:"))] == []
        shut_down(page)


@pytest.mark.slow
@pytest.mark.parametrize("number", [path.name[:2] for path in notebooks.lessons()])
def test_every_lesson_is_shown_again(browser, tmp_path, number):
    launch.copy_lessons(tmp_path)
    (lesson,) = tmp_path.glob(f"{number}_*.ipynb")
    with lab(tmp_path, timeout=180) as server:
        page = reopen(browser, server, lesson.name)
        run_all(page, timeout=900)
        save(page)
        shut_down(page)
        page = reopen(browser, server, lesson.name)
        stored = json.loads(lesson.read_text())
        bundles = [[output.get("data", {}) for output in cell.get("outputs", ())] for cell in stored["cells"]]
        shown = [index for index, outputs in enumerate(bundles) if any(VIEW in data for data in outputs)]
        for index in shown:
            found = look(page, index, f"{IMAGES}, button, input")  # of a check or a question
            assert (found["error"], found["image"], found["marks"]) == (False, True, 0), (index, found)
        states = stored["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
        assert len(json.dumps(states)) <= LARGEST
        shut_down(page)
