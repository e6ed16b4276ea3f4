"""The engine as a process: light imports, thread counts, words at start, and no life beyond its owner's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from engine_bridge.host import main
from engine_bridge.process import EngineProcess
from engine_bridge.protocol import Heartbeat
from engine_bridge.router import Joined, Lost

from .conftest import DEADLINE_S, Bench

MakeBench = Callable[..., Bench]


def test_importing_the_host_loads_no_library_that_reads_thread_counts() -> None:
    code = "import sys, engine_bridge.host; print({'numpy', 'zmq', 'msgpack', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "set()"


def test_the_process_sets_its_thread_counts_before_the_engine_opens(own_environment: pytest.MonkeyPatch) -> None:
    assert main(["--engine", "none", "--connect", "tcp://127.0.0.1:1", "--threads", "3"]) == 1
    assert [os.environ[name] for name in ("OMP_NUM_THREADS", "LP_NUM_THREADS", "OMP_WAIT_POLICY")] == [
        "3",
        "3",
        "PASSIVE",
    ]


def test_a_host_process_that_cannot_start_says_why_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--engine", "none", "--connect", "tcp://127.0.0.1:1"]) == 1
    assert capsys.readouterr().err == "facebridge: error: Unknown engine 'none', expected one of embedded, pattern.\n"


def test_an_engine_process_ends_when_its_owner_lets_go(make_bench: MakeBench) -> None:
    bench = make_bench(heartbeat=Heartbeat(interval_s=0.05, allowance_s=1.0))
    process = EngineProcess("pattern", bench.address)
    joined = bench.wait(Joined)[0]
    assert joined.hello.instance == process.instance
    process.close(grace_s=DEADLINE_S)
    assert process.exit_code() == 0
    bench.wait(Lost)


def test_a_killed_engine_process_is_described(make_bench: MakeBench) -> None:
    bench = make_bench(heartbeat=Heartbeat(interval_s=0.05, allowance_s=1.0))
    process = EngineProcess("pattern", bench.address)
    bench.wait(Joined)
    process.kill()
    assert bench.wait(Lost)
    assert process.exit_code() != 0
    assert process.describe_exit().endswith("wrote nothing.")
