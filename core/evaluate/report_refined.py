"""The characters that a report shows, once more after refining: drawn by the engine, and judged as before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.align.face import ALIGNED_PX, shared_net
from core.bundle import Bundle
from core.evaluate.characters import ImportedPeople
from core.evaluate.likeness import Faces, describe_faces
from core.evaluate.means import DomainMeans
from core.evaluate.progress import Tell
from core.evaluate.report_cases import Case, likeness_of_each
from core.evaluate.sface import SFace
from core.perception.features import face_features
from core.perception.identity import IdentityNet
from core.refine import RefineConfig, Refiner
from engine_bridge.session import EngineSession


@dataclass(frozen=True)
class RefinedCase:
    """The engine's picture (256, 256, 3) of the refined character, and its likeness; NaN without a face."""

    picture: NDArray[np.uint8]
    likeness: float


def refine_cases(
    bundle: Bundle,
    people: ImportedPeople,
    cases: Sequence[Case],
    steps: int,
    engine: str,
    judge: tuple[SFace, Faces, Faces, DomainMeans | None],
    tell: Tell,
) -> dict[int, RefinedCase]:
    """Refine the characters of `cases` by `steps` from where the import left them; row -> result.

    `judge`: SFace, the photos and the renders of all people, which the refined ones take the place of, and the means.
    """
    net, imitator = shared_net(), bundle.imitator
    refiner, identity_net = Refiner(bundle, net, IdentityNet.load()), IdentityNet.load()
    rows = np.array([each.row for each in cases], np.int64)
    found: list[NDArray[np.float32]] = []
    for done, row in enumerate(rows):
        image = torch.from_numpy(people.aligned[row : row + 1].copy()).permute(0, 3, 1, 2).float() / 255
        points = torch.from_numpy(people.points[row : row + 1].copy())
        start = imitator.normalise(torch.from_numpy(people.parameters[row]))
        faces = face_features(image, points, net, identity_net)
        better = refiner.refine(faces, start, RefineConfig(steps=steps)).parameters
        found.append((imitator.default + better / imitator.scale).numpy())
        tell(done + 1, len(rows))
    low, high = bundle.schema.minimum, bundle.schema.maximum
    parameters = np.clip(np.array(found, np.float32).reshape(-1, bundle.schema.count), low, high)
    with EngineSession.start(engine, image_px=ALIGNED_PX) as session:
        pictures = session.render(parameters, people.choices[rows])
    sface, photos, renders, means = judge
    seen = describe_faces(pictures, sface)
    embeddings, present = renders.embeddings.copy(), renders.found.copy()
    embeddings[rows], present[rows] = seen.embeddings, seen.found
    # Those that were not refined stay, so that without means of other people the centre hardly moves.
    likeness = likeness_of_each(photos, Faces(embeddings, renders.cheeks, present), people.identity, means)
    return {int(row): RefinedCase(picture, float(likeness[row])) for row, picture in zip(rows, pictures, strict=True)}
