"""Photos imported, drawn and described, part by part: for instruments that look at many photos and keep few numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from core.bundle import FILES, SHIPPED
from core.evaluate.likeness import Faces, describe_faces
from core.evaluate.npz import read_npz, write_npz
from core.evaluate.progress import Tell
from core.evaluate.sface import SFace
from core.files import write_atomically
from core.reconstruct import Reconstruction, Reconstructor
from engine_bridge.errors import DatasetError, InputError
from engine_bridge.session import EngineSession

FORMAT = "facebridge-described 1"
PART_PHOTOS = 64
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
_FACES = ("embeddings", "cheeks", "found", "points")

Pixels = NDArray[np.uint8]
Picture = bytes | Pixels
"""An encoded photo, or (H,W,3) uint8 RGB."""


@dataclass(frozen=True)
class Described:
    """N photos in order of their names, the characters they were imported to, and what is to be seen of both.

    parameters (N,P) float32, choices (N,C) uint8. `photos` describes the aligned photos and `renders` the engine's
    pictures of the characters; without SFace and engine neither has a face. `skipped` says of every photo that could
    not be imported why not.
    """

    names: tuple[str, ...]
    parameters: NDArray[np.float32]
    choices: NDArray[np.uint8]
    photos: Faces
    renders: Faces
    skipped: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def identity(self) -> NDArray[np.int64]:
        """(N,) number of the person of each photo: the folder it lies in."""
        folders = [Path(name).parent.as_posix() for name in self.names]
        return np.unique(folders, return_inverse=True)[1].astype(np.int64)


class Describer:
    """Imports pictures, draws the characters and describes both. Without `sface` and `session` it only imports."""

    def __init__(self, reconstructor: Reconstructor, sface: SFace | None, session: EngineSession | None) -> None:
        self.reconstructor = reconstructor
        self.sface = sface
        self.session = session

    def pictures(self, names: Sequence[str], pictures: Sequence[Picture], photos: bool = True) -> Described:
        """Describe pictures; `photos` says whether the aligned photos are looked at too. Raises EngineError."""
        skipped: dict[str, str] = {}
        good: dict[str, Reconstruction] = {}
        for name, picture in zip(names, pictures, strict=True):
            encoded = isinstance(picture, bytes)
            result = next(self.reconstructor.files([picture]) if encoded else self.reconstructor.photos([picture]))
            if isinstance(result, InputError):
                skipped[name] = str(result)
            else:
                good[name] = result
        schema = self.reconstructor.schema
        found = list(good.values())
        parameters = np.array([result.parameters for result in found], np.float32).reshape(-1, schema.count)
        choices = np.array([result.choices for result in found], np.uint8).reshape(-1, len(schema.choices))
        nothing = empty_faces(len(found))
        if self.sface is None or self.session is None or not found:
            return Described(tuple(good), parameters, choices, nothing, nothing, skipped)
        seen = describe_faces([result.aligned for result in found], self.sface) if photos else nothing
        drawn = describe_faces(self.session.render(parameters, choices), self.sface)
        return Described(tuple(good), parameters, choices, seen, drawn, skipped)

    def folder(self, root: Path, names: Sequence[str], cache: Path | None, key: str, tell: Tell) -> Described:
        """Describe the photos `root`/name; finished parts are kept in `cache`, from which the same call goes on.

        `key` says which bundle this is (`fingerprint`). DatasetError when the cache holds something else.
        """
        if not names:
            raise InputError(f"{root} holds no photos of the expected layout; give a folder that does.")
        if cache is not None:
            drawn = self.sface is not None and self.session is not None
            _claim(cache, {"format": FORMAT, "bundle": key, "drawn": drawn, "names": _digest("\n".join(names))})
        parts: list[Described] = []
        for number, start in enumerate(range(0, len(names), PART_PHOTOS)):
            chosen = names[start : start + PART_PHOTOS]
            path = None if cache is None else cache / f"part-{number:05d}.npz"
            if path is not None and path.exists():
                parts.append(_read(path))
            else:
                parts.append(self._part(root, chosen, lambda done, at=start: tell(at + done, len(names))))
                if path is not None:
                    _write(path, parts[-1])
            tell(start + len(chosen), len(names))
        return joined(parts)

    def _part(self, root: Path, names: Sequence[str], tell: Callable[[int], None]) -> Described:
        done: list[Described] = []
        for start in range(0, len(names), 8):
            chosen = names[start : start + 8]
            try:
                done.append(self.pictures(chosen, [(root / name).read_bytes() for name in chosen]))
            except OSError as error:
                raise InputError(f"A photo in {root} cannot be read: {error}; give a folder that can.") from error
            tell(start + len(chosen))
        return joined(done)


def photos_of_people(root: Path, per_person: int | None = None) -> tuple[str, ...]:
    """Paths person/photo below `root`, sorted; of each person the first `per_person`. InputError without any."""
    found: list[str] = []
    for person in sorted(path for path in root.iterdir() if path.is_dir()):
        photos = sorted(path for path in person.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
        found += [path.relative_to(root).as_posix() for path in photos[:per_person]]
    if not found:
        raise InputError(f"{root} holds no photos; expected one subfolder a person with pictures in it.")
    return tuple(found)


def fingerprint(bundle: Path | None) -> str:
    """SHA-256 of all files of a bundle's folder but its card, which may be rewritten with figures."""
    folder = SHIPPED if bundle is None else bundle
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.is_file() and path.name != FILES[0]):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def empty_faces(count: int) -> Faces:
    """Faces that were not looked for."""
    return Faces(
        np.zeros((count, 128), np.float32),
        np.full((count, 3), np.nan, np.float32),
        np.zeros(count, bool),
        np.full((count, 478, 3), np.nan, np.float32),
    )


def joined(parts: Sequence[Described]) -> Described:
    """Several in one, in order."""

    def faces(which: str) -> Faces:
        each: list[Faces] = [getattr(part, which) for part in parts]
        return Faces(*(np.concatenate([getattr(faces, name) for faces in each]) for name in _FACES))

    return Described(
        tuple(name for part in parts for name in part.names),
        np.concatenate([part.parameters for part in parts]),
        np.concatenate([part.choices for part in parts]),
        faces("photos"),
        faces("renders"),
        {name: why for part in parts for name, why in part.skipped.items()},
    )


def _claim(cache: Path, plan: dict[str, Any]) -> None:
    """Write the plan into a new folder, or check that the folder's plan is this one."""
    path = cache / "plan.json"
    if not path.exists():
        write_atomically(path, json.dumps(plan).encode())
        return
    try:
        known: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"The cache's {path} cannot be read ({error}); give another --cache.") from error
    # What was drawn as well serves those who only import.
    if known not in (plan, {**plan, "drawn": True}):
        raise DatasetError(
            f"{cache} was made with another bundle, of other photos or without renders; give another --cache."
        )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _write(path: Path, part: Described) -> None:
    faces = {
        f"{which}_{name}": getattr(getattr(part, which), name) for which in ("photos", "renders") for name in _FACES
    }
    write_npz(
        path,
        names=np.array(part.names, dtype=np.str_),
        parameters=part.parameters,
        choices=part.choices,
        skipped=np.array(json.dumps(part.skipped)),
        **faces,
    )


def _read(path: Path) -> Described:
    try:
        saved = read_npz(path)
        seen, drawn = (Faces(*(saved[f"{which}_{name}"] for name in _FACES)) for which in ("photos", "renders"))
        skipped = cast("dict[str, str]", json.loads(str(saved["skipped"])))
        names = tuple(saved["names"].tolist())
        return Described(names, saved["parameters"], saved["choices"], seen, drawn, skipped)
    except (ValueError, KeyError) as error:
        raise DatasetError(f"{path} cannot be read ({error}); delete it and measure again.") from error
