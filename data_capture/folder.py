"""A dataset's folder: what it was captured from (dataset.json, schema.json), and the refusal to mix two captures."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, cast

from data_capture.durable import TEMPORARY_SUFFIX, write_whole
from data_capture.faces import KnownFaces, known_faces, read_faces
from engine_bridge.errors import DatasetError, InputError, SchemaError
from engine_bridge.schema import CharacterSchema

DATASET = "dataset.json"
SCHEMA = "schema.json"
FACES = "faces.npz"
FORMAT = "facebridge-dataset"
VERSION = 1
SHARD_SAMPLES = 1000
# Left free on the disk beyond the next shard: logs, the manifest, and whatever else lives there.
DISK_RESERVE_BYTES = 64 << 20

_WORDS = {
    "engine_version": "engine version",
    "schema_hash": "character schema",
    "image_px": "image size in pixels",
    "shard_samples": "number of samples a shard",
    "faces": "file of known faces (SHA-256)",
}


@dataclass(frozen=True)
class DatasetInfo:
    """Everything that decides a dataset's content, save for how many samples there are."""

    engine: str
    engine_version: str
    character: str
    schema_hash: str
    seed: int
    sampling: str
    choices: str
    image_px: int
    shard_samples: int = SHARD_SAMPLES
    faces: str = ""  # SHA-256 of faces.npz when the sampling is around known faces

    def to_json(self) -> bytes:
        """The content of dataset.json."""
        return json.dumps({"format": FORMAT, "version": VERSION, **asdict(self)}, indent=2).encode("utf-8") + b"\n"

    def refuse_difference(self, folder: Path, asked: Mapping[str, object]) -> None:
        """Raise DatasetError when a capture asked for something else than what the folder already holds."""
        for name, value in asked.items():
            held = getattr(self, name)
            if held != value:
                raise DatasetError(
                    f"{folder} holds a dataset whose {_WORDS.get(name, name)} is {held}, "
                    f"this capture asks for {value}; "
                    "choose another folder, or ask for what is there."
                )


def read_info(folder: Path) -> DatasetInfo | None:
    """What the folder was captured from, None when it holds no dataset; raises DatasetError when it cannot be read."""
    path = folder / DATASET
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        value = json.loads(data.decode("utf-8"))
        if not isinstance(value, dict):
            raise ValueError("it is not a JSON object")
        document = cast("dict[str, Any]", value)
        if document.get("format") != FORMAT or document.get("version") != VERSION:
            raise ValueError(f"it is not a {FORMAT} of version {VERSION}")
        document.setdefault("faces", "")  # written since samplings around faces exist
        values = {field.name: document[field.name] for field in fields(DatasetInfo)}
        for field in fields(DatasetInfo):
            if type(values[field.name]).__name__ != field.type:
                raise ValueError(f"'{field.name}' is {values[field.name]!r}")
        return DatasetInfo(**values)
    except KeyError as error:
        raise DatasetError(f"{path} has no {error}; it was not written by a capture, choose another folder.") from error
    except ValueError as error:
        raise DatasetError(f"{path} cannot be read ({error}); choose another folder.") from error


def read_schema(folder: Path, info: DatasetInfo) -> CharacterSchema:
    """The character's schema; raises DatasetError when schema.json is missing or not the one dataset.json names."""
    try:
        schema = CharacterSchema.from_json((folder / SCHEMA).read_bytes())
    except (OSError, SchemaError) as error:
        raise DatasetError(f"{folder / SCHEMA} cannot be read ({error}).") from error
    if schema.hash != info.schema_hash:
        raise DatasetError(
            f"{folder / SCHEMA} has hash {schema.hash[:12]}, {DATASET} expects {info.schema_hash[:12]}; "
            "restore the file that the capture wrote."
        )
    return schema


def read_known_faces(folder: Path, info: DatasetInfo, schema: CharacterSchema) -> KnownFaces | None:
    """The faces that the dataset is sampled around, None for other samplings; DatasetError when they are not those."""
    if info.sampling != "faces":
        return None
    try:
        faces = known_faces(read_faces(folder / FACES), str(folder / FACES), schema)
    except InputError as error:
        raise DatasetError(str(error)) from error
    if faces.sha256 != info.faces:
        raise DatasetError(
            f"{folder / FACES} has SHA-256 {faces.sha256[:12]}, {DATASET} expects {info.faces[:12]}; "
            "restore the file that the capture wrote."
        )
    return faces


def create_dataset(folder: Path, info: DatasetInfo, schema: CharacterSchema, faces: bytes | None = None) -> None:
    """Write known faces if there are any, schema.json, then dataset.json: the last is the proof that all is whole."""
    if faces is not None:
        write_whole(folder / FACES, faces)
    write_whole(folder / SCHEMA, schema.to_json())
    write_whole(folder / DATASET, info.to_json())


def prepare_folder(folder: Path) -> None:
    """Make the folder; raises DatasetError when it holds other things, which a capture must not mix with."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strangers = [item.name for item in folder.iterdir() if not _is_ours(item.name)]
    except OSError as error:
        raise DatasetError(f"{folder} cannot be used as a dataset folder ({error}).") from error
    if strangers and read_info(folder) is None:
        raise DatasetError(
            f"{folder} is not empty and holds no dataset (there is '{sorted(strangers)[0]}'); choose another folder."
        )


def clear_leftovers(folder: Path) -> None:
    """Remove what a killed capture left half-written; call it only under the folder's lock."""
    for item in folder.glob(f"*{TEMPORARY_SUFFIX}"):
        if _is_ours(item.name):
            item.unlink()


def require_space(folder: Path, needed_bytes: int) -> None:
    """Raise DatasetError when the disk has no room for the next shard and the reserve."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + DISK_RESERVE_BYTES:
        raise disk_full(
            folder,
            f"{free / 1e6:.0f} MB are free, the next shard needs {needed_bytes / 1e6:.0f} MB and "
            f"{DISK_RESERVE_BYTES / 1e6:.0f} MB stay in reserve",
        )


def disk_full(folder: Path, why: str) -> DatasetError:
    """The error for a full disk: finished shards are safe, the same command goes on."""
    return DatasetError(
        f"The disk of {folder} is full ({why}); every finished shard is kept, "
        "free some space and run the same command again."
    )


def is_disk_full(error: OSError) -> bool:
    """Whether an error means that no more can be written: no space, a quota, or a file size limit."""
    return error.errno in {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def _is_ours(name: str) -> bool:
    stem = name.removesuffix(TEMPORARY_SUFFIX)
    return stem in {DATASET, SCHEMA, FACES, "manifest.jsonl", ".lock"} or (
        stem.startswith("shard-") and stem.endswith(".tar")
    )
