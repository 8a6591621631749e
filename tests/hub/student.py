"""A student at a hub, by the addresses and messages that a browser uses: log in, fetch, open, run, save, hand in."""

import contextlib
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests
import websocket

PATIENCE = 600  # seconds until a student gives up


class HubError(Exception):
    """Something at the hub did not go as a student expects."""


@dataclass
class Student:
    """One student: the session of a browser, and the seconds that each step took."""

    name: str
    address: str
    password: str
    seconds: dict[str, float] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)
    sockets: list[websocket.WebSocket] = field(default_factory=list)

    @contextlib.contextmanager
    def timed(self, step: str):
        """Measure a step."""
        start = time.monotonic()
        yield
        self.seconds[step] = time.monotonic() - start

    def log_in(self) -> None:
        """Log in by the form. Raises HubError if the hub refuses."""
        form = f"{self.address}/hub/login"
        self.session.get(form, timeout=60).raise_for_status()
        data = {"username": self.name, "password": self.password, "_xsrf": self._xsrf("/hub/")}
        answer = self.session.post(form, data=data, params={"next": "/hub/home"}, timeout=60)
        if answer.status_code != 200 or not answer.url.endswith("/hub/home"):
            raise HubError(f"{self.name} could not log in: {answer.status_code} {answer.url}")

    def start_server(self) -> None:
        """Start the student's own server, and wait for it."""
        self.session.get(f"{self.address}/hub/spawn", timeout=60).raise_for_status()
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            page = self.session.get(
                f"{self.address}/user/{self.name}/lab", timeout=60
            )  # logs in at the student's server
            if page.ok and page.url.startswith(f"{self.address}/user/{self.name}/lab"):
                return
            time.sleep(0.3)
        raise HubError(f"{self.name}'s server did not start.")

    def fetch(self, repository: str, branch: str, folder: str) -> None:
        """Fetch a git repository, as a link of nbgitpuller does."""
        address = f"{self.address}/user/{self.name}/git-pull/api"
        wanted = {"repo": repository, "branch": branch, "targetpath": folder, "depth": "1"}
        wanted["_xsrf"] = self._xsrf(f"/user/{self.name}/")
        with self.session.get(address, params=wanted, stream=True, timeout=PATIENCE) as answer:
            answer.raise_for_status()
            said = [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith(b"data: ")]
        if not said or said[-1].get("phase") != "finished":
            raise HubError(f"{self.name} could not fetch {repository}: {said[-3:]}")

    def ask(self, path: str, method: str = "GET", /, **content: Any) -> Any:
        """Ask the student's server, as JupyterLab does. Raises HubError for an answer that isn't a success."""
        answer = self.session.request(
            method,
            f"{self.address}/user/{self.name}/api/{quote(path)}",
            headers={"X-XSRFToken": self._xsrf(f"/user/{self.name}/")},
            json=content or None,
            timeout=PATIENCE,
        )
        if not answer.ok:
            raise HubError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def open(self, path: str) -> "Kernel":
        """Open a notebook: start its kernel, and connect to it."""
        kernel = {"name": "python3"}
        made = self.ask("sessions", "POST", path=path, name=path, type="notebook", kernel=kernel)
        return Kernel(self, made["kernel"]["id"])

    def socket(self, kernel: str) -> websocket.WebSocket:
        """Connect to a kernel's messages."""
        address = self.address.replace("http", "ws", 1)
        cookies = requests.Request("GET", f"{self.address}/user/{self.name}/api/kernels", cookies=self.session.cookies)
        cookie = self.session.prepare_request(cookies).headers.get("Cookie", "")
        url = f"{address}/user/{self.name}/api/kernels/{kernel}/channels"
        self.sockets.append(websocket.create_connection(url, cookie=cookie, timeout=PATIENCE, origin=self.address))
        return self.sockets[-1]

    def hang_up(self) -> None:
        """Close the connections to kernels, and to the hub; the student stays logged in."""
        while self.sockets:
            self.sockets.pop().close()
        self.session.close()

    def _xsrf(self, path: str) -> str:
        values = [cookie.value for cookie in self.session.cookies if cookie.name == "_xsrf" and cookie.path == path]
        return values[0] if values else ""


class Kernel:
    """A kernel of a student's, through the hub's proxy."""

    def __init__(self, student: Student, name: str) -> None:
        self.student, self.name = student, name
        self._socket = student.socket(name)

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run a cell; return its outputs as a notebook has them. Connects again if the connection was lost before."""
        message = uuid.uuid4().hex
        header = {
            "msg_id": message,
            "msg_type": "execute_request",
            "session": "rehearsal",
            "username": "",
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": False}
        request = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        try:
            self._socket.send(json.dumps(request))
            return self._outputs(message)
        except (websocket.WebSocketException, OSError):
            self._socket = self.student.socket(self.name)
            self._socket.send(json.dumps(request))
            return self._outputs(message)

    def _outputs(self, message: str) -> list[dict[str, Any]]:
        outputs: list[dict[str, Any]] = []
        is_answered = is_idle = False
        while not (is_answered and is_idle):
            received = self._socket.recv()
            if not isinstance(received, str) or not received:
                continue  # the buffers of a widget
            reply = json.loads(received)
            if reply["content"].get("execution_state") in (
                "restarting",
                "dead",
            ):  # the kernel was ended: no reply will come
                return outputs
            if reply["parent_header"].get("msg_id") != message:
                continue
            kind, content = reply["msg_type"], reply["content"]
            is_answered |= kind == "execute_reply"
            is_idle |= kind == "status" and content["execution_state"] == "idle"
            if kind == "stream":
                outputs.append({"output_type": kind, "name": content["name"], "text": content["text"]})
            elif kind == "error":
                outputs.append({"output_type": kind, **{key: content[key] for key in ("ename", "evalue", "traceback")}})
            elif kind in ("display_data", "execute_result"):
                number = {"execution_count": content["execution_count"]} if kind == "execute_result" else {}
                outputs.append({"output_type": kind, "data": content["data"], "metadata": {}, **number})
        return outputs
