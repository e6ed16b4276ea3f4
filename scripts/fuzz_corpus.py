"""Unpacks the corpus of the plugin's fuzzer, golden messages and files included, or packs what a run has found.

    python scripts/fuzz_corpus.py unpack OUT
    python scripts/fuzz_corpus.py pack FOLDER

`scripts/test_core.sh` unpacks it before it fuzzes. To keep what a longer run found, have libFuzzer choose first:
`build/core-address/FaceBridgeFuzzer -merge=1 -use_counters=0 -max_len=4096 CHOSEN FOUND`, then pack CHOSEN. An input's
form is described in unreal_plugin/Tests/Fuzz/DecodeFuzzer.cpp.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests" / "conformance" / "vectors.json"
SCHEMAS = ROOT / "unreal_plugin" / "Tests" / "Schemas.h"
KEPT = ROOT / "unreal_plugin" / "Tests" / "Fuzz" / "corpus.zip"
MOST_BYTES = 300_000
LONGEST_PART = 65_535
"""What the two bytes of a part's length can say; the vectors with longer ones are about that length alone."""


def main() -> int:
    """Unpack or pack; 1 with a sentence for a corpus that has grown too large to keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", choices=["unpack", "pack"])
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    if args.what == "unpack":
        print(f"{args.folder} has {unpack(args.folder)} inputs")
        return 0
    size = pack(args.folder)
    if size > MOST_BYTES:
        print(f"{KEPT} has {size} bytes, at most {MOST_BYTES} are kept: choose by -merge=1 first", file=sys.stderr)
        return 1
    print(f"{KEPT} has {size} bytes")
    return 0


def unpack(folder: Path) -> int:
    """Write one file an input, named by its hash; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(KEPT) as kept:
        inputs = [kept.read(name) for name in kept.namelist()] + messages() + files()
    for data in inputs:
        (folder / name_of(data)).write_bytes(data)
    return len(inputs)


def pack(folder: Path) -> int:
    """Replace what is kept by a folder's files, in an order and with dates that depend on nothing else; its size."""
    inputs = sorted((path.read_bytes() for path in folder.iterdir()), key=name_of)
    golden = {*messages(), *files()}
    with zipfile.ZipFile(KEPT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as kept:
        for data in inputs:
            if data not in golden:
                kept.writestr(zipfile.ZipInfo(name_of(data)[:12]), data, zipfile.ZIP_DEFLATED)
    return KEPT.stat().st_size


def name_of(data: bytes) -> str:
    """What libFuzzer calls such an input."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def messages() -> list[bytes]:
    """Every golden message, valid or not, whose parts are short enough."""
    vectors = json.loads(VECTORS.read_text())
    found = [[part_of(part) for part in vector["parts"]] for vector in vectors["valid"] + vectors["invalid"]]
    return [
        b"m" + b"".join(len(part).to_bytes(2, "little") + part for part in parts)
        for parts in found
        if all(len(part) <= LONGEST_PART for part in parts)
    ]


def part_of(part: str | dict[str, object]) -> bytes:
    """A part as the vectors write it: in hex, or as one byte many times."""
    if isinstance(part, str):
        return bytes.fromhex(part)
    return bytes.fromhex(str(part["fill"])) * int(str(part["count"]))


def files() -> list[bytes]:
    """A schema, a preset and a rig file of the tests' small character."""
    quoted = re.search(r'kSchemaText = R"\((.*?)\)";', SCHEMAS.read_text(), re.DOTALL)
    if quoted is None:
        raise SystemExit(f"{SCHEMAS} has no kSchemaText any more; tell this script where the tests' schema is.")
    text = quoted[1].encode()
    schema = {"character": "tiny", "version": "1", "hash": hashlib.sha256(text).hexdigest()}
    preset = {
        "format": "facebridge-parameters", "version": 1, "name": "Ada", "schema": schema,
        "parameters": {"eye.left.size": 0.25, "nose.width": -1.0}, "choices": {"hair.style": "short"},
        "locks": ["nose.width", "eyes"], "notes": "from a photo", "source": {"photo": "ada.jpg"},
    }  # fmt: skip
    eye = [{"morph": "EyeWide", "half": "high", "rest": 0, "scale": 1, "offset": 0.5}]
    nose = [{"bone": "nose", "channel": "rotation", "axis": "y", "scale": 20}, {"control": "CTRL_nose", "scale": 1}]
    gloss = [{"scalar": "Gloss", "scale": 0.5}, {"vector": "Sheen", "component": "g", "scale": 1}]
    rig = {
        "format": "facebridge-rig", "version": 1, "schema": schema, "bones": [{"name": "nose", "rest": [0, 1, 2]}],
        "parameters": [
            {"name": "eye.left.size", "targets": eye}, {"name": "nose.width", "targets": nose},
            {"name": "skin.gloss", "targets": gloss, "baked": True},
        ],
        "expressions": ["jawOpen"],
    }  # fmt: skip
    return [b"s" + text, b"p" + json.dumps(preset).encode(), b"r" + json.dumps(rig).encode()]


if __name__ == "__main__":
    sys.exit(main())
