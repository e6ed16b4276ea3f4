"""Known faces: parameters that were read from photos, around which a capture can sample.

One npz file, at most LARGEST_BYTES: `values` (M, P) float32, each face's parameters in the schema's units, and
`centres` (M, P) float32, the average face that each belongs to; `schema`, the hash of the schema that both are of. A
dataset sampled around faces keeps a copy, so that its samples stay a pure function of what lies in its folder.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import InputError
from engine_bridge.schema import CharacterSchema

LARGEST_BYTES = 64 << 20


@dataclass(frozen=True)
class KnownFaces:
    """M faces: values (M, P) and centres (M, P) in the schema's units, and the SHA-256 of the file they came from."""

    values: npt.NDArray[np.float32]
    centres: npt.NDArray[np.float32]
    sha256: str


def faces_file(schema: CharacterSchema, values: npt.NDArray[np.float32], centres: npt.NDArray[np.float32]) -> bytes:
    """The content of a file of known faces."""
    data = io.BytesIO()
    np.savez_compressed(
        data, schema=np.array(schema.hash), values=values.astype(np.float32), centres=centres.astype(np.float32)
    )
    return data.getvalue()


def read_faces(path: Path) -> bytes:
    """The file's bytes; InputError when there is none, or it is too large."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"The known faces {path} cannot be read ({error}); make them with facebridge train reader."
        ) from error
    if len(data) > LARGEST_BYTES:
        raise InputError(f"The known faces {path} are over {LARGEST_BYTES >> 20} MiB; give fewer faces.")
    return data


def known_faces(data: bytes, what: str, schema: CharacterSchema) -> KnownFaces:
    """Decode a file's bytes; InputError, naming `what`, unless they hold finite faces of this very schema."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            hash_of, values, centres = str(held["schema"]), held["values"], held["centres"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{what} holds no known faces ({error}); make it with facebridge train reader.") from error
    if hash_of != schema.hash:
        raise InputError(
            f"{what} holds faces of schema {hash_of[:12]}, but the engine draws {schema.hash[:12]}; read the photos"
            " again for this character."
        )
    shape = values.shape if values.ndim == 2 else (0,)
    if not len(values) or shape != centres.shape or shape[1:] != (schema.count,):
        raise InputError(
            f"{what} holds values {values.shape} and centres {centres.shape}, expected (faces, {schema.count}) both."
        )
    both = np.concatenate([values, centres]).astype(np.float32)
    if not np.isfinite(both).all():
        raise InputError(f"{what} holds a number that is not finite; read the photos again.")
    return KnownFaces(both[: len(values)], both[len(values) :], hashlib.sha256(data).hexdigest())
