"""The fields of each message as the codec sees them, read from the dataclasses, and what a value of each may be."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from engine_bridge.errors import ProtocolError
from engine_bridge.protocol import MAX_ITEMS, MAX_TEXT_BYTES, MESSAGES, Message, Part

MAX_INTEGER = 2**63 - 1  # so that a signed 64-bit integer holds every number of the wire


@dataclass(frozen=True)
class Field:
    """One field of a message as the codec sees it; `part` is None for header fields."""

    name: str
    type: str  # "text" | "words" | "int" | "float" | "bool" | "ints" | "texts" | "floats", or "array"
    part: Part | None
    octets: bool
    optional: bool
    default: Any  # dataclasses.MISSING where the sender must give one


def fields_of(message: type[Message]) -> tuple[Field, ...]:
    """The fields of a message class in wire order."""
    return _FIELDS[message]


def check_value(kind: str, field: Field, value: Any) -> None:
    """Raise ProtocolError naming the field and the value unless a header field may hold it."""
    expected, accepts = _CHECKS[field.type]
    if not accepts(value):
        shown = repr(value)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        raise ProtocolError(f"Field '{field.name}' of '{kind}' is {shown}; {expected} was expected.")


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or len(value) > MAX_TEXT_BYTES:
        return False
    try:
        return len(value.encode("utf-8")) <= MAX_TEXT_BYTES
    except UnicodeEncodeError:  # a lone surrogate, which UTF-8 cannot carry
        return False


def _is_int(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_INTEGER


def _is_float(value: object) -> bool:
    return type(value) is float and math.isfinite(value)


def _is_list(value: object, accepts: Callable[[object], bool]) -> bool:
    if not isinstance(value, list):
        return False
    items = cast("list[object]", value)
    return len(items) <= MAX_ITEMS and all(map(accepts, items))


def _is_floats(value: object) -> bool:
    return isinstance(value, dict) and all(
        _is_text(name) and _is_float(number) for name, number in cast("dict[object, object]", value).items()
    )


_CHECKS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "text": (f"UTF-8 text of at most {MAX_TEXT_BYTES} bytes", _is_text),
    "words": (f"UTF-8 text of at most {MAX_TEXT_BYTES} bytes", _is_text),
    "int": ("an integer from 0 to 2^63 - 1", _is_int),
    "float": ("a finite float64", _is_float),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "ints": (f"a list of at most {MAX_ITEMS} integers from 0 to 2^63 - 1", lambda value: _is_list(value, _is_int)),
    "texts": (f"a list of at most {MAX_ITEMS} texts", lambda value: _is_list(value, _is_text)),
    "floats": ("a map of names to finite float64", _is_floats),
}


def _read_fields(message: type[Message]) -> tuple[Field, ...]:
    hints = typing.get_type_hints(message, include_extras=True)
    return tuple(
        _read_field(field.name, hints[field.name], _default(field))
        for field in dataclasses.fields(cast("Any", message))
    )


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _read_field(name: str, hint: Any, default: Any) -> Field:
    optional = False
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        hint = next(option for option in typing.get_args(hint) if option is not type(None))
        optional = True
    metadata: tuple[Any, ...] = getattr(hint, "__metadata__", ())
    base = typing.get_args(hint)[0] if metadata else hint
    if metadata and isinstance(metadata[0], Part):
        return Field(name, "array", metadata[0], base is bytes, optional, default)
    return Field(name, "words" if metadata else _TYPES[base], None, False, optional, default)


_TYPES: Mapping[Any, str] = {
    str: "text",
    int: "int",
    float: "float",
    bool: "bool",
    tuple[int, ...]: "ints",
    tuple[str, ...]: "texts",
    Mapping[str, float]: "floats",
}
_FIELDS: Mapping[type[Message], tuple[Field, ...]] = {message: _read_fields(message) for message in MESSAGES}
