"""`facebridge capture`: drives engines to make a dataset; run it again to resume or, with a larger count, extend."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from data_capture.capture import CaptureProgress, CaptureSettings
    from data_capture.farm import FarmSettings

HELP = "Drives engines to make a dataset; the same command resumes it, a larger --count extends it."

EXIT_INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to capture, where to, and with which workers."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="dataset folder, made when missing")
    parser.add_argument("--count", type=int, required=True, metavar="N", help="samples the dataset shall have")
    parser.add_argument("--seed", type=int, required=True, metavar="S", help="seed of the parameters, 0 or more")
    parser.add_argument("--engine", default="embedded", help="engine that draws (default: embedded)")
    parser.add_argument("--workers", type=int, metavar="W", help="engine processes to start (default: one a core)")
    parser.add_argument("--size", type=int, default=256, metavar="PX", help="image side in pixels (default: 256)")
    parser.add_argument(
        "--sampling",
        choices=("mixture", "uniform", "faces"),
        default="mixture",
        help="mixture: also near neutral (default); uniform: the whole cube only; faces: also around those of --faces",
    )
    parser.add_argument(
        "--faces", type=Path, default=None, metavar="NPZ", help="known faces, from facebridge train reader"
    )
    parser.add_argument(
        "--choices", choices=("default", "random"), default="default", help="hair style and the like (default: default)"
    )
    parser.add_argument("--bind", metavar="tcp://HOST:PORT", help="also accept workers started by facebridge worker")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="server key file, needed to bind beyond 127.0.0.1")
    parser.add_argument("--shard-samples", type=int, metavar="N", help="samples a shard (default: 1000)")
    parser.add_argument(
        "--job-deadline",
        type=float,
        default=60.0,
        metavar="S",
        help="seconds an engine has for a job (default: 60)",
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def run(args: argparse.Namespace) -> int:
    """Capture and print what was done; 130 when interrupted, with every finished shard kept."""
    import signal
    import sys

    settings, farm_settings = _settings(args)
    if sys.platform != "win32":  # there, Ctrl-C and Ctrl-Break arrive as KeyboardInterrupt already
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(_capture(settings, farm_settings, quiet=args.quiet))
    except KeyboardInterrupt:
        print(
            f"facebridge: stopped; every finished shard in {settings.out} is kept, the same command goes on.",
            file=sys.stderr,
        )
        return EXIT_INTERRUPTED
    return 0


def _settings(args: argparse.Namespace) -> tuple[CaptureSettings, FarmSettings]:
    from data_capture.capture import CaptureSettings
    from data_capture.farm import FarmSettings
    from data_capture.workers import available_cores
    from engine_bridge.errors import InputError
    from engine_bridge.keys import load_server_keys

    if not 0 < args.job_deadline <= 3600:
        raise InputError(f"--job-deadline is {args.job_deadline:g}, expected more than 0 and at most 3600 seconds.")
    if args.keys is not None and args.bind is None:
        raise InputError("--keys is for workers of other machines; give --bind tcp://HOST:PORT as well.")
    settings = CaptureSettings(
        out=args.out,
        count=args.count,
        seed=args.seed,
        engine=args.engine,
        sampling=args.sampling,
        faces=args.faces,
        choices=args.choices,
        image_px=args.size,
        shard_samples=args.shard_samples,
    )
    farm_settings = FarmSettings(
        engine=args.engine,
        image_px=args.size,
        workers=available_cores() if args.workers is None else args.workers,
        bind=args.bind,
        keys=load_server_keys(args.keys) if args.keys is not None else None,
        job_deadline_s=args.job_deadline,
    )
    return settings, farm_settings


def _capture(settings: CaptureSettings, farm_settings: FarmSettings, quiet: bool) -> str:
    import sys

    from tqdm import tqdm

    from core.cli.notices import warnings_in_words
    from data_capture.capture import capture
    from data_capture.manifest import TornManifest

    bar: tqdm[NoReturn] = tqdm(total=settings.count, unit="img", disable=quiet, smoothing=0.05, mininterval=0.5)

    def show(progress: CaptureProgress) -> None:
        if bar.total != progress.total:
            bar.total = progress.total
        if progress.farm is None:
            bar.initial = bar.n = progress.kept
            bar.refresh()
            return
        farm = progress.farm
        notes = {"workers": farm.workers, "deaths": farm.deaths, "again": farm.retries}
        bar.set_postfix({name: value for name, value in notes.items() if value}, refresh=False)
        bar.update(progress.done - bar.n)

    def listening(address: str) -> None:
        print(f"waiting for workers at {address}", file=sys.stderr, flush=True)

    with bar, warnings_in_words(TornManifest):
        report = capture(settings, farm_settings, show, listening)
    if report.farm is None:
        return f"{settings.out} is complete: {report.total} samples, nothing to do."
    rate = report.rendered / report.seconds if report.seconds > 0 else 0.0
    return (
        f"{settings.out} holds {report.total} samples; {report.rendered} rendered in {report.seconds:.1f} s "
        f"({rate:.1f} images/s), {report.farm.deaths} worker deaths, {report.farm.retries} samples handed out again."
    )
