"""The web panel's pages in the pure state machine: whatever happens, they fit the access."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from device import events as happened
from device.effects import RenewToken
from device.events import Access, Event, Reach
from device.instrument import machine
from device.instrument.state import initial_state
from device.screens import legends
from device.settings import Settings
from device.status import StatusView
from device.view import Screen
from device.viewing import view_of

SETTINGS = Settings()
YES, NEW, NEXT = 1, 2, 3
ACCESS = st.one_of(
    st.just(Access(Reach.OPEN, "10.0.0.7", 8080, "K7QFZ3MXWB2HD")),
    st.just(Access(Reach.OPEN, "10.0.0.7", 8080, is_given=True)),
    st.builds(Access, st.sampled_from([reach for reach in Reach if reach is not Reach.OPEN])),
)
EVENT = st.one_of(
    st.builds(happened.AccessChanged, ACCESS),
    st.sampled_from([happened.ButtonPressed(YES), happened.ButtonPressed(NEW)]),
    st.builds(happened.ButtonPressed, st.integers(0, 3)),
    st.builds(happened.ButtonReleased, st.integers(0, 3)),
    st.just(happened.PageTurned(True)),
    st.just(happened.Fault("panel", "gone")),
)


@given(st.lists(st.tuples(EVENT, st.floats(0, 5)), min_size=20, max_size=60))
def test_a_new_token_only_where_there_can_be_one(story: list[tuple[Event, float]]) -> None:
    state, now_s = initial_state(SETTINGS, {}), 10.0
    opened = happened.AccessChanged(Access(Reach.OPEN, "10.0.0.7", 8080, "K7QFZ3MXWB2HD"))
    for event in (happened.SelfTested(), opened, *[happened.PageTurned(True)] * 5):
        state, _ = machine.handle(state, event, now_s, SETTINGS)
    assert state.base is Screen.WEB
    for event, wait_s in story:
        now_s += wait_s
        state, _ = machine.tick(state, now_s, SETTINGS)
        before = state
        state, effects = machine.handle(state, event, now_s, SETTINGS)
        if any(isinstance(effect, RenewToken) for effect in effects):
            assert before.base is Screen.TOKEN
            assert before.access.can_renew
        assert state.base is not Screen.TOKEN or state.access.can_renew
        view = view_of(state, StatusView(), now_s)
        if view.screen is Screen.WEB:
            assert (legends.NEW in view.buttons) == state.access.can_renew


def test_the_question_is_one_press_from_the_page() -> None:
    state = initial_state(SETTINGS, {})
    opened = happened.AccessChanged(Access(Reach.OPEN, "10.0.0.7", 8080, "K7QFZ3MXWB2HD"))
    for event in (happened.SelfTested(), opened, *[happened.PageTurned(True)] * 5):
        state, _ = machine.handle(state, event, 1.0, SETTINGS)
    state, _ = machine.handle(state, happened.ButtonPressed(NEW), 1.0, SETTINGS)
    assert state.base is Screen.TOKEN
    state, effects = machine.handle(state, happened.ButtonPressed(YES), 1.0, SETTINGS)
    assert (state.base, effects) == (Screen.WEB, (RenewToken(),))
