"""A lesson open in two tabs, or set back while it is open, in a real JupyterLab: no exception, and nothing is overwritten unasked."""

import nbformat

from helpers import launch
from tests.browser import (
    CURRENT,
    chromium,
    expect,
    lab,
    needs_browser,
    open_notebook,
    run_all,
    run_code,
    save,
    write_notebook,
)

pytestmark = needs_browser
WRITE = f"(text) => {CURRENT}.content.widgets[0].model.sharedModel.setSource(text)"
SAVE = "() => void window.jupyterapp.commands.execute('docmanager:save')"


def test_two_tabs_share_the_kernel_and_the_second_to_save_is_asked(tmp_path):
    file = write_notebook(
        tmp_path / "lesson.ipynb", ["x = 1", "from helpers.widgets import FilterExplorer\nFilterExplorer()"]
    )

    def first_cell() -> str:
        return nbformat.read(file, 4).cells[0].source

    with chromium() as browser, lab(tmp_path) as server:
        context = browser.new_context()
        wrong: list[str] = []
        first, second = (context.new_page() for _ in range(2))
        for page in (first, second):
            page.on("pageerror", lambda error: wrong.append(str(error)))
        open_notebook(first, server, file.name)
        run_all(first)
        save(first)
        open_notebook(second, server, file.name)
        expect(second.locator(".lts-own").first).to_be_visible()  # the widget, from the same kernel
        run_code(second, "x += 1")
        assert run_code(first, "print(x)") == "2\n"
        second.evaluate(WRITE, "x = 1  # written in the second tab")
        first.evaluate(WRITE, "x = 1  # written in the first tab")
        save(first)
        second.evaluate(SAVE)
        dialog = second.locator(".jp-Dialog", has_text="has changed on disk")
        expect(dialog).to_be_visible()
        assert first_cell() == "x = 1  # written in the first tab"
        second.wait_for_timeout(1500)  # JupyterLab takes files that differ by half a second for the same
        dialog.get_by_role("button", name="Overwrite").click()
        second.wait_for_function(f"!{CURRENT}.context.model.dirty")
        assert first_cell() == "x = 1  # written in the second tab"
        first.evaluate(SAVE)  # nothing to save there but what is on the disk now differs
        dialog = first.locator(".jp-Dialog", has_text="has changed on disk")
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="Revert").click()
        first.wait_for_function(f"{CURRENT}.content.widgets[0].model.sharedModel.getSource().includes('second tab')")
        assert wrong == []
        context.close()


def test_a_lesson_that_is_set_back_while_it_is_open_loses_neither_what_was_saved_nor_what_was_not(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(launch, "LESSONS", tmp_path / "published")
    for folder in ("published", "mine"):
        (tmp_path / folder).mkdir()
        write_notebook(tmp_path / folder / "01_lesson.ipynb", ["x = 1"])
    file = tmp_path / "mine" / "01_lesson.ipynb"
    with chromium() as browser, lab(tmp_path / "mine") as server:
        page = browser.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        open_notebook(page, server, file.name)
        page.evaluate(WRITE, "x = 1  # saved")
        save(page)
        page.evaluate(WRITE, "x = 1  # not saved yet")
        page.wait_for_timeout(1500)  # JupyterLab takes files that differ by half a second for the same
        target, kept = launch.reset("01", tmp_path / "mine")
        assert nbformat.read(kept, 4).cells[0].source == "x = 1  # saved"
        page.evaluate(SAVE)
        dialog = page.locator(".jp-Dialog", has_text="has changed on disk")
        expect(dialog).to_be_visible()
        assert nbformat.read(target, 4).cells[0].source == "x = 1"
        dialog.get_by_role("button", name="Overwrite").click()
        page.wait_for_function(f"!{CURRENT}.context.model.dirty")
        assert nbformat.read(target, 4).cells[0].source == "x = 1  # not saved yet"
        assert wrong == []
        page.close()
