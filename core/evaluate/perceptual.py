"""A perceptual distance between pictures of one face, in the features of frozen face networks.

LPIPS (Zhang et al., CVPR 2018, equation 1) with all its learned weights at 1, on SFace and on the face landmarker
instead of on an ImageNet network: what those two see of a face is what counts here. LPIPS itself would need weights
and a network (torchvision's) that this project does not carry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.overrides import TorchFunctionMode

from core.align.face import find_landmarks, template_points
from core.evaluate.sface import SFace, face_crops
from core.perception.geometry import LandmarkNet, crop_by_points
from engine_bridge.errors import InputError

LEAST_PX = 4
"""Features of fewer pixels a side are a head's output: they say what was found, not what it looks like."""
_LAYERS = frozenset({"conv2d", "prelu", "relu", "add"})


class PerceptualDistance:
    """Distances between pictures that were all drawn by one camera, so that one crop fits every one of them."""

    def __init__(self, points: NDArray[np.float32], sface: SFace | None = None, net: LandmarkNet | None = None) -> None:
        """`points` (478, 3) px: the landmarks of the neutral picture; a network that is not given is left out."""
        marks = torch.from_numpy(np.array(points, np.float32))[None]
        self._networks: dict[str, Callable[[Tensor], object]] = {}
        if sface is not None:
            self._networks["sface"] = lambda images: sface(
                face_crops(images, template_points(marks).expand(len(images), -1, -1))
            )
        if net is not None:
            self._networks["landmarker"] = lambda images: net.landmarks(
                crop_by_points(images, marks.expand(len(images), -1, -1))
            )

    @classmethod
    def of_neutral(
        cls, neutral: NDArray[np.uint8], sface: SFace | None, net: LandmarkNet | None
    ) -> PerceptualDistance | None:
        """For a character by its neutral picture (256, 256, 3); None where that shows no face."""
        points = find_landmarks([neutral], net)[0]
        return None if isinstance(points, InputError) else cls(points, sface, net)

    @property
    def networks(self) -> tuple[str, ...]:
        """Names of the networks, as in the answers."""
        return tuple(self._networks)

    @torch.no_grad()
    def features(self, images: Tensor) -> dict[str, list[Tensor]]:
        """Pictures (B, 3, 256, 256) in [0, 1] -> of each network the last features of every resolution, each of
        unit length in every place."""
        found: dict[str, list[Tensor]] = {}
        for name, network in self._networks.items():
            with _Listening() as heard:
                network(images)
            found[name] = [
                torch.nn.functional.normalize(values, dim=1)
                for size, values in sorted(heard.last.items(), reverse=True)
                if size >= LEAST_PX
            ]
        return found

    @staticmethod
    def between(first: Mapping[str, list[Tensor]], second: Mapping[str, list[Tensor]]) -> dict[str, Tensor]:
        """Features of B pictures each (or of one) -> of each network B distances in [0, 4], 0 for equal pictures."""
        return {
            name: torch.stack(
                [(a - b).square().sum(1).mean((1, 2)) for a, b in zip(layers, second[name], strict=True)]
            ).mean(0)
            for name, layers in first.items()
        }


class _Listening(TorchFunctionMode):
    """Remembers the last convolutional activation of every size while a network runs, which needs no change to it."""

    def __init__(self) -> None:
        super().__init__()
        self.last: dict[int, Tensor] = {}

    def __torch_function__(
        self, func: Any, types: Iterable[type], args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if getattr(func, "__name__", "") in _LAYERS and isinstance(result, Tensor) and result.dim() == 4:
            self.last[result.shape[-1]] = result
        return result
