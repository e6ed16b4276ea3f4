"""The gap between photos and renders while E, D and R are trained (Figures 4 and 7 of the paper).

Two figures say how far the domains are apart in the regressor's feature f and in parameter space p: the squared maximum
mean discrepancy, which training lowers, and, which training does not look at, how often a face's nearest neighbour is
of its own domain. Both are reported beside what perfectly mixed domains of as many faces give.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.evaluate.progress import Tell
from core.losses import squared_mmd
from core.train.ablation import FOLDER as ABLATION
from core.train.results import load_imitator, load_schema
from core.train.snapshots import Snapshot, load_faces, load_snapshots
from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema

SPACES = ("f", "p")
FIGURE_4_STEPS = (0, 100, 200, 1_000)
"""The steps that the paper shows; the end is shown beside them."""
_SHUFFLES = 20


@dataclass(frozen=True)
class Gap:
    """Photos against renders in one space.

    mmd: squared MMD (biased, so never 0), bandwidths as in training, by the median distance. mixed_mmd: its mean when
    the labels of the faces are shuffled. neighbours: the share of faces whose nearest neighbour is of their own domain;
    mixed_neighbours: the share that chance gives.
    """

    mmd: float
    mixed_mmd: float
    neighbours: float
    mixed_neighbours: float


@dataclass(frozen=True)
class SnapshotGap:
    """The gap after `step` steps, by space."""

    step: int
    spaces: dict[str, Gap]


@dataclass(frozen=True)
class RunGap:
    """One run: its gap over time, the embedding in the plane of the steps of Figure 4 and of the end, and the
    imitator's pictures of held-out photos at the end.

    planes: of each space (step, photos (N, 2), renders (M, 2)). photos and drawn (K, 256, 256, 3) uint8.
    """

    over_time: tuple[SnapshotGap, ...]
    planes: dict[str, tuple[tuple[int, NDArray[np.float32], NDArray[np.float32]], ...]]
    photos: NDArray[np.uint8]
    drawn: NDArray[np.uint8]


def measure_run(run: Path, tell: Tell) -> RunGap:
    """Everything of a run folder that holds snapshots; `tell(done, total)` counts snapshots and embeddings.

    Raises InputError for a folder without snapshots or imitator, or where scikit-learn is missing.
    """
    # The runs of `train ablation` share the imitator of the folder that they lie in.
    stages = run.parent.parent if run.parent.name == ABLATION else run
    schema, snapshots = load_schema(stages), load_snapshots(run)
    photos, rows = load_faces(run)
    imitator = load_imitator(stages, schema)
    shown = [each for each in snapshots[:-1] if each.step in FIGURE_4_STEPS] + snapshots[-1:]
    total, done = len(snapshots) + len(SPACES) * len(shown), 0
    over_time: list[SnapshotGap] = []
    for each in snapshots:
        over_time.append(SnapshotGap(each.step, {space: gap(*_faces(each, space, schema)) for space in SPACES}))
        done += 1
        tell(done, total)
    planes: dict[str, tuple[tuple[int, NDArray[np.float32], NDArray[np.float32]], ...]] = {}
    for space in SPACES:
        found = []
        for each in shown:
            of_photos, of_renders = _faces(each, space, schema)
            plane = embed(torch.cat([of_photos, of_renders]).numpy())
            found.append((each.step, plane[: len(of_photos)], plane[len(of_photos) :]))
            done += 1
            tell(done, total)
        planes[space] = tuple(found)
    with torch.no_grad():
        drawn = imitator(torch.from_numpy(snapshots[-1].p_photos[rows]))
    pictures = drawn.mul(255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
    return RunGap(tuple(over_time), planes, photos, pictures)


def check_same_photos(first: RunGap, second: RunGap) -> None:
    """Raises InputError unless both runs kept the same held-out photos, so that they can stand side by side."""
    if not np.array_equal(first.photos, second.photos):
        raise InputError("The two runs held out other photos; train both with the same photos and --held-out-people.")


def gap(photos: Tensor, renders: Tensor, seed: int = 0) -> Gap:
    """Of N photos (N, D) and M renders (M, D) in one space."""
    both = torch.cat([photos, renders]).double()
    rng = np.random.default_rng(seed)
    order = [torch.from_numpy(rng.permutation(len(both))) for _ in range(_SHUFFLES)]
    n, m = len(photos), len(renders)
    distance = torch.cdist(both, both)
    distance.fill_diagonal_(float("inf"))
    source = torch.arange(n + m) < n
    return Gap(
        float(squared_mmd(both[:n], both[n:])),
        float(np.mean([float(squared_mmd(both[rows[:n]], both[rows[n:]])) for rows in order])),
        float((source[distance.argmin(1)] == source).double().mean()),
        (n * (n - 1) + m * (m - 1)) / ((n + m) * (n + m - 1)),
    )


def embed(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """(N, D) -> (N, 2) by t-SNE (van der Maaten and Hinton, 2008), the same on every call."""
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise InputError("t-SNE needs scikit-learn; run `pip install 'facebridge[evaluate]'`.") from error
    scaled = np.asarray(values, np.float64)
    scaled = (scaled - scaled.mean(0)) / max(float(scaled.std()), 1e-12)
    perplexity = min(30.0, (len(values) - 1) / 3)
    return TSNE(perplexity=perplexity, init="pca", random_state=0, n_jobs=1).fit_transform(scaled).astype(np.float32)


def _faces(snapshot: Snapshot, space: str, schema: CharacterSchema) -> tuple[Tensor, Tensor]:
    """Photos and renders in one space; parameters in half-ranges from their defaults, as training compares them."""
    if space == "f":
        return torch.from_numpy(snapshot.f_photos), torch.from_numpy(snapshot.f_renders)
    half = np.maximum(schema.maximum - schema.defaults, schema.defaults - schema.minimum)
    photos, renders = ((p - schema.defaults) / half for p in (snapshot.p_photos, snapshot.p_renders))
    return torch.from_numpy(photos), torch.from_numpy(renders)
