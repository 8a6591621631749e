"""JupyterHub and its proxy as processes of this machine, which can be killed and started again."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import requests

from data_scripts.paths import CHECKOUT

ASIDE = Path(sys.prefix) / "hub"  # where the Makefile puts JupyterHub and the proxy
FIRST_NUMBER = 61_001  # of the users that have accounts of their own; nothing else has to know them
PROXY = ASIDE / "node_modules" / ".bin" / "configurable-http-proxy"


def why_not() -> str:
    """Return why there can be no rehearsal here, or "" if there can."""
    if not (ASIDE / "jupyterhub").is_dir() or not PROXY.exists():
        return "JupyterHub or its proxy is missing: make .venv/hub/ready (needs npm)"
    return ""


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nothing listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def others_run_this_python() -> bool:
    """Tell whether another user could be started with this Python and the course: needs root, and folders that are open."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    command = [sys.executable, "-c", "import helpers, jupyter_server"]
    number = FIRST_NUMBER - 1
    try:
        return not subprocess.call(
            command, user=number, group=number, extra_groups=[], cwd="/", stderr=subprocess.DEVNULL
        )
    except PermissionError:
        return False


class Hub:
    """A hub in `folder`, with its students' homes; `address` is where a browser finds it.

    accounts: give everyone a user number of their own and a home that is closed to others, as The Littlest JupyterHub does. before: shell commands
    for the hub and its students alone, such as one that mounts a small disk. Both need root.
    """

    def __init__(
        self, folder: Path, students: Sequence[str], accounts: bool = False, before: str = "", **variables: str
    ) -> None:
        self.folder, self.homes, self.password = folder, folder / "homes", secrets.token_hex(8)
        self.state, self._before = folder / "hub", before
        self.state.mkdir(mode=0o700)  # what the hub knows and writes: nobody else's
        numbers = dict(zip(("teacher", *students), range(FIRST_NUMBER, FIRST_NUMBER + 1000), strict=False))
        for name, number in numbers.items():
            (self.homes / name).mkdir(parents=True)
            if accounts:
                os.chown(self.homes / name, number, number)
                (self.homes / name).chmod(0o750)
        port, api, hub = free_ports(3)
        self.address, self.proxy_api = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{api}"
        self._ports, self._token = (port, api), secrets.token_hex(16)
        path = os.pathsep.join([str(ASIDE), os.environ.get("PYTHONPATH", ""), str(CHECKOUT)])
        programs = os.pathsep.join([str(ASIDE / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
        student = {"PYTHONPATH": path, "PATH": programs, "JUPYTER_PREFER_ENV_PATH": "1", **variables}
        told = {
            "extensions": str(ASIDE / "etc" / "jupyter"),
            "course": str(CHECKOUT),
            "homes": str(self.homes),
            "folder": str(self.state),
            "python": sys.executable,
        }
        told |= {"numbers": numbers if accounts else {}, "culler_token": self._token}
        told |= {"students": list(students), "password": self.password, "address": self.address, "hub_port": hub}
        told |= {"proxy_api": self.proxy_api, "proxy_token": self._token, "environment": student}
        self._environment = os.environ | {"PYTHONPATH": path, "PATH": programs, "REHEARSAL": json.dumps(told)}
        self._environment["CONFIGPROXY_AUTH_TOKEN"] = self._token
        self._processes: dict[str, subprocess.Popen] = {}
        self.start("proxy")
        self.start("hub")

    def start(self, part: str) -> None:
        """Start the hub or the proxy, and wait until it answers."""
        port, api = self._ports
        commands = {
            "proxy": [PROXY, "--ip=127.0.0.1", f"--port={port}", "--api-ip=127.0.0.1", f"--api-port={api}"],
            "hub": [sys.executable, "-m", "jupyterhub", "-f", Path(__file__).with_name("jupyterhub_config.py")],
        }
        if self._before and part == "hub":
            own = ["unshare", "--mount", "sh", "-c", f'{self._before} && exec "$@"', "sh"]
            commands[part] = [*own, *commands[part]]
        with (self.state / f"{part}.log").open("ab") as log:
            self._processes[part] = subprocess.Popen(
                list(map(str, commands[part])), cwd=self.state, env=self._environment, stdout=log, stderr=log
            )
        url = f"{self.address}/hub/api/" if part == "hub" else f"{self.proxy_api}/api/routes"
        headers = {"Authorization": f"token {self._token}"} if part == "proxy" else {}
        for _ in range(600):
            try:
                if requests.get(url, headers=headers, timeout=5).ok:
                    return
            except requests.ConnectionError:
                if self._processes[part].poll() is not None:
                    break
            time.sleep(0.1)
        raise RuntimeError(f"The {part} doesn't answer: {self.log(part)[-2000:]}")

    def kill(self, part: str) -> None:
        """End the hub or the proxy without a warning; students' servers go on."""
        self._processes[part].kill()
        self._processes[part].wait()

    def routes(self) -> int:
        """Return how many servers the proxy knows the way to, the hub included."""
        answer = requests.get(
            f"{self.proxy_api}/api/routes", headers={"Authorization": f"token {self._token}"}, timeout=5
        )
        return len(answer.json())

    def log(self, part: str) -> str:
        """Return what the hub or the proxy has written."""
        return (self.state / f"{part}.log").read_text("utf-8", "replace")

    def is_running(self, name: str) -> bool:
        """Tell whether a student's server runs, or is about to start or to stop."""
        headers = {"Authorization": f"token {self._token}"}
        answer = requests.get(f"{self.address}/hub/api/users/{name}", headers=headers, timeout=30)
        return bool(answer.json()["server"] or answer.json()["pending"])

    def cull(self, name: str) -> None:
        """Have idle servers stopped, as a hub does after an hour, here after a second; wait until the one of `name` is."""
        words = ["--timeout=1", "--cull-every=2", f"--url={self.address}/hub/api"]
        command = [sys.executable, "-m", "jupyterhub_idle_culler", *words]
        with (self.state / "culler.log").open("ab") as log:
            environment = self._environment | {"JUPYTERHUB_API_TOKEN": self._token}
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            for _ in range(300):
                if not self.is_running(name):
                    return
                time.sleep(0.2)
            raise TimeoutError(f"{name}'s server wasn't stopped: {self.log('culler')[-2000:]}")
        finally:
            process.kill()
            process.wait()

    def stop(self) -> None:
        """End the hub and the proxy."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(30)
