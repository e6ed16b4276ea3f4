"""What each step beyond the paper is worth: the figures of held-out people, one row a variant of the import.

    python benchmarks/beyond_paper.py --run DIR --photo-cache DIR --labels CSV [--bundle B] [--sface ONNX]
        [--refine-steps 20 50 150] [--every 3] [--only-refined] [--report JSON]

`--run` is a run folder of `facebridge train` after its constants stage, `--photo-cache` the aligned photos of its later
stages, `--labels` the table that its reader stage was given. Readers are fitted here, variant by variant, on the
people that training keeps; they are judged on up to six photos of each of the people it holds out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from core import threads

HEADING = ("variant", "closer", "rank 1", "rank 5", "verified", "renders", "siblings", "lightness", "colour", "PSNR")
PER_PERSON = 6
HELD_OUT = 41


def main() -> int:
    """Measure and print the table; exit code 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--photo-cache", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--bundle", type=Path, default=None)
    parser.add_argument("--sface", type=Path, default=None)
    parser.add_argument("--refine-steps", type=int, nargs="+", default=[20, 50, 150], help="one row for each")
    parser.add_argument("--every", type=int, default=3, help="every so manyth photo is refined (default: 3)")
    parser.add_argument("--only-refined", action="store_true", help="the shipped reader and refining only")
    parser.add_argument("--report", type=Path, default=None)
    args = parser.parse_args()
    threads.configure(max(1, threads.cores() - 1))
    from core.evaluate.sface import SFace
    from core.files import write_atomically

    sface, rows = SFace.load(args.sface), []
    print("| " + " | ".join(HEADING) + " |\n|" + "---|" * len(HEADING), flush=True)
    judge = Judge(args, sface)
    for row in judge.refined() if args.only_refined else judge.table():
        rows.append(row)
        print("| " + " | ".join(f"{v:.3f}" if isinstance(v, float) else str(v) for v in row) + " |", flush=True)
    if args.report is not None:
        write_atomically(args.report, json.dumps([dict(zip(HEADING, row, strict=True)) for row in rows]).encode())
    return 0


class Judge:
    """Held-out photos, described once, and an engine that draws every variant."""

    def __init__(self, args: argparse.Namespace, sface) -> None:
        import torch

        from core.align.cache import PhotoCache
        from core.archetypes import load_archetypes, shipped_archetypes
        from core.bundle import Bundle
        from core.evaluate.likeness import describe_faces
        from core.train.labels import read_labels
        from core.train.photos import Photos
        from core.train.reader import People, photo_features, render_features

        self.bundle, self.sface = Bundle.load(args.bundle), sface
        self.steps, self.every = sorted(args.refine_steps), args.every
        self.schema = self.bundle.schema
        cache = PhotoCache.open(args.photo_cache)
        photos = Photos(cache, HELD_OUT)
        self.rows = np.concatenate([np.flatnonzero(photos.people == p)[:PER_PERSON] for p in photos.held_out_people])
        self.identity = photos.people[self.rows]
        self.images, self.points = np.array(cache.images[self.rows]), np.array(cache.points[self.rows])
        self.seen = describe_faces(self.images, sface, self.points)
        path = shipped_archetypes(self.schema.character)
        assert path is not None
        self.archetypes = load_archetypes(path, self.schema)
        group, options = read_labels(args.labels, cache.people, self.archetypes.groups, self.schema)
        train = np.ones(len(photos.people), bool)
        train[photos.held_out_rows] = False
        self.people = People(
            photos.people, train, group[photos.people], {k: v[photos.people] for k, v in options.items()}
        )
        self.photos = photo_features(cache)
        self.held = self.photos.rows(torch.from_numpy(self.rows))
        self.inputs, self.renders = render_features(args.run, self.schema)

    def table(self) -> Iterator[tuple[str | float, ...]]:
        """Rows of HEADING, variant by variant."""
        from core.train.reader import ReaderConfig

        encoded = self._encoded()
        yield self._row("the paper's E, D and R", encoded)
        plain = {"embedding_share": 1.0, "geometry_share": 1.0, "ridge": 300.0, "gain": 1.0, "asymmetry": 1.0}
        steps: list[tuple[str, dict[str, float], bool]] = [
            ("a linear reader of frozen features instead", {}, False),
            ("+ embedding counts double, geometry half", {"embedding_share": 2.0, "geometry_share": 0.5}, False),
            ("+ stronger ridge", {"ridge": 1_000.0}, False),
            ("+ archetypes of two groups", {}, True),
            ("+ gain 0.8", {"gain": 0.8}, True),
            ("+ a third of the asymmetry: as shipped", {"asymmetry": 0.35}, True),
        ]
        found = encoded
        for name, change, grouped in steps:
            plain |= change
            reading = self._reader(ReaderConfig(**plain), grouped)(self.held)  # type: ignore[arg-type]
            found = reading.parameters.numpy()
            yield self._row(name, found)
        choices = np.tile(self.schema.default_choices, (len(found), 1))
        for number, scores in reading.choices.items():
            choices[:, number] = scores.argmax(1).numpy()
        yield self._row("the same, drawn with the choices read", found, choices)
        yield self._row("mean of the reader and of E, D and R", 0.5 * (found + encoded))
        yield self._row("mean of the photo and of its mirror image", 0.5 * (found + self._mirrored()))
        yield from self.refined()

    def refined(self) -> Iterator[tuple[str | float, ...]]:
        """Rows of every so manyth photo: the shipped reader, then after searches of so many steps."""
        import torch

        with torch.no_grad():
            found = self.bundle.reader(self.held).parameters.numpy()
        few = np.arange(0, len(found), self.every)
        yield self._row(f"{len(few)} photos, as shipped", found, of=few)
        for steps, refined in self._refined(few).items():
            yield self._row(f"  refined by {steps} steps", refined, of=few)

    def _reader(self, config, grouped: bool) -> Callable:
        from core.archetypes import neutral_archetype
        from core.train.reader import People, fit_reader

        archetypes, people = self.archetypes, self.people
        if not grouped:
            archetypes = neutral_archetype(self.schema)
            people = People(people.identity, people.train, np.zeros(len(people.identity), np.int64), {})
        reader, _ = fit_reader(self.renders, self.inputs, self.photos, people, archetypes, self.schema, config)
        return reader

    def _encoded(self):
        import torch

        found = []
        with torch.no_grad():
            for at in range(0, len(self.images), 8):
                pixels = torch.from_numpy(self.images[at : at + 8]).permute(0, 3, 1, 2).float() / 255
                found.append(self.bundle.imitator.normalise(self.bundle.reconstructor(pixels)))
        return torch.cat(found).numpy()

    def _mirrored(self):
        """What the shipped reader says of the photos' mirror images, mirrored back."""
        import torch

        from core.align.face import find_landmarks
        from core.perception.features import face_features
        from core.perception.geometry import LandmarkNet
        from core.perception.identity import IdentityNet
        from engine_bridge.errors import InputError

        net, identity_net = LandmarkNet.load(), IdentityNet.load()
        index = {name: number for number, name in enumerate(self.schema.names)}
        partner = [index[p.mirror] if p.mirror else n for n, p in enumerate(self.schema.parameters)]
        sign = np.array(
            [
                -1.0 if p.name.startswith("asymmetry.") or p.name.endswith(".shift") else 1.0
                for p in self.schema.parameters
            ]
        )
        rows = []
        for image, points in zip(self.images, self.points, strict=True):
            flipped = np.ascontiguousarray(image[:, ::-1])
            landmarks = find_landmarks([flipped], net)[0]
            if isinstance(landmarks, InputError):  # found in the photo itself, at least
                flipped, landmarks = image, points
            pixels = torch.from_numpy(flipped).permute(2, 0, 1)[None].float() / 255
            faces = face_features(pixels, torch.from_numpy(landmarks)[None], net, identity_net)
            rows.append(self.bundle.reader(faces).parameters[0].numpy()[partner] * sign)
        return np.array(rows, np.float32)

    def _refined(self, few) -> dict[int, np.ndarray]:
        """Steps -> (N, P), of which the rows `few` are refined and the others empty."""
        import torch

        from core.evaluate.progress import with_bar
        from core.perception.geometry import LandmarkNet
        from core.perception.identity import IdentityNet
        from core.refine import RefineConfig, Refiner

        refiner = Refiner(self.bundle, LandmarkNet.load(), IdentityNet.load())
        found = {steps: np.zeros((len(self.rows), self.schema.count), np.float32) for steps in self.steps}

        def search(tell) -> None:
            for done, row in enumerate(few, 1):
                one = self.held.rows(torch.tensor([row]))
                for steps in self.steps:
                    found[steps][row] = refiner.refine(one, config=RefineConfig(steps=steps)).parameters.numpy()
                tell(done, len(few))

        with_bar("refine", search, "photo")
        return found

    def _row(self, name: str, half_range, choices=None, of=None) -> tuple[str | float, ...]:
        import torch

        from core.evaluate.likeness import Faces, describe_faces
        from core.evaluate.people import measure_people, psnr_db
        from engine_bridge.session import EngineSession

        kept = np.arange(len(self.rows)) if of is None else of
        low, high, default = self.schema.minimum, self.schema.maximum, self.schema.defaults
        vectors = default + half_range[kept] * np.maximum(high - default, default - low)
        vectors = np.clip(vectors, low, high).astype(np.float32)
        renders, nearness = [], []
        with EngineSession.start("embedded", image_px=256) as session, torch.no_grad():
            for at in range(0, len(kept), 16):
                part = slice(at, at + 16)
                renders.append(session.render(vectors[part], None if choices is None else choices[kept][part]))
                drawn = (self.bundle.imitator(torch.from_numpy(vectors[part])) * 255).round().byte().permute(0, 2, 3, 1)
                nearness += [psnr_db(*pair) for pair in zip(drawn.numpy(), renders[-1], strict=True)]
        seen = Faces(**{key: value[kept] for key, value in vars(self.seen).items()})
        found = measure_people(
            seen, describe_faces(np.concatenate(renders), self.sface), vectors, self.identity[kept], np.array(nearness)
        )
        verified = found.verification
        return (
            name,
            found.likeness.closer_share,
            found.retrieval.rank_1,
            found.retrieval.rank_5,
            verified.parameters if verified else float("nan"),
            verified.renders if verified else float("nan"),
            found.likeness.render_cosine,
            found.likeness.lightness_correlation,
            found.skin_difference,
            float("nan") if choices is not None else found.imitator_psnr_db,
        )


if __name__ == "__main__":
    sys.exit(main())
