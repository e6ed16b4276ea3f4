"""Import, refine and compare: the messages between a client and the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from engine_bridge.protocol.base import (
    ByteMatrix,
    ByteVector,
    FloatMatrix,
    FloatVector,
    Message,
    Octets,
    Pixels,
)

MAX_VARIATIONS = 8
MAX_PHOTOS = 16
"""Of one person, in one Import."""
MAX_STEPS = 1_000
"""Of one Refine."""
SERVICE_FEATURES = ("face", "group", "locks", "several", "variations", "refine", "compare", "engine")
"""What a service of 1.2 may announce: fields of Import, further kinds, and that an engine draws and judges."""
COMPARISONS = ("side", "blend", "difference", "silhouette")


@dataclass(frozen=True, eq=False)
class Import(Message):
    """Client to service: reconstruct this photo. Answered exactly once: Imported, Superseded or Error.

    A newer Import or Refine in the same slot of the same client supersedes this one; the empty slot never supersedes.
    What is since 1.2 may only be used with a service that announces its feature: an older one ignores it.
    """

    kind: ClassVar[str] = "import"
    request_id: int
    slot: str
    deadline_ms: int  # counts from receipt
    pictures: bool  # whether to send `aligned` and `preview` back
    bundle: str = field(default="", kw_only=True)  # one of Welcome.bundles; "" is the first
    face: int = field(default=0, kw_only=True)  # which face of the photo, the largest first
    group: str = field(default="", kw_only=True)  # archetype to read the face around, such as "woman"; "" infers it
    locked: tuple[str, ...] = field(default=(), kw_only=True)  # parameters, groups and choices that stay as `current`
    mirrored: bool = field(default=False, kw_only=True)  # the two sides of the face are made equal
    variations: int = field(default=0, kw_only=True)  # other plausible characters wanted beside the first
    lengths: tuple[int, ...] = field(default=(), kw_only=True)  # bytes of each photo in `photo`, all of one person
    photo: Octets  # an image file: JPEG, PNG, WebP, BMP or TIFF; several one after another with `lengths`
    current: FloatVector | None = None  # (P,), what locked parameters are held at
    current_choices: ByteVector | None = None  # (C,)


@dataclass(frozen=True, eq=False)
class Imported(Message):
    """Service to client: the parameters found in a photo."""

    kind: ClassVar[str] = "imported"
    request_id: int
    schema_hash: str
    faces: int  # found in the photo
    warnings: tuple[str, ...]  # sentences for people
    timings_ms: Mapping[str, float]  # by stage, e.g. queue, decode, align, reconstruct
    digest: str = field(default="", kw_only=True)  # SHA-256 (hex) of the request's `photo`
    bundle: str = field(default="", kw_only=True)  # name and version of the bundle that answered
    face: int = field(default=0, kw_only=True)  # row of `boxes` that was taken
    drawn_by: str = field(default="imitator", kw_only=True)  # who drew `preview`: "engine" or "imitator"
    codes: tuple[str, ...] = field(default=(), kw_only=True)  # what each warning is about, such as "blurred"
    severities: tuple[str, ...] = field(default=(), kw_only=True)  # of each warning: note, warning or serious
    measures: Mapping[str, float] = field(default_factory=dict[str, float], kw_only=True)  # of the photo gate
    colours: Mapping[str, float] = field(default_factory=dict[str, float], kw_only=True)  # "skin.red": sRGB in [0, 1]
    groups: Mapping[str, float] = field(default_factory=dict[str, float], kw_only=True)  # archetype -> its share
    parameters: FloatVector  # (P,)
    choices: ByteVector  # (C,)
    aligned: Pixels | None = None  # the photo as the reconstructor saw it
    preview: Pixels | None = None  # the character, by `drawn_by`
    confidence: FloatVector | None = None  # (P,) in [0, 1]
    boxes: FloatMatrix | None = None  # (F, 4) px in the upright photo: left, top, right, bottom; the largest face first
    thumbnails: Pixels | None = None  # (F * 64, 64, 3): of each face, when there are several
    weights: FloatVector | None = None  # (N,) how much each of several photos counted; 0: left out
    variations: FloatMatrix | None = None  # (V, P)
    variation_choices: ByteMatrix | None = None  # (V, C)
    variation_previews: Pixels | None = None  # (V * height, width, 3)


@dataclass(frozen=True, eq=False)
class Refine(Message):
    """Client to service, since 1.2: search for parameters nearer to the photo, from these on.

    Answered by any number of Progress, then exactly one of Refined, Superseded or Error. With a slot it supersedes
    as an Import does.
    """

    kind: ClassVar[str] = "refine"
    request_id: int
    slot: str
    deadline_ms: int
    pictures: bool  # whether Progress and Refined carry `preview`, and Refined `render`
    bundle: str = ""
    face: int = 0
    group: str = ""
    locked: tuple[str, ...] = ()  # parameters and groups that stay as they are
    mirrored: bool = False
    steps: int = 50
    budget_ms: int = 30_000  # time after which the search ends with its best
    every_ms: int = 250  # least time between two Progress
    photo: Octets = field(kw_only=True)
    parameters: FloatVector = field(kw_only=True)  # (P,), where the search begins
    choices: ByteVector = field(kw_only=True)  # (C,), kept


@dataclass(frozen=True, eq=False)
class Progress(Message):
    """Service to client: the best parameters so far of a Refine."""

    kind: ClassVar[str] = "progress"
    request_id: int
    digest: str
    step: int
    steps: int
    loss_before: float  # where the search began
    loss: float  # of the best so far
    elapsed_ms: float
    parameters: FloatVector  # (P,)
    preview: Pixels | None = None


@dataclass(frozen=True, eq=False)
class Refined(Message):
    """Service to client: what a Refine came to. Where an engine is attached it judges, and what is not nearer to the
    photo in its own picture is not kept."""

    kind: ClassVar[str] = "refined"
    request_id: int
    schema_hash: str
    digest: str
    bundle: str
    step: int  # steps done
    ended: str  # "steps" or "budget"
    judge: str  # "engine" or "imitator"
    kept: bool  # False: `parameters` are the request's, for nothing nearer was found
    loss_before: float  # distance to the photo, by the judge, of the request's parameters
    loss: float  # and of `parameters`
    timings_ms: Mapping[str, float]
    parameters: FloatVector  # (P,)
    choices: ByteVector  # (C,)
    preview: Pixels | None = None  # the imitator's picture
    render: Pixels | None = None  # the engine's, where it judged


@dataclass(frozen=True, eq=False)
class Compare(Message):
    """Client to service, since 1.2: pictures that set a character beside its photo. Answered by Compared or Error."""

    kind: ClassVar[str] = "compare"
    request_id: int
    deadline_ms: int
    kinds: tuple[str, ...]  # of COMPARISONS
    bundle: str = ""
    face: int = 0
    blend: float = 0.5  # 0 shows the photo, 1 the character
    photo: Octets = field(kw_only=True)
    parameters: FloatVector = field(kw_only=True)  # (P,)
    choices: ByteVector = field(kw_only=True)  # (C,)
    other: FloatVector | None = field(default=None, kw_only=True)  # (P,): whose outline silhouettes are laid over
    other_choices: ByteVector | None = field(default=None, kw_only=True)


@dataclass(frozen=True, eq=False)
class Compared(Message):
    """Service to client: the pictures that a Compare asked for."""

    kind: ClassVar[str] = "compared"
    request_id: int
    digest: str
    drawn_by: str  # "engine" or "imitator"
    side: Pixels | None = None  # photo and character side by side
    blend: Pixels | None = None
    difference: Pixels | None = None
    silhouette: Pixels | None = None  # turned to either side, with outlines; by an engine only


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
