"""Python imports this at its start wherever PYTHONPATH names its folder: any socket but loopback is refused.

The tests put it there, so that the kernels and processes that they start are cut off like they are themselves.
"""

import ipaddress
import socket

_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


def _is_here(host) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(family, address) -> None:
    if family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
        raise PermissionError(f"The network is off in tests, and something wanted {address[0]}")


def connect(self, address):
    _refuse(self.family, address)
    return _connect(self, address)


def connect_ex(self, address):
    _refuse(self.family, address)
    return _connect_ex(self, address)


def getaddrinfo(host, *rest, **more):
    _refuse(socket.AF_INET, (host,)) if host != socket.gethostname() else None
    return _getaddrinfo(host, *rest, **more)


socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = connect, connect_ex, getaddrinfo
