"""How many of an engine's uniformly random faces two face detectors take for exactly one human face.

    python benchmarks/human_check.py [--engine embedded] [--count 1000] [--seed 0] [--sheet 100] [--out out/human_check]

The detectors are dlib's HOG detector (`pip install 'facebridge[evaluate]'`), on the 256-px picture as it is, and
BlazeFace (core.perception.detector). Prints the share of each and of both, and the indices of the faces that either
refuses; writes those as `failures.png`, and the first faces as `faces.png`, for what no detector sees: lids, lips and
eyeballs that run through each other. Ends with code 1 when both find less than 99.5 % of the faces.
"""

from __future__ import annotations

import argparse
import io
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from tqdm import tqdm

from core import threads
from core.files import write_atomically
from data_capture.sampling import CHOICE_MODES, SAMPLINGS, choice_block, sample_block
from engine_bridge.engines import ENGINES, Engine, open_engine
from engine_bridge.errors import FaceBridgeError, InputError

Picture = npt.NDArray[np.uint8]
Count = Callable[[Picture], int]
"""How many faces a detector finds in a picture (H, W, 3) uint8 RGB."""

WANTED_SHARE = 0.995
IMAGE_PX = 256
SHEET_FACE_PX = 160
MOST_FAILURES = 400
"""Failures kept for the sheet; the indices of all are printed."""
_BATCH = 8
_CAPTION_PX = 12


@dataclass
class Verdict:
    """What the detectors said: `wrong` maps each one's name to {index: faces found} where that was not one."""

    count: int = 0
    wrong: dict[str, dict[int, int]] = field(default_factory=dict[str, dict[int, int]])
    pictures: dict[int, Picture] = field(default_factory=dict[int, Picture])

    def failures(self) -> list[int]:
        """The faces that at least one detector did not take for exactly one."""
        return sorted({index for refused in self.wrong.values() for index in refused})

    def share(self, detector: str | None = None) -> float:
        """The share of faces found as exactly one, by one detector or by all."""
        refused = len(self.failures() if detector is None else self.wrong[detector])
        return 1.0 - refused / max(1, self.count)

    def caption(self, index: int) -> str:
        """A failed face's index and what each detector that failed found."""
        found = (f"{name} {refused[index]}" for name, refused in self.wrong.items() if index in refused)
        return f"{index}: {', '.join(found)}"


def main() -> int:
    """Draw, detect, print and write; returns 1 when the share is missed or something cannot be used."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--engine", default="embedded", choices=ENGINES)
    parser.add_argument("--count", type=int, default=1_000, help="faces (default: 1000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sampling", default="uniform", choices=SAMPLINGS)
    parser.add_argument("--choices", default="default", choices=CHOICE_MODES, help="hair and base of each face")
    parser.add_argument("--sheet", type=int, default=0, metavar="N", help="also write the first N faces in a square")
    parser.add_argument("--out", type=Path, default=Path("out/human_check"), help="folder for the sheets")
    args = parser.parse_args()
    if args.count < 1 or not 0 <= args.sheet <= args.count:
        parser.error(f"--count is {args.count} and --sheet {args.sheet}, expected 1 or more and 0 to --count")
    threads.configure()
    try:
        detectors = {"dlib": dlib_counter(), "BlazeFace": blazeface_counter()}
        engine = open_engine(args.engine)
        try:
            drawn = faces(engine, args.count, args.seed, args.sampling, args.choices)
            first: list[Picture] = []
            verdict = judge(_keep(drawn, first, args.sheet), detectors)
        finally:
            engine.close()
        report(verdict, args.out)
        if first:
            write_sheet(args.out / "faces.png", first, [str(index) for index in range(len(first))])
    except FaceBridgeError as error:
        print(f"human_check: {error}", file=sys.stderr)
        return 1
    passed = verdict.share() >= WANTED_SHARE
    print(f"wanted of both: {WANTED_SHARE:.1%}; " + ("reached" if passed else "FAILED"))
    return 0 if passed else 1


def dlib_counter() -> Count:
    """dlib's frontal HOG detector without enlarging: its window is 80 px, a face of a 256-px picture twice that.

    Raises InputError when dlib is not installed.
    """
    try:
        import dlib
    except ImportError as error:
        raise InputError("dlib is not installed; run `pip install 'facebridge[evaluate]'`.") from error
    detector = dlib.get_frontal_face_detector()
    return lambda picture: len(detector(picture, 0))


def blazeface_counter() -> Count:
    """BlazeFace with the shipped weights; BundleError when they cannot be read."""
    from core.perception.detector import FaceDetector

    detector = FaceDetector.load()
    return lambda picture: len(detector.detect(picture))


def faces(engine: Engine, count: int, seed: int, sampling: str, choices: str) -> Iterator[Picture]:
    """The samples 0 to count - 1 of a seed, drawn at IMAGE_PX, in order."""
    for start in range(0, count, _BATCH):
        indices = range(start, min(start + _BATCH, count))
        parameters = sample_block(engine.schema, seed, indices, sampling)
        yield from engine.render(parameters, choice_block(engine.schema, seed, indices, choices), IMAGE_PX)


def judge(pictures: Iterator[Picture], detectors: Mapping[str, Count]) -> Verdict:
    """Show every picture to every detector."""
    verdict = Verdict(wrong={name: {} for name in detectors})
    for index, picture in enumerate(pictures):
        verdict.count += 1
        for name, count in detectors.items():
            found = count(picture)
            if found != 1:
                verdict.wrong[name][index] = found
                if len(verdict.pictures) < MOST_FAILURES:
                    verdict.pictures[index] = picture
    return verdict


def report(verdict: Verdict, out: Path) -> None:
    """Print the shares and the failures, and write the failures' sheet when there are any."""
    for name, refused in verdict.wrong.items():
        none = sum(found == 0 for found in refused.values())
        detail = f"{none} not found, {len(refused) - none} found as several" if refused else "no failure"
        print(f"{name:<10} {verdict.share(name):7.2%} of {verdict.count} faces; {detail}")
    print(f"{'both':<10} {verdict.share():7.2%}")
    if verdict.failures():
        print("failures (index: faces found): " + "; ".join(verdict.caption(index) for index in verdict.failures()))
        captions = [verdict.caption(index) for index in verdict.pictures]
        write_sheet(out / "failures.png", list(verdict.pictures.values()), captions)


def write_sheet(path: Path, pictures: Sequence[Picture], captions: Sequence[str]) -> None:
    """Pictures with their captions in a square, as one PNG."""
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    cell_px = SHEET_FACE_PX + _CAPTION_PX
    sheet = Image.new("RGB", (columns * SHEET_FACE_PX, rows * cell_px), (24, 24, 26))
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(_CAPTION_PX - 2)
    for place, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left, top = place % columns * SHEET_FACE_PX, place // columns * cell_px
        small = Image.fromarray(picture).resize((SHEET_FACE_PX, SHEET_FACE_PX), Image.Resampling.LANCZOS)
        sheet.paste(small, (left, top + _CAPTION_PX))
        draw.text((left + 2, top), caption, fill=(208, 208, 212), font=font)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    write_atomically(path, buffer.getvalue())
    print(f"{path}: {len(pictures)} faces")


def _keep(pictures: Iterator[Picture], first: list[Picture], most: int) -> Iterator[Picture]:
    """Pass the pictures on with a progress bar, keeping the first ones."""
    for picture in tqdm(pictures, unit="face"):
        if len(first) < most:
            first.append(picture)
        yield picture


if __name__ == "__main__":
    sys.exit(main())
