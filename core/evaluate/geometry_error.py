"""Geometry of a photo against that of its character: landmark error in cm, and how far the outlines overlap.

Both faces are 468 landmarks brought onto MediaPipe's canonical face (pose and scale removed, unit cm). What sets the
domains apart for everybody, the mean photo against the mean render, is taken off first. What is left holds the person
and the expression of the moment, which a character is not meant to have: the part that the 52 expression coefficients
explain is reported apart. The map from coefficients to geometry is learned within people (every photo less the mean of
its person, so that it cannot swallow who somebody is) and never on the person it is applied to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.align.face import shared_net, template_points
from core.perception.geometry import MESH_POINTS, LandmarkNet
from core.perception.warp import apply, fit_similarity

# The outline of the face, clockwise from the forehead's middle (MediaPipe, FACEMESH_FACE_OVAL).
FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
EXPRESSIONS = 52
_FOLDS = 5
# Of the expression map, added to the sum of squares of each coefficient. On 219 photos of 41 people it explained most
# of what changes within people that it was not learned from: 53 %, and 51 % from a third to three times as much.
_RIDGE = 0.3
_RASTER_PX = 512
_BATCH = 64

Reals = NDArray[np.float64]


@dataclass(frozen=True)
class FaceShapes:
    """Shapes of N faces: geometry (N,468,3) cm with pose removed, expression (N,52) coefficients in [0,1]."""

    geometry: NDArray[np.floating[Any]]
    expression: NDArray[np.floating[Any]]

    def person_mean(self, identity: NDArray[np.integer], usable: NDArray[np.bool_]) -> FaceShapes:
        """The mean face (1,468,3) and expression (1,52), each person weighing the same."""
        people = [usable & (identity == person) for person in np.unique(identity[usable])]
        return FaceShapes(
            np.mean([self.geometry[rows].mean(0) for rows in people], 0)[None],
            np.mean([self.expression[rows].mean(0) for rows in people], 0)[None],
        )

    def less(self, mean: FaceShapes) -> FaceShapes:
        """The shapes less a mean of one row."""
        return FaceShapes(self.geometry - mean.geometry, self.expression - mean.expression)


@dataclass(frozen=True)
class GeometryError:
    """Root mean square distance over the 468 landmarks in cm, averaged over photos.

    `error_cm` is between a photo and its character, `without_expression_cm` after both expressions are taken off, and
    `expression_cm` the size of what was taken off. `stranger_cm` is like `without_expression_cm`, but against the
    characters of everybody else: what a character that knows nothing of its person would have. `mean_face_cm` is the
    error of one and the same mean face for everybody. `outline_overlap` in [0, 1] is the area that the outlines of
    photo and character share over the area that either covers (median over photos).
    """

    error_cm: float
    without_expression_cm: float
    expression_cm: float
    stranger_cm: float
    mean_face_cm: float
    outline_overlap: float
    photos: int


def face_shapes(points: NDArray[np.float32], net: LandmarkNet | None = None) -> FaceShapes:
    """Landmarks (N,478,3) px -> shapes; rows of NaN stay NaN."""
    net = net or shared_net()
    geometry = np.full((len(points), MESH_POINTS, 3), np.nan, np.float32)
    expression = np.full((len(points), EXPRESSIONS), np.nan, np.float32)
    rows = np.flatnonzero(np.isfinite(points).all((1, 2)))
    for start in range(0, len(rows), _BATCH):
        chosen = rows[start : start + _BATCH]
        with torch.inference_mode():
            marks = torch.from_numpy(np.array(points[chosen], np.float32))
            geometry[chosen] = net.canonical(marks).numpy()
            expression[chosen] = net.blendshapes(marks).numpy()
    return FaceShapes(geometry, expression)


def measure_geometry(
    photo_points: NDArray[np.float32],
    render_points: NDArray[np.float32],
    identity: NDArray[np.integer],
    photo_mean: FaceShapes | None = None,
    render_mean: FaceShapes | None = None,
    net: LandmarkNet | None = None,
) -> GeometryError | None:
    """Compare landmarks (N,478,3) px of photos of person identity[i] (N,) and of the renders made from them.

    Rows with NaN in either are left out; None when none is left. The means are of *other* people (one row each);
    without them those of these very people.
    """
    usable = np.isfinite(photo_points).all((1, 2)) & np.isfinite(render_points).all((1, 2))
    if not usable.any():
        return None
    people = np.asarray(identity)[usable]
    everybody = np.ones(len(people), bool)
    seen, drawn = face_shapes(photo_points[usable], net), face_shapes(render_points[usable], net)
    seen = seen.less(photo_mean or seen.person_mean(people, everybody))
    drawn = drawn.less(render_mean or drawn.person_mean(people, everybody))
    total = (seen.geometry - drawn.geometry).reshape(len(people), -1).astype(np.float64)
    seen_moves, drawn_moves = expression_moves(seen, people, drawn.expression)
    photo_face = seen.geometry.reshape(len(people), -1) - seen_moves
    render_face = drawn.geometry.reshape(len(people), -1) - drawn_moves
    return GeometryError(
        error_cm=float(_rms(total).mean()),
        without_expression_cm=float(_rms(photo_face - render_face).mean()),
        expression_cm=float(_rms(seen_moves - drawn_moves).mean()),
        stranger_cm=_stranger_error(photo_face, render_face, people),
        mean_face_cm=float(_rms(photo_face).mean()),
        outline_overlap=float(np.median(outline_overlaps(photo_points[usable], render_points[usable]))),
        photos=len(people),
    )


def expression_moves(
    shapes: FaceShapes, identity: NDArray[np.integer], other: NDArray[np.floating[Any]]
) -> tuple[Reals, Reals]:
    """(N,1404) cm that each row's coefficients explain, and what they would for `other` coefficients (N,52).

    The map is fitted on differences within people, row by row by people of other folds; without two photos of any
    person it is zero.
    """
    geometry = shapes.geometry.reshape(len(identity), -1).astype(np.float64)
    expression = shapes.expression.astype(np.float64)
    _, inverse, counts = np.unique(identity, return_inverse=True, return_counts=True)

    def within(values: Reals) -> Reals:
        sums = np.zeros((len(counts), values.shape[1]))
        np.add.at(sums, inverse, values)
        return values - (sums / counts[:, None])[inverse]

    x, y = within(expression), within(geometry)
    folds = inverse % _FOLDS
    moves, moves_other = np.zeros_like(y), np.zeros_like(y)
    for fold in np.unique(folds):
        held = folds == fold
        gram = x[~held].T @ x[~held] + _RIDGE * np.eye(EXPRESSIONS)
        weight = np.linalg.solve(gram, x[~held].T @ y[~held])
        moves[held], moves_other[held] = expression[held] @ weight, other[held] @ weight
    return moves, moves_other


def outline_overlaps(photo_points: NDArray[np.float32], render_points: NDArray[np.float32]) -> Reals:
    """(N,) shared over joint area of the face outlines of landmarks (N,478,3) px of aligned photos and of renders.

    The render is laid over the photo by the five points that photos are aligned by, so size and place do not count.
    """
    seen, drawn = (torch.from_numpy(np.array(points, np.float32)) for points in (photo_points, render_points))
    laid = apply(fit_similarity(template_points(drawn), template_points(seen)), drawn[..., :2]).numpy()
    oval = list(FACE_OVAL)
    return np.array([_overlap(a[oval, :2], b[oval]) for a, b in zip(photo_points, laid, strict=True)])


def _overlap(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Of two polygons (K,2), drawn as large as they fit."""
    both = np.concatenate([first, second])
    low, high = both.min(0), both.max(0)
    scale = (_RASTER_PX - 1) / max(float((high - low).max()), 1e-6)
    filled = []
    for polygon in (first, second):
        image = Image.new("1", (_RASTER_PX, _RASTER_PX))
        ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in (polygon - low) * scale], fill=1)
        filled.append(np.asarray(image, bool))
    return float((filled[0] & filled[1]).sum() / max(1, (filled[0] | filled[1]).sum()))


def _rms(differences: Reals) -> Reals:
    """(N,1404) -> (N,) root mean square length over the landmarks."""
    return np.sqrt(np.square(differences).sum(1) / MESH_POINTS)


def _stranger_error(photos: Reals, renders: Reals, identity: NDArray[np.integer]) -> float:
    """Mean error (cm) of photos against the renders of all other people; NaN with one person."""
    errors = [
        float(_rms(photos[row] - renders[identity != person]).mean())
        for row, person in enumerate(identity)
        if (identity != person).any()
    ]
    return float(np.mean(errors)) if errors else float("nan")
