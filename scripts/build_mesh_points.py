"""Find where MediaPipe's 468 face-mesh points lie on the embedded head, and write the table the engine ships.

    python scripts/build_mesh_points.py [--out FILE]

The landmarker looks at renders of the neutral bald head from several sides; each point it finds is a ray, and a mesh
point is put where those rays, nearly frontal ones counting most, meet the skin.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from core.align.face import find_landmarks
from engine_bridge.engines.embedded.engine import EmbeddedEngine
from engine_bridge.engines.embedded.mesh import SKIN, HeadLevel, load_asset
from engine_bridge.engines.embedded.morph import Morpher
from engine_bridge.engines.embedded.view import view_of
from engine_bridge.errors import FaceBridgeError
from engine_bridge.scene import Scene
from engine_bridge.truth import POINTS

OUT = Path(__file__).parents[1] / "engine_bridge/engines/embedded/data/mesh_points.npz"
YAWS_DEG = (0.0, -12.0, 12.0, -24.0, 24.0)
IMAGE_PX = 512
FACING = 0.08  # least cosine between a triangle's normal and the way to the camera


def hits(seen: np.ndarray, corner: np.ndarray, facing: np.ndarray, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For pixel positions (P, 2) the front-most triangle, or the nearest one, and barycentric weights (P, 3)."""
    a, b, c = corner[:, 0], corner[:, 1], corner[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    usable = facing & (np.abs(area) > 1e-9)
    chosen, weights = np.zeros(len(seen), int), np.zeros((len(seen), 3))
    for k, p in enumerate(seen):
        w1 = ((p[0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (p[1] - a[:, 1]) * (c[:, 0] - a[:, 0])) / np.where(
            usable, area, 1
        )
        w2 = ((b[:, 0] - a[:, 0]) * (p[1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (p[0] - a[:, 0])) / np.where(
            usable, area, 1
        )
        share = np.stack([1 - w1 - w2, w1, w2], 1)
        inside = usable & (share > -1e-6).all(1)
        if inside.any():
            chosen[k] = np.flatnonzero(inside)[np.argmin(depth[inside])]
        else:
            away = np.where(usable, np.hypot(*(corner.mean(1) - p).T), np.inf)
            chosen[k] = int(np.argmin(away))
        weights[k] = np.clip(share[chosen[k]], 0, 1)
        weights[k] /= weights[k].sum()
    return chosen, weights


def build() -> bytes:
    """The table's bytes."""
    engine = EmbeddedEngine()
    schema = engine.schema
    bald = schema.choice_vector({**schema.choice_mapping(schema.default_choices), "hair.style": "bald"})[None]
    asset = load_asset()
    level = HeadLevel(asset, refined=False)
    rest = np.asarray(level.smooth @ Morpher(asset).neutral)
    triangles = level.triangles(SKIN)
    normal = np.cross(rest[triangles[:, 1]] - rest[triangles[:, 0]], rest[triangles[:, 2]] - rest[triangles[:, 0]])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    middle = rest[triangles].mean(1)
    places, trust = np.zeros((POINTS, 3)), np.zeros((POINTS, 1))
    for yaw in YAWS_DEG:
        scene = Scene(yaw_deg=yaw)
        view = view_of(scene)
        picture = engine.render_scene(schema.defaults[None], bald, IMAGE_PX, scene, ()).images[0]
        (found,) = find_landmarks([np.ascontiguousarray(picture)])
        if isinstance(found, FaceBridgeError):
            raise SystemExit(f"No landmarks at a yaw of {yaw:g} degrees: {found}")
        clip = np.concatenate([rest, np.ones((len(rest), 1))], 1) @ view.camera.T.astype(float)
        on_screen = (clip[:, :2] / clip[:, 3:4] * [0.5, -0.5] + 0.5) * IMAGE_PX
        towards = np.array(view.eye) - middle
        cosine = (normal * towards).sum(1) / np.linalg.norm(towards, axis=1)
        chosen, share = hits(found[:POINTS, :2], on_screen[triangles], cosine > FACING, clip[triangles, 3].mean(1))
        place = np.einsum("pk,pkc->pc", share, rest[triangles[chosen]])
        sure = np.clip(cosine[chosen], 0.05, 1.0)[:, None] ** 2
        places, trust = places + sure * place, trust + sure
    places /= trust
    corners, weights = np.zeros((POINTS, 3), int), np.zeros((POINTS, 3))
    front = np.flatnonzero(normal[:, 2] > -0.2)
    for k, p in enumerate(places):
        near = front[np.argsort(np.linalg.norm(middle[front] - p, axis=1))[:24]]
        best = np.inf
        for t in near:
            a, b, c = rest[triangles[t]]
            basis = np.stack([b - a, c - a], 1)
            uv = np.clip(np.linalg.lstsq(basis, p - a, rcond=None)[0], 0, 1)
            uv = uv / max(uv.sum(), 1.0)
            distance = float(np.linalg.norm(a + basis @ uv - p))
            if distance < best:
                best, corners[k], weights[k] = distance, triangles[t], (1 - uv.sum(), *uv)
    arrays = {"corners": corners.astype(np.uint16), "weights": np.round(weights * 65535).astype(np.uint16)}
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
    print(f"{args.out}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
