"""One request of one client, and which lane computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine_bridge.protocol import Compare, Import, Message, Refine

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
