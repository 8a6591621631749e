"""Widgets in Firefox, in a real JupyterLab; skipped where there is no Firefox."""

import json

import pytest

from tests.browser import CURRENT, READY, lab, needs_browser, write_notebook
from tests.firefox import WHY_NOT, firefox

pytestmark = [
    needs_browser,  # its JupyterLab
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
]
CELLS = [
    "import numpy as np\nfrom helpers.models.architectures import digits_dense\nfrom helpers.training import LiveCurves\n"
    "from helpers.widgets import *\nimages, labels = np.random.rand(320, 28, 28), np.arange(320) % 10",
    "digits_dense().fit(images, labels, epochs=3, validation_split=0.5, verbose=0, callbacks=[LiveCurves()]);",
    "ExperimentBench('fox', digits_dense, {'hidden': [4, 8]}, (images, labels))",
    "FilterExplorer()",
    "SoftmaxPlayground()",
    "DrawingPad(lambda image: [0.1] * 10)",
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    write_notebook(folder / "widgets.ipynb", CELLS)
    with lab(folder, timeout=180) as server, firefox() as page:
        page.goto(server.page("widgets.ipynb"))
        page.wait_for(f"({READY})()", 180)
        page.evaluate("void window.jupyterapp.shell.collapseLeft()")
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => 1)")
        page.wait_for(f"({READY})()", 180)
        yield page


def show(page, cell, selector):
    """Scrolls to a cell and waits for a part of its output."""
    page.evaluate(f"{CURRENT}.content.scrollToItem({cell}, 'start').then(() => 1)")
    page.wait_for(f"document.querySelector({json.dumps(selector)})?.getBoundingClientRect().width > 0")


@pytest.mark.parametrize(
    ("cell", "selector"),
    [
        (1, ".lts-live svg polyline"),
        (2, ".lts-bench-chart svg"),
        (3, ".lts-explorer canvas"),
        (4, ".lts-bar"),
        (5, ".lts-pad canvas"),
    ],
)
def test_a_widget_is_shown_without_an_error_of_its_script(page, cell, selector):
    show(page, cell, selector)
    assert not page.evaluate("/model not found|Error displaying/.test(document.body.innerText)")
    assert [error for error in page.errors if "anywidget" in error or "lts" in error] == []


def test_the_pointer_gets_the_values_of_a_curve(page):
    show(page, 1, ".lts-live svg circle")
    page.point(".lts-live g[data-line='validation'] circle")
    page.wait_for("/^validation: [\\d.]+, epoch 1$/.test(document.querySelector('.lts-charts .lts-tip').innerText)")
