"""The address of this machine, in networks that are made for the test."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

PROGRAM = "from device.web.own_address import own_address; print('<' + own_address() + '>')"
VETH = "ip link set lo up; ip link add one type veth peer name two; ip link set one up; "
CASES = {
    "no interface": ("ip link set lo up;", "<>"),
    "one that has no address": (VETH, "<>"),
    "no way to the internet": (VETH + "ip addr add 10.9.8.7/24 dev one;", "<10.9.8.7>"),
    "the way to the internet counts": (
        VETH + "ip link set two up; ip addr add 10.9.8.7/24 dev one; "
        "ip addr add 192.168.7.6/24 dev two; ip route add default via 192.168.7.1;",
        "<192.168.7.6>",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_own_address(case: str) -> None:
    if shutil.which("ip") is None:
        pytest.skip("the program ip is not there; the package iproute2 brings it")
    made, expected = CASES[case]
    script = f'set -e; {made} exec {sys.executable} -c "{PROGRAM}"'
    command = ["unshare", "--net", "--map-root-user", "--", "/bin/sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode and not done.stdout:
        pytest.skip(f"no network of its own can be made here: {done.stderr.strip()[-200:]}")
    assert done.stdout.strip() == expected
