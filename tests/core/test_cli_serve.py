"""`facebridge serve`: says when it is ready, says in one sentence why it cannot be, and ends in good order."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.cli.main import main
from core.cli.serve import READY, bundle_folders
from engine_bridge.client import ServiceClient, Wishes
from engine_bridge.errors import InputError
from tests.core.bundles import save_random_bundle

START_S = 100.0


@contextmanager
def serving(*arguments: str, new_session: bool = False) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A service in a process of its own, once it is ready: its address and the process."""
    command = [sys.executable, "-m", "core.cli", "serve", "--bind", "tcp://127.0.0.1:0", "--log", "json", *arguments]
    # Windows ends a process for SIGTERM without asking it, and delivers Ctrl-Break to a process group only.
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        creationflags=flags,
        start_new_session=new_session,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(READY)
        yield line.removeprefix(READY).strip(), process
    finally:
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[str], name: str = "SIGTERM") -> tuple[str, list[dict[str, Any]]]:
    """What a service says last, and the events it logged, after it was asked to end."""
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.Signals[name])
    said, logged = process.communicate(timeout=START_S)
    assert process.returncode == 0
    return said, [json.loads(line) for line in logged.splitlines()]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_random_bundle(tmp_path_factory.mktemp("serve") / "random")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_service_says_ready_answers_and_ends_in_good_order(name: str, bundle: Path) -> None:
    options = ("--bundle", str(bundle), "--processes", "1")
    with serving(*options) as (address, process), ServiceClient(address, connect_s=START_S) as client:
        info = client.hello()
        assert (info.bundle, info.bundles) == ("random 1", ("random",))
        with pytest.raises(InputError, match="not a picture"):
            client.import_photo(b"no photo", deadline_s=START_S)
        said, events = ended(process, name)
    assert "stopped; 0 imported, 1 failed" in said
    assert [event["event"] for event in events] == ["ready", "joined", "answered", "draining", "stopped"]
    assert events[2]["outcome"] == "input" and events[2]["bytes"] == len(b"no photo")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no process groups to signal like this")
def test_importers_beside_the_service_end_in_good_order_with_it(bundle: Path) -> None:
    """As when a terminal's Ctrl-C or a supervisor's SIGTERM reaches every process at once."""
    with serving("--bundle", str(bundle), "--processes", "3", new_session=True) as (address, process):
        wait_for_event(process, "importer-ready", 2)
        with ServiceClient(address, connect_s=START_S) as client, pytest.raises(InputError, match="not a picture"):
            client.import_photo(b"no photo", deadline_s=START_S)
        os.killpg(process.pid, signal.SIGTERM)
        said, logged = process.communicate(timeout=START_S)
    assert process.returncode == 0 and "stopped; 0 imported, 1 failed" in said
    assert [json.loads(line)["event"] for line in logged.splitlines()][-2:] == ["draining", "stopped"]


def test_a_bundle_deleted_under_its_feet_changes_nothing_until_a_reload_which_says_so(
    bundle: Path, tmp_path: Path
) -> None:
    doomed = tmp_path / "doomed"
    shutil.copytree(bundle, doomed)
    options = ("--bundle", str(bundle), "--bundle", f"second={doomed}", "--admin", "127.0.0.1:0")
    with serving(*options) as (address, process), ServiceClient(address, connect_s=START_S) as client:
        assert client.hello().bundles == ("random", "second")
        assert process.stderr is not None
        admin = json.loads(process.stderr.readline())
        assert (admin["event"], admin["metrics"]) == ("admin", True)
        shutil.rmtree(doomed)
        second = Wishes(bundle="second")
        with pytest.raises(InputError, match="not a picture"):
            client.import_photo(b"no photo", deadline_s=START_S, wishes=second)
        request = urllib.request.Request(
            f"http://127.0.0.1:{admin['port']}/reload", method="POST", headers={"X-FaceBridge": "reload"}
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=START_S)
        with refused.value as answer:
            first, kept = json.loads(answer.read())["bundles"]
        assert first == {"name": "random", "bundle": "random 1", "error": ""}
        assert kept["bundle"] == "random 1" and "is not a bundle" in kept["error"]
        with pytest.raises(InputError, match="not a picture"):
            client.import_photo(b"no photo", deadline_s=START_S, wishes=second)
        if sys.platform != "win32":
            process.send_signal(signal.SIGHUP)
            wait_for_event(process, "kept", 2)
            # Held still for a while, as by a debugger or a laptop that sleeps, it goes on with its clients.
            process.send_signal(signal.SIGSTOP)
            _, future = client.submit(b"no photo", deadline_s=START_S)
            time.sleep(0.2)
            assert not future.done()
            process.send_signal(signal.SIGCONT)
            assert isinstance(future.exception(START_S), InputError)
        ended(process)


def wait_for_event(process: subprocess.Popen[str], name: str, count: int) -> None:
    """Read the log until an event has come so many times."""
    assert process.stderr is not None
    while count:
        count -= json.loads(process.stderr.readline())["event"] == name


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], [("embedded", None)]),
        (["bundles/head"], [("head", Path("bundles/head"))]),
        (["new=bundles/head", "old"], [("new", Path("bundles/head")), ("old", Path("old"))]),
    ],
)
def test_bundles_are_named_by_their_folder_unless_told(
    given: list[str], expected: list[tuple[str, Path | None]]
) -> None:
    assert bundle_folders(given) == expected


def test_two_bundles_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="--bundle old=head"):
        bundle_folders(["a/head", "b/head"])


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
        (["--bind", "tcp://127.0.0.1:0", "--processes", "0"], "--processes is 0"),
        (["--bind", "tcp://127.0.0.1:0", "--processes", "2", "--ray"], "say how many --replicas"),
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
