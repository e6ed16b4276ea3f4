"""`facebridge train`: trains an imitator or a reconstructor, fits a domain's constants, and packs a bundle."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.train.references import References
    from data_capture.reader import Dataset

HELP = "Trains the networks on captures and photos: imitator, then constants, then reconstructor, then bundle."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the four stages and their arguments."""
    from core.train.config import ImitatorConfig, add_config_arguments

    stages = parser.add_subparsers(dest="stage", required=True, metavar="STAGE")
    imitator = stages.add_parser("imitator", help="teach the imitator to draw what the engine draws")
    _data(imitator)
    imitator.add_argument("--profile", choices=("cpu", "gpu"), default="cpu", help="settings to start from")
    imitator.add_argument("--engine", default=None, help="engine that draws the references (default: the dataset's)")
    add_config_arguments(imitator, ImitatorConfig())


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="captured dataset")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="run folder: checkpoints and results")
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="decoded images (default: DATA-decoded)"
    )


def run(args: argparse.Namespace) -> int:
    """Run one stage; raises InputError, DatasetError or EngineError."""
    return {"imitator": _imitator}[args.stage](args)


def _cache(args: argparse.Namespace) -> Path:
    return args.cache or args.data.with_name(args.data.name + "-decoded")


def _references(dataset: Dataset, cache: Path, engine: str | None, threads: int) -> References:
    """The references of `cache`, drawn by an engine process when they are not there yet."""
    from core.train.references import open_references

    with _Drawing(engine or dataset.info.engine, dataset) as drawing:
        return open_references(dataset.schema, cache, drawing.start)


class _Drawing:
    """An engine process that is started only when something must be drawn."""

    def __init__(self, engine: str, dataset: Dataset) -> None:
        from contextlib import ExitStack

        self._engine, self._dataset, self._stack = engine, dataset, ExitStack()

    def __enter__(self) -> _Drawing:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def start(self):  # noqa: ANN201
        """Start the engine, check its schema against the dataset's, and return the function that draws."""
        from engine_bridge.errors import SchemaMismatch
        from engine_bridge.session import EngineSession

        print(f"Drawing the neutral, sweep and test renders with the {self._engine} engine ...", flush=True)
        session = self._stack.enter_context(EngineSession.start(self._engine, image_px=256))
        if difference := session.schema.difference(self._dataset.schema):
            raise SchemaMismatch(f"The {self._engine} engine is not the one that was captured: {difference}")
        return lambda parameters: session.render(parameters, None, image_px=256, deadline_s=120.0)


def _imitator(args: argparse.Namespace) -> int:
    from core.threads import configure
    from core.train.captures import open_captures
    from core.train.config import IMITATOR_PROFILES, overridden
    from core.train.imitator import train_imitator
    from core.train.results import save_result
    from data_capture.reader import Dataset

    config = overridden(IMITATOR_PROFILES[args.profile], vars(args))
    configure(config.threads or None)
    dataset, cache = Dataset(args.data), _cache(args)
    captures = open_captures(dataset, cache, lambda done, total: print(f"\rdecoded {done}/{total}", end="", flush=True))
    print()
    references = _references(dataset, cache, args.engine, config.threads)
    imitator, figures = train_imitator(captures, references, config, args.out, cache)
    facts = {
        "figures": figures.to_dict(),
        "config": asdict(config),
        "data": {**asdict(dataset.info), "samples": len(captures)},
    }
    save_result(args.out, "imitator", imitator.state_dict(), facts, captures.schema)
    print(f"The imitator lies in {args.out / 'imitator.safetensors'}, its figures in {args.out / 'imitator.json'}.")
    return 0
