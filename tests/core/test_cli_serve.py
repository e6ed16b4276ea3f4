"""`facebridge serve`: says when it is ready, says in one sentence why it cannot be, and ends in good order."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli.main import main
from core.cli.serve import READY
from engine_bridge.client import ServiceClient
from engine_bridge.errors import InputError
from tests.core.bundles import save_random_bundle

START_S = 100.0


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_service_says_ready_answers_and_ends_in_good_order(name: str, tmp_path: Path) -> None:
    bundle = save_random_bundle(tmp_path / "random")
    command = [sys.executable, "-m", "core.cli", "serve", "--bind", "tcp://127.0.0.1:0", "--bundle", str(bundle)]
    # Windows ends a process for SIGTERM without asking it, and delivers Ctrl-Break to a process group only.
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, creationflags=flags)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(READY)
        with ServiceClient(line.removeprefix(READY).strip(), connect_s=START_S) as client:
            assert client.hello().bundle == "random 1"
            with pytest.raises(InputError, match="not a picture"):
                client.import_photo(b"no photo", deadline_s=START_S)
            process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.Signals[name])
            said, complaints = process.communicate(timeout=START_S)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, complaints) == (0, "")
    assert "stopped; 0 imported, 1 failed" in said


def test_a_port_in_use_is_said_before_anything_is_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--bind", f"tcp://127.0.0.1:{port}", "--bundle", str(tmp_path / "none")]) == 1
    sentence = capsys.readouterr().err
    assert f"Port {port}" in sentence and "already in use" in sentence and sentence.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--bind", "tcp://0.0.0.0:5757"], "without keys"),
        (["--bind", "ipc:///tmp/x"], "is not an address"),
        (["--keys", "gone.json"], "gone.json"),
        (["--bind", "tcp://127.0.0.1:0", "--bundle", "gone"], "gone is not a bundle"),
    ],
)
def test_what_cannot_be_served_is_one_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert main(["serve", *arguments]) == 1
    sentence = capsys.readouterr().err
    assert said in sentence and sentence.startswith("facebridge: error: ") and sentence.count("\n") == 1
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
