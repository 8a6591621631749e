"""A real JupyterLab in a real browser, for tests and benchmarks of what a learner sees.

    with chromium() as browser, lab(folder) as server:
        write_notebook(folder / "try.ipynb", ["1 + 1"])
        page = browser.new_page()
        open_notebook(page, server, "try.ipynb")
        run_all(page)

Everything stays on this machine: the server listens on 127.0.0.1 only, and its settings live in a folder of their own.
Needs JupyterLab, Playwright and a Chromium; `WHY_NOT` says what is missing (None: nothing), `needs_browser` skips a test.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest

from helpers.launch import CONNECTION

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("COURSE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
# Without --no-sandbox Chromium does not start as root (in a container); the others keep it from calling home.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
TOKEN = "for-tests-only"
SLIDER = ".noUi-handle, .ui-slider-handle"  # what is dragged, in ipywidgets 8 and 7


def _why_not() -> str | None:
    missing = [name for name in ("jupyterlab", "playwright") if find_spec(name) is None]
    if missing:
        return f"the browser tests need {' and '.join(missing)}: pip install -e '.[lab,test]'"
    return None if CHROMIUM else "the browser tests need Chromium or Chrome (COURSE_CHROMIUM=/path/to/it)"


WHY_NOT = _why_not()
needs_browser = pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))


@dataclass
class Lab:
    """A running JupyterLab: where it is, and the folder it shows."""

    url: str
    folder: Path

    def page(self, notebook: str) -> str:
        return f"{self.url}/lab/tree/{notebook}?token={TOKEN}&reset"


@contextlib.contextmanager
def chromium() -> Iterator:
    """A headless browser (Playwright's `Browser`), closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def lab(
    folder: Path, theme: str = "JupyterLab Light", timeout: float = 60, connection: str = CONNECTION, **environment: str
) -> Iterator[Lab]:
    """A JupyterLab that shows `folder`, stopped with all its kernels at the end; `connection` is what leads to them.

    Kernels run this Python, import the course from the checkout, use offline data, the quick budget, and
    `folder/.course` for what they make; `environment` overrides. RuntimeError with the server's last lines if it does not start.
    """
    folder = Path(folder).resolve()
    own = folder / ".jupyter"
    settings = {"themes": {"theme": theme}, "notification": {"fetchNews": "false", "checkForUpdates": False}}
    for name, values in settings.items():
        file = own / "settings" / "@jupyterlab" / "apputils-extension" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    variables = {
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
        "IPYTHONDIR": str(own / "ipython"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "COURSE_HOME": str(folder / ".course"),
        "COURSE_BUDGET": "quick",
        "COURSE_SOURCE": "offline",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": TOKEN,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
        "ServerApp.kernel_websocket_connection_class": connection,
        "LabApp.expose_app_in_browser": True,  # as window.jupyterapp
    }
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    log = own / "log.txt"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env=os.environ | variables | environment, stdout=output, stderr=output, start_new_session=True
        )
    result = Lab(f"http://127.0.0.1:{port}", folder)
    try:
        _wait_until_it_answers(server, f"{result.url}/api?token={TOKEN}", time.monotonic() + timeout, log)
        yield result
    finally:
        _stop(server)


def _wait_until_it_answers(server, address, deadline, log) -> None:
    while True:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("JupyterLab did not start. Its last lines:\n" + log.read_text()[-2000:])
        time.sleep(0.1)


def _stop(server) -> None:
    """Ends the server, which ends its kernels; after ten seconds everything that it started."""
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            os.killpg(server.pid, signal.SIGKILL)
        server.kill()
        server.wait()


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    """A notebook of code cells; a cell that begins with "# %% [markdown]" becomes text. Returns `path`."""
    markdown = "# %% [markdown]\n"
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for source in cells:
        if source.startswith(markdown):
            notebook.cells.append(nbformat.v4.new_markdown_cell(source.removeprefix(markdown)))
        else:
            notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)
    return path


# The notebook in front. JupyterLab says "idle" before there is a kernel, and then loses a Run All: ask its session.
CURRENT = "window.jupyterapp.shell.currentWidget"
READY = f"""() => {{
    const session = window.jupyterapp && {CURRENT}?.sessionContext;
    const kernel = session?.session?.kernel;
    return Boolean(session?.isReady && kernel?.connectionStatus === "connected" && kernel?.status === "idle");
}}"""


def open_notebook(page, server: Lab, name: str, timeout: float = 60) -> None:
    """Opens a notebook of the server's folder and waits for its kernel. The folder of files on the left is put away."""
    page.goto(server.page(name))
    page.wait_for_function(READY, timeout=1000 * timeout)
    page.evaluate("window.jupyterapp.shell.collapseLeft()")


def wait_idle(page, timeout: float = 60) -> None:
    """Waits until the kernel has nothing to do and no cell of the notebook waits for it."""
    page.wait_for_function(READY, timeout=1000 * timeout)
    waiting = f"() => {CURRENT}.content.widgets.every((cell) => !cell.promptNode?.textContent.includes('*'))"
    page.wait_for_function(waiting, timeout=1000 * timeout)
    page.wait_for_function(READY, timeout=1000 * timeout)


def run_all(page, timeout: float = 60) -> None:
    """Runs all cells and waits for the last one. An error in a cell is the test's error."""
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')", None)
    wait_idle(page, timeout)
    errors = page.locator(
        '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]'
    )
    assert errors.count() == 0, errors.first.inner_text()


def scroll_to(part) -> None:
    """Scrolls the notebook until `part` (a Locator) can be seen, also where JupyterLab (4.2) takes unseen cells off the page."""
    part.evaluate(
        f"(node) => {CURRENT}.content.scrollToItem(Number(node.closest('.jp-Cell').dataset.windowedListIndex || 0))"
    )
    part.wait_for(state="visible")
    part.scroll_into_view_if_needed()


def run_code(page, code: str, timeout: float = 60) -> str:
    """Runs `code` in the notebook's kernel, not in a cell; returns what it printed. RuntimeError for an error in it."""
    result = page.evaluate(
        """async ([code, timeout]) => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const future = kernel.requestExecute({ code, store_history: false });
            let printed = "", error = null;
            future.onIOPub = ({ header, content }) => {
                if (header.msg_type === "stream" && content.name === "stdout") printed += content.text;
                if (header.msg_type === "error") error = `${content.ename}: ${content.evalue}`;
            };
            const late = new Promise((_, reject) => setTimeout(() => reject(new Error("the kernel did not answer")), timeout));
            await Promise.race([future.done, late]);
            return { printed, error };
        }""",
        [code, 1000 * timeout],
    )
    if result["error"]:
        raise RuntimeError(result["error"])
    return result["printed"]
