"""The cleaner in a real JupyterLab: an image moved, one deleted, both brought back, and a folder without images."""

import pytest

from tests.browser import chromium, expect, lab, needs_browser, open_notebook, run_all, run_code, write_notebook

pytestmark = needs_browser
CELLS = [
    """import keras
import numpy as np
from PIL import Image
from helpers.images.own_images import OwnImages
from helpers.widgets import Cleaner
own, random = OwnImages("pictures", ["night", "day"]), np.random.default_rng(0)
for number in range(8):
    for name, level in (("night", 50), ("day", 180)):
        level = 180 if name == "night" and number == 5 else level
        own.keep(name, Image.fromarray((random.integers(-30, 30, (40, 40, 3)) + level).astype("uint8")))
average = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.AveragePooling2D(16), keras.layers.Flatten()])""",
    "Cleaner(own, average)",
    "Cleaner('nothing', average)",
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cleaner")
    write_notebook(folder / "clean.ipynb", CELLS)
    with chromium() as browser, lab(folder) as server:
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.set_default_timeout(30_000)
        open_notebook(page, server, "clean.ipynb")
        run_all(page, timeout=180)
        yield page


def counts(page):
    return run_code(page, "print({name: len(own.names(name)) for name in own.classes})").strip()


def test_what_looks_wrong_is_moved_and_deleted_and_comes_back(page):
    cleaner = page.get_by_role("group", name="What looks wrong").first
    card = cleaner.locator("figure", has_text="Is this night?")
    expect(card).to_have_count(1)
    page.wait_for_function("image => image.naturalWidth === 16", arg=card.locator("img").element_handle())
    card.get_by_role("combobox").select_option("day")
    expect(cleaner.get_by_role("status")).to_have_text("Moved to day.")
    expect(card).to_be_hidden()
    assert counts(page) == "{'day': 9, 'night': 7}"
    cleaner.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    assert counts(page) == "{'day': 8, 'night': 8}"
    card.get_by_role("button", name="Delete").click()
    expect(cleaner.get_by_role("status")).to_have_text("Deleted. Undo brings it back.")
    assert counts(page) == "{'day': 8, 'night': 7}"
    cleaner.get_by_role("button", name="Undo").click()
    expect(cleaner.get_by_role("status")).to_have_text("Undone.")
    card.get_by_role("button", name="Keep").click()
    expect(card).to_be_hidden()
    assert counts(page) == "{'day': 8, 'night': 8}"


def test_without_an_image_it_says_where_to_begin(page):
    cleaner = page.get_by_role("group", name="What looks wrong").last
    expect(cleaner).to_contain_text("There is no image in nothing yet. Collect some first, then run this cell again.")
    expect(cleaner.get_by_role("status")).to_have_text("")
