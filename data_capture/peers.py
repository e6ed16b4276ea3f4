"""One connected engine worker as the farm sees it: whether it fits, its credit, and what it is rendering."""

from __future__ import annotations

from dataclasses import dataclass, field

from data_capture.pipeline import Sample
from engine_bridge.errors import SchemaError
from engine_bridge.protocol import Hello, Reject
from engine_bridge.refusals import schema_refusal
from engine_bridge.schema import CharacterSchema


@dataclass(frozen=True)
class EngineIdentity:
    """What decides an engine's pictures: every worker of a capture has the same."""

    engine: str
    version: str
    schema: CharacterSchema


@dataclass
class JobInFlight:
    """A job that a worker holds: the samples still to come, and when its time is up (monotonic seconds)."""

    request_id: int
    waiting: dict[int, Sample]
    due_at: float


@dataclass
class Worker:
    """An engine worker that was welcomed; `link` and `peer` say how to reach it."""

    link: int
    peer: bytes
    instance: str
    pid: int
    own: bool  # started by this capture
    renderer: str
    credit: int
    most_samples: int
    jobs: dict[int, JobInFlight] = field(default_factory=dict[int, JobInFlight])
    fingerprint: int | None = None  # of the picture it sent last

    @property
    def name(self) -> str:
        """For messages to people."""
        return f"engine worker {self.pid}"


def identify(hello: Hello, engine: str, image_px: int, expected: EngineIdentity | None) -> EngineIdentity | Reject:
    """The identity in a worker's hello, or the refusal in words when it cannot serve this capture.

    `expected` is the identity that the capture already has, from its first worker or from the dataset.
    """
    if hello.engine != engine:
        return Reject("role", f"This capture drives engine '{engine}', this worker has '{hello.engine}'.")
    if hello.max_image_px < image_px:
        return Reject("limits", f"Images of {image_px} px are needed, this worker makes {hello.max_image_px} at most.")
    try:
        schema = CharacterSchema.from_json(hello.schema or b"")
    except SchemaError as error:
        return Reject("schema", str(error))
    if expected is not None:
        if hello.engine_version != expected.version:
            return Reject(
                "schema",
                f"Engine version {expected.version} is needed, this worker has {hello.engine_version}; "
                "install the same version, or capture into another folder.",
            )
        refusal = schema_refusal(expected.schema, hello)
        if refusal is not None:
            return refusal
    return EngineIdentity(hello.engine, hello.engine_version, schema)
