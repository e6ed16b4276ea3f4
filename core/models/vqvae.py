"""Encoder E and decoder D: a two-level VQ-VAE-2 that turns a face into a quantised 64 x 64 x 128 map (section 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTH = 128  # channels of the encoder's feature maps, as in VQ-VAE-2
RESIDUAL_WIDTH = 32
CODE_SIZE = 64  # so that two levels make the 128 channels of Table 1
CODES = 512
FOLLOW = 0.5  # share of the way to their places' mean that codes go in a step; VQ-VAE-2's 0.01 suits 1e6 steps


class Residual(nn.Module):
    """ReLU, 3 x 3 to few channels, ReLU, 1 x 1 back, added to the input."""

    def __init__(self, width: int = WIDTH, inner: int = RESIDUAL_WIDTH) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(width, inner, 3, padding=1)
        self.widen = nn.Conv2d(inner, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, H, W) -> the same shape."""
        return x + self.widen(F.relu(self.narrow(F.relu(x))))


@dataclass(frozen=True)
class Quantised:
    """One level's outcome."""

    codes: Tensor  # (B, CODE_SIZE, H, W); gradients pass straight through to the encoder
    chosen: Tensor  # (B, H, W) int64, which code each place took
    codebook_error: Tensor  # (B,), |sg[E(I)] - e|^2, mean over the map: moves the codes (first term of equation 4)
    commitment_error: Tensor  # (B,), |sg[e] - E(I)|^2: moves the encoder (second term)


def on_sphere(x: Tensor) -> Tensor:
    """(B, C, H, W) -> the same with root mean square 1 over the channels of each place.

    Our addition: without a fixed scale a fast-learning encoder outruns its codes, and L_differ grows without end.
    """
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-6)


class Codebook(nn.Module):
    """Nearest-code quantisation with a straight-through gradient (VQ-VAE), trained by equation 4.

    Additions to the paper: the codes start at encoder outputs of the first training batch; besides their gradient
    they follow the mean of the places that chose them, as in VQ-VAE-2 (a fast encoder outruns codes that only have
    the gradient, and a straight-through gradient past far codes is noise); and `revive` moves codes that fell out
    of use onto present encoder outputs.
    """

    usage: Tensor
    ready: Tensor

    def __init__(self, codes: int = CODES, size: int = CODE_SIZE) -> None:
        super().__init__()
        self.codes = nn.Parameter(torch.randn(codes, size) / size**0.5)
        self.register_buffer("usage", torch.ones(codes))
        self.register_buffer("ready", torch.zeros((), dtype=torch.bool))

    def forward(self, encoded: Tensor) -> Quantised:
        """(B, size, H, W) -> codes of the same shape, and the two errors."""
        places = encoded.permute(0, 2, 3, 1)
        flat = places.flatten(0, 2)
        if self.training and not bool(self.ready):
            self._start_from(flat.detach())
        # |x - e|^2 without |x|^2, which does not change the nearest code.
        distance = self.codes.square().sum(1) - 2.0 * flat.detach() @ self.codes.detach().t()
        chosen = distance.argmin(1)
        nearest = F.embedding(chosen, self.codes).view_as(places)
        if self.training:
            self._count(chosen)
            self._follow(flat.detach(), chosen)
        straight = places + (nearest - places).detach()
        return Quantised(
            straight.permute(0, 3, 1, 2),
            chosen.view(places.shape[:3]),
            (nearest - places.detach()).square().mean(dim=(1, 2, 3)),
            (places - nearest.detach()).square().mean(dim=(1, 2, 3)),
        )

    @torch.no_grad()
    def _start_from(self, flat: Tensor) -> None:
        picks = torch.randint(len(flat), (len(self.codes),), device=flat.device)
        self.codes.copy_(flat[picks] + 1e-3 * torch.randn_like(self.codes))
        self.ready.fill_(True)

    @torch.no_grad()
    def _follow(self, flat: Tensor, chosen: Tensor) -> None:
        """Move every chosen code a share of the way to the mean of the places that chose it.

        The share grows with their number, so that a code chosen in one place does not jump there.
        """
        number = torch.bincount(chosen, minlength=len(self.codes)).to(flat.dtype)[:, None]
        total = torch.zeros_like(self.codes).index_add_(0, chosen, flat)
        share = FOLLOW * number / (number + 4.0)
        self.codes.add_(share * (total / number.clamp_min(1.0) - self.codes))

    @torch.no_grad()
    def _count(self, chosen: Tensor) -> None:
        share = torch.bincount(chosen, minlength=len(self.codes)).float() * (len(self.codes) / chosen.numel())
        self.usage.lerp_(share, 0.02)

    @torch.no_grad()
    def revive(self, encoded: Tensor, least: float = 0.02) -> int:
        """Move codes used less than `least` of an even share onto places of `encoded` (B, size, H, W); their number."""
        dead = (self.usage < least).nonzero()[:, 0]
        if len(dead):
            flat = encoded.permute(0, 2, 3, 1).flatten(0, 2)
            self.codes[dead] = flat[torch.randint(len(flat), (len(dead),), device=flat.device)]
            self.usage[dead] = 1.0
        return len(dead)


@dataclass(frozen=True)
class Latents:
    """What E and D make of images."""

    features: Tensor  # (B, 128, 64, 64), the input of the regressor
    top: Quantised  # 32 x 32
    bottom: Quantised  # 64 x 64
    encoded_top: Tensor  # (B, 64, 32, 32) before quantisation
    encoded_bottom: Tensor  # (B, 64, 64, 64)

    def codebook_error(self, alpha: float) -> Tensor:
        """(B,) the terms of L_differ (equation 4), both levels: codebook error + alpha * commitment error."""
        return (self.top.codebook_error + self.bottom.codebook_error) + alpha * (
            self.top.commitment_error + self.bottom.commitment_error
        )


class VectorQuantisedCoder(nn.Module):
    """E and D of section 3.1: 256 x 256 image -> bottom 64 x 64 and top 32 x 32 codes -> 64 x 64 x 128.

    Layers are those of VQ-VAE-2 (Razavi et al., 2019): the bottom encoder halves twice, the top encoder once
    more; the quantised top map, decoded, joins the bottom features before they are quantised. D upsamples the
    quantised top map and puts the quantised bottom map beside it. The paper has no image reconstruction loss,
    so the part of VQ-VAE-2's decoder that paints an image is left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bottom_encoder = nn.Sequential(
            nn.Conv2d(3, WIDTH // 2, 4, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(WIDTH // 2, WIDTH, 4, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(WIDTH, WIDTH, 3, padding=1),
            Residual(),
            Residual(),
            nn.ReLU(inplace=True),
        )
        self.top_encoder = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH // 2, 4, stride=2, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(WIDTH // 2, WIDTH, 3, padding=1),
            Residual(),
            Residual(),
            nn.ReLU(inplace=True),
        )
        self.to_top = nn.Conv2d(WIDTH, CODE_SIZE, 1)
        self.top_codebook = Codebook()
        self.top_decoder = nn.Sequential(
            nn.Conv2d(CODE_SIZE, WIDTH, 3, padding=1),
            Residual(),
            Residual(),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(WIDTH, CODE_SIZE, 4, stride=2, padding=1),
        )
        self.to_bottom = nn.Conv2d(WIDTH + CODE_SIZE, CODE_SIZE, 1)
        self.bottom_codebook = Codebook()
        self.upsample_top = nn.ConvTranspose2d(CODE_SIZE, CODE_SIZE, 4, stride=2, padding=1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                assert module.bias is not None
                nn.init.zeros_(module.bias)

    def forward(self, images: Tensor) -> Latents:
        """(B, 3, 256, 256) RGB in [0, 1] -> latents; the encoder sees [-1, 1]."""
        centred = (images * 2.0 - 1.0).contiguous(memory_format=torch.channels_last)
        fine = self.bottom_encoder(centred)
        encoded_top = on_sphere(self.to_top(self.top_encoder(fine)))
        top = self.top_codebook(encoded_top)
        encoded_bottom = on_sphere(self.to_bottom(torch.cat([self.top_decoder(top.codes), fine], 1)))
        bottom = self.bottom_codebook(encoded_bottom)
        features = torch.cat([self.upsample_top(top.codes), bottom.codes], 1)
        return Latents(features, top, bottom, encoded_top.detach(), encoded_bottom.detach())

    def revive_codes(self, latents: Latents) -> int:
        """Give every unused code a place of these latents; the number of codes moved."""
        return self.top_codebook.revive(latents.encoded_top) + self.bottom_codebook.revive(latents.encoded_bottom)
