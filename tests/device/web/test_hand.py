"""What a page holds is let go when it goes, and nothing else."""

from __future__ import annotations

from device.events import ButtonPressed, ButtonReleased, PortLost, TouchLifted, TouchMoved
from device.web.flood import Budget
from device.web.hand import Hand


def test_an_empty_hand_only_loses_its_port() -> None:
    hand = Hand("web 2")
    hand.follow(TouchMoved(0.1, 0.2))
    hand.follow(TouchLifted())
    hand.follow(ButtonPressed(1))
    hand.follow(ButtonReleased(1))
    assert hand.let_go() == [PortLost("web 2")]


def test_a_full_hand_lets_go_once() -> None:
    hand = Hand("web 2")
    for event in (ButtonPressed(3), TouchMoved(0.1, 0.2), ButtonPressed(0)):
        hand.follow(event)
    assert hand.let_go() == [
        ButtonReleased(0, is_lost=True),
        ButtonReleased(3, is_lost=True),
        TouchLifted(),
        PortLost("web 2"),
    ]
    assert hand.let_go() == [PortLost("web 2")]


def test_a_budget_holds_a_flood_up_and_nobody_else() -> None:
    budget = Budget(rate_hz=100.0, burst=10)
    now_s = 50.0
    for _ in range(10):
        assert budget.wait_s(now_s) == 0
    for _ in range(200):
        now_s += budget.wait_s(now_s)
    assert now_s == 52.0
    assert budget.wait_s(now_s + 5) == 0
