"""The long trainings on a machine with a GPU, in pieces of a few minutes: the same command again goes on.

    python -m benchmarks.gpu.train imitator --work DIR --out DIR [--count 60000] [--minutes 9] [-- SETTINGS]
    python -m benchmarks.gpu.train reconstructor --work DIR --out DIR --photos DIR [--minutes 9] [-- SETTINGS]

`imitator` renders so many captures into WORK, then trains with the gpu profile. `reconstructor` measures the renders,
fits the reader, trains on aligned photos (`python -m benchmarks.gpu.photos` packs some), and then runs the ablations
for as long as minutes are left. What is finished, and else the checkpoint, is copied to OUT in pieces of at most
--piece-mib; on a fresh machine --resume OUT takes it up again. Captures are not carried: the same seed renders them
again. Settings after `--` go to the training.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.gpu.pieces import Budget, cut, join
from core.files import write_atomically
from core.threads import cores

SEED = 1
ABLATION_STEPS = 2_000


def main(argv: list[str] | None = None) -> int:
    """Do one piece and copy what it left."""
    given = list(sys.argv[1:] if argv is None else argv)
    split = given.index("--") if "--" in given else len(given)
    args = _parser().parse_args(given[:split])
    extra = given[split + 1 :]
    budget = Budget(args.minutes)
    run: Path = args.work / "run"
    if args.resume is not None and not run.exists():
        for path in join(args.resume, args.work):
            print(f"taken up: {path}")
    captures = args.work / "captures"
    wanted = ("--engine", args.engine, "--count", args.count, "--seed", SEED, "--workers", cores())
    if budget.facebridge("capture", *wanted, "--out", captures, "--quiet", resumes=True):
        stages = {"imitator": _imitator, "reconstructor": _reconstructor}
        stages[args.stage](args, extra, budget, run)
    if run.exists():
        count = carry(run, args.work, args.out, args.piece_mib << 20)
        print(f"{count} pieces lie in {args.out}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("stage", choices=("imitator", "reconstructor"))
    parser.add_argument("--work", type=Path, required=True, metavar="DIR", help="captures, caches and the run folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="what is carried away")
    parser.add_argument("--resume", type=Path, default=None, metavar="DIR", help="an earlier --out")
    parser.add_argument("--photos", type=Path, default=None, metavar="DIR", help="one subfolder a person")
    parser.add_argument("--engine", default="embedded")
    parser.add_argument("--count", type=int, default=60_000, help="captures (default: 60000)")
    parser.add_argument("--minutes", type=float, default=9.0, help="of this piece (default: 9)")
    parser.add_argument("--profile", default="gpu")
    parser.add_argument("--piece-mib", type=int, default=15)
    return parser


def _imitator(args: argparse.Namespace, extra: list[str], budget: Budget, run: Path) -> None:
    if (run / "imitator.safetensors").exists():
        return
    where = ("--data", args.work / "captures", "--out", run, "--profile", args.profile)
    budget.facebridge("train", "imitator", *where, *budget.stop_after(), *extra)


def _reconstructor(args: argparse.Namespace, extra: list[str], budget: Budget, run: Path) -> None:
    if args.photos is None:
        raise SystemExit("train: error: --photos is missing; give a folder with one subfolder a person")
    data = ("--data", args.work / "captures", "--out", run)
    if not (run / "constants.safetensors").exists() and not budget.facebridge("train", "constants", *data):
        return
    photos = ("--photos", args.photos, "--photo-cache", args.work / "photos")
    if not (run / "reader.safetensors").exists() and not budget.facebridge("train", "reader", "--out", run, *photos):
        return
    with_photos = (*data, *photos, "--profile", args.profile)
    if not (run / "reconstructor.safetensors").exists():
        budget.facebridge("train", "reconstructor", *with_photos, *budget.stop_after(), *extra)
    if (run / "reconstructor.safetensors").exists() and budget.left_s > 0:
        steps = () if "--steps" in extra else ("--steps", ABLATION_STEPS)
        budget.facebridge("train", "ablation", *with_photos, *budget.stop_after(), *steps, *extra)


def carry(run: Path, root: Path, out: Path, piece_bytes: int) -> int:
    """Copy a run's results to `out` in pieces, and the checkpoint of a stage that is not finished."""
    for stage in ("imitator", "reconstructor"):
        _halved(run, stage)
    chosen = [path for path in sorted(run.iterdir()) if path.suffix == ".json"]
    for name in ("constants", "reader", "photo-means", "render-features"):
        chosen += [run / f"{name}.safetensors"]
    for stage in ("imitator", "reconstructor"):
        if (run / f"{stage}.safetensors").exists():
            chosen.append(run / f"{stage}.safetensors")
        else:
            chosen += sorted((run / f"{stage}-checkpoint").glob("*"))
    chosen += sorted(run.glob("ablation/table.*")) + sorted(run.glob("ablation/*/figures.json"))
    chosen += sorted(run.glob("tensorboard/*"))
    return cut([path for path in chosen if path.is_file()], root, out, piece_bytes)


def _halved(run: Path, stage: str) -> None:
    """Rewrite finished weights as half floats, which is what a bundle stores."""
    from safetensors.torch import load, save

    path = run / f"{stage}.safetensors"
    if path.exists():
        tensors = load(path.read_bytes())
        small = {name: value.half() if value.is_floating_point() else value for name, value in tensors.items()}
        write_atomically(path, save(small))


if __name__ == "__main__":
    raise SystemExit(main())
