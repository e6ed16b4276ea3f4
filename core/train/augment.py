"""What is done to images on their way into the encoder, so that it cannot tell photos from renders by their finish."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


class Draws:
    """Random numbers for a batch, each image's from a generator of its own.

    So an image meets the same defects whatever else is in the batch, and processes that share a batch need not draw
    for each other. Seeds come from the caller, or, without them, from torch's global generator.
    """

    def __init__(self, count: int, seeds: Sequence[int] | None = None) -> None:
        """`seeds`: one for each of `count` images."""
        self.seeds = torch.randint(2**62, (count,)).tolist() if seeds is None else list(seeds)
        self._generators = [torch.Generator().manual_seed(int(seed)) for seed in self.seeds]

    def uniform(self, *shape: int) -> Tensor:
        """(B, *shape) in [0, 1)."""
        return torch.stack([torch.rand(shape, generator=generator) for generator in self._generators])

    def normal(self, *shape: int) -> Tensor:
        """(B, *shape) of mean 0 and variance 1."""
        return torch.stack([torch.randn(shape, generator=generator) for generator in self._generators])

    def below(self, limit: int) -> Tensor:
        """(B,) integers from 0 to limit - 1."""
        return torch.cat([torch.randint(limit, (1,), generator=generator) for generator in self._generators])

    def noise(self, like: Tensor) -> Tensor:
        """Normal noise of the shape of (B, C, H, W) images, drawn where they lie: a GPU would wait for a CPU's."""
        if like.device.type == "cpu":
            return self.normal(*like.shape[1:])
        own = torch.Generator(like.device)
        return torch.stack([torch.randn(x.shape, generator=own.manual_seed(int(s)), device=x.device)
                            for x, s in zip(like, self.seeds, strict=True)])  # fmt: skip


def degrade(images: Tensor, strength: float = 1.0, draws: Draws | None = None) -> Tensor:
    """(B, 3, H, W) in [0, 1] -> the same with lost sharpness, JPEG blocks, noise, exposure and small misalignment.

    Photos and renders go through the same distribution. `strength` 0 returns the images as they are.
    """
    if strength <= 0:
        return images
    draws = draws or Draws(len(images))
    images = jitter(images, strength, draws)
    images = soften(images, strength, draws)
    images = jpeg(images, strength, draws)
    gain = 1.0 + strength * 0.08 * draws.normal(1, 1, 1)
    tint = 1.0 + strength * 0.03 * draws.normal(3, 1, 1)
    level = strength * 0.03 * draws.uniform(1, 1, 1)
    return (images * (gain * tint).to(images.device) + level.to(images.device) * draws.noise(images)).clamp(0.0, 1.0)


def jitter(images: Tensor, strength: float, draws: Draws) -> Tensor:
    """Rotate by about 2 degrees, scale by 3 % and shift by 1.5 % of the width: what alignment leaves over."""
    angle = strength * math.radians(2.0) * draws.normal()
    scale = 1.0 + strength * 0.03 * draws.normal()
    shift = strength * 0.03 * draws.normal(2)
    cos, sin = scale * angle.cos(), scale * angle.sin()
    matrix = torch.stack([torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)], 1).to(
        images
    )
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def soften(images: Tensor, strength: float, draws: Draws) -> Tensor:
    """Each image shrunk by a factor of 1 to 4 and enlarged again, half of them left alone."""
    factors = (1.0 + strength * 3.0 * draws.uniform().square()).tolist()
    left_alone = (draws.uniform() < 0.5).tolist()
    out = []
    for image, factor, alone in zip(images, factors, left_alone, strict=True):
        if alone or factor < 1.05:
            out.append(image)
            continue
        size = [max(8, round(side / factor)) for side in image.shape[1:]]
        small = F.interpolate(image[None], size=size, mode="bilinear", antialias=True, align_corners=False)
        out.append(F.interpolate(small, size=image.shape[1:], mode="bilinear", align_corners=False)[0])
    return torch.stack(out)


def jpeg(images: Tensor, strength: float, draws: Draws | None = None) -> Tensor:
    """JPEG without the file: 8 x 8 blocks of YCbCr, cosine transform, quantisation at quality about 30 to 95.

    Chroma is not subsampled. Height and width must be multiples of 8.
    """
    b, _, height, width = images.shape
    quality = 95.0 - strength * 65.0 * (draws or Draws(b)).uniform()
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


def replace_background(
    renders: Tensor, backdrop: Tensor, scenes: Tensor | None = None, draws: Draws | None = None
) -> Tensor:
    """Renders (B, 3, H, W) with their flat background replaced by blurred scenery, three times out of four.

    `backdrop` (3,) is the engine's background colour: pixels within 2.5/255 of it are background. `scenes`
    (N, 3, H, W), usually photos, lend their blurred colours; without them the scenery is a random gradient.
    """
    draws = draws or Draws(len(renders))
    if scenes is not None and len(scenes):
        scenes = scenes[draws.below(len(scenes)).to(scenes.device)]
    return put_behind(renders, backdrop, scenes, draws)


def put_behind(renders: Tensor, backdrop: Tensor, scenes: Tensor | None, draws: Draws) -> Tensor:
    """The same, with one scene (B, 3, H, W) for each render."""
    height, width = renders.shape[-2:]
    empty = ((renders - backdrop.view(1, 3, 1, 1)).abs().amax(1, keepdim=True) < 2.5 / 255.0).to(renders)
    empty = F.avg_pool2d(empty, 3, stride=1, padding=1)
    if scenes is None or not len(scenes):
        coarse = draws.uniform(3, 2, 2).to(renders)
    else:
        coarse = F.adaptive_avg_pool2d(scenes.flip(3), 8)
    scenery = F.interpolate(coarse, size=(height, width), mode="bilinear", align_corners=False)
    change = (draws.uniform(1, 1, 1) < 0.75).to(renders)
    return torch.lerp(renders, scenery, empty * change)


def blur_borders(images: Tensor, chance: float = 0.3, draws: Draws | None = None) -> Tensor:
    """Beyond a random line at a side the image is mirrored and blurred, as alignment does beyond a photo's edge."""
    b, _, height, width = images.shape
    draws = draws or Draws(b)
    chosen = (draws.uniform() < chance).tolist()
    sides = draws.below(4).tolist()
    deepest = max(7, min(height, width) // 4)
    depths = (6 + draws.below(deepest - 6)).tolist()
    out = images.clone()
    for i in range(b):
        if not chosen[i]:
            continue
        turns, depth = sides[i], depths[i]
        side = torch.rot90(out[i], turns, (1, 2))
        kept = side[:, :, depth : 2 * depth].flip(2)
        coarse = F.adaptive_avg_pool2d(kept[None], (16, max(1, depth // 8)))
        blurred = F.interpolate(coarse, size=kept.shape[1:], mode="bilinear", align_corners=False)[0]
        share = torch.linspace(1.0, 0.0, depth, device=images.device)
        side = torch.cat([torch.lerp(kept, blurred, share.expand_as(kept)), side[:, :, depth:]], 2)
        out[i] = torch.rot90(side, -turns, (1, 2))
    return out
