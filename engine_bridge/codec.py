"""Messages to ZeroMQ parts and back: msgpack headers in declared field order, arrays as raw parts, limits first."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgpack
import numpy as np
import numpy.typing as npt

from engine_bridge.errors import ProtocolError
from engine_bridge.fields import MAX_INTEGER, Field, check_value, fields_of
from engine_bridge.protocol import (
    BY_KIND,
    MAX_HEADER_BYTES,
    MAX_ITEMS,
    MAX_PARTS,
    MAX_TEXT_BYTES,
    VERSION,
    Message,
    Part,
)

Buffer = bytes | memoryview
_SIDE_LIMIT = 1 << 31
_DTYPES: Mapping[str, np.dtype[Any]] = {"f4": np.dtype("<f4"), "u1": np.dtype("u1")}


class Malformed(ProtocolError):
    """A message of a known kind breaks the protocol; `request_id` is the request it belongs to, 0 if unknown."""

    def __init__(self, message: str, request_id: int = 0) -> None:
        super().__init__(message)
        self.request_id = request_id


class UnknownKind(ProtocolError):
    """A well-formed message of a kind this version does not know; answered by Error "unknown-kind"."""

    def __init__(self, kind: str, request_id: int = 0) -> None:
        super().__init__(f"Message kind '{kind[:64]}' is not part of protocol {version_text(VERSION)}.")
        self.kind = kind
        self.request_id = request_id


class VersionRefused(ProtocolError):
    """A Hello or Welcome of another major version; `theirs` is the version it states."""

    def __init__(self, theirs: tuple[int, ...]) -> None:
        super().__init__(
            f"The other side speaks protocol {version_text(theirs)}, this one {version_text(VERSION)}; "
            f"install the same FaceBridge {VERSION[0]}.x protocol on both sides."
        )
        self.theirs = theirs


def version_text(version: Sequence[int]) -> str:
    """(1, 1) -> "1.1"."""
    return ".".join(str(number) for number in version)


def encode(message: Message) -> list[Buffer]:
    """The ZeroMQ parts of `message`, header first; raises ProtocolError for values the wire cannot carry."""
    kind = message.kind
    header: dict[str, Any] = {"kind": kind}
    listed: list[dict[str, Any]] = []
    parts: list[Buffer] = []
    for field in fields_of(type(message)):
        value: Any = getattr(message, field.name)
        if field.part is None:
            header[field.name] = _outgoing(kind, field, value)
        elif value is not None:
            array = _as_array(kind, field.name, field.part, value)
            listed.append({"name": field.name, "dtype": field.part.dtype, "shape": list(array.shape)})
            parts.append(array.data.cast("B") if array.size else b"")
    header["parts"] = listed
    packed: bytes = msgpack.packb(header, use_bin_type=True)
    if len(packed) > MAX_HEADER_BYTES:
        raise ProtocolError(f"The header of '{kind}' would be {len(packed)} bytes; at most {MAX_HEADER_BYTES} fit.")
    return [packed, *parts]


def decode(parts: Sequence[Buffer]) -> Message:
    """The message in `parts`; arrays are read-only views of the received bytes.

    Raises Malformed, UnknownKind or VersionRefused (all ProtocolError) and nothing else, whatever the bytes are.
    """
    header = _header(parts)
    raw_kind = header.get("kind")
    if not isinstance(raw_kind, str):
        raise Malformed("The header has no text field 'kind'.")
    request_id = header.get("request_id")
    request = request_id if type(request_id) is int and 0 <= request_id <= MAX_INTEGER else 0
    if raw_kind in {"hello", "welcome"}:
        _check_version(header.get("protocol"))
    message = BY_KIND.get(raw_kind)
    if message is None:
        raise UnknownKind(raw_kind, request)
    try:
        values = {
            field.name: _incoming(raw_kind, field, header)
            for field in fields_of(message)
            if field.part is None and (field.name in header or field.default is dataclasses.MISSING)
        }
        values.update(_arrays(raw_kind, fields_of(message), header.get("parts"), parts[1:]))
    except ProtocolError as error:
        raise Malformed(str(error), request) from None
    return message(**values)


def _header(parts: Sequence[Buffer]) -> dict[str, Any]:
    if not 1 <= len(parts) <= MAX_PARTS:
        raise Malformed(f"A message has {len(parts)} parts; 1 to {MAX_PARTS} are allowed.")
    if len(parts[0]) > MAX_HEADER_BYTES:
        raise Malformed(f"A header of {len(parts[0])} bytes is over the limit of {MAX_HEADER_BYTES}.")
    try:
        header: object = msgpack.unpackb(
            parts[0],
            raw=False,
            strict_map_key=True,
            max_array_len=MAX_ITEMS,
            max_map_len=MAX_ITEMS,
            object_pairs_hook=_unique,
            ext_hook=_no_extension,
        )
    except ProtocolError as error:
        raise Malformed(str(error)) from None
    # msgpack raises ValueError and its own family; a hostile nesting may also reach RecursionError.
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as error:
        raise Malformed(f"The header is not valid msgpack ({type(error).__name__}).") from None
    if not isinstance(header, dict):
        raise Malformed(f"The header is a msgpack {type(header).__name__}; a map was expected.")
    return cast("dict[str, Any]", header)


def _unique(pairs: list[tuple[object, object]]) -> dict[object, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ProtocolError("The header names a field twice.")
    return found


def _no_extension(code: int, data: bytes) -> object:
    raise ProtocolError(f"The header holds msgpack extension type {code}; the protocol uses none.")


def _check_version(value: object) -> None:
    numbers = cast("list[object]", value) if isinstance(value, list) else []
    if len(numbers) < 2 or not all(type(number) is int for number in numbers[:2]):
        raise Malformed("The field 'protocol' must be a list of two integers, major and minor.")
    theirs = tuple(cast("list[int]", numbers[:2]))
    if theirs[0] != VERSION[0]:
        raise VersionRefused(theirs)


def _outgoing(kind: str, field: Field, value: Any) -> Any:
    if field.type == "words" and isinstance(value, str):
        value = value.encode("utf-8", "replace")[:MAX_TEXT_BYTES].decode("utf-8", "ignore")
    if field.type in {"ints", "texts"} and isinstance(value, (tuple, list)):
        value = list(cast("Sequence[object]", value))
    elif field.type == "floats" and isinstance(value, Mapping):
        value = {str(name): float(number) for name, number in cast("Mapping[str, float]", value).items()}
    elif field.type == "float" and isinstance(value, int):
        value = float(value)
    check_value(kind, field, value)
    return value


def _incoming(kind: str, field: Field, header: Mapping[str, Any]) -> Any:
    if field.name not in header:
        raise ProtocolError(f"'{kind}' lacks its field '{field.name}'.")
    value = header[field.name]
    check_value(kind, field, value)
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


def _as_array(kind: str, name: str, part: Part, value: Any) -> npt.NDArray[Any]:
    if isinstance(value, (bytes, bytearray, memoryview)):
        value = np.frombuffer(cast("Buffer", value), np.uint8)
    array = np.asarray(value)
    if part.dtype == "u1" and array.dtype != np.uint8:
        raise ProtocolError(f"Array '{name}' of '{kind}' has element type {array.dtype}; uint8 was expected.")
    _check_shape(kind, name, part, array.shape)
    return np.ascontiguousarray(array, dtype=_DTYPES[part.dtype])


def _check_shape(kind: str, name: str, part: Part, shape: tuple[int, ...]) -> None:
    fits = len(shape) == part.rank and part.last in (None, shape[-1]) and part.first in (None, shape[0])
    if not fits:
        last = "" if part.last is None else f" with {part.last} as the last"
        first = "" if part.first is None else f" and {part.first} as the first"
        raise ProtocolError(
            f"Array '{name}' of '{kind}' has shape {shape}; {part.rank} dimensions{last}{first} are needed."
        )


def _arrays(kind: str, fields: Sequence[Field], listed: Any, parts: Sequence[Buffer]) -> dict[str, Any]:
    if not isinstance(listed, list) or len(cast("list[object]", listed)) != len(parts):
        raise ProtocolError(f"'{kind}' must list its {len(parts)} array parts in the field 'parts'.")
    known = {field.name: field for field in fields if field.part is not None}
    found: dict[str, Any] = {}
    for entry, data in zip(cast("list[object]", listed), parts, strict=True):
        name, dtype, shape = _description(kind, entry)
        field = known.get(name)
        if field is None or field.part is None:
            continue  # a part that a newer minor version added
        if name in found:
            raise ProtocolError(f"'{kind}' carries the array '{name}' twice.")
        if dtype != field.part.dtype:
            raise ProtocolError(f"Array '{name}' of '{kind}' has dtype '{dtype}'; '{field.part.dtype}' was expected.")
        _check_shape(kind, name, field.part, shape)
        expected = math.prod(shape) * _DTYPES[dtype].itemsize
        if expected != len(data):
            raise ProtocolError(f"Array '{name}' of '{kind}' has {len(data)} bytes; shape {shape} needs {expected}.")
        found[name] = bytes(data) if field.octets else np.frombuffer(data, _DTYPES[dtype]).reshape(shape)
    for field in known.values():
        if field.name not in found and not field.optional:
            raise ProtocolError(f"'{kind}' lacks its array '{field.name}'.")
    return found


def _description(kind: str, entry: object) -> tuple[str, str, tuple[int, ...]]:
    if isinstance(entry, dict):
        described = cast("dict[str, object]", entry)
        name, dtype, shape = described.get("name"), described.get("dtype"), described.get("shape")
        if isinstance(name, str) and isinstance(dtype, str) and isinstance(shape, list):
            sides = cast("list[object]", shape)
            if all(type(side) is int and 0 <= side < _SIDE_LIMIT for side in sides):
                return name, dtype, tuple(cast("list[int]", sides))
    raise ProtocolError(f"'{kind}' describes an array part wrongly; name, dtype and shape were expected.")
