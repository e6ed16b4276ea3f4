"""Which pictures a report shows: characters by how like their person they are, and where the imitator is worst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.evaluate.imitation import picture_psnr_db
from core.evaluate.imitation_measures import Samples
from core.evaluate.likeness import Faces, centred
from core.evaluate.means import DomainMeans
from core.models.imitator import Imitator

WORST, MIDDLE, BEST = 12, 6, 6


@dataclass(frozen=True)
class Case:
    """One character: its row, its place among `of` sorted from the least like, and its likeness."""

    row: int
    place: int
    of: int
    likeness: float


def likeness_of_each(
    photos: Faces, pictures: Faces, identity: NDArray[np.integer], means: DomainMeans | None = None
) -> NDArray[np.float64]:
    """(N,) how much nearer pictures[i] is to the other photos of its person than to those of others: the difference of
    mean centred cosines, in [-2, 2]; NaN where there is no other photo or no face. `pictures` are renders made from the
    photos, or the photos themselves."""
    seen = centred(photos, identity, None if means is None else means.photo_embedding)
    own = seen
    if pictures is not photos:
        own = centred(pictures, identity, None if means is None else means.render_embedding)
    cosine = (own @ seen.T).astype(np.float64)
    same = identity[:, None] == identity[None]
    partners = same & photos.found[None] & ~np.eye(len(identity), dtype=bool)
    strangers = ~same & photos.found[None]
    known = pictures.found & partners.any(1) & strangers.any(1)
    near = (cosine * partners).sum(1) / np.maximum(partners.sum(1), 1)
    far = (cosine * strangers).sum(1) / np.maximum(strangers.sum(1), 1)
    return np.where(known, near - far, np.nan)


def shown_characters(likeness: NDArray[np.float64], identity: NDArray[np.integer]) -> list[Case]:
    """One photo of each person, the first whose likeness (N,) is known, sorted from the least like: all of them, or
    of many the worst, some of the middle and the best."""
    first = [np.flatnonzero((identity == person) & ~np.isnan(likeness)) for person in np.unique(identity)]
    rows = np.array([found[0] for found in first if len(found)], np.int64)
    rows = rows[np.argsort(likeness[rows], kind="stable")] if len(rows) else rows
    places = np.arange(len(rows))
    if len(rows) > WORST + MIDDLE + BEST:
        middle = (len(rows) - MIDDLE) // 2
        places = np.concatenate([places[:WORST], places[middle : middle + MIDDLE], places[-BEST:]])
        places = np.unique(places)
    return [Case(int(rows[k]), int(k) + 1, len(rows), float(likeness[rows[k]])) for k in places]


@dataclass(frozen=True)
class Missed:
    """A picture of the engine's and the imitator's of the same parameters (256, 256, 3) uint8, and their PSNR."""

    engine: NDArray[np.uint8]
    imitator: NDArray[np.uint8]
    psnr_db: float

    @property
    def difference(self) -> NDArray[np.uint8]:
        """(256, 256, 3) four times their difference, about mid grey."""
        apart = self.imitator.astype(np.int16) - self.engine.astype(np.int16)
        return np.clip(128 + 4 * apart, 0, 255).astype(np.uint8)


@torch.no_grad()
def worst_imitated(imitator: Imitator, samples: Samples, count: int) -> list[Missed]:
    """The `count` samples whose imitation is furthest from the engine's render, the worst first."""
    psnr = picture_psnr_db(imitator, samples)
    rows = np.argsort(psnr, kind="stable")[:count]
    drawn = imitator(torch.from_numpy(samples[0][rows]))
    pictures = drawn.mul(255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
    return [Missed(samples[1][row], picture, float(psnr[row])) for row, picture in zip(rows, pictures, strict=True)]
