"""Reads and writes .npz files of plain arrays: whole or not at all, and never a pickle."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.files import write_atomically


def write_npz(path: Path, **arrays: NDArray[Any]) -> None:
    """Write arrays by name; InputError when the file cannot be written."""
    data = io.BytesIO()
    np.savez(data, allow_pickle=False, **arrays)
    write_atomically(path, data.getvalue())


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a file by name; ValueError says why it cannot be read."""
    try:
        # Opened here: of a broken archive numpy would leave the file open.
        with path.open("rb") as file:
            saved = np.load(file, allow_pickle=False)
            if not isinstance(saved, np.lib.npyio.NpzFile):
                raise ValueError("it holds one array and is no .npz")
            with saved:
                return {name: saved[name] for name in saved.files}
    except (OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(str(error) or type(error).__name__) from error
