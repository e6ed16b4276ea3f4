"""`facebridge evaluate`: imports every photo of a folder, draws the characters, and measures their likeness."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.align.cache import PhotoCache
    from core.bundle import Bundle
    from core.evaluate.people import PeopleFigures
    from core.evaluate.sface import SFace

HELP = "Measures how like their people the characters are, by networks that training never sees."

_RENDER_BATCH = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare photos, bundle, engine and where results go."""
    parser.add_argument("--photos", type=Path, required=True, metavar="DIR", help="one subfolder a person")
    parser.add_argument("--bundle", type=Path, default=None, metavar="DIR", help="bundle (default: the shipped one)")
    parser.add_argument("--engine", default="embedded", help="engine that draws (default: embedded)")
    parser.add_argument("--sface", type=Path, default=None, metavar="ONNX", help="SFace weights (default: the extra's)")
    parser.add_argument(
        "--cache", type=Path, default=None, metavar="DIR", help="keep the aligned photos here, to measure again sooner"
    )
    parser.add_argument("--report", type=Path, default=None, metavar="JSON", help="also write the figures here")


def run(args: argparse.Namespace) -> int:
    """Measure and print; raises InputError, BundleError, SchemaMismatch or EngineError."""
    from core import threads
    from core.bundle import Bundle
    from core.evaluate.sface import SFace
    from core.files import write_atomically
    from engine_bridge.engines import engine_schema
    from engine_bridge.errors import InputError, SchemaMismatch

    # What can fail at once fails before the photos are aligned.
    if not args.photos.is_dir():
        raise InputError(f"There is no folder {args.photos}; --photos takes a folder with one subfolder a person.")
    threads.configure(max(1, threads.cores() - 1))  # the engine's process takes the other one
    sface, bundle = SFace.load(args.sface), Bundle.load(args.bundle)
    difference = bundle.schema.difference(engine_schema(args.engine))
    if difference is not None:
        raise SchemaMismatch(f"The bundle is for another character than the engine '{args.engine}' draws: {difference}")
    with tempfile.TemporaryDirectory(prefix="facebridge-", ignore_cleanup_errors=True) as temporary:
        found, skipped = _measure(args.photos, args.cache or Path(temporary) / "photos", bundle, args.engine, sface)
    print(_table(found, skipped))
    if args.report is not None:
        figures = {"bundle": bundle.card, "photos_left_out": skipped, **found.as_dict()}
        write_atomically(args.report, (json.dumps(figures, indent=2) + "\n").encode())
    return 0


def _measure(photos: Path, folder: Path, bundle: Bundle, engine: str, sface: SFace) -> tuple[PeopleFigures, int]:
    """The figures, and how many photos could not be aligned."""
    from core.evaluate.likeness import describe_faces
    from core.evaluate.people import measure_people

    cache = _aligned(photos, folder, bundle)
    parameters, renders, nearness = _characters(photos, cache, bundle, engine)
    seen = _with_bar("photos", lambda tell: describe_faces(cache.images, sface, cache.points, progress=tell))
    drawn = _with_bar("renders", lambda tell: describe_faces(renders, sface, progress=tell))
    return measure_people(seen, drawn, parameters, cache.identity, nearness), len(cache.skipped)


def _aligned(photos: Path, folder: Path, bundle: Bundle) -> PhotoCache:
    from core.align.cache import build_cache
    from core.threads import cores

    return _with_bar(
        "align", lambda tell: build_cache(photos, folder, bundle.template, max(1, cores() - 1), progress=tell)
    )


def _characters(
    photos: Path, cache: PhotoCache, bundle: Bundle, engine: str
) -> tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.float64]]:
    """Of the character that each aligned photo's file is imported to: parameters (N,P), engine's picture
    (N,256,256,3), and how near the imitator's is to it (N,) dB."""
    import numpy as np

    from core.align.face import ALIGNED_PX
    from core.evaluate.people import psnr_db
    from core.reconstruct import Reconstructor
    from engine_bridge.errors import InputError
    from engine_bridge.session import EngineSession

    reconstructor = Reconstructor(bundle)

    def draw(tell: Callable[[int, int], None]) -> tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.float64]]:
        vectors: list[NDArray[np.float32]] = []
        pictures: list[NDArray[np.uint8]] = []
        nearness: list[float] = []
        with EngineSession.start(engine, image_px=ALIGNED_PX) as session:
            for start in range(0, len(cache.photos), _RENDER_BATCH):
                names = cache.photos[start : start + _RENDER_BATCH]
                found = list(reconstructor.files([(photos / name).read_bytes() for name in names]))
                for name, result in zip(names, found, strict=True):
                    if isinstance(result, InputError):
                        raise InputError(f"{photos / name} changed since it was aligned: {result}")
                good = [result for result in found if not isinstance(result, InputError)]
                vectors.append(np.stack([result.parameters for result in good]))
                pictures.append(session.render(vectors[-1], np.stack([result.choices for result in good])))
                guesses = (result.imitator_image for result in good)
                nearness += [psnr_db(guess, drawn) for guess, drawn in zip(guesses, pictures[-1], strict=True)]
                tell(start + len(names), len(cache.photos))
        return np.concatenate(vectors), np.concatenate(pictures), np.array(nearness)

    return _with_bar("import", draw)


def _with_bar(what: str, work: Callable[[Callable[[int, int], None]], Any]) -> Any:
    """Runs `work` with a function that moves a progress bar: tell(done, total)."""
    from tqdm import tqdm

    with tqdm(desc=what, unit="photo", leave=False) as bar:

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        return work(tell)


def _table(found: PeopleFigures, skipped: int) -> str:
    likeness, verified = found.likeness, found.verification
    rows = [
        ("closer to its own person", f"{likeness.closer_share:.1%}"),
        ("  95 % interval", f"{likeness.closer_share_low:.1%} to {likeness.closer_share_high:.1%}"),
        ("  the photo itself (upper bound)", f"{likeness.photo_closer_share:.1%}"),
        ("its person the nearest (rank 1)", f"{found.retrieval.rank_1:.1%}"),
        ("  among the five nearest (rank 5)", f"{found.retrieval.rank_5:.1%}"),
        ("  chance", f"{1 / found.retrieval.people:.1%} and {min(1.0, 5 / found.retrieval.people):.1%}"),
        ("verification by parameters", f"{verified.parameters:.3f}" if verified else "needs 20 people"),
        ("  by SFace of renders, of photos", f"{verified.renders:.3f}, {verified.photos:.3f}" if verified else "-"),
        ("cosine between people, renders", f"{likeness.render_cosine:.3f}"),
        ("cosine between people, photos", f"{likeness.photo_cosine:.3f}"),
        ("cheek lightness, rank correlation", f"{likeness.lightness_correlation:.3f}"),
        ("cheek colour, median CIEDE2000", f"{found.skin_difference:.1f}"),
        ("imitator against engine, PSNR", f"{found.imitator_psnr_db:.1f} dB"),
        ("photos measured / people / pairs", f"{likeness.anchors} / {likeness.people} / {likeness.pairs}"),
        ("renders without a face", f"{likeness.renders_without_face}"),
        ("photos left out", f"{skipped}"),
    ]
    return "\n".join(f"{name:<36}{value}" for name, value in rows)
