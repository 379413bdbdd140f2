"""The address of this machine in the home network."""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from array import array
from collections.abc import Iterator

_ELSEWHERE = ("192.0.2.1", 9)  # RFC 5737: it is nobody's, and nothing is sent there
_SIOCGIFCONF = 0x8912  # netdevice(7): all interfaces that have an address; needs no netlink
_INTERFACE_BYTES = 40 if struct.calcsize("P") == 8 else 32  # a struct ifreq
_ADDRESS = slice(20, 24)  # of it
_MOST_INTERFACES = 64


def own_address() -> str:
    """IPv4 address from which this machine reaches others, "" without a network.

    That is the one on the way to the internet; in a network that has none, of the first interface.
    """
    try:
        probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    except OSError:  # a kernel that knows no networks
        return ""
    with probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return next(_of_interfaces(probe), "")
        return str(probe.getsockname()[0])


def _of_interfaces(probe: socket.socket) -> Iterator[str]:
    """Addresses of the interfaces that have one and lead to others."""
    if sys.platform != "linux":
        return
    import fcntl

    table = array("B", bytes(_MOST_INTERFACES * _INTERFACE_BYTES))
    request = struct.pack("iP", len(table), table.buffer_info()[0])  # a struct ifconf
    try:
        answer = fcntl.ioctl(probe, _SIOCGIFCONF, request)
    except OSError:
        return
    for start in range(0, struct.unpack("iP", answer)[0], _INTERFACE_BYTES):
        interface = table[start : start + _INTERFACE_BYTES]
        address = ipaddress.IPv4Address(interface[_ADDRESS].tobytes())
        if not address.is_loopback:
            yield str(address)
