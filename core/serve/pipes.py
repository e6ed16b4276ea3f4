"""Lists of byte strings through the pipes between a service and its importers: bounded, whole, and nothing pickled."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import IO

from engine_bridge.errors import ProtocolError

Buffer = bytes | memoryview
MAX_PARTS = 4096
MAX_BYTES = 1 << 30
"""Of one list; more than any job or answer, whose own limits the codec checks."""
_COUNT, _LENGTH = struct.Struct("<I"), struct.Struct("<Q")


def write_parts(stream: IO[bytes], parts: Sequence[Buffer]) -> None:
    """Write a list whole: how many parts, the length of each, their bytes. Raises OSError when nobody reads."""
    lengths = [len(part) for part in parts]
    stream.write(_COUNT.pack(len(parts)) + b"".join(_LENGTH.pack(length) for length in lengths))
    for part in parts:
        stream.write(part)
    stream.flush()


def read_parts(stream: IO[bytes]) -> list[bytes]:
    """The next list; raises EOFError when the other side is gone, ProtocolError for what no list begins with."""
    (count,) = _COUNT.unpack(_exactly(stream, _COUNT.size))
    if not 1 <= count <= MAX_PARTS:
        raise ProtocolError(f"A list in a pipe has {count} parts; 1 to {MAX_PARTS} are allowed.")
    lengths = [_LENGTH.unpack(_exactly(stream, _LENGTH.size))[0] for _ in range(count)]
    if sum(lengths) > MAX_BYTES:
        raise ProtocolError(f"A list in a pipe has {sum(lengths)} bytes; at most {MAX_BYTES} are allowed.")
    return [_exactly(stream, length) for length in lengths]


def joined(lists: Sequence[Sequence[Buffer]]) -> list[Buffer]:
    """Lists as one, each after its own length."""
    return [part for parts in lists for part in (_COUNT.pack(len(parts)), *parts)]


def parted(parts: Sequence[bytes]) -> list[list[bytes]]:
    """The inverse of `joined`; raises ProtocolError for what it never gives."""
    lists: list[list[bytes]] = []
    at = 0
    while at < len(parts):
        if len(parts[at]) != _COUNT.size or (end := at + 1 + _COUNT.unpack(parts[at])[0]) > len(parts):
            raise ProtocolError("Lists in a pipe are not as long as they say.")
        lists.append(list(parts[at + 1 : end]))
        at = end
    return lists


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)  # a buffered stream gives less only at the end
    if len(data) < count:
        raise EOFError
    return data
