"""Quiz questions in a real JupyterLab: by mouse, by keyboard, after the page was loaded again, and without a kernel."""

import json
import re

import pytest

from tests.browser import (
    chromium,
    expect,
    lab,
    needs_browser,
    open_notebook,
    reopen_notebook,
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
    expect(first.get_by_role("radio")).to_have_count(3)
    expect(status(page, 1)).to_have_text("")
    first.get_by_role("radio", name="A It reads cats and dogs").check()
    expect(status(page, 1)).to_have_text("✗ Not this one. It can't know that. Every folder is a class.")
    first.get_by_text("It finds three classes: cats 0").click()
    expect(status(page, 1)).to_contain_text("✓ Right. Move old somewhere else")
    expect(first.locator("code", has_text="old"), "code twice in the question, and in a choice").to_have_count(3)
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
    expect(status(page, 2), "an arrow gives no answer away").to_have_text("")
    page.keyboard.press("Space")
    expect(second.get_by_role("radio").nth(2)).to_be_checked()
    expect(status(page, 2)).to_contain_text("✗ Not this one. The shuffle comes before the cache")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(second.get_by_role("radio").first).to_be_checked()
    wait_idle(page)


def test_run_again_the_choice_is_restored_and_without_a_kernel_it_can_still_be_made(page_and_lab):
    page, server = page_and_lab
    run_all(page)
    wait_idle(page)
    noted = json.loads((server.folder / ".course" / "progress.json").read_text())["quiz"]
    assert set(noted) == {"05/1", "05/2"}
    expect(group(page, 1).get_by_role("radio").nth(1)).to_be_checked()  # the page draws after the kernel has answered
    save(page)
    browser = page.context.browser
    shut_down(page)
    page = browser.new_page()
    reopen_notebook(page, server, "try.ipynb", ".lts-quiz")
    first = group(page, 1)
    expect(first.get_by_role("radio").nth(1)).to_be_checked()
    first.get_by_role("radio").nth(2).check()
    expect(status(page, 1)).to_contain_text("alphabetical")
