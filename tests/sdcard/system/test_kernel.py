"""The kernel for the card: for both machines, the same each time, and one that Python loads."""

from __future__ import annotations

import platform as this_machine
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from sdcard.system.environment import kernel, tools
from sdcard.system.environment.kernel import compile_kernel
from sdcard.system.environment.platform import Platform
from sdcard.system.errors import KernelBuildError, ToolMissingError

MACHINES = {"aarch64": 183, "x86_64": 62}  # e_machine of ELF
LOAD = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("device.engine._mixer", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
function = module.lib.lp_mixer_send
print(module.__file__ == sys.argv[1], module.ffi.typeof(function).kind)
"""


def has_compiler(machine: str) -> bool:
    name = "gcc" if machine == this_machine.machine() else f"{machine}-linux-gnu-gcc"
    return shutil.which(name) is not None


@pytest.mark.parametrize("machine", MACHINES)
def test_it_is_for_the_machine(tmp_path: Path, machine: str) -> None:
    if not has_compiler(machine):
        pytest.skip(f"needs a C compiler for {machine}")
    module = tmp_path / "_mixer.abi3.so"
    compile_kernel(module, Platform(machine))
    content = module.read_bytes()
    assert content[:5] == b"\x7fELF\x02"
    assert struct.unpack_from("<H", content, 18) == (MACHINES[machine],)
    assert b"PyInit__mixer" in content
    assert b"/tmp/" not in content
    assert b"latentpad-kernel-" not in content


@pytest.mark.skipif(not has_compiler(this_machine.machine()), reason="needs gcc")
def test_python_loads_it_and_equal_sources_give_equal_bytes(tmp_path: Path) -> None:
    module, again = tmp_path / "_mixer.abi3.so", tmp_path / "elsewhere/again.so"
    compile_kernel(module, Platform(this_machine.machine()))
    compile_kernel(again, Platform(this_machine.machine()))
    assert module.read_bytes() == again.read_bytes()
    words = [sys.executable, "-c", LOAD, str(module)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.stdout == "True function\n", done.stderr


def test_what_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools.shutil, "which", lambda name: None)
    with pytest.raises(ToolMissingError, match="apt-get install gcc"):
        compile_kernel(tmp_path / "x.so", Platform())
    monkeypatch.undo()
    monkeypatch.setattr(kernel.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(ToolMissingError, match=r"Python\.h: not installed.*python3-dev"):
        compile_kernel(tmp_path / "x.so", Platform(this_machine.machine()))


@pytest.mark.skipif(not has_compiler(this_machine.machine()), reason="needs gcc")
def test_the_compilers_words_are_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel.build, "FLAGS", ("-fno-such-thing",))
    with pytest.raises(KernelBuildError, match="fno-such-thing"):
        compile_kernel(tmp_path / "x.so", Platform(this_machine.machine()))
