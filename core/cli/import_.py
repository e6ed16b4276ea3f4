"""`facebridge import`: photos in; for each a JSON of every parameter by name, and a picture of what they draw."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from core.drawing import Drawer
    from core.importing.batch import Draw, Orders, Outcome
    from core.importing.sources import Source
    from engine_bridge.client.results import RefineProgress
    from engine_bridge.schema import CharacterSchema

HELP = (
    "Turns photos into parameters of a character: for each photo a JSON file and a picture, for all a contact sheet and"
    " a CSV table."
)

DEFAULT_STEPS = 50
EXIT_SOME_FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare photos, where results go, who reconstructs, what is wished for, and what draws."""
    parser.add_argument("photos", type=Path, nargs="+", metavar="PHOTO", help="photo file, or a folder of photos")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for results; an earlier run's are replaced"
    )
    parser.add_argument("--server", metavar="tcp://HOST:PORT", help="let a running `facebridge serve` reconstruct")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="client key file, needed beyond 127.0.0.1")
    parser.add_argument(
        "--bundle", metavar="DIR", help="bundle to use (default: the one that ships); with --server its name there"
    )
    parser.add_argument("--engine", default="embedded", help="engine that draws the character (default: embedded)")
    parser.add_argument("--no-render", action="store_true", help="no engine: photo and imitator in the picture only")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where networks run (default: cpu)")
    parser.add_argument("--deadline", type=float, default=60.0, metavar="S", help="seconds for each photo and drawing")
    wishes = parser.add_argument_group("wishes")
    wishes.add_argument("--face", type=int, default=0, metavar="N", help="which face: 0 the largest (default), 1, ...")
    wishes.add_argument("--group", default="", metavar="NAME", help="read every face as of this group, such as woman")
    wishes.add_argument(
        "--lock", action="append", default=[], metavar="NAME",
        help="parameter, group or choice that stays as in --params; repeat for more",
    )  # fmt: skip
    wishes.add_argument(
        "--params", type=Path, metavar="FILE", help="parameter file that --lock, or its own locks, hold on to"
    )
    wishes.add_argument("--mirror", action="store_true", help="make both sides of the face equal")
    wishes.add_argument(
        "--refine", type=int, nargs="?", const=DEFAULT_STEPS, default=0, metavar="STEPS",
        help=f"search on for what looks more like the photo (default with --refine: {DEFAULT_STEPS} steps)",
    )  # fmt: skip
    wishes.add_argument(
        "--photos-of-one-person", action="store_true", help="all photos show one person: one character from all"
    )
    wishes.add_argument("--variations", type=int, default=0, metavar="N", help="also N other plausible characters")


def run(args: argparse.Namespace) -> int:
    """Import every photo; 0 when all went well, 1 when one or more could not be used."""
    from core.importing.batch import Run
    from core.importing.photos import find_photos, printable

    _check(args)
    photos, missing = find_photos(args.photos, args.out)
    for error in missing:
        print(f"facebridge: error: {error}", file=sys.stderr)
    failed = len(missing)
    if photos:
        _make_folder(args.out)
        with contextlib.ExitStack() as stack:
            source, drawer = _source(args, len(photos), stack)
            job = Run(args.out, source, None if drawer is None else _draw(drawer), _report)
            job.orders = _orders(args, source.schema, stack)
            try:
                failed += job.together(photos) if args.photos_of_one_person else job.each(photos)
            finally:
                # Also after Ctrl-C or a lost service: what was imported until then is summed up.
                overview = job.write_overview()
        print(f"{len(photos)} photo{'s' * (len(photos) != 1)} -> {' '.join(map(printable, overview))}", flush=True)
    if failed and len(photos) + len(missing) > 1 and not args.photos_of_one_person:
        print(f"facebridge: {failed} of {len(photos) + len(missing)} could not be imported.", file=sys.stderr)
    return EXIT_SOME_FAILED if failed else 0


def _check(args: argparse.Namespace) -> None:
    from engine_bridge.errors import InputError
    from engine_bridge.protocol import MAX_PHOTOS, MAX_STEPS, MAX_VARIATIONS

    if not 0 < args.deadline <= 3600:
        raise InputError(f"--deadline is {args.deadline:g}, expected more than 0 and at most 3600 seconds.")
    if args.keys and not args.server:
        raise InputError("--keys is for a service; give --server tcp://HOST:PORT as well.")
    if args.out.exists() and not args.out.is_dir():
        raise InputError(f"--out {args.out} is a file, expected a folder; choose another name.")
    for name, most in (("face", 1000), ("refine", MAX_STEPS), ("variations", MAX_VARIATIONS)):
        if not 0 <= getattr(args, name) <= most:
            raise InputError(f"--{name} is {getattr(args, name)}, expected 0 to {most}.")
    if args.lock and args.params is None:
        raise InputError("--lock holds values of a parameter file; give it with --params FILE.")
    if args.photos_of_one_person and args.face:
        raise InputError("--face chooses in one photo; leave it out with --photos-of-one-person.")
    if args.photos_of_one_person and len(args.photos) > MAX_PHOTOS:
        raise InputError(f"--photos-of-one-person got {len(args.photos)} photos, expected at most {MAX_PHOTOS}.")


def _orders(args: argparse.Namespace, schema: CharacterSchema, stack: contextlib.ExitStack) -> Orders:
    from core.importing.batch import Orders
    from engine_bridge.client.wishes import Wishes
    from engine_bridge.parameter_edits import compact_locks, expand_locks
    from engine_bridge.parameter_file import read_preset

    preset = None if args.params is None else read_preset(args.params, schema)
    # A wrong name is said before the first photo is read.
    locked = expand_locks(schema, args.lock) | (frozenset() if preset is None else preset.locked)
    wishes = Wishes(
        bundle=args.bundle or "" if args.server else "",
        face=args.face,
        group=args.group,
        locked=compact_locks(schema, locked),
        mirrored=args.mirror,
        variations=args.variations,
        current=None if preset is None else preset.character.parameters,
        current_choices=None if preset is None else preset.character.choices,
    )
    return Orders(wishes, args.refine, _progress(args.refine, stack) if args.refine else lambda state: None)


def _make_folder(out: Path) -> None:
    from engine_bridge.errors import InputError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot make the folder {out}: {error.strerror or error}; choose another --out.") from error


def _source(args: argparse.Namespace, photos: int, stack: contextlib.ExitStack) -> tuple[Source, Drawer | None]:
    """Who reconstructs, and what draws its character; both end with `stack`."""
    from core.drawing import Drawer
    from core.importing.sources import DirectSource, ServiceSource

    def engine(schema: CharacterSchema) -> Drawer | None:
        if args.no_render:
            return None
        drawer = Drawer(args.engine, schema, args.deadline)
        stack.callback(drawer.close)
        drawers.append(drawer)
        return drawer

    drawers: list[Drawer] = []
    if args.server:
        from engine_bridge.keys import load_client_keys

        keys = load_client_keys(args.keys) if args.keys else None
        source = ServiceSource(args.server, keys, args.deadline)
        stack.callback(source.close)
        engine(source.schema)
    else:
        source = DirectSource(Path(args.bundle) if args.bundle else None, args.device, engine, photos)
        stack.callback(source.close)
    return source, drawers[0] if drawers else None


def _draw(drawer: Drawer) -> Draw:
    def draw(parameters: NDArray[np.float32], choices: NDArray[np.uint8]) -> NDArray[np.uint8]:
        from engine_bridge.errors import EngineError

        drawn = drawer.draw(parameters[None], choices[None])
        if drawn is None:
            raise drawer.problem or EngineError("The engine did not draw; use --no-render to go on without it.")
        return drawn[0]

    return draw


def _progress(steps: int, stack: contextlib.ExitStack) -> Callable[[RefineProgress], None]:
    """A bar on a terminal, nothing elsewhere."""
    from tqdm import tqdm

    bar = stack.enter_context(tqdm(total=steps, unit="step", desc="refine", leave=False, disable=None))

    def tell(state: RefineProgress) -> None:
        bar.n = state.step
        bar.set_postfix_str(f"{state.loss_before:.3f} -> {state.loss:.3f}")

    return tell


def _report(outcome: Outcome) -> None:
    from core.importing.photos import printable

    photo = printable(outcome.photo)
    if outcome.error is not None:
        print(f"facebridge: error: {photo}: {outcome.error}", file=sys.stderr)
        return
    print(f"{photo} -> {' '.join(map(printable, outcome.written))}", flush=True)
    for warning in outcome.warnings:
        print(f"facebridge: warning: {photo}: {warning}", file=sys.stderr)
