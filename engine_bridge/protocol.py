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
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt

VERSION = (1, 1)
"""Protocol (major, minor). Another major is refused; a higher minor may add fields and kinds, which are ignored."""

MAX_HEADER_BYTES = 64 << 10
"""A longer header is refused before it is decoded."""
MAX_PARTS = 8
"""Header part and array parts of one message; the largest messages (Frame with its truth, Imported) have five."""
MAX_TEXT_BYTES = 4096
"""Of one text field, in UTF-8."""
MAX_ITEMS = 4096
"""Of one list or map field; also the largest job in samples."""
MAX_SCHEMA_BYTES = 1 << 20
MAX_PHOTO_BYTES = 32 << 20
"""What a service accepts unless its Welcome says otherwise; a client checks before it sends."""
MAX_IMAGE_PX = 4096
"""Largest side of a rendered image; RGB8 of that size is 48 MiB."""
MAX_TRUTH_PX = 2048
"""Largest side of an image that truth is asked for; its depth is 16 MiB."""


@dataclass(frozen=True)
class Part:
    """How an array travels: element type ("f4" float32 little-endian, "u1" bytes), rank, first and last dimension."""

    dtype: Literal["f4", "u1"]
    rank: int
    last: int | None = None
    first: int | None = None


Words = Annotated[str, "words"]
"""A sentence for people. The sender cuts it to MAX_TEXT_BYTES instead of failing over a long one."""
Octets = Annotated[bytes, Part("u1", 1)]
"""Opaque bytes: a JSON document or an encoded photo."""
FloatVector = Annotated[npt.NDArray[np.float32], Part("f4", 1)]
FloatMatrix = Annotated[npt.NDArray[np.float32], Part("f4", 2)]
ByteVector = Annotated[npt.NDArray[np.uint8], Part("u1", 1)]
ByteMatrix = Annotated[npt.NDArray[np.uint8], Part("u1", 2)]
Pixels = Annotated[npt.NDArray[np.uint8], Part("u1", 3, last=3)]
"""Image (height, width, 3): sRGB, tight RGB8 rows, top-left origin."""
Points = Annotated[npt.NDArray[np.float32], Part("f4", 2, last=5, first=468)]
"""Face-mesh points (468, 5) of a picture, laid out as engine_bridge.truth says."""


class Message:
    """Base of all messages; `kind` is the name on the wire."""

    kind: ClassVar[str] = ""


# -- greeting and liveness: both kinds of link ------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Hello(Message):
    """The first message of a DEALER (engine or client); must be answered by Welcome or Reject.

    An engine fills every field. A client leaves engine, renderer and limits empty; it sends `schema_hash`, and if it
    likes the schema itself, to be refused when the service's bundle was made for another character.
    """

    kind: ClassVar[str] = "hello"
    protocol: tuple[int, ...] = VERSION
    role: str = "client"  # "engine" | "client"
    software: str = ""  # program and version, for logs
    instance: str = ""  # a fresh random id for each process, kept over reconnects
    pid: int = 0
    engine: str = ""
    engine_version: str = ""
    renderer: str = ""  # e.g. GL_RENDERER; recorded, never compared
    schema_hash: str = ""  # SHA-256, 64 hex digits, of the bytes in `schema`; "" only for a client without one
    credit: int = 0  # jobs the engine takes at once
    max_image_px: int = 0
    max_job_samples: int = 0
    features: tuple[str, ...] = ()  # of engine_bridge.scene.FEATURES, what the engine supports; since 1.1
    schema: Octets | None = None


@dataclass(frozen=True, eq=False)
class Welcome(Message):
    """The ROUTER accepts a Hello, and states the rhythm of heartbeats and the limits it enforces."""

    kind: ClassVar[str] = "welcome"
    protocol: tuple[int, ...] = VERSION
    role: str = "coordinator"  # "coordinator" | "service"
    software: str = ""
    instance: str = ""
    pid: int = 0
    bundle: str = ""  # name and version of a service's bundle
    schema_hash: str = ""
    heartbeat_ms: int = 1000  # the DEALER sends Ping this often
    allowance_ms: int = 15000  # silence after which either side takes the other for dead
    max_photo_bytes: int = MAX_PHOTO_BYTES
    schema: Octets | None = None


@dataclass(frozen=True, eq=False)
class Reject(Message):
    """The ROUTER refuses a peer, in words; `code` is protocol, role, schema, limits, busy or hello-first."""

    kind: ClassVar[str] = "reject"
    code: str
    reason: Words


@dataclass(frozen=True, eq=False)
class Ping(Message):
    """Sent by the DEALER every `heartbeat_ms`, whatever else it is doing."""

    kind: ClassVar[str] = "ping"
    number: int


@dataclass(frozen=True, eq=False)
class Pong(Message):
    """The ROUTER's answer to a Ping, with its number."""

    kind: ClassVar[str] = "pong"
    number: int


@dataclass(frozen=True, eq=False)
class Bye(Message):
    """Either side leaves; nothing follows it."""

    kind: ClassVar[str] = "bye"
    reason: Words = ""


@dataclass(frozen=True, eq=False)
class Error(Message):
    """A request, or a message nobody understood, failed; `request_id` 0 means that it cannot be tied to a request.

    Codes: malformed, unknown-kind, deadline, cancelled, busy, input (the photo or value is unusable), internal.
    """

    kind: ClassVar[str] = "error"
    request_id: int
    code: str
    message: Words


# -- capture: coordinator and engine ----------------------------------------------------------------------------


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


# -- import: client and service ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Import(Message):
    """Client to service: reconstruct this photo. Answered exactly once: Imported, Superseded or Error.

    A newer Import in the same slot of the same client supersedes this one; the empty slot never supersedes.
    """

    kind: ClassVar[str] = "import"
    request_id: int
    slot: str
    deadline_ms: int  # counts from receipt
    pictures: bool  # whether to send `aligned` and `preview` back
    photo: Octets  # an image file: JPEG, PNG, WebP, BMP or TIFF


@dataclass(frozen=True, eq=False)
class Imported(Message):
    """Service to client: the parameters found in a photo."""

    kind: ClassVar[str] = "imported"
    request_id: int
    schema_hash: str
    faces: int  # found in the photo; the largest was taken
    warnings: tuple[str, ...]  # sentences for people
    timings_ms: Mapping[str, float]  # by stage, e.g. queue, decode, align, reconstruct
    parameters: FloatVector  # (P,)
    choices: ByteVector  # (C,)
    aligned: Pixels | None = None  # the photo as the reconstructor saw it
    preview: Pixels | None = None  # the imitator's picture of the parameters


@dataclass(frozen=True, eq=False)
class Superseded(Message):
    """Service to client: a newer Import took this one's slot, and nothing more will come for it."""

    kind: ClassVar[str] = "superseded"
    request_id: int
    by: int  # the newer request


@dataclass(frozen=True, eq=False)
class Cancel(Message):
    """Client to service: no longer wanted; answered by Error "cancelled" unless the answer was already sent."""

    kind: ClassVar[str] = "cancel"
    request_id: int


MESSAGES: tuple[type[Message], ...] = (
    Hello, Welcome, Reject, Ping, Pong, Bye, Error,
    Job, Frame, Fail, Credit, Drain,
    Import, Imported, Superseded, Cancel,
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
