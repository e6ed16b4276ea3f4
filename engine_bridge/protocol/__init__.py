"""The messages of the wire, one frozen dataclass each, with the version and limits they live under.

A message travels as one ZeroMQ multipart message: a *header* part, then one *part* per array the message carries.
Fields annotated with `Part` are arrays and travel as parts; every other field is a header field, in declared order.
`engine_bridge.codec` turns these classes into bytes and back; `docs/protocol.md` is the same thing for other languages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata

import numpy as np
import numpy.typing as npt

from engine_bridge.protocol.base import (
    MAX_HEADER_BYTES,
    MAX_IMAGE_PX,
    MAX_ITEMS,
    MAX_PARTS,
    MAX_PHOTO_BYTES,
    MAX_SCHEMA_BYTES,
    MAX_TEXT_BYTES,
    MAX_TRUTH_PX,
    VERSION,
    ByteMatrix,
    ByteVector,
    FloatMatrix,
    FloatVector,
    Message,
    Octets,
    Part,
    Pixels,
    Points,
    Words,
)
from engine_bridge.protocol.capture import Credit, Drain, Fail, Frame, Job
from engine_bridge.protocol.greeting import Bye, Error, Hello, Ping, Pong, Reject, Welcome
from engine_bridge.protocol.service import (
    COMPARISONS,
    MAX_PHOTOS,
    MAX_STEPS,
    MAX_VARIATIONS,
    SERVICE_FEATURES,
    Cancel,
    Compare,
    Compared,
    Import,
    Imported,
    Progress,
    Refine,
    Refined,
    Superseded,
)

__all__ = [
    "ByteMatrix", "ByteVector", "FloatMatrix", "FloatVector", "MAX_HEADER_BYTES", "MAX_IMAGE_PX", "MAX_ITEMS",
    "MAX_PARTS", "MAX_PHOTO_BYTES", "MAX_SCHEMA_BYTES", "MAX_TEXT_BYTES", "MAX_TRUTH_PX", "Message", "Octets",
    "Part", "Pixels", "Points", "VERSION", "Words", "MAX_VARIATIONS", "MAX_PHOTOS", "MAX_STEPS",
    "SERVICE_FEATURES", "COMPARISONS", "Hello", "Welcome", "Reject", "Ping", "Pong", "Bye", "Error", "Job",
    "Frame", "Fail", "Credit", "Drain", "Import", "Imported", "Refine", "Progress", "Refined", "Compare",
    "Compared", "Superseded", "Cancel", "MESSAGES", "BY_KIND", "Heartbeat", "sample_digest", "software",
]  # fmt: skip

MESSAGES: tuple[type[Message], ...] = (
    Hello, Welcome, Reject, Ping, Pong, Bye, Error,
    Job, Frame, Fail, Credit, Drain,
    Import, Imported, Refine, Progress, Refined, Compare, Compared, Superseded, Cancel,
)  # fmt: skip
"""Every kind of the protocol, in the order of docs/protocol.md."""

BY_KIND: Mapping[str, type[Message]] = {message.kind: message for message in MESSAGES}


def software() -> str:
    """Name and version of this program, for a Hello or Welcome."""
    try:
        return f"facebridge {metadata.version('facebridge')}"
    except metadata.PackageNotFoundError:  # run from a source tree that was never installed
        return "facebridge"


def sample_digest(parameters: npt.NDArray[np.float32], choices: npt.NDArray[np.uint8]) -> str:
    """SHA-256 (hex) over a sample's parameter bytes (P,), float32 little-endian, then its choice bytes (C,)."""
    digest = hashlib.sha256(np.ascontiguousarray(parameters, "<f4").tobytes())
    digest.update(np.ascontiguousarray(choices, np.uint8).tobytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Heartbeat:
    """The rhythm a ROUTER asks for in its Welcome.

    The allowance is 15 intervals: a process that shares two cores with a training run has been seen to stall for
    several seconds, and a dead local engine is noticed at once by its exit, not by its silence.
    """

    interval_s: float = field(default=1.0)
    allowance_s: float = field(default=15.0)
