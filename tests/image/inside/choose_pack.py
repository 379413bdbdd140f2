"""Inside the instrument: asks the daemon, over OSC, for a pack by its index; waits until it plays.

python choose_pack.py INDEX NAME
"""

from __future__ import annotations

import socket
import sys
import time

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

DAEMON = ("127.0.0.1", 8000)
PATIENCE_S, ANSWER_S = 120.0, 3.0


def message(address: str, *arguments: int) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return bytes(builder.build().dgram)


def main() -> int:
    index, name = int(sys.argv[1]), sys.argv[2]
    end_s, heard = time.monotonic() + PATIENCE_S, None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        channel.settimeout(ANSWER_S)
        while time.monotonic() < end_s:
            for asked in (message("/subscribe"), message("/pack", index)):
                channel.sendto(asked, DAEMON)
            try:
                while heard is None or heard.address != "/pack" or heard.params != [name]:
                    heard = OscMessage(channel.recv(65536))
            except TimeoutError:
                continue
            print(f"{heard.address} {heard.params}")
            return 0
    print(f"never heard of {name}, but of {heard and (heard.address, heard.params)}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
