"""`facebridge demo`: finds its portraits, and leaves no process behind whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli import demo
from core.cli.main import main
from engine_bridge.engines import engine_schema
from engine_bridge.errors import EngineError
from engine_bridge.parameter_file import read_parameters

DEADLINE_S = 60


def test_both_portraits_are_found_in_the_installed_packages() -> None:
    assert [path.name for path in demo.portraits()] == ["astronaut.png", "grace_hopper.jpg"]


def test_without_portraits_the_demo_says_which_extra_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "PORTRAITS", (("no_such_package", "a.png"),))
    assert main(["demo"]) == 1
    assert "facebridge[demo]" in capsys.readouterr().err


def test_a_photo_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--photo", str(tmp_path / "me.jpg"), "--out", str(tmp_path)]) == 1
    assert "me.jpg" in capsys.readouterr().err


def test_a_service_that_dies_at_start_is_reported_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = [sys.executable, "-c", "print('loading'); raise SystemExit('the bundle is for another schema')"]
    monkeypatch.setattr(demo, "_command", lambda *arguments: dying)
    with pytest.raises(EngineError, match="the bundle is for another schema"), demo.service(tmp_path / "log"):
        raise AssertionError("the service cannot be up")


def test_a_process_that_ignores_termination_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "STOP_S", 1.0)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    demo.stop(process)
    process.stdout.close()
    assert process.returncode is not None


def test_a_portrait_becomes_parameters_and_a_picture(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    photo = demo.portraits()[0]
    assert main(["demo", "--photo", str(photo), "--out", str(tmp_path)]) == 0
    (parameters,) = tmp_path.glob("*.json")
    (picture,) = tmp_path.glob("*.png")
    said = capfd.readouterr().out
    assert str(parameters) in said and str(picture) in said
    vector, _ = read_parameters(parameters, engine_schema("embedded"))
    assert (vector != engine_schema("embedded").defaults).any()
    assert json.loads(parameters.read_text())["format"] == "facebridge-parameters"
