"""Lessons in a real JupyterLab, in a real browser, as a learner meets them."""

from tests.browser import ROOT, SLIDER, expect, needs_browser, notebook, scroll_to, wait_idle

pytestmark = needs_browser


def _digit_one(page, pad):
    """Draws an upright stroke, as a digit 1 is written."""
    box = pad.bounding_box()
    x, top, bottom = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2, box["y"] + box["height"] * 0.8
    page.mouse.move(x, top)
    page.mouse.down()
    for step in range(1, 13):
        page.mouse.move(x, top + (bottom - top) * step / 12)
    page.mouse.up()


def test_lesson_01_runs_a_slider_moves_and_a_drawn_digit_is_read(course_home, tmp_path):
    lesson = ROOT / "notebooks" / "01_handwritten_digits.ipynb"
    folder = tmp_path / "lab"
    folder.mkdir()
    with notebook(folder, lesson, size=(1280, 900), COURSE_HOME=str(course_home)) as page:
        slider, said = page.locator(SLIDER).first, page.locator(".widget-readout").first
        scroll_to(slider)
        before = said.inner_text()
        slider.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(500)
        assert said.inner_text() != before

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
