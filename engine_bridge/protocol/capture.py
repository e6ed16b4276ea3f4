"""Capture: the messages between a coordinator and its engines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from engine_bridge.protocol.base import (
    ByteMatrix,
    FloatMatrix,
    Message,
    Pixels,
    Points,
    Words,
)


@dataclass(frozen=True, eq=False)
class Job(Message):
    """Coordinator to engine: render these samples, each (image_px, image_px). Costs one credit.

    `indices` (N) name the samples; `deadline_ms` counts from receipt and covers the whole job. `scene` and `truth`
    (since 1.1) hold for every sample, and ask only for what the Hello announced: an engine of 1.0 ignores them.
    """

    kind: ClassVar[str] = "job"
    request_id: int
    indices: tuple[int, ...]
    image_px: int
    deadline_ms: int
    scene: Mapping[str, float] = field(default_factory=dict[str, float], kw_only=True)  # Scene.to_wire(); {} canonical
    truth: tuple[str, ...] = field(default=(), kw_only=True)  # channels wanted, of engine_bridge.truth.TRUTH_CHANNELS
    parameters: FloatMatrix  # (N, P), schema order
    choices: ByteMatrix  # (N, C), option numbers; C may be 0


@dataclass(frozen=True, eq=False)
class Frame(Message):
    """Engine to coordinator: one rendered sample of a job, sent as soon as it is ready, with the truth asked for."""

    kind: ClassVar[str] = "frame"
    request_id: int
    index: int
    sha256: str  # 64 hex digits over the sample's parameter bytes (4 P), then its choice bytes (C), as received
    render_ms: float  # the job's render time so far, divided by its samples so far
    pixels: Pixels
    segmentation: ByteMatrix | None = None  # (height, width), index into engine_bridge.truth.SEGMENTS
    depth: FloatMatrix | None = None  # (height, width), cm
    points: Points | None = None  # (468, 5): x px, y px, then X, Y, Z cm


@dataclass(frozen=True, eq=False)
class Fail(Message):
    """Engine to coordinator: this sample of a job will not come.

    Codes: parameters (never try these values again), scene (never ask this engine for this scene or truth again),
    limits, deadline, engine (trying again may help).
    """

    kind: ClassVar[str] = "fail"
    request_id: int
    index: int
    code: str
    reason: Words


@dataclass(frozen=True, eq=False)
class Credit(Message):
    """Engine to coordinator: so many more jobs may be sent; one is returned after each job's last Frame or Fail."""

    kind: ClassVar[str] = "credit"
    jobs: int


@dataclass(frozen=True, eq=False)
class Drain(Message):
    """Coordinator to engine: finish the jobs you hold, say Bye and leave."""

    kind: ClassVar[str] = "drain"
    reason: Words = ""
