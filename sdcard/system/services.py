"""Services of the base that an instrument is better off without: masked, so they never start.

A mask is a link to nowhere in the place of the unit: it holds whether or not the base has the unit,
and whoever wants one back deletes the link (systemd.unit(5)).
"""

from __future__ import annotations

from sdcard.image.changes import BaseFiles, Change, Delete, Symlink
from sdcard.system.units import ENABLED, UNITS

NOWHERE = "/dev/null"
MASKED: dict[str, tuple[str, ...]] = {
    "the UART is for MIDI, and Bluetooth is off": (
        "serial-getty@ttyAMA0.service", "serial-getty@ttyS0.service",
        "serial-getty@serial0.service", "hciuart.service", "bluetooth.service",
    ),
    "first boots: they rename, resize, ask, or write where nothing can be written": (
        "userconfig.service", "rpi-resize.service", "resize2fs_once.service", "sshswitch.service",
        "regenerate_ssh_host_keys.service", "sshd-keygen.service", "systemd-firstboot.service",
        "cloud-init-local.service", "cloud-init-main.service", "cloud-init-network.service",
        "cloud-init.service", "cloud-config.service", "cloud-final.service",
    ),
    "what they keep is not kept on a root that is only read": (
        "apt-daily.timer", "apt-daily-upgrade.timer", "apt-listchanges.timer",
        "dpkg-db-backup.timer", "man-db.timer", "logrotate.timer", "e2scrub_all.timer",
        "e2scrub_reap.service", "cron.service", "anacron.timer", "unattended-upgrades.service",
        "fake-hwclock.service", "fake-hwclock-load.service", "fake-hwclock-save.service",
        "fake-hwclock-save.timer", "rpi-eeprom-update.service", "dphys-swapfile.service",
        "systemd-rfkill.service", "systemd-rfkill.socket",
        "systemd-random-seed.service",  # the firmware gives the kernel a seed
    ),
    "they would use the card or the processor while somebody plays": (
        "fstrim.timer", "rpi-fstrim.service", "udisks2.service", "packagekit.service",
    ),
    "the processor's clock is set by the kernel's command line": (
        "raspi-config.service", "ondemand.service",
    ),
    "the instrument need not wait for them": (
        "NetworkManager-wait-online.service", "systemd-networkd-wait-online.service",
        "keyboard-setup.service", "console-setup.service", "ModemManager.service",
        "triggerhappy.service", "triggerhappy.socket", "rpi-display-backlight.service",
        "pigpiod.service", "rpcbind.service", "rpcbind.socket", "plymouth-start.service",
    ),
}  # fmt: skip
"""Reason -> units of Raspberry Pi OS and Debian."""
STARTED = ("ssh.service", "NetworkManager.service", "avahi-daemon.service")
"""Started if the base has them."""
SCREEN = "getty@tty1.service", "getty@.service"
"""A prompt on the screen, which tells the address; Raspberry Pi OS has its wizard there."""
FORMER_WAYS_IN = (
    "/etc/sudoers.d/010_pi-nopasswd",
    "/etc/ssh/sshd_config.d/rename_user.conf",
    "/etc/systemd/system/getty@tty1.service.d/autologin.conf",
)
"""Of the base's first user, whom there is no more."""


def services(root: BaseFiles) -> list[Change]:
    """Masks, and links to what is to start."""
    names = [name for group in MASKED.values() for name in group]
    changes: list[Change] = [Symlink(f"{ENABLED}/{name}", NOWHERE) for name in names]
    name, template = SCREEN
    changes.append(Symlink(f"{ENABLED}/getty.target.wants/{name}", f"{UNITS}/{template}"))
    for name in STARTED:
        unit = f"{UNITS}/{name}"
        if root.exists(unit) or root.exists(unit.removeprefix("/usr")):
            changes.append(Symlink(f"{ENABLED}/multi-user.target.wants/{name}", unit))
    return [*changes, *(Delete(path) for path in FORMER_WAYS_IN if root.exists(path))]
