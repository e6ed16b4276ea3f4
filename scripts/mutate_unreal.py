"""Puts ten faults into copies of the Unreal layer, one each, and fails unless a check catches every one of them.

`python scripts/mutate_unreal.py` shows each fault, its place and what caught it. An unchanged copy must pass first.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.unreal_check import lints, mutations, stub_index, syntax, wire  # noqa: E402  # After the path above.
from scripts.unreal_check.mutations import Mutation  # noqa: E402
from scripts.unreal_check.source import PLUGIN, Finding, Layer  # noqa: E402


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plugin", type=Path, default=PLUGIN, help="the plugin's folder (default: unreal_plugin)")
    parser.add_argument("--build", type=Path, default=ROOT / "build/unreal", help="where the index is kept")
    options = parser.parse_args(argv)
    try:
        index = stub_index.load(stub_index.locate(), options.build)
        ten = mutations.all_ten(Layer(options.plugin.resolve()), index)
    except (stub_index.StubMissing, mutations.NoPlace) as problem:
        print(problem, file=sys.stderr)
        return 2
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="facebridge-mutations-") as folder:
        copy = copied(options.plugin.resolve(), Path(folder))
        before = check(copy, index, {mutation.path for mutation in ten}, Path(folder) / "build")
        for finding in before:
            print(f"the unchanged copy: {finding}")
        missed = [mutation for mutation in ten if not caught(copy, index, mutation, Path(folder) / "build")]
    print(f"{len(ten) - len(missed)} of {len(ten)} faults caught, {time.monotonic() - started:.1f} s")
    return 1 if before or missed else 0


def copied(plugin: Path, folder: Path) -> Path:
    """A copy of what the checks read; the stub headers are linked, as no fault is put into them."""
    copy = folder / plugin.name
    copy.mkdir()
    shutil.copytree(plugin / "Source", copy / "Source")
    shutil.copy2(plugin / "FaceBridge.uplugin", copy)
    (copy / "Tests/Unreal").mkdir(parents=True)
    (copy / "Tests/Unreal/Stubs").symlink_to(plugin / "Tests/Unreal/Stubs")
    return copy


def check(plugin: Path, index: stub_index.Index, changed: set[Path], build: Path) -> list[Finding]:
    """Every rule over the copy, and the compiler over the files that were changed."""
    layer = Layer(plugin)
    files = [plugin / path for path in changed if path.suffix in {".cpp", ".h"}]
    return [*lints.check(layer, index), *wire.check(layer), *syntax.check(layer, build, only=files)]


def caught(plugin: Path, index: stub_index.Index, mutation: Mutation, build: Path) -> bool:
    """Put the fault in, check, take it out again; says what was found."""
    path = plugin / mutation.path
    text = path.read_text(encoding="utf-8")
    path.write_text(mutation.apply(text), encoding="utf-8")
    try:
        found = check(plugin, index, {mutation.path}, build)
    finally:
        path.write_text(text, encoding="utf-8")
    by = [finding for finding in found if finding.check in mutation.caught_by]
    line = text.count("\n", 0, mutation.start) + 1
    print(f"{mutation.name}: {mutation.path}:{line}")
    print(f"  caught by {by[0]}" if by else f"  NOT CAUGHT by any of {', '.join(sorted(mutation.caught_by))}")
    return bool(by)


if __name__ == "__main__":
    sys.exit(main())
