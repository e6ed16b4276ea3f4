"""F_id: dlib's ResNet-29 face recognition network as a frozen torch module, differentiable in its input."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.perception.warp import fit_similarity, sample
from core.perception.weights import load_tensors

CHIP_PX = 150
_PADDING = 0.25
# dlib's five mean-face points (get_face_chip_details): left eye outer and inner corner, right eye outer and inner
# corner, base of the nose; the subject's own left. A chip is the unit square padded by a quarter on each side.
_MEAN_FACE = (
    (0.8595674595992, 0.2134981538014),
    (0.6460604764104, 0.2289674387677),
    (0.1205750620789, 0.2137274526848),
    (0.3340850613712, 0.2290642403242),
    (0.4901123135679, 0.6277975316475),
)

_HALVING = frozenset({7, 15, 21, 27})
"""Convolutions that start a block with stride 2 (and, unlike the others, without padding)."""


def face_chips(images: Tensor, points5: Tensor, antialias: bool = True) -> Tensor:
    """Images (B,3,H,W) and dlib's five points (B,5,2) px -> chips (B,3,150,150), differentiable in both.

    The five points are those of `geometry.points5`. Pixels outside the image are black, as in dlib.
    `antialias=False` skips a scale check that would make a GPU wait: right for images of about 256 px.
    """
    mean_face = torch.tensor(_MEAN_FACE, dtype=images.dtype, device=images.device)
    # dlib lays its chip rectangle over pixel centres 0..149, so chip pixel i sits at i * 150/149 of the rectangle.
    target = (mean_face + _PADDING) / (2 * _PADDING + 1) * (CHIP_PX - 1) + 0.5
    to_image = fit_similarity(target.expand(len(images), -1, -1), points5.to(images.dtype))
    return sample(images, to_image, CHIP_PX, padding="zeros", antialias=antialias)


class IdentityNet(nn.Module):
    """Chips (B,3,150,150) RGB in [0,1] -> embeddings (B,128) on the chips' device, wherever the network is.

    The metric-loss embedding, not normalised (norm 1.2 to 1.5). Same person: distance below 0.6. The space is not
    centred: subtract a mean embedding before taking cosines.
    """

    shift: Tensor

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        super().__init__()
        # dlib subtracts the mean from RGB in [0,255] and divides by 256; both fold into one scale and shift.
        self.register_buffer("shift", (tensors["mean"] / 256).view(1, 3, 1, 1))
        self.convolutions = nn.ModuleList()
        for index in range(29):
            weight = tensors[f"conv.{index:02d}.weight"]
            channels, inputs, kernel = weight.shape[0], weight.shape[1], weight.shape[2]
            halves = index == 0 or index in _HALVING
            convolution = nn.Conv2d(inputs, channels, kernel, 2 if halves else 1, 0 if halves else kernel // 2)
            convolution.weight = nn.Parameter(weight.contiguous(memory_format=torch.channels_last))
            convolution.bias = nn.Parameter(tensors[f"conv.{index:02d}.bias"])
            self.convolutions.append(convolution)
        self.head = nn.Linear(256, 128, bias=False)
        self.head.weight = nn.Parameter(tensors["fc.weight"].contiguous())
        self.requires_grad_(False)
        self.eval()

    @classmethod
    def load(cls) -> IdentityNet:
        """The network with the shipped weights, frozen; BundleError when they cannot be read."""
        return cls(load_tensors("identity.safetensors"))

    def forward(self, chips: Tensor) -> Tensor:
        x = chips.to(self.shift.device)
        x = (x * (255 / 256) - self.shift).contiguous(memory_format=torch.channels_last)
        x = F.max_pool2d(F.relu(self.convolutions[0](x)), 3, 2)
        for index in range(1, len(self.convolutions), 2):
            first, second = self.convolutions[index], self.convolutions[index + 1]
            shortcut = F.avg_pool2d(x, 2, 2) if index in _HALVING else x
            x = F.relu(_add(second(F.relu(first(x))), shortcut))
        return self.head(x.mean((2, 3))).to(chips.device)


def _add(a: Tensor, b: Tensor) -> Tensor:
    """dlib's add_prev: the smaller of each extent is padded with zeros at its end."""
    if a.shape == b.shape:
        return a + b
    channels, height, width = (max(p, q) for p, q in zip(a.shape[1:], b.shape[1:], strict=True))

    def padded(x: Tensor) -> Tensor:
        return F.pad(x, (0, width - x.shape[3], 0, height - x.shape[2], 0, channels - x.shape[1]))

    return padded(a) + padded(b)
