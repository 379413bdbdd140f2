"""What a card gets for the tests alone: a root shell on the console, a sound card in software."""

from __future__ import annotations

import re

from imagetier.card import ROOT, STATE, Card
from imagetier.console import Shell
from sdcard.image.changes import Change, PutFile, Symlink
from sdcard.image.layout import HOME_ON_STATE

SETTINGS_ON_STATE = f"{HOME_ON_STATE.removeprefix(STATE.mount)}/settings.toml"
UNITS = "/etc/systemd/system"
BUTTONS_PROGRAM = "/usr/local/lib/image-test-buttons.py"
SHELL = "image-test-shell.service"
TTY = "ttyS1"
SHELL_UNIT = f"""[Unit]
Description=A root shell for the tests
DefaultDependencies=no
IgnoreOnIsolate=yes
[Service]
ExecStart=/bin/sh -c 'stty -echo -onlcr; echo {Shell.READY.decode()}; exec /bin/sh'
Environment=HOME=/run PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 SYSTEMD_PAGER=cat PS1= PS2=
StandardInput=tty-force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/{TTY}
Restart=always
RestartSec=0
[Install]
WantedBy=sysinit.target
"""
MASKED = (f"serial-getty@{TTY}.service", "emergency.service")  # they would want the same line
BUTTONS = "image-test-buttons.service"
BUTTONS_UP = """
import fcntl, os, struct
chip = os.open("/dev/gpiochip0", os.O_RDWR)
lines = (5, 6, 13, 26)
offsets, values = lines + (0,) * 60, bytes([1] * 4 + [0] * 60)
request = struct.pack("64II64s32sIi", *offsets, 2, values, b"image-test", 4, 0)  # 2: outputs
fcntl.ioctl(chip, 0xC16CB403, bytearray(request))  # GPIO_GET_LINEHANDLE_IOCTL of linux/gpio.h
"""
BUTTONS_UNIT = f"""[Unit]
Description=Pull-ups of the patch buttons, which the emulated pins have not
DefaultDependencies=no
After=local-fs.target
Before=basic.target
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 -IS {BUTTONS_PROGRAM}
[Install]
WantedBy=sysinit.target
"""
OUTPUT = "Loopback: PCM (hw:0,0)"
LOOPBACK = """# what is played to device 0 of this sound card can be recorded from its device 1
snd-aloop
"""


def prepare(card: Card) -> None:
    """Add them to the card's root, and tell the instrument of its sound card."""
    changes: list[Change] = [
        PutFile(f"{UNITS}/{SHELL}", SHELL_UNIT.encode()),
        Symlink(f"{UNITS}/sysinit.target.wants/{SHELL}", f"../{SHELL}"),
        *(Symlink(f"{UNITS}/{name}", "/dev/null") for name in MASKED),
        PutFile(BUTTONS_PROGRAM, BUTTONS_UP.encode()),
        PutFile(f"{UNITS}/{BUTTONS}", BUTTONS_UNIT.encode()),
        Symlink(f"{UNITS}/sysinit.target.wants/{BUTTONS}", f"../{BUTTONS}"),
        PutFile("/etc/modules-load.d/image-test.conf", LOOPBACK.encode()),
    ]
    card.edit(ROOT, *changes)
    set_value(card, "device", OUTPUT)


def set_value(card: Card, key: str, value: str) -> None:
    """What a musician writes into the settings, once for each key."""
    text = (card.find(STATE, SETTINGS_ON_STATE) or b"").decode()
    changed, count = re.subn(rf'(?m)^#?{key} = "[^"]*"', f'{key} = "{value}"', text)
    assert count == 1, f"{key}: {text}"
    owner = card.node(STATE, SETTINGS_ON_STATE)
    settings = PutFile(
        SETTINGS_ON_STATE, changed.encode(), owner.mode & 0o7777, owner.uid, owner.gid
    )
    card.edit(STATE, settings)
