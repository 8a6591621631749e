"""Firefox for tests, through WebDriver BiDi, which it speaks itself: no driver and no patched browser are needed.

    with firefox() as page:
        page.goto("https://…")
        page.evaluate("document.title")

Debian: apt install firefox-esr; another one: COURSE_FIREFOX=/path/to/firefox. `WHY_NOT` says what is missing (None: nothing).
"""

import base64
import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FIREFOX = os.environ.get("COURSE_FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
WHY_NOT = None if FIREFOX else "Firefox is needed (COURSE_FIREFOX=/path/to/it)"
if find_spec("websocket") is None:
    WHY_NOT = "Firefox needs websocket-client: pip install -r requirements-dev.txt"


class Page:
    """The one tab of a running Firefox. `errors` are those of scripts so far."""

    def __init__(self, address: str):
        import websocket

        self.errors: list[str] = []
        self._socket = websocket.create_connection(f"{address}/session", timeout=120, suppress_origin=True)
        self._numbers = itertools.count(1)
        self._ask("session.new", capabilities={})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self._tab = {"context": self._ask("browsingContext.getTree")["contexts"][0]["context"]}

    def _ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            told = answer.get("params", {})
            if answer.get("method") == "log.entryAdded" and (told["type"], told["level"]) == ("javascript", "error"):
                self.errors.append(told["text"])
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]

    def goto(self, address: str, width: int = 1200, height: int = 900) -> None:
        """Open an address in a window of this size, and wait until it has loaded."""
        self._ask("browsingContext.setViewport", **self._tab, viewport={"width": width, "height": height})
        self._ask("browsingContext.navigate", **self._tab, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, or what it promises. Raises RuntimeError for an error in it."""
        code = f"Promise.resolve({expression}).then((value) => JSON.stringify(value ?? null))"
        answer = self._ask("script.evaluate", expression=code, target=self._tab, awaitPromise=True)
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def wait_for(self, expression: str, timeout: float = 60) -> Any:
        """Return the value of an expression as soon as it is true. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while not (value := self.evaluate(expression)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{expression} is still {value!r}")
            time.sleep(0.1)
        return value

    def point(self, selector: str) -> None:
        """Move the pointer to the middle of an element."""
        place = f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({_box(selector)})"
        x, y = map(round, self.evaluate(place))
        move = {"type": "pointerMove", "x": x, "y": y}
        self._ask("input.performActions", **self._tab, actions=[{"type": "pointer", "id": "mouse", "actions": [move]}])

    def screenshot(self, path: Path) -> None:
        """Write a picture of the window as a PNG file."""
        path.write_bytes(base64.b64decode(self._ask("browsingContext.captureScreenshot", **self._tab)["data"]))


def _box(selector: str) -> str:
    return f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"


@contextlib.contextmanager
def firefox() -> Iterator[Page]:
    """Give a page in a headless Firefox with a profile of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [str(FIREFOX), "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            assert process.stdout is not None
            found = (re.search(r"listening on (ws://\S+)", line) for line in process.stdout)
            yield Page(next(filter(None, found))[1])
        finally:
            process.terminate()
            process.wait(20)
