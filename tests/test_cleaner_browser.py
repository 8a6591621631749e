"""The cleaner in a real JupyterLab: an image in the wrong class is moved, deleted, brought back and kept."""

from tests.browser import expect, needs_browser, page_of, run_code

pytestmark = needs_browser

SETUP = """import keras, numpy as np
from PIL import Image
from helpers.images.own_images import OwnImages
from helpers.widgets import Cleaner
own, rng = OwnImages("my_images", ["dark", "light"]), np.random.default_rng(0)
for number in range(8):
    for label, level in (("dark", 180 if number == 5 else 50), ("light", 180)):
        own.keep(label, Image.fromarray((rng.integers(-30, 30, (40, 40, 3)) + level).astype(np.uint8)))
(own.folder / "dark" / "diary.jpg").write_text("Dear diary")
layers = [keras.Input((32, 32, 3)), keras.layers.AveragePooling2D(16), keras.layers.Flatten()]"""
CELLS = [SETUP, "Cleaner(own, keras.Sequential(layers))", "Cleaner('nothing', keras.Sequential(layers))"]
page = page_of(CELLS, shown=".lts-cleaner .lts-card")


def counts(page) -> str:
    return run_code(page, "print(len(own.names('dark')), len(own.names('light')))").strip()


def test_a_doubtful_image_is_shown_with_its_reason_and_its_buttons_do_what_they_say(page):
    card = page.locator(".lts-card", has_text="Is this dark?")
    expect(card).to_have_count(1)
    page.wait_for_function("document.querySelector('.lts-cleaner img').naturalWidth > 0")
    expect(page.locator(".lts-cleaner").first).to_contain_text('"diary.jpg" is text, not an image.')
    before = counts(page)
    undo = page.get_by_role("button", name="Undo").first
    for act, said, after in (
        (lambda: card.get_by_label("Move it to a class").select_option("light"), "Moved to light.", "8 9"),
        (lambda: card.get_by_role("button", name="Delete").click(), "Deleted. Undo brings it back.", "8 8"),
    ):
        act()
        page.get_by_text(said).wait_for()
        expect(card).to_be_hidden()
        assert counts(page) == after
        undo.click()
        page.get_by_text("Undone.").wait_for()
        expect(card).to_be_visible()
        assert counts(page) == before == "9 8"  # the diary counts as a file
    card.get_by_role("button", name="Keep").click()
    expect(card).to_be_hidden()
    assert counts(page) == before


def test_without_an_image_it_says_where_to_begin(page):
    cleaner = page.locator(".lts-cleaner").last
    expect(cleaner).to_contain_text("The folder nothing has no images yet. Collect some, then run this cell again.")
    expect(cleaner.get_by_role("status")).to_have_text("")
