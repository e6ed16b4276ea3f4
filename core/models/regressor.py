"""The regressor R (Table 1) and the reconstructor: E, D and R together, from an aligned face to parameters."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.models.vqvae import Latents, VectorQuantisedCoder

# Table 1: channels of L1 (32 x 32) to L5 (2 x 2).
CHANNELS = (32, 64, 128, 256, 256)
FEATURE_SIZE = 2 * 2 * CHANNELS[-1]


class Regressor(nn.Module):
    """R of Table 1: 64x64x128 -> 32x32x32 -> 16x16x64 -> 8x8x128 -> 4x4x256 -> 2x2x256 (f) -> P.

    Open choices of the paper: kernel 4, stride 2 convolutions, GroupNorm (never BatchNorm: photos and renders
    share this network but not their statistics), LeakyReLU(0.2); `p = 2.5 tanh(z)` is taken as default +
    reach * tanh(z), the reach on each side being what lies between default and limit: the paper's for
    [-2.5, 2.5] about 0.
    """

    minimum: Tensor
    maximum: Tensor
    default: Tensor

    def __init__(self, minimum: Tensor, maximum: Tensor, default: Tensor) -> None:
        """`minimum`, `maximum`, `default`: (P,) of the schema."""
        super().__init__()
        self.register_buffer("minimum", minimum.float().clone(), persistent=False)
        self.register_buffer("maximum", maximum.float().clone(), persistent=False)
        self.register_buffer("default", default.float().clone(), persistent=False)
        layers: list[nn.Module] = []
        for inputs, outputs in zip((128, *CHANNELS[:-1]), CHANNELS, strict=True):
            layers += [
                nn.Conv2d(inputs, outputs, 4, stride=2, padding=1),
                nn.GroupNorm(8, outputs),
                nn.LeakyReLU(0.2, inplace=True),
            ]
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(FEATURE_SIZE, int(minimum.numel()))
        # The first answer is nearly the neutral character.
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 128, 64, 64) -> parameters (B, P) in the schema's units, and the feature f (B, 1024)."""
        f = self.layers(features).flatten(1)
        return self.to_parameters(self.head(f)), f

    def to_parameters(self, z: Tensor) -> Tensor:
        """(B, P) unbounded -> (B, P) within the schema's range, zero at the defaults, by one tanh a side."""
        bend = torch.tanh(z)
        side = torch.where(bend >= 0, self.maximum - self.default, self.default - self.minimum)
        return self.default + bend * side


@dataclass(frozen=True)
class Reconstruction:
    """What the reconstructor makes of a batch of faces."""

    parameters: Tensor  # (B, P)
    feature: Tensor  # (B, 1024), f of Table 1
    latents: Latents


class Reconstructor(nn.Module):
    """E, D and R: aligned faces (photos or renders alike) to parameters in one forward pass."""

    def __init__(self, minimum: Tensor, maximum: Tensor, default: Tensor) -> None:
        """`minimum`, `maximum`, `default`: (P,) of the schema."""
        super().__init__()
        self.coder = VectorQuantisedCoder()
        self.regressor = Regressor(minimum, maximum, default)

    def reconstruct(self, images: Tensor) -> Reconstruction:
        """(B, 3, 256, 256) RGB in [0, 1] -> parameters, f and latents: what training looks at."""
        latents = self.coder(images)
        parameters, feature = self.regressor(latents.features)
        return Reconstruction(parameters, feature, latents)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, 256, 256) RGB in [0, 1] -> parameters (B, P) in the schema's units."""
        return self.reconstruct(images).parameters
