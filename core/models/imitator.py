"""The imitator G: a differentiable copy of one engine's look, from parameters to an image (Table 2)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

# Table 2: channels of L1 (4 x 4) to L6 (128 x 128); the output layer has three channels at 256 x 256.
CHANNELS = (256, 256, 256, 128, 64, 32)
IMAGE_PX = 256


class Imitator(nn.Module):
    """G of Table 2: P parameters -> 4x4x256 -> 8x8x256 -> ... -> 256x256x3 by transposed convolutions.

    Open choices of the paper, as decided here:

    - Input: each parameter is measured from its default and divided by its larger half-range, so that the
      neutral character is the zero vector and every input lies in [-1, 1].
    - No normalisation layers. BatchNorm's running statistics belong to one shell of the parameter cube and
      draw noise near neutral; GroupNorm removes the scale of its input, which is the very thing that tells a
      small edit from a large one, and costs a tenth of the time.
    - Activation: LeakyReLU(0.2).
    - Output: linear, added to a constant image (the engine's render of the neutral character). The layers
      learn the *change* from neutral, which is what the imitator is judged by. `forward` clamps to [0, 1].
    """

    minimum: Tensor
    maximum: Tensor
    default: Tensor
    scale: Tensor
    neutral: Tensor

    def __init__(self, minimum: Tensor, maximum: Tensor, default: Tensor, neutral: Tensor | None = None) -> None:
        """`minimum`, `maximum`, `default`: (P,) of the schema; `neutral`: (3, 256, 256) in [0, 1], or mid grey."""
        super().__init__()
        half_range = torch.maximum(maximum - default, default - minimum).clamp_min(1e-6)
        self.register_buffer("minimum", minimum.float().clone(), persistent=False)
        self.register_buffer("maximum", maximum.float().clone(), persistent=False)
        self.register_buffer("default", default.float().clone(), persistent=False)
        self.register_buffer("scale", 1.0 / half_range.float(), persistent=False)
        image = torch.full((3, IMAGE_PX, IMAGE_PX), 0.5) if neutral is None else neutral.float().clone()
        self.register_buffer("neutral", image)
        count = int(minimum.numel())
        self.first = nn.Linear(count, CHANNELS[0] * 16)
        self.upsample = nn.ModuleList(
            nn.ConvTranspose2d(a, b, kernel_size=4, stride=2, padding=1)
            for a, b in zip(CHANNELS, (*CHANNELS[1:], 3), strict=True)
        )
        self.activation = nn.LeakyReLU(0.2)
        self._initialise(count)

    @property
    def parameter_count(self) -> int:
        """P, the number of parameters of the character that this imitator draws."""
        return self.first.in_features

    def _initialise(self, count: int) -> None:
        """He initialisation by hand, because torch's defaults shrink the signal by about 100 over these layers.

        A transposed convolution with kernel 4 and stride 2 lets 2 x 2 taps reach each output pixel, so its
        fan-in is 4 x channels. The input layer is scaled for inputs of variance 0.1 (the mixture's mean; the
        uniform cube's is 1/3). The last layer starts small: the first guess is nearly the neutral picture.
        """
        nn.init.normal_(self.first.weight, std=1.0 / math.sqrt(0.1 * count))
        nn.init.zeros_(self.first.bias)
        gain = math.sqrt(2.0 / (1 + 0.2**2))
        layers = list(self.upsample)
        for layer in layers:
            assert isinstance(layer, nn.ConvTranspose2d) and layer.bias is not None
            nn.init.normal_(layer.weight, std=gain / math.sqrt(4 * layer.in_channels))
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            last = layers[-1]
            assert isinstance(last, nn.ConvTranspose2d)
            last.weight.mul_(0.05)

    def normalise(self, parameters: Tensor) -> Tensor:
        """(B, P) in the schema's units -> (B, P) in [-1, 1], zero at the defaults."""
        return (parameters - self.default) * self.scale

    def change(self, parameters: Tensor) -> Tensor:
        """(B, P) in the schema's units -> (B, 3, 256, 256), the predicted difference from the neutral render."""
        hidden = self.first(self.normalise(parameters)).unflatten(1, (CHANNELS[0], 4, 4))
        hidden = hidden.contiguous(memory_format=torch.channels_last)
        for layer in self.upsample:
            hidden = layer(self.activation(hidden))
        return hidden

    def linear(self, parameters: Tensor) -> Tensor:
        """(B, P) -> (B, 3, 256, 256) RGB around [0, 1], not clamped: losses look at this, so no gradient dies."""
        return self.neutral + self.change(parameters)

    def forward(self, parameters: Tensor) -> Tensor:
        """(B, P) in the schema's units -> (B, 3, 256, 256) RGB in [0, 1]."""
        return self.linear(parameters).clamp(0.0, 1.0)
