"""An I2C adapter of the test kernel whose chips are simulators, in a program of the host.

The kernel's driver is virtio-i2c (section 5.22 of the VIRTIO 1.2 specification), changed so that a
failed message's status is an error number: see kernel.py. One more address
on the bus is no chip but the hand at the instrument: `["hand.touch", 3, 7]` written there, as
JSON, is done to the simulators; a read gets the verb's answer, with zeros after its end.

    python tests/guest/i2c_adapter.py SOCKET
"""

from __future__ import annotations

import errno
import json
import socket
import struct
import sys
from collections.abc import Mapping

from vhost_user import Device, Request

from hardware.errors import BusFaultError, ChipMissingError, HardwareError
from hardware.interfaces import I2CBus
from hardware.sim.instrument import SimInstrument
from hardware.sim.sim_bus import SimI2CBus

ZERO_LENGTH = 1  # the driver's one feature, and a must
CONTINUES = 1  # flag of a message: the next one follows after a repeated start
NAK, TIMED_OUT = errno.EREMOTEIO, errno.ETIMEDOUT  # what a Raspberry Pi's adapter gives
HAND = 0x77


class HandChip:
    """Does what is written to it, as JSON, to one of several named objects."""

    def __init__(self, things: Mapping[str, object]) -> None:
        self._things, self._answer = things, b""

    def write(self, data: bytes) -> None:
        """Call `thing.verb` with the arguments after it."""
        what, *arguments = json.loads(data)
        thing, verb = what.split(".")
        try:
            answer = getattr(self._things[thing], verb)(*arguments)
        except Exception as error:  # whatever a test asks for, the bus has to go on
            raise BusFaultError(f"{what}{tuple(arguments)}: {error!r}") from error
        self._answer = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def read(self, length: int) -> bytes:
        """What the last call returned: bytes as they are, anything else as JSON."""
        return (self._answer + bytes(length))[:length]


class Adapter:
    """Turns the driver's messages into transfers of a simulated bus, or ones with the hand."""

    def __init__(self, bus: I2CBus, hand: I2CBus) -> None:
        """`hand` is a bus of its own, so that it can mend the other."""
        self._bus, self._hand = bus, hand

    def handle(self, requests: list[Request]) -> None:
        """Do the transfers of one notification; several messages may make one transfer."""
        transfer: list[Request] = []
        for request in requests:
            transfer.append(request)
            if not struct.unpack("<HHI", request.given[0])[2] & CONTINUES:
                self._do(transfer)
                transfer = []

    def _do(self, transfer: list[Request]) -> None:
        answer, status = b"", 0
        try:
            answer = self._transfer(transfer)
        except ChipMissingError:
            status = NAK
        except HardwareError:
            status = TIMED_OUT
        for request in transfer:
            request.asked[-1][:] = bytes([status])
        if answer:
            transfer[-1].asked[0][:] = answer

    def _transfer(self, transfer: list[Request]) -> bytes:
        """The bytes read; a transfer is a write, a read, or a write and a read."""
        address = struct.unpack("<HHI", transfer[0].given[0])[0] >> 1
        data = b"".join(bytes(part) for request in transfer for part in request.given[1:])
        length = sum(len(part) for request in transfer for part in request.asked[:-1])
        bus = self._hand if address == HAND else self._bus
        if not length:
            bus.write(address, data)
            return b""
        if not data:
            return bus.read(address, length)
        return bus.write_read(address, data, length)


def serve(path: str, adapter: Adapter) -> None:
    """Wait for one kernel at a socket and serve it until it goes."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        print("ready", flush=True)
        connection, _ = listening.accept()
        with connection:
            Device(ZERO_LENGTH, adapter.handle).serve(connection)


def main() -> None:
    """The bus of a simulated instrument, and its hand."""
    instrument = SimInstrument()
    parts = {"panel": instrument.panel, "oled": instrument.oled, "bus": instrument.i2c}
    hand = SimI2CBus({HAND: HandChip({"hand": instrument, **parts})})
    serve(sys.argv[1], Adapter(instrument.i2c, hand))


if __name__ == "__main__":
    main()
