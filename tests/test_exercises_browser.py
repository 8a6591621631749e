"""Exercises in a real JupyterLab: a stale answer, an endless loop that ■ ends, and the buttons below a check."""

from tests.browser import CURRENT, expect, needs_browser, page_of, wait_idle

pytestmark = needs_browser

BEGIN = "from helpers import exercises\nexercises.begin('01')"
WRONG = "def parameters(sizes):\n    return [3]"
CHECK = 'exercises.check("parameters", parameters)'
ANSWER, CHECKED = 1, 2  # cells
FILLER = "# %% [markdown]\n" + "Much to read.\n\n" * 60
NEXT = "# %% [markdown]\n### Exercise: Labels with a single 1\n\nThe next one."
page = page_of([BEGIN, WRONG, CHECK, FILLER, FILLER, NEXT, FILLER], size=(1000, 800))


def run_cell(page, number, source=None, wait=True):
    """Put `source` into a cell and run it, as Ctrl + Enter does."""
    page.evaluate(
        f"""async ([number, source]) => {{
            const notebook = {CURRENT}.content;
            notebook.activeCellIndex = number;
            notebook.deselectAll();
            if (source !== null) notebook.activeCell.model.sharedModel.setSource(source);
            notebook.scrollToItem(number);
            window.jupyterapp.commands.execute('notebook:run-cell');
        }}""",
        [number, source],
    )
    if wait:
        wait_idle(page)


def output(page):
    """What stands below the check."""
    return page.locator(".jp-CodeCell").nth(CHECKED).locator(".jp-OutputArea").first


def text_with(page, part):
    """Wait until `part` is in the text below the check, and return all of it."""
    shown = "([place, part]) => document.querySelectorAll('.jp-CodeCell')[place]?.innerText.includes(part)"
    page.wait_for_function(shown, arg=[CHECKED, part])  # asks the page each time: JupyterLab may draw a cell anew
    return output(page).inner_text()


def test_after_a_syntax_error_the_old_function_is_not_judged(page):
    run_cell(page, CHECKED)  # after Run All the end of the notebook is on the page, and the check isn't
    text_with(page, "Your function returns a list")
    run_cell(page, ANSWER, "def parameters(sizes)\n    return 42310")
    run_cell(page, CHECKED)
    text = text_with(page, "Not checked")
    assert "Python can't read line 1, def parameters(sizes): expected ':'." in text
    assert "returns a list" not in text
    run_cell(page, ANSWER, WRONG)
    run_cell(page, CHECKED)
    text_with(page, "Your function returns a list")


def test_an_endless_loop_is_mentioned_and_stopped_with_one_sentence(page):
    run_cell(page, ANSWER, "def parameters(sizes):\n    while True:\n        total = 1")
    run_cell(page, CHECKED, wait=False)
    output(page).get_by_text("Still running your function").wait_for()
    page.evaluate("window.jupyterapp.commands.execute('notebook:interrupt-kernel')")
    wait_idle(page)
    text = text_with(page, "Stopped")
    assert "You stopped your function in line 2, while True:." in text or "in line 3, total = 1." in text
    assert "Still running" not in text
    assert "Traceback" not in text
    assert "judge" not in text


def test_buttons_give_one_hint_after_the_other_and_the_solution_after_a_question(page):
    run_cell(page, ANSWER, WRONG)
    run_cell(page, CHECKED)
    hints = output(page).locator("ol li")
    output(page).get_by_role("button", name="Hint 1 of 3").click()
    expect(hints).to_have_count(1)
    output(page).get_by_role("button", name="Hint 2 of 3").click()
    expect(hints).to_have_count(2)
    expect(hints.nth(1)).to_contain_text("one bias: inputs + 1")
    wait_idle(page)
    run_cell(page, CHECKED)  # what was shown stays
    output(page).get_by_role("button", name="Hint 3 of 3").click()
    expect(hints).to_have_count(3)
    expect(output(page).get_by_role("button", name="No more hints")).to_be_disabled()
    source = output(page).locator("pre", has_text="def parameters")
    output(page).get_by_role("button", name="Solution", exact=True).click()
    expect(source).to_have_count(0)
    output(page).get_by_role("button", name="Show the solution?").click()
    expect(source).to_contain_text("total += sizes[layer]")


def test_next_scrolls_to_the_next_exercise(page):
    output(page).get_by_role("button", name="Next exercise").click()
    heading = page.get_by_role("heading", name="Exercise: Labels with a single 1")
    heading.wait_for()
    page.wait_for_function(
        "(node) => { const { top } = node.getBoundingClientRect(); return top >= 0 && top < innerHeight; }",
        arg=heading.element_handle(),
    )


def test_a_right_answer_says_what_is_done_and_what_is_next(page):
    right = "def parameters(sizes):\n    return sum(n * (m + 1) for m, n in zip(sizes, sizes[1:]))"
    run_cell(page, ANSWER, right)
    run_cell(page, CHECKED)
    text = text_with(page, "Right")
    assert "1 of 4 exercises of this lesson are done. Next: Labels with a single 1" in text
    expect(output(page).get_by_role("button", name="Hint")).to_have_count(0)
    expect(output(page).get_by_role("button", name="Next exercise")).to_be_visible()
