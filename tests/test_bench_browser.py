"""The bench and the live curves as a learner meets them: in JupyterLab, by keyboard, with the kernel's ■."""

import re

import nbformat
import pytest

from helpers.widgets.base import VIEW
from tests.browser import CURRENT, SLIDER, expect, needs_browser, page_of, run_code, save, wait_idle

pytestmark = needs_browser
CELLS = [
    "import helpers\nhelpers.start('01')",
    "import numpy as np\nfrom helpers.models import architectures\nfrom helpers.training.callbacks import LiveCurves\n"
    "from helpers.widgets import ExperimentBench\n"
    "images, labels = np.random.rand(2000, 28, 28).astype('float32'), np.random.randint(0, 10, 2000)",
    "bench = ExperimentBench('browser', architectures.digits_dense, {'hidden': [10, 20], 'epochs': [500]},"
    " (images, labels), (images[:200], labels[:200]))\nbench",
]
TRAIN = (
    "history = architectures.digits_dense().fit(images, labels, epochs=500, verbose=0, callbacks=[LiveCurves()])\n"
    "print(len(history.epoch), 'epochs are kept')"
)
page = page_of(CELLS, size=(1200, 1400))


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_slider_moved_by_keyboard_shows_the_parameters_before_training(page):
    page.get_by_text(f"{784 * 10 + 10 + 110 + 110:,}").first.wait_for()
    page.locator(SLIDER).first.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text(f"{784 * 20 + 20 + 420 + 210:,}").first.wait_for()


def test_started_by_keyboard_the_kernel_stays_free_and_stop_in_mid_epoch_keeps_the_run(page):
    button(page, "Start").focus()
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"Epoch \d+ of 500 · step")).wait_for()
    assert run_code(page, "print(6 * 7, len(bench.runs))", timeout=30) == "42 0\n"
    expect(button(page, "Start"), "it has become Stop").to_have_count(0)
    run_code(page, "bench._start()")
    page.get_by_text("Another training is running").wait_for()
    page.keyboard.press("Enter")  # the focus is still on the button
    page.get_by_text("Run 1: Stopped by you in epoch").wait_for()
    expect(button(page, "Start")).to_be_enabled()
    expect(button(page, "Stop")).to_have_count(0)
    expect(page.get_by_role("row", name="stopped")).to_have_count(1)
    expect(page.get_by_role("checkbox", name="run 1")).to_be_checked()
    assert (
        run_code(
            page,
            "print(len(ExperimentBench('browser', architectures.digits_dense, {'hidden': [1]}, (images, labels)).runs))",
        )
        == "1\n"
    )


TOGETHER = """(isListShown) => {
    const box = (name) => document.querySelector(name).getBoundingClientRect();
    document.querySelector(".lts-bench").scrollIntoView();
    const [notebook, bench, chart] = [".jp-NotebookPanel-notebook", ".lts-bench", ".lts-bench-chart svg"].map(box);
    const isInside = ({ left, right, top, bottom }) =>
        top >= notebook.top && bottom <= notebook.bottom && left >= bench.left && right <= bench.right + 1;
    const isListThere = box(".jp-FileBrowser").width > 0;
    return isListThere === isListShown && isInside(chart) && isInside(box(".lts-bench-row button")) && chart.width >= 500;
}"""


@pytest.mark.parametrize("is_list_shown", [False, True])
def test_start_and_the_whole_chart_are_on_a_small_screen_together(page, is_list_shown):
    page.set_viewport_size({"width": 1024, "height": 700})
    page.evaluate(f"window.jupyterapp.shell.{'expand' if is_list_shown else 'collapse'}Left()")
    page.evaluate(f"{CURRENT}.content.scrollToItem(2, 'start')")
    page.wait_for_function(TOGETHER, arg=is_list_shown)
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    page.set_viewport_size({"width": 1200, "height": 1400})


def test_the_pointer_over_the_chart_gets_the_values_of_the_nearest_epoch_and_run(page):
    dot = page.locator(".lts-bench-chart g[data-line='run 1 validation'] circle").first
    dot.hover(force=True)
    values = dot.evaluate("(node) => [node.dataset.y, node.dataset.x]")
    assert page.locator(".lts-bench-chart .lts-tip").inner_text() == "run 1 validation: {}, epoch {}".format(*values)
    page.mouse.move(5, 5)
    page.locator(".lts-bench-chart .lts-tip").wait_for(state="hidden")


def test_a_chart_has_the_colors_of_the_theme(page):
    look = """() => {
        const text = getComputedStyle(document.querySelector(".lts-bench-chart svg text")).fill;
        return [text, getComputedStyle(document.body).getPropertyValue("--jp-ui-font-color1").trim()];
    }"""
    light, _ = page.evaluate(look)
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_function(f"(before) => ({look})()[0] !== before", arg=light)
    page.evaluate("window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'true'")


# Every height that the curves' output has from the frame on in which they are first seen.
WATCH = """() => {
    window.heights = [];
    const look = () => {
        window.place ??= document.querySelector(".lts-live")?.closest(".jp-OutputArea-child");
        const height = Math.round(window.place?.getBoundingClientRect().height ?? 0);
        if (window.place && height !== heights.at(-1)) heights.push(height);
        requestAnimationFrame(look);
    };
    look();
}"""


def test_the_kernels_stop_ends_a_training_cell_normally_and_leaves_its_curves(page):
    page.evaluate(WATCH)
    page.evaluate(
        f"""async (source) => {{
            const notebook = {CURRENT}.content;
            notebook.activeCellIndex = notebook.widgets.length - 1;
            await window.jupyterapp.commands.execute('notebook:insert-cell-below');
            notebook.activeCell.model.sharedModel.setSource(source);
            window.jupyterapp.commands.execute('notebook:run-cell');
        }}""",
        TRAIN,
    )
    page.get_by_text(re.compile(r"Epoch \d+ of 500 · step")).wait_for()
    page.get_by_text("Reload the page, and the run goes on; its curves come back when it ends.").wait_for()
    page.get_by_text(re.compile(r"Epoch ([3-9]|\d\d+) of 500")).wait_for()
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:interrupt-kernel'); }")
    page.get_by_text("epochs are kept").last.wait_for()
    wait_idle(page)
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    outputs = nbformat.read(page.server.folder / "try.ipynb", 4).cells[-1].outputs
    assert [output.output_type for output in outputs] == ["display_data", "stream"], outputs
    assert set(outputs[0].data) == {VIEW, "image/png", "text/plain"}
    assert outputs[0].data["text/plain"].startswith("Stopped by you in epoch")
    page.locator(".lts-live").get_by_text(re.compile(r"Stopped by you in epoch .* Kept: all ")).wait_for()
    page.wait_for_timeout(300)
    assert len(page.evaluate("heights")) == 1, "before, during and after the run the same height"


def test_after_a_reload_during_a_run_its_curves_come_back_when_it_has_ended(page):
    page.evaluate(f"{CURRENT}.content.widgets.at(-1).model.sharedModel.setSource({TRAIN.replace('500', '60')!r})")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-cell'); }")
    page.get_by_text(re.compile(r"Epoch \d+ of 60 · step")).wait_for()
    save(page)
    page.reload()
    page.wait_for_function(f"window.jupyterapp && {CURRENT}?.content?.widgets.length > 3")
    page.evaluate(f"{CURRENT}.content.scrollToItem(3, 'start')")
    page.locator(".lts-live").get_by_text("60 epochs in ").wait_for()
