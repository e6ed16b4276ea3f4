"""BlazeFace (MediaPipe's short-range face detector): finds faces in a picture, coarse first, then in finer tiles."""

from __future__ import annotations

from collections.abc import Sequence
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

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Faces of one picture (H,W,3) uint8 RGB, the largest first; see `detect_all`."""
        return self.detect_all([image])[0]

    @torch.inference_mode()
    def detect_all(self, images: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """Faces of each picture (H,W,3) uint8 RGB, the largest first; an empty list where there is none.

        The whole picture is looked at once at 128 px, which sees faces from about 12 % of its longer side. When that
        finds nothing sure, or only small faces, also with a wide border (faces that fill the picture) and in
        overlapping tiles at 256, 512 and 1024 px (faces down to about 1.5 %).
        """
        pictures = [Image.fromarray(image) for image in images]
        first = self._run([_cut(picture, _SCALES_PX[0]) for picture in pictures])
        return [self._finished(picture, boxes) for picture, boxes in zip(pictures, first, strict=True)]

    def _finished(self, picture: Image.Image, coarse: _Boxes) -> list[Face]:
        """The faces of a picture whose candidates at the coarsest scale are known."""
        longest = max(picture.size)
        found: list[_Boxes] = []
        for scale_px in _SCALES_PX:
            found.append(coarse if not found else self._run([_cut(picture, scale_px)])[0])
            if scale_px == _SCALES_PX[0] and not len(coarse.scores):
                found += self._run([_cut(picture, scale_px // 2)])
            sure = torch.cat([boxes.boxes[boxes.scores >= SURE_SCORE, 2] for boxes in found])
            largest = float(sure.max()) if len(sure) else 0.0
            if largest >= _SMALL_SHARE * longest * _SCALES_PX[0] / scale_px or scale_px >= 2 * longest:
                break
        return sorted(_suppress(found), key=lambda face: -face.size_px)

    def _run(self, cuts: Sequence[_Cut]) -> list[_Boxes]:
        """The candidates in each picture's tiles; all tiles go through the network together."""
        tiles = torch.cat([cut.tiles for cut in cuts]).to(self.graph.device)
        scores_16, scores_8, boxes_16, boxes_8 = self.graph(tiles)
        scores = torch.cat([_rows(scores_16, 1), _rows(scores_8, 1)], 1)[..., 0].clamp(-100, 100).sigmoid()
        values = torch.cat([_rows(boxes_16, 16), _rows(boxes_8, 16)], 1)
        # What follows are a few numbers, for which a GPU would be asked again and again.
        counts = [len(cut.tiles) for cut in cuts]
        each = zip(cuts, scores.cpu().split(counts), values.cpu().split(counts), strict=True)
        return [self._candidates(*one) for one in each]

    def _candidates(self, cut: _Cut, scores: Tensor, values: Tensor) -> _Boxes:
        tile, anchor = (scores > _SCORE).nonzero(as_tuple=True)
        values, at = values[tile, anchor], self.anchors.cpu()[anchor] * _INPUT_PX + cut.origins[tile]
        centre, extent = (at + values[:, :2]) * cut.unit, values[:, 2:4] * cut.unit
        keypoints = (at[:, None] + values[:, 4:].reshape(-1, 6, 2)) * cut.unit
        return _Boxes(scores[tile, anchor], torch.cat([centre, extent], 1), keypoints)


@dataclass(frozen=True)
class _Cut:
    """A picture at one scale: tiles (T,3,128,128), their places (T,2) in its pixels, (2,) photo px to one of these."""

    tiles: Tensor
    origins: Tensor
    unit: Tensor


def _cut(picture: Image.Image, scale_px: int) -> _Cut:
    """A picture with its longest side at `scale_px`; below 128 px it gets a wide border."""
    ratio = scale_px / max(picture.size)
    width, height = (max(1, round(side * ratio)) for side in picture.size)
    resized = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    small = torch.from_numpy(np.array(resized)).permute(2, 0, 1)[None] / 127.5 - 1
    top, left = max(0, _INPUT_PX - height) // 2, max(0, _INPUT_PX - width) // 2
    bottom, right = max(0, _INPUT_PX - height - top), max(0, _INPUT_PX - width - left)
    small = F.pad(small, (left, right, top, bottom), value=-1.0)
    corners = [(y, x) for y in _starts(small.shape[2]) for x in _starts(small.shape[3])]
    return _Cut(
        torch.cat([small[:, :, y : y + _INPUT_PX, x : x + _INPUT_PX] for y, x in corners]),
        torch.tensor([(x - left, y - top) for y, x in corners]).float(),
        torch.tensor([picture.width / width, picture.height / height]),
    )


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
        points = (keypoints[merged] * weight[..., None]).sum(0).numpy()
        faces.append(Face(float(scores[order[0]]), (x - width / 2, y - height / 2, width, height), points))
        order = order[~same]
    return faces
