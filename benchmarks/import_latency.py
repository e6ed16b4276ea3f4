"""How long an import of a 12-megapixel JPEG takes through a running service, as a panel sees it: p50 and p95.

    python benchmarks/import_latency.py [--count 50] [--bundle DIR] [--server tcp://127.0.0.1:5757]

Starts `facebridge serve` itself unless `--server` names one. The photo is skimage's portrait of Eileen Collins (NASA,
public domain) enlarged to 4000 x 3000 with the face at a sixth of its width, and a little noise so that its file is as
long as a camera's. `--face-share 0.125` makes it an eighth, at which the detector has to look twice.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import metadata
from pathlib import Path

import numpy as np
from PIL import Image

from core import threads
from engine_bridge.client import ServiceClient
from engine_bridge.errors import DeadlineExceeded, EngineError

WIDTH_PX, HEIGHT_PX = 4000, 3000
PORTRAIT_FACE_SHARE = 0.2125  # of the portrait's width
START_S = 120.0
PACKAGES = ("facebridge", "torch", "numpy", "pillow", "pyzmq")


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--count", type=int, default=50, help="imports to time (default: 50)")
    parser.add_argument("--warm", type=int, default=5, help="imports before them (default: 5)")
    parser.add_argument("--server", help="measure this service instead of starting one")
    parser.add_argument("--bundle", type=Path, help="bundle for the service that is started")
    parser.add_argument("--face-share", type=float, default=1 / 6, help="of the photo's width (default: a sixth)")
    args = parser.parse_args()
    photo = synthetic_photo(args.face_share)
    with nullcontext(args.server) if args.server else service(args.bundle) as address:
        total_ms, stages = measure(address, photo, args.count, args.warm)
    print(machine())
    print(f"photo: {WIDTH_PX} x {HEIGHT_PX} JPEG, {len(photo) / 2**20:.1f} MiB; {args.count} imports, one at a time")
    print(f"{'stage':<12} {'p50 ms':>8} {'p95 ms':>8}")
    for name, values in {"total": total_ms, **stages}.items():
        print(f"{name:<12} {percentile(values, 50):>8.1f} {percentile(values, 95):>8.1f}")
    return 0


def synthetic_photo(face_share: float = 1 / 6) -> bytes:
    """A 12-megapixel JPEG with one face, as large as this share of its width."""
    import skimage.data

    side_px = round(WIDTH_PX * face_share / PORTRAIT_FACE_SHARE)
    portrait = Image.fromarray(np.asarray(skimage.data.astronaut())).resize((side_px, side_px))
    ground = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), (118, 124, 131))
    ground.paste(portrait, ((WIDTH_PX - side_px) // 2, max(0, (HEIGHT_PX - side_px) // 2)))
    noise = np.random.default_rng(0).integers(-6, 7, (HEIGHT_PX, WIDTH_PX, 1), np.int16)
    pixels = np.clip(np.asarray(ground, np.int16) + noise, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def measure(address: str, photo: bytes, count: int, warm: int) -> tuple[list[float], dict[str, list[float]]]:
    """Milliseconds of each import as the client sees it, and of each stage as the service reports it."""
    total_ms: list[float] = []
    stages: dict[str, list[float]] = {}
    with ServiceClient(address) as client:
        for number in range(warm + count):
            started = time.perf_counter()
            result = client.import_photo(photo, deadline_s=60)
            elapsed_ms = (time.perf_counter() - started) * 1000
            if number >= warm:
                total_ms.append(elapsed_ms)
                for stage, value in result.timings_ms.items():
                    stages.setdefault(stage, []).append(value)
    return total_ms, stages


@contextmanager
def service(bundle: Path | None) -> Iterator[str]:
    """`facebridge serve` on a free port, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "core.cli", "serve", "--bind", address]
    process = subprocess.Popen([*command, *(["--bundle", str(bundle)] if bundle else [])], stdout=subprocess.DEVNULL)
    try:
        await_service(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def await_service(process: subprocess.Popen[bytes], address: str) -> None:
    """Return when it says hello; raises EngineError when it ends or takes too long."""
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with ServiceClient(address) as client:
                client.hello()
            return
        except DeadlineExceeded:
            continue
    raise EngineError(f"The service did not start within {START_S:g} s; its words are above.")


def machine() -> str:
    """The processor, the cores this process may use, its load, and the versions that matter."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"machine: {processor()}, {threads.cores()} cores{load}, {platform.system()} {platform.machine()}\n"
        f"versions: Python {platform.python_version()}, {versions}"
    )


def processor() -> str:
    """Its model as the system names it."""
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def percentile(values: list[float], share: int) -> float:
    """The value that `share` per cent of the values do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1] if len(values) > 1 else values[0]


if __name__ == "__main__":
    sys.exit(main())
