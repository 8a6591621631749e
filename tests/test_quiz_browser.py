"""Quiz questions in a real JupyterLab: by mouse, by keyboard, after the page was loaded again, and without a kernel."""

import json
import re

from tests.browser import expect, needs_browser, page_of, reopen_notebook, run_all, save, shut_down, wait_idle
from tests.slowly import until

pytestmark = needs_browser

CELLS = ["from helpers import exercises\nexercises.begin('05')", "exercises.quiz(1)", "exercises.quiz(2)"]
page = page_of(CELLS, size=(1000, 900))


def group(page, number):
    return page.get_by_role("group", name=re.compile(rf"^{number}\. "))


def status(page, number):
    return page.locator(".lts-quiz", has=group(page, number)).get_by_role("status")


def noted(page):
    """The choices that the course remembers; it notes them after the page has answered."""
    file = page.server.folder / ".course" / "progress.json"
    return json.loads(file.read_text()).get("quiz", {}) if file.exists() else {}


def test_a_choice_answers_at_once_with_its_reason_and_is_noted(page):
    first = group(page, 1)
    expect(first.get_by_role("radio")).to_have_count(3)
    expect(status(page, 1)).to_have_text("")
    first.get_by_role("radio", name="A It reads cats and dogs").check()
    expect(status(page, 1)).to_have_text("✗ Not this one. It can't know that. Every folder is a class.")
    first.get_by_text("It finds three classes: cats 0").click()
    expect(status(page, 1)).to_contain_text("✓ Right. Move old somewhere else")
    expect(first.locator("code", has_text="old"), "code twice in the question, and in a choice").to_have_count(3)
    until(lambda: noted(page) == {"05/1": "It finds three classes: cats 0, dogs 1, old 2."})


def test_arrows_move_and_space_chooses(page):
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


def test_run_again_the_choice_is_restored_and_without_a_kernel_it_can_still_be_made(page):
    run_all(page)
    until(lambda: set(noted(page)) == {"05/1", "05/2"})
    expect(group(page, 1).get_by_role("radio").nth(1)).to_be_checked()  # the page draws after the kernel has answered
    save(page)
    browser, server = page.context.browser, page.server
    shut_down(page)
    page = browser.new_page()
    reopen_notebook(page, server, "try.ipynb", ".lts-quiz")
    first = group(page, 1)
    expect(first.get_by_role("radio").nth(1)).to_be_checked()
    first.get_by_role("radio").nth(2).check()
    expect(status(page, 1)).to_contain_text("alphabetical")
