"""What the Debian base consists of, as plain data: packages, files, modules, what is left out.

It has the shape of Raspberry Pi OS Lite, so that it is made into an instrument in the same way, and
boots in emulators. On a Raspberry Pi it lacks what only Raspberry Pi's own kernel has: overlays,
and the driver of the sound board.
"""

from __future__ import annotations

MACHINES = {"arm64": "aarch64", "amd64": "x86_64"}
"""Architectures of Debian, and what the kernel and QEMU call them."""
TIME_S = 1_704_067_200
"""2024-01-01, that of all files that are not older: it only has to stay the same."""

PACKAGES = (
    "init", "systemd-sysv", "udev", "dbus", "libpam-systemd", "libnss-systemd", "kmod", "sudo",
    "python3", "python3-minimal", "alsa-utils", "openssh-server",
    "dosfstools", "e2fsprogs", "fdisk", "util-linux", "mount", "iproute2", "network-manager",
)  # fmt: skip
"""With NetworkManager, as in Raspberry Pi OS: a musician may drop files for it on boot."""
KERNEL_PACKAGES = {"arm64": ("linux-image-arm64", "initramfs-tools", "zstd"), "amd64": ()}
"""The base for amd64 is for containers, and kernels that bring themselves (User-Mode Linux)."""
FIRMWARE_PACKAGES = {"arm64": ("raspi-firmware",), "amd64": ()}
"""If the archive has them."""

SETTINGS_OF_APT = (
    'APT::Install-Recommends "false"',
    'Acquire::Languages "none"',
)
SETTINGS_OF_DPKG = (
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",  # the licences want it
)

INITRAMFS_MODULES = (
    "bcm2835", "sdhci_iproc", "mmc_block",  # the card in a Raspberry Pi 2, 3, and 4
    "pcie_brcmstb", "xhci_pci", "usb_storage", "uas",  # one that starts from USB
    "virtio_mmio", "virtio_pci", "virtio_blk",  # an emulator's disk
    "ext4", "crc32c_generic", "vfat", "nls_ascii", "nls_cp437",
)  # fmt: skip

BEFORE_PACKAGES = {
    "/etc/initramfs-tools/conf.d/latentpad": "MODULES=list\n",
    "/usr/share/initramfs-tools/modules.d/latentpad": "\n".join(INITRAMFS_MODULES) + "\n",
    **{f"/etc/ssh/ssh_host_{kind}_key": "" for kind in ("rsa", "ecdsa", "ed25519")},
}
"""Files that packages look at while they are installed. The list of modules keeps the initramfs
small, which counts double: it is made by emulated programs, and read at every start. Keys that are
there already are not made, for minutes; these are left out in the end."""

LEFT_OUT = (
    "/etc/ssh/ssh_host_*_key*",  # every instrument makes its own
    "/boot/firmware/*",  # lies on the boot volume
    "/etc/machine-id",
    "/var/lib/dbus/machine-id",
    "/etc/resolv.conf",
    "/etc/apt/sources.list",  # the maker's, which may be a mirror of his own
    "/etc/apt/sources.list.d/*",
    "/etc/apt/apt.conf.d/99mmdebstrap",
    "/etc/dpkg/dpkg.cfg.d/99mmdebstrap",
    "/var/lib/apt/lists/*",
    "/var/cache/*",
    "/var/log/*",
    "/initrd.img.old",
    "/vmlinuz.old",
)

CONFIG_TXT = """\
# Of the Debian base: Debian's kernel, device trees of the upstream kernel, no overlays.
arm_64bit=1
upstream_kernel=1
kernel=kernel8.img
initramfs initramfs8 followkernel
enable_uart=1
"""
CMDLINE_TXT = (
    "console=serial0,115200 console=tty1 root={root} rootfstype=ext4 fsck.repair=yes rootwait\n"
)
FSTAB = """\
proc            /proc           proc    defaults          0       0
{boot}  /boot/firmware  vfat    defaults          0       2
{root}  /               ext4    defaults,noatime  0       1
"""


KERNEL_FILES = {
    r"/boot/vmlinuz-[^/]*": "kernel8.img",
    r"/boot/initrd\.img-[^/]*": "initramfs8",
    r"/usr/lib/linux-image-[^/]*/broadcom/(bcm2[^/]*\.dtb)": r"\1",
    r"/usr/lib/raspi-firmware/([^/]*\.(?:bin|elf|dat))": r"\1",
}
"""Files of the root (a pattern) that go to the boot volume, and their names there."""
NEEDED_TO_BOOT = {"arm64": ("kernel8.img", "initramfs8", "bcm2837-rpi-3-b.dtb"), "amd64": ()}
