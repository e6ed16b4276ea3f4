"""What a client gets from a service: imports, refinements and comparisons as checked values instead of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import ProtocolError, SchemaError
from engine_bridge.protocol import Compared, Imported, Progress, Refined
from engine_bridge.schema import CharacterSchema

THUMBNAIL_PX = 64
SEVERITIES = ("note", "warning", "serious")

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Advice:
    """One fault of a photo: what it is about, how much it matters (one of SEVERITIES), and a sentence for people."""

    code: str
    severity: str
    words: str


@dataclass(frozen=True, eq=False)
class Variation:
    """Another plausible character for the same photo: parameters (P,), choices (C,), the imitator's picture."""

    parameters: Floats
    choices: Bytes
    preview: Pixels | None


@dataclass(frozen=True, eq=False)
class ImportResult:
    """What was found in one photo, or in several of one person. Arrays are read-only.

    What a service of protocol 1.1 does not say is empty or None.
    """

    parameters: Floats  # (P,), schema order, checked against the schema
    choices: Bytes  # (C,)
    faces: int  # found in the photo
    warnings: tuple[str, ...]
    timings_ms: Mapping[str, float]
    aligned: Pixels | None  # (H, W, 3) sRGB: the photo as the reconstructor saw it
    preview: Pixels | None  # (H, W, 3) sRGB: the character
    drawn_by: str = "imitator"  # who drew the preview: "engine" or "imitator"
    bundle: str = ""
    face: int = 0  # row of `boxes` that was taken
    advice: tuple[Advice, ...] = ()  # the warnings, with their codes and severities
    measures: Mapping[str, float] = field(default_factory=dict[str, float])
    colours: Mapping[str, tuple[float, float, float]] = field(default_factory=dict[str, tuple[float, float, float]])
    groups: Mapping[str, float] = field(default_factory=dict[str, float])
    confidence: Floats | None = None  # (P,) in [0, 1]
    boxes: Floats | None = None  # (F, 4) px: left, top, right, bottom; the largest face first
    thumbnails: Pixels | None = None  # (F, 64, 64, 3), when there are several faces
    weights: Floats | None = None  # (N,) of several photos; 0: left out
    variations: tuple[Variation, ...] = ()


@dataclass(frozen=True, eq=False)
class RefineProgress:
    """The best so far of a search: parameters (P,), checked against the schema; `loss` falls from `loss_before`."""

    step: int
    steps: int
    loss_before: float
    loss: float
    elapsed_ms: float
    parameters: Floats
    preview: Pixels | None


@dataclass(frozen=True, eq=False)
class RefineResult:
    """What a search came to. `kept` is False when nothing nearer to the photo was found: `parameters` are then those
    that it began with. `loss_before` and `loss` are distances to the photo by `judge`, "engine" or "imitator"."""

    parameters: Floats
    choices: Bytes
    kept: bool
    judge: str
    loss_before: float
    loss: float
    step: int
    ended: str  # "steps" or "budget"
    bundle: str
    timings_ms: Mapping[str, float]
    preview: Pixels | None
    render: Pixels | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Pictures that set a character beside its photo, (H, W, 3) sRGB; None where not asked for."""

    drawn_by: str  # "engine" or "imitator"
    side: Pixels | None
    blend: Pixels | None
    difference: Pixels | None
    silhouette: Pixels | None


def import_result(message: Imported, schema: CharacterSchema, digest: str = "") -> ImportResult:
    """A service's answer as a checked value; `digest` is the SHA-256 of the photo that was sent, "" to trust it.

    Raises SchemaError for another character or a parameter out of range, ProtocolError for another photo's answer.
    """
    _check_answer(message.schema_hash, schema, message.digest, digest)
    if len(message.codes) == len(message.severities) == len(message.warnings):
        pairs = zip(message.codes, message.severities, message.warnings, strict=True)
        known = tuple(Advice(code, level if level in SEVERITIES else "note", words) for code, level, words in pairs)
    else:
        known = tuple(Advice("", "warning", words) for words in message.warnings)
    return ImportResult(
        parameters=schema.check(message.parameters),
        choices=schema.check_choices(message.choices),
        faces=message.faces,
        warnings=message.warnings,
        timings_ms=message.timings_ms,
        aligned=message.aligned,
        preview=message.preview,
        drawn_by=message.drawn_by,
        bundle=message.bundle,
        face=message.face,
        advice=known,
        measures=message.measures,
        colours=_colours(message.colours),
        groups=message.groups,
        confidence=_confidence(message.confidence, schema),
        boxes=message.boxes,
        thumbnails=_stack(message.thumbnails, THUMBNAIL_PX),
        weights=message.weights,
        variations=_variations(message, schema),
    )


def refine_progress(message: Progress, schema: CharacterSchema) -> RefineProgress:
    """Raises SchemaError for a parameter out of range."""
    return RefineProgress(
        message.step,
        message.steps,
        message.loss_before,
        message.loss,
        message.elapsed_ms,
        schema.check(message.parameters),
        message.preview,
    )


def refine_result(message: Refined, schema: CharacterSchema, digest: str = "") -> RefineResult:
    """Raises what `import_result` raises."""
    _check_answer(message.schema_hash, schema, message.digest, digest)
    return RefineResult(
        parameters=schema.check(message.parameters),
        choices=schema.check_choices(message.choices),
        kept=message.kept,
        judge=message.judge,
        loss_before=message.loss_before,
        loss=message.loss,
        step=message.step,
        ended=message.ended,
        bundle=message.bundle,
        timings_ms=message.timings_ms,
        preview=message.preview,
        render=message.render,
    )


def comparison(message: Compared) -> Comparison:
    """The pictures of a Compared."""
    return Comparison(message.drawn_by, message.side, message.blend, message.difference, message.silhouette)


def _check_answer(schema_hash: str, schema: CharacterSchema, theirs: str, digest: str) -> None:
    if schema_hash != schema.hash:
        raise SchemaError(f"The answer is for schema {schema_hash}, the service announced {schema.hash}.")
    if digest and theirs and theirs != digest:
        raise ProtocolError(
            f"The answer belongs to another photo ({theirs[:12]}, sent was {digest[:12]}); restart the service."
        )


def _confidence(values: Floats | None, schema: CharacterSchema) -> Floats | None:
    if values is None:
        return None
    if values.shape != (schema.count,) or not np.isfinite(values).all():
        raise ProtocolError(f"The confidence has shape {values.shape}, expected ({schema.count},) of finite numbers.")
    return np.clip(values, 0.0, 1.0)


def _colours(flat: Mapping[str, float]) -> dict[str, tuple[float, float, float]]:
    """ "skin.red", "skin.green", "skin.blue" -> "skin": (red, green, blue)."""
    names = dict.fromkeys(name.rpartition(".")[0] for name in flat)
    parts = ("red", "green", "blue")
    return {
        name: (flat[f"{name}.red"], flat[f"{name}.green"], flat[f"{name}.blue"])
        for name in names
        if all(f"{name}.{part}" in flat for part in parts)
    }


def _stack(picture: Pixels | None, height: int) -> Pixels | None:
    """Pictures one below the other -> (N, height, width, 3)."""
    if picture is None or height < 1 or picture.shape[0] % height:
        return None
    return picture.reshape(-1, height, *picture.shape[1:])


def _variations(message: Imported, schema: CharacterSchema) -> tuple[Variation, ...]:
    if message.variations is None:
        return ()
    count = len(message.variations)
    choices = message.variation_choices
    if choices is None or len(choices) != count:
        choices = np.tile(schema.check_choices(message.choices), (count, 1))
    stacked = message.variation_previews
    previews = None if stacked is None or not count else _stack(stacked, stacked.shape[0] // count)
    return tuple(
        Variation(
            schema.check(message.variations[row]),
            schema.check_choices(choices[row]),
            None if previews is None or len(previews) != count else previews[row],
        )
        for row in range(count)
    )
