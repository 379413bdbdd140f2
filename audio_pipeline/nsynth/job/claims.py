"""Who works on which shard: claims in a folder that all workers see, on one machine or many.

    claims/<shard>.<number>.json

A claim is made by creating its file, which only one process can do. Whoever works on the shard
rewrites it every few seconds with a higher count of beats. A claim whose worker has ended, or
that has not changed for `EXPIRY_S` on the clock of whoever looks at it (clocks of machines
differ), is taken over by creating the file with the next number; the highest number counts.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from audio_pipeline.errors import storage_error
from audio_pipeline.nsynth.job.files import Identity, put_json, read_json

EXPIRY_S = 60.0
BEATS_PER_EXPIRY = 20


@dataclass(frozen=True)
class Claim:
    """One worker's word that it works on a shard."""

    number: int
    worker: Identity
    first_frame: int = 0  # finished by earlier workers
    frames: int = 0  # finished
    barren: int = 0  # how many workers before this one, in a row, ended without a frame
    beats: int = 0
    released: bool = False


@dataclass
class Claims:
    """All claims of a job, and the view that this process has of them."""

    folder: Path
    me: Identity = field(default_factory=Identity.own)
    expiry_s: float = EXPIRY_S
    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[Claim, float]] = field(default_factory=dict)

    def all(self) -> dict[str, Claim]:
        """The claim that counts of every shard that has one."""
        latest: dict[str, int] = {}
        with contextlib.suppress(FileNotFoundError):
            for path in self.folder.glob("*.json"):
                shard, _, number = path.stem.rpartition(".")
                if shard and number.isdigit():
                    latest[shard] = max(latest.get(shard, 0), int(number))
        return {shard: self._read(shard, number) for shard, number in latest.items()}

    def is_free(self, shard: str, claim: Claim | None) -> bool:
        """Whether nobody works on the shard, as far as this process can tell by now."""
        if claim is None or claim.released or self.me.knows_gone(claim.worker):
            return True
        seen = self._seen.get(shard)
        if seen is None or seen[0] != claim:
            self._seen[shard] = claim, self.clock()
            return False
        return self.clock() - seen[1] >= self.expiry_s

    def take(self, shard: str, claim: Claim | None) -> Claim | None:
        """Claim a free shard whose last claim is `claim`; None if another was quicker."""
        new = Claim(1, self.me)
        if claim is not None:
            stuck = not claim.released and claim.frames <= claim.first_frame
            barren = claim.barren + 1 if stuck else 0
            new = Claim(claim.number + 1, self.me, claim.frames, claim.frames, barren)
        path = self._path(shard, new.number)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with path.open("x") as file:
                json.dump(asdict(new), file)
        except FileExistsError:
            return None
        except OSError as error:
            raise storage_error(error, path) from error
        return new

    def beat(self, shard: str, claim: Claim) -> Claim | None:
        """Say that the work goes on; None if somebody else has taken the shard over."""
        if self._path(shard, claim.number + 1).exists():
            return None
        beaten = replace(claim, beats=claim.beats + 1)
        put_json(self._path(shard, claim.number), asdict(beaten))
        return beaten

    def release(self, shard: str, claim: Claim) -> None:
        """Give the shard up at once, so that nobody need wait."""
        put_json(self._path(shard, claim.number), asdict(replace(claim, released=True)))

    def forget(self, shard: str) -> None:
        """Remove the claims of a shard that is finished."""
        for path in self.folder.glob(f"{shard}.*.json"):
            path.unlink(missing_ok=True)

    def _read(self, shard: str, number: int) -> Claim:
        """A claim; one that is just being written is nobody's yet, but it is there."""
        document = read_json(self._path(shard, number))
        unknown = Claim(number, Identity("", "", 0))
        return unknown if document is None else _claim(document, unknown)

    def _path(self, shard: str, number: int) -> Path:
        return self.folder / f"{shard}.{number}.json"


def _claim(document: Mapping[str, Any], unknown: Claim) -> Claim:
    try:
        return Claim(**{**document, "worker": Identity(**document["worker"])})
    except (KeyError, TypeError):
        return unknown
