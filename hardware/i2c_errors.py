"""What the kernel's error numbers mean on an I2C bus.

Drivers of adapters differ in the number for "nobody acknowledged": see fault-codes.rst in the
kernel's documentation; the Raspberry Pi gives EREMOTEIO, i2c-stub ENODEV, others ENXIO.
"""

from __future__ import annotations

import errno

from hardware.errors import BusFaultError, BusUnavailableError, ChipMissingError, HardwareError

NOBODY = (errno.EREMOTEIO, errno.ENXIO, errno.ENODEV)
FAULTS = {
    errno.EBUSY: "a kernel driver has claimed this chip: remove its dtoverlay from config.txt",
    errno.ETIMEDOUT: "timed out: a line is held low, or a chip stretches the clock for too long",
    errno.EAGAIN: "lost arbitration: noise, or another master, on the lines",
    errno.EIO: "input/output error: noise, or a chip that stopped in mid-transfer",
    errno.EOPNOTSUPP: "this adapter has no such kind of transfer",
}


def opening_error(path: str, error: OSError) -> BusUnavailableError:
    """Why a bus's device node could not be opened."""
    cause = error.strerror or str(error)
    if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        cause = "there is no such bus: is dtparam=i2c_arm=on in config.txt?"
    elif error.errno in (errno.EACCES, errno.EPERM):
        cause = "no permission: is this user in the group `i2c`?"
    return BusUnavailableError(f"{path}: {cause}")


def transfer_error(path: str, address: int, error: OSError) -> HardwareError:
    """Why a transfer with the chip of this 7-bit address failed."""
    if error.errno in NOBODY:
        return ChipMissingError(f"{path}: no chip acknowledges address {address:#04x}")
    cause = FAULTS.get(error.errno or 0, error.strerror or str(error))
    return BusFaultError(f"{path}, address {address:#04x}: {cause}")
