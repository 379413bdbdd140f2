#!/bin/sh
# First process of the test kernel: mounts, then one program of the host, then off. The kernel's
# command line gives CHECKOUT, SHARE (a folder of the host, for results), PYTHON and PROGRAM.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run LC_ALL=C.UTF-8 PYTHONPATH="$CHECKOUT"
export PYTHONDONTWRITEBYTECODE=1
# rpi-lgpio: which Pi this is (3B+) and where its lines are; where lgpio puts its pipes
export RPI_LGPIO_REVISION=902120 RPI_LGPIO_CHIP=0 LG_WD=/run
mount -t proc none /proc
mount -t sysfs none /sys
mount -t configfs none /sys/kernel/config
mount -t tmpfs none /run # not /tmp: the checkout may lie there
mkdir -p /dev/shm /dev/pts
mount -t tmpfs none /dev/shm
mount -t devpts none /dev/pts
mount -t hostfs -o "$SHARE" none /mnt
cd "$CHECKOUT" && "$PYTHON" "$PROGRAM" /mnt >/mnt/output 2>&1
echo $? >/mnt/status
exec "$PYTHON" -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321FEDC)' # RB_POWER_OFF
