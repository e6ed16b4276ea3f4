"""Judges whose weights the user supplies: LightCNN-29v2 as F_id and Deep3D as F_3d, as in the paper.

What they say of every photo is computed once and kept in the run folder; what they say of renders on average, too.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.files import write_atomically
from core.models.imitator import Imitator
from core.perception.deep3d import Deep3D
from core.perception.lightcnn import LightCNN
from core.train.captures import Captures
from core.train.judges import Describe, Judge
from core.train.landmark_map import Constants
from core.train.photos import Photos
from core.train.results import bounds
from engine_bridge.errors import InputError

MOST_RENDERS = 400  # for the mean of renders
_BLOCK = 16


@dataclass(frozen=True)
class Supplied:
    """A network that a user supplied, and the file of its weights."""

    name: str
    describe: Describe
    weights: Path


def load_supplied(kind: str, given: str, device: torch.device, expression: bool) -> Supplied:
    """The network of `--identity-net` or `--geometry-net` (`kind`), given as NAME:FILE.

    `expression`: Deep3D's expression coefficients are compared too. InputError for another name, or a file that does
    not hold that network's weights.
    """
    wanted = {"identity": "lightcnn", "geometry": "deep3d"}[kind]
    name, _, file = given.partition(":")
    if name != wanted or not file:
        raise InputError(f"--{kind}-net is {given!r}; it must be {wanted}:FILE, the released checkpoint.")
    if kind == "identity":
        return Supplied(name, LightCNN.load(Path(file)).to(device).embed, Path(file))
    net = Deep3D.load(Path(file)).to(device)
    return Supplied(name, lambda images, points: net.embed(images, points, expression=expression), Path(file))


def supplied_judge(
    net: Supplied,
    photos: Photos,
    captures: Captures,
    constants: Constants,
    out: Path,
    device: torch.device,
    report: Callable[[int, int], None] | None = None,
) -> Judge:
    """A judge by `net`, whose descriptions are kept in OUT/judge-NAME.npz while weights, photos and captures last."""
    key, store = _key(net.weights, photos, captures), Path(out) / f"judge-{net.name}.npz"
    kept = _kept(store, key)
    seen, mean = kept or _described(net.describe, photos, captures, constants, device, report)
    if kept is None:
        buffer = io.BytesIO()
        np.savez(buffer, key=np.array(key), photos=seen.numpy(), render_mean=mean.numpy())
        write_atomically(store, buffer.getvalue())
    train = torch.from_numpy(photos.train_rows)
    photo_mean = seen[train].mean(0)
    unit = float((seen[train] - photo_mean).square().sum(-1).mean())
    return Judge(net.describe, seen, photo_mean, mean, unit)


@torch.no_grad()
def _described(
    describe: Describe,
    photos: Photos,
    captures: Captures,
    constants: Constants,
    device: torch.device,
    report: Callable[[int, int], None] | None,
) -> tuple[Tensor, Tensor]:
    """Descriptions (N, ...) of all photos, and the mean (...) of evenly spaced renders."""
    picks = np.unique(np.linspace(0, len(captures) - 1, min(MOST_RENDERS, len(captures))).astype(np.int64))
    normalise = Imitator(*bounds(captures.schema)).normalise
    total = len(photos.images) + len(picks)
    seen: list[Tensor] = []
    for start in range(0, len(photos.images), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(photos.images)))
        points = torch.from_numpy(np.array(photos.points[rows]))
        seen.append(describe(photos.take(rows).images.to(device), points.to(device)).float().cpu())
        if report:
            report(int(rows[-1]) + 1, total)
    drawn: list[Tensor] = []
    for start in range(0, len(picks), _BLOCK):
        parameters, images = captures.batch(picks[start : start + _BLOCK])
        points = constants.landmarks(normalise(parameters))
        drawn.append(describe(images.to(device), points.to(device)).float().cpu())
        if report:
            report(len(photos.images) + min(start + _BLOCK, len(picks)), total)
    return torch.cat(seen), torch.cat(drawn).mean(0)


def _key(weights: Path, photos: Photos, captures: Captures) -> str:
    digest = hashlib.sha256(weights.read_bytes())
    digest.update("\n".join(photos.names).encode())
    digest.update(f"{captures.schema.hash} {len(captures)}".encode())
    return digest.hexdigest()


def _kept(store: Path, key: str) -> tuple[Tensor, Tensor] | None:
    if not store.exists():
        return None
    with np.load(store, allow_pickle=False) as saved:
        if str(saved["key"]) != key:
            return None
        return torch.from_numpy(saved["photos"]), torch.from_numpy(saved["render_mean"])
