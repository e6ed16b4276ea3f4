"""F_id of the paper: LightCNN-29v2 as a frozen torch module, with weights that the user supplies.

Wu et al., "A Light CNN for Deep Face Representation with Noisy Labels" (2018). The weights are those of the authors'
LightCNN_29Layers_V2_checkpoint.pth.tar; they are not shipped.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.perception.supplied import fill, read_state
from core.perception.warp import sample

CROP_PX = 128
SIZE = 256
"""Numbers in an embedding."""
# The authors' alignment: eyes level, their middle at (64, 40), the mouth's middle 48 px below.
_EYES_AT = (CROP_PX / 2, 40.0)
_EYES_TO_MOUTH_PX = 48.0
_LUMA = (0.299, 0.587, 0.114)
# MediaPipe's numbers: corners of the subject's right and left eye, and of the mouth.
_EYES = ((33, 133), (362, 263))
_MOUTH = (61, 291)


class MaxFeatureMap(nn.Module):
    """A convolution to twice the channels, of whose halves the larger value is kept."""

    def __init__(self, inputs: int, outputs: int, kernel: int, padding: int) -> None:
        super().__init__()
        self.filter = nn.Conv2d(inputs, 2 * outputs, kernel, 1, padding)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        a, b = self.filter(x).chunk(2, dim=1)
        return torch.maximum(a, b)


class Residual(nn.Module):
    """Two 3 x 3 maps added to their input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = MaxFeatureMap(width, width, 3, 1)
        self.conv2 = MaxFeatureMap(width, width, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, H, W) -> the same shape."""
        return self.conv2(self.conv1(x)) + x


class Group(nn.Module):
    """A 1 x 1 map, then a 3 x 3 one to the next width."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv_a = MaxFeatureMap(inputs, inputs, 1, 0)
        self.conv = MaxFeatureMap(inputs, outputs, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        return self.conv(self.conv_a(x))


def _halved(x: Tensor) -> Tensor:
    return F.max_pool2d(x, 2) + F.avg_pool2d(x, 2)


class LightCNN(nn.Module):
    """Crops (B, 1, 128, 128) grey in [0, 1] -> embeddings (B, 256); compared by their cosine."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = MaxFeatureMap(1, 48, 5, 2)
        self.block1, self.group1 = nn.Sequential(*(Residual(48) for _ in range(1))), Group(48, 96)
        self.block2, self.group2 = nn.Sequential(*(Residual(96) for _ in range(2))), Group(96, 192)
        self.block3, self.group3 = nn.Sequential(*(Residual(192) for _ in range(3))), Group(192, 128)
        self.block4, self.group4 = nn.Sequential(*(Residual(128) for _ in range(4))), Group(128, 128)
        self.fc = nn.Linear(8 * 8 * 128, SIZE)
        self.requires_grad_(False)
        self.eval()

    @classmethod
    def load(cls, path: Path) -> LightCNN:
        """The network with the weights of the authors' checkpoint; InputError when the file is another one."""
        state = read_state(path, "state_dict", "LightCNN-29v2's LightCNN_29Layers_V2_checkpoint.pth.tar")
        named = {name.removeprefix("module."): value for name, value in state.items()}
        # The classifier of the 80,013 people that it was trained on.
        named = {name: value for name, value in named.items() if not name.startswith("fc2.")}
        net = cls()
        fill(net, named, path, "LightCNN-29v2")
        return net

    def forward(self, crops: Tensor) -> Tensor:
        x = _halved(self.conv1(crops))
        x = _halved(self.group1(self.block1(x)))
        x = _halved(self.group2(self.block2(x)))
        x = self.group3(self.block3(x))
        x = _halved(self.group4(self.block4(x)))
        return self.fc(x.flatten(1))

    def embed(self, images: Tensor, landmarks: Tensor, antialias: bool = False) -> Tensor:
        """Images (B, 3, H, W) RGB in [0, 1] and their landmarks (B, 478, 2+) px -> (B, 256), differentiable."""
        return self(grey_crops(images, landmarks, antialias))


def grey_crops(images: Tensor, landmarks: Tensor, antialias: bool = False) -> Tensor:
    """Images (B, 3, H, W) and landmarks (B, 478, 2+) px -> (B, 1, 128, 128), as the network was trained on."""
    points = landmarks[..., :2].to(images.dtype)
    right, left = (points[:, list(corners)].mean(1) for corners in _EYES)
    eyes, mouth = (right + left) / 2, points[:, list(_MOUTH)].mean(1)
    across = F.normalize(left - right, dim=1)
    down = torch.stack([-across[:, 1], across[:, 0]], 1)
    # Image pixels for one of the crop; a face upside down to its own eyes is no face.
    scale = ((mouth - eyes) * down).sum(1).clamp_min(1.0) / _EYES_TO_MOUTH_PX
    linear = torch.stack([across, down], 2) * scale[:, None, None]
    origin = eyes - (linear @ linear.new_tensor(_EYES_AT)[:, None])[..., 0]
    crops = sample(images, torch.cat([linear, origin[..., None]], 2), CROP_PX, "zeros", antialias)
    return (crops * crops.new_tensor(_LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
