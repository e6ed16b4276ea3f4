"""`facebridge studio` refuses what it cannot do in one sentence, before anything is started."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import pytest

from core.cli.main import main


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["studio", "--no-open", *arguments]) == 1
    said = capsys.readouterr().err
    assert said.startswith("facebridge: error: ") and said.count("\n") == 1
    return said


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 cannot be used" in refused(capsys, "--port", str(port))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--port", "70000"), "--port is 70000"),
        (("--server", "tcp://127.0.0.1:1", "--bundle", "b"), "--bundle has no effect with --server"),
        (("--keys", "k"), "--keys is for a service"),
        (("--engine", "none", "--port", "0"), "none"),
        (("--params", "missing.json", "--port", "0"), "Cannot read the parameter file missing.json"),
    ],
)
def test_options_that_cannot_be_met_are_refused(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert said in refused(capsys, *arguments)


def test_without_nicegui_the_sentence_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "nicegui" else real(name))
    assert "pip install 'facebridge[studio]'" in refused(capsys)
