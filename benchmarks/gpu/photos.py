"""Packs the aligned photos of a cache as WebP, one subfolder a person: small enough to carry to another machine.

    python -m benchmarks.gpu.photos CACHE OUT [--quality 80]

3,500 photos of 256 px take about 26 MB. There they are aligned once more, which moves them by a fraction of a pixel.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import numpy as np
from PIL import Image

from core.align.cache import PhotoCache
from core.files import write_atomically


def pack(cache: PhotoCache, out: Path, quality: int = 80) -> int:
    """Write every photo of the cache below `out`; the bytes of all."""
    total = 0
    for row, name in enumerate(cache.photos):
        buffer = io.BytesIO()
        Image.fromarray(np.array(cache.images[row])).save(buffer, "WEBP", quality=quality, method=6)
        # The row keeps two photos apart that differ in their suffix only.
        write_atomically((out / name).with_suffix(f".{row}.webp"), buffer.getvalue())
        total += buffer.tell()
    return total


def main(argv: list[str] | None = None) -> int:
    """Pack a cache."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("cache", type=Path, help="folder of aligned photos, as a training leaves in OUT/photos")
    parser.add_argument("out", type=Path)
    parser.add_argument("--quality", type=int, default=80)
    args = parser.parse_args(argv)
    cache = PhotoCache.open(args.cache)
    total = pack(cache, args.out, args.quality)
    print(f"{len(cache.photos)} photos of {len(cache.people)} people lie in {args.out}, {total / 1e6:.1f} MB.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
