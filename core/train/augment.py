"""What is done to images on their way into the encoder, so that it cannot tell photos from renders by their finish."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

# The luminance and chrominance quantisation tables of JPEG's annex K, quality 50.
_LUMA = (
    (16, 11, 10, 16, 24, 40, 51, 61), (12, 12, 14, 19, 26, 58, 60, 55), (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62), (18, 22, 37, 56, 68, 109, 103, 77), (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101), (72, 92, 95, 98, 112, 100, 103, 99),
)  # fmt: skip
_CHROMA = (
    (17, 18, 24, 47, 99, 99, 99, 99), (18, 21, 26, 66, 99, 99, 99, 99), (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99), (99,) * 8, (99,) * 8, (99,) * 8, (99,) * 8,
)  # fmt: skip
_TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))


def degrade(images: Tensor, strength: float = 1.0) -> Tensor:
    """(B, 3, H, W) in [0, 1] -> the same with lost sharpness, JPEG blocks, noise, exposure and small misalignment.

    Photos and renders go through the same distribution. Random numbers come from torch's global generator.
    `strength` 0 returns the images as they are.
    """
    if strength <= 0:
        return images
    images = jitter(images, strength)
    images = soften(images, strength)
    images = jpeg(images, strength)
    b = len(images)
    gain = 1.0 + strength * 0.08 * torch.randn(b, 1, 1, 1)
    tint = 1.0 + strength * 0.03 * torch.randn(b, 3, 1, 1)
    noise = strength * 0.03 * torch.rand(b, 1, 1, 1) * torch.randn(images.shape)
    return (images * (gain * tint).to(images.device) + noise.to(images.device)).clamp(0.0, 1.0)


def jitter(images: Tensor, strength: float) -> Tensor:
    """Rotate by about 2 degrees, scale by 3 % and shift by 1.5 % of the width: what alignment leaves over."""
    b = len(images)
    angle = strength * math.radians(2.0) * torch.randn(b)
    scale = 1.0 + strength * 0.03 * torch.randn(b)
    shift = strength * 0.03 * torch.randn(b, 2)
    cos, sin = scale * angle.cos(), scale * angle.sin()
    matrix = torch.stack([torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)], 1).to(
        images
    )
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def soften(images: Tensor, strength: float) -> Tensor:
    """Each image shrunk by a factor of 1 to 4 and enlarged again, half of them left alone."""
    out = []
    for image in images:
        factor = 1.0 + strength * 3.0 * float(torch.rand(())) ** 2
        if float(torch.rand(())) < 0.5 or factor < 1.05:
            out.append(image)
            continue
        size = [max(8, round(side / factor)) for side in image.shape[1:]]
        small = F.interpolate(image[None], size=size, mode="bilinear", antialias=True, align_corners=False)
        out.append(F.interpolate(small, size=image.shape[1:], mode="bilinear", align_corners=False)[0])
    return torch.stack(out)


def jpeg(images: Tensor, strength: float) -> Tensor:
    """JPEG without the file: 8 x 8 blocks of YCbCr, cosine transform, quantisation at quality about 30 to 95.

    Chroma is not subsampled. Height and width must be multiples of 8.
    """
    b, _, height, width = images.shape
    quality = 95.0 - strength * 65.0 * torch.rand(b)
    scale = torch.where(quality < 50, 50.0 / quality, 2.0 - quality / 50.0).clamp_min(0.02).to(images)
    tables = images.new_tensor([_LUMA, _CHROMA, _CHROMA]) / 255.0
    steps = tables[None, :, None, None] * scale[:, None, None, None, None, None]
    to_ycc = images.new_tensor(_TO_YCC)
    ycc = torch.einsum("kc,bchw->bkhw", to_ycc, images - 0.5)
    blocks = ycc.reshape(b, 3, height // 8, 8, width // 8, 8).permute(0, 1, 2, 4, 3, 5)
    k = torch.arange(8, dtype=images.dtype, device=images.device)
    basis = torch.cos(math.pi / 8.0 * (k[None, :] + 0.5) * k[:, None]) * 0.5
    basis[0] *= math.sqrt(0.5)
    coefficients = basis @ blocks @ basis.t()
    coefficients = torch.round(coefficients / steps) * steps
    blocks = basis.t() @ coefficients @ basis
    ycc = blocks.permute(0, 1, 2, 4, 3, 5).reshape(b, 3, height, width)
    return (torch.einsum("kc,bchw->bkhw", torch.linalg.inv(to_ycc), ycc) + 0.5).clamp(0.0, 1.0)


def replace_background(renders: Tensor, backdrop: Tensor, scenes: Tensor | None = None) -> Tensor:
    """Renders (B, 3, H, W) with their flat background replaced by blurred scenery, three times out of four.

    `backdrop` (3,) is the engine's background colour: pixels within 2.5/255 of it are background. `scenes`
    (N, 3, H, W), usually photos, lend their blurred colours; without them the scenery is a random gradient.
    """
    b, _, height, width = renders.shape
    empty = ((renders - backdrop.view(1, 3, 1, 1)).abs().amax(1, keepdim=True) < 2.5 / 255.0).to(renders)
    empty = F.avg_pool2d(empty, 3, stride=1, padding=1)
    if scenes is None or not len(scenes):
        coarse = torch.rand(b, 3, 2, 2).to(renders)
    else:
        picks = torch.randint(len(scenes), (b,))
        coarse = F.adaptive_avg_pool2d(scenes[picks.to(scenes.device)].flip(3), 8)
    scenery = F.interpolate(coarse, size=(height, width), mode="bilinear", align_corners=False)
    change = (torch.rand(b, 1, 1, 1) < 0.75).to(renders)
    return torch.lerp(renders, scenery, empty * change)


def blur_borders(images: Tensor, chance: float = 0.3) -> Tensor:
    """Beyond a random line at a side the image is mirrored and blurred, as alignment does beyond a photo's edge."""
    b, _, height, width = images.shape
    out = images.clone()
    for i in range(b):
        if float(torch.rand(())) >= chance:
            continue
        turns = int(torch.randint(4, ()))
        side = torch.rot90(out[i], turns, (1, 2))
        depth = int(torch.randint(6, max(7, min(height, width) // 4), ()))
        kept = side[:, :, depth : 2 * depth].flip(2)
        coarse = F.adaptive_avg_pool2d(kept[None], (16, max(1, depth // 8)))
        blurred = F.interpolate(coarse, size=kept.shape[1:], mode="bilinear", align_corners=False)[0]
        share = torch.linspace(1.0, 0.0, depth, device=images.device)
        side = torch.cat([torch.lerp(kept, blurred, share.expand_as(kept)), side[:, :, depth:]], 2)
        out[i] = torch.rot90(side, -turns, (1, 2))
    return out
