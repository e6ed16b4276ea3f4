"""Losses against blur for the imitator: L1 on a Laplacian pyramid, and distance in F_id's features at several depths.

A squared error is content with the mean of what it cannot predict, which is blur. Both losses are given in units of
what the neutral picture scores on training samples, so that a weight of 1 means the same as for equation 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.perception.identity import CHIP_PX, IdentityNet

LEVELS = 5
# Convolutions of F_id whose outputs are compared: the stem, and the last of each of its stages.
DEPTHS = (0, 6, 14, 20, 26)
_EPSILON = 1e-6

# (B, 3, H, W) drawn and wanted -> (B,) loss.
ImageLoss = Callable[[Tensor, Tensor], Tensor]


def pyramid_loss(drawn: Tensor, wanted: Tensor) -> Tensor:
    """(B, 3, H, W) twice -> (B,) mean absolute difference, summed over the levels of a Laplacian pyramid.

    Each level counts alike per pixel of its own size, so that fine and coarse detail are asked for alike (Bojanowski
    et al., "Optimizing the Latent Space of Generative Networks", 2018). The pyramid is linear, so that of the
    difference is taken.
    """
    rest = drawn - wanted
    total = rest.new_zeros(len(rest))
    for _ in range(LEVELS - 1):
        small = F.avg_pool2d(rest, 2)
        detail = rest - F.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
        total = total + detail.abs().mean((1, 2, 3))
        rest = small
    return total + rest.abs().mean((1, 2, 3))


class PerceptualLoss(nn.Module):
    """(B, 3, 256, 256) twice -> (B,) squared distance of F_id's features at DEPTHS, unit length at each place.

    The whole picture is shown, reduced to a chip's size: no landmarks are needed, and hair and outline count too.
    """

    def __init__(self, net: IdentityNet) -> None:
        super().__init__()
        self.net = net
        self._seen: list[Tensor] = []
        for depth in DEPTHS:
            net.convolutions[depth].register_forward_hook(self._see)

    def _see(self, _module: nn.Module, _given: Any, output: Tensor) -> None:
        self._seen.append(output)

    def features(self, images: Tensor) -> list[Tensor]:
        """(B, 3, H, W) -> one (B, C, h, w) for each depth, of unit length over the channels of each place."""
        self._seen = []
        self.net(F.interpolate(images, (CHIP_PX, CHIP_PX), mode="bilinear", antialias=True, align_corners=False))
        # Not F.normalize: where all channels are 0 the gradient of a norm is no number.
        return [x * torch.rsqrt(x.square().sum(1, keepdim=True) + _EPSILON) for x in self._seen]

    def forward(self, drawn: Tensor, wanted: Tensor) -> Tensor:
        with torch.no_grad():
            targets = self.features(wanted)
        distances = [(a - b).square().sum(1).mean((1, 2)) for a, b in zip(self.features(drawn), targets, strict=True)]
        return torch.stack(distances).mean(0)


@torch.no_grad()
def unit_of(loss: ImageLoss, neutral: Tensor, samples: Tensor) -> float:
    """What drawing always the neutral picture (3, H, W) scores on samples (N, 3, H, W): the unit of a loss."""
    parts = [loss(neutral.expand_as(block), block) for block in samples.split(8)]
    return max(float(torch.cat(parts).mean()), _EPSILON)
