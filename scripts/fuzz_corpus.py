"""Writes the golden messages and files of the plugin's readers as a first corpus for unreal_plugin/Tests/Fuzz.

    python scripts/fuzz_corpus.py OUT

`scripts/test_core.sh` adds these to the kept corpus before it fuzzes; what a longer run finds can be kept by
`build/core-fuzz/FaceBridgeFuzzer -merge=1 unreal_plugin/Tests/Fuzz/corpus FOUND`. An input's form is described in
DecodeFuzzer.cpp.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests" / "conformance" / "vectors.json"
SCHEMAS = ROOT / "unreal_plugin" / "Tests" / "Schemas.h"
LONGEST_PART = 65_535
"""What the two bytes of a part's length can say; the vectors with longer ones are about that length alone."""


def main() -> int:
    """Write one file an input, named by its hash so that a second run changes nothing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    inputs = [*messages(), *files()]
    for data in inputs:
        (args.out / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)
    print(f"{args.out} has {len(inputs)} first inputs")
    return 0


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
