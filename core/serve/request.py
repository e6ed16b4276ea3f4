"""One request of one client, and which lane computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine_bridge.errors import InputError
from engine_bridge.protocol import MAX_PHOTOS, Compare, Import, Message, Refine

Job = Import | Refine | Compare
Answer = tuple[bytes, Message]
"""A message and the peer it goes to."""
Lane = Literal["imports", "searches", "pictures"]
LANES: tuple[Lane, ...] = ("imports", "searches", "pictures")
"""Imports, refines and compares wait and compute apart, so that a search of half a minute stops nobody else."""
_LANE_OF: dict[type[Message], Lane] = {Import: "imports", Refine: "searches", Compare: "pictures"}


@dataclass(frozen=True, eq=False)
class Request:
    """One job; times are on the monotonic clock."""

    peer: bytes
    job: Job
    received_at: float
    due_at: float

    @property
    def key(self) -> tuple[bytes, int]:
        """Which client's, and its number there."""
        return self.peer, self.job.request_id

    @property
    def slot(self) -> str:
        """Where the client puts the answer; the newest of a slot wins. "" for none."""
        return "" if isinstance(self.job, Compare) else self.job.slot

    @property
    def lane(self) -> Lane:
        """Which lane computes it."""
        return _LANE_OF[type(self.job)]

    @property
    def photos(self) -> int:
        """How many photos it holds, at least 1: what it weighs in a batch."""
        return max(1, len(self.job.lengths)) if isinstance(self.job, Import) else 1

    @property
    def size(self) -> int:
        """Bytes of its photos; the numbers beside them are few."""
        return len(self.job.photo)


def files_of(job: Import) -> list[bytes]:
    """The files of an import; InputError when the lengths do not add up."""
    if not job.lengths:
        return [bytes(job.photo)]
    if len(job.lengths) > MAX_PHOTOS or sum(job.lengths) != len(job.photo) or min(job.lengths) < 1:
        raise InputError(
            f"{len(job.lengths)} photos of {sum(job.lengths)} bytes were announced, but {len(job.photo)} bytes came;"
            f" send 1 to {MAX_PHOTOS} photos and the length of each."
        )
    found, at = [], 0
    for length in job.lengths:
        found.append(bytes(job.photo[at : at + length]))
        at += length
    return found
