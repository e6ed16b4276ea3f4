"""Aligns a folder of photos once, for training: one subfolder a person, results as memory-mapped arrays.

A folder without subfolders will do too: then nobody is known twice, and every photo is a person of its own.

Work is done in parts of 256 photos, each written whole under a temporary name and renamed, so a killed run resumes
where it was. `cache.json` is written last: a folder that has it is complete.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from core.align.face import AlignedFace, align_photos, check_template
from core.align.parts import ALWAYS, PHOTO_BYTES, STORED, join_parts, write_part
from core.align.quality import Quality, QualityLimits, counted, sharpness
from core.files import write_atomically
from core.perception.geometry import LandmarkNet, points5
from core.perception.identity import IdentityNet, face_chips
from core.photo import read_photo
from core.room import require_room
from engine_bridge.errors import DatasetError, InputError

FORMAT, VERSION = "facebridge-photo-cache", 1
_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
_PART_PHOTOS = 256
_BATCH_PHOTOS = 16


@dataclass(frozen=True)
class PhotoCache:
    """Aligned photos, N of them, of len(people) people; every array is read-only and memory-mapped.

    images (N,256,256,3) uint8; points (N,478,3) aligned px; identity (N,) int32 index into `people`; embeddings
    (N,128) F_id of the aligned image; geometry (N,468,3) cm, pose removed; blendshapes (N,52); yaw (N,) degrees.
    `photos` are paths below the source folder; `skipped` says why a photo was left out. face_px, presence and sharpness
    (N,) say how good a photo is (`core.align.quality`); None in a cache from before they were measured.
    """

    images: NDArray[np.uint8]
    points: NDArray[np.float32]
    identity: NDArray[np.int32]
    embeddings: NDArray[np.float32]
    geometry: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    yaw: NDArray[np.float32]
    template: NDArray[np.float32]
    people: tuple[str, ...]
    photos: tuple[str, ...]
    skipped: dict[str, str]
    face_px: NDArray[np.float32] | None = None
    presence: NDArray[np.float32] | None = None
    sharpness: NDArray[np.float32] | None = None

    @property
    def identities(self) -> bool:
        """Whether photos lie in one subfolder a person, so that two can be known to show the same one."""
        return any("/" in photo for photo in self.photos)

    def quality(self) -> Quality:
        """What is known of the photos' quality; the sharpness is measured now where the cache does not know it."""
        known = sharpness(self.images) if self.sharpness is None else np.asarray(self.sharpness)
        return Quality(known, np.asarray(self.yaw), self.face_px, self.presence)

    @classmethod
    def open(cls, folder: Path) -> PhotoCache:
        """Opens a finished cache; DatasetError when it is missing, unfinished or of another version."""
        try:
            card = json.loads((folder / "cache.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DatasetError(f"{folder} holds no finished photo cache ({error}); run the alignment again.") from error
        if card.get("format") != FORMAT or card.get("version") != VERSION:
            raise DatasetError(
                f"{folder} holds a {card.get('format')} of version {card.get('version')}, but {FORMAT} {VERSION} is "
                "expected; align the photos again into a new folder."
            )
        arrays = {
            name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in STORED
            if name in ALWAYS or (folder / f"{name}.npy").exists()
        }
        template = np.asarray(card["template"], np.float32)
        return cls(
            **arrays,
            template=template,
            people=tuple(card["people"]),
            photos=tuple(card["photos"]),
            skipped=card["skipped"],
        )


def build_cache(
    source: Path,
    out: Path,
    template: ArrayLike,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> PhotoCache:
    """Aligns `source`/<person>/<photo> into `out` and opens the result; a second call resumes or just opens it.

    Where no subfolder holds photos, those in `source` itself are taken.
    `template` (5,2) is in 256-px coordinates (`template_from_render`). Photos that cannot be used are left out and
    listed with the reason. `threads` pictures are worked on at once, each by one thread. `progress(done, total)`.
    DatasetError when `source` has no photos, none that can be used, or `out` was made from other photos or another
    template; InputError when the disk has no room.
    """
    photos = _listed(source, "*/*") or _listed(source, "*")
    if not photos:
        raise DatasetError(f"{source} holds no photos; expected one subfolder a person with pictures in it.")
    points = check_template(template)
    plan = {"format": FORMAT, "version": VERSION, "template": points.tolist(), "photos": photos}
    out.mkdir(parents=True, exist_ok=True)
    _claim(out, plan)
    if not (out / "cache.json").exists():
        missing = sum(len(part) for name, part in _parts(photos) if not (out / name).exists())
        # Parts and the arrays that they are joined to lie there together for a moment.
        require_room(out, (missing + len(photos)) * PHOTO_BYTES, "The aligned photos", "give another folder for them")
        people = sorted({Path(photo).parts[0] for photo in photos})
        _run_parts(source, out, photos, people, points, threads, progress)
        _join_parts(out, photos, people, points)
    return PhotoCache.open(out)


def _listed(source: Path, pattern: str) -> list[str]:
    """Photos of a pattern below `source`, as sorted relative paths."""
    return sorted(
        path.relative_to(source).as_posix()
        for path in source.glob(pattern)
        if path.suffix.lower() in _SUFFIXES and path.is_file()
    )


def _claim(out: Path, plan: dict[str, Any]) -> None:
    """Writes the plan into a new folder, or checks that the folder's plan is this one."""
    path = out / "plan.json"
    if not path.exists():
        write_atomically(path, json.dumps(plan).encode())
        return
    known = json.loads(path.read_text(encoding="utf-8"))
    different = [key for key in plan if known.get(key) != plan[key]]
    if different:
        raise DatasetError(
            f"{out} was made with another {' and '.join(different)}; choose another folder or delete this one."
        )


def _parts(photos: list[str]) -> Iterator[tuple[str, list[str]]]:
    for number, start in enumerate(range(0, len(photos), _PART_PHOTOS)):
        yield f"photos-{number:05d}.npz", photos[start : start + _PART_PHOTOS]


def _run_parts(
    source: Path,
    out: Path,
    photos: list[str],
    people: list[str],
    template: NDArray[np.float32],
    threads: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Aligns every batch that no finished part holds yet; threads work on different batches of one part."""
    net, identity_net = LandmarkNet.load(), IdentityNet.load()
    index = {person: number for number, person in enumerate(people)}
    done = 0

    def work(batch: list[str]) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
        return _batch(source, batch, index, template, net, identity_net)

    with ThreadPoolExecutor(threads, initializer=_one_thread) as pool:
        for name, part in _parts(photos):
            if not (out / name).exists():
                batches = [part[at : at + _BATCH_PHOTOS] for at in range(0, len(part), _BATCH_PHOTOS)]
                results: list[tuple[dict[str, NDArray[Any]], dict[str, str]]] = []
                for result in pool.map(work, batches):
                    results.append(result)
                    if progress is not None:
                        progress(min(done + len(results) * _BATCH_PHOTOS, done + len(part)), len(photos))
                write_part(out / name, results)
            done += len(part)
            if progress is not None:
                progress(done, len(photos))


def _one_thread() -> None:
    """A worker thread computes alone: the pool, not torch, decides how many cores are used."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


@torch.inference_mode()
def _batch(
    source: Path,
    names: list[str],
    people: dict[str, int],
    template: NDArray[np.float32],
    net: LandmarkNet,
    identity_net: IdentityNet,
) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Arrays of the usable photos of one batch (with "order", their names), and why the others are left out."""
    skipped: dict[str, str] = {}
    pictures: dict[str, NDArray[np.uint8]] = {}
    for name in names:
        try:
            pictures[name] = read_photo((source / name).read_bytes()).rgb
        except (InputError, OSError) as error:
            skipped[name] = str(error)
    aligned: dict[str, AlignedFace] = {}
    for name, result in zip(pictures, align_photos(list(pictures.values()), template, net), strict=True):
        if isinstance(result, AlignedFace):
            aligned[name] = result
        else:
            skipped[name] = str(result)
    arrays: dict[str, NDArray[Any]] = {
        key: np.zeros((len(aligned), *shape), dtype) for key, (shape, dtype) in STORED.items()
    }
    arrays["order"] = np.array(list(aligned), dtype=np.str_)
    if aligned:
        faces = list(aligned.values())
        arrays["images"] = np.stack([face.image for face in faces])
        arrays["points"] = np.stack([face.points478 for face in faces])
        arrays["identity"] = np.array([people[Path(name).parts[0]] for name in aligned], "<i4")
        arrays["yaw"] = np.array([face.yaw_degrees for face in faces], "<f4")
        arrays["face_px"] = np.array([face.size_px for face in faces], "<f4")
        arrays["presence"] = np.array([face.presence for face in faces], "<f4")
        arrays["sharpness"] = sharpness(arrays["images"])
        points = torch.from_numpy(arrays["points"])
        images = torch.from_numpy(arrays["images"]).permute(0, 3, 1, 2).float() / 255
        arrays["embeddings"] = identity_net(face_chips(images, points5(points))).numpy()
        arrays["geometry"] = net.canonical(points).numpy()
        arrays["blendshapes"] = net.blendshapes(points).numpy()
    return arrays, skipped


def _join_parts(out: Path, photos: list[str], people: list[str], template: NDArray[np.float32]) -> None:
    """Puts the parts into one array file each, then the card, then deletes the parts."""
    joined = join_parts(out, [out / name for name, _ in _parts(photos)])
    quality = Quality(*(joined.measured[name] for name in ("sharpness", "yaw", "face_px", "presence")))
    card = {
        "format": FORMAT,
        "version": VERSION,
        "template": template.tolist(),
        "people": people,
        "photos": joined.names,
        "skipped": joined.skipped,
        "below_usual_quality": counted(quality.faults(QualityLimits())),
    }
    write_atomically(out / "cache.json", json.dumps(card, indent=1).encode())
    for path in out.glob("p*-?????.npz"):  # also those of a version that measured less
        path.unlink()
