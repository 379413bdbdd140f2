"""Finished notes on disk: whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_pipeline.workspace import Workspace
from device.pack.cell import EncodedNote, NoteAudio, encode_note
from device.pack.model import PlayMode

KEY = "ab" * 20


@pytest.fixture(scope="module")
def note() -> EncodedNote:
    samples = np.sin(np.arange(3000) * 0.1).astype(np.float32)
    return encode_note(NoteAudio(60, samples, PlayMode.LOOP, -3.5, -20.25), 8000)


def test_a_note_comes_back_as_it_was(tmp_path: Path, note: EncodedNote) -> None:
    workspace = Workspace(tmp_path / "work")
    assert workspace.note(KEY) is None
    workspace.keep_note(KEY, note)
    assert workspace.note(KEY) == note
    assert workspace.has_note(KEY)
    assert not workspace.has_note("cd" * 20)


def test_sources_come_back_as_they_were(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work")
    samples = np.random.default_rng(1).standard_normal(1000)
    workspace.keep_source("id", samples)
    assert np.array_equal(workspace.source("id"), samples)


@settings(deadline=None)
@given(st.data())
def test_any_changed_byte_or_cut_is_seen(
    tmp_path_factory: pytest.TempPathFactory, note: EncodedNote, data: st.DataObject
) -> None:
    workspace = Workspace(tmp_path_factory.mktemp("work"))
    workspace.keep_note(KEY, note)
    path = next(workspace.folder.rglob("*.note"))
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
    assert workspace.note(KEY) is None


def test_unfinished_files_of_dead_processes_are_swept(tmp_path: Path, note: EncodedNote) -> None:
    workspace = Workspace(tmp_path)
    workspace.keep_note(KEY, note)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    folder = next(tmp_path.rglob("*.note")).parent
    dead = folder / f".x.note.{child}.0123abcd.tmp"
    alive = folder / f".x.note.{os.getpid()}.0123abcd.tmp"
    dead.touch()
    alive.touch()
    workspace.sweep()
    assert not dead.exists()
    assert alive.exists()
    assert workspace.has_note(KEY)
