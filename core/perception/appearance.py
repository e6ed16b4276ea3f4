"""Regional colours of a face: mean colour of forehead, cheeks, lips, brows and so on, found by landmarks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# MediaPipe landmark numbers inside each region; both sides together, so that a light from one side averages out.
REGIONS: dict[str, tuple[int, ...]] = {
    "forehead": (10, 151, 9, 108, 337, 67, 297),
    "cheeks": (50, 101, 118, 205, 187, 36, 280, 330, 347, 425, 411, 266),
    "nose": (4, 5, 195, 197),
    "chin": (152, 175, 199, 200),
    "moustache": (164, 165, 391, 167, 393),
    "jaw": (138, 135, 172, 367, 364, 397),
    "upper lip": (11, 12, 72, 302, 38, 268),
    "lower lip": (15, 16, 85, 315, 86, 316),
    "brows": (63, 105, 66, 52, 65, 293, 334, 296, 282, 295),
    "irises": (468, 473),
}
CHEEKS = list(REGIONS).index("cheeks")
BLUR_PX = 4  # colours are read from the picture averaged over squares of this size


def region_colours(images: Tensor, points: Tensor) -> Tensor:
    """Images (B, 3, H, W) in [0, 1] and landmarks (B, 478, 2) px -> (B, len(REGIONS), 3); differentiable in images.

    Points outside the picture take its border's colour.
    """
    height, width = images.shape[-2:]
    small = F.avg_pool2d(images, BLUR_PX)
    order = [i for numbers in REGIONS.values() for i in numbers]
    scale = points.new_tensor([2.0 / width, 2.0 / height])
    grid = points[:, order] * scale - 1.0
    colours = F.grid_sample(small, grid[:, :, None], padding_mode="border", align_corners=False)[..., 0]
    split = colours.split([len(numbers) for numbers in REGIONS.values()], dim=2)
    return torch.stack([part.mean(2) for part in split], dim=1)


# Places of hair, in units of half the face's width to the side of its middle, and of its height above: over the
# forehead and at the temples, inside short hair and below the crown of most photos' framing.
_HAIR = ((0.0, 0.62), (0.0, 0.75), (-0.35, 0.7), (0.35, 0.7), (-0.7, 0.6), (0.7, 0.6), (-1.0, 0.45), (1.0, 0.45))
_FOREHEAD, _CHIN, _RIGHT, _LEFT = 10, 152, 234, 454


def hair_colours(images: Tensor, points: Tensor) -> Tensor:
    """Images (B, 3, H, W) in [0, 1] and landmarks (B, 478, 2) px -> (B, 3), the median colour where hair is expected.

    What covers the hair is taken for it: a hat, or a bare scalp.
    """
    height, width = images.shape[-2:]
    right, left = points[:, _RIGHT], points[:, _LEFT]
    middle, aside, up = 0.5 * (left + right), 0.5 * (left - right), points[:, _FOREHEAD] - points[:, _CHIN]
    places = torch.stack([middle + x * aside + y * up for x, y in _HAIR], 1)
    grid = places * points.new_tensor([2.0 / width, 2.0 / height]) - 1.0
    small = F.avg_pool2d(images, BLUR_PX)
    found = F.grid_sample(small, grid[:, :, None], padding_mode="border", align_corners=False)[..., 0]
    return found.median(dim=2).values


def lightness(colours: Tensor) -> Tensor:
    """(..., 3) sRGB in [0, 1] -> (...) approximate perceptual lightness (luma)."""
    return colours @ colours.new_tensor([0.299, 0.587, 0.114])
