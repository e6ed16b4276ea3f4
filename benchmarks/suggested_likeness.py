"""How much likeness the character can carry: the likeness of parameters suggested by a linear map, drawn by the engine.

    python benchmarks/suggested_likeness.py --run DIR --photo-cache DIR [--sface ONNX] [--per-person 6] [--held-out 41]

`--run` is a run folder of `facebridge train` after its constants stage, `--photo-cache` the aligned photos of its
reconstructor stage. The suggestions (core.train.suggestions) are what E, D and R are taught; the figures are those of
`facebridge evaluate` on the people that training holds out, so the two can be put side by side.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from core import threads


def main() -> int:
    """Measure and print the figures by name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--photo-cache", type=Path, required=True)
    parser.add_argument("--sface", type=Path, default=None)
    parser.add_argument("--per-person", type=int, default=6)
    parser.add_argument("--held-out", type=int, default=41)
    args = parser.parse_args()
    threads.configure(max(1, threads.cores() - 1))
    from core.align.cache import PhotoCache
    from core.evaluate.likeness import describe_faces, measure_likeness
    from core.evaluate.sface import SFace
    from core.train.photos import Photos
    from core.train.results import load_result, load_schema
    from core.train.suggestions import FaceFeatures
    from engine_bridge.session import EngineSession

    sface, schema = SFace.load(args.sface), load_schema(args.run)
    cache = PhotoCache.open(args.photo_cache)
    photos = Photos(cache, args.held_out)
    seen, _ = load_result(args.run, "render-features", schema)
    inputs = seen.pop("inputs")
    found = photos.suggest(inputs, FaceFeatures(**seen))
    rows = np.concatenate([np.flatnonzero(photos.people == p)[: args.per_person] for p in photos.held_out_people])
    reach = np.maximum(schema.maximum - schema.defaults, schema.defaults - schema.minimum)
    parameters = schema.defaults + found.parameters.numpy()[rows] * reach
    parameters = np.clip(parameters, schema.minimum, schema.maximum).astype(np.float32)
    with EngineSession.start("embedded", image_px=256) as session:
        renders = np.concatenate(
            [session.render(parameters[i : i + 16], None, deadline_s=120.0) for i in range(0, len(rows), 16)]
        )
    aligned = describe_faces(np.array(cache.images[rows]), sface, np.array(cache.points[rows]))
    likeness = measure_likeness(aligned, describe_faces(renders, sface), photos.people[rows])
    print(f"suggestions explain {found.explained:.3f} of the parameters of renders (ridge {found.ridge:g})")
    for name, value in likeness.as_dict().items():
        print(f"{name:<26}{value:.3f}" if isinstance(value, float) else f"{name:<26}{value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
