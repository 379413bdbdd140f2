"""Inside the emulated instrument: changes its card without end, and says each step on the console.

One line of JSON per step: ["begin", number, operation], then ["done", number]. Packs come and go by
`latentpad-card`; patches are saved by the daemon itself, which is asked over OSC.

    python card_work.py JSON-LIST-OF-OPERATIONS
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any

from pythonosc.osc_message_builder import OscMessageBuilder

SOURCES, SHELF = "/data/image-test/packs", "/packs"
CARD = "/opt/latentpad/bin/latentpad-card"
DAEMON = ("127.0.0.1", 8000)
PATCHES = Path("/data/latentpad/patches.json")
LOOK_S, AGAIN_S, PATIENCE_S = 0.1, 30.0, 90.0
SETTLED_S = 0.3  # from its new name to that being safe


def say(*words: Any) -> None:  # noqa: ANN401 (JSON)
    """Nothing goes on before the line has left the machine: power may go at any moment."""
    print(json.dumps(words), flush=True)
    termios.tcdrain(sys.stdout)


def message(address: str, *arguments: float) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return bytes(builder.build().dgram)


def save(slot: int, attack: float) -> None:
    """Have the daemon save a patch; done when the card has it, which the daemon does not tell."""
    end_s = time.monotonic() + PATIENCE_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        while time.monotonic() < end_s:
            channel.sendto(message("/parameter/attack", attack), DAEMON)
            channel.sendto(message("/patch/save", slot), DAEMON)
            again_s = time.monotonic() + AGAIN_S
            while time.monotonic() < again_s:
                if saved_attack(slot) == attack:
                    time.sleep(SETTLED_S)
                    return
                time.sleep(LOOK_S)
    raise TimeoutError(f"the daemon has not saved slot {slot}")


def saved_attack(slot: int) -> float | None:
    """What the file of patches says."""
    try:
        patches = json.loads(PATCHES.read_bytes())["patches"]
    except FileNotFoundError:
        return None
    return next((patch["turns"]["attack"] for patch in patches if patch["slot"] == slot), None)


def do(operation: list[Any]) -> None:
    verb, *rest = operation
    if verb == "save":
        save(*rest)
        return
    words = [CARD, "install", f"{SOURCES}/{rest[0]}", SHELF]
    if verb == "remove":
        words = [CARD, "remove", rest[0], SHELF]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{operation}: {done.stdout}{done.stderr}")


def main() -> None:
    for number, operation in enumerate(json.loads(sys.argv[1])):
        say("begin", number, operation)
        do(operation)
        say("done", number)
    say("end")


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        say("failed", repr(error))
        raise
