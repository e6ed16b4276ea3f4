"""F_3d of the paper: Deep3D's network as a frozen torch module, with weights that the user supplies.

Deng et al., "Accurate 3D Face Reconstruction with Weakly-Supervised Learning" (2019), in the authors' torch release:
epoch_20.pth, entry `net_recon`. Neither the weights nor the morphable model (BFM 2009) are shipped; without the
model's mesh, faces are compared by their coefficients, which are in its standard deviations.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.align.face import template_points
from core.perception.supplied import fill, read_state
from core.perception.warp import sample

CROP_PX = 224
IDENTITY, EXPRESSION = 80, 64
"""How many coefficients of shape and of expression come first in an answer."""
# Outputs: identity, expression, texture, angles, light (27), shift (x, y), shift (z).
_HEADS = (IDENTITY, EXPRESSION, 80, 3, 27, 2, 1)
# Of the mean face: right and left eye (the subject's), nose tip, right and left mouth corner; y up, z to the viewer.
_POINTS = (
    (-0.31148657, 0.29036078, 0.13377953),
    (0.30979887, 0.28972036, 0.13179526),
    (0.0032535, -0.04617932, 0.55244243),
    (-0.25216928, -0.38133916, 0.22405732),
    (0.2484662, -0.38128236, 0.22235769),
)
# Pixels of the crop for one unit of those points.
_SCALE_PX = 102.0


class Bottleneck(nn.Module):
    """ResNet-50's block: 1 x 1, 3 x 3 and 1 x 1 convolutions, each with its norm, added to a shortcut."""

    def __init__(self, inputs: int, inner: int, stride: int) -> None:
        super().__init__()
        outputs = 4 * inner
        self.conv1, self.bn1 = nn.Conv2d(inputs, inner, 1, bias=False), nn.BatchNorm2d(inner)
        self.conv2, self.bn2 = nn.Conv2d(inner, inner, 3, stride, 1, bias=False), nn.BatchNorm2d(inner)
        self.conv3, self.bn3 = nn.Conv2d(inner, outputs, 1, bias=False), nn.BatchNorm2d(outputs)
        self.downsample = (
            nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
            if stride != 1 or inputs != outputs
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, 4 * inner, H / stride, W / stride)."""
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(self.bn3(self.conv3(y)) + shortcut)


class ResNet50(nn.Module):
    """(B, 3, H, W) -> (B, 2048, 1, 1), under the names of the release."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.layer1 = _layer(64, 64, 3, 1)
        self.layer2 = _layer(256, 128, 4, 2)
        self.layer3 = _layer(512, 256, 6, 2)
        self.layer4 = _layer(1024, 512, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.mean((2, 3), keepdim=True)


def _layer(inputs: int, inner: int, blocks: int, stride: int) -> nn.Sequential:
    rest = (Bottleneck(4 * inner, inner, 1) for _ in range(blocks - 1))
    return nn.Sequential(Bottleneck(inputs, inner, stride), *rest)


class Deep3D(nn.Module):
    """Crops (B, 3, 224, 224) RGB in [0, 1] -> 257 coefficients (B, 257), identity and expression first."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = ResNet50()
        self.final_layers = nn.ModuleList(nn.Conv2d(2048, count, 1) for count in _HEADS)
        self.requires_grad_(False)
        self.eval()

    @classmethod
    def load(cls, path: Path) -> Deep3D:
        """The network with the weights of the authors' checkpoint; InputError when the file is another one."""
        net = cls()
        fill(net, read_state(path, "net_recon", "Deep3D's epoch_20.pth (torch release)"), path, "Deep3D")
        return net

    def forward(self, crops: Tensor) -> Tensor:
        feature = self.backbone(crops)
        return torch.cat([layer(feature) for layer in self.final_layers], 1).flatten(1)

    def embed(self, images: Tensor, landmarks: Tensor, antialias: bool = False, expression: bool = True) -> Tensor:
        """Images (B, 3, H, W) RGB in [0, 1] and landmarks (B, 478, 2+) px -> coefficients, differentiable.

        (B, 144) identity and expression, or (B, 80) without `expression`; the squared distance of two faces is that of
        their coefficients.
        """
        coefficients = self(face_crops(images, landmarks, antialias))
        return coefficients[:, : IDENTITY + EXPRESSION if expression else IDENTITY]


def face_crops(images: Tensor, landmarks: Tensor, antialias: bool = False) -> Tensor:
    """Images (B, 3, H, W) and landmarks (B, 478, 2+) px -> (B, 3, 224, 224), placed as in the release.

    A scaled orthographic projection of the five points of the mean face is fitted to those seen (least squares over
    the projection's two rows and its shift); its shift becomes the centre and 102 px a unit. Nothing is rotated.
    """
    seen = template_points(landmarks).to(images.dtype) * images.new_tensor([1.0, -1.0])
    face = images.new_tensor(_POINTS)
    known = torch.cat([face, face.new_ones(len(face), 1)], 1)
    fitted = torch.linalg.pinv(known) @ seen  # (B, 4, 2): the columns are the rows of the projection and the shift
    rows, shift = fitted[:, :3], fitted[:, 3] * images.new_tensor([1.0, -1.0])
    scale = rows.norm(dim=1).mean(1).clamp_min(1.0) / _SCALE_PX
    linear = torch.eye(2, dtype=images.dtype, device=images.device) * scale[:, None, None]
    origin = shift - scale[:, None] * (CROP_PX / 2)
    return sample(images, torch.cat([linear, origin[..., None]], 2), CROP_PX, "zeros", antialias)
