"""Reading a SoundFont's presets and credits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audio_pipeline.errors import BankError
from audio_pipeline.soundfont.bank import Preset, read_bank

WriteBank = Callable[..., Path]
FLUID = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")


def test_presets_and_texts_are_read(write_bank: WriteBank) -> None:
    bank = read_bank(write_bank())
    assert bank.presets == (
        Preset(0, 0, "Other"),
        Preset(0, 5, "Sine"),
        Preset(8, 5, "Var"),
        Preset(128, 0, "Kit"),
    )
    assert bank.title == "Sine bank by Nobody"
    assert bank.licence == "CC0"
    assert bank.preset(8, 5).name == "Var"


def test_a_program_that_is_not_there_is_named_with_what_is(write_bank: WriteBank) -> None:
    bank = read_bank(write_bank())
    with pytest.raises(BankError, match="no program 73 in bank 0; bank 0 has 2 programs"):
        bank.preset(0, 73)
    with pytest.raises(BankError, match="no program 5 in bank 3; its banks are 0, 8, 128"):
        bank.preset(3, 5)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt ", bytes(100)])
def test_what_is_no_soundfont_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bank.sf2"
    path.write_bytes(content)
    with pytest.raises(BankError, match=r"bank[.]sf2 is not a SoundFont"):
        read_bank(path)
    with pytest.raises(BankError, match=r"absent[.]sf2: No such file"):
        read_bank(tmp_path / "absent.sf2")


def test_any_cut_is_seen(write_bank: WriteBank) -> None:
    path = write_bank()
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(BankError):
            read_bank(path)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 500), value=st.integers(0, 255), from_end=st.booleans())
def test_any_changed_byte_is_read_or_refused(
    write_bank: WriteBank, position: int, value: int, from_end: bool
) -> None:
    path = write_bank()
    content = bytearray(path.read_bytes())
    content[-1 - position if from_end else position] = value
    path.write_bytes(content)
    try:
        bank = read_bank(path)
    except BankError as error:
        assert "bank.sf2" in str(error)  # noqa: PT017 - it may be read as well
    else:
        assert bank.presets


@pytest.mark.skipif(not FLUID.is_file(), reason="needs the package fluid-soundfont-gm")
def test_the_general_midi_bank_of_debian_is_read() -> None:
    bank = read_bank(FLUID)
    assert len(bank.presets) == 189
    assert bank.preset(0, 73).name == "Flute"
    assert bank.preset(128, 0).name == "Standard"
    assert bank.title == "Fluid R3 GM by Frank Wen"
    assert "MIT" in bank.licence
