"""A kernel that the system ends, in a real JupyterLab: the cell that was running says why, and nothing else is lost."""

import nbformat
import pytest

from helpers.server.connection import ended
from tests.browser import expect, needs_browser, notebook, save, wait_idle

KILLED = """import os, signal, time
print("so far", flush=True)
time.sleep(1)  # memory fills up
os.kill(os.getpid(), signal.SIGKILL)  # as the system does for want of memory"""


@pytest.mark.parametrize(
    ("code", "limit", "said"),
    [
        (-9, str(int(2.6 * 2**30)), "needed more memory than there is for it (your limit is 2.6 GB)."),
        (-9, "", "needed more memory than there is for it. Its variables are gone"),
        (-9, "a lot", "needed more memory than there is for it. Its variables are gone"),
        (-11, "1000", "This kernel ended unexpectedly (exit code -11). Its variables are gone"),
        (None, "", "This kernel ended unexpectedly. Its variables are gone"),
    ],
)
def test_the_sentence_says_what_is_known(code, limit, said):
    assert said in ended(code, limit)
    assert ended(code, limit).endswith("Run → Run All Above Selected Cell.")


@needs_browser
def test_the_cell_that_was_running_says_why_and_the_notebook_goes_on(tmp_path):
    with notebook(tmp_path, ["kept = 6 * 7\nkept", KILLED, "'never run'"], run=False) as page:
        page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')", None)
        dialog = page.locator(".jp-Dialog", has_text="appears to have died")
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="Ok").click()
        sentence = page.locator(".jp-Cell").nth(1).locator(".jp-OutputArea", has_text="The system ended this kernel")
        expect(sentence).to_contain_text("so far")
        wait_idle(page)
        save(page)
        first, killed, last = nbformat.read(tmp_path / "try.ipynb", 4).cells
        assert first.outputs[0]["data"]["text/plain"] == "42"
        assert [output.name for output in killed.outputs] == ["stdout", "stderr"]
        assert killed.outputs[1].text == ended(-9, "") + "\n"
        assert last.outputs == []
