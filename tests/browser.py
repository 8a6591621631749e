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
    "run_all",
    "run_code",
    "save",
    "scroll_to",
    "shut_down",
    "wait_idle",
    "write_notebook",
]

needs_browser = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
