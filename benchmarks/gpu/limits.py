"""What a network costs at least: its multiplications, and the bytes that its layers read and write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Cost:
    """One forward pass of one sample."""

    macs: float
    bytes: float
    """Read and written by layers with weights, each tensor once, at 2 bytes a number (bfloat16)."""

    def photos_per_s(self, tflops: float, tb_per_s: float, passes: float = 1.0) -> tuple[float, float]:
        """(by arithmetic, by memory) of a device with so many TFLOP/s and TB/s; a training step is 3 passes."""
        return tflops * 1e12 / (2 * self.macs * passes), tb_per_s * 1e12 / (self.bytes * passes)


@torch.no_grad()
def cost_of(network: nn.Module, example: Tensor) -> Cost:
    """Count the convolutions and linear layers of `network` on one sample, `example` (1, ...)."""
    macs = moved = 0.0

    def count(layer: nn.Module, given: tuple[Any, ...], out: Tensor) -> None:
        nonlocal macs, moved
        weight = layer.weight
        assert isinstance(weight, Tensor)
        if isinstance(layer, nn.Linear):
            macs += weight.numel() * out.numel() / out.shape[-1]
        elif isinstance(layer, nn.ConvTranspose2d):
            # Every input pixel meets every weight once.
            macs += weight.numel() * given[0].numel() / given[0].shape[1]
        else:
            macs += weight.numel() * out.numel() / out.shape[1]
        moved += 2.0 * (given[0].numel() + out.numel())

    hooks = [
        layer.register_forward_hook(count)
        for layer in network.modules()
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear)
    ]
    try:
        network(example)
    finally:
        for hook in hooks:
            hook.remove()
    return Cost(macs, moved)
