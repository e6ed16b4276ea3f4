"""The options that instruments share, bundle, engine, SFace and files, and what they open."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.bundle import Bundle
    from core.evaluate.sface import SFace


def add_input_arguments(
    parser: argparse.ArgumentParser,
    photos: str = "one subfolder a person",
    *,
    report: bool = True,
    sface: bool = True,
) -> None:
    """Declare photos, bundle and engine, and, unless the instrument has none, `sface` and the JSON `report`."""
    parser.add_argument("--photos", type=Path, required=True, metavar="DIR", help=photos)
    parser.add_argument("--bundle", type=Path, default=None, metavar="DIR", help="bundle (default: the shipped one)")
    parser.add_argument("--engine", default="embedded", help="engine that draws (default: embedded)")
    if sface:
        parser.add_argument(
            "--sface", type=Path, default=None, metavar="ONNX", help="SFace weights (default: the extra's)"
        )
    if report:
        parser.add_argument("--report", type=Path, default=None, metavar="JSON", help="also write the figures here")


def positive(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


def begin(args: argparse.Namespace) -> None:
    """Set the threads of this process, before anything imports torch; InputError for a missing folder of photos."""
    from core import threads

    threads.configure(max(1, threads.cores() - 1))  # the engine's process takes the other one

    from core.evaluate.characters import check_folder

    check_folder(args.photos)


def open_inputs(args: argparse.Namespace) -> tuple[SFace, Bundle]:
    """SFace and the bundle of the options, after `begin`; whatever can fail at once fails here.

    Raises InputError, BundleError, and SchemaMismatch for another engine's bundle.
    """
    begin(args)

    from core.evaluate.sface import SFace

    sface = SFace.load(args.sface)
    return sface, open_bundle(args)


def open_bundle(args: argparse.Namespace) -> Bundle:
    """The bundle alone, after `begin`. Raises as `open_inputs` does."""
    begin(args)

    from core.bundle import Bundle
    from core.evaluate.characters import check_same_character

    bundle = Bundle.load(args.bundle)
    check_same_character(bundle, args.engine)
    return bundle


def write_report(path: Path | None, figures: Mapping[str, Any]) -> None:
    """Write figures as JSON where a path was given; a number that is not finite becomes null."""
    from core.files import write_atomically

    if path is not None:
        write_atomically(path, (json.dumps(_finite(figures), indent=2, allow_nan=False) + "\n").encode())


def table(rows: list[tuple[str, str]], width: int = 40) -> str:
    """Names and values in two columns."""
    return "\n".join(f"{name:<{width}}{value}" for name, value in rows)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and value - value != 0:
        return None
    return value
