"""The engine's packaged data files: read whole, and only when they are the released ones."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine_bridge.errors import EngineError

DATA = Path(__file__).parent / "data"
SUMS = "SHA256SUMS"


def read_asset(name: str, folder: Path = DATA) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a data file; raises EngineError when it is missing, or not what the folder's SHA256SUMS says.

    Another head would draw other pictures under the same engine version, and datasets of the two would mix.
    """
    path = folder / name
    try:
        content = path.read_bytes()
        sums = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"The embedded engine's {name} cannot be read ({error}); reinstall facebridge.") from error
    expected = next((line.partition("  ")[0] for line in sums if line.endswith(f"  {name}")), "none")
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise EngineError(
            f"The embedded engine's {path} has the SHA-256 {found[:12]}, expected {expected[:12]}: it is damaged or of"
            " another version; reinstall facebridge (in a checkout that changed it: make checksums)."
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {entry: archive[entry] for entry in archive.files}
