"""Similarity transforms between point sets, and differentiable sampling of images through them.

Points are (x, y) in pixels with the centre of the top-left pixel at (0.5, 0.5). A transform is a (B, 2, 3) tensor
[sR | t] that maps points of one picture onto another: q = sR p + t.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def fit_similarity(source: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Least-squares similarity (rotation, uniform scale, shift, no reflection) of (B,N,2) onto (B,N,2) -> (B,2,3).

    Umeyama (1991) in two dimensions has a closed form in complex numbers, so no SVD is needed and gradients are
    always finite for points that do not all coincide. `weights` is (N,) or (B,N).
    """
    if weights is None:
        weights = source.new_ones(source.shape[1])
    share = (weights / weights.sum(-1, keepdim=True)).expand(source.shape[:2])[..., None]
    source_mean, target_mean = (source * share).sum(1), (target * share).sum(1)
    a, b = source - source_mean[:, None], target - target_mean[:, None]
    spread = (a.square() * share).sum((1, 2))
    real = ((a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1]) * share[..., 0]).sum(1) / spread
    imaginary = ((a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]) * share[..., 0]).sum(1) / spread
    linear = torch.stack([torch.stack([real, -imaginary], -1), torch.stack([imaginary, real], -1)], 1)
    shift = target_mean - (linear @ source_mean[..., None])[..., 0]
    return torch.cat([linear, shift[..., None]], 2)


def invert(transform: Tensor) -> Tensor:
    """The inverse of (B,2,3) similarities."""
    linear, shift = transform[..., :2], transform[..., 2:]
    scale = linear.square().sum((1, 2), keepdim=True) / 2
    inverse = linear.transpose(1, 2) / scale
    return torch.cat([inverse, -inverse @ shift], 2)


def apply(transform: Tensor, points: Tensor) -> Tensor:
    """Moves (B,N,2) points, or (B,N,3) whose depth is only scaled, through (B,2,3) similarities."""
    moved = points[..., :2] @ transform[:, :, :2].transpose(1, 2) + transform[:, None, :, 2]
    if points.shape[-1] == 2:
        return moved
    scale = (transform[:, :, :2].square().sum((1, 2)) / 2).sqrt()
    return torch.cat([moved, points[..., 2:] * scale[:, None, None]], -1)


def sample(images: Tensor, to_image: Tensor, size_px: int, padding: str = "border", antialias: bool = True) -> Tensor:
    """Square crops (B,3,size,size) of images (B,3,H,W); `to_image` (B,2,3) maps crop points to image points.

    Differentiable in both. Where a crop shrinks its image by more than 1.5, the image is first averaged over whole
    blocks (`antialias`); each crop's blocks depend on its own scale only, so a batch never changes a result.
    """
    if not antialias:
        return _bilinear(images, to_image, size_px, padding)
    scale = (to_image[:, :, :2].detach().square().sum((1, 2)) / 2).sqrt()
    blocks = (scale + 0.5).floor().clamp(1, 64).long()
    if int(blocks.max()) == 1:
        return _bilinear(images, to_image, size_px, padding)
    crops = images.new_zeros(len(images), images.shape[1], size_px, size_px)
    for block in torch.unique(blocks).tolist():
        chosen = (blocks == block).nonzero()[:, 0]
        small = images[chosen] if block == 1 else F.avg_pool2d(images[chosen], block, ceil_mode=True)
        crops = crops.index_copy(0, chosen, _bilinear(small, to_image[chosen] / block, size_px, padding))
    return crops


def _bilinear(images: Tensor, to_image: Tensor, size_px: int, padding: str) -> Tensor:
    height, width = images.shape[-2:]
    centres = torch.arange(size_px, dtype=images.dtype, device=images.device) + 0.5
    # Written out per axis: a (65536 x 3) matrix product takes as long as the sampling itself.
    across, down, shift = to_image[:, :, 0], to_image[:, :, 1], to_image[:, :, 2]
    half = to_image.new_tensor([width, height]) / 2
    across, down, shift = across / half, down / half, shift / half - 1
    grid = (centres[:, None] * across[:, None])[:, None] + (centres[:, None] * down[:, None] + shift[:, None])[
        :, :, None
    ]
    return F.grid_sample(images, grid, mode="bilinear", padding_mode=padding, align_corners=False)
