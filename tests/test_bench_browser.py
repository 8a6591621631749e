"""The bench and the live curves as a learner meets them: in JupyterLab, by keyboard, with the kernel's ■."""

import re

import nbformat
import pytest

from tests.browser import (
    CURRENT,
    SLIDER,
    chromium,
    lab,
    needs_browser,
    open_notebook,
    run_all,
    run_code,
    wait_idle,
    write_notebook,
)

pytestmark = [needs_browser, pytest.mark.xdist_group("bench_browser")]  # one JupyterLab for all of them
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


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "bench.ipynb", CELLS)
    with chromium() as browser, lab(folder, timeout=180) as server:
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.set_default_timeout(120_000)
        page.folder = folder
        open_notebook(page, server, "bench.ipynb", timeout=180)
        run_all(page, timeout=180)
        yield page


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
    button(page, "Start").click()
    page.get_by_text("Another training is running").wait_for()
    button(page, "Stop").click()
    page.get_by_text("Run 1: Stopped in epoch").wait_for()
    assert button(page, "Stop").is_disabled()
    assert page.get_by_role("row", name="stopped").count() == 1
    assert page.get_by_role("checkbox", name="run 1").is_checked()
    assert (
        run_code(
            page,
            "print(len(ExperimentBench('browser', architectures.digits_dense, {'hidden': [1]}, (images, labels)).runs))",
        )
        == "1\n"
    )


def test_the_kernels_stop_ends_a_training_cell_normally_and_leaves_one_figure(page):
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
    line = page.get_by_text("A page that is reloaded loses these curves; the run goes on.")
    line.wait_for()
    below = (
        "(node) => node.getBoundingClientRect().bottom - node.closest('.widget-html').getBoundingClientRect().bottom"
    )
    assert line.evaluate(below) <= 0, "not cut off"
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:interrupt-kernel'); }")
    page.get_by_text("epochs are kept").last.wait_for()
    wait_idle(page)
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    outputs = nbformat.read(page.folder / "bench.ipynb", 4).cells[-1].outputs
    assert [output.output_type for output in outputs] == ["display_data", "stream"], outputs
    assert set(outputs[0].data) == {"image/png", "text/plain"}
    assert outputs[0].data["text/plain"].startswith("Stopped in epoch")
