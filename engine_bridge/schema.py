"""CharacterSchema: the ordered parameters and choices of one character as its engine announces them, and their hash."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import SchemaError

KINDS = ("shape", "bone", "material")
# Far above any character we know of (the paper's has 267 parameters), and small enough to bound a hostile hello.
MAX_SCHEMA_BYTES = 1 << 20
MAX_PARAMETERS = 4096
MAX_CHOICES = 64

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Parameter:
    """One continuous parameter with a physical facial meaning; `mirror` names its partner on the other side."""

    name: str
    group: str
    label: str
    description: str
    minimum: float
    maximum: float
    default: float
    mirror: str | None
    kind: str


@dataclass(frozen=True)
class Choice:
    """One discrete setting outside the parameter vector, such as a hair style."""

    name: str
    label: str
    description: str
    options: tuple[str, ...]
    default: str


@dataclass(frozen=True)
class CharacterSchema:
    """Ordered parameters and choices of one character.

    Raises SchemaError when names repeat, a range is empty or not finite, a default lies outside its range, a mirror
    partner is unknown or not mutual, or a choice's default is not one of its options.
    """

    character: str
    version: str
    parameters: tuple[Parameter, ...]
    choices: tuple[Choice, ...] = ()
    source: bytes | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_parameters(self.parameters)
        _check_choices(self.choices)

    @classmethod
    def from_json(cls, data: bytes) -> CharacterSchema:
        """Read a schema from the sender's UTF-8 JSON bytes, which are kept: the hash is theirs, not of a rewrite.

        Raises SchemaError when the bytes are too many, not JSON, or do not describe a schema.
        """
        if len(data) > MAX_SCHEMA_BYTES:
            raise SchemaError(f"The schema is {len(data)} bytes long, at most {MAX_SCHEMA_BYTES} are accepted.")
        try:
            document = json.loads(data.decode("utf-8"))
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise SchemaError(f"The schema is not UTF-8 JSON ({error}); export it again from its engine.") from error
        if not isinstance(document, dict):
            raise SchemaError("The schema's JSON is not an object; export it again from its engine.")
        fields = cast("dict[str, Any]", document)
        parameters = tuple(_parameter(item) for item in _list(fields, "parameters", MAX_PARAMETERS))
        choices = tuple(_choice(item) for item in _list(fields, "choices", MAX_CHOICES))
        return cls(_text(fields, "character"), _text(fields, "version"), parameters, choices, source=bytes(data))

    def to_json(self) -> bytes:
        """The very bytes this schema was read from, or the canonical ones when it was built in code."""
        if self.source is not None:
            return self.source
        document = {
            "character": self.character,
            "version": self.version,
            "parameters": [vars(parameter) for parameter in self.parameters],
            "choices": [{**vars(choice), "options": list(choice.options)} for choice in self.choices],
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

    @cached_property
    def hash(self) -> str:
        """SHA-256 (hex) over the sender's JSON bytes."""
        return hashlib.sha256(self.to_json()).hexdigest()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Parameter names in schema order."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def count(self) -> int:
        """Number of continuous parameters, P."""
        return len(self.parameters)

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Parameter names by group, in schema order."""
        found: dict[str, list[str]] = {}
        for parameter in self.parameters:
            found.setdefault(parameter.group, []).append(parameter.name)
        return {group: tuple(names) for group, names in found.items()}

    @cached_property
    def minimum(self) -> Floats:
        """Lower end of each parameter's range, (P,)."""
        return np.array([parameter.minimum for parameter in self.parameters], np.float32)

    @cached_property
    def maximum(self) -> Floats:
        """Upper end of each parameter's range, (P,)."""
        return np.array([parameter.maximum for parameter in self.parameters], np.float32)

    @cached_property
    def defaults(self) -> Floats:
        """The neutral character, (P,)."""
        return np.array([parameter.default for parameter in self.parameters], np.float32)

    @cached_property
    def default_choices(self) -> Bytes:
        """Index of each choice's default option, (C,)."""
        return np.array([choice.options.index(choice.default) for choice in self.choices], np.uint8)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self.names)}

    def index(self, name: str) -> int:
        """Position of a parameter; raises SchemaError for an unknown name, suggesting the nearest one."""
        if name not in self._index:
            raise SchemaError(f"Unknown parameter '{name}'{_suggest(name, self.names)} for {self.character}.")
        return self._index[name]

    def check(self, vector: npt.ArrayLike) -> Floats:
        """The vector as float32 (P,); raises SchemaError naming the first parameter that is not finite or in range."""
        values = np.asarray(vector, np.float32)
        if values.shape != (self.count,):
            raise SchemaError(f"The parameter vector has shape {values.shape}, {self.character} needs ({self.count},).")
        # float32 rounding of a range end must not refuse the end itself.
        bad = ~np.isfinite(values) | (values < self.minimum - 1e-6) | (values > self.maximum + 1e-6)
        if bad.any():
            parameter = self.parameters[int(np.argmax(bad))]
            raise SchemaError(
                f"Parameter '{parameter.name}' is {values[int(np.argmax(bad))]:g}, "
                f"expected a number from {parameter.minimum:g} to {parameter.maximum:g}."
            )
        return np.clip(values, self.minimum, self.maximum)

    def vector(self, mapping: Mapping[str, float]) -> Floats:
        """Parameters by name -> float32 (P,); raises SchemaError for a missing, unknown, NaN or out-of-range one."""
        for name in mapping:
            self.index(name)
        missing = [name for name in self.names if name not in mapping]
        if missing:
            raise SchemaError(
                f"Parameter '{missing[0]}' is missing ({len(missing)} of {self.count} are); "
                "give every parameter of the schema a value."
            )
        for name, value in mapping.items():
            # The mapping may come from a JSON file, whatever its declared type.
            if isinstance(value, bool) or not isinstance(value, int | float):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise SchemaError(f"Parameter '{name}' is {value!r}, expected a number.")
        return self.check([mapping[name] for name in self.names])

    def mapping(self, vector: npt.ArrayLike) -> dict[str, float]:
        """float32 (P,) -> parameters by name, in schema order."""
        return {name: float(value) for name, value in zip(self.names, self.check(vector), strict=True)}

    def choice_vector(self, mapping: Mapping[str, str]) -> Bytes:
        """Choices by name -> option indices (C,); what is not named keeps its default."""
        values = self.default_choices.copy()
        known = {choice.name: (position, choice) for position, choice in enumerate(self.choices)}
        for name, option in mapping.items():
            if name not in known:
                raise SchemaError(f"Unknown choice '{name}'{_suggest(name, tuple(known))} for {self.character}.")
            position, choice = known[name]
            if option not in choice.options:
                raise SchemaError(f"Choice '{name}' is {option!r}, expected one of {', '.join(choice.options)}.")
            values[position] = choice.options.index(option)
        return values

    def check_choices(self, vector: npt.ArrayLike) -> Bytes:
        """The choices as uint8 (C,); raises SchemaError naming the first that has no such option."""
        values = np.asarray(vector)
        if values.shape != (len(self.choices),):
            raise SchemaError(
                f"The choice vector has shape {values.shape}, {self.character} needs ({len(self.choices)},)."
            )
        for choice, value in zip(self.choices, values.tolist(), strict=True):
            if not 0 <= value < len(choice.options):
                last = len(choice.options) - 1
                raise SchemaError(f"Choice '{choice.name}' has no option {value}, expected 0 to {last}.")
        return values.astype(np.uint8)

    def choice_mapping(self, vector: npt.ArrayLike) -> dict[str, str]:
        """Option indices (C,) -> choices by name."""
        values = self.check_choices(vector)
        return {choice.name: choice.options[int(value)] for choice, value in zip(self.choices, values, strict=True)}

    def difference(self, other: CharacterSchema) -> str | None:
        """None when the hashes agree, else one clause naming both hashes and the first parameter that differs."""
        if self.hash == other.hash:
            return None
        where = "their texts differ"
        pairs = zip((*self.parameters, *self.choices), (*other.parameters, *other.choices), strict=False)
        for mine, theirs in pairs:
            if mine != theirs:
                where = f"the first difference is at '{mine.name}' against '{theirs.name}'"
                break
        else:
            if self.count != other.count or len(self.choices) != len(other.choices):
                where = f"{self.count} parameters against {other.count}"
        return (
            f"schema {self.hash[:12]} of {self.character} {self.version} against "
            f"{other.hash[:12]} of {other.character} {other.version}: {where}"
        )


def _suggest(name: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, 1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _check_parameters(parameters: tuple[Parameter, ...]) -> None:
    if not 1 <= len(parameters) <= MAX_PARAMETERS:
        raise SchemaError(f"The schema has {len(parameters)} parameters, expected 1 to {MAX_PARAMETERS}.")
    by_name = {parameter.name: parameter for parameter in parameters}
    if len(by_name) != len(parameters):
        names = [parameter.name for parameter in parameters]
        repeated = next(name for name in names if names.count(name) > 1)
        raise SchemaError(f"Parameter '{repeated}' appears twice in the schema; names must be unique.")
    for parameter in parameters:
        ends = (parameter.minimum, parameter.default, parameter.maximum)
        if not all(map(math.isfinite, ends)) or not ends[0] <= ends[1] <= ends[2] or ends[0] == ends[2]:
            raise SchemaError(f"Parameter '{parameter.name}' has minimum, default, maximum {ends}, expected ascending.")
        if parameter.kind not in KINDS:
            raise SchemaError(f"Parameter '{parameter.name}' is of kind {parameter.kind!r}, expected one of {KINDS}.")
        if parameter.mirror is not None:
            partner = by_name.get(parameter.mirror)
            if partner is None or partner.mirror != parameter.name:
                pair = f"'{parameter.name}' mirrors '{parameter.mirror}'"
                raise SchemaError(f"Parameter {pair}, which does not mirror it.")


def _check_choices(choices: tuple[Choice, ...]) -> None:
    if len(choices) > MAX_CHOICES or len({choice.name for choice in choices}) != len(choices):
        raise SchemaError(f"The schema's {len(choices)} choices repeat a name or are more than {MAX_CHOICES}.")
    for choice in choices:
        if choice.default not in choice.options or len(choice.options) > 256:
            raise SchemaError(f"Choice '{choice.name}' has default {choice.default!r} outside its options.")


def _list(fields: dict[str, Any], key: str, most: int) -> list[dict[str, Any]]:
    value = fields.get(key)
    if not isinstance(value, list) or len(cast("list[Any]", value)) > most:
        raise SchemaError(f"The schema's '{key}' is not a list of at most {most}; export it again from its engine.")
    items = cast("list[Any]", value)
    if not all(isinstance(item, dict) for item in items):
        raise SchemaError(f"The schema's '{key}' holds something other than objects; export it again from its engine.")
    return cast("list[dict[str, Any]]", items)


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise SchemaError(f"The schema's '{key}' is {value!r}, expected text; export it again from its engine.")
    return value


def _number(fields: dict[str, Any], key: str) -> float:
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SchemaError(f"The schema's '{key}' is {value!r}, expected a number; export it again from its engine.")
    return float(value)


def _parameter(item: dict[str, Any]) -> Parameter:
    mirror = item.get("mirror")
    if mirror is not None and not isinstance(mirror, str):
        raise SchemaError(f"The schema's 'mirror' is {mirror!r}, expected a parameter's name or null.")
    return Parameter(
        name=_text(item, "name"),
        group=_text(item, "group"),
        label=_text(item, "label"),
        description=_text(item, "description"),
        minimum=_number(item, "minimum"),
        maximum=_number(item, "maximum"),
        default=_number(item, "default"),
        mirror=mirror,
        kind=_text(item, "kind"),
    )


def _choice(item: dict[str, Any]) -> Choice:
    options = item.get("options")
    if not isinstance(options, list) or not all(isinstance(option, str) for option in cast("list[Any]", options)):
        raise SchemaError(f"The schema's 'options' is {options!r}, expected a list of texts.")
    texts = (_text(item, key) for key in ("name", "label", "description"))
    return Choice(*texts, options=tuple(cast("list[str]", options)), default=_text(item, "default"))
