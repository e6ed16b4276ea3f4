"""`facebridge evaluate robustness`: what is left of likeness on spoiled photos, turned heads and other light."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.evaluate.inputs import add_input_arguments, open_inputs, positive, table, write_report

if TYPE_CHECKING:
    from core.evaluate.robustness import Seen, Spoiled

HELP = "Measures what occlusion, blur, compression, glasses, a turned head and other light leave of likeness."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare photos, bundle, how many of them, and where results go."""
    add_input_arguments(parser)
    parser.add_argument("--per-person", type=positive, metavar="N", help="only the first N photos of each person")
    parser.add_argument(
        "--characters",
        type=positive,
        default=24,
        metavar="N",
        help="known characters turned and lit anew (default: 24)",
    )
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="keep the aligned photos here, to measure again sooner"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError, BundleError, SchemaMismatch or EngineError."""
    sface, bundle = open_inputs(args)

    from core.evaluate.characters import align_people
    from core.evaluate.described import Describer
    from core.evaluate.likeness import describe_faces
    from core.evaluate.progress import with_bar
    from core.evaluate.robustness import SCENES, import_spoiled, measure_scenes, measure_spoiled
    from core.evaluate.spoil import CONDITIONS
    from core.reconstruct import Reconstructor
    from engine_bridge.session import EngineSession

    with tempfile.TemporaryDirectory(prefix="facebridge-", ignore_cleanup_errors=True) as temporary:
        people = align_people(args.photos, args.cache or Path(temporary) / "photos", bundle)
        rows = first_of_each(people.identity.tolist(), args.per_person)
        names = [people.photos[row] for row in rows]
        aligned, points, identity = people.images[rows], people.points[rows], people.identity[rows]
        skipped = len(people.skipped)
        del people  # Its files are mapped, and the folder goes.
    seen = with_bar("photos", lambda tell: describe_faces(aligned, sface, points, progress=tell))
    with EngineSession.start(args.engine) as session:
        describer = Describer(Reconstructor(bundle), sface, session)
        found = {
            title: with_bar(title, lambda tell, s=spoil: import_spoiled(describer, names, aligned, points, s, tell))
            for title, spoil in CONDITIONS.items()
        }
        spoiled = measure_spoiled(seen, identity, names, found)
        clean = next(iter(found.values()))
        chosen = first_of_each(clean.identity.tolist(), 1)[: args.characters]
        known = clean.parameters[chosen], clean.choices[chosen]
        able = {title: scene for title, scene in SCENES.items() if set(scene.features()) <= set(session.features)}
        scenes = with_bar("scenes", lambda tell: measure_scenes(describer, session, *known, able, tell), "scene")
    print(_table(spoiled, scenes))
    print(table([("photos / left out", f"{len(names)} / {skipped}"), ("characters", f"{len(chosen)}")], 32))
    if len(able) < len(SCENES):
        print(f"{len(SCENES) - len(able)} scenes are left out: the engine '{args.engine}' cannot draw them")
    figures = {
        "bundle": bundle.card,
        "photos": len(names),
        "photos_left_out": skipped,
        "characters": len(chosen),
        "masks_kept": masks_kept(spoiled),
        "spoiled": {title: one.as_dict() for title, one in spoiled.items()},
        "scenes": {title: one.as_dict() for title, one in scenes.items()},
    }
    write_report(args.report, figures)
    return 0


def first_of_each(identity: list[int], count: int | None) -> list[int]:
    """Rows of the first `count` of each person, in order; all rows without a count."""
    taken: dict[int, int] = {}
    rows: list[int] = []
    for row, person in enumerate(identity):
        taken[person] = taken.get(person, 0) + 1
        if count is None or taken[person] <= count:
            rows.append(row)
    return rows


def _table(spoiled: dict[str, Spoiled], scenes: dict[str, Seen]) -> str:
    lines = [_line("photos spoiled", "accuracy", "kept", "paper", "closer", "kept", "cosine", "lost")]
    theirs = papers_kept()
    for title, one in spoiled.items():
        accuracy = "-" if one.accuracy is None else f"{one.accuracy:.3f}"
        kept = "-" if one.kept is None else f"{one.kept:.1%}"
        paper = f"{theirs[title]:.1%}" if title in theirs else "-"
        closer = f"{one.closer_share:.1%}", f"{one.closer_kept:.1%}"
        lines.append(_line(title, accuracy, kept, paper, *closer, f"{one.own_cosine:.3f}", str(one.lost)))
    for kind, kept in masks_kept(spoiled).items():
        lines.append(_line(f"three masks, {kind}", "", f"{kept:.1%}", f"{sum(theirs.values()) / len(theirs):.1%}"))
    lines += ["", _line("known characters", "params", "kept", "cosine", "kept", "lost")]
    for title, one in scenes.items():
        shares = f"{one.parameters:.3f}", f"{one.parameters_kept:.1%}", f"{one.cosine:.3f}", f"{one.cosine_kept:.1%}"
        lines.append(_line(title, *shares, str(one.lost)))
    return "\n".join([*lines, ""])


def papers_kept() -> dict[str, float]:
    """Mask -> the share of accuracy above chance that the paper keeps, mean of its four tests (Table 6)."""
    from core.evaluate.paper import MASKED, VERIFICATION, kept_above_chance
    from core.evaluate.spoil import MASK_KINDS, PARTS, mask_title

    clean = VERIFICATION["the paper"][-1]
    assert clean is not None  # The paper states every figure of its own method.
    return {mask_title(part, kind): kept_above_chance(MASKED[part][-1], clean) for kind in MASK_KINDS for part in PARTS}


def masks_kept(spoiled: dict[str, Spoiled]) -> dict[str, float]:
    """Kind of mask -> the mean share of accuracy above chance kept under its three; only where all were measured."""
    from core.evaluate.spoil import MASK_KINDS, PARTS, mask_title

    found: dict[str, float] = {}
    for kind in MASK_KINDS:
        shares = [spoiled[title].kept for title in (mask_title(part, kind) for part in PARTS) if title in spoiled]
        known = [share for share in shares if share is not None]
        if len(known) == len(PARTS):
            found[kind] = sum(known) / len(known)
    return found


def _line(name: str, *values: str) -> str:
    return f"{name:<28}" + "".join(f"{value:>10}" for value in values)
