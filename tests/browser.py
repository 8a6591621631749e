"""The browser of tools/browser.py for tests; `needs_browser` skips a test where there is none."""

import pytest

from tests.conftest import ROOT
from tools.browser import (
    CURRENT,
    FAKE_CAMERA,
    SLIDER,
    WHY_NOT,
    blank_page,
    chromium,
    lab,
    open_notebook,
    run_all,
    run_code,
    save,
    scroll_to,
    shut_down,
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
    "ROOT",
    "SLIDER",
    "WHY_NOT",
    "blank_page",
    "chromium",
    "expect",
    "lab",
    "needs_browser",
    "open_notebook",
    "reopen_notebook",
    "run_all",
    "run_code",
    "save",
    "scroll_to",
    "shut_down",
    "wait_idle",
    "write_notebook",
]

needs_browser = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))


def reopen_notebook(page, server, name: str, widget: str) -> None:
    """Open a saved notebook whose kernel is gone, and wait for a widget in it, a CSS selector.

    When the new kernel answers before the notebook's widgets are read, ipywidgets 8.1 takes them for lost: seen in one of seventeen
    openings with a processor slowed down three to eight times. Loading the page again shows them.
    """
    open_notebook(page, server, name)
    lost = page.get_by_text("Error displaying widget: model not found")
    expect(page.locator(widget).or_(lost).first).to_be_visible()
    if lost.count():
        open_notebook(page, server, name)
