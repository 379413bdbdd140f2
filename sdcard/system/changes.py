"""All that makes a base the system of an instrument, as plain data: nothing is written here."""

from __future__ import annotations

from sdcard.image.changes import BaseFiles, Change, Changes, MakeDirectory, PutFile
from sdcard.image.errors import BaseFileMissingError
from sdcard.image.layout import BASE_RELEASE, BOOT, BOOT_DROP_IN, HOME, PACKS, STATE
from sdcard.system import units
from sdcard.system.accounts import Accounts, accounts
from sdcard.system.card_settings import card_settings
from sdcard.system.checks import grow_before_check
from sdcard.system.cmdline import cmdline_txt
from sdcard.system.config import Circumstances, config_txt, lint
from sdcard.system.config.findings import ERROR
from sdcard.system.config.overlays import Catalogue
from sdcard.system.config.readme import read_catalogue
from sdcard.system.errors import BaseUnfitError
from sdcard.system.fstab import fstab, kept_folders
from sdcard.system.names import names
from sdcard.system.options import SystemOptions
from sdcard.system.services import services
from sdcard.system.state import state_changes
from sdcard.system.static_files import boot_files, root_files, tree
from sdcard.system.sysusers import read_sysusers

CONFIG, CMDLINE, OVERLAYS = "/config.txt", "/cmdline.txt", "/overlays/README"
MADE_AT_START = {"/var/lib/systemd/linger": 0o755, "/var/lib/private": 0o700}
"""State folders that services would make for themselves, and cannot here (systemd.exec(5))."""
SETTINGS_IN_ROOT = "/usr/share/latentpad/settings.toml"
"""To begin with again, where the state partition is lost."""


def changes(root: BaseFiles, boot: BaseFiles, options: SystemOptions) -> Changes:
    """Of a base's root and boot partitions, and of an empty state partition.

    Raises CardSystemError, BaseFileMissingError and OSError of files that the options name.
    """
    files = units.unit_files()
    who = accounts(root, read_sysusers(files[units.SYSUSERS].decode(), units.SYSUSERS))
    settings = card_settings(options.dac_overlay).encode()
    return Changes(
        root=tuple(_root(root, options, who, settings, units.placed(files))),
        boot=tuple(_boot(boot, options)),
        state=tuple(state_changes(root, who, settings, options.environment)),
    )


def _root(
    root: BaseFiles, options: SystemOptions, who: Accounts, settings: bytes, placed: list[Change]
) -> list[Change]:
    mount_points = [BOOT.mount, STATE.mount, PACKS.mount, *kept_folders(root)]
    return [
        *who.changes,
        *services(root),  # before the units: what is started must not stay masked
        *root_files(root),
        *placed,
        grow_before_check(options.disk_id),
        *names(root, options.hostname),
        PutFile("/etc/fstab", fstab(root, options.disk_id, who).encode()),
        PutFile(SETTINGS_IN_ROOT, settings),
        *(MakeDirectory(path) for path in mount_points),
        MakeDirectory(HOME, 0o750, who.uid, who.gid),
        *(MakeDirectory(path, mode) for path, mode in MADE_AT_START.items()),
        *tree(options.environment, BASE_RELEASE),
    ]


def _boot(boot: BaseFiles, options: SystemOptions) -> list[Change]:
    config = config_txt(_text(boot, CONFIG), options.dac)
    cmdline = cmdline_txt(_text(boot, CMDLINE), options.disk_id, options.wifi_country)
    _check(boot, config, cmdline, options.dac_overlay)
    folder = f"/{BOOT_DROP_IN.rpartition('/')[2]}"
    put = [PutFile(CONFIG, config.encode()), PutFile(CMDLINE, cmdline.encode()), *boot_files()]
    if options.authorized_keys:
        put.append(PutFile(f"{folder}/authorized_keys", options.authorized_keys))
    if options.wifi_country:
        put.append(PutFile(f"{folder}/wifi-country.txt", f"{options.wifi_country}\r\n".encode()))
    networks = (PutFile(f"{folder}/{path.name}", path) for path in options.connections)
    return [*put, *networks]


def _check(boot: BaseFiles, config: str, cmdline: str, dac: str) -> None:
    """The firmware's own list of overlays is the best there is, where the base has it."""
    catalogue = read_catalogue(_text(boot, OVERLAYS)) if boot.exists(OVERLAYS) else Catalogue()
    findings = lint(config, Circumstances(cmdline, "auto", dac, catalogue))
    errors = [f"line {one.number}: {one}" for one in findings if one.level == ERROR]
    if errors:
        raise BaseUnfitError(f"config.txt would not do: {'; '.join(errors)}")


def _text(files: BaseFiles, path: str) -> str:
    try:
        return files.read(path).decode(errors="replace")
    except BaseFileMissingError as error:
        raise BaseUnfitError(f"the boot partition has no {path[1:]}") from error
