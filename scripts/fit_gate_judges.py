"""Fits the photo gate's judges (core.gate.judges), and writes core/data/gate/judges.safetensors (about 0.1 MB).

    python scripts/fit_gate_judges.py PHOTOS [--labels CSV] [--alter 4] [--spoil 110] [--people 40] [--rows FILE.npz]

PHOTOS is the folder that the labels' paths are below. Photos of the part `tune` are seen as they are and altered
(mirrored, turned, in other light, compressed), some of them spoiled in known ways; faces of the embedded engine are
added. Each judge is a logistic regression. Labellers differ in where they draw a line, so each has an offset of its own
while it is fitted. What judges that never saw a person find is printed: precision and recall at the limit, by source.
Reading the pictures takes twenty minutes on two cores; `--rows` keeps what was read, or takes it from there.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import sys
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import save

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core import threads  # noqa: E402  # The checkout's own, installed or not.
from core.align.face import align_photo, shared_net  # noqa: E402
from core.bundle import Bundle  # noqa: E402
from core.evaluate import gate_cases as cases  # noqa: E402
from core.files import write_atomically  # noqa: E402
from core.gate import CODES, judges  # noqa: E402
from core.gate.measures import look  # noqa: E402
from engine_bridge.errors import InputError  # noqa: E402

Pixels = NDArray[np.uint8]
SOURCES = ("photos", "altered", "spoiled", "engine")
IMPORTANCE = (1.0, 1.0, 0.3, 1.5)
"""Of one picture of each source, and of all altered ones of one photo together. The engine has few kinds of pictures,
and all of them have to be right."""
IMPORTANCE_OF: Mapping[str, tuple[float, float, float, float]] = {"side-light": (0.5, 0.5, 1.0, 1.0)}
"""Where labellers agree least, what was done to a picture teaches more."""
JUDGED = {"photos": 1.0, "spoiled": 0.5, "engine": 0.5}
"""What counts when a limit is chosen; beyond GOOD_ENOUGH nothing more counts."""
GOOD_ENOUGH = 0.95
DECAY = {"covered": 3e-4, "turned": 3e-3, "open-mouth": 3e-3}
USUAL_DECAY = 1e-3
FOLDS = 5
DOUBTED = 2.5  # log-odds by which judges that never saw a person contradict a label that is then left out of the fit
LABELLERS = 16
BLOCK = 512  # pictures that wait to be read, at most
ENGINE_SEED = 501  # other faces than benchmarks/gate.py shows


@dataclass(frozen=True)
class Pictures:
    """Rows of the view (N, each), truth (N, CODES; NaN: unknown), labeller (N,), source (N,) and fold (N,)."""

    rows: Mapping[str, NDArray[np.float32]]
    truth: NDArray[np.float32]
    labeller: NDArray[np.int64]
    source: NDArray[np.int64]
    fold: NDArray[np.int64]


def main() -> int:
    """Read, fit on all but a fifth of the people and judge that, fit on all, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("--labels", type=Path, default=ROOT / "benchmarks" / "data" / "gate_labels.csv")
    parser.add_argument("--alter", type=int, default=4, help="altered pictures of each labelled photo")
    parser.add_argument("--spoil", type=int, default=110, help="labelled photos that are spoiled")
    parser.add_argument("--people", type=int, default=40, help="faces of the engine")
    parser.add_argument("--rows", type=Path, help="keep what was read of the pictures here, or take it from there")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=threads.cores(), help="that read pictures; all write the same")
    parser.add_argument("--out", type=Path, default=judges.WEIGHTS)
    args = parser.parse_args()
    threads.configure(1)
    labels = [label for label in cases.read_labels(args.labels) if label.part == cases.TUNE]
    if args.rows is not None and args.rows.exists():
        pictures = load_rows(args.rows, labels)
    else:
        cases_of_all = every_case(args.photos, labels, args.alter, args.spoil, args.people, args.seed)
        pictures = read(cases_of_all, labels, args.processes, args.rows)
    tensors: dict[str, NDArray[np.generic]] = {}
    for code in judges.LOOKS_AT:
        tensors |= fit_code(pictures, CODES.index(code), code)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(args.out, save({name: np.ascontiguousarray(value) for name, value in tensors.items()}))
    print(f"{args.out}: {args.out.stat().st_size / 1e3:.0f} kB")
    return 0


def every_case(
    photos: Path, labels: list[cases.Label], alter: int, spoil: int, people: int, seed: int
) -> Iterator[tuple[str, str, cases.Case]]:
    """Source, person, and the case."""
    for case in cases.labelled_cases(photos, labels):
        person = case.name.split("/")[-2]
        yield "photos", person, case
        for turn in range(alter):
            random = np.random.default_rng((seed + turn, zlib.crc32(case.name.encode())))
            picture = altered(case.photo[:, ::-1] if turn % 2 else case.photo, random)
            yield "altered", person, cases.Case(case.name, picture, case.part, case.truth)
    for case in cases.spoiled_cases(photos, labels, spoil, seed):
        yield "spoiled", case.name.split(": ")[0].split("/")[-2], case
    for case in cases.engine_cases("embedded", people, ENGINE_SEED):
        yield "engine", case.name.split(":")[0], case


def altered(photo: Pixels, random: np.random.Generator) -> Pixels:
    """Mirrored, turned a little, of another size, in other light, and at times compressed: no label changes."""
    picture = Image.fromarray(np.ascontiguousarray(photo[:, ::-1]))
    mean = tuple(int(value) for value in photo.reshape(-1, 3).mean(0))
    picture = picture.rotate(random.uniform(-10, 10), Image.Resampling.BICUBIC, fillcolor=mean)
    scale = random.uniform(0.6, 1.15)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.BILINEAR)
    light = np.exp(random.normal(0, 0.18)) * np.exp(random.normal(0, 0.06, 3))
    value = np.clip(np.asarray(picture, np.float32) / 255 * light, 0, 1) ** np.exp(random.normal(0, 0.1))
    pixels = (value * 255).round().astype(np.uint8)
    if random.random() < 0.6:
        return pixels
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "JPEG", quality=int(random.integers(45, 95)))
    with Image.open(data) as image:
        return np.array(image.convert("RGB"))


def read(
    shown: Iterator[tuple[str, str, cases.Case]], labels: list[cases.Label], processes: int, keep: Path | None
) -> Pictures:
    """What the gate sees of every picture in which a face is found."""
    rows: dict[str, list[NDArray[np.float32]]] = {}
    truths, names, persons, sources = [], [], [], []
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), threads.configure, (1,)) as pool:
        while block := list(islice(shown, BLOCK)):
            for (source, person, case), seen in zip(
                block, pool.map(seen_in, [case.photo for _, _, case in block], chunksize=8), strict=True
            ):
                if seen is None:
                    continue
                for name, row in seen.items():
                    rows.setdefault(name, []).append(row)
                truths.append([float(case.truth[code]) if code in case.truth else np.nan for code in CODES])
                names.append(case.name)
                persons.append(person)
                sources.append(SOURCES.index(source))
            print(f"{len(names)} pictures", flush=True)
    arrays = {name: np.stack(value) for name, value in rows.items()}
    if keep is not None:
        kept: dict[str, Any] = {"names": names, "persons": persons, "sources": sources, "truth": truths, **arrays}
        np.savez(keep, **kept)
    return pictures_of(arrays, np.array(truths, np.float32), names, persons, np.array(sources), labels)


def seen_in(photo: Pixels) -> Mapping[str, NDArray[np.float32]] | None:
    """What the gate sees of one picture, or None where no face is found; in a process of its own."""
    net = shared_net()
    try:
        return look(photo, align_photo(photo, template(), net), net)[1]
    except InputError:
        return None


@cache
def template() -> NDArray[np.float32]:
    """What the shipped bundle aligns faces to."""
    return np.asarray(Bundle.load().template, np.float32)


def load_rows(path: Path, labels: list[cases.Label]) -> Pictures:
    """What `read` kept; photos as they are and altered take what the labels say now."""
    with np.load(path, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files if name not in ("names", "persons", "sources", "truth")}
        names, persons, sources = kept["names"].tolist(), kept["persons"].tolist(), kept["sources"]
        truth = kept["truth"].astype(np.float32)
    said = {label.photo: label.seen for label in labels}
    for row in np.flatnonzero(sources < SOURCES.index("spoiled")):
        seen = said.get(names[row], {})
        truth[row] = [float(seen[code]) if code in seen else np.nan for code in CODES]
    return pictures_of(arrays, truth, names, persons, sources, labels)


def pictures_of(
    rows: Mapping[str, NDArray[np.float32]],
    truth: NDArray[np.float32],
    names: list[str],
    persons: list[str],
    sources: NDArray[np.int64],
    labels: list[cases.Label],
) -> Pictures:
    """Labellers are numbered from 1; 0 is nobody."""
    known = sorted({label.labeller for label in labels} - {""})
    by = {label.photo: 1 + known.index(label.labeller) if label.labeller else 0 for label in labels}
    labeller = np.array([by.get(name, 0) for name in names]) % LABELLERS
    fold = np.array([zlib.crc32(person.encode()) % FOLDS for person in persons])
    return Pictures(rows, truth, labeller, sources, fold)


def fit_code(pictures: Pictures, number: int, code: str) -> dict[str, NDArray[np.generic]]:
    """One judge: its report on people it never saw, and its tensors fitted to all."""
    truth = pictures.truth[:, number]
    known = ~np.isnan(truth)
    sight = np.concatenate([pictures.rows[name] for name in judges.LOOKS_AT[code]], 1).astype(np.float32)
    real = pictures.source < SOURCES.index("engine")
    mean, spread = sight[real].mean(0).astype(np.float16), (sight[real].std(0) + 1e-3).astype(np.float16)
    inputs = np.clip((sight - mean) / spread.astype(np.float32), -judges.REACH, judges.REACH).astype(np.float32)
    odds = np.zeros(len(truth), np.float32)
    for turn in range(2):
        # What a first turn contradicts is often a slip of the labeller.
        sure_of = known if turn == 0 else known & (np.where(truth == 1, odds, -odds) > -DOUBTED)
        found = np.zeros(len(truth), np.float32)
        for left_out in range(FOLDS):
            there = pictures.fold == left_out
            weight, bias = fit(inputs, truth, pictures, sure_of & ~there, code)
            found[there] = inputs[there] @ weight + bias
        odds = found
    limit = best_limit(odds, truth, pictures.source, known)
    print(f"{code:13s}" + " | ".join(counts(odds >= limit, truth, pictures.source, known)), flush=True)
    weight, bias = fit(inputs, truth, pictures, known & (np.where(truth == 1, odds, -odds) > -DOUBTED), code)
    names = {"mean": mean, "spread": spread, "weight": weight.astype(np.float16)}
    return {
        **{f"{code}.{name}": value for name, value in names.items()},
        f"{code}.bias": np.array([bias - limit], np.float32),
    }


def fit(
    inputs: NDArray[np.float32], truth: NDArray[np.float32], pictures: Pictures, which: NDArray[np.bool_], code: str
) -> tuple[NDArray[np.float32], float]:
    """Weights (F,) and bias of a logistic regression on some of the pictures."""
    x, y = torch.from_numpy(inputs[which]), torch.from_numpy(truth[which])
    decay = DECAY.get(code, USUAL_DECAY)
    importance = torch.tensor(IMPORTANCE_OF.get(code, IMPORTANCE))
    photos, altered_ones = (int((pictures.source == SOURCES.index(name)).sum()) for name in ("photos", "altered"))
    importance[SOURCES.index("altered")] *= photos / max(altered_ones, 1)
    share = importance[torch.from_numpy(pictures.source[which])]
    share = share / share.sum()
    by = F.one_hot(torch.from_numpy(pictures.labeller[which]), LABELLERS).float()[:, 1:]
    weight, bias = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    offset = torch.zeros(LABELLERS - 1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias, offset], 1, 60, history_size=12, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimizer.zero_grad()
        errors = F.binary_cross_entropy_with_logits(x @ weight + bias + by @ offset, y, reduction="none")
        loss = errors @ share + decay * weight.square().sum() + 1e-4 * offset.square().sum()
        loss.backward()
        return loss

    optimizer.step(step)  # pyright: ignore[reportArgumentType]  # torch's stubs want a float
    return weight.detach().numpy(), float(bias.detach())


def right(said: NDArray[np.bool_], truth: NDArray[np.float32]) -> tuple[float, float]:
    """Precision and recall; 1 where nothing was said or nothing was to be said."""
    hits = float((said & (truth == 1)).sum())
    return hits / max(float(said.sum()), 1) if said.any() else 1.0, hits / max(float((truth == 1).sum()), 1)


def best_limit(
    odds: NDArray[np.float32], truth: NDArray[np.float32], source: NDArray[np.int64], known: NDArray[np.bool_]
) -> float:
    """The log-odds at which the worse of precision and recall is best, over the sources that have faults."""
    limits = np.quantile(odds[known], np.linspace(0.3, 0.999, 400))
    score = np.zeros(len(limits))
    for name, importance in JUDGED.items():
        which = known & (source == SOURCES.index(name))
        if truth[which].sum() < 5:
            continue
        for place, limit in enumerate(limits):
            score[place] += importance * min(*right(odds[which] >= limit, truth[which]), GOOD_ENOUGH)
    return float(limits[score.argmax()])


def counts(
    said: NDArray[np.bool_], truth: NDArray[np.float32], source: NDArray[np.int64], known: NDArray[np.bool_]
) -> Iterator[str]:
    """Of each source: precision / recall (faults/faultless)."""
    for name in JUDGED:
        which = known & (source == SOURCES.index(name))
        faults = int(truth[which].sum())
        if faults:
            precision, recall = right(said[which], truth[which])
            yield f" {name} {precision:.2f} / {recall:.2f} ({faults}/{int(which.sum()) - faults})"


if __name__ == "__main__":
    sys.exit(main())
