"""A real JupyterLab in a real browser, for tests, benchmarks and pictures of what a learner sees.

    with chromium() as browser, lab(folder) as server:
        write_notebook(folder / "try.ipynb", ["1 + 1"])
        page = browser.new_page()
        open_notebook(page, server, "try.ipynb")
        run_all(page)

A process starts one browser and one server, and each `with` gets its own pages, folder and kernels of them. Everything stays
on this machine: the server listens on 127.0.0.1 only, and its settings are in a folder of their own.
Needs JupyterLab, Playwright and a Chromium; `WHY_NOT` says what is missing (None: nothing).
"""

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat

from data_scripts.paths import CHECKOUT
from helpers.launch import SETTINGS

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = os.environ.get("COURSE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
# Without --no-sandbox Chromium does not start as root (in a container); the others keep it from calling home.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
# A picture that moves, in front of a camera that is allowed.
FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
PLAYWRIGHT = ("playwright",)
TOKEN = "for-tests-only"
# Run by every kernel before its first cell: the variables of its folder. The server's own are the same for all folders.
VARIABLES = ".lab-variables.json"
STARTUP = f"""def _set_variables():
    import json, os, pathlib
    file = pathlib.Path("{VARIABLES}")
    if file.is_file():
        os.environ.update(json.loads(file.read_text()))
_set_variables()
del _set_variables
"""


def _why_not() -> str | None:
    missing = [name for name in ("jupyterlab", "playwright") if find_spec(name) is None]
    if missing:
        return f"the browser needs {' and '.join(missing)}: pip install -r requirements-dev.txt"
    return None if CHROMIUM else "Chromium or Chrome is needed (COURSE_CHROMIUM=/path/to/it)"


WHY_NOT = _why_not()


@dataclass
class Lab:
    """One folder in a running JupyterLab: the server's address, the folder, and its name on the server."""

    url: str
    folder: Path
    name: str

    def page(self, notebook: str) -> str:
        """Return the address of a notebook in the folder."""
        return f"{self.url}/lab/tree/{self.name}/{notebook}?token={TOKEN}&reset"


_shared = contextlib.ExitStack()  # the browser and the servers of this process
_browsers: dict[tuple[str, ...], Any] = {}  # by their flags; under PLAYWRIGHT what starts them
_servers: dict[str, "_Server"] = {}  # by their connection


def stop_shared() -> None:
    """Stop the browser and the servers of this process; the next `chromium()` or `lab(…)` starts others."""
    _browsers.clear()
    _servers.clear()
    _shared.close()


atexit.register(stop_shared)


@contextlib.contextmanager
def chromium(*flags: str) -> Iterator[Any]:
    """Give a headless browser (Playwright's `Browser`); pages opened in the block are closed at its end.

    flags: of Chromium's command line, such as `FAKE_CAMERA`; every set of them starts a browser of its own.
    """
    if flags not in _browsers or not _browsers[flags].is_connected():
        from playwright.sync_api import sync_playwright

        if PLAYWRIGHT not in _browsers:
            _browsers[PLAYWRIGHT] = _shared.enter_context(sync_playwright())
        _browsers[flags] = _browsers[PLAYWRIGHT].chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        _shared.callback(_browsers[flags].close)
    browser = _browsers[flags]
    before = list(browser.contexts)
    try:
        yield browser
    finally:
        for context in browser.contexts:
            if context not in before:
                context.close()


@contextlib.contextmanager
def lab(folder: Path, timeout: float = 60, connection: str = "", **variables: str) -> Iterator[Lab]:
    """Give a JupyterLab that shows `folder`; its kernels are shut down at the end of the block.

    connection: the class between the browser and the kernels, where it isn't the course's own. Kernels run this Python, import the course from the
    checkout, use offline data, the quick budget, and `folder/.course` for what they make; `variables` of the environment
    override that. Raises RuntimeError with the server's last lines if it does not start.
    """
    folder = Path(folder).resolve()
    server = _servers.get(connection)
    if server is None or server.process.poll() is not None:
        server = _servers[connection] = _start(connection, timeout)
    defaults = {"COURSE_HOME": str(folder / ".course"), "COURSE_BUDGET": "quick", "COURSE_SOURCE": "offline"}
    (folder / VARIABLES).write_text(json.dumps(defaults | variables))
    server.folders += 1
    link = server.root / f"folder-{server.folders}"
    link.symlink_to(folder, target_is_directory=True)
    try:
        yield Lab(server.url, folder, link.name)
    finally:
        server.shut_down_kernels(link.name)
        link.unlink()


@dataclass
class _Server:
    """A running JupyterLab. `root` holds a link to every folder that it shows."""

    url: str
    process: subprocess.Popen
    root: Path
    folders: int = 0

    def ask(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(f"{self.url}{path}?token={TOKEN}", method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def shut_down_kernels(self, name: str) -> None:
        with contextlib.suppress(OSError):  # a server that is gone has no kernels
            for session in json.loads(self.ask("/api/sessions")):
                if session["path"].startswith(f"{name}/"):
                    self.ask(f"/api/sessions/{session['id']}", "DELETE")


def _start(connection: str, timeout: float) -> _Server:
    own = Path(_shared.enter_context(tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True)))
    root = own / "root"
    root.mkdir()
    startup = own / "ipython" / "profile_default" / "startup" / "variables.py"
    startup.parent.mkdir(parents=True)
    startup.write_text(STARTUP)
    environment = {
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTER_CONFIG_PATH": str(SETTINGS),
        "JUPYTER_DATA_DIR": str(own / "data"),
        "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
        "IPYTHONDIR": str(own / "ipython"),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")])),
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": root,
        "IdentityProvider.token": TOKEN,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
        "LabApp.expose_app_in_browser": True,  # as window.jupyterapp
    }
    if connection:
        options["ServerApp.kernel_websocket_connection_class"] = connection
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    log = own / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            command, env=os.environ | environment, stdout=output, stderr=output, start_new_session=True
        )
    _shared.callback(_stop, process)
    server = _Server(f"http://127.0.0.1:{port}", process, root)
    deadline = time.monotonic() + timeout
    while True:
        with contextlib.suppress(OSError):
            server.ask("/api")
            return server
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("JupyterLab did not start. Its last lines:\n" + log.read_text()[-2000:])
        time.sleep(0.1)


def _stop(process: subprocess.Popen) -> None:
    """End a server, which ends its kernels; after ten seconds, everything that it started."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    """Write a notebook of code cells; a cell that begins with "# %% [markdown]" becomes text. Return `path`."""
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


def open_notebook(page: Any, server: Lab, name: str, timeout: float = 60) -> None:
    """Open a notebook of the folder and wait for its kernel. The list of files on the left is put away."""
    page.on("filechooser", lambda chooser: None)  # asked for early: a window that opens before that is missed
    page.goto(server.page(name))
    page.wait_for_function(READY, timeout=1000 * timeout)
    page.evaluate("window.jupyterapp.shell.collapseLeft()")


def wait_idle(page: Any, timeout: float = 60) -> None:
    """Wait until the kernel has nothing to do and no cell of the notebook waits for it."""
    page.wait_for_function(READY, timeout=1000 * timeout)
    waiting = f"() => {CURRENT}.content.widgets.every((cell) => !cell.promptNode?.textContent.includes('*'))"
    page.wait_for_function(waiting, timeout=1000 * timeout)
    page.wait_for_function(READY, timeout=1000 * timeout)


def run_all(page: Any, timeout: float = 60) -> None:
    """Run all cells and wait for the last one. Raises AssertionError for an error or stderr in a cell."""
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')", None)
    wait_idle(page, timeout)
    errors = page.locator(
        '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type="application/vnd.jupyter.stderr"]'
    )
    assert errors.count() == 0, errors.first.text_content()
