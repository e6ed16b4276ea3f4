"""`facebridge demo`: imports public-domain portraits through a service that it starts, and names the results."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

HELP = "Imports public-domain portraits through engine and service processes that it starts and stops itself."

# Portraits that installed packages carry, both works of the United States government: Eileen Collins (NASA, 1993)
# and Grace Hopper (US Navy, 1984). (package, path inside it)
PORTRAITS = (
    ("skimage", "data/astronaut.png"),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
)
SERVICE_START_S = 180.0
IMPORT_S = 300.0
STOP_S = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where results go, and a photo of the user's own."""
    parser.add_argument("--out", type=Path, default=Path("out/demo"), help="folder for results (default: out/demo)")
    parser.add_argument("--photo", type=Path, action="append", help="import this photo instead; may be repeated")


def run(args: argparse.Namespace) -> int:
    """Start the service, import, stop it; raises InputError without portraits, EngineError when a process fails."""
    from engine_bridge.errors import InputError

    photos = args.photo or portraits()
    if not photos:
        raise InputError("The demo's portraits are not installed; run `pip install 'facebridge[demo]'`.")
    for photo in photos:
        if not photo.is_file():
            raise InputError(f"There is no photo {photo}; give the path of a JPEG or PNG file.")
    args.out.mkdir(parents=True, exist_ok=True)
    started = time.time()
    print("starting the import service ...", flush=True)
    with service(args.out / "service.log") as address:
        print(f"importing {', '.join(photo.name for photo in photos)} ...", flush=True)
        _import(photos, args.out, address)
    # A file system may keep times to the full second only.
    results = sorted(path for path in args.out.iterdir() if path.stat().st_mtime >= started - 1)
    for title, suffix in (("picture (photo | character | imitator)", ".png"), ("parameters", ".json")):
        for path in results:
            if path.suffix == suffix:
                print(f"{title}: {path}")
    return 0


def portraits() -> list[Path]:
    """The portraits that are installed, found without importing the packages that carry them."""
    found: list[Path] = []
    for package, inside in PORTRAITS:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            if (path := Path(folder) / inside).is_file():
                found.append(path)
    return found


@contextlib.contextmanager
def service(log: Path) -> Iterator[str]:
    """Run `facebridge serve` on a free loopback port until the block ends; yields its address.

    Its words go to `log`. Raises EngineError with the last of them when it does not come up.
    """
    from core import threads
    from engine_bridge.errors import EngineError

    with log.open("wb") as words, _termination_as_exit():
        process = subprocess.Popen(
            _command("serve", "--bind", "tcp://127.0.0.1:0"),
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            # The service and the engine work in turn; each gets half of the cores.
            env=threads.environment(threads.share(2)),
        )
        try:
            address = _ready(process, log, time.monotonic() + SERVICE_START_S)
            if address is None:
                last = (_words(log) or ["it said nothing"])[-1].removeprefix("facebridge: error: ").rstrip(".")
                raise EngineError(f"The import service did not start ({last}); see {log}.")
            yield address
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and end it when it does not."""
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_S)


def _ready(process: subprocess.Popen[bytes], log: Path, deadline: float) -> str | None:
    """The address that the service says it is ready on; None when it ends or the deadline (monotonic) comes first."""
    from core.cli.serve import READY

    while process.poll() is None and time.monotonic() < deadline:
        for line in _words(log):
            if line.startswith(READY):
                return line.removeprefix(READY).strip()
        time.sleep(0.05)
    return None


def _words(log: Path) -> list[str]:
    """The whole lines of a log that another process is writing."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return text[: text.rfind("\n") + 1].splitlines()


def _import(photos: list[Path], out: Path, address: str) -> None:
    from core import threads
    from engine_bridge.errors import EngineError

    command = _command("import", *map(str, photos), "--out", str(out), "--server", address)
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, timeout=IMPORT_S, check=False, env=threads.environment(threads.share(2))
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"The import took over {IMPORT_S:.0f} s; run `facebridge doctor`.") from error
    if done.returncode:
        raise EngineError(f"The import ended with code {done.returncode}; its words are above, the service's in {out}.")


def _command(*arguments: str) -> list[str]:
    # -P: a folder named core in the current folder must not be taken for ours.
    return [sys.executable, "-P", "-m", "core.cli", *arguments]


@contextlib.contextmanager
def _termination_as_exit() -> Iterator[None]:
    """Let SIGTERM unwind the stack, so that child processes are stopped too."""

    def leave(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
