"""Builds the wheel and uses it in an environment that holds its base requirements only: no torch, no checkout.

Works without a network: the requirements are copied from the environment that runs this script.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
STEP_TIMEOUT_S = 300
# Far above the sum of what may ship (36 MB in the whole tree), so that a stray dataset is noticed.
LARGEST_WHEEL_BYTES = 40 << 20

USE = """
import engine_bridge, data_capture, core
from core import assets
for package in (engine_bridge, data_capture, core):
    assert "site-packages" in package.__file__, package.__file__
faults = [f"{asset.path} {asset.fault}" for asset in assets.verify() if asset.fault]
assert not faults, faults
assert set(assets.present()) == set(assets.recorded()), set(assets.present()) ^ set(assets.recorded())
"""


def main() -> int:
    """Return 0 when the wheel builds, installs and runs; raises CalledProcessError or SystemExit with the reason."""
    with tempfile.TemporaryDirectory(prefix="facebridge-wheel-") as folder:
        place = Path(folder)
        wheel = build(place / "dist")
        python = empty_environment(place / "venv", wheel)
        run(python, "-I", "-c", USE)
        command = python.parent / "facebridge"
        version = run(command, "--version").strip()
        run(command, "schema", "show", "--engine", "pattern")
        refused = subprocess.run([python, "-I", "-c", "import torch"], capture_output=True, check=False)
        if refused.returncode == 0:
            raise SystemExit("check_wheel: torch is in the empty environment, so nothing was proved")
        print(f"wheel: {wheel.name}, {wheel.stat().st_size / 1e6:.1f} MB, {version}, imported without torch")
    return 0


def build(folder: Path) -> Path:
    """Build the wheel from the tree into `folder`."""
    run(Path(sys.executable), "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    if wheel.stat().st_size > LARGEST_WHEEL_BYTES:
        with zipfile.ZipFile(wheel) as archive:
            largest = max(archive.infolist(), key=lambda entry: entry.file_size).filename
        raise SystemExit(f"check_wheel: over {LARGEST_WHEEL_BYTES >> 20} MiB; the largest file is {largest}")
    return wheel


def empty_environment(folder: Path, wheel: Path) -> Path:
    """Make a venv with the wheel and copies of its base requirements; returns its Python."""
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    for distribution in base_requirements(wheel):
        copy(distribution, site)
    pip = (Path(sys.executable), "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "-q", "--no-index", "--no-deps", wheel)
    run(*pip, "check")
    return python


def base_requirements(wheel: Path) -> list[metadata.Distribution]:
    """The installed distributions that the wheel needs without extras, and theirs in turn."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().splitlines()
    waiting = [line.partition(": ")[2] for line in lines if line.startswith("Requires-Dist: ")]
    found: dict[str, metadata.Distribution] = {}
    while waiting:
        requirement = Requirement(waiting.pop())
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        distribution = metadata.distribution(requirement.name)
        if requirement.name not in found:
            found[requirement.name] = distribution
            waiting.extend(distribution.requires or [])
    return list(found.values())


def copy(distribution: metadata.Distribution, site: Path) -> None:
    """Copy one distribution's files below site-packages; its commands are not needed."""
    for file in distribution.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue
        target = site / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(distribution.locate_file(file)), target)


def run(*command: Path | str) -> str:
    """Run a command away from the checkout; returns its output, and prints it before failing."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=tempfile.gettempdir(),
        capture_output=True,
        text=True,
        timeout=STEP_TIMEOUT_S,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise SystemExit(f"check_wheel: {' '.join(map(str, command[:4]))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
