"""The browser of tools/browser.py for tests, and what only they do with it; `needs_browser` skips a test where there is none.

`page = page_of(CELLS)` is a file's fixture: a notebook of these cells, run, open in JupyterLab in a browser.
"""

import contextlib
import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tools.browser import (
    CURRENT,
    FAKE_CAMERA,
    READY,
    WHY_NOT,
    chromium,
    lab,
    open_notebook,
    run_all,
    wait_idle,
    write_notebook,
)

try:
    from playwright.sync_api import expect
except ImportError:  # without it `needs_browser` skips the tests
    expect = None
else:
    expect.set_options(timeout=30_000)  # asked again until it holds: the page draws after the kernel has answered

__all__ = [
    "CURRENT",
    "FAKE_CAMERA",
    "READY",
    "ROOT",
    "WHY_NOT",
    "chromium",
    "expect",
    "lab",
    "needs_browser",
    "open_notebook",
    "run_all",
    "wait_idle",
    "write_notebook",
]

needs_browser = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
SLIDER = ".noUi-handle, .ui-slider-handle"  # what is dragged, in ipywidgets 8 and 7


@contextlib.contextmanager
def notebook(folder, cells, *flags, size=(1200, 1000), script="", shown="", run=True, **variables):
    """Give a page with a notebook of these cells, or a copy of a lesson (a path), run unless told otherwise.

    `page.server` is its JupyterLab in `folder`, with these variables; flags: of the browser, such as `FAKE_CAMERA`;
    script: what the page runs before its own scripts; shown: a selector to wait for.
    """
    file = Path(shutil.copy(cells, folder) if isinstance(cells, Path) else write_notebook(folder / "try.ipynb", cells))
    with chromium(*flags) as browser, lab(folder, timeout=180, **variables) as server:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.set_default_timeout(120_000)
        if script:
            page.add_init_script(script)
        page.server = server
        open_notebook(page, server, file.name, timeout=180)
        if run:
            run_all(page, timeout=400)
        if shown:
            page.wait_for_selector(shown)
        yield page
        page.close()


def page_of(cells, *flags, **options):
    """Return the fixture `page` of a file: `notebook`, opened once for all its tests."""

    @pytest.fixture(scope="module", name="page")
    def page(tmp_path_factory):
        with notebook(tmp_path_factory.mktemp("lab"), cells, *flags, **options) as page:
            yield page

    return page


def reopen_notebook(page, server, name, widget):
    """Open a saved notebook whose kernel is gone, and wait for a widget in it, a CSS selector.

    When the new kernel answers before the notebook's widgets are read, ipywidgets 8.1 takes them for lost: seen in one of
    eleven openings with a processor slowed down three to eight times. Loading the page again shows them.
    """
    open_notebook(page, server, name)
    lost = page.get_by_text("Error displaying widget: model not found")
    expect(page.locator(widget).or_(lost).first).to_be_visible()
    if lost.count():
        open_notebook(page, server, name)


def scroll_to(part):
    """Scroll the notebook until `part` (a Locator) can be seen, also where JupyterLab (4.2) takes unseen cells off the page."""
    part.evaluate(
        f"(node) => {CURRENT}.content.scrollToItem(Number(node.closest('.jp-Cell').dataset.windowedListIndex || 0))"
    )
    part.wait_for(state="visible")
    part.scroll_into_view_if_needed()


def run_code(page, code, timeout=60):
    """Run `code` in the notebook's kernel, not in a cell; return what it printed. Raises RuntimeError for an error in it."""
    result = page.evaluate(
        """async ([code, timeout]) => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const future = kernel.requestExecute({ code, store_history: false });
            let printed = "", error = null;
            future.onIOPub = ({ header, content }) => {
                if (header.msg_type === "stream" && content.name === "stdout") printed += content.text;
                if (header.msg_type === "error") error = `${content.ename}: ${content.evalue}`;
            };
            const late = new Promise((_, reject) => setTimeout(() => reject(new Error("the kernel did not answer")), timeout));
            await Promise.race([future.done, late]);
            return { printed, error };
        }""",
        [code, 1000 * timeout],
    )
    if result["error"]:
        raise RuntimeError(result["error"])
    return result["printed"]


def save(page):
    """Save the notebook as a learner does."""
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function(f"!{CURRENT}.context.model.dirty")


def shut_down(page):
    """End the notebook's kernel, and close the page."""
    page.evaluate(f"{CURRENT}.sessionContext.shutdown()")
    page.close()


@contextlib.contextmanager
def blank_page(width=900, height=700):
    """Give an empty page without a server, for scripts that need no kernel. Raises AssertionError for an error in a script."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": height})
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(30_000)
        yield page
        page.close()
        assert errors == []
