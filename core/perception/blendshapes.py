"""MediaPipe's expression net: landmarks -> 52 blendshape coefficients, an MLP-Mixer of four blocks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine_bridge.scene import BLENDSHAPES

# The landmarks that the network reads (MediaPipe, face_blendshapes_graph.cc).
READ_LANDMARKS = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80,
    81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
    154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251,
    263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318,
    321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
)  # fmt: skip

NAMES = ("neutral", *BLENDSHAPES[:-1])
"""The coefficients in the network's order: ARKit's, after one for no expression and without the tongue."""

_BLOCKS = 4


class BlendshapeNet(nn.Module):
    """Landmarks (B,478,2+) -> coefficients (B,52) in [0,1]; position and scale of the points do not matter."""

    def __init__(self, tensors: dict[str, Tensor]) -> None:
        super().__init__()
        self._epsilon = float(tensors["blend.epsilon"])
        self._gain = float(tensors["blend.gain"])
        for name, value in tensors.items():
            if name.startswith("blend.") and name not in ("blend.epsilon", "blend.gain"):
                self.register_buffer(name.removeprefix("blend.").replace(".", "_"), value)

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return F.linear(x, self.get_buffer(f"{name}_weight"), self.get_buffer(f"{name}_bias"))

    def _normed(self, name: str, x: Tensor) -> Tensor:
        return F.layer_norm(x, x.shape[-1:], self.get_buffer(name), None, self._epsilon)

    def forward(self, landmarks: Tensor) -> Tensor:
        points = landmarks[:, list(READ_LANDMARKS), :2]
        points = points - points.mean(1, keepdim=True)
        points = points / points.norm(dim=2, keepdim=True).mean(1, keepdim=True) * self._gain
        tokens = self._linear("embed", self._linear("tokens", points.transpose(1, 2)).transpose(1, 2))
        x = torch.cat([self.get_buffer("class").expand(len(tokens), 1, -1), tokens], 1)
        for block in range(_BLOCKS):
            mixed = F.relu(self._linear(f"block_{block}_token_0", self._normed(f"block_{block}_norm_0", x).mT))
            x = x + self._linear(f"block_{block}_token_1", mixed).mT
            mixed = F.relu(self._linear(f"block_{block}_channel_0", self._normed(f"block_{block}_norm_1", x)))
            x = x + self._linear(f"block_{block}_channel_1", mixed)
        return self._linear("head", x[:, 0]).sigmoid()
