"""Measures the neutral head without its ears, and writes the tables that hair lies on.

    python scripts/build_skull.py [--out FILE]

Run it when the head asset changes, then `make checksums`. It also finds which points of the head each point of the
short sheet of hair follows.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from pathlib import Path

import numpy as np
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator
from scipy.ndimage import gaussian_filter
from scipy.spatial import KDTree

sys.path.insert(0, str(Path(__file__).parents[1]))
from engine_bridge.engines.embedded import facemap
from engine_bridge.engines.embedded.hair import FALL_ROWS, STYLES, HairSheet
from engine_bridge.engines.embedded.maps import load_maps, sample
from engine_bridge.engines.embedded.mesh import HeadLevel, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.skull import AZIMUTH, CENTRE_DM, ELEVATION, HEIGHTS_DM, Skull

OUT = Path(__file__).parents[1] / "engine_bridge/engines/embedded/data/skull.npz"
BINDINGS = 6  # skull points that a hair point follows
Array = np.ndarray


def around(angle: Array, other: Array, radius: Array, at: tuple[Array, Array], blur: tuple[float, float]) -> Array:
    """Radius over (azimuth, other) by linear interpolation on the unrolled surface, periodic in azimuth, smoothed."""
    shifts = (-2 * np.pi, 0.0, 2 * np.pi)
    known = np.concatenate([np.stack([angle + shift, other], 1) for shift in shifts])
    values = np.tile(radius, 3)
    grid = np.stack(np.meshgrid(*at), -1)
    found = LinearNDInterpolator(known, values)(grid)
    nearest = NearestNDInterpolator(known, values)(grid)
    found = np.where(np.isnan(found), nearest, found)
    ring = gaussian_filter(found[:, :-1], (blur[0], blur[1]), mode=("nearest", "wrap"))
    return np.concatenate([ring, ring[:, :1]], 1)


def radii(skull: Array, azimuth: Array, elevation: Array) -> Array:
    """(rows, columns) distance of the dome from CENTRE_DM."""
    away = skull - CENTRE_DM
    distance = np.linalg.norm(away, axis=1)
    upper = away[:, 1] > -0.3
    angle = np.arctan2(away[:, 0], away[:, 2])[upper]
    rise = np.arcsin(away[:, 1] / distance)[upper]
    found = around(angle, rise, distance[upper], (azimuth, elevation), (0.7, 1.0))
    found[0] = found[0].mean()
    return found


def girths(skull: Array, azimuth: Array, heights: Array) -> Array:
    """(rows, columns) horizontal distance of head and neck from the axis at each height."""
    x, z = skull[:, 0], skull[:, 2] - facemap.AXIS_Z_DM
    return around(np.arctan2(x, z), skull[:, 1], np.hypot(x, z), (azimuth, heights), (1.0, 1.5))


def build() -> bytes:
    """The asset's bytes, the same each time."""
    asset = load_asset()
    head = HeadLevel(asset, refined=False)
    rest = np.asarray(head.smooth @ Morpher(asset).neutral)
    ears = sample(load_maps().regions[..., 3], facemap.to_texture(facemap.unroll(rest)), tiled=False)
    bare = rest[(ears < 0.05) & (rest[:, 1] > 5.7) & (np.hypot(rest[:, 0], rest[:, 2] - facemap.AXIS_Z_DM) < 1.5)]
    dome, around_neck = radii(bare, AZIMUTH, ELEVATION), girths(bare, AZIMUTH, HEIGHTS_DM)
    points = (len(ELEVATION) + FALL_ROWS) * len(AZIMUTH)
    skull = Skull(dome, around_neck, np.zeros((points, BINDINGS), np.int64))
    base, _, _ = HairSheet(skull, rest).grid(STYLES["short"])
    outer = np.flatnonzero((ears < 0.05) & (rest[:, 1] > 6.95))
    _, near = KDTree(rest[outer]).query(base, k=BINDINGS)
    arrays = {"dome": dome, "girths": around_neck, "bound": outer[near].astype(np.uint16)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.save(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return out.getvalue()


def main() -> int:
    """Build and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    data = build()
    args.out.write_bytes(data)
    print(f"{args.out}: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
