"""The trained networks as calls that DDP and torch.compile can wrap, with half the bits where that does no harm."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.models.imitator import Imitator
from core.models.regressor import Reconstruction, Reconstructor


class Drawn(nn.Module):
    """`Imitator.linear` as a module's forward pass."""

    def __init__(self, imitator: Imitator, bf16: bool = False, compile_mode: str = "off") -> None:
        """`bf16`: transposed convolutions in bfloat16; `compile_mode`: torch.compile's, or "off"."""
        super().__init__()
        self.imitator, self.bf16 = imitator, bf16
        if compile_mode != "off":
            self.compile(mode=compile_mode)

    def forward(self, parameters: Tensor) -> Tensor:
        """(B, P) in the schema's units -> (B, 3, 256, 256) float32 RGB, not clamped."""
        with torch.autocast(parameters.device.type, torch.bfloat16, enabled=self.bf16):
            change = self.imitator.change(parameters)
        return self.imitator.neutral + change.float()


class Reconstructing(nn.Module):
    """`Reconstructor.reconstruct` as a module's forward pass."""

    def __init__(self, model: Reconstructor, bf16: bool = False, compile_mode: str = "off") -> None:
        """`bf16`: E and D in bfloat16. R stays in float32: a slider's step is finer than bfloat16's."""
        super().__init__()
        self.model, self.bf16 = model, bf16
        if compile_mode != "off":
            # Part by part: the codebooks between them change their own state, which a graph cannot hold.
            coder = model.coder
            for part in (coder.bottom_encoder, coder.top_encoder, coder.top_decoder, model.regressor.layers):
                part.compile(mode=compile_mode)

    def forward(self, images: Tensor) -> Reconstruction:
        """(B, 3, 256, 256) RGB in [0, 1] -> parameters, f and latents."""
        with torch.autocast(images.device.type, torch.bfloat16, enabled=self.bf16):
            latents = self.model.coder(images)
        parameters, feature = self.model.regressor(latents.features.float())
        return Reconstruction(parameters, feature, latents)
