"""Aligned photos for training: who is who, what the frozen networks say of each, and batches of pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.align.cache import PhotoCache
from core.align.quality import QualityLimits, counted, told
from core.perception.appearance import region_colours
from core.train.captures import to_float
from core.train.pictures import Pictures
from engine_bridge.errors import DatasetError

# Ridge strength of the expression fit, relative to the mean variance of a coefficient.
EXPRESSION_RIDGE = 0.05


@dataclass(frozen=True)
class PhotoBatch:
    """2K photos: rows 2i and 2i + 1 show the same person, and no two pairs the same one (see `Photos.paired`)."""

    images: Tensor  # (2K, 3, 256, 256)
    embeddings: Tensor  # (2K, 128)
    geometry: Tensor  # (2K, 468, 3), expression removed
    colours: Tensor  # (2K, R, 3)
    people: Tensor  # (2K,)
    suggested: Tensor  # (2K, P) in half-range units; (2K, 0) when there are no suggestions
    rows: Tensor  # (2K,) of the cache


class Photos:
    """Photos of one cache, split by person into training and held-out people, with their frozen features.

    `geometry` has the photos' expression taken out: the part of each vertex that a ridge regression predicts from
    the 52 expression coefficients. The character has no expression, and a smile moves more vertices than a face.
    """

    def __init__(
        self,
        cache: PhotoCache,
        held_out_people: int,
        expression_removed: bool = True,
        limits: QualityLimits | None = None,
    ) -> None:
        """`limits`: photos below them are not used (default: all are). DatasetError when too few people are left."""
        self.images = cache.images
        self._pictures = Pictures(cache.images, torch.device("cpu"))
        self.points, self.names = cache.points, cache.photos
        self.people = np.asarray(cache.identity)
        self.paired = cache.identities
        """Whether two photos can be known to show the same person; else a batch has no pairs."""
        faults = cache.quality().faults(limits) if limits else [""] * len(cache.photos)
        self.dropped = counted(faults)
        good = np.array([not fault for fault in faults])
        names = np.unique(self.people)
        if len(names) <= held_out_people + 1:
            raise DatasetError(_too_few(len(names), held_out_people, self.paired))
        # Every k-th person is held out, so that the choice does not follow the alphabet.
        picks = np.linspace(0, len(names) - 1, held_out_people).astype(int) if held_out_people else np.zeros(0, int)
        self.held_out_people = names[picks]
        held = np.isin(self.people, self.held_out_people)
        self.held_out_rows = np.flatnonzero(held & good)
        rows_of = {int(n): np.flatnonzero((self.people == n) & good) for n in names if n not in self.held_out_people}
        self.rows_of = {person: rows for person, rows in rows_of.items() if len(rows)}
        able = sum(len(rows) >= 2 for rows in self.rows_of.values())
        if len(self.rows_of) < 2 or (self.paired and able < 2):
            raise DatasetError(
                "Fewer than two people have two usable photos each, and the contrastive loss needs pairs"
                f"{f' ({told(self.dropped, len(good))[:-1]})' if self.dropped else ''}; add photos, or, if nobody is"
                " shown twice, put them all into one folder without subfolders."
            )
        self.train_rows = train = np.flatnonzero(~held & good)
        self.embeddings = torch.from_numpy(np.array(cache.embeddings, np.float32))
        self.geometry = torch.from_numpy(np.array(cache.geometry, np.float32))
        if expression_removed:
            self.geometry = without_expression(self.geometry.numpy(), np.array(cache.blendshapes), train)
        self.colours = self._colours(np.array(cache.points))
        self.embedding_mean = self.embeddings[train].mean(0)
        self.geometry_mean = self.geometry[train].mean(0)
        self.colour_mean = self.colours[train].mean(0)
        self.geometry_unit = float((self.geometry[train] - self.geometry_mean).square().sum(-1).mean())
        self.colour_unit = float((self.colours[train] - self.colour_mean).square().mean())
        self.train_count = len(train)
        self.suggested = torch.zeros(len(self.images), 0)
        """(N, P) in half-range units, set by `suggest`."""

    def suggest(self, found: Tensor, person_share: float = 0.0) -> None:
        """Take (N, P), what the reader found in every photo, in half-range units, as what photos are taught.

        `person_share` of what a photo is taught is the mean over its person's photos: light, pose and blur move
        one photo's suggestion, and should not move the character. Not all of it, or a network could learn the
        training people by heart instead of measuring faces.
        """
        self.suggested = found.clone()
        if person_share:
            for rows in self.rows_of.values():
                self.suggested[rows] = found[rows].lerp(found[rows].mean(0), person_share)

    def _colours(self, points: NDArray[np.float32], block: int = 64) -> Tensor:
        parts = []
        for i in range(0, len(self.images), block):
            images = to_float(torch.from_numpy(np.array(self.images[i : i + block])))
            parts.append(region_colours(images, torch.from_numpy(points[i : i + block, :, :2])))
        return torch.cat(parts)

    def batch(self, pairs: int, rng: np.random.Generator) -> PhotoBatch:
        """`pairs` training people with at least two photos, two photos of each; fewer pairs if there are fewer."""
        return self.take(self.pairs(pairs, rng))

    def pairs(self, pairs: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """The rows of such a batch, (2K,); of any photos where nobody is known twice."""
        if not self.paired:
            return rng.choice(self.train_rows, min(2 * pairs, len(self.train_rows) // 2 * 2), replace=False)
        able = [person for person, rows in self.rows_of.items() if len(rows) >= 2]
        chosen = rng.choice(able, min(pairs, len(able)), replace=False)
        return np.concatenate([rng.choice(self.rows_of[int(person)], 2, replace=False) for person in chosen])

    def move_pictures(self, device: torch.device) -> None:
        """Let `take` give images on a device; everything else stays on the CPU."""
        self._pictures = Pictures(self.images, device)

    def take(self, rows: NDArray[np.int64]) -> PhotoBatch:
        """The photos of these rows of the cache."""
        picks = torch.from_numpy(np.asarray(rows))
        return PhotoBatch(
            self._pictures.take(np.asarray(rows)),
            self.embeddings[picks],
            self.geometry[picks],
            self.colours[picks],
            torch.from_numpy(self.people[rows].astype(np.int64)),
            self.suggested[picks],
            picks,
        )

    def remarks(self, batch: int) -> list[str]:
        """Sentences that the user should read before a training with `batch` photos a step begins."""
        said: list[str] = []
        if self.dropped:
            said.append(told(self.dropped, len(self.images)))
        if not self.paired:
            said.append("The photos lie in no subfolders, so nobody is known twice: the contrastive loss is off.")
        at_once = 2 * sum(len(rows) >= 2 for rows in self.rows_of.values()) if self.paired else self.train_count
        if at_once < batch:
            what = f"pairs of {at_once // 2} people" if self.paired else f"{at_once} photos"
            said.append(f"There are only {what} to learn from, so a step takes fewer photos than --batch {batch}.")
        return said


def _too_few(people: int, held_out: int, paired: bool) -> str:
    if paired and people == 1:
        return (
            "All photos show one person (they lie in one subfolder); a reconstructor learns what tells people apart, so"
            " give one subfolder a person, two people at least."
        )
    who = f"The photos show {people} people" if paired else f"There are {people} photos"
    return (
        f"{who}, but {held_out} are to be held out and two are needed to tell people apart; add photos or lower"
        " --held-out-people."
    )


def without_expression(
    geometry: NDArray[np.float32], blendshapes: NDArray[np.float32], train: NDArray[np.int64]
) -> Tensor:
    """(N, 468, 3) cm and (N, 52) -> (N, 468, 3) with what expression explains taken out, fitted on rows `train`."""
    x = blendshapes.astype(np.float64)
    y = geometry.reshape(len(geometry), -1).astype(np.float64)
    x = x - x[train].mean(0)
    spread = x[train].T @ x[train]
    ridge = EXPRESSION_RIDGE * np.trace(spread) / len(spread) + 1e-9
    fit = np.linalg.solve(spread + ridge * np.eye(len(spread)), x[train].T @ (y[train] - y[train].mean(0)))
    return torch.from_numpy((y - x @ fit).reshape(geometry.shape).astype(np.float32))
