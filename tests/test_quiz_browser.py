"""Quiz questions in a real JupyterLab: by mouse, by keyboard, after the page was loaded again, and without a kernel."""

import json
import re

import pytest

from tests.browser import (
    chromium,
    lab,
    needs_browser,
    open_notebook,
    run_all,
    save,
    shut_down,
    wait_idle,
    write_notebook,
)

pytestmark = needs_browser

CELLS = ["from helpers import exercises\nexercises.begin('05')", "exercises.quiz(1)", "exercises.quiz(2)"]


@pytest.fixture(scope="module")
def page_and_lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quiz")
    write_notebook(folder / "try.ipynb", CELLS)
    with chromium() as browser, lab(folder) as server:
        page = browser.new_page(viewport={"width": 1000, "height": 900})
        page.set_default_timeout(30_000)
        open_notebook(page, server, "try.ipynb")
        run_all(page)
        yield page, server


def group(page, number):
    return page.get_by_role("group", name=re.compile(rf"^{number}\. "))


def status(page, number):
    return page.locator(".lts-quiz", has=group(page, number)).get_by_role("status")


def test_a_choice_answers_at_once_with_its_reason_and_is_noted(page_and_lab):
    page, server = page_and_lab
    first = group(page, 1)
    assert first.get_by_role("radio").count() == 3
    assert status(page, 1).inner_text() == ""
    first.get_by_role("radio", name="A It reads cats and dogs").check()
    assert status(page, 1).inner_text() == "✗ Not this one. It can't know that. Every folder is a class."
    first.get_by_text("It finds three classes: cats 0").click()
    assert status(page, 1).inner_text().startswith("✓ Right. Move old somewhere else")
    assert first.locator("code", has_text="old").count() == 3, "code twice in the question, and in a choice"
    wait_idle(page)
    noted = json.loads((server.folder / ".course" / "progress.json").read_text())
    assert noted["quiz"] == {"05/1": "It finds three classes: cats 0, dogs 1, old 2."}


def test_arrows_move_and_space_chooses(page_and_lab):
    page, _ = page_and_lab
    second = group(page, 2)
    second.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert status(page, 2).inner_text() == "", "an arrow gives no answer away"
    page.keyboard.press("Space")
    assert second.get_by_role("radio").nth(2).is_checked()
    assert status(page, 2).inner_text().startswith("✗ Not this one. There are two classes")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert second.get_by_role("radio").first.is_checked()
    wait_idle(page)


def test_run_again_the_choice_is_restored_and_without_a_kernel_it_can_still_be_made(page_and_lab):
    page, server = page_and_lab
    run_all(page)
    wait_idle(page)
    assert group(page, 1).get_by_role("radio").nth(1).is_checked()
    save(page)
    browser = page.context.browser
    shut_down(page)
    page = browser.new_page()
    open_notebook(page, server, "try.ipynb")
    first = group(page, 1)
    first.wait_for()
    assert first.get_by_role("radio").nth(1).is_checked()
    first.get_by_role("radio").nth(2).check()
    assert "alphabetical" in status(page, 1).inner_text()
