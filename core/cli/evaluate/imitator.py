"""`facebridge evaluate imitator`: how well the imitator copies its engine, in four regimes and in its derivatives."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.evaluate.inputs import positive, table, write_report
from engine_bridge.engines import engine_schema
from engine_bridge.errors import SchemaMismatch

if TYPE_CHECKING:
    from core.bundle import Bundle
    from core.evaluate.gradients import GradientFigures
    from core.evaluate.imitation_figures import Imitation, PictureFigures
    from core.models.imitator import Imitator

HELP = (
    "Measures how well the imitator copies its engine: explained change, PSNR, SSIM and distances in the features of"
    " face networks, over the parameter cube, near neutral, one parameter at a time and, with photos, on the characters"
    " that they are imported to; and whether its picture moves as the engine's does. LPIPS is left out: its network"
    " comes with torchvision, which FaceBridge does without."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare bundle, photos, engine and where results go."""
    parser.add_argument("--bundle", type=Path, default=None, metavar="DIR", help="bundle (default: the shipped one)")
    parser.add_argument(
        "--run", type=Path, default=None, metavar="DIR", help="judge this run folder's imitator instead"
    )
    parser.add_argument("--photos", type=Path, default=None, metavar="DIR", help="photos, one subfolder a person")
    parser.add_argument("--engine", default="embedded", help="engine that draws (default: embedded)")
    parser.add_argument(
        "--sface", type=Path, default=None, metavar="ONNX", help="SFace weights (default: the extra's, or without it)"
    )
    parser.add_argument("--samples", type=positive, default=64, help="renders of each random regime (default: 64)")
    parser.add_argument("--no-gradients", action="store_true", help="leave the derivatives out: a third of the renders")
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="keep renders and aligned photos here for the next run"
    )
    parser.add_argument("--report", type=Path, default=None, metavar="JSON", help="also write the figures here")


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError, BundleError, SchemaMismatch or EngineError."""
    from core import threads

    threads.configure(max(1, threads.cores() - 1))  # the engine's process takes the other one

    from core.evaluate.characters import check_folder, import_people
    from core.evaluate.imitation_session import NEAR_POINTS, judge_imitator, sface_if_any

    if args.photos is not None:
        check_folder(args.photos)
    bundle, imitator, facts = _open(args)
    sface = sface_if_any(args.sface)
    with tempfile.TemporaryDirectory(prefix="facebridge-", ignore_cleanup_errors=True) as temporary:
        people = None
        if args.photos is not None and bundle is not None:
            people = import_people(args.photos, args.cache or Path(temporary) / "photos", bundle, args.engine)
        points = 0 if args.no_gradients else NEAR_POINTS
        schema = engine_schema(args.engine)
        found = judge_imitator(imitator, schema, args.engine, people, args.cache, sface, points, args.samples).figures
    print(describe(found))
    write_report(args.report, {**facts, **found.as_dict()})
    return 0


def _open(args: argparse.Namespace) -> tuple[Bundle | None, Imitator, dict[str, Any]]:
    """The bundle, where one is needed; the imitator to judge; and what the figures file says that it is.

    Raises SchemaMismatch when one of them is for another character than the engine draws.
    """
    from core.bundle import Bundle
    from core.evaluate.characters import check_same_character
    from core.train.results import load_imitator, load_result, load_schema

    bundle = None
    if args.run is None or args.photos is not None:
        bundle = Bundle.load(args.bundle)
        check_same_character(bundle, args.engine)
    if args.run is None:
        assert bundle is not None
        return bundle, bundle.imitator, {"bundle": bundle.card}
    difference = load_schema(args.run).difference(schema := engine_schema(args.engine))
    if difference is not None:
        raise SchemaMismatch(f"{args.run} is for another character than the engine '{args.engine}' draws: {difference}")
    return bundle, load_imitator(args.run, schema), {"run": load_result(args.run, "imitator", schema)[1]}


def describe(found: Imitation) -> str:
    """The figures as tables of text: regimes, sweeps, derivatives, groups, and the weakest parameters."""
    networks = sorted({name for regime in found.regimes.values() for name in regime.perceived})
    blocks = [_regimes(found.regimes, networks)]
    rows = [
        ("sweeps, correlation, median", f"{found.sweep_correlation:.3f}"),
        ("  tenth percentile", f"{found.sweep_correlation_p10:.3f}"),
        ("  explained change, median", f"{found.sweep_explained_change:.3f}"),
    ]
    for name, gradient in (("at neutral", found.gradient_neutral), ("near neutral", found.gradient_near)):
        rows += _gradient(name, gradient) if gradient else []
    blocks.append(table(rows, 42))
    blocks.append(_groups(found))
    blocks.append("weakest sweeps: " + ", ".join(found.weakest))
    if found.unseen:
        blocks.append("sweeps that change no pixel: " + ", ".join(found.unseen))
    if found.gradient_neutral and found.gradient_neutral.below_noise:
        blocks.append("derivatives below 8-bit noise at neutral: " + ", ".join(found.gradient_neutral.below_noise))
    return "\n\n".join(blocks)


def _regimes(regimes: dict[str, PictureFigures], networks: list[str]) -> str:
    head = ["regime", "pictures", "explained", "PSNR dB", "10th pct", "whole dB", "SSIM"]
    lines = [_line([*head, *(f"{name} d, expl." for name in networks)])]
    for name, figures in regimes.items():
        cells = [name, str(figures.samples), f"{figures.explained_change:.3f}", f"{figures.psnr_db:.1f}"]
        cells += [f"{figures.psnr_p10_db:.1f}", f"{figures.psnr_picture_db:.1f}", f"{figures.ssim:.3f}"]
        for network in networks:
            seen = figures.perceived.get(network)
            cells.append(f"{seen.distance:.4f}, {seen.explained_change:.2f}" if seen else "-")
        lines.append(_line(cells))
    return "\n".join(lines)


def _gradient(where: str, found: GradientFigures) -> list[tuple[str, str]]:
    return [
        (f"derivatives {where}, cosine, median", f"{found.cosine:.3f}"),
        ("  tenth percentile, pointing the wrong way", f"{found.cosine_p10:.3f}, {found.wrong_way:.1%}"),
        ("  difference over the engine's step", f"{found.same_step:.3f}"),
        ("  size beside the engine's, median", f"{found.gain:.2f}"),
        ("  parameters below 8-bit noise", str(len(found.below_noise))),
    ]


def _groups(found: Imitation) -> str:
    others = [name for name in found.regimes if name != "sweeps"]
    lines = [_line(["group", "parameters", "sweep corr.", "sweep expl.", "SSIM", "gradient", *others])]
    for name, group in found.groups.items():
        cells = [name, str(group.parameters), f"{group.sweep_correlation:.3f}", f"{group.sweep_explained_change:.3f}"]
        cells += [f"{group.sweeps.ssim:.3f}", f"{group.gradient_near:.3f}"]
        lines.append(_line(cells + [f"{group.explained_where_it_acts[other]:.3f}" for other in others]))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return "".join(f"{cell:<16}" if k == 0 else f"{cell:>13} " for k, cell in enumerate(cells)).rstrip()
