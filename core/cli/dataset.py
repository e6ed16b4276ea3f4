"""`facebridge dataset`: describes a captured dataset, or reads every byte of it and says what is wrong."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Describes (info) or verifies (check) a captured dataset."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the action and the folder."""
    parser.add_argument("action", choices=("info", "check"), help="info: what it is; check: read and verify all of it")
    parser.add_argument("folder", type=Path, metavar="DIR", help="dataset folder")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 when a check found something, else 0."""
    from core.cli.notices import warnings_in_words
    from data_capture.manifest import TornManifest

    with warnings_in_words(TornManifest):
        return _info(args.folder) if args.action == "info" else _check(args.folder, args.quiet)


def _info(folder: Path) -> int:
    from data_capture.reader import Dataset

    dataset = Dataset(folder)
    info, entries = dataset.info, dataset.entries
    size = sum(entry.bytes for entry in entries)
    renderers = sorted({renderer for entry in entries for renderer in entry.renderers})
    print(f"{folder}: {len(dataset)} samples in {len(entries)} shards, {size / 1e6:.1f} MB")
    print(f"character  {info.character}, {dataset.schema.count} parameters, schema {info.schema_hash}")
    print(f"engine     {info.engine} {info.engine_version} on {', '.join(renderers) or 'nothing yet'}")
    print(f"images     {info.image_px} x {info.image_px} px")
    print(f"sampling   {info.sampling}, seed {info.seed}, choices {info.choices}")
    return 0


def _check(folder: Path, quiet: bool) -> int:
    import sys

    from tqdm import tqdm

    from data_capture.check import check_dataset
    from data_capture.reader import Dataset

    with tqdm(unit="img", disable=quiet) as bar:

        def advance(count: int) -> None:
            bar.update(count)

        faults = check_dataset(folder, advance)
    for fault in faults:
        print(fault)
    if faults:
        print(f"facebridge: error: {folder} has {len(faults)} fault(s), listed above.", file=sys.stderr)
        return 1
    print(f"{folder}: {len(Dataset(folder))} samples are whole; every image was decoded and every digest compared.")
    return 0
