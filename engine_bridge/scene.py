"""What surrounds a character in a picture: camera, light, background and expression, and how an engine is asked for it.

A `Scene` says nothing about the character, and the same scene means the same in every engine. Each field may be absent,
which leaves it at the engine's canonical value: `Scene()` is the canonical screenshot, the only kind a capture records.

Head space is right-handed, in cm: X to the character's left (the right of the canonical picture), Y up, Z out of the
face. With the look-at point c and the canonical distance D of the engine, the camera stands at

    c + distance D (sin yaw cos pitch, sin pitch, cos yaw cos pitch)

and looks at c. Light that comes from (light_yaw, light_pitch) comes from the direction of the same formula; it is fixed
to the head, not to the camera. `docs/protocol.md` says the same for other languages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from numbers import Real
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

from engine_bridge.errors import InputError, Refused
from engine_bridge.truth import TRUTH_CHANNELS

SCENE_FEATURES = ("camera", "light", "background", "expression")
"""What a scene may set; an engine that announces one of them honours every field of it."""
FEATURES = SCENE_FEATURES + TRUTH_CHANNELS
"""Everything that an engine may announce in its hello."""

BLENDSHAPES = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip
"""The 52 expressions of ARKit (ARFaceAnchor.BlendShapeLocation); left and right are the character's own."""

FORMAT = "facebridge-scene"
VERSION = 1
MAX_FILE_BYTES = 64 << 10

Colour = tuple[float, float, float]

_NUMBERS: Mapping[str, tuple[str, float, float]] = {
    "yaw_deg": ("camera", -90.0, 90.0),
    "pitch_deg": ("camera", -60.0, 60.0),
    "roll_deg": ("camera", -180.0, 180.0),
    "distance": ("camera", 0.5, 4.0),
    "focal_length_mm": ("camera", 15.0, 400.0),
    "light_yaw_deg": ("light", -180.0, 180.0),
    "light_pitch_deg": ("light", -90.0, 90.0),
    "light_intensity": ("light", 0.0, 4.0),
}
_COLOURS: Mapping[str, tuple[str, float]] = {"light_colour": ("light", 4.0), "background": ("background", 1.0)}
_COMPONENTS = ("red", "green", "blue")


@dataclass(frozen=True)
class Scene:
    """Everything in a picture but the character; None leaves a field at the engine's canonical value.

    Raises InputError naming the field, its value and its range. `expression` becomes a read-only map in ARKit's order.
    """

    yaw_deg: float | None = None
    """Of the camera around the head, -90 to 90: positive shows more of the character's left side."""
    pitch_deg: float | None = None
    """Of the camera around the head, -60 to 60: positive looks down on it."""
    roll_deg: float | None = None
    """Of the camera about its own axis, -180 to 180: positive turns the picture's content anticlockwise."""
    distance: float | None = None
    """Camera to look-at point, as a factor of the canonical distance, 0.5 to 4; the field of view stays."""
    focal_length_mm: float | None = None
    """On a frame 24 mm high (as on 35 mm film), 15 to 400: the square picture sees 2 atan(12 / focal length)."""
    light_yaw_deg: float | None = None
    """Where the key light comes from, -180 to 180: positive from the character's left."""
    light_pitch_deg: float | None = None
    """Where the key light comes from, -90 to 90: positive from above."""
    light_colour: Colour | None = None
    """Of the key light: linear RGB, each 0 to 4; (1, 1, 1) is white."""
    light_intensity: float | None = None
    """Of the key light, as a factor of the canonical intensity, 0 to 4; the other lights stay."""
    background: Colour | None = None
    """One flat colour behind the character: sRGB, each 0 to 1."""
    expression: Mapping[str, float] | None = None
    """ARKit's names to weights, 0 to 1; a name that is absent stays at its canonical weight."""

    def __post_init__(self) -> None:
        for name, (_, low, high) in _NUMBERS.items():
            value: object = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _number(name, value, low, high))
        for name, (_, high) in _COLOURS.items():
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _colour(name, value, high))
        if self.expression is not None:
            object.__setattr__(self, "expression", _expression(self.expression))

    def features(self) -> tuple[str, ...]:
        """The features an engine needs for this scene, in the order of SCENE_FEATURES; () for the canonical one."""
        return tuple(feature for feature in SCENE_FEATURES if self.set_fields(feature))

    def set_fields(self, feature: str) -> tuple[str, ...]:
        """The names of the fields of one feature that are set, for messages to people."""
        return tuple(
            field.name
            for field in fields(self)
            if _FEATURE_OF[field.name] == feature and getattr(self, field.name) is not None
        )

    def to_wire(self) -> dict[str, float]:
        """One flat map of names to numbers, in declared order, absent fields left out."""
        found: dict[str, float] = {}
        for name, value in self.to_document().items():
            if name in _COLOURS:
                found |= {f"{name}.{part}": value[k] for k, part in enumerate(_COMPONENTS)}
            elif name == "expression":
                found |= {f"expression.{shape}": weight for shape, weight in value.items()}
            else:
                found[name] = value
        return found

    @classmethod
    def from_wire(cls, values: Mapping[str, float]) -> Scene:
        """The scene in a job's map; raises InputError for an unknown name, half a colour or a value out of range."""
        document: dict[str, Any] = {}
        for name, value in values.items():
            field, _, part = name.partition(".")
            if name in _NUMBERS:
                document[name] = value
            elif (field == "expression" and part) or (field in _COLOURS and part in _COMPONENTS):
                document.setdefault(field, {})[part] = value
            else:
                raise InputError(f"The scene has a field '{name[:64]}', which this version does not know.")
        for name in _COLOURS:
            parts = document.get(name)
            if isinstance(parts, dict):
                given = cast("dict[str, float]", parts)
                if len(given) != len(_COMPONENTS):
                    raise InputError(f"The scene's {name} has only {', '.join(given)}, expected red, green and blue.")
                document[name] = tuple(given[part] for part in _COMPONENTS)
        return cls.from_document(document)

    def to_document(self) -> dict[str, Any]:
        """The fields that are set, in declared order, as JSON has them: a colour is a list of three numbers."""
        found: dict[str, Any] = {}
        for field in fields(self):
            value: Any = getattr(self, field.name)
            if value is not None:
                found[field.name] = list(value) if field.name in _COLOURS else value
        if self.expression is not None:
            found["expression"] = dict(self.expression)
        return found

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Scene:
        """The inverse of `to_document`; raises InputError for an unknown field or a wrong value."""
        unknown = [name for name in document if name not in _FEATURE_OF]
        if unknown:
            known = ", ".join(_FEATURE_OF)
            raise InputError(f"The scene has a field '{unknown[0][:64]}', expected one of {known}.")
        return cls(**document)

    def to_json(self) -> bytes:
        """A scene file, UTF-8 JSON."""
        document = {"format": FORMAT, "version": VERSION, **self.to_document()}
        return (json.dumps(document, indent=2, allow_nan=False) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Scene:
        """The scene in a scene file's bytes; raises InputError saying what is wrong."""
        if len(data) > MAX_FILE_BYTES:
            raise InputError(f"A scene file is at most {MAX_FILE_BYTES >> 10} KiB; this one is longer.")
        try:
            document = json.loads(data.decode("utf-8"))
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise InputError(f"A scene file must be UTF-8 JSON ({error}).") from error
        if not isinstance(document, dict) or cast("dict[str, Any]", document).get("format") != FORMAT:
            raise InputError(f"A scene file must be a JSON object whose 'format' is '{FORMAT}'.")
        described = cast("dict[str, Any]", document)
        if described.get("version") != VERSION:
            raise InputError(f"The scene file has version {described.get('version')!r}, this program reads {VERSION}.")
        return cls.from_document({name: described[name] for name in described if name not in ("format", "version")})


_FEATURE_OF: Mapping[str, str] = {
    field.name: {"background": "background", "expression": "expression"}.get(
        field.name, "light" if field.name.startswith("light_") else "camera"
    )
    for field in fields(Scene)
}
"""The feature that each field belongs to, in declared order."""


def read_scene(path: Path) -> Scene:
    """The scene in a file; raises InputError naming the file and what is wrong in it."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"Cannot read the scene file {path}: {error.strerror or error}.") from error
    try:
        return Scene.from_json(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def require_features(engine: str, supported: Sequence[str], scene: Scene, truth: Sequence[str]) -> None:
    """Raise Refused, naming the engine, what it lacks and what it has, unless it supports this scene and this truth."""
    lacking = [f"{name} ({', '.join(scene.set_fields(name))})" for name in scene.features() if name not in supported]
    lacking += [f"{name[:64]} as truth" for name in truth if name not in supported or name not in TRUTH_CHANNELS]
    if lacking:
        known = [name for name in supported if name in FEATURES]
        has = ", ".join(known) if known else "none of the features of a scene or of truth"
        raise Refused(f"The engine '{engine}' does not support {', '.join(lacking)}; it supports {has}.")


def _number(name: str, value: object, low: float, high: float) -> float:
    number = float("nan") if isinstance(value, bool) or not isinstance(value, Real) else cast("float", value)
    # NaN fails the comparison, as it must; float() of a long integer from a file would overflow, so it comes last.
    if not low <= number <= high:
        raise InputError(f"The scene's {name} is {_shown(value)}, expected a number from {low:g} to {high:g}.")
    return float(number)


def _colour(name: str, value: object, high: float) -> Colour:
    parts = cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
    if len(parts) != len(_COMPONENTS):
        shown = _shown(cast("object", value))
        raise InputError(f"The scene's {name} is {shown}, expected red, green and blue from 0 to {high:g}.")
    red, green, blue = (_number(f"{name}.{part}", parts[k], 0.0, high) for k, part in enumerate(_COMPONENTS))
    return red, green, blue


def _expression(value: object) -> Mapping[str, float] | None:
    if not isinstance(value, Mapping):
        raise InputError(f"The scene's expression is {_shown(value)}, expected a map of names to weights.")
    weights = cast("Mapping[object, object]", value)
    unknown = [name for name in weights if name not in BLENDSHAPES]
    if unknown:
        raise InputError(
            f"The scene's expression has {_shown(unknown[0])}, which is not one of ARKit's 52 blendshapes, "
            f"{BLENDSHAPES[0]} to {BLENDSHAPES[-1]}."
        )
    ordered = {name: _number(f"expression.{name}", weights[name], 0.0, 1.0) for name in BLENDSHAPES if name in weights}
    return MappingProxyType(ordered) if ordered else None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
