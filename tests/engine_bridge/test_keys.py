"""Key files: who can read them, what they hold, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine_bridge.errors import InputError
from engine_bridge.keys import add_clients, generate_keys, load_client_keys, load_server_keys


def test_the_server_admits_the_clients_made_with_it(tmp_path: Path) -> None:
    paths = generate_keys(tmp_path / "keys", ["render-1", "panel"])
    assert [path.name for path in paths] == ["server.json", "render-1.json", "panel.json"]
    server, client = load_server_keys(paths[0]), load_client_keys(paths[1])
    assert client.server == server.public
    assert server.clients == (client.public, load_client_keys(paths[2]).public)
    assert len({server.secret, client.secret, server.public, client.public}) == 4


def test_a_folder_stands_for_its_server_file(keys_folder: Path) -> None:
    assert load_server_keys(keys_folder) == load_server_keys(keys_folder / "server.json")


def test_secrets_are_readable_by_their_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        paths = [*generate_keys(tmp_path, ["a"]), *add_clients(tmp_path, ["b"])]
    finally:
        os.umask(before)
    # Windows keeps access lists instead of mode bits, and reports every writable file so.
    expected = 0o600 if os.name == "posix" else 0o666
    assert [path.stat().st_mode & 0o777 for path in paths] == [expected] * 3


def test_a_key_file_that_others_can_read_is_refused(keys_folder: Path) -> None:
    path = keys_folder / "client.json"
    path.chmod(0o644)
    if os.name != "posix":  # Windows keeps access lists instead of mode bits, and nothing was widened
        assert load_client_keys(path).server
        return
    with pytest.raises(InputError, match=r"client\.json can be read by other users; run `chmod 600"):
        load_client_keys(path)


def test_an_added_client_is_admitted_and_the_others_stay(keys_folder: Path) -> None:
    before = load_server_keys(keys_folder)
    (path,) = add_clients(keys_folder, ["late"])
    after = load_server_keys(keys_folder)
    assert (after.public, after.secret) == (before.public, before.secret)
    assert after.clients == (*before.clients, load_client_keys(path).public)
    assert sorted(item.name for item in keys_folder.iterdir()) == ["client.json", "late.json", "server.json"]


def test_keys_are_never_overwritten(keys_folder: Path) -> None:
    content = {path: path.read_bytes() for path in keys_folder.iterdir()}
    with pytest.raises(InputError, match=r"server\.json already exists"):
        generate_keys(keys_folder, ["other"])
    with pytest.raises(InputError, match=r"client\.json already exists"):
        add_clients(keys_folder, ["client"])
    assert {path: path.read_bytes() for path in keys_folder.iterdir()} == content


@pytest.mark.parametrize("name", ["server", "../up", "", "a b", ".hidden"])
def test_a_name_that_makes_no_file_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot name a key file"):
        generate_keys(tmp_path / "keys", ["good", name])
    assert not (tmp_path / "keys").exists()


def write_private(path: Path, text: str) -> Path:
    """A file with mode 0600."""
    path.touch(0o600)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": "facebridge-keys", "version": 2}', '{"format": "x", "version": 1}', "\x00"]
)
def test_a_file_that_is_no_key_file_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"x\.json is not a key file; make one with `facebridge keys new"):
        load_client_keys(write_private(tmp_path / "x.json", text))


def test_the_wrong_side_of_a_pair_is_named(keys_folder: Path) -> None:
    with pytest.raises(InputError, match="holds 'server' keys; the side that connects needs a client file"):
        load_client_keys(keys_folder / "server.json")
    with pytest.raises(InputError, match="holds 'client' keys; the side that binds needs a server file"):
        load_server_keys(keys_folder / "client.json")


def test_a_damaged_key_is_named(keys_folder: Path) -> None:
    path = keys_folder / "client.json"
    fields = json.loads(path.read_text("utf-8"))
    write_private(path, json.dumps({**fields, "secret": "short"}))
    with pytest.raises(InputError, match="no key of 40 characters under 'secret'"):
        load_client_keys(path)


def test_secrets_do_not_reach_a_log(keys_folder: Path) -> None:
    server, client = load_server_keys(keys_folder), load_client_keys(keys_folder / "client.json")
    assert server.secret not in f"{server} {server!r}"
    assert client.secret not in f"{client} {client!r}"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Cannot read the key file .*none\.json: No such file"):
        load_client_keys(tmp_path / "none.json")
