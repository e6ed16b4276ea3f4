"""Greeting, liveness and errors: the messages of both kinds of link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine_bridge.protocol.base import MAX_PHOTO_BYTES, VERSION, Message, Octets, Words


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
    features: tuple[str, ...] = ()  # of SERVICE_FEATURES, what a service can do; since 1.2
    bundles: tuple[str, ...] = ()  # names that a request's `bundle` may give; the first is the default; since 1.2
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
