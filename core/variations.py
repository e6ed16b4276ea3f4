"""Variations: other characters that another photo of the same person could have given, as different as can be.

A photo is one draw from what a camera may catch of a person. So the features that were read are drawn again with the
scatter that photos of one person have, and the reader answers each draw. Of these answers the implausible half is
dropped, and of the rest those are taken that differ most from the result and from each other.
"""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.models.reader import Reader, Reading
from core.perception.features import FaceFeatures

CANDIDATES = 16
# Standard deviations between photos of one person, measured on 219 photos of 41 people; the colours' common part, which
# is light and not a person's, is left out.
_EMBEDDING = 0.030
_GEOMETRY_CM = 0.33
_COLOUR = 0.10
_WIDER = 1.4  # a designer who asks for other characters wants to see a difference
_SECOND_CHOICE = 0.15  # softmax share from which another option of a choice is worth showing


def draw_candidates(reader: Reader, features: FaceFeatures, groups: Tensor | None, start: Tensor) -> Tensor:
    """(CANDIDATES, P) in half-range units around `start` (P,), for the features of one face; equal for equal faces."""
    seed = hashlib.sha256(features.embeddings.numpy().tobytes()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(seed[:7], "little"))
    size, shapes = reader.embedding_mean.numel(), reader.directions.shape[1]
    scale = torch.full((reader.weight.shape[0],), _COLOUR)
    scale[:size], scale[size : size + shapes] = _EMBEDDING, _GEOMETRY_CM
    noise = torch.randn(CANDIDATES, len(scale), generator=generator) * scale * _WIDER
    with torch.no_grad():
        shares = reader(features, groups).groups
        moved = (noise @ reader.weight) * (shares @ reader.gain)
    return (start + moved).clamp(-1.0, 1.0)


def most_different(pictures: NDArray[np.uint8], losses: NDArray[np.float64], first: int, count: int) -> list[int]:
    """Which `count` of K pictures (K,256,256,3) to show beside picture `first`: plausible ones, far from each other.

    `losses` (K,) say how far each is from the photo; the worse half is not looked at. Each next one is the picture
    whose nearest neighbour among those taken is furthest away (farthest-point selection).
    """
    small = pictures[:, 4::8, 4::8].astype(np.float64).reshape(len(pictures), -1)
    order = [index for index in np.argsort(losses).tolist() if index != first]
    left = order[: max(count, len(order) // 2)]
    taken = [first]
    while left and len(taken) <= count:
        nearest = [min(float(np.abs(small[index] - small[other]).mean()) for other in taken) for index in left]
        taken.append(left.pop(int(np.argmax(nearest))))
    return taken[1:]


def second_choices(reading: Reading, choices: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Choices (C,) that differ from those read in the next likely option of one choice, where that is likely enough."""
    found: list[NDArray[np.uint8]] = []
    for choice, scores in reading.choices.items():
        shares = torch.softmax(scores[0], 0)
        ranked = torch.argsort(shares, descending=True).tolist()
        if len(ranked) > 1 and float(shares[ranked[1]]) >= _SECOND_CHOICE:
            other = choices.copy()
            other[choice] = ranked[1]
            found.append(other)
    return found
