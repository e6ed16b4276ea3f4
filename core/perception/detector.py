"""BlazeFace (MediaPipe's short-range face detector): finds faces in a picture, coarse first, then in finer tiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from core.perception.graph import ConvGraph
from core.perception.weights import load_json, load_tensors

_INPUT_PX = 128
_SCORE = 0.5
SURE_SCORE = 0.75
"""Below this a detection is kept but not trusted: finer scales are looked at as well."""
_OVERLAP = 0.3
# A face below this share of the network's input is found, but its box is coarse: a finer scale is tried as well.
_SMALL_SHARE = 0.12
# The picture's longest side at each scale: 128 is the network's own, the finer ones are cut into tiles.
_SCALES_PX = (128, 256, 512, 1024)
# Tiles of finer scales look for faces below a quarter of their side, so an overlap of 40 px never cuts one in two.
_TILE_STRIDE_PX = 88


@dataclass(frozen=True)
class Face:
    """One detected face in pixels of the picture (top-left corner at 0, 0).

    `box` is (x, y, width, height); `keypoints` (6, 2) are the subject's right eye, left eye, nose tip, mouth centre,
    right ear, left ear.
    """

    score: float
    box: tuple[float, float, float, float]
    keypoints: NDArray[np.float32]

    @property
    def size_px(self) -> float:
        """The longer side of the box."""
        return max(self.box[2:])


class FaceDetector(nn.Module):
    """Finds faces in uint8 pictures; not differentiable."""

    anchors: Tensor

    def __init__(self, graph: ConvGraph) -> None:
        super().__init__()
        self.graph = graph
        anchors = [
            ((x + 0.5) / cells, (y + 0.5) / cells)
            for cells, repeats in ((16, 2), (8, 6))
            for y in range(cells)
            for x in range(cells)
            for _ in range(repeats)
        ]
        self.register_buffer("anchors", torch.tensor(anchors))
        self.requires_grad_(False)
        self.eval()

    @classmethod
    def load(cls) -> FaceDetector:
        """The detector with the shipped weights; BundleError when they cannot be read."""
        return cls(ConvGraph(load_json("landmarks.json")["detector"], load_tensors("landmarks.safetensors")))

    @torch.inference_mode()
    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces of one picture (H,W,3) uint8 RGB, the largest first; an empty list when there is none.

        The whole picture is looked at once at 128 px, which sees faces from about 12 % of its longer side. When that
        finds nothing sure, or only small faces, also with a wide border (faces that fill the picture) and in
        overlapping tiles at 256, 512 and 1024 px (faces down to about 1.5 %).
        """
        picture = Image.fromarray(image)
        longest = max(picture.size)
        found: list[_Boxes] = []
        for scale_px in _SCALES_PX:
            found.append(self._at_scale(picture, scale_px))
            if scale_px == _SCALES_PX[0] and not len(found[0].scores):
                found.append(self._at_scale(picture, scale_px // 2))
            sure = torch.cat([boxes.boxes[boxes.scores >= SURE_SCORE, 2] for boxes in found])
            largest = float(sure.max()) if len(sure) else 0.0
            if largest >= _SMALL_SHARE * longest * _SCALES_PX[0] / scale_px or scale_px >= 2 * longest:
                break
        faces = _suppress(found)
        return sorted(faces, key=lambda face: -face.size_px)

    def _at_scale(self, picture: Image.Image, scale_px: int) -> _Boxes:
        """Candidates with the longest side at `scale_px`; below 128 px the picture gets a wide border."""
        ratio = scale_px / max(picture.size)
        width, height = (max(1, round(side * ratio)) for side in picture.size)
        resized = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        small = torch.from_numpy(np.array(resized)).to(self.anchors.device).permute(2, 0, 1)[None] / 127.5 - 1
        top, left = max(0, _INPUT_PX - height) // 2, max(0, _INPUT_PX - width) // 2
        bottom, right = max(0, _INPUT_PX - height - top), max(0, _INPUT_PX - width - left)
        small = F.pad(small, (left, right, top, bottom), value=-1.0)
        corners = [(y, x) for y in _starts(small.shape[2]) for x in _starts(small.shape[3])]
        tiles = torch.cat([small[:, :, y : y + _INPUT_PX, x : x + _INPUT_PX] for y, x in corners])
        scores_16, scores_8, boxes_16, boxes_8 = self.graph(tiles)
        scores = torch.cat([_rows(scores_16, 1), _rows(scores_8, 1)], 1)[..., 0].clamp(-100, 100).sigmoid()
        values = torch.cat([_rows(boxes_16, 16), _rows(boxes_8, 16)], 1)
        tile, anchor = (scores > _SCORE).nonzero(as_tuple=True)
        origin = torch.tensor([(x - left, y - top) for y, x in corners], device=values.device)[tile].float()
        values, at = values[tile, anchor], self.anchors[anchor] * _INPUT_PX + origin
        unit = values.new_tensor([picture.width / width, picture.height / height])
        centre, extent = (at + values[:, :2]) * unit, values[:, 2:4] * unit
        keypoints = (at[:, None] + values[:, 4:].reshape(-1, 6, 2)) * unit
        return _Boxes(scores[tile, anchor], torch.cat([centre, extent], 1), keypoints)


@dataclass(frozen=True)
class _Boxes:
    """Candidates: scores (N,), boxes (N,4) as centre and extent in px, keypoints (N,6,2) in px."""

    scores: Tensor
    boxes: Tensor
    keypoints: Tensor


def _rows(head: Tensor, values: int) -> Tensor:
    """(B, repeats * values, h, w) -> (B, h * w * repeats, values): one row for each anchor."""
    return head.permute(0, 2, 3, 1).reshape(len(head), -1, values)


def _starts(extent: int) -> list[int]:
    """Where tiles start along one side, the last one flush with the end."""
    return sorted({*range(0, extent - _INPUT_PX, _TILE_STRIDE_PX), extent - _INPUT_PX})


def _suppress(found: list[_Boxes]) -> list[Face]:
    """Weighted non-maximum suppression, as MediaPipe does: overlapping candidates are averaged by their scores."""
    scores = torch.cat([boxes.scores for boxes in found])
    boxes, keypoints = torch.cat([b.boxes for b in found]), torch.cat([b.keypoints for b in found])
    order = scores.argsort(descending=True)
    faces: list[Face] = []
    while len(order):
        best, rest = boxes[order[0]], boxes[order]
        low = torch.maximum(best[:2] - best[2:] / 2, rest[:, :2] - rest[:, 2:] / 2)
        high = torch.minimum(best[:2] + best[2:] / 2, rest[:, :2] + rest[:, 2:] / 2)
        common = (high - low).clamp_min(0).prod(1)
        # Tiles cut faces: a somewhat smaller candidate mostly inside a better one is a part of the same face.
        areas = rest[:, 2:].prod(1)
        part = (common > 0.7 * areas) & (areas > 0.25 * best[2:].prod())
        same = (common / (best[2:].prod() + areas - common) > _OVERLAP) | part
        same[0] = True
        merged = order[same]
        weight = scores[merged][:, None] / scores[merged].sum()
        x, y, width, height = (boxes[merged] * weight).sum(0).tolist()
        points = (keypoints[merged] * weight[..., None]).sum(0).cpu().numpy()
        faces.append(Face(float(scores[order[0]]), (x - width / 2, y - height / 2, width, height), points))
        order = order[~same]
    return faces
