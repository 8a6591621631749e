"""TCP without delay between JupyterLab and a kernel, so that a slider's answer is shown at once.

TCP holds a small message back until the one before it is acknowledged (Nagle's algorithm, RFC 896), and browsers
acknowledge up to 40 ms late. `ServerApp.kernel_websocket_connection_class` takes this class; jupyter_server has no setting
that turns the algorithm off. `python -m tests.benchmarks.bench_playground` measures both ways.
"""

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class NoDelayConnection(ZMQChannelsWebsocketConnection):
    """jupyter_server's default connection; every message leaves as it comes."""

    def connect(self) -> Any:  # noqa: D102 - as inherited
        self.websocket_handler.set_nodelay(True)
        return super().connect()
