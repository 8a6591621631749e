"""JupyterLab's way to a kernel without a wait: what a slider makes is shown at once.

TCP holds a small message back until the one before it is acknowledged (Nagle's algorithm, RFC 896), and browsers
acknowledge up to 40 ms late. A kernel answers a slider with several small messages, and jupyter_server leaves the holding
back on. `python -m tests.benchmarks.bench_playground` measures both ways.
"""

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class NoDelayConnection(ZMQChannelsWebsocketConnection):
    """The server's own connection between browser and kernel; every message leaves as it comes."""

    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()
