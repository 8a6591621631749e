"""The page below a slider, in a headless browser: an image and its numbers point at each other."""

import numpy as np
import pytest

from helpers.widgets import ImageSlider
from helpers.widgets.base import STYLE, embed_live
from helpers.widgets.slider_page import Page
from tests.browser import blank_page, needs_browser

pytestmark = needs_browser
IMAGES = np.arange(2 * 28 * 28).reshape(2, 28, 28) % 256


@pytest.fixture
def page():
    with blank_page(width=900) as page:
        esm = Page._esm.replace(
            "function render({ model, el }) {", "function render({ model, el }) { window.model = model;"
        )
        html = ImageSlider(IMAGES.astype("uint8")).html
        page.set_content(f'<div class="lts-column">{embed_live("", esm, STYLE, {"value": html})}</div>')
        yield page


def said(page) -> str:
    return page.get_by_role("status").last.inner_text()


def test_a_number_under_the_mouse_shows_its_pixel(page):
    assert said(page) == "Point at a pixel or at a number."
    page.locator(".lts-numbers i").nth(3 * 28 + 5).hover()
    assert said(page) == f"Row 3, column 5: {3 * 28 + 5}"
    image, marker = page.locator("img").bounding_box(), page.locator(".lts-marker").bounding_box()
    assert marker["x"] + marker["width"] / 2 - image["x"] == pytest.approx(5.5 * 8, abs=1.5)
    assert marker["y"] + marker["height"] / 2 - image["y"] == pytest.approx(3.5 * 8, abs=1.5)


def test_a_pixel_under_the_mouse_shows_its_number_and_stays_with_the_next_image(page):
    page.locator("img").hover(position={"x": 2 * 8 + 4, "y": 27 * 8 + 4})
    here = page.locator(".lts-here")
    assert here.inner_text() == str((27 * 28 + 2) % 256)
    other = ImageSlider(IMAGES.astype("uint8"), index=1).html
    page.evaluate("(html) => { model.set('value', html); }", other)
    assert page.locator(".lts-here").count() == 1
    assert said(page) == f"Row 27, column 2: {(784 + 27 * 28 + 2) % 256}"


def test_the_keyboard_walks_the_numbers(page):
    field = page.get_by_label("The numbers of the pixels")
    for key in ("ArrowRight", "Shift+ArrowDown", "ArrowLeft", "ArrowLeft"):
        field.press(key)
    assert said(page) == f"Row 10, column 0: {(10 * 28) % 256}"


def test_numbers_can_be_read_on_their_own_gray(page):
    looks = page.locator(".lts-numbers i").evaluate_all(
        """(cells) => cells.map((cell) => {
            const look = getComputedStyle(cell);
            const gray = (color) => Number(color.match(/\\d+/)[0]) / 255;
            const light = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
            const [a, b] = [light(gray(look.backgroundColor)), light(gray(look.color))].sort();
            return [(b + 0.05) / (a + 0.05), parseFloat(look.fontSize)];
        })"""
    )
    assert min(contrast for contrast, _ in looks) >= 4.5
    assert min(size for _, size in looks) >= 11
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
