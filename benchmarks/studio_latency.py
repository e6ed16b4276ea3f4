"""How long a slider's movement in the browser takes to show on the stage of `facebridge studio`, over 50 movements.

    .venv/bin/python benchmarks/studio_latency.py [--moves 50] [--engine embedded]

Starts the studio and headless Chromium (Debian: chromium, chromium-driver). A movement is a key press on a slider; the
clock starts in the browser with the event and stops when the new picture is decoded there. "First" is the draft that
comes while the hand moves, "full" the picture of full size that follows when it rests.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.studio.server import READY
from tests.core.browser import browser

SLIDER = "nose.compression"
PAUSE_S = 0.25
WAIT_S = 20.0
# Records, in the browser, the time of each slider event and of each picture once it is decoded.
_RECORD = """
window.moves = []; window.seen = [];
const slider = document.querySelector('[data-name="' + arguments[0] + '"] .q-slider');
const thumb = slider.querySelector('[tabindex]') || slider;
thumb.addEventListener('keydown', () => moves.push(performance.now()), true);
const picture = document.querySelector('[data-mark=picture]');
picture.addEventListener('load', () => picture.decode().then(() =>
  seen.push([performance.now(), Number(picture.dataset.version), picture.dataset.draft === 'true'])));
thumb.focus();
window.press = (key, code) => ['keydown', 'keyup'].forEach((kind) =>
  thumb.dispatchEvent(new KeyboardEvent(kind, {key: key, code: key, keyCode: code, which: code, bubbles: true})));
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=50)
    parser.add_argument("--engine", default="embedded")
    args = parser.parse_args()
    # A service would only take the cores: no photo is read here, and this port answers nobody.
    command = [sys.executable, "-P", "-m", "core.cli", "studio", "--no-open", "--port", "0", "--engine", args.engine]
    command += ["--server", "tcp://127.0.0.1:9"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as studio:
        assert studio.stdout is not None
        try:
            address = studio.stdout.readline().removeprefix(READY).strip()
            first, full = measure(address, args.moves)
        finally:
            studio.terminate()
            studio.wait(20)
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(f"{args.moves} movements of {SLIDER}, engine {args.engine}, {os.cpu_count()} cores, load {load}")
    print(f"{'':8}{'median':>9}{'p95':>9}{'largest':>9}   ms")
    for name, values in (("first", first), ("full", full)):
        ordered = sorted(values)
        p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        print(f"{name:8}{statistics.median(ordered):9.0f}{p95:9.0f}{ordered[-1]:9.0f}")


def measure(address: str, moves: int) -> tuple[list[float], list[float]]:
    """Milliseconds from each movement to its first picture, and to its full one."""
    first: list[float] = []
    full: list[float] = []
    with tempfile.TemporaryDirectory() as profile, browser(Path(profile)) as chrome:
        chrome.get(address)
        chrome.implicitly_wait(WAIT_S)
        chrome.find_element("css selector", f'[data-name="{SLIDER}"] .q-slider')
        time.sleep(5.0)  # the engine's start, and the page's own
        chrome.execute_script(_RECORD, SLIDER)
        for number in range(moves):
            key = ("ArrowRight", 39) if number % 20 < 10 else ("ArrowLeft", 37)
            chrome.execute_script("moves.length = 0; seen.length = 0; press(arguments[0], arguments[1])", *key)
            deadline = time.monotonic() + WAIT_S
            while not chrome.execute_script("return seen.some((each) => !each[2])"):
                if time.monotonic() > deadline:
                    raise SystemExit(f"movement {number + 1} was not shown within {WAIT_S:.0f} s")
                time.sleep(0.02)
            began, seen = chrome.execute_script("return [moves[0], seen]")
            first.append(seen[0][0] - began)
            full.append(next(when for when, _, draft in seen if not draft) - began)
            time.sleep(PAUSE_S)
    return first, full


if __name__ == "__main__":
    main()
