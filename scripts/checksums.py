"""Records every shipped data file: writes core/data/SHA256SUMS, the embedded engine's own, and NOTICE's digests.

`python scripts/checksums.py --check` changes nothing and fails when a file has changed or has no entry in NOTICE.
An entry of NOTICE is a line `files: PATH` (a file, or a folder ending in /), its facts, and one `sha256` line a file;
only the `sha256` lines are written here.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core import assets  # noqa: E402  # The checkout's own, installed or not.

NOTICE = ROOT / "NOTICE"
# The engine checks its files itself, and knows nothing of the core.
ENGINE = "engine_bridge/engines/embedded/data/"


def main(arguments: list[str]) -> int:
    """Write both files, or with --check compare them; returns 1 when they differ from the tree."""
    sums = {path: assets.digest(ROOT / path) for path in assets.present(ROOT)}
    listing = "".join(f"{value}  {path}\n" for path, value in sums.items())
    notice, homeless = with_digests(NOTICE.read_text(encoding="utf-8"), sums)
    if homeless:
        print(f"checksums: NOTICE has no entry for {', '.join(homeless)}; add its source and licence", file=sys.stderr)
        return 1
    own = "".join(f"{value}  {path.removeprefix(ENGINE)}\n" for path, value in sums.items() if path.startswith(ENGINE))
    wanted = {assets.SUMS: listing, ROOT / ENGINE / assets.SUMS.name: own, NOTICE: notice}
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"checksums: {path.relative_to(ROOT)} is out of date; run `make checksums`", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8", newline="\n")
    print(f"checksums: {len(sums)} data files, {sum((ROOT / path).stat().st_size for path in sums) / 1e6:.1f} MB")
    return 0


def with_digests(notice: str, sums: dict[str, str]) -> tuple[str, list[str]]:
    """NOTICE with fresh `sha256` lines at the end of each entry, and the files that no entry covers."""
    lines = [line for line in notice.splitlines() if not line.startswith("sha256: ")]
    left = dict(sums)
    result: list[str] = []
    entry: str | None = None
    for line in [*lines, ""]:
        if line.startswith("files: "):
            entry = line.removeprefix("files: ").strip()
        if not line and entry is not None:
            covered = [path for path in left if path == entry or (entry.endswith("/") and path.startswith(entry))]
            result += [f"sha256: {left.pop(path)}  {path}" for path in covered]
            entry = None
        result.append(line)
    return "\n".join(result[:-1]) + "\n", list(left)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
