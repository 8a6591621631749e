"""A slider and a drawing pad in a real JupyterLab, in a real browser; and lesson 01 with both, from top to bottom."""

import pytest

from tests.browser import ROOT, SLIDER, expect, needs_browser, notebook, scroll_to, wait_idle

pytestmark = needs_browser
LESSON = ROOT / "notebooks" / "01_handwritten_digits.ipynb"
CELLS = [
    "from helpers.images import assets\nfrom helpers.widgets import DrawingPad, ImageSlider\nImageSlider(assets.digits())",
    "DrawingPad(lambda image: [0.1, 0.9 * image.max(), *[0] * 8])",
]


def _digit_one(page, pad):
    """Draws an upright stroke, as a digit 1 is written."""
    box = pad.bounding_box()
    x, top, bottom = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2, box["y"] + box["height"] * 0.8
    page.mouse.move(x, top)
    page.mouse.down()
    for step in range(1, 13):
        page.mouse.move(x, top + (bottom - top) * step / 12)
    page.mouse.up()


@pytest.mark.parametrize("cells", [CELLS, pytest.param(LESSON, marks=pytest.mark.slow)], ids=["widgets", "lesson 01"])
def test_a_slider_moves_and_a_drawn_digit_is_read(cells, course_home, tmp_path):
    folder = tmp_path / "lab"
    folder.mkdir()
    with notebook(folder, cells, size=(1280, 900), COURSE_HOME=str(course_home)) as page:
        slider, said = page.locator(SLIDER).first, page.locator(".widget-readout").first
        scroll_to(slider)
        before = said.inner_text()
        slider.focus()
        page.keyboard.press("ArrowRight")
        expect(said).not_to_have_text(before)

        pad = page.get_by_label("Drawing pad").last
        scroll_to(pad)
        _digit_one(page, pad)
        reading = page.get_by_test_id("reading").last
        page.wait_for_function(
            "() => /The network reads \\d/.test(document.querySelector('[data-testid=reading]').textContent)"
        )
        wait_idle(page)
        expect(reading).to_contain_text("The network reads")
        expect(reading).to_contain_text("probability")
