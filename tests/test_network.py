"""The network is off in tests, and in what tests start: any socket but loopback is refused."""

import socket
import subprocess
import sys

import pytest

ELSEWHERE = "192.0.2.1"  # reserved for documentation: no machine has it


def test_a_socket_to_elsewhere_is_refused_at_once():
    with socket.socket() as one, pytest.raises(PermissionError, match="network is off"):
        one.connect((ELSEWHERE, 80))


def test_a_name_is_not_looked_up():
    with pytest.raises(PermissionError, match="network is off"):
        socket.create_connection(("example.org", 443), timeout=5)


def test_a_process_that_a_test_starts_is_cut_off_too():
    code = f"import socket; socket.create_connection(('{ELSEWHERE}', 80), timeout=5)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "network is off" in done.stderr


def test_loopback_stays_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
