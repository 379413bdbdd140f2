"""USB sticks in the pure state machine: whatever happens in whatever order, the pages fit it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from device import events as happened
from device.effects import InstallPack, StopInstall
from device.events import Event, Offer, Standing
from device.instrument import machine
from device.instrument.state import initial_state
from device.screens.manager import render
from device.settings import Settings
from device.status import StatusView
from device.view import Screen
from device.viewing import view_of

SETTINGS = Settings()
OFFER = st.builds(
    Offer,
    path=st.sampled_from(["a", "b", "c", "d"]),
    name=st.sampled_from(["Toys", "Winds"]),
    pack_id=st.sampled_from(["1", "2"]),
    size_bytes=st.integers(0, 10**10),
    standing=st.sampled_from(Standing),
)
SEEN = st.builds(
    happened.SticksSeen,
    sticks=st.integers(0, 2),
    offers=st.lists(OFFER, max_size=4, unique_by=lambda offer: offer.path).map(tuple),
    trouble=st.sampled_from(["", "a: ends early"]),
).map(lambda seen: seen if seen.sticks else replace(seen, offers=()))
BUTTON, YES = st.integers(0, 3), 1
EVENT = st.one_of(
    SEEN,
    SEEN,
    st.just(happened.ButtonPressed(YES)),
    st.just(happened.InstallEnded()),
    st.builds(happened.InstallAsked, st.integers(-1, 5)),
    st.builds(happened.InstallStopAsked),
    st.builds(happened.InstallMoved, st.integers(0, 500), st.integers(0, 500)),
    st.builds(happened.InstallEnded, st.sampled_from(["", "no room"])),
    st.builds(happened.ButtonPressed, BUTTON),
    st.builds(happened.ButtonReleased, BUTTON),
    st.builds(happened.EncoderTurned, st.integers(0, 3), st.integers(-3, 3)),
    st.builds(happened.PageTurned, st.booleans()),
    st.builds(happened.Fault, st.just("panel"), st.just("gone")),
)


GONE = happened.SticksSeen(0, (), "")
RESULT_IS_READ_WHEN_THE_STICK_HAS_GONE = [
    (happened.SticksSeen(1, (Offer("a", "Toys", "1", 0, Standing.NEW),), ""), 0.0),
    (happened.ButtonPressed(YES), 0.0),
    (GONE, 0.0),
    (happened.InstallEnded(), 0.0),
    (happened.ButtonPressed(2), 0.0),
]


@example(RESULT_IS_READ_WHEN_THE_STICK_HAS_GONE)
@given(st.lists(st.tuples(EVENT, st.floats(0, 5)), min_size=30, max_size=60))
def test_whatever_happens_the_pages_fit_it(story: list[tuple[Event, float]]) -> None:
    state, now_s, is_installing = initial_state(SETTINGS, {}), 10.0, False
    state, _ = machine.handle(state, happened.SelfTested(), now_s, SETTINGS)
    for event, wait_s in story:
        now_s += wait_s
        state, ticked = machine.tick(state, now_s, SETTINGS)
        state, effects = machine.handle(state, event, now_s, SETTINGS)
        begun = [one for one in (*ticked, *effects) if isinstance(one, InstallPack)]
        assert len(begun) <= (not is_installing), "two installs at once"
        assert all(one.offer.standing is not Standing.SAME for one in begun)
        assert is_installing or not any(isinstance(one, StopInstall) for one in effects)
        is_installing = (is_installing or bool(begun)) and not isinstance(
            event, happened.InstallEnded
        )
        usb = state.usb
        assert usb.is_installing == is_installing
        assert usb.chosen == 0 or usb.chosen < len(usb.offers)
        assert state.base is not Screen.INSTALL or is_installing
        assert state.base is not Screen.USB or usb.is_of_interest
        view = view_of(state, StatusView(), now_s)
        assert any(render(view))
