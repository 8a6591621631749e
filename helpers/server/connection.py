"""The connection between JupyterLab and a kernel: no message waits, and a kernel that is ended says so in its cell.

TCP holds a small message back until the one before it is acknowledged (Nagle's algorithm, RFC 896), and browsers
acknowledge up to 40 ms late. `python -m tests.benchmarks.bench_playground` measures both ways.

A kernel that needs more memory than it may have is killed by the system. All that JupyterLab then says is that the kernel
"appears to have died"; the cell that was running learns here why, and what to do.

etc/jupyter/jupyter_server_config.json takes this class, for `make lab` and for hubs.
"""

import os
import signal
from contextlib import suppress
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class CourseConnection(ZMQChannelsWebsocketConnection):
    """jupyter_server's default connection; every message leaves as it comes, and an ended kernel leaves a sentence."""

    _running: dict[str, Any] | None = None  # the header of the request whose cell runs, or ran last

    def connect(self) -> Any:  # noqa: D102 - as inherited
        self.websocket_handler.set_nodelay(True)
        return super().connect()

    def handle_outgoing_message(self, stream: str, outgoing_msg: list[Any]) -> None:  # noqa: D102 - as inherited
        if outgoing_msg[0].endswith(b".execute_input"):  # the topic under which ipykernel says that a cell begins
            with suppress(Exception):
                _, parts = self.session.feed_identities(outgoing_msg)
                self._running = self.session.unpack(parts[2])  # after the signature and the message's own header
        super().handle_outgoing_message(stream, outgoing_msg)

    def on_kernel_restarted(self) -> None:
        """Say why, in the cell that was running, before JupyterLab forgets it; a restart that you ask for doesn't come here."""
        with suppress(Exception):  # the sentence is a help, the restart has to go on
            process = getattr(self.kernel_manager.provisioner, "process", None)
            code = getattr(process, "returncode", None)
            self.write_stderr(ended(code, os.environ.get("MEM_LIMIT", "")), self._running)
        super().on_kernel_restarted()


def ended(code: int | None, limit: str) -> str:
    """Return the sentence about a kernel that ended with exit code `code`. limit: bytes, where a hub gives one (MEM_LIMIT)."""
    if code == -getattr(signal, "SIGKILL", 9):
        allowed = f" (your limit is {int(limit) / 2**30:.1f} GB)" if limit.isdecimal() else ""
        why = f"The system ended this kernel, most likely because it needed more memory than there is for it{allowed}."
    else:
        why = "This kernel ended unexpectedly" + ("." if code is None else f" (exit code {code}).")
    return (
        f"{why} Its variables are gone; your notebook is still here. Save it. If other lessons are open, choose "
        "File → Close and Shut Down Notebook in each of them. Then run this notebook from the top: Run → Run All Above "
        "Selected Cell."
    )
