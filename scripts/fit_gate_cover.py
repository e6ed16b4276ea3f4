"""Fits what tells covered parts of a face from bare ones, and writes core/data/gate/cover.safetensors (about 0.1 MB).

    python scripts/fit_gate_cover.py PHOTO_CACHE [--without LABELS.csv] [--pictures 24000] [--seed 0]

PHOTO_CACHE holds aligned photos (core.align.cache). Covers are painted over them (scripts/gate_covers.py), the rest is
bare; people of the labels' part `measure` are left out, so that the gate can be judged on them. What is learned is a
small network (core.gate.cover): features of 96 cells of the face -> which cells are covered.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zlib
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core.align.cache import PhotoCache  # noqa: E402  # The checkout's own, installed or not.
from core.align.face import shared_net  # noqa: E402
from core.files import write_atomically  # noqa: E402
from core.gate import cover  # noqa: E402
from core.gate.mesh import Painted, face_mesh  # noqa: E402
from scripts.gate_covers import covered, read_base, relit  # noqa: E402

HIDDEN = 96
EPOCHS, BATCH, RATE = 24, 128, 2e-3
FOLDS = 3  # of people: each is judged by a network that was fitted to the others
COVERED_ALREADY = 0.08  # share of the face that looks covered before anything is painted over it


def main() -> int:
    """Paint, fit, check on held-out people, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("cache", type=Path)
    parser.add_argument("--without", type=Path, default=ROOT / "benchmarks" / "data" / "gate_labels.csv")
    parser.add_argument("--pictures", type=int, default=24000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=cover.WEIGHTS)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    cache = PhotoCache.open(args.cache)
    with args.without.open(encoding="utf-8", newline="") as file:
        judged = {row["photo"].split("/")[-2] for row in csv.DictReader(file) if row["part"] == "measure"}
    people = [photo.split("/")[0] for photo in cache.photos]
    rows = np.array([row for row, person in enumerate(people) if person not in judged])
    fold = np.array([zlib.crc32(people[row].encode()) % FOLDS for row in rows])
    cells = cover.cells_of(face_mesh(shared_net()))
    inputs, targets, source = painted_faces(cache, rows, cells, args.pictures, args.seed)
    bare: NDArray[np.bool_] = np.ones(len(rows), bool)
    untouched = (targets.sum(1) == 0).numpy()
    for turn in range(2):
        # Photos that come covered already would teach that covers are bare. Networks that never saw a person say who.
        doubtful = np.zeros(len(rows))
        for left_out in range(FOLDS):
            there = fold[source] == left_out
            others = torch.from_numpy(~there & bare[source])
            network = fit(inputs[others], targets[others])
            found = network(inputs[there]).sigmoid().detach()
            judged_on = torch.from_numpy(bare[source[there]])
            report(found[judged_on], targets[there][judged_on], f"turn {turn + 1}, fold {left_out}")
            clean = untouched[there]
            np.maximum.at(doubtful, source[there][clean], found.mean(1).numpy()[clean])
        bare = np.asarray(doubtful < COVERED_ALREADY)
        print(f"{(~bare).sum()} of {len(rows)} photos look covered as they are", flush=True)
    kept = torch.from_numpy(bare[source])
    network = fit(inputs[kept], targets[kept])
    tensors = {
        "cells": torch.from_numpy(cells.astype(np.int16)), "mean": network.mean, "spread": network.spread,
        "first.weight": network.first.weight, "first.bias": network.first.bias,
        "last.weight": network.last.weight, "last.bias": network.last.bias,
    }  # fmt: skip
    halves = {key: (t if t.dtype == torch.int16 else t.detach().half()).contiguous() for key, t in tensors.items()}
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(args.out, save(halves))
    print(f"{args.out}: {args.out.stat().st_size / 1e3:.0f} kB")
    return 0


class Network(torch.nn.Module):
    """Features (N,F) -> logits (N,C)."""

    def __init__(self, inputs: torch.Tensor, outputs: int) -> None:
        super().__init__()
        self.mean, self.spread = inputs.mean(0), inputs.std(0) + 1e-3
        self.first = torch.nn.Linear(inputs.shape[1], HIDDEN)
        self.last = torch.nn.Linear(HIDDEN, outputs)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        kept = F.dropout(((inputs - self.mean) / self.spread).clamp(-6, 6), 0.1, self.training)
        return self.last(F.dropout(F.relu(self.first(kept)), 0.2, self.training))


def fit(inputs: torch.Tensor, targets: torch.Tensor) -> Network:
    """A network fitted to features (N,F) and covered shares (N,C)."""
    network = Network(inputs, targets.shape[1])
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-3)
    steps = EPOCHS * (len(inputs) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
    for _ in range(steps):
        rows = torch.randint(len(inputs), (BATCH,))
        loss = F.binary_cross_entropy_with_logits(network(inputs[rows]), targets[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


def report(found: torch.Tensor, targets: torch.Tensor, title: str) -> None:
    """How well shares above 0.08 of the face are told from none."""
    share, truth = found.mean(1).detach().numpy(), targets.mean(1).numpy()
    order = np.quantile(share[truth == 0], [0.5, 0.9, 0.95])
    print(f"{title}: bare faces' share at 50, 90, 95 %: {order.round(3)};", end=" ")
    print(f"of covers over 0.08 found beyond the 95 %: {(share[truth > 0.08] > order[2]).mean():.3f}", flush=True)


def painted_faces(
    cache: PhotoCache, rows: NDArray[np.int64], cells: NDArray[np.int64], count: int, seed: int
) -> tuple[torch.Tensor, torch.Tensor, NDArray[np.int64]]:
    """Features (count,F), covered share of each cell (count,C), and which of `rows` each is of."""
    random, mesh = np.random.default_rng(seed), face_mesh(shared_net())
    bases = [read_base(np.array(cache.images[row]), np.array(cache.points[row]), mesh) for row in rows]
    print(f"{len(bases)} photos read", flush=True)
    inputs, targets, source = [], [], random.integers(len(bases), size=count)
    for place in source:
        base = bases[place]
        areas = base.painted.areas_px2
        colours, texture, hidden = base.painted.colours, base.painted.texture, np.zeros(len(areas), bool)
        if random.random() < 0.6:
            colours, texture, hidden = covered(base, bases[int(random.integers(len(bases)))], random)
        colours, texture = relit(colours, texture, base.middles, random)
        if random.random() < 0.5:
            twin = mesh.mirror
            colours, texture, hidden, areas = colours[twin], texture[twin], hidden[twin], areas[twin]
        inputs.append(cover.features(Painted(colours, texture, areas), mesh, cells))
        shown = np.bincount(cells, areas, cover.CELLS)
        targets.append(np.bincount(cells, areas * hidden, cover.CELLS) / (shown + 1e-3))
    return (
        torch.from_numpy(np.stack(inputs)).float(),
        torch.from_numpy(np.stack(targets)).float().clamp(0, 1),
        source,
    )


if __name__ == "__main__":
    sys.exit(main())
