"""Runs a small convolutional graph (landmarks.json) as a frozen, differentiable torch module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine_bridge.errors import BundleError

Step = tuple[Callable[..., Tensor], tuple[int, ...], int, tuple[int, ...]]
"""(function, activations it reads, activation it writes, activations that nothing reads afterwards)."""


class ConvGraph(nn.Module):
    """Images (B,3,H,W) -> the graph's heads, a list of (B,C,h,w) in its own order.

    Operations: conv (also depthwise, with SAME padding spelt out), relu, prelu, add, maxpool and channels (zero
    channels appended). Weights are buffers, so they follow `.to()` and never train.
    """

    def __init__(self, graph: dict[str, Any], tensors: dict[str, Tensor]) -> None:
        super().__init__()
        self._input = int(graph["input"])
        self._heads = [int(head) for head in graph["outputs"]]
        self._steps: list[Step] = []
        self._names: list[tuple[str | None, str | None]] = []
        last_read = {number: at for at, entry in enumerate(graph["operations"]) for number in entry["in"]}
        for at, entry in enumerate(graph["operations"]):
            names: list[str | None] = [None, None]
            for slot, key in enumerate(("weight", "bias")):
                if key in entry:
                    names[slot] = entry[key].replace(".", "_")
                    if names[slot] not in self._buffers:
                        value = tensors[entry[key]]
                        if value.dim() == 4:
                            value = value.contiguous(memory_format=torch.channels_last)
                        self.register_buffer(str(names[slot]), value)
            reads = tuple(int(number) for number in entry["in"])
            done = tuple(n for n in set(reads) if last_read[n] == at and n not in self._heads and n != entry["out"])
            self._steps.append((_function(entry), reads, int(entry["out"]), done))
            self._names.append((names[0], names[1]))

    @property
    def device(self) -> torch.device:
        """Where it runs; images have to be there."""
        return next(self.buffers()).device

    def forward(self, images: Tensor) -> list[Tensor]:
        values = {self._input: images.contiguous(memory_format=torch.channels_last)}
        buffers = self._buffers
        for (function, reads, out, done), (weight, bias) in zip(self._steps, self._names, strict=True):
            arguments = [values[number] for number in reads]
            if weight is not None:
                arguments += [buffers[weight]] if bias is None else [buffers[weight], buffers[bias]]
            values[out] = function(*arguments)
            for number in done:
                del values[number]
        return [values[head] for head in self._heads]


def _function(entry: dict[str, Any]) -> Callable[..., Tensor]:
    """The torch function of one operation, its attributes bound."""
    kind = entry["op"]
    if kind == "conv":
        stride, groups = tuple(entry["stride"]), entry["groups"]
        left, right, top, bottom = entry["pad"]
        if left == right and top == bottom:
            return lambda x, w, b: F.conv2d(x, w, b, stride, (top, left), 1, groups)
        return lambda x, w, b: F.conv2d(F.pad(x, (left, right, top, bottom)), w, b, stride, 0, 1, groups)
    if kind == "maxpool":
        kernel, stride = tuple(entry["kernel"]), tuple(entry["stride"])
        return lambda x: F.max_pool2d(x, kernel, stride)
    if kind == "channels":
        count = entry["count"]
        return lambda x: F.pad(x, (0, 0, 0, 0, 0, count))
    plain = {"relu": F.relu, "prelu": F.prelu, "add": torch.add}
    if kind not in plain:
        raise BundleError(
            f"The face network graph holds the operation {kind!r}, but only conv, relu, prelu, add, maxpool and "
            "channels are run; write it again with scripts/convert_perception.py."
        )
    return plain[kind]
