"""Who reaches the service, and what it leaves behind: ports, keys, and nothing on the disk."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import numpy as np
import pytest

from core.bundle import Bundle
from core.reconstruct import Reconstructor
from core.serve import Service
from core.serve.answers import Answers
from engine_bridge.client import ServiceClient
from engine_bridge.errors import DeadlineExceeded, InputError
from engine_bridge.keys import generate_keys, load_client_keys, load_server_keys
from tests.core.bundles import save_random_bundle
from tests.core.photo_files import Picture, encoded
from tests.core.served import DEADLINE_S, HeldAnswers, Served


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"Port {port} .* in use"):
            Service(f"tcp://127.0.0.1:{port}")


def test_an_address_that_others_can_reach_needs_keys() -> None:
    with pytest.raises(InputError, match="without keys"):
        Service("tcp://0.0.0.0:0")


def test_an_address_with_keys_serves_those_it_admits(tmp_path: Path) -> None:
    server, panel = generate_keys(tmp_path, ["panel"])
    answers = HeldAnswers()
    with Served(answers, keys=load_server_keys(server)) as served:
        with ServiceClient(served.service.endpoint, load_client_keys(panel)) as client:
            assert np.allclose(client.import_photo(bytes([50]), deadline_s=DEADLINE_S).parameters, 0.5)
        stranger = ServiceClient(served.service.endpoint, connect_s=1.0)
        with stranger, pytest.raises(DeadlineExceeded, match="wants keys"):
            stranger.hello()


class WrittenFiles:
    """Files that this process opens for writing, noted by an audit hook; one cannot be removed, so it is told when."""

    def __init__(self) -> None:
        self.listening = False
        self.paths: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.listening or event != "open":
            return
        path, mode, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
        if writes or (isinstance(mode, str) and set(mode) & set("wax+")):
            self.paths.append(str(path))


def test_a_photo_never_touches_the_disk(astronaut: Picture, tmp_path: Path) -> None:
    bundle = Bundle.load(save_random_bundle(tmp_path / "random"))
    answers, written = Answers(Reconstructor(bundle)), WrittenFiles()
    with Served(answers) as served, served.client() as client:
        client.hello()
        written.listening = True
        assert client.import_photo(encoded(astronaut, "JPEG"), deadline_s=DEADLINE_S).faces == 1
        assert written.paths == []
        (tmp_path / "proof").write_bytes(b"that the hook sees writes")
        written.listening = False
    assert written.paths == [str(tmp_path / "proof")]
