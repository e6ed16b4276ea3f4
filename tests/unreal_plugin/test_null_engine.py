"""The plugin's capture worker, in C++, under the real coordinator: every picture holds the parameters of its sample."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from data_capture.reader import Dataset
from data_capture.schedule import MOST_ATTEMPTS
from engine_bridge.engines import engine_schema
from tests.unreal_plugin.programs import program

SCHEMA = engine_schema("embedded")
COUNT = 400
DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def schema_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("null") / "schema.json"
    path.write_bytes(SCHEMA.to_json())
    return path


def coordinator(out: Path) -> tuple[subprocess.Popen[str], str]:
    """A capture that waits for workers of others, and its address."""
    command = [sys.executable, "-m", "core.cli", "capture", "--engine", "null", "--count", str(COUNT), "--seed", "3"]
    command += ["--workers", "0", "--bind", "tcp://127.0.0.1:0", "--size", "64", "--out", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    line = process.stderr.readline()
    while "waiting for workers at" not in line:
        assert line, "the capture ended"
        line = process.stderr.readline()
    return process, line.rpartition("tcp://")[2].strip()


def worker(address: str, schema: Path, *more: str) -> subprocess.Popen[str]:
    command = [str(program("facebridge-null-engine")), "--connect", f"tcp://{address}", "--schema", str(schema), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str]) -> bool:
    """Whether a process ends within a few seconds."""
    try:
        process.wait(3.0)
    except subprocess.TimeoutExpired:
        return False
    return True


def end(*processes: subprocess.Popen[str]) -> None:
    """Kill what still runs, and close the pipes."""
    for process in processes:
        process.kill()
        process.communicate()


def drawn_values(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parameters and choices that the null engine wrote into the first pixels of a picture."""
    codes = image.reshape(-1, 3).astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    share = codes[: SCHEMA.count] / (2**24 - 1)
    parameters = SCHEMA.minimum + share * (SCHEMA.maximum - SCHEMA.minimum)
    return parameters, codes[SCHEMA.count : SCHEMA.count + len(SCHEMA.choices)]


def test_four_workers_one_of_them_killed_make_a_whole_dataset(tmp_path: Path, schema_file: Path) -> None:
    capture, address = coordinator(tmp_path / "d")
    workers = [worker(address, schema_file) for _ in range(4)]
    try:
        time.sleep(0.3)
        workers[0].kill()
        workers.append(worker(address, schema_file))
        output, errors = capture.communicate(timeout=DEADLINE_S)
        assert capture.returncode == 0, errors
        assert f"holds {COUNT} samples" in output
        for process in workers[1:]:
            said, complaint = process.communicate(timeout=DEADLINE_S)
            assert process.returncode == 0 and "frames" in said, complaint
    finally:
        end(capture, *workers)
    dataset = Dataset(tmp_path / "d")
    assert len(dataset) == COUNT
    asked, chosen = dataset.parameters(), dataset.choices()
    for row in range(COUNT):
        parameters, choices = drawn_values(dataset.image(row))
        assert np.abs(parameters - asked[row]).max() < 1e-6
        assert np.array_equal(choices, chosen[row])
    dataset.close()


def test_a_worker_of_another_character_is_refused_in_words(tmp_path: Path, schema_file: Path) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(engine_schema("pattern").to_json())
    capture, address = coordinator(tmp_path / "d")
    first = worker(address, schema_file)
    second: subprocess.Popen[str] | None = None
    try:
        time.sleep(0.3)
        second = worker(address, other)
        _, complaint = second.communicate(timeout=DEADLINE_S)
        assert second.returncode == 1
        assert SCHEMA.hash[:12] in complaint
    finally:
        end(capture, first, *([second] if second else []))


SELF_TEST = "The self-test failed: two characters gave one picture."


def test_a_worker_whose_self_test_failed_costs_a_farm_of_others_nothing(tmp_path: Path, schema_file: Path) -> None:
    capture, address = coordinator(tmp_path / "d")
    unfit = worker(address, schema_file, "--unfit", SELF_TEST)
    good: subprocess.Popen[str] | None = None
    try:
        _, complaint = unfit.communicate(timeout=DEADLINE_S)
        assert unfit.returncode == 1 and SELF_TEST in complaint
        good = worker(address, schema_file)
        output, errors = capture.communicate(timeout=DEADLINE_S)
        assert capture.returncode == 0 and f"holds {COUNT} samples" in output, errors
    finally:
        end(capture, unfit, *([good] if good else []))


def test_a_farm_that_has_only_workers_whose_self_test_failed_says_their_words(
    tmp_path: Path, schema_file: Path
) -> None:
    capture, address = coordinator(tmp_path / "d")
    unfit: list[subprocess.Popen[str]] = []
    try:
        # A worker that leaves before its first job costs no sample an attempt, so one worker for each may be too few.
        while len(unfit) < MOST_ATTEMPTS or (len(unfit) < 4 * MOST_ATTEMPTS and not ended(capture)):
            unfit.append(worker(address, schema_file, "--unfit", SELF_TEST))
            unfit[-1].communicate(timeout=DEADLINE_S)
        _, errors = capture.communicate(timeout=DEADLINE_S)
        assert capture.returncode == 1 and SELF_TEST in errors
    finally:
        end(capture, *unfit)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--connect"),
        (["--connect", "tcp://127.0.0.1:9", "--schema", "/nowhere.json"], "/nowhere.json"),
        (["--connect", "tcp://127.0.0.1:9", "--schema", "{schema}", "--keys", "/no.json"], "/no.json"),
        (["--connect", "tcp://192.0.2.1:9", "--schema", "{schema}"], "without keys"),
        (["--beak", "1"], "Unknown option"),
    ],
)
def test_wrong_arguments_are_one_sentence(arguments: list[str], said: str, schema_file: Path) -> None:
    command = [str(program("facebridge-null-engine")), *(text.format(schema=schema_file) for text in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert said in done.stderr
