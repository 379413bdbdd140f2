"""Particles: around the finger, without jumps, livelier while notes sound."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from device.screens import particles
from device.screens.manager import render
from device.view import StatusView, View

FRAME_S = 1 / 30


@given(st.floats(0, 1e6), st.floats(0, 128), st.floats(0, 64), st.floats(0, 1))
def test_stay_around_the_finger(time_s: float, x: float, y: float, lively: float) -> None:
    away = particles.positions(time_s, x, y, lively) - (x, y)
    reach = particles.FARTHEST + particles.SHAKE
    assert np.isfinite(away).all()
    assert np.hypot(away[:, 0] / particles.STRETCH, away[:, 1]).max() <= reach


@given(st.floats(0, 1e4), st.floats(0, 1))
def test_hardly_any_jumps_between_frames(time_s: float, lively: float) -> None:
    now, later = (particles.positions(time_s + wait, 64, 32, lively) for wait in (0.0, FRAME_S))
    moved = np.hypot(*(later - now).T)
    assert (moved > 8).sum() <= 4  # those that begin again far out


@given(st.floats(0, 1e4), st.floats(0, 0.95))
def test_a_change_of_loudness_moves_nothing_far(time_s: float, lively: float) -> None:
    before, after = (
        particles.positions(time_s, 64, 32, value) for value in (lively, lively + 0.05)
    )
    assert np.hypot(*(after - before).T).max() < 1.5


def test_more_happens_while_notes_sound(make_view: Callable[..., View]) -> None:
    def changed(status: StatusView) -> float:
        frames = [
            np.unpackbits(np.frombuffer(render(make_view(time_s=5 + at / 30, status=status)), "u1"))
            for at in range(60)
        ]
        return float(np.mean([(a != b).sum() for a, b in itertools.pairwise(frames)]))

    silent, soft, loud = (
        changed(StatusView(voices=voices, peak=peak))
        for voices, peak in ((0, 0.0), (4, 0.1), (4, 0.9))
    )
    assert 1 < silent < soft < loud


def test_follow_the_finger(make_view: Callable[..., View]) -> None:
    def centre(x: float) -> float:
        frame = np.frombuffer(render(make_view(x=x, y=0.5)), "u1")
        columns = np.unpackbits(frame).reshape(64, 128)[20:44].sum(axis=0)
        return float((columns * np.arange(128)).sum() / columns.sum())

    assert centre(0.1) < 45
    assert centre(0.9) > 83


def test_never_touch_the_names(make_view: Callable[..., View]) -> None:
    def corner(time_s: float) -> bytes:
        frame = np.frombuffer(
            render(make_view(time_s=time_s, x=0.15, y=0.5, status=StatusView(voices=9, peak=1.0))),
            "u1",
        )
        return np.unpackbits(frame).reshape(64, 128)[:18, :26].tobytes()

    assert len({corner(at / 7) for at in range(200)}) == 1
