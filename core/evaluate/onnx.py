"""Reads the nodes and weights of an ONNX file: the small part of the protobuf format that one network needs.

Field numbers are those of onnx.proto3. Block-quantised weights (DequantizeLinear, Reshape of a constant) are worked
out while reading, so what is left is float arrays and the nodes that compute.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DTYPES = {1: "<f4", 2: "u1", 3: "i1", 6: "<i4", 7: "<i8", 10: "<f2"}


@dataclass(frozen=True)
class Node:
    """One operation: its type, the names it reads and the one it writes, and its attributes."""

    kind: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, Any]


@dataclass(frozen=True)
class OnnxGraph:
    """Nodes in order, constants by name, and the names of the graph's first input and output."""

    nodes: tuple[Node, ...]
    constants: dict[str, NDArray[Any]]
    input: str
    output: str


def read_onnx(data: bytes) -> OnnxGraph:
    """Parses a model; ValueError when the bytes are no ONNX model of the kind this reads."""
    try:
        graph = next(value for number, value in _fields(data) if number == 7 and isinstance(value, bytes))
        return _graph(graph)
    except (StopIteration, IndexError, KeyError, struct.error) as error:
        raise ValueError(f"not a readable ONNX model ({type(error).__name__}: {error})") from error


def _graph(data: bytes) -> OnnxGraph:
    constants: dict[str, NDArray[Any]] = {}
    raw_nodes: list[bytes] = []
    inputs: list[str] = []
    outputs: list[str] = []
    for number, value in _fields(data):
        if not isinstance(value, bytes):
            continue
        if number == 1:
            raw_nodes.append(value)
        elif number == 5:
            name, array = _tensor(value)
            constants[name] = array
        elif number in (11, 12):
            (inputs if number == 11 else outputs).append(_text(value, 1))
    nodes: list[Node] = []
    for raw in raw_nodes:
        node = _node(raw)
        folded = _fold(node, constants)
        if folded is None:
            nodes.append(node)
        else:
            constants[node.output] = folded
    free = [name for name in inputs if name not in constants]
    used = {name for node in nodes for name in node.inputs}
    return OnnxGraph(tuple(nodes), {k: v for k, v in constants.items() if k in used}, free[0], outputs[0])


def _fold(node: Node, constants: dict[str, NDArray[Any]]) -> NDArray[Any] | None:
    """The value of a node that only handles weights; None for one that computes on activations."""
    if node.kind == "Constant":
        return node.attributes["value"]
    if node.inputs[0] not in constants:
        return None
    values = constants[node.inputs[0]]
    if node.kind == "Reshape":
        return values.reshape(constants[node.inputs[1]].astype(int))
    if node.kind != "DequantizeLinear":
        return None
    axis, block = node.attributes.get("axis", 1), node.attributes.get("block_size", 0)

    def spread(parts: NDArray[Any]) -> NDArray[Any]:
        """Scales or zero points, one a block or one a slice, in the shape that multiplies `values`."""
        if parts.ndim == 0 or parts.size == 1:
            return parts.reshape(())
        if block:
            return np.take(np.repeat(parts, block, axis), np.arange(values.shape[axis]), axis)
        return parts.reshape([-1 if dimension == axis else 1 for dimension in range(values.ndim)])

    scale, *zeros = (spread(constants[name]).astype(np.float32) for name in node.inputs[1:3])
    return (values.astype(np.float32) - (zeros[0] if zeros else 0)) * scale


def _node(data: bytes) -> Node:
    inputs, outputs, kind = [], [], ""
    attributes: dict[str, Any] = {}
    for number, value in _fields(data):
        if not isinstance(value, bytes):
            continue
        if number == 1:
            inputs.append(value.decode())
        elif number == 2:
            outputs.append(value.decode())
        elif number == 4:
            kind = value.decode()
        elif number == 5:
            attributes[_text(value, 1)] = _attribute(value)
    return Node(kind, tuple(inputs), outputs[0], attributes)


def _attribute(data: bytes) -> Any:
    integers: list[int] = []
    for number, value in _fields(data):
        if number == 2 and isinstance(value, bytes):
            return struct.unpack("<f", value)[0]
        if number == 3 and isinstance(value, int):
            return _signed(value)
        if number == 5 and isinstance(value, bytes):
            return _tensor(value)[1]
        if number == 8:
            integers += [_signed(value)] if isinstance(value, int) else [_signed(item) for item in _varints(value)]
    return integers


def _tensor(data: bytes) -> tuple[str, NDArray[Any]]:
    shape: list[int] = []
    name, raw, dtype = "", b"", "<f4"
    integers: list[int] = []
    for number, value in _fields(data):
        if number == 1:
            shape += [value] if isinstance(value, int) else list(_varints(value))
        elif number == 2 and isinstance(value, int):
            dtype = _DTYPES[value]
        elif number in (5, 7):
            integers += [_signed(value)] if isinstance(value, int) else [_signed(item) for item in _varints(value)]
        elif number in (4, 9) and isinstance(value, bytes):
            raw += value
        elif number == 8 and isinstance(value, bytes):
            name = value.decode()
    array = np.array(integers).astype(dtype) if integers else np.frombuffer(raw, dtype)
    return name, array.reshape(shape)


def _text(data: bytes, field: int) -> str:
    return next(value.decode() for number, value in _fields(data) if number == field and isinstance(value, bytes))


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at


def _varints(data: bytes) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The (number, value) fields of one message: integers of varints, bytes of everything else."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if wire not in (1, 2, 5):
            raise ValueError(f"not a readable ONNX model (wire type {wire} at byte {at})")
        size, at = _varint(data, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)
        yield key >> 3, data[at : at + size]
        at += size
