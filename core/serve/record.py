"""What happened, told to everyone who wants to know: counts, the log, and metrics where they are kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from core.serve.event_log import EventLog, Value
from core.serve.request import Request
from engine_bridge.protocol import Compared, Error, Imported, Message, Refined, Superseded


class Meter(Protocol):
    """What keeps metrics: core.serve.metrics, where its package is installed."""

    def answered(self, kind: str, outcome: str, seconds: float) -> None:
        """A request was answered so long after its receipt."""
        ...

    def stages(self, timings_ms: Mapping[str, float]) -> None:
        """The times of one answer's stages."""
        ...

    def batch(self, lane: str, photos: int) -> None:
        """Photos were computed together."""
        ...


@dataclass
class ServiceCounts:
    """What happened so far. late: computed although nobody waited any more; dropped: superseded, cancelled or past
    their deadline before they were computed."""

    imported: int = 0
    refined: int = 0
    compared: int = 0
    refused: int = 0
    failed: int = 0
    late: int = 0
    dropped: int = 0


class Record:
    """Every method may be called from any thread."""

    def __init__(self, log: EventLog | None = None, meter: Meter | None = None) -> None:
        self.log = log or EventLog()
        self.meter = meter
        self.counts = ServiceCounts()
        self._lock = threading.Lock()

    def count(self, name: str, by: int = 1) -> None:
        """Add to one of the counts."""
        with self._lock:
            setattr(self.counts, name, getattr(self.counts, name) + by)

    def computed(self, request: Request, client: str, message: Message, now: float, photos: int) -> None:
        """An answer leaves a lane; `photos` were computed together."""
        outcome, ms = outcome_of(message), (now - request.received_at) * 1000
        self.count(outcome if isinstance(message, Imported | Refined | Compared) else "failed")
        values: dict[str, Value] = {"client": client, "request": request.job.request_id, "kind": request.job.kind}
        values |= {"outcome": outcome, "ms": ms, "bytes": request.size, "batch": photos}
        if isinstance(message, Imported | Refined):
            values |= {f"{stage}_ms": value for stage, value in message.timings_ms.items()}
        self.log.event("answered", **values)
        if self.meter is not None:
            self.meter.answered(request.job.kind, outcome, now - request.received_at)
            if isinstance(message, Imported | Refined):
                self.meter.stages(message.timings_ms)

    def turned_away(self, client: str, message: Message, kind: str = "", size: int = 0) -> None:
        """A request was answered without being computed, or before it was."""
        outcome = outcome_of(message)
        refused = outcome in ("busy", "input", "malformed", "unknown-kind")
        self.count("refused" if refused else "dropped")
        request_id = message.request_id if isinstance(message, Error | Superseded) else 0
        values: dict[str, Value] = {"client": client, "request": request_id, "outcome": outcome}
        values |= {"kind": kind} if kind else {}
        values |= {"bytes": size} if size else {}
        self.log.event("refused" if refused else "dropped", **values)
        if self.meter is not None:
            self.meter.answered(kind or "any", outcome, 0.0)


def outcome_of(message: Message) -> str:
    """One word for an answer: its kind, or the code of an error."""
    return message.code if isinstance(message, Error) else message.kind
