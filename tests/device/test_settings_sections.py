"""The tables of the instrument: board, panel, remotes and the controllers of the pots."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.errors import SettingsError
from device.settings import MidiSettings, RemoteSettings, Settings, load_settings
from device.settings_fields import check, from_table
from hardware.config import BoardConfig


def load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    return load_settings(path)


def test_lists_of_the_board_are_taken(tmp_path: Path) -> None:
    text = "[board]\nboard = 'gpio'\nbutton_lines = [1, 2, 3, 4]\nadc_addresses = [0x4a]\n"
    board = load(tmp_path, text + "touch_buses = [1]\nencoder_lines = []").board
    assert board.button_lines == (1, 2, 3, 4)
    assert (board.adc_addresses, board.touch_buses, board.encoder_lines) == ((0x4A,), (1,), ())
    assert hash(board) == hash(dataclasses.replace(board))  # no list has stayed one


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[board]\nbutton_lines = [1, 2, 3]", r"\[board\] button_lines.*not a list of 0 or 4"),
        ("[board]\nbutton_lines = 5", "not a list of 0 or 4"),
        ("[board]\nbutton_lines = [1, 2, 3, 54]", r"button_lines: 54 is outside 0\.\.53"),
        ("[board]\nbutton_lines = [1, 2, 3, 4.0]", "4.0 is not a whole number"),
        ("[board]\nbutton_lines = [1, 2, 3, true]", "True is not a whole number"),
        ("[board]\nbutton_lines = [1, 2, 3, 'x']", "'x' is not a whole number"),
        ("[board]\nencoder_lines = [17, 27]", "not a list of 0 or 8"),
        ("[board]\nadc_addresses = [0x4c]", "adc_addresses: 76 is outside"),
        ("[board]\nboard = 'onns'", "'onns' is not one of onss, gpio, sim"),
        ("[board]\noled_rotated = 1", "1 is not true or false"),
        ("[board]\nbuttons = [1]", "unknown key 'buttons'; did you mean button_lines"),
        ("[panel]\npot_takeover = 'catch'", "not one of jump, pickup, scale"),
        ("[panel]\npoll_hz = 20", "outside 50..1000"),
        ("[remote]\nosc_target = 'pad'", r"osc_target: 'pad' is not host:port"),
        ("[remote]\nosc_target = ':9000'", "is not host:port"),
        ("[remote]\nosc_target = 'pad:90000'", "is not host:port"),
        ("[remote]\nosc_target = 'pad:-1'", "is not host:port"),
        ("[remote]\nosc_target = 9000", "9000 is not a name"),
        ("[remote]\nweb_port = 65536", r"outside 0\.\.65535"),
        ("[midi]\npot_controllers = [1, 2]", "not a list of 0 or 6"),
        ("[midi]\npot_controllers = [1, 2, 3, 4, 5, 5]", "pot_controllers: 5 is used twice"),
        ("[midi]\npot_controllers = [1, 2, 3, 4, 5, 16]", "16 is pad_x_controller"),
        ("[midi]\npot_controllers = [1, 2, 3, 4, 5, 120]", "120 is outside"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        load(tmp_path, text)
    assert "settings.toml" in str(caught.value)


@pytest.mark.parametrize("target", ["", "pad.local:9000", "192.168.0.9:0", "::1:8000"])
def test_targets_that_osc_understands(target: str) -> None:
    assert RemoteSettings(osc_target=target).osc_target == target


def test_pots_without_controllers_and_with_others() -> None:
    assert MidiSettings(pot_controllers=()).pot_controllers == ()
    assert MidiSettings(pot_controllers=(1, 2, 3, 4, 5, 6)).pot_controllers[5] == 6


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-300, 300),
    st.floats(),
    st.text(max_size=4),
    st.lists(st.one_of(st.integers(-5, 130), st.floats(), st.text(max_size=2)), max_size=9),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)


@given(st.sampled_from(dataclasses.fields(Settings)), st.data())
def test_any_value_is_taken_as_it_is_or_refused_by_name(
    table: dataclasses.Field[Any], data: st.DataObject
) -> None:
    kind: type[Any] = type(table.default)
    item = data.draw(st.sampled_from(dataclasses.fields(kind)))
    value = data.draw(VALUES)
    made, told = None, ""
    try:
        made = from_table(kind, {item.name: value}, "[table]")
    except SettingsError as error:
        told = str(error)
    if made is None:
        assert "[table]" in told
        assert item.name in told
    else:
        taken = getattr(made, item.name)
        assert taken == (tuple(value) if isinstance(value, list) else value)


@pytest.mark.parametrize("item", dataclasses.fields(BoardConfig), ids=lambda item: str(item.name))
def test_every_default_of_the_board_is_allowed(item: dataclasses.Field[Any]) -> None:
    check(item, item.default)
