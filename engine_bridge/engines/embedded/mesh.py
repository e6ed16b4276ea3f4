"""The head's mesh: the shipped asset, its Catmull-Clark refinement, and the fixed quantities drawing needs from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from engine_bridge.engines.embedded.assets import read_asset

SKIN, EYE_LEFT, EYE_RIGHT, LASHES, UPPER_TEETH, LOWER_TEETH, TONGUE = range(7)

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class HeadAsset:
    """The control mesh in decimetres (y up, z out of the face, x to the character's left) and its morph targets."""

    vertices: Array
    """(V, 3) control points."""
    uvs: Array
    """(U, 2) texture coordinates."""
    quads: Ints
    """(F, 4) corners as rows of `vertices`."""
    uv_quads: Ints
    """(F, 4) corners as rows of `uvs`."""
    parts: npt.NDArray[np.uint8]
    """(F,) SKIN, EYE_LEFT and so on; the head has no teeth and no tongue, which are an asset of their own."""
    targets: dict[str, sparse.csc_array]
    """Morph target name -> (3V, 1) deltas in decimetres, x, y, z of a vertex in consecutive rows."""
    masks: npt.NDArray[np.uint8]
    """(256, 256, 4) lips, eyelids, face and ears in texture space, rows from the top."""


def load_asset() -> HeadAsset:
    """Read the packaged head; raises EngineError when the file is missing or damaged."""
    return head_asset(read_asset("head.npz"))


def head_asset(data: dict[str, npt.NDArray[Any]]) -> HeadAsset:
    """The arrays of a file in the layout that `scripts/build_head_asset.py` writes."""
    count = len(data["vertices"])
    step = float(data["target_step_dm"])
    targets: dict[str, sparse.csc_array] = {}
    starts = data["target_starts"]
    for row, name in enumerate(data["target_names"].tolist()):
        part = slice(starts[row], starts[row + 1])
        rows = (data["target_indices"][part].astype(np.int64)[:, None] * 3 + np.arange(3)).ravel()
        values = data["target_deltas"][:, part].T.astype(np.float64).ravel() * step
        targets[name] = sparse.csc_array((values, (rows, np.zeros_like(rows))), shape=(3 * count, 1))
    return HeadAsset(
        data["vertices"].astype(np.float64),
        data["uvs"].astype(np.float64),
        data["quads"].astype(np.int64),
        data["uv_quads"].astype(np.int64),
        data["parts"],
        targets,
        data["masks"],
    )


def _edges(quads: Ints) -> tuple[Ints, Ints]:
    """Unique edges (E, 2) and each face's four edges (F, 4), the k-th from corner k to k + 1."""
    pairs = np.sort(np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2), 1)
    edges, of_face = np.unique(pairs, axis=0, return_inverse=True)
    return edges, of_face.reshape(quads.shape)


def _refined_quads(quads: Ints, of_face: Ints, count: int, edge_count: int) -> Ints:
    centre = count + edge_count + np.arange(len(quads))
    edge = count + of_face
    corners = [np.stack([quads[:, k], edge[:, k], centre, edge[:, k - 1]], 1) for k in range(4)]
    return np.stack(corners, 1).reshape(-1, 4)


def subdivide_linear(count: int, quads: Ints) -> tuple[sparse.csr_array, Ints]:
    """One midpoint split: a matrix from old to new points, and the new quads (for texture coordinates)."""
    edges, of_face = _edges(quads)
    matrix = sparse.vstack([sparse.eye_array(count), _averages(edges, count), _averages(quads, count)], format="csr")
    return sparse.csr_array(matrix), _refined_quads(quads, of_face, count, len(edges))


def subdivide_smooth(count: int, quads: Ints) -> tuple[sparse.csr_array, Ints]:
    """One Catmull-Clark step (Catmull and Clark, 1978): a matrix from old to new points, and the new quads.

    Border edges are split at their middle and border points follow the cubic B-spline rule (1/8, 6/8, 1/8).
    """
    edges, of_face = _edges(quads)
    face_point = _averages(quads, count)
    middle = _averages(edges, count)
    faces_of_edge = np.bincount(of_face.ravel(), minlength=len(edges))
    edge_faces = sparse.csr_array(
        (np.ones(of_face.size), (of_face.ravel(), np.repeat(np.arange(len(quads)), 4))), shape=(len(edges), len(quads))
    )
    inner = (faces_of_edge == 2).astype(np.float64)
    edge_point = sparse.diags_array(inner * 0.5) @ middle + sparse.diags_array(inner * 0.25) @ edge_faces @ face_point
    edge_point = edge_point + sparse.diags_array(1 - inner) @ middle

    touches_face = _incidence(quads, count)
    touches_edge = _incidence(edges, count)
    border_edge = (faces_of_edge == 1).astype(np.float64)
    valence = np.maximum(touches_face.sum(1), 1.0)
    on_border = touches_edge @ border_edge > 0
    keep = sparse.diags_array(np.where(on_border, 0.0, (valence - 3.0) / valence))
    around = sparse.diags_array(np.where(on_border, 0.0, 1.0 / valence**2))
    vertex_point = keep + around @ (touches_face @ face_point) + 2.0 * around @ (touches_edge @ middle)
    border_neighbours = touches_edge @ sparse.diags_array(border_edge) @ middle
    border_count = np.maximum(touches_edge @ border_edge, 1.0)
    vertex_point = (
        vertex_point
        + sparse.diags_array(np.where(on_border, 0.5, 0.0))
        + sparse.diags_array(np.where(on_border, 0.5 / border_count, 0.0)) @ border_neighbours
    )
    blocks: Any = [vertex_point, edge_point, face_point]  # scipy's stubs lose the type of a sparse sum
    matrix: sparse.csr_array = sparse.csr_array(sparse.vstack(blocks, format="csr"))
    return matrix, _refined_quads(quads, of_face, count, len(edges))


def _averages(groups: Ints, count: int) -> sparse.csr_array:
    """(len(groups), count) matrix that averages the points of each group."""
    rows, width = groups.shape
    values = np.full(groups.size, 1.0 / width)
    row_of = np.repeat(np.arange(rows, dtype=np.int64), width)
    return sparse.csr_array((values, (row_of, groups.ravel())), shape=(rows, count))


def _incidence(groups: Ints, count: int) -> sparse.csr_array:
    """(count, len(groups)) matrix of ones where a point belongs to a group."""
    rows, width = groups.shape
    ones = np.ones(groups.size)
    column_of = np.repeat(np.arange(rows, dtype=np.int64), width)
    return sparse.csr_array((ones, (groups.ravel(), column_of)), shape=(count, rows))


class HeadLevel:
    """One level of detail: how points, normals and triangles follow from the control points.

    The coarse level's points are the first of the refined level's, so whatever is known of the refined points, by
    position or by paint, is known of the coarse ones.
    """

    def __init__(self, asset: HeadAsset, refined: bool = True) -> None:
        smooth, quads = subdivide_smooth(len(asset.vertices), asset.quads)
        self.smooth = smooth if refined else sparse.csr_array(smooth[: len(asset.vertices)])
        """(N, V) from control points to this level's points, on the once refined surface."""
        self.smooth_f32 = self.smooth.astype(np.float32)
        self.quads = quads if refined else asset.quads
        self.parts = np.repeat(asset.parts, 4) if refined else asset.parts
        self.count = self.smooth.shape[0]
        self._corners = np.ascontiguousarray(self.quads.T)
        self._normal_sum = _incidence(self.quads, self.count).astype(np.float32)

    def normals(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """(N, 3) area-weighted unit normals of this level's points (N, 3)."""
        # One coordinate at a time: numpy gathers long rows several times faster than triples.
        rows = np.ascontiguousarray(points.T)
        first, second, third, fourth = self._corners
        a = [row.take(third) - row.take(first) for row in rows]
        b = [row.take(fourth) - row.take(second) for row in rows]
        face = np.empty((len(first), 3), np.float32)
        for k in range(3):
            i, j = (k + 1) % 3, (k + 2) % 3
            face[:, k] = a[i] * b[j] - a[j] * b[i]
        total = np.asarray(self._normal_sum @ face, np.float32)
        return total / np.maximum(np.sqrt(np.einsum("nk,nk->n", total, total)), 1e-12)[:, None]

    def triangles(self, part: int, chosen: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int32]:
        """(T, 3) triangles of one part, or of those of its quads that are chosen among the control mesh's (F,)."""
        kept = self.parts == part
        if chosen is not None:
            kept &= np.repeat(chosen, len(kept) // len(chosen))
        quads = self.quads[kept]
        return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)

    def part_points(self, part: int) -> Ints:
        """Points that belong to a part."""
        return np.unique(self.quads[self.parts == part])

    def averaged(self, values: Array) -> Array:
        """(N, K) -> (N, K), half of each point's value replaced by its neighbours' mean."""
        edges, _ = _edges(self.quads)
        link = sparse.csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(self.count, self.count))
        link = link + link.T
        degree = np.maximum(link.sum(1), 1.0)
        return 0.5 * values + 0.5 * np.asarray(link @ values) / degree[:, None]


def corner_uvs(asset: HeadAsset) -> Array:
    """(4F, 4, 2) texture coordinates of each refined quad's corners, in the data's own layout."""
    to_uv, uv_quads = subdivide_linear(len(asset.uvs), asset.uv_quads)
    return np.asarray(to_uv @ asset.uvs)[uv_quads]
