"""CURVE keys on disk: one JSON file for the machine that binds, one for each machine that connects to it.

`server.json` holds the binding side's secret and the public keys it admits; `NAME.json` holds one connecting side's
secret and the server's public key. Every file carries a secret, so each is written with mode 0600.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import zmq

from engine_bridge.errors import InputError

FORMAT = "facebridge-keys"
VERSION = 1
SERVER_FILE = "server.json"
_Z85_KEY = re.compile(r"^[0-9a-zA-Z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}$")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
_MAX_FILE_BYTES = 1 << 20


@dataclass(frozen=True)
class ServerKeys:
    """What a binding side (coordinator or service) needs; keys are 40 Z85 characters."""

    public: str
    secret: str
    clients: tuple[str, ...]  # public keys that may connect

    def __repr__(self) -> str:
        return f"ServerKeys(public={self.public!r}, {len(self.clients)} clients)"  # a log must not show the secret


@dataclass(frozen=True)
class ClientKeys:
    """What a connecting side (engine worker or client) needs; keys are 40 Z85 characters."""

    public: str
    secret: str
    server: str  # public key of the side it connects to

    def __repr__(self) -> str:
        return f"ClientKeys(public={self.public!r}, server={self.server!r})"


def generate_keys(directory: Path, clients: Sequence[str] = ("client",)) -> tuple[Path, ...]:
    """Write server.json and one NAME.json for each client into `directory`; returns the paths, server's first.

    Raises InputError when a file is already there: keys in use are never overwritten.
    """
    server = directory / SERVER_FILE
    if server.exists():
        raise InputError(f"{server} already exists; choose another folder, or add a client to it with `keys add`.")
    _check_names(directory, clients)
    public, secret = _pair()
    _make_directory(directory)
    pairs = {name: _pair() for name in clients}
    _write(server, {"role": "server", "public": public, "secret": secret, "clients": _admitted(pairs)}, replace=False)
    return server, *_write_clients(directory, public, pairs)


def add_clients(directory: Path, clients: Sequence[str]) -> tuple[Path, ...]:
    """Add clients to an existing folder of keys; the binding side admits them from its next start.

    Raises InputError when there is no usable server.json, or a client of that name exists.
    """
    server = directory / SERVER_FILE
    keys = load_server_keys(server)
    _check_names(directory, clients)
    pairs = {name: _pair() for name in clients}
    admitted = [*keys.clients, *_admitted(pairs)]
    paths = _write_clients(directory, keys.public, pairs)
    _write(server, {"role": "server", "public": keys.public, "secret": keys.secret, "clients": admitted}, replace=True)
    return paths


def load_server_keys(path: Path) -> ServerKeys:
    """The binding side's keys from its file (or the folder that holds server.json); raises InputError."""
    path = path / SERVER_FILE if path.is_dir() else path
    fields = _read(path, "server")
    clients = fields.get("clients")
    admitted = cast("list[object]", clients) if isinstance(clients, list) else [None]
    if not all(isinstance(key, str) and _Z85_KEY.match(key) for key in admitted):
        raise InputError(f"{path} must list the admitted public keys, 40 characters each, under 'clients'.")
    return ServerKeys(_key(path, fields, "public"), _key(path, fields, "secret"), tuple(cast("list[str]", admitted)))


def load_client_keys(path: Path) -> ClientKeys:
    """A connecting side's keys from its file; raises InputError."""
    fields = _read(path, "client")
    return ClientKeys(_key(path, fields, "public"), _key(path, fields, "secret"), _key(path, fields, "server"))


def _pair() -> tuple[str, str]:
    public, secret = zmq.curve_keypair()
    return public.decode("ascii"), secret.decode("ascii")


def _admitted(pairs: dict[str, tuple[str, str]]) -> list[str]:
    return [public for public, _ in pairs.values()]


def _check_names(directory: Path, clients: Sequence[str]) -> None:
    if not clients or len(set(clients)) != len(clients):
        raise InputError("Give at least one client name, each once.")
    for name in clients:
        if not _NAME.match(name) or name == "server":
            raise InputError(f"'{name}' cannot name a key file; use letters, digits, '.', '_' and '-', not 'server'.")
        if (directory / f"{name}.json").exists():
            raise InputError(f"{directory / name}.json already exists; choose another client name or folder.")


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"Cannot create the folder {directory}: {error.strerror or error}.") from error


def _write_clients(directory: Path, server: str, pairs: dict[str, tuple[str, str]]) -> tuple[Path, ...]:
    paths = tuple(directory / f"{name}.json" for name in pairs)
    for path, (public, secret) in zip(paths, pairs.values(), strict=True):
        _write(path, {"role": "client", "public": public, "secret": secret, "server": server}, replace=False)
    return paths


def _write(path: Path, fields: dict[str, object], *, replace: bool) -> None:
    text = json.dumps({"format": FORMAT, "version": VERSION, **fields}, indent=2) + "\n"
    target = path.with_name(path.name + ".tmp") if replace else path
    if replace:
        target.unlink(missing_ok=True)  # left by an interrupted run; its mode could be anything
    try:
        # Mode 0600 from the first byte on: a file made first and narrowed later could be read in between.
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            target.replace(path)
    except OSError as error:
        raise InputError(f"Cannot write the key file {path}: {error.strerror or error}.") from error


def _read(path: Path, role: str) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            # Windows keeps access lists instead of mode bits, and reports group and others as the owner.
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
                raise InputError(f"{path} can be read by other users; run `chmod 600 {path}` first.")
            data = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(f"Cannot read the key file {path}: {error.strerror or error}.") from error
    try:
        document: object = json.loads(data[:_MAX_FILE_BYTES].decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise InputError(f"{path} is not a key file; make one with `facebridge keys new --out DIR`.") from error
    fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    if fields.get("format") != FORMAT or fields.get("version") != VERSION:
        raise InputError(f"{path} is not a key file; make one with `facebridge keys new --out DIR`.")
    if fields.get("role") != role:
        other = "the side that binds" if role == "server" else "the side that connects"
        raise InputError(f"{path} holds {fields.get('role')!r} keys; {other} needs a {role} file.")
    return fields


def _key(path: Path, fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not _Z85_KEY.match(value):
        raise InputError(f"{path} has no key of 40 characters under '{name}'; run `facebridge keys new`.")
    return value
