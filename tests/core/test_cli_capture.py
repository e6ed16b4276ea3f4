"""Tests of `facebridge capture`, `worker` and `dataset`: the whole path through processes, and its words and codes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.cli.main import main

COMMON = ["--engine", "pattern", "--size", "16", "--shard-samples", "20", "--quiet"]


def _capture(out: Path, *extra: str) -> list[str]:
    return ["capture", "--out", str(out), *COMMON, *extra]


def test_a_capture_is_made_described_and_found_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "d"
    assert main(_capture(out, "--count", "30", "--seed", "0", "--workers", "1")) == 0
    assert "holds 30 samples; 30 rendered" in capsys.readouterr().out
    assert main(_capture(out, "--count", "30", "--seed", "0", "--workers", "1")) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert main(["dataset", "info", str(out)]) == 0
    text = capsys.readouterr().out
    for words in ("30 samples in 2 shards", "12 parameters", "pattern 1 on numpy", "16 x 16 px", "mixture, seed 0"):
        assert words in text
    assert main(["dataset", "check", str(out), "--quiet"]) == 0
    assert "30 samples are whole" in capsys.readouterr().out


def test_another_seed_is_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(_capture(tmp_path / "d", "--count", "8", "--seed", "1", "--workers", "1")) == 0
    assert main(_capture(tmp_path / "d", "--count", "8", "--seed", "2", "--workers", "1")) == 1
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert "seed is 1, this capture asks for 2" in error[0]


def test_a_damaged_dataset_is_described_and_fails_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "d"
    assert main(_capture(out, "--count", "40", "--seed", "1", "--workers", "1")) == 0
    with (out / "manifest.jsonl").open("r+b") as file:
        file.truncate((out / "manifest.jsonl").stat().st_size - 5)
    capsys.readouterr()
    assert main(["dataset", "info", str(out)]) == 0
    printed = capsys.readouterr()
    assert "20 samples in 1 shards" in printed.out
    assert printed.err.startswith("facebridge: warning: The last line of")
    assert main(["dataset", "check", str(out), "--quiet"]) == 1
    printed = capsys.readouterr()
    assert "cut off" in printed.out
    assert "shard-00001.tar has no line in the manifest" in printed.out
    assert "2 fault(s)" in printed.err
    assert main(_capture(out, "--count", "40", "--seed", "1", "--workers", "1")) == 0
    assert main(["dataset", "check", str(out), "--quiet"]) == 0


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (["--workers", "0"], "number of workers is 0"),
        (["--bind", "ipc://x"], "is not an address"),
        (["--bind", "tcp://0.0.0.0:7878"], "without keys"),
        (["--keys", "server.json"], "--bind"),
        (["--job-deadline", "0"], "--job-deadline is 0"),
    ],
)
def test_unusable_arguments_are_refused_with_their_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: list[str], words: str
) -> None:
    assert main(_capture(tmp_path / "d", "--count", "8", "--seed", "1", *extra)) == 1
    assert words in capsys.readouterr().err


def test_a_worker_command_serves_a_capture_that_starts_none(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "core.cli"]
    arguments = _capture(tmp_path / "d", "--count", "30", "--seed", "1", "--workers", "0")
    coordinator = subprocess.Popen(
        [*command, *arguments, "--bind", "tcp://127.0.0.1:*"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    stop = threading.Timer(60, coordinator.kill)
    stop.start()
    try:
        assert coordinator.stderr is not None
        address = coordinator.stderr.readline().split()[-1]
        worker = subprocess.run(
            [*command, "worker", "--engine", "pattern", "--connect", address],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        printed, _ = coordinator.communicate(timeout=60)
    finally:
        stop.cancel()
        coordinator.kill()
        coordinator.wait()
    assert coordinator.returncode == 0
    assert "30 rendered" in printed
    assert worker.returncode == 0
    assert "30 frames" in worker.stderr


def test_a_worker_without_a_coordinator_or_an_address_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worker", "--engine", "pattern", "--connect", "127.0.0.1:1"]) == 1
    assert "is not an address" in capsys.readouterr().err
    assert main(["worker", "--engine", "pattern", "--connect", "tcp://127.0.0.1:1", "--threads", "0"]) == 1
    assert "--threads is 0" in capsys.readouterr().err


def test_ctrl_c_keeps_finished_shards_and_exits_with_130(tmp_path: Path) -> None:
    out = tmp_path / "d"
    arguments = _capture(out, "--count", "5000", "--seed", "1", "--workers", "1")
    # A console's Ctrl-C needs a console; elsewhere the signal itself is sent.
    flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    process = subprocess.Popen(
        [sys.executable, "-m", "core.cli", *arguments], stderr=subprocess.PIPE, text=True, creationflags=flags
    )
    deadline = time.monotonic() + 60
    while not (out / "manifest.jsonl").exists() and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
    try:
        _, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert not list(out.glob("*.tmp"))
    assert (out / "shard-00000.tar").exists()
    if os.name == "posix":  # Windows ends a process that gets Ctrl-Break with a code of its own
        assert process.returncode == 130
        assert "is kept" in error
