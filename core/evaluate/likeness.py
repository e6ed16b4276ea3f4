"""Likeness: is the character that was made of a photo closer to its person than to somebody else?

Three figures that belong together. *Closer share*: how often the render of one photo is nearer to another photo of the
same person than to a photo of somebody else, by SFace, which training never sees. *Render cosine*: the mean cosine
between renders of different people; high means look-alike siblings, whatever the first figure says. *Lightness
correlation*: Spearman's rank correlation of cheek lightness between photo and render, for SFace hardly sees colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import spearmanr

from core.align.face import find_landmarks, template_points
from core.evaluate.colour import cheek_colour
from core.evaluate.sface import SFace, face_crops
from core.perception.geometry import LandmarkNet
from engine_bridge.errors import InputError

_BATCH = 32
_BOOTSTRAPS = 1000


@dataclass(frozen=True)
class Faces:
    """Pictures of faces for measuring: SFace embeddings (N,128), cheek colours L*a*b* (N,3), whether a face was
    found (N,) bool, and where: landmarks (N,478,3) px or None. Rows without a face hold zeros and NaN."""

    embeddings: NDArray[np.float32]
    cheeks: NDArray[np.float32]
    found: NDArray[np.bool_]
    points: NDArray[np.float32] | None = None

    @property
    def lightness(self) -> NDArray[np.float32]:
        """(N,) L* of the cheeks, 0 black to 100 white."""
        return self.cheeks[:, 0]

    def rows(self, chosen: NDArray[Any]) -> Faces:
        """The faces of some rows, by number or by mask."""
        points = None if self.points is None else self.points[chosen]
        return Faces(self.embeddings[chosen], self.cheeks[chosen], self.found[chosen], points)


@dataclass(frozen=True)
class Likeness:
    """The figures of the module's first paragraph.

    closer_share in [0,1] with its 95 % interval (bootstrap over people); chance is 0.5. `photo_closer_share` and
    `photo_cosine` are the same figures with the photo itself in place of its render: the upper bound. A render
    without a detectable face counts as not closer.
    """

    closer_share: float
    closer_share_low: float
    closer_share_high: float
    photo_closer_share: float
    render_cosine: float
    photo_cosine: float
    lightness_correlation: float
    anchors: int
    pairs: int
    people: int
    renders_without_face: int
    own_render_cosine: float = float("nan")
    """Mean cosine between renders of one person's photos: how far the characters of one person agree."""

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name, for JSON."""
        return asdict(self)


def describe_faces(
    images: Sequence[NDArray[np.uint8]] | NDArray[np.uint8],
    sface: SFace,
    points: NDArray[np.float32] | None = None,
    net: LandmarkNet | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Faces:
    """Pictures (N,H,W,3) uint8 -> what likeness needs. Landmarks `points` (N,478,3) px are found where not given."""
    count = len(images)
    embeddings = np.zeros((count, 128), np.float32)
    cheeks = np.full((count, 3), np.nan, np.float32)
    found = np.zeros(count, bool)
    landmarks = np.full((count, 478, 3), np.nan, np.float32)
    for start in range(0, count, _BATCH):
        batch = np.stack([images[row] for row in range(start, min(start + _BATCH, count))])
        if points is None:
            landed = find_landmarks(list(batch), net)
            good = {row: marks for row, marks in enumerate(landed) if not isinstance(marks, InputError)}
            rows = list(good)
            marks = np.stack(list(good.values())) if good else np.zeros((0, 478, 3), np.float32)
        else:
            rows = list(range(len(batch)))
            marks = np.asarray(points[start : start + len(batch)])
        if rows:
            with torch.inference_mode():
                pixels = torch.from_numpy(batch[rows]).permute(0, 3, 1, 2).float() / 255
                crops = face_crops(pixels, template_points(torch.from_numpy(np.array(marks))))
                target = np.array(rows) + start
                embeddings[target] = torch.nn.functional.normalize(sface(crops), dim=1).numpy()
            cheeks[target] = [cheek_colour(batch[row], mark) for row, mark in zip(rows, marks, strict=True)]
            found[target], landmarks[target] = True, marks
        if progress is not None:
            progress(min(start + _BATCH, count), count)
    return Faces(embeddings, cheeks, found, landmarks)


def measure_likeness(
    photos: Faces,
    renders: Faces,
    identity: NDArray[np.integer],
    photo_mean: NDArray[np.float32] | None = None,
    render_mean: NDArray[np.float32] | None = None,
    seed: int = 0,
) -> Likeness:
    """The likeness figures of renders[i], made from photos[i] of person identity[i] (N,).

    Cosines are taken after one fixed mean per domain is subtracted: `photo_mean` and `render_mean` (128,), of
    normalised embeddings of *other* people; without them the mean of these very people (each person weighs the
    same). All pairs are counted, not a random draw: each render against every other photo of its person and every
    photo of everyone else. InputError when no person has two photos, or there is only one person.
    """
    identity = np.asarray(identity)
    if not len(identity) == len(photos.found) == len(renders.found):
        raise InputError(
            f"Likeness needs one render and one identity a photo, but there are {len(photos.found)} photos, "
            f"{len(renders.found)} renders and {len(identity)} identities."
        )
    seen = centred(photos, identity, photo_mean)
    drawn = centred(renders, identity, render_mean)
    same = identity[:, None] == identity[None]
    usable = photos.found[None] & ~np.eye(len(identity), dtype=bool)
    partners, strangers = same & usable, ~same & photos.found[None]
    anchors = np.flatnonzero(photos.found & partners.any(1) & strangers.any(1))
    if not len(anchors):
        raise InputError("Likeness needs at least two people and one person with two usable photos.")
    shares = np.array([_closer(drawn[a] @ seen.T, partners[a], strangers[a]) for a in anchors])
    shares[~renders.found[anchors]] = 0.0
    bound = np.array([_closer(seen[a] @ seen.T, partners[a], strangers[a]) for a in anchors])
    low, high = _interval(shares, identity[anchors], seed)
    both = photos.found & renders.found
    ranks = spearmanr(photos.lightness[both], renders.lightness[both], nan_policy="omit") if both.sum() > 2 else None
    return Likeness(
        closer_share=float(shares.mean()),
        closer_share_low=low,
        closer_share_high=high,
        photo_closer_share=float(bound.mean()),
        render_cosine=_mean_cosine(renders, identity),
        photo_cosine=_mean_cosine(photos, identity),
        lightness_correlation=float(ranks.statistic) if ranks is not None else float("nan"),
        anchors=len(anchors),
        pairs=int((partners[anchors].sum(1) * strangers[anchors].sum(1)).sum()),
        people=len(np.unique(identity[anchors])),
        renders_without_face=int((~renders.found).sum()),
        own_render_cosine=_mean_cosine(renders, identity, same_person=True),
    )


def person_mean(faces: Faces, identity: NDArray[np.integer]) -> NDArray[np.float32]:
    """Mean embedding (128,) in which each person weighs the same."""
    people = np.unique(identity[faces.found])
    return np.mean([faces.embeddings[faces.found & (identity == person)].mean(0) for person in people], axis=0)


def centred(faces: Faces, identity: NDArray[np.integer], mean: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Embeddings less their domain's mean, of unit length; zeros where no face was found."""
    moved = faces.embeddings - (person_mean(faces, identity) if mean is None else mean)
    moved[~faces.found] = 0
    return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)


def _closer(cosines: NDArray[np.float32], partners: NDArray[np.bool_], strangers: NDArray[np.bool_]) -> float:
    """The share of (partner, stranger) pairs in which the partner is closer; a tie counts half."""
    others = np.sort(cosines[strangers])
    below = np.searchsorted(others, cosines[partners], "left") + np.searchsorted(others, cosines[partners], "right")
    return float(below.mean() / (2 * len(others)))


def _interval(shares: NDArray[np.float64], identity: NDArray[np.integer], seed: int) -> tuple[float, float]:
    """95 % interval of the mean over anchors, people drawn with replacement."""
    people, inverse = np.unique(identity, return_inverse=True)
    sums, counts = np.bincount(inverse, shares), np.bincount(inverse)
    draws = np.random.default_rng(seed).integers(0, len(people), (_BOOTSTRAPS, len(people)))
    means = sums[draws].sum(1) / counts[draws].sum(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _mean_cosine(faces: Faces, identity: NDArray[np.integer], same_person: bool = False) -> float:
    """Mean cosine, not centred, between pictures of different people, or between different pictures of the
    `same_person`; NaN when there are none."""
    rows = np.flatnonzero(faces.found)
    one = identity[rows][:, None] == identity[rows][None]
    wanted = one & ~np.eye(len(rows), dtype=bool) if same_person else ~one
    cosines = faces.embeddings[rows] @ faces.embeddings[rows].T
    return float(cosines[wanted].mean()) if wanted.any() else float("nan")
