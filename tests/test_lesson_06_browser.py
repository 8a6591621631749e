"""Lesson 06 in a real JupyterLab: it runs, an image is uploaded, the bench trains at the press of a button."""

import re

import pytest

from tests.browser import ROOT, needs_browser, notebook, scroll_to
from tools.samples import draw

pytestmark = [needs_browser, pytest.mark.slow]
LESSON = ROOT / "notebooks" / "06_horses_or_humans.ipynb"


def test_lesson_06_runs_and_answers_an_uploaded_image_and_trains_on_the_bench(course_home, tmp_path):
    folder = tmp_path / "lab"
    folder.mkdir()
    draw("rider").save(folder / "mine.jpg")
    with notebook(folder, LESSON, size=(1280, 900), COURSE_HOME=str(course_home)) as page:
        button = page.get_by_role("button", name="Choose images", include_hidden=True).first
        scroll_to(button)
        with page.expect_file_chooser() as chooser:
            button.click()
        chooser.value.set_files([folder / "mine.jpg"])
        answer = page.locator(".lts-answers", has=page.get_by_role("listitem").filter(has_text="mine.jpg")).first
        answer.wait_for(timeout=60_000)
        answer = answer.inner_text()
        assert "100 × 100 pixels" in answer  # of the network that ships
        assert re.search(r"(horses|humans)\s+0\.\d\d", answer)

        start = page.get_by_role("button", name="Start", exact=True, include_hidden=True).first
        scroll_to(start)
        start.click()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.jp-OutputArea-output')].some((one) => /Run 2: /.test(one.textContent))",
            timeout=180_000,
        )
