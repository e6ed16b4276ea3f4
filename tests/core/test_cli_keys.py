"""`facebridge keys`: what it writes, says and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli.main import main
from engine_bridge.keys import load_client_keys, load_server_keys


def test_new_keys_fit_each_other_and_the_output_says_where_they_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "keys"
    assert main(["keys", "new", "--out", str(folder), "--client", "render-1", "--client", "panel"]) == 0
    server = load_server_keys(folder)
    assert {load_client_keys(folder / f"{name}.json").public for name in ("render-1", "panel")} == set(server.clients)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"stays on the machine that binds: --keys {folder / 'server.json'}")
    assert [line.rsplit(maxsplit=1)[1] for line in lines[1:]] == ["render-1.json", "panel.json"]
    assert not any(server.secret in line for line in lines)


def test_a_machine_can_be_added_later(tmp_path: Path) -> None:
    assert main(["keys", "new", "--out", str(tmp_path)]) == 0
    assert main(["keys", "add", "--out", str(tmp_path), "--client", "late"]) == 0
    assert load_client_keys(tmp_path / "late.json").public in load_server_keys(tmp_path).clients


def test_keys_in_use_are_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new", "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["keys", "new", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"facebridge: error: {tmp_path / 'server.json'} already exists;")


def test_an_action_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["keys"])
    assert caught.value.code == 2
    assert "new|add" in capsys.readouterr().err
