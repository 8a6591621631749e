"""`make lab` in a real browser: it opens on the contents, a card opens its lesson, and after a restart it continues there."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.request

import pytest

from helpers import launch
from tests.browser import CURRENT, READY, chromium, expect, needs_browser, run_code
from tools import notebooks

pytestmark = needs_browser
LESSONS = [path.name for path in notebooks.lessons()]
PATH = f"window.jupyterapp && {CURRENT}?.context?.path"


@contextlib.contextmanager
def make_lab(folder, home):
    """JupyterLab as `make lab` starts it, with an address that is known; gives the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [word for word in launch.jupyter_command(folder) if word != "--no-browser"]
    command += ["--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += ["--IdentityProvider.token=for-tests-only", "--LabApp.expose_app_in_browser=True"]
    own = {name: str(home / name.lower()) for name in ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")}
    own |= {f"JUPYTER_{name}_DIR": str(home / f"jupyter-{name}") for name in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTER_CONFIG_PATH": str(launch.SETTINGS), "IPYTHONDIR": str(home / "ipython")}
    process = subprocess.Popen(command, env=os.environ | own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address, late = f"http://127.0.0.1:{port}", time.monotonic() + 90
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api", timeout=5).close()
                break
            assert process.poll() is None, "JupyterLab ended"
            assert time.monotonic() < late, "JupyterLab did not start"
            time.sleep(0.2)
        yield f"{address}/?token=for-tests-only"
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize("size", [(1024, 700)])
def test_lab_opens_on_the_contents_a_card_opens_its_lesson_and_a_restart_continues_there(course_home, tmp_path, size):
    folder = tmp_path / "my_course"
    launch.copy_lessons(folder)
    with chromium() as browser:
        with make_lab(folder, course_home) as address:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]})
            asked = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(address)
            cards = page.locator(".lts-cards a")
            cards.first.wait_for(timeout=90_000)
            assert [card.get_attribute("href") is not None for card in cards.all()] == [True] * (len(LESSONS) - 1)
            assert page.evaluate(PATH) == LESSONS[0]
            expect(page.locator(".lts-next")).to_contain_text("Begin: 01")
            assert page.evaluate(f"{CURRENT}.context.model.dirty") is False
            expect(page.locator(".jp-Dialog, .Toastify__toast")).to_have_count(0)
            assert page.evaluate("[...document.images].every((image) => !image.complete || image.naturalWidth > 0)")
            assert [url for url in asked if not url.startswith(("http://127.0.0.1", "data:", "blob:"))] == []
            folded = page.locator(".jp-InputPlaceholder")
            assert folded.count() >= 3
            assert "Set-up: run this cell first" in " ".join(folded.all_inner_texts())

            page.locator(f'.lts-cards a[href*="{LESSONS[3]}"]').click()
            page.wait_for_function(f"{PATH} === '{LESSONS[3]}'", timeout=60_000)
            page.wait_for_function(READY, timeout=90_000)
            run_code(page, "from helpers import exercises; exercises.begin('03')", timeout=90)
            name = run_code(
                page,
                "from helpers.contents import progress\nfrom helpers.exercises import core\ndone = core.exercises_of('03')[0].name\nprogress.mark_done(done)\nprint(done)",
                timeout=120,
            )
            assert name
            page.close()

        with make_lab(folder, course_home) as address:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]})
            page.goto(address)
            first = page.locator(".lts-next a")
            first.wait_for(timeout=90_000)
            expect(first).to_contain_text("Continue where you left off: 03")
            expect(page.locator(".lts-next")).to_contain_text("1 of ")
            first.focus()
            page.keyboard.press("Enter")
            page.wait_for_function(f"{PATH} === '{LESSONS[3]}'", timeout=60_000)
            way = page.locator(f'.jp-MarkdownOutput a[href*="{LESSONS[0]}"]').first
            way.wait_for(timeout=60_000)
            way.click()
            page.wait_for_function(f"{PATH} === '{LESSONS[0]}'", timeout=60_000)
