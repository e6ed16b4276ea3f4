"""`facebridge doctor`: looks at this machine line by line and says what to do about each line that fails."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core import __version__, requirements

HELP = "Checks Python, packages, OpenGL, GPU, ports, disk and shipped weights, and says what to do for each failure."

# The embedded engine's first frame takes a second or two; a broken driver may hang for ever.
PROBE_TIMEOUT_S = 60.0
LOOPBACK_TIMEOUT_MS = 5000
# A thousand captures at 256 px take about 100 MB; an import takes next to nothing.
DISK_NEEDED_BYTES = 200 << 20
DISK_ROOMY_BYTES = 5 << 30

GL_PROBE = """
import sys, moderngl
options = {"backend": "egl"} if sys.platform == "linux" else {}
context = moderngl.create_context(standalone=True, require=330, **options)
print(context.info["GL_RENDERER"], "| OpenGL", context.info["GL_VERSION"])
"""
TORCH_PROBE = """
import torch
mps = torch.backends.mps.is_available()
names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
print(torch.__version__, "|", ", ".join(names) or ("Apple GPU" if mps else "no GPU"))
"""


@dataclass(frozen=True)
class Line:
    """One finding; `fail` means something needed is missing, `note` that a part or some speed is."""

    state: Literal["ok", "note", "fail"]
    subject: str
    detail: str
    remedy: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which port and folder to look at."""
    parser.add_argument("--port", type=int, help="also check that this TCP port of the loopback address is free")
    parser.add_argument("--dir", type=Path, default=Path(), help="folder whose disk is measured (default: this one)")


def run(args: argparse.Namespace) -> int:
    """Print one line a finding; 1 when something needed is missing, else 0."""
    checks: tuple[Callable[[], Iterator[Line]], ...] = (
        check_python,
        check_packages,
        check_opengl,
        check_engine,
        check_gpu,
        lambda: check_ports(args.port),
        lambda: check_disk(args.dir),
        check_weights,
        check_threads,
    )
    failed = 0
    print(f"facebridge {__version__} on {sys.platform}")
    for check in checks:
        for line in check():
            failed += line.state == "fail"
            print(f"{line.state:>4}  {line.subject}: {line.detail}", flush=True)
            if line.remedy:
                print(f"      -> {line.remedy}", flush=True)
    print("Everything needed is here." if not failed else f"{failed} of the lines above must be mended first.")
    return 1 if failed else 0


def check_python() -> Iterator[Line]:
    """Python 3.11 to 3.13, 64 bit."""
    found = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        yield Line("ok", "Python", found)
    else:
        yield Line("fail", "Python", f"{found}, needs 3.11 to 3.13", "make a venv with one of these and install again")


def check_packages() -> Iterator[Line]:
    """Every package that facebridge declares: base ones are needed, those of extras enable a part."""
    declared = requirements.declared()
    if not declared:
        yield Line("fail", "packages", "facebridge is not installed here", "run `pip install -e .` in the checkout")
        return
    good: list[str] = []
    for requirement in declared:
        if requirement.extra == "dev":
            continue
        version, fits = requirements.installed(requirement)
        if fits:
            good.append(f"{requirement.name} {version}")
            continue
        detail = f"{version or 'not installed'}, needs {requirement.needs}"
        target = f"facebridge[{requirement.extra}]" if requirement.extra else "facebridge"
        purpose = requirements.PURPOSE.get(requirement.extra, "")
        yield Line(
            "note" if requirement.extra else "fail",
            f"package {requirement.name}",
            detail,
            f"run `pip install '{target}'`{purpose}",
        )
    yield Line("ok", "packages", ", ".join(good))


def check_opengl() -> Iterator[Line]:
    """An off-screen OpenGL 3.3 context, in a process of its own: a broken driver may crash or hang."""
    answer, fault = _probe(GL_PROBE)
    if fault is None:
        software = any(name in answer for name in ("llvmpipe", "softpipe", "SWR"))
        note = "software rendering: it works, and a GPU captures faster" if software else ""
        yield Line("ok", "OpenGL", answer + (f" ({note})" if note else ""))
        return
    remedy = {
        "linux": "run `apt-get install libegl1 libgl1-mesa-dri` as root (on a GPU machine also its driver)",
        "win32": "install the graphics driver of this machine's GPU",
    }.get(sys.platform, "update the system: macOS carries OpenGL itself")
    yield Line("fail", "OpenGL", f"no off-screen context ({fault})", remedy)


def check_engine() -> Iterator[Line]:
    """The embedded engine renders one frame behind the wire."""
    from engine_bridge.errors import FaceBridgeError
    from engine_bridge.session import EngineSession

    try:
        with EngineSession.start("embedded", image_px=64, deadline_s=PROBE_TIMEOUT_S) as session:
            image = session.render(session.schema.defaults[None], None, deadline_s=PROBE_TIMEOUT_S)[0]
            detail = f"embedded {session.engine_version}, {session.schema.count} parameters, renders"
        if int(image.max()) == int(image.min()):
            yield Line("fail", "engine", "the rendered frame has one colour", "update this machine's graphics driver")
        else:
            yield Line("ok", "engine", detail)
    except FaceBridgeError as error:
        yield Line("fail", "engine", str(error), "mend the OpenGL line first, if it failed")


def check_gpu() -> Iterator[Line]:
    """What torch computes on; none is fine."""
    answer, fault = _probe(TORCH_PROBE)
    if fault is not None:
        remedy = "run `pip install 'facebridge[learn]'`"
        yield Line("note", "torch", f"does not load: import, serve and train are off ({fault})", remedy)
    elif "no GPU" in answer and shutil.which("nvidia-smi"):
        yield Line("note", "torch", f"{answer}, though nvidia-smi is here", "install the CUDA build of torch")
    else:
        yield Line("ok", "torch", answer)


def check_ports(port: int | None) -> Iterator[Line]:
    """A message over a loopback port, and optionally that one port is free."""
    import zmq

    with zmq.Context() as context, context.socket(zmq.PAIR) as here, context.socket(zmq.PAIR) as there:
        here.linger = there.linger = 0
        there.rcvtimeo = LOOPBACK_TIMEOUT_MS
        try:
            there.connect(f"tcp://127.0.0.1:{here.bind_to_random_port('tcp://127.0.0.1')}")
            here.send(b"hello")
            there.recv()
            yield Line("ok", "ports", "loopback TCP works")
        except zmq.ZMQError as error:
            remedy = "allow programs to open ports on 127.0.0.1 in the firewall"
            yield Line("fail", "ports", f"no message over 127.0.0.1 ({error.strerror})", remedy)
        if port is not None:
            try:
                with context.socket(zmq.PAIR) as probe:
                    probe.linger = 0
                    probe.bind(f"tcp://127.0.0.1:{port}")
                yield Line("ok", f"port {port}", "free")
            except zmq.ZMQError as error:
                yield Line("fail", f"port {port}", f"not free ({error.strerror})", "choose another port with --bind")


def check_disk(folder: Path) -> Iterator[Line]:
    """Room for results where they will be written."""
    place = folder.resolve()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free at {place}"
    if free < DISK_NEEDED_BYTES:
        yield Line("fail", "disk", detail, "free some space, or write elsewhere with --out")
    elif free < DISK_ROOMY_BYTES:
        yield Line("note", "disk", detail, "a capture of 10,000 pictures takes about 1 GB: watch it")
    else:
        yield Line("ok", "disk", detail)


def check_weights() -> Iterator[Line]:
    """Every shipped data file is there and is the released one."""
    from core import assets

    found = assets.verify()
    for asset in found:
        if asset.fault:
            remedy = "run `pip install --force-reinstall facebridge`, in a checkout `git restore` it"
            yield Line("fail", asset.path, asset.fault, remedy)
    good = sum(asset.fault is None for asset in found)
    if good:
        yield Line("ok", "weights", f"{good} shipped data files have the released SHA-256")
    elif not found:
        yield Line("fail", "weights", f"{assets.SUMS} is missing", "run `pip install --force-reinstall facebridge`")


def check_threads() -> Iterator[Line]:
    """How many threads each process would start with."""
    from core import threads

    count, text = threads.cores(), os.environ.get("OMP_NUM_THREADS", "")
    if text.isdecimal() and int(text) > count:
        detail = f"OMP_NUM_THREADS={text} on {count} cores"
        yield Line("note", "threads", detail, "unset it: each process takes its share by itself")
    else:
        yield Line("ok", "threads", f"{count} cores" + (f", OMP_NUM_THREADS={text}" if text else ""))


def _probe(code: str) -> tuple[str, str | None]:
    """Run Python code in a process of its own; (its output, None) or ("", what went wrong)."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PROBE_TIMEOUT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {PROBE_TIMEOUT_S:.0f} s"
    if done.returncode:
        words = done.stderr.strip().splitlines()
        return "", words[-1] if words else f"ended with code {done.returncode}"
    return done.stdout.strip(), None
