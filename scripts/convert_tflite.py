"""Reads the float .tflite graphs inside MediaPipe's face landmarker and rewrites them for torch.

Flatbuffers are read by hand (a table is a vtable offset; a field is an offset in the vtable), so no TensorFlow package
is needed. Convolutional graphs become a list of a few NCHW operations; weights become (O, I, h, w).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

OPERATIONS = {
    0: "add", 2: "concat", 3: "conv", 4: "depthwise", 6: "dequantize", 14: "logistic", 17: "maxpool", 18: "mul",
    19: "relu", 22: "reshape", 34: "pad", 39: "transpose", 40: "mean", 41: "sub", 42: "div", 45: "slice",
    54: "prelu", 59: "neg", 74: "sum", 75: "sqrt", 76: "rsqrt", 99: "squared_difference",
}  # fmt: skip
DTYPES = {0: "<f4", 1: "<f2", 2: "<i4"}


class Table:
    """One flatbuffer table: fields by index, absent fields give their default."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self.vtable = at - struct.unpack_from("<i", data, at)[0]

    def _offset(self, field: int) -> int:
        size = struct.unpack_from("<H", self.data, self.vtable)[0]
        slot = 4 + 2 * field
        return struct.unpack_from("<H", self.data, self.vtable + slot)[0] if slot < size else 0

    def _target(self, field: int) -> int | None:
        offset = self._offset(field)
        if not offset:
            return None
        return self.at + offset + struct.unpack_from("<I", self.data, self.at + offset)[0]

    def number(self, field: int, form: str, default: int = 0) -> int:
        offset = self._offset(field)
        return struct.unpack_from("<" + form, self.data, self.at + offset)[0] if offset else default

    def table(self, field: int) -> Table | None:
        target = self._target(field)
        return None if target is None else Table(self.data, target)

    def tables(self, field: int) -> list[Table]:
        target = self._target(field)
        if target is None:
            return []
        count = struct.unpack_from("<I", self.data, target)[0]
        slots = (target + 4 + 4 * index for index in range(count))
        return [Table(self.data, slot + struct.unpack_from("<I", self.data, slot)[0]) for slot in slots]

    def array(self, field: int, dtype: str) -> NDArray[Any]:
        target = self._target(field)
        if target is None:
            return np.zeros(0, dtype)
        return np.frombuffer(self.data, dtype, struct.unpack_from("<I", self.data, target)[0], target + 4)


@dataclass(frozen=True)
class Operation:
    kind: str
    inputs: list[int]
    output: int
    options: Table | None

    def option(self, field: int, form: str, default: int = 0) -> int:
        return self.options.number(field, form, default) if self.options is not None else default


class TFLite:
    """A parsed graph: `operations` in order, `constants` by tensor number, `shapes`, `inputs`, `outputs`."""

    def __init__(self, data: bytes) -> None:
        model = Table(data, struct.unpack_from("<I", data, 0)[0])
        codes = [max(code.number(0, "b"), code.number(3, "i")) for code in model.tables(1)]
        graph, buffers = model.tables(2)[0], model.tables(4)
        self.inputs: list[int] = graph.array(1, "<i4").tolist()
        self.outputs: list[int] = graph.array(2, "<i4").tolist()
        self.shapes: list[list[int]] = []
        self.names: list[str] = []
        self.constants: dict[int, NDArray[Any]] = {}
        for number, tensor in enumerate(graph.tables(0)):
            shape, kind = tensor.array(0, "<i4").tolist(), tensor.number(1, "b")
            self.shapes.append(shape)
            self.names.append(tensor.array(3, "u1").tobytes().decode())
            raw = buffers[tensor.number(2, "I")].array(0, "u1")
            if raw.size:
                self.constants[number] = raw.view(DTYPES[kind]).reshape(shape)
        self.operations: list[Operation] = []
        for entry in graph.tables(3):
            code = codes[entry.number(0, "I")]
            if code not in OPERATIONS:
                raise ValueError(f"the graph uses TFLite operation {code}, which this converter does not know")
            inputs, (output, *_) = entry.array(1, "<i4").tolist(), entry.array(2, "<i4").tolist()
            if OPERATIONS[code] == "dequantize" and inputs[0] in self.constants:
                self.constants[output] = self.constants[inputs[0]]
                continue
            self.operations.append(Operation(OPERATIONS[code], inputs, output, entry.table(4)))


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TFLite's SAME padding of one extent: (before, after), the odd pixel after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def convolutional_graph(model: TFLite, prefix: str) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Rewrites a convolutional graph as {"input", "outputs", "operations"} with NCHW meaning, and its tensors.

    Layout-only tails (reshape, concat, the sigmoid) are dropped: the runtime does them in its own words.
    """
    tensors: dict[str, NDArray[Any]] = {}
    named: dict[int, str] = {}
    operations: list[dict[str, Any]] = []

    def store(number: int, values: NDArray[Any]) -> str:
        if number not in named:
            named[number] = f"{prefix}.{len(named):03d}"
            tensors[named[number]] = np.ascontiguousarray(values)
        return named[number]

    for operation in model.operations:
        kind, inputs = operation.kind, operation.inputs
        entry: dict[str, Any] = {"op": kind, "in": inputs[:1], "out": operation.output}
        activation = 0
        if kind in ("conv", "depthwise"):
            weight = model.constants[inputs[1]]
            order = (0, 3, 1, 2) if kind == "conv" else (3, 0, 1, 2)
            height, width = model.shapes[inputs[0]][1:3]
            stride_x, stride_y = operation.option(1, "i"), operation.option(2, "i")
            same = operation.option(0, "b") == 0
            across = same_padding(width, weight.shape[2], stride_x) if same else (0, 0)
            down = same_padding(height, weight.shape[1], stride_y) if same else (0, 0)
            activation = operation.option(3 if kind == "conv" else 4, "b")
            entry |= {
                "op": "conv",
                "weight": store(inputs[1], weight.transpose(order)),
                "bias": store(inputs[2], model.constants[inputs[2]]),
                "stride": [stride_y, stride_x],
                "pad": [*across, *down],
                "groups": 1 if kind == "conv" else model.shapes[inputs[0]][3],
            }
        elif kind == "prelu":
            entry["weight"] = store(inputs[1], model.constants[inputs[1]].reshape(-1))
        elif kind == "add":
            entry["in"] = inputs[:2]
            activation = operation.option(0, "b")
        elif kind == "maxpool":
            entry["stride"] = [operation.option(2, "i"), operation.option(1, "i")]
            entry["kernel"] = [operation.option(4, "i"), operation.option(3, "i")]
        elif kind == "pad":
            pads = model.constants[inputs[1]].tolist()
            if any(any(pair) for pair in pads[:3]) or pads[3][0]:
                raise ValueError(f"a pad of {pads} was found; only extra channels at the end are expected")
            entry |= {"op": "channels", "count": pads[3][1]}
        elif kind in ("reshape", "concat", "logistic"):
            continue
        elif kind != "relu":
            raise ValueError(f"a convolutional graph holds an operation {kind!r} that the runtime does not run")
        if activation not in (0, 1):
            raise ValueError(f"fused activation {activation} was found; only none and ReLU are expected")
        operations.append(entry)
        if activation == 1:
            operations.append({"op": "relu", "in": [operation.output], "out": operation.output})
    read = {number for entry in operations for number in entry["in"] if entry["out"] not in entry["in"]}
    written = [entry["out"] for entry in operations]
    heads = [number for number in dict.fromkeys(written) if number not in read]
    return {"input": model.inputs[0], "outputs": heads, "operations": operations}, tensors


def mixer_tensors(model: TFLite) -> dict[str, NDArray[Any]]:
    """The blendshape net is an MLP-Mixer of four blocks: its weights by role, found by their order in the graph."""
    linear = [
        (model.constants[o.inputs[1]].reshape(model.shapes[o.inputs[1]][0], -1), model.constants[o.inputs[2]])
        for o in model.operations
        if o.kind == "conv"
    ]
    scales = [
        model.constants[i]
        for o in model.operations
        if o.kind == "mul"
        for i in o.inputs
        if i in model.constants and model.constants[i].size > 1
    ]
    gain = [
        model.constants[i]
        for o in model.operations
        if o.kind == "mul"
        for i in o.inputs
        if i in model.constants and model.constants[i].size == 1
    ]
    epsilon = [
        model.constants[o.inputs[1]] for o in model.operations if o.kind == "add" and o.inputs[1] in model.constants
    ]
    token = [
        model.constants[i] for o in model.operations if o.kind == "concat" for i in o.inputs if i in model.constants
    ]
    blocks = len(scales) // 2
    roles = ["tokens", "embed"]
    for block in range(blocks):
        roles += [f"block.{block}.token.0", f"block.{block}.token.1"]
        roles += [f"block.{block}.channel.0", f"block.{block}.channel.1"]
    roles.append("head")
    if len(linear) != len(roles) or len(gain) != 1 or len(token) != 1 or len({float(e) for e in epsilon}) != 1:
        raise ValueError(
            f"the blendshape graph has {len(linear)} linear layers and {len(scales)} scales: not the known net"
        )
    tensors: dict[str, NDArray[Any]] = {
        "blend.gain": gain[0].reshape(1),
        "blend.epsilon": epsilon[0].reshape(1),
        "blend.class": token[0].reshape(-1),
    }
    for role, (weight, bias) in zip(roles, linear, strict=True):
        tensors[f"blend.{role}.weight"], tensors[f"blend.{role}.bias"] = weight, bias
    for index, scale in enumerate(scales):
        tensors[f"blend.block.{index // 2}.norm.{index % 2}"] = scale.reshape(-1)
    return tensors


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at, value, shift = at + 1, value | (byte & 127) << shift, shift + 7
        if byte < 128:
            return value, at


def _fields(data: bytes) -> list[tuple[int, int | bytes]]:
    """The (number, value) fields of one protobuf message: integers of varints, bytes of everything else."""
    found: list[tuple[int, int | bytes]] = []
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
        else:
            size, at = _varint(data, at) if key & 7 == 2 else ({1: 8, 5: 4}[key & 7], at)
            value, at = data[at : at + size], at + size
        found.append((key >> 3, value))
    return found


def canonical_mesh(data: bytes) -> dict[str, NDArray[Any]]:
    """MediaPipe's geometry metadata -> `canonical` (468,3) cm, `triangles` (898,3), `procrustes` (468,) weights."""
    vertices, triangles, weights = b"", [], np.zeros(468, np.float32)
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            for inner, part in _fields(value):
                if inner == 3 and isinstance(part, bytes):
                    vertices += part
                elif inner == 4 and isinstance(part, int):
                    triangles.append(part)
                elif inner == 4 and isinstance(part, bytes):
                    at = 0
                    while at < len(part):
                        index, at = _varint(part, at)
                        triangles.append(index)
        elif number == 2 and isinstance(value, bytes):
            entry = dict(_fields(value))
            raw = entry[2]
            if isinstance(raw, bytes):
                weights[int(entry.get(1, 0))] = struct.unpack("<f", raw)[0]
    return {
        "canonical": np.frombuffer(vertices, "<f4").reshape(-1, 5)[:, :3],
        "triangles": np.array(triangles, np.int16).reshape(-1, 3),
        "procrustes": weights,
    }
