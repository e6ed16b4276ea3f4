"""Which photos an import means, what its results are called, and reading a photo file within limits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine_bridge.errors import InputError

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff"})
"""What counts as a photo inside a folder; a file that is named itself may be called anything."""
RESULT_SUFFIXES = (".json", ".png")


def find_photos(given: Sequence[Path], out: Path) -> tuple[list[Path], list[InputError]]:
    """The photos meant by files and folders (not their subfolders), each once, and what could not be found.

    Raises InputError when a folder is `out` itself: results would be taken for photos the next time.
    """
    found: dict[Path, Path] = {}
    missing: list[InputError] = []
    for path in given:
        if path.is_dir():
            if path.resolve() == out.resolve():
                raise InputError(f"--out {out} is the folder of the photos; choose another one for the results.")
            inside = sorted(entry for entry in _entries(path, missing) if _is_photo(entry))
            if not inside:
                missing.append(
                    InputError(f"{printable(path)}: The folder holds no photo (.jpg, .png, .webp, .bmp or .tif).")
                )
            for entry in inside:
                found.setdefault(entry.resolve(), entry)
        elif path.is_file():
            found.setdefault(path.resolve(), path)
        elif path.exists():
            missing.append(
                InputError(f"{printable(path)}: This is no ordinary file; give a photo or a folder of photos.")
            )
        else:
            missing.append(InputError(f"{printable(path)}: There is no such file; give a photo or a folder of photos."))
    return list(found.values()), missing


def result_stems(photos: Sequence[Path], out: Path) -> list[str]:
    """A file name without suffix for each photo's results in `out`, unlike every other and every photo that lies there.

    The first photo of a name keeps it, later ones get -2, -3, ... Case is ignored, as some file systems do.
    """
    inputs = {photo.resolve() for photo in photos}
    folder = out.resolve()
    taken = {photo.name.casefold() for photo in inputs if photo.parent == folder}
    stems: list[str] = []
    for photo in photos:
        stem, number = photo.stem, 1
        while any(f"{stem}{suffix}".casefold() in taken for suffix in RESULT_SUFFIXES):
            number += 1
            stem = f"{photo.stem}-{number}"
        taken.update(f"{stem}{suffix}".casefold() for suffix in RESULT_SUFFIXES)
        stems.append(stem)
    return stems


def read_photo_file(path: Path, max_bytes: int) -> bytes:
    """The file's bytes; raises InputError when it is too large or cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
            size = path.stat().st_size
    except OSError as error:
        raise InputError(f"The photo cannot be read: {error.strerror or error}.") from error
    if len(data) > max_bytes:
        mib = max(size, len(data)) / 2**20
        raise InputError(f"The photo has {mib:.1f} MiB, but at most {max_bytes / 2**20:g} are read; save it smaller.")
    return data


def printable(path: Path | str) -> str:
    """A file name as text; bytes of it that are no UTF-8, which neither JSON nor a terminal takes, become '?'."""
    return str(path).encode("utf-8", "replace").decode("utf-8")


def _entries(folder: Path, missing: list[InputError]) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        missing.append(InputError(f"{printable(folder)}: The folder cannot be read: {error.strerror or error}."))
        return []


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
