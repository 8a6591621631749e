"""Lesson 10 as a newcomer meets it: opened in a real JupyterLab, run from top to bottom, asked about an own image."""

import re

import pytest

from data_scripts import render
from tests.browser import ROOT, expect, needs_browser, notebook, scroll_to

pytestmark = [needs_browser, pytest.mark.slow]
LESSON = ROOT / "notebooks" / "10_upload_and_predict.ipynb"


def test_a_newcomer_uploads_a_image_in_lesson_10(tmp_path, offline_data):
    (tmp_path / ".course").mkdir()
    (tmp_path / ".course" / "data").symlink_to(offline_data, target_is_directory=True)
    (tmp_path / "my_horse.jpg").write_bytes(render.jpeg("horse", 1234, 0))
    (tmp_path / "diary.jpg").write_text("Dear diary, today I renamed a file.")
    with notebook(tmp_path, LESSON, size=(1280, 1000)) as page:
        button = page.get_by_role("button", name="Choose images", include_hidden=True).first
        scroll_to(button)
        answers = button.locator("xpath=ancestor::div[contains(@class, 'lts-answers')]")
        expect(answers).to_contain_text("nobody.jpg", timeout=30_000)
        with page.expect_file_chooser() as chooser:
            button.click()
        chooser.value.set_files([tmp_path / "my_horse.jpg", tmp_path / "diary.jpg"])
        expect(answers).to_contain_text("The answers are below.", timeout=30_000)
        text = answers.inner_text()
        assert "what the network sees: 100 × 100 pixels" in text
        assert re.search(r"(horses|humans)\s+0\.\d\d", text)
        assert "nobody.jpg" not in text
        assert '"diary.jpg" is text, not an image.' in text
        expect(page.get_by_alt_text("my_horse.jpg as the network sees it")).to_be_visible()
