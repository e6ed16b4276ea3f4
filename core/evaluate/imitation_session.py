"""Draws with the engine what an imitator is judged by, and judges it: what `evaluate imitator` and `report` run."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.align.face import ALIGNED_PX, shared_net
from core.evaluate.characters import ImportedPeople
from core.evaluate.gradients import STEP, PointAgreement, engine_differences, gradient_points, point_agreement
from core.evaluate.imitation import head_area, measure_imitation
from core.evaluate.imitation_figures import Imitation
from core.evaluate.imitation_measures import Samples
from core.evaluate.npz import read_npz
from core.evaluate.perceptual import PerceptualDistance
from core.evaluate.progress import Tell, with_bar
from core.evaluate.sface import SFace
from core.files import write_atomically
from core.models.imitator import Imitator
from core.train.references import References, Render, draw_references, open_references
from engine_bridge.errors import BundleError, DatasetError
from engine_bridge.schema import CharacterSchema
from engine_bridge.session import EngineSession

REGIME_SAMPLES = 64
NEAR_POINTS = 2
_DEADLINE_S = 120.0


@dataclass(frozen=True)
class JudgedImitator:
    """The figures, and what a report shows beside them: the engine's renders, and those of the photos' parameters."""

    figures: Imitation
    references: References
    photos: Samples | None


def judge_imitator(
    imitator: Imitator,
    schema: CharacterSchema,
    engine: str = "embedded",
    people: ImportedPeople | None = None,
    cache: Path | None = None,
    sface: SFace | None = None,
    near_points: int = NEAR_POINTS,
    regime_samples: int = REGIME_SAMPLES,
) -> JudgedImitator:
    """Measure an imitator against an engine process that draws the same character, of this schema.

    `people` adds the regime of the photos. `cache` keeps the engine's renders, half of the work, for the next imitator
    of this character. Without `near_points` there are no gradients at all, which saves two thirds of the renders.
    Shows progress; raises EngineError.
    """
    with EngineSession.start(engine, image_px=ALIGNED_PX) as session:
        kept = cache and cache / f"renders-{session.engine}-{session.engine_version}-{schema.hash[:12]}"

        def render(parameters: NDArray[np.float32]) -> NDArray[np.uint8]:
            return session.render(parameters, None, deadline_s=_DEADLINE_S)

        def draw_all(tell: Tell) -> References:
            if kept is None:
                return draw_references(schema, render, regime_samples, progress=tell)
            return open_references(schema, kept, lambda: render, regime_samples, progress=tell)

        references = with_bar("renders", draw_all, "render")
        area = head_area(references)
        gradients: list[PointAgreement] = []
        for number, point in enumerate(gradient_points(schema, near_points) if near_points else ()):
            where = "neutral" if number == 0 else f"point {number}"
            found = with_bar(
                f"engine at {where}", lambda tell, point=point: _differences(schema, kept, render, point, tell), "slope"
            )
            gradients.append(
                with_bar(
                    f"imitator at {where}",
                    lambda tell, point=point, found=found: point_agreement(imitator, schema, point, found, area, tell),
                    "slope",
                )
            )
    photos = None if people is None else (people.parameters, people.plain)
    perceptual = PerceptualDistance.of_neutral(references.neutral, sface, shared_net())
    figures = with_bar(
        "imitator",
        lambda tell: measure_imitation(imitator, schema, references, photos, gradients, perceptual, tell),
        "picture",
    )
    return JudgedImitator(figures, references, photos)


def _differences(
    schema: CharacterSchema, folder: Path | None, render: Render, point: NDArray[np.float32], tell: Tell
) -> NDArray[np.int16]:
    """The engine's differences at `point`, kept in `folder`, which is of one engine and schema, if there is one."""
    if folder is None:
        return engine_differences(schema, render, point, tell)
    key = hashlib.sha256(np.float32(STEP).tobytes() + point.tobytes()).hexdigest()[:12]
    path = folder / f"differences-{key}.npz"
    if path.exists():
        try:
            return read_npz(path)["differences"]
        except (ValueError, KeyError) as error:
            raise DatasetError(f"{path} cannot be read ({error}); delete it, and it is drawn again.") from error
    found = engine_differences(schema, render, point, tell)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, differences=found)  # a sixtieth: most pixels do not change
    write_atomically(path, buffer.getvalue())
    return found


def sface_if_any(path: Path | None) -> SFace | None:
    """SFace from `path` or from the extra; None where no path is given and the extra is not installed."""
    try:
        return SFace.load(path)
    except BundleError:
        if path is not None:
            raise
        return None
